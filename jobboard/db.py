"""The database session, set up for SQLite and PostgreSQL.

SQLite follows SQLAlchemy's own recipe: the driver's transaction handling is switched off and we
say BEGIN ourselves, deferred for whoever only reads, IMMEDIATE for whoever may write. A deferred
transaction that turns to writing fails at once when somebody else has written meanwhile; measured,
that lost more than half of simultaneous posts. Those who write wait at a file lock, which each
looks at every two milliseconds; SQLite's own busy handler looks ever more seldom, so that whoever
has waited longest comes last.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event, inspect, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from jobboard import change_lease
from jobboard.domain.errors import ChangedMeanwhile
from jobboard.domain.listing import Status
from jobboard.models import (
    account_event,
    import_record,
    login_session,
    message,
    old_address,
    one_time_link,
    organisation,
    revision,
    user,
    worker_run,
)
from jobboard.models import (
    event as _event,
)
from jobboard.models.base import Base
from jobboard.models.change import ChangeCounter
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation

#: Every table's module, so that the metadata is whole wherever the session is used.
TABLES = (
    _event,
    account_event,
    import_record,
    login_session,
    message,
    old_address,
    one_time_link,
    organisation,
    revision,
    user,
    worker_run,
)

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)

#: Seconds a writer waits for the others, and between two looks at the lock.
_LONGEST_WAIT = 10.0
_LOCK_POLL = 0.002

#: Statuses in which no public page, and no search, shows a listing.
_UNSEEN = frozenset({Status.DRAFT, Status.PENDING, Status.CHANGES_REQUESTED})

_CHANGE_NUMBER = text("SELECT value FROM change_counter WHERE id = 1")

_PRAGMAS = (
    # First: even asking for the journal's mode waits for somebody who just closes the database.
    "busy_timeout=10000",
    "journal_mode=wal",
    "synchronous=full",
    "foreign_keys=on",
    # For each connection: the system's own cache serves them all. A file mapped into each would be
    # counted in each, and eight private caches of 64 MB are half a gigabyte.
    "cache_size=-2048",
    "mmap_size=0",
    "temp_store=memory",
)


def install(app: Flask) -> None:
    """Bind the session and the migrations to an application."""
    db.init_app(app)
    migrate.init_app(app, db, directory=os.path.join(app.root_path, os.pardir, "migrations"))
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            _set_up_sqlite(engine)


def commit() -> None:
    """Commit the running transaction.

    Raises:
        ChangedMeanwhile: somebody else changed the same row first; nothing was written.
    """
    try:
        db.session.commit()
    except StaleDataError:
        db.session.rollback()
        raise ChangedMeanwhile from None


def start_reading() -> None:
    """Say that what follows in this context only reads (a GET); SQLite then takes no lock."""
    _is_reading.set(True)


def start_writing() -> None:
    """Say that what follows in this context may write."""
    _is_reading.set(False)


@contextmanager
def reading() -> Iterator[None]:
    """Run a block whose transactions only read."""
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)


def change_number(session: Any) -> int:
    """Return the number of the last committed change to a listing or to a public page."""
    return int(session.scalar(_CHANGE_NUMBER) or 0)


def _lock(path: str) -> int:
    """Take the writers' lock and return its file handle; at most as long as a busy database.

    Raises:
        OperationalError: somebody else wrote all that time; the page says "try again".
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    give_up_at = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                os.close(handle)
                raise OperationalError("BEGIN IMMEDIATE", None, _Busy()) from None
            time.sleep(_LOCK_POLL)
        else:
            return handle


class _Busy(Exception):
    def __str__(self) -> str:
        return "database is locked"


def _set_up_sqlite(engine: Engine) -> None:
    lock_path = f"{engine.url.database}.lock" if engine.url.database else None

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if _is_reading.get():
            connection.exec_driver_sql("BEGIN")
            return
        if lock_path:
            connection.info["write_lock"] = _lock(lock_path)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            _release(connection)
            raise

    def _release(connection: Connection) -> None:
        handle = connection.info.pop("write_lock", None)
        if handle is not None:
            os.close(handle)

    # Both events come before the statement runs. The lock is let go a moment early, which is
    # harmless: the next writer's BEGIN IMMEDIATE then waits for SQLite's own lock for that moment.
    event.listen(engine, "commit", _release)
    event.listen(engine, "rollback", _release)


def next_change(session: Any) -> int:
    """Take the next change number in the running transaction and return it.

    For what changes public pages without passing through a flush: a statement over many rows. Rows
    of listings must be stamped with it.
    """
    if is_postgresql(session):
        change_lease.announce(session.connection())
    return int(
        session.scalar(
            update(ChangeCounter)
            .where(ChangeCounter.id == 1)
            .values(value=ChangeCounter.value + 1)
            .returning(ChangeCounter.value)
            .execution_options(synchronize_session=False)
        )
        or 0
    )


def is_postgresql(session: Any) -> bool:
    """Tell which of the two databases a session speaks to."""
    return bool(session.get_bind().dialect.name == "postgresql")


@event.listens_for(Session, "before_flush")
def _number_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Give every changed listing the next change number, in the transaction that changes it.

    Those that the public does not see yet are left alone. What else stands on public pages moves
    the number too, so that whoever compares it has missed nothing. A listing is found by its
    organisation's name, address and kind: when these change, its listings are stamped as well.
    """
    written: tuple[Base, ...] = (*session.new, *session.dirty, *session.deleted)
    shown = [
        row
        for row in written
        if row.is_shown_to_all and _is_changed(session, row) and not _is_unseen(row)
    ]
    if not shown:
        return
    number = next_change(session)
    for row in shown:
        if isinstance(row, Listing):
            row.change_number = number
    renamed = [
        row.id
        for row in shown
        if isinstance(row, Organisation) and row not in session.new and _is_found_otherwise(row)
    ]
    if renamed:
        # No new version of the listing: whoever is editing one loses nothing by this.
        session.execute(
            update(Listing)
            .where(Listing.organisation_id.in_(renamed))
            .values(change_number=number)
            .execution_options(synchronize_session=False)
        )


def _is_changed(session: Session, row: Base) -> bool:
    return row in session.deleted or session.is_modified(row)


def _is_unseen(row: Base) -> bool:
    """Tell whether a row is a listing that is, and was before, its people's and moderators' alone.

    A draft is saved every few seconds while somebody writes; no page is another for that.
    """
    if not isinstance(row, Listing):
        return False
    status = inspect(row).attrs.status.history
    # A row that was changed without having been read may have been public.
    is_known = bool(status.unchanged or status.deleted) or inspect(row).pending
    return is_known and {*status.unchanged, *status.deleted, *status.added} <= _UNSEEN


def _is_found_otherwise(row: Organisation) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in ("name", "slug", "kind"))
