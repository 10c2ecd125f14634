"""The number of the last committed change, by which every process learns of what others did.

The page cache and the search ask for it at every request, so it is asked on a connection of its
own, with one prepared statement and nothing around it: 4 µs in SQLite and one turn to the server
in PostgreSQL, which requests that wait at the same time share. The question itself is left out
where the last answer is known to hold: with SQLite while nothing has been committed
(``wal_index``), with PostgreSQL for a few milliseconds (``change_lease``).
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import URL, Engine, NullPool, create_engine, event

from jobboard import change_lease, wal_index
from jobboard.db import change_number, db

_QUESTION = "SELECT value FROM change_counter WHERE id = 1"
#: libpq's word for "here are rows".
_TUPLES_OK = 2
#: And for "done", where there are none.
_COMMAND_OK = 1

#: Seconds to go without a lease after one was not to be had: somebody is changing something.
_WITHOUT_LEASE = 0.02


#: What each driver is told. A server that is gone must be noticed in seconds, not in minutes.
_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {"check_same_thread": False, "isolation_level": None, "timeout": 5},
    "postgresql": {"autocommit": True, "connect_timeout": 5, "tcp_user_timeout": 5000},
}


class Away(Exception):
    """The database cannot be asked."""


#: The answer of the block at hand: empty until it is asked for, None outside of blocks.
_known: ContextVar[list[int] | None] = ContextVar("known", default=None)
_watches: "WeakKeyDictionary[Engine, ChangeWatch]" = WeakKeyDictionary()
#: Every watch of this process, to be closed before it forks.
_open: "WeakSet[ChangeWatch]" = WeakSet()


def watch() -> "ChangeWatch | None":
    """Return the watch over the application's database; None for one in this process's memory."""
    engine = db.engine
    if engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
        return None
    found = _watches.get(engine)
    if found is None:
        found = _watches[engine] = ChangeWatch(engine.url, _ARGUMENTS[engine.dialect.name])
        # Whoever closes the application's connections means this one too.
        event.listen(engine, "engine_disposed", lambda _engine: found.close())
    return found


@contextmanager
def once() -> Iterator[None]:
    """Ask at most once within a block: a page that is made shows what was when it was asked for."""
    token = _known.set([])
    try:
        yield
    finally:
        _known.reset(token)


def last_change() -> int:
    """Return the number of the last committed change, asked beside the transaction at hand.

    Raises:
        SQLAlchemyError: the database cannot be asked; in the words of the session.
    """
    known = _known.get()
    if known is None:
        return _last_change()
    if not known:
        known.append(_last_change())
    return known[0]


def _last_change() -> int:
    asked = watch()
    if asked is not None:
        try:
            return asked.number()
        except Away:
            pass
    return change_number(db.session)


class Answer(Protocol):
    """The number, as it was told."""

    @property
    def number(self) -> int:
        """The number of the last change that was committed when the question was asked."""

    def still_holds(self) -> bool:
        """Tell whether the same would certainly be told now."""


Ask = Callable[[], Answer]


class _Unwarranted(NamedTuple):
    """An answer for whoever asked, and for nobody who comes later."""

    number: int

    def still_holds(self) -> bool:
        return False


class _UntilCommitted(NamedTuple):
    """SQLite's answer, and what the WAL index began with before the question.

    Attributes:
        process: whose connection keeps the WAL index in place.
    """

    number: int
    header: wal_index.Header
    began: bytes
    process: int

    def still_holds(self) -> bool:
        return self.header.read() == self.began and self.process == os.getpid()


class _Leased(NamedTuple):
    """PostgreSQL's answer, and until when it holds, in seconds of the monotonic clock."""

    number: int
    until: float

    def still_holds(self) -> bool:
        return time.monotonic() < self.until


class ChangeWatch:
    """Asks a database for the number of the last committed change, again and again, cheaply.

    Exact: every answer is that of a question which began after the caller asked. Callers that
    arrive while a question is under way wait for the next one and share its answer.
    """

    def __init__(self, url: URL, arguments: Mapping[str, Any]) -> None:
        """Remember the database; it is connected to at the first question.

        Args:
            url: its address.
            arguments: what the driver is told besides.
        """
        self._url = url
        self._arguments = arguments
        self._faults = (Away, url.get_dialect().import_dbapi().Error)
        self._line = threading.Lock()
        self._rounds = 0
        self._answer: Answer | None = None
        self._ask: Ask | None = None
        self._process = 0
        self._connection: Any = None
        _open.add(self)

    def number(self) -> int:
        """Return the number of the last committed change.

        Raises:
            Away: the database cannot be asked.
        """
        known = self._answer
        if known is not None and known.still_holds():
            return known.number
        rounds = self._rounds
        with self._line:
            # Whoever held the line when we came had asked before us; a later one asked after.
            if self._rounds != rounds and self._answer is not None:
                return self._answer.number
            self._rounds += 1
            self._answer = None
            self._answer = self._asked()
            return self._answer.number

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._line:
            self._drop()

    def _asked(self) -> Answer:
        # A connection must never be shared between processes.
        if self._ask is not None and self._process == os.getpid():
            try:
                return self._ask()
            except self._faults:
                # It may only have been restarted since: a new connection tells.
                self._drop()
        self._ask = None
        try:
            self._ask = self._connected()
            return self._ask()
        except self._faults as error:
            self._drop()
            raise Away from error

    def _connected(self) -> Ask:
        self._process = os.getpid()
        engine = create_engine(self._url, poolclass=NullPool, connect_args=dict(self._arguments))
        self._connection = engine.raw_connection()
        driver = self._connection.driver_connection
        if self._url.get_backend_name() == "sqlite":
            return _of_sqlite(driver, str(self._url.database))
        return _of_postgresql(driver)

    def _drop(self) -> None:
        connection, self._connection, self._ask = self._connection, None, None
        self._answer = None
        if connection is not None and self._process == os.getpid():
            connection.invalidate()


def _close_all() -> None:
    for one in tuple(_open):
        one.close()


# SQLite keeps account of its locks in the process. A child that inherits the account of an open
# database believes that it holds locks which are its parent's alone, and would never hear of what
# others commit.
os.register_at_fork(before=_close_all)


def _of_sqlite(connection: Any, path: str) -> Ask:
    connection.execute("PRAGMA query_only=1")
    cursor = connection.cursor()

    def number() -> int:
        # All rows, so that the statement ends and no old state of the database is held.
        rows = cursor.execute(_QUESTION).fetchall()
        return int(rows[0][0]) if rows else 0

    # The WAL index lies there only after the connection has read.
    number()
    header = wal_index.header_of(path) if _is_in_wal_mode(cursor) else None
    process = os.getpid()

    def ask() -> Answer:
        if header is None:
            return _Unwarranted(number())
        # Read before the question: what is committed in between then shows as a change.
        began = header.read()
        return _UntilCommitted(number(), header, began, process)

    return ask


def _is_in_wal_mode(cursor: Any) -> bool:
    """Tell whether commits show in the WAL index; one may lie there from an earlier time."""
    (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
    return bool(mode == "wal")


def _of_postgresql(connection: Any) -> Ask:
    # Below psycopg's cursor, which costs as much again as the turn to the server.
    server = connection.pgconn
    # What was committed between the two statements of a lease must be seen by the second.
    _rows(server.exec_(b"SET default_transaction_isolation TO 'read committed'"), _COMMAND_OK)
    server.prepare(b"change_number", _QUESTION.encode())
    again_at = 0.0

    def ask() -> Answer:
        nonlocal again_at
        began = time.monotonic()
        if began < again_at:
            return _Unwarranted(_number(server.exec_prepared(b"change_number", [])))
        result = _rows(server.exec_(change_lease.QUESTION.encode()))
        if result.ntuples and result.get_value(0, 1) == b"true":
            return _Leased(_number(result), began + change_lease.HOLDS)
        again_at = began + _WITHOUT_LEASE
        return _Unwarranted(_number(result))

    return ask


def _rows(result: Any, status: int = _TUPLES_OK) -> Any:
    if result.status != status:
        raise Away(result.error_message.decode("utf-8", "replace"))
    return result


def _number(result: Any) -> int:
    return int(_rows(result).get_value(0, 0) or 0) if result.ntuples else 0
