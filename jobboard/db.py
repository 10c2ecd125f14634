"""The database session, set up for SQLite and PostgreSQL.

SQLite follows SQLAlchemy's own recipe: the driver's transaction handling is switched off and we
say BEGIN ourselves, deferred for whoever only reads, IMMEDIATE for whoever may write. A deferred
transaction that turns to writing fails at once when somebody else has written meanwhile; measured,
that lost more than half of simultaneous posts. Several processes that write queue at a file lock,
which is fair, where SQLite's own busy handler is not.
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
from sqlalchemy import Connection, Engine, event, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from jobboard.domain.errors import ChangedMeanwhile
from jobboard.models import (
    event as _event,
)
from jobboard.models import (
    import_record,
    login_session,
    message,
    old_address,
    one_time_link,
    organisation,
    revision,
    user,
)
from jobboard.models.base import Base
from jobboard.models.change import ChangeCounter
from jobboard.models.listing import Listing

#: Every table's module, so that the metadata is whole wherever the session is used.
TABLES = (
    _event,
    import_record,
    login_session,
    message,
    old_address,
    one_time_link,
    organisation,
    revision,
    user,
)

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)

#: Seconds a writer waits for the others, and between two looks at the lock.
_LONGEST_WAIT = 10.0
_LOCK_POLL = 0.002

_PRAGMAS = (
    "journal_mode=wal",
    "synchronous=full",
    "foreign_keys=on",
    "busy_timeout=10000",
    "cache_size=-65536",
    "mmap_size=268435456",
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
    """Return the number of the last committed change to any listing."""
    return int(session.scalar(text("SELECT value FROM change_counter WHERE id = 1")) or 0)


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


@event.listens_for(Session, "before_flush")
def _number_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Give every changed listing the next change number, in the transaction that changes it."""
    changed = [
        row
        for row in (*session.new, *session.dirty)
        if isinstance(row, Listing) and session.is_modified(row)
    ]
    if not changed:
        return
    number = session.scalar(
        update(ChangeCounter)
        .where(ChangeCounter.id == 1)
        .values(value=ChangeCounter.value + 1)
        .returning(ChangeCounter.value)
        .execution_options(synchronize_session=False)
    )
    for listing in changed:
        listing.change_number = number or 0
