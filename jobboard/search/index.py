"""The index on disk: opened, written by one process at a time, rebuilt while it serves.

Below the index folder lies one folder for each build, and a small file that names the present
one; a rebuild writes beside it and replaces that file in one step. Every commit carries the change
number of the database it goes up to. The index is derived: whatever is wrong with it, it is
thrown away and built again.
"""

import contextlib
import fcntl
import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tantivy import Index, IndexWriter, Query, Schema, Searcher

from jobboard.search import document
from jobboard.search.columns import Numbers
from jobboard.search.document import SearchDocument
from jobboard.search.hits import KeptHits

#: Memory of a writer in bytes: for some changed listings, and for all of them.
_SMALL_HEAP = 15_000_000
_LARGE_HEAP = 120_000_000
#: The index's own documents: one, and those of earlier commits that are not merged away yet.
_MOST_MARKERS = 100
#: With more segments than this a writer stays for the time it takes to merge them.
_MOST_SEGMENTS = 12
_LOCK_POLL = 0.005
#: Terms of which it is remembered how many listings have them.
_MOST_FREQUENCIES = 20_000
#: Seconds that a finished build waits for a writer of the old one; no commit takes so long.
_WRITERS_TIME = 30.0


Key = TypeVar("Key")
Value = TypeVar("Value")


class Broken(Exception):
    """There is no index, or it cannot be read; it has to be built."""


@dataclass(frozen=True)
class Timetable:
    """Which listings of one state of the index are not live, as time goes on.

    Attributes:
        begins: the first instant it is right for, and ``ends`` the last, in microseconds.
        gone: ids of those that are not live at the first instant and never will be.
        coming: instants of publication ahead, each with its listing's id.
        going: ends ahead, soonest first, each with its listing's id.
    """

    begins: int
    ends: int
    gone: tuple[int, ...]
    coming: tuple[tuple[int, int], ...]
    going: tuple[tuple[int, int], ...]


@dataclass
class Remembered:
    """What searches of one state of the index worked out, for those that come after them.

    Attributes:
        corrections: words that were looked up, and what was probably meant (``spelling``).
        nearness: places that were looked up, and the points around them (``nearness``).
        timetable: when listings begin and end (``timetables``).
        questions: how many searches there have been.
        pages: the first hits of searches, live or not, and how many there are (``question``).
        counts: what was counted for searches, live or not (``facets``).
        numbers: what the numbers in the columns stand for (``facets``).
        slugs: of organisations, by their numbers (``facets``).
        related: the listings most like one, by its id (``engine``).
        frequencies: in how many listings a field has a term, by both.
        beginnings: words of a field that begin with a letter, and in how many listings each is.
    """

    corrections: dict[tuple[str, int], str | None] = field(default_factory=dict)
    nearness: dict[tuple[float, float, int], tuple[str, ...]] = field(default_factory=dict)
    timetable: Timetable | None = None
    questions: int = 0
    pages: dict[Any, KeptHits] = field(default_factory=dict)
    counts: dict[Any, Any] = field(default_factory=dict)
    numbers: Numbers | None = None
    slugs: dict[int, str] = field(default_factory=dict)
    related: dict[int, tuple[int, ...]] = field(default_factory=dict)
    frequencies: dict[tuple[str, str], int] = field(default_factory=dict)
    beginnings: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """The index at one commit: what a search reads from beginning to end.

    Attributes:
        folder: where it lies.
        change_number: the change of the database that it goes up to.
        languages: codes of the stemmers that its listings were reduced by.
        indexed: how many documents the engine weighs words against: no less than it does, a little
            more. Listings that were replaced count until their segment is merged.
        remembered: what earlier searches of this state worked out.
    """

    index: Index
    folder: Path
    searcher: Searcher
    schema: Schema
    change_number: int
    languages: tuple[str, ...]
    indexed: int
    remembered: Remembered = field(default_factory=Remembered, compare=False)

    def frequency(self, name: str, term: str) -> int:
        """Return in how many listings a field has a term; those replaced lately count too."""
        known = self.remembered.frequencies
        found = known.get((name, term))
        if found is None:
            frequency = int(self.searcher.doc_freq(name, term))
            found = keep(known, (name, term), frequency, _MOST_FREQUENCIES)
        return found


def keep(kept: dict[Key, Value], key: Key, value: Value, most: int) -> Value:
    """Remember something as the latest and give up what was remembered longest ago."""
    while len(kept) >= most:
        # Another thread may have given it up at this very moment.
        kept.pop(next(iter(kept), key), None)
    kept[key] = value
    return value


class SearchIndex:
    """The index in one folder, as one process sees it."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is opened or built when it is first needed."""
        self.folder = folder
        self._snapshot: Snapshot | None = None
        self._opened = ""
        self._reloading = threading.Lock()

    @property
    def snapshot(self) -> Snapshot | None:
        """The last commit this process has read, or None before the first."""
        return self._snapshot

    def reload(self) -> Snapshot:
        """Read the last commit, of whichever process, and return it.

        Raises:
            Broken: there is no index or it cannot be read.
        """
        with self._reloading:
            present = self._present()
            if present is None:
                raise Broken("no index has been built")
            try:
                if self._snapshot is not None and present == self._opened:
                    index = self._snapshot.index
                    index.reload()
                else:
                    index = Index.open(str(self.folder / present))
                    index.config_reader("manual")
                    index.reload()
                self._snapshot = _read(index, self.folder / present)
            except (ValueError, OSError) as error:
                self._snapshot = None
                raise Broken(str(error)) from error
            self._opened = present
            return self._snapshot

    def lock(self, patience: float) -> contextlib.AbstractContextManager[bool]:
        """Be the only writer of this machine; gives False after ``patience`` seconds of waiting."""
        return _locked(self.folder / "writer.lock", patience)

    def rebuild_lock(self, patience: float) -> contextlib.AbstractContextManager[bool]:
        """Be the only one who rebuilds; writers of the present index go on meanwhile."""
        return _locked(self.folder / "rebuild.lock", patience)

    def write(
        self, added: Iterable[SearchDocument], removed: Iterable[int], change_number: int
    ) -> Snapshot:
        """Put listings in and take others out, in one commit; to be called under the lock.

        Args:
            added: listings that may be live; each replaces what the index had of it.
            removed: ids of listings that can no longer be live.
            change_number: the change of the database that the index goes up to after this.
        """
        snapshot = self.reload()
        numbers = Numbers.read(snapshot.searcher)
        # Opened anew: an open index knows only of the files that were there when it was opened, and
        # of its own. One that was killed may have left files whose names this one needs: the engine
        # names the list of what a segment has lost by the number of steps, and does not replace it.
        writer = Index.open(str(snapshot.folder)).writer(_SMALL_HEAP, 1)
        try:
            writer.garbage_collect_files()
            # A deletion by term (``delete_documents_by_term``) finds no number, by query it does.
            documents = list(added)
            gone = [*removed, *(one.id for one in documents), 0]
            writer.delete_documents_by_query(Query.term_set_query(snapshot.schema, "id", gone))
            for one in documents:
                writer.add_document(document.indexed(one, numbers))
            _commit(writer, change_number)
            if snapshot.searcher.num_segments > _MOST_SEGMENTS:
                writer.wait_merging_threads()
        finally:
            # The engine's own lock goes with the writer, and the next one must find it free.
            del writer
        return self.reload()

    def rebuild(self, documents: Iterable[SearchDocument], change_number: int) -> None:
        """Build a new index beside the present one, and put it in its place; under its lock.

        The present one serves until then. What changes in the meantime is above
        ``change_number`` and so is read again by the next search.
        """
        name = f"v{document.VERSION}-{uuid.uuid4().hex}"
        folder = self.folder / name
        folder.mkdir(parents=True)
        try:
            writer = Index(document.schema(), path=str(folder)).writer(_LARGE_HEAP, 1)
            numbers = Numbers()
            for one in documents:
                writer.add_document(document.indexed(one, numbers))
            _commit(writer, change_number)
            writer.wait_merging_threads()
            del writer
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        pointer = self._pointer()
        beside = pointer.with_name(f"{name}.pointer")
        beside.write_text(name)
        # Whoever writes the old one needs its files until the commit; readers that hold it keep
        # them until they let go of it.
        with self.lock(_WRITERS_TIME):
            beside.replace(pointer)
            self._sweep(name)

    def _present(self) -> str | None:
        try:
            return self._pointer().read_text().strip() or None
        except FileNotFoundError:
            return None

    def _pointer(self) -> Path:
        return self.folder / f"current-v{document.VERSION}"

    def _sweep(self, keep: str) -> None:
        """Remove other builds, but not those of another version: old code may still serve."""
        for other in self.folder.glob(f"v{document.VERSION}-*"):
            if other.name != keep and other.is_dir():
                shutil.rmtree(other, ignore_errors=True)


@contextlib.contextmanager
def _locked(path: Path, patience: float) -> Iterator[bool]:
    """Hold a lock file against other threads and processes, or give False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Each holder opens the file anew: flock then keeps threads of one process apart as well.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _is_taken(handle, time.monotonic() + patience)
    finally:
        os.close(handle)


def _is_taken(handle: int, give_up_at: float) -> bool:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(_LOCK_POLL)
        else:
            return True


def _commit(writer: IndexWriter, change_number: int) -> None:
    writer.add_document(document.marker(change_number))
    writer.commit()


def _read(index: Index, folder: Path) -> Snapshot:
    searcher = index.searcher()
    schema = index.schema
    marked = searcher.search(Query.term_query(schema, "id", 0), 1).hits
    if not marked:
        raise ValueError("the index has no change number")
    (change_number,) = searcher.fast_field_values("change_number", [marked[0][1]])
    languages = dict(searcher.terms_with_prefix("written_in", ""))
    indexed = sum(languages.values()) + _MOST_MARKERS
    return Snapshot(
        index,
        folder,
        searcher,
        schema,
        int(change_number or 0),
        languages=tuple(sorted(languages)),
        indexed=indexed,
    )
