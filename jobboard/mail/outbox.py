"""The outbox: what must be told is queued here, in the transaction of what it tells about.

Delivery takes messages out by a lease. Nothing here commits.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from jobboard.models.message import Message, MessageStatus

AnySession = Session | scoped_session[Any]

_LONGEST_ERROR = 500


def queue(
    session: AnySession,
    kind: str,
    to: str,
    params: Mapping[str, object],
    *,
    dedupe_key: str,
    at: datetime,
    listing_id: int | None = None,
    user_id: int | None = None,
) -> bool:
    """Owe a mail, in the present transaction: rolled back with it, sent only after its commit.

    The Message-ID is made here, once, so that a repeat after a crash carries the same one. The
    statement goes around the session's unit of work on purpose: nothing else is flushed early.

    Args:
        session: the running transaction.
        kind: the template pair ``templates/mail/<kind>.txt|html``.
        to: one plain mail address.
        params: plain JSON values that the template needs; never a token.
        dedupe_key: names the notice; a second one with the same key is not queued.
        at: the moment, aware UTC; the mail is due at once.
        listing_id: what it is about, already inserted.
        user_id: whom it concerns, already inserted.

    Returns:
        False when this notice is owed, or was sent, already.
    """
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(_TABLE)
        .values(
            kind=kind,
            to_address=to,
            params=dict(params),
            dedupe_key=dedupe_key,
            message_id=uuid.uuid4().hex,
            status=MessageStatus.WAITING,
            next_try_at=at,
            created_at=at,
            listing_id=listing_id,
            user_id=user_id,
        )
        .on_conflict_do_nothing(index_elements=[_TABLE.c.dedupe_key])
        .returning(_TABLE.c.id)
    )
    return connection.scalar(statement) is not None


@dataclass(frozen=True)
class Claim:
    """A message that one worker holds until ``lease_until``; after that anybody may take it."""

    id: int
    kind: str
    to_address: str
    params: Mapping[str, Any]
    message_id: str
    language: str
    attempts: int
    lease_until: datetime


def is_due(session: AnySession, now: datetime) -> bool:
    """Tell whether there is anything to send at ``now``."""
    return bool(session.scalar(select(exists().where(_due(now)))))


def claim(session: AnySession, now: datetime, *, lease: timedelta, limit: int) -> list[Claim]:
    """Take due messages, oldest first, so that no other worker sends them meanwhile.

    A message whose worker was killed is due again when its lease ends. Every claim counts as an
    attempt, so that a message that kills its worker comes to rest too. The caller commits before
    it sends.
    """
    ids = session.scalars(
        select(Message.id)
        .where(_due(now))
        .order_by(Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return []
    rows = session.execute(
        update(_TABLE)
        .where(_TABLE.c.id.in_(ids), _due(now))
        .values(
            status=MessageStatus.SENDING,
            lease_until=now + lease,
            attempts=_TABLE.c.attempts + 1,
        )
        .returning(*(_TABLE.c[part.name] for part in fields(Claim)))
    )
    return sorted((Claim(**row._mapping) for row in rows), key=lambda each: each.id)


def mark_sent(session: AnySession, claimed: Claim, at: datetime) -> bool:
    """Write down that a message went out; False when its lease was lost to somebody else."""
    return _settle(session, claimed, status=MessageStatus.SENT, sent_at=at, last_error="")


def retry(session: AnySession, claimed: Claim, next_try_at: datetime, error: str) -> bool:
    """Let a message wait for another try."""
    return _settle(
        session,
        claimed,
        status=MessageStatus.WAITING,
        next_try_at=next_try_at,
        last_error=_short(error),
    )


def park(session: AnySession, claimed: Claim, error: str) -> bool:
    """Lay a message aside, with the reason, until a person decides to send it again."""
    return _settle(session, claimed, status=MessageStatus.PARKED, last_error=_short(error))


def put_back(session: AnySession, claims: Sequence[Claim], error: str = "") -> None:
    """Let go of messages that were not tried: they are due at once and no attempt counts."""
    for each in claims:
        values: dict[str, Any] = {"status": MessageStatus.WAITING, "attempts": each.attempts - 1}
        if error:
            values["last_error"] = _short(error)
        _settle(session, each, **values)


def full_message_id(local_part: str, site_host: str) -> str:
    """Return the Message-ID header of a message (RFC 5322, 3.6.4).

    The database keeps the part before the ``@``; services that queue do not know the site's host.
    """
    return f"<{local_part}@{site_host}>"


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Message.status == MessageStatus.WAITING, Message.next_try_at <= now),
        and_(Message.status == MessageStatus.SENDING, Message.lease_until <= now),
    )


def _settle(session: AnySession, claimed: Claim, **values: object) -> bool:
    """Change a claimed message, unless its lease ran out and somebody else holds it now."""
    result = session.connection().execute(
        update(_TABLE)
        .where(
            _TABLE.c.id == claimed.id,
            _TABLE.c.status == MessageStatus.SENDING,
            _TABLE.c.lease_until == claimed.lease_until,
            _TABLE.c.attempts == claimed.attempts,
        )
        .values(lease_until=None, **values)
    )
    return result.rowcount == 1


def _short(error: str) -> str:
    return " ".join(error.split())[:_LONGEST_ERROR]


def _table() -> Table:
    table = Message.__table__
    if not isinstance(table, Table):
        raise TypeError(table)
    return table


_TABLE = _table()
