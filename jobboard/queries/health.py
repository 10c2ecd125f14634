"""Whether the board can serve: the database answers and is at the newest migration."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from jobboard.db import db, reading
from jobboard.models.listing import Listing
from jobboard.models.message import Message, MessageStatus
from jobboard.queries import outbox
from jobboard.search import upkeep

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@dataclass(frozen=True)
class Check:
    """One thing that the board needs, and how it stands in a few words for the operator."""

    name: str
    is_well: bool
    told: str


def checks() -> tuple[Check, ...]:
    """Look at the database, its migrations and the outbox; a failure is told, never raised.

    What is told names no address and no account: the page that shows it is open.
    """
    with reading():
        found = (
            _check("database", database_answers, "answers", "does not answer"),
            _check(
                "migrations",
                lambda: not missing_migrations(),
                "up to date",
                "not those of this program: run `jobboard db upgrade`",
            ),
            _check("queue", _outbox_answers, "ready", "not readable"),
        )
        db.session.rollback()
    return found


def database_answers() -> bool:
    """Ask the database the smallest question.

    Raises:
        sqlalchemy.exc.DBAPIError: it does not answer.
    """
    return bool(db.session.scalar(text("SELECT 1")) == 1)


def missing_migrations() -> bool:
    """Tell whether the database is behind (or ahead of) the program's migrations."""
    present = MigrationContext.configure(db.session.connection()).get_current_heads()
    return frozenset(present) != _wanted()


@lru_cache(maxsize=1)
def _wanted() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(_MIGRATIONS)).get_heads())


def _check(name: str, is_well: Callable[[], bool], well: str, ill: str) -> Check:
    try:
        answer = is_well()
    except SQLAlchemyError:
        db.session.rollback()
        answer = False
    return Check(name, answer, well if answer else ill)


def _outbox_answers() -> bool:
    db.session.execute(select(Message.id).limit(1)).all()
    return True


@dataclass(frozen=True)
class Figure:
    """A figure for those who watch the board, by its labels as Prometheus writes them."""

    name: str
    told: str
    values: Mapping[str, float]


def figures(now: datetime) -> tuple[Figure, ...]:
    """Return what is counted in the database: listings, mails, how long the oldest mail waits."""
    with reading():
        listings = db.session.execute(
            select(Listing.status, func.count()).group_by(Listing.status)
        ).all()
        mails = db.session.execute(
            select(Message.status, func.count()).group_by(Message.status)
        ).all()
        oldest = db.session.scalar(
            select(func.min(Message.next_try_at)).where(
                Message.status.in_((MessageStatus.WAITING, MessageStatus.SENDING))
            )
        )
        db.session.rollback()
    late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return (
        Figure("listings", "Listings by stored status.", _labelled(listings)),
        Figure("mails", "Mails of the outbox by status.", _labelled(mails)),
        Figure(
            "mail_late_seconds", "How long the mail that is due longest has waited.", {"": late}
        ),
    )


def _labelled(rows: Iterable[Any]) -> dict[str, float]:
    return {f'{{status="{status}"}}': float(count) for status, count in rows}


def outbox_standing() -> Check:
    """Say how many mails wait and how many were laid aside; parked ones want a person."""
    try:
        with reading():
            stands = outbox.standing()
            db.session.rollback()
    except SQLAlchemyError:
        db.session.rollback()
        return Check("mails", False, "not readable")
    told = f"{stands.sent} sent, {stands.waiting} waiting, {stands.parked} parked"
    return Check("mails", not stands.parked, told)


def search_index() -> Check:
    """Bring the index in step with the database and say so; builds it where there is none."""
    name = "search index"
    try:
        with upkeep.noting() as search:
            snapshot = upkeep.current()
        db.session.rollback()
    except (SQLAlchemyError, OSError, ValueError) as fault:
        db.session.rollback()
        return Check(name, False, f"{type(fault).__name__}: run `jobboard reindex`")
    if search.was_behind:
        return Check(name, False, "behind: it is just being written, or cannot be (see the log)")
    return Check(name, True, f"in step with change {snapshot.change_number}")


def shared_memory(redis_url: str) -> Check:
    """Say whether Valkey or Redis answers, where one is set."""
    name = "redis"
    if not redis_url:
        return Check(name, True, "none set: throttles count in each process")
    try:
        store = storage_from_string(redis_url, socket_timeout=2, socket_connect_timeout=2)
        is_well = cast(Storage, store).check()
    except (ConfigurationError, OSError, ValueError) as fault:
        return Check(name, False, f"cannot be used: {type(fault).__name__}")
    return Check(name, is_well, "answers" if is_well else "does not answer")
