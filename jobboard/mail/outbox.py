"""The outbox: what must be told is queued here, in the transaction of what it tells about."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from jobboard.models.message import Message, MessageStatus

AnySession = Session | scoped_session[Any]


def queue(  # noqa: PLR0913 - one row, each column named
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
    )
    return connection.execute(statement).rowcount == 1


def full_message_id(local_part: str, site_host: str) -> str:
    """Return the Message-ID header of a message (RFC 5322, 3.6.4).

    The database keeps the part before the ``@``; services that queue do not know the site's host.
    """
    return f"<{local_part}@{site_host}>"


def _table() -> Table:
    table = Message.__table__
    if not isinstance(table, Table):
        raise TypeError(table)
    return table


_TABLE = _table()
