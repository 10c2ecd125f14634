"""The number of the last committed change, by which every process learns of what others did.

The page cache and the search ask for it at every request, so it is asked on a connection of its
own, with one prepared statement and nothing around it: 4 µs in SQLite and one turn to the server
in PostgreSQL, which requests that wait at the same time share. With SQLite the question itself is
left out while nothing has been committed (``wal_index``).
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import URL, Engine, NullPool, create_engine, event

from jobboard import wal_index
from jobboard.db import change_number, db

_QUESTION = "SELECT value FROM change_counter WHERE id = 1"
#: libpq's word for "here are rows".
_TUPLES_OK = 2

Ask = Callable[[], int]


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


class _Told(NamedTuple):
    """An answer, and what the WAL index began with before the question.

    Attributes:
        process: whose connection keeps the WAL index in place.
    """

    number: int
    header: wal_index.Header
    began: bytes
    process: int

    def still_holds(self) -> bool:
        """Tell whether nothing has been committed since."""
        return self.header.read() == self.began and self.process == os.getpid()


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
        self._answer: int | None = None
        self._ask: Ask | None = None
        self._process = 0
        self._connection: Any = None
        self._header: wal_index.Header | None = None
        self._told: _Told | None = None
        _open.add(self)

    def number(self) -> int:
        """Return the number of the last committed change.

        Raises:
            Away: the database cannot be asked.
        """
        told = self._told
        if told is not None and told.still_holds():
            return told.number
        rounds = self._rounds
        with self._line:
            # Whoever held the line when we came had asked before us; a later one asked after.
            if self._rounds != rounds and self._answer is not None:
                return self._answer
            self._rounds += 1
            self._answer = None
            self._answer = self._asked()
            return self._answer

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        with self._line:
            self._drop()

    def _asked(self) -> int:
        # A connection must never be shared between processes.
        if self._ask is not None and self._process == os.getpid():
            try:
                return self._noted(self._ask)
            except self._faults:
                # It may only have been restarted since: a new connection tells.
                self._drop()
        self._ask = self._told = None
        try:
            self._ask = self._connected()
            number = self._ask()
        except self._faults as error:
            self._drop()
            raise Away from error
        if self._url.get_backend_name() == "sqlite" and _is_in_wal_mode(self._connection):
            self._header = wal_index.header_of(str(self._url.database))
        return number

    def _noted(self, ask: Ask) -> int:
        """Ask, and note how long the answer will hold if that can be told."""
        if self._header is None:
            return ask()
        # Read before the question: what is committed in between then shows as a change.
        header = self._header.read()
        number = ask()
        self._told = _Told(number, self._header, header, self._process)
        return number

    def _connected(self) -> Ask:
        self._process = os.getpid()
        engine = create_engine(self._url, poolclass=NullPool, connect_args=dict(self._arguments))
        self._connection = engine.raw_connection()
        driver = self._connection.driver_connection
        return (
            _of_sqlite(driver)
            if self._url.get_backend_name() == "sqlite"
            else _of_postgresql(driver)
        )

    def _drop(self) -> None:
        connection, self._connection, self._ask = self._connection, None, None
        self._header = self._told = None
        if connection is not None and self._process == os.getpid():
            connection.invalidate()


def _close_all() -> None:
    for one in tuple(_open):
        one.close()


# SQLite keeps account of its locks in the process. A child that inherits the account of an open
# database believes that it holds locks which are its parent's alone, and would never hear of what
# others commit.
os.register_at_fork(before=_close_all)


def _is_in_wal_mode(connection: Any) -> bool:
    """Tell whether commits show in the WAL index; one may lie there from an earlier time."""
    (mode,) = connection.driver_connection.execute("PRAGMA journal_mode").fetchone()
    return bool(mode == "wal")


def _of_sqlite(connection: Any) -> Ask:
    connection.execute("PRAGMA query_only=1")
    cursor = connection.cursor()

    def ask() -> int:
        # All rows, so that the statement ends and no old state of the database is held.
        rows = cursor.execute(_QUESTION).fetchall()
        return int(rows[0][0]) if rows else 0

    return ask


def _of_postgresql(connection: Any) -> Ask:
    # Below psycopg's cursor, which costs as much again as the turn to the server.
    server = connection.pgconn
    server.prepare(b"change_number", _QUESTION.encode())

    def ask() -> int:
        result = server.exec_prepared(b"change_number", [])
        if result.status != _TUPLES_OK:
            raise Away(result.error_message.decode("utf-8", "replace"))
        return int(result.get_value(0, 0) or 0) if result.ntuples else 0

    return ask
