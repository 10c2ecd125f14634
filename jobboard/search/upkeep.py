"""Keeps the index in step with the database: compared at each search, read where it is behind."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select

from jobboard.change_watch import last_change
from jobboard.db import change_number, db, reading
from jobboard.domain.listing import PUBLIC
from jobboard.models.listing import Listing
from jobboard.search import listings
from jobboard.search.document import SearchDocument
from jobboard.search.index import Broken, SearchIndex, Snapshot

log = logging.getLogger(__name__)

#: Called with the listings done and those there are.
Progress = Callable[[int, int], None]

#: Seconds a search waits for another process that writes the index; then it answers from what is
#: there, and the database still decides what is shown.
PATIENCE = 0.25
#: Seconds a search waits for another process that builds the first index: there is nothing else.
_FIRST_PATIENCE = 30.0
#: Listings read and written in one go when many have changed.
_BATCH = 2_000

_indexes: WeakKeyDictionary[Engine, SearchIndex] = WeakKeyDictionary()


class BeingBuilt(Exception):
    """Another process is building the index, and takes longer than anybody waits."""


class NotAttached(Exception):
    """The application was put together without a search index."""


def attach(engine: Engine, folder: Path) -> None:
    """Say in which folder the index of a database lies; it is built when it is first needed."""
    _indexes[engine] = SearchIndex(folder)


@dataclass
class Note:
    """Whether a search in a block was answered from a state before the last change."""

    was_behind: bool = False


_note: ContextVar[Note | None] = ContextVar("note", default=None)


@contextmanager
def noting() -> Iterator[Note]:
    """Note for a block whether one of its searches was behind: what it gave must not be kept."""
    note = Note()
    token = _note.set(note)
    try:
        yield note
    finally:
        _note.reset(token)


def current() -> Snapshot:
    """Return the index in step with the last committed change of the database.

    When another process is just writing it, or nobody can, the state before is returned after a
    short wait; the database still decides what is shown.
    """
    snapshot, wanted = _current()
    note = _note.get()
    if note is not None and snapshot.change_number < wanted:
        note.was_behind = True
    return snapshot


def _current() -> tuple[Snapshot, int]:
    index = _index()
    snapshot = index.snapshot
    wanted = last_change()
    if snapshot is not None and snapshot.change_number == wanted:
        return snapshot, wanted
    # The transaction at hand may hold changes that are never committed, or may have begun before
    # others were: what goes into the index is read by a transaction of its own.
    with reading(), db.engine.connect() as connection:
        return _catch_up(index, connection), wanted


def catch_up() -> None:
    """Bring the index in step now, so that no search has to; holds up nobody who writes."""
    with reading(), db.engine.connect() as connection:
        _catch_up(_index(), connection)


def reindex(progress: Progress | None = None) -> int:
    """Build the index anew from the database while the present one serves.

    Args:
        progress: told from time to time how far it has come.

    Returns:
        How many listings are in it.

    Raises:
        BeingBuilt: another process has been at it for longer than one waits.
    """
    index = _index()
    with (
        index.rebuild_lock(_FIRST_PATIENCE) as is_mine,
        reading(),
        db.engine.connect() as connection,
    ):
        return _build(index, connection, progress, is_mine=is_mine)


def _index() -> SearchIndex:
    try:
        return _indexes[db.engine]
    except KeyError:
        raise NotAttached("call attach() first") from None


def _catch_up(index: SearchIndex, connection: Connection) -> Snapshot:
    wanted = change_number(connection)
    try:
        snapshot = index.reload()
    except Broken:
        return _first(index, connection)
    if snapshot.change_number > wanted:
        # Somebody else may have written since this transaction began to read: a new one tells.
        connection.rollback()
        wanted = change_number(connection)
    if snapshot.change_number > wanted:
        # Written from another database: a backup was put back, or the file was replaced.
        return _of_this_database(index, connection)
    while snapshot.change_number < wanted:
        with index.lock(PATIENCE) as is_mine:
            if not is_mine:
                return index.reload()
            snapshot = index.reload()
            if snapshot.change_number >= wanted:
                continue
            try:
                snapshot = _write_changes(index, connection, snapshot.change_number, wanted)
            except (ValueError, OSError) as fault:
                # A full disk, most likely. The state before still answers, and the next search
                # tries again. Logged in words: a trace would hold the writer, and it its lock.
                log.error("the search index cannot be written: %s", str(fault))
                return snapshot
    return snapshot


def _write_changes(index: SearchIndex, connection: Connection, after: int, wanted: int) -> Snapshot:
    limit = _BATCH
    added, removed, until = listings.changed(connection, after, limit)
    while until is not None and until <= after:
        # One transaction changed more listings than a batch holds.
        limit *= 4
        added, removed, until = listings.changed(connection, after, limit)
    return index.write(added, removed, wanted if until is None else until)


def _first(index: SearchIndex, connection: Connection) -> Snapshot:
    """Build the index when there is none, or wait for whoever is building it."""
    with index.rebuild_lock(_FIRST_PATIENCE) as is_mine:
        try:
            return index.reload()
        except Broken:
            _build(index, connection, is_mine=is_mine)
            return index.reload()


def _of_this_database(index: SearchIndex, connection: Connection) -> Snapshot:
    """Build the index anew in place of one that knows of later changes, unless another just did."""
    with index.rebuild_lock(_FIRST_PATIENCE) as is_mine:
        snapshot = index.reload()
        if snapshot.change_number <= change_number(connection):
            return snapshot
        _build(index, connection, is_mine=is_mine)
        return index.reload()


def _build(
    index: SearchIndex,
    connection: Connection,
    progress: Progress | None = None,
    *,
    is_mine: bool,
) -> int:
    """Build the index and return how many listings it has; to be called under the lock.

    Raises:
        BeingBuilt: the lock is another's (``is_mine``): two that build would sweep each other away.
    """
    if not is_mine:
        raise BeingBuilt("another process is building the search index")
    number = change_number(connection)
    count = connection.scalar(
        select(func.count()).select_from(Listing).where(Listing.status.in_(PUBLIC))
    )
    index.rebuild(_told(listings.public(connection), int(count or 0), progress), number)
    return int(count or 0)


def _told(
    documents: Iterable[SearchDocument], count: int, progress: Progress | None
) -> Iterator[SearchDocument]:
    done = 0
    for done, one in enumerate(documents, 1):
        yield one
        if progress is not None and done % _BATCH == 0:
            progress(done, count)
    if progress is not None:
        progress(done, count)
