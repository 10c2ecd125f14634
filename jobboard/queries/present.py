"""What is public at present, remembered for as long as nothing public changes.

Rows of the same listings are read again and again, for lists, pages and searches, while hardly any
of them changes. Each request asks for the number of the last committed change; until it moves, or
a listing begins or ends by the clock, every public row is what it was when it was read.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Engine, Executable, bindparam

from jobboard.change_watch import last_change
from jobboard.db import db, reading
from jobboard.queries import changes

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Present:
    """A span of time in which nothing public changes; another object for each.

    Attributes:
        number: of the last change before it.
        since: an instant in it, from which on it was looked at.
        until: the next instant at which a listing begins or ends; None if none ever will.
    """

    number: int
    since: datetime
    until: datetime | None

    def holds(self, number: int, now: datetime) -> bool:
        """Tell whether an instant lies in it, nothing having been changed."""
        return (
            self.number == number and self.since <= now and (self.until is None or now < self.until)
        )


_KEY_NAMES = tuple(f"key{number}" for number in range(20))

_presents: "WeakKeyDictionary[Engine, Present]" = WeakKeyDictionary()
#: Held by the one who finds out the next present; it is the same for all.
_making = threading.Lock()


def present(now: datetime, number: int | None = None) -> Present:
    """Return the span in which an instant lies.

    Args:
        now: the instant.
        number: of the last change, where it has been asked already.

    Raises:
        SQLAlchemyError: the database cannot be asked.
    """
    if number is None:
        number = last_change()
    engine = db.engine
    known = _presents.get(engine)
    if known is not None and known.holds(number, now):
        return known
    with _making:
        known = _presents.get(engine)
        if known is None or not known.holds(number, now):
            # Not in the transaction at hand: it may have begun before the last change.
            with reading(), engine.connect() as connection:
                until = changes.next_moment(now, connection)
            known = _presents[engine] = Present(number, now, until)
        return known


def read_apart(statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """Ask a statement in a transaction of its own: what it tells is no older than the question.

    And without the session, whose housekeeping costs as much as the answer.
    """
    with reading(), db.engine.connect() as connection:
        return connection.execute(statement, values).all()


def key_places() -> list[BindParameter[Any]]:
    """Return places for the keys of a page: a list of any length is a new statement each time."""
    return [bindparam(name) for name in _KEY_NAMES]


def read_some(
    statement: Executable,
    keys: Sequence[Hashable],
    nobodys: Hashable,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[Any]:
    """Ask a statement with ``key_places`` for some keys; one time for each page's worth of them.

    Args:
        statement: what to ask.
        keys: for its places.
        nobodys: a key that nothing has, for places that are left.
        values: what else it takes.
    """
    for start in range(0, len(keys), len(_KEY_NAMES)):
        some = (*keys[start : start + len(_KEY_NAMES)], *repeat(nobodys, len(_KEY_NAMES)))
        yield from read_apart(statement, {**dict(zip(_KEY_NAMES, some, strict=False)), **values})


class UntilChanged(Generic[Key, Value]):
    """Values read of what is public, by their keys, forgotten when the present has passed.

    What is kept for a present must be read after it was asked for, outside transactions that had
    begun before (``read_apart``): it may then be newer than the present's number, never older, and
    is forgotten at the next question.
    """

    def __init__(self, most: int) -> None:
        """Remember so many values at most; when there is no more room, all are forgotten."""
        self._most = most
        self._shelf: tuple[Present | None, dict[Key, Value]] = (None, {})
        self._lock = threading.Lock()

    def of(self, now: Present, keys: Iterable[Key]) -> dict[Key, Value]:
        """Return those of some values that are remembered."""
        shelf = self._of(now)
        return {key: shelf[key] for key in keys if key in shelf}

    def all(
        self, now: Present, keys: Iterable[Key], read: Callable[[list[Key]], dict[Key, Value]]
    ) -> dict[Key, Value]:
        """Return the values of some keys; those not remembered are read, if there are any."""
        wanted = list(keys)
        found = self.of(now, wanted)
        missing = [key for key in wanted if key not in found]
        if missing:
            values = read(missing)
            self.keep(now, values)
            found |= values
        return found

    def keep(self, now: Present, values: dict[Key, Value]) -> None:
        """Remember values that were read for a present."""
        with self._lock:
            shelf = self._of(now)
            if len(shelf) + len(values) > self._most:
                # Another dict: who looks into the present one finds what was there.
                self._shelf = (now, dict(values))
            else:
                shelf.update(values)

    def _of(self, now: Present) -> dict[Key, Value]:
        owner, shelf = self._shelf
        if owner is not now:
            shelf = {}
            self._shelf = (now, shelf)
        return shelf
