"""The pages kept in one process, within a bound of bytes.

What a page weighs is counted as its representations are made; when all of them weigh too much, the
ones not asked for longest are given up.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from jobboard.web.page_cache.keys import CacheKey
from jobboard.web.page_cache.representations import Representation

#: Bytes of pages kept in one process, and of the largest one; bytes of what goes with each body;
#: how much is left when something must go.
MOST_BYTES = 8 * 1024 * 1024
_LARGEST = 2 * 1024 * 1024
_OF_A_REPRESENTATION = 3_000
_LEFT = 0.9


@dataclass
class KeptPage:
    """A page and what it is right for.

    Attributes:
        number: of the last change before it was made.
        made_at: when it was.
        until: when it is no longer right, nothing having been changed.
        representations: those made so far, by content coding.
        counted: bytes that the store has counted for it.
        asked_at: when it was last asked for, in requests.
    """

    number: int
    made_at: datetime
    until: datetime
    representations: dict[str, Representation]
    counted: int = 0
    asked_at: int = 0

    def holds(self, number: int, now: datetime) -> bool:
        """Tell whether it is still what would be made now."""
        return self.number == number and self.made_at <= now < self.until

    @property
    def size(self) -> int:
        """Bytes that it takes: its bodies, and roughly what goes with them."""
        sizes = {
            id(one): len(one.body) + _OF_A_REPRESENTATION
            for one in tuple(self.representations.values())
        }
        return sum(sizes.values())


class Store:
    """Pages by their keys, the heaviest and the longest unasked left out."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep so many bytes at most."""
        self._most_bytes = most_bytes
        self._pages: dict[CacheKey, KeptPage] = {}
        self._requests = count()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of all pages kept."""
        return self._bytes

    def find(self, key: CacheKey, number: int, now: datetime) -> KeptPage | None:
        """Return the page of a key if it is right after a change's number, at an instant."""
        # Without the lock, which cost a third of such an answer: to look into a dict, to count on
        # and to set a number are one step each.
        page = self._pages.get(key)
        if page is None or not page.holds(number, now):
            return None
        page.asked_at = next(self._requests)
        return page

    def keep(self, key: CacheKey, page: KeptPage) -> None:
        """Keep a page in place of a former one, unless it is too large."""
        if page.size > _LARGEST:
            return
        with self._lock:
            former = self._pages.pop(key, None)
            if former is not None:
                self._bytes -= former.counted
            page.asked_at = next(self._requests)
            self._pages[key] = page
            self._count(page)

    def recount(self, key: CacheKey, page: KeptPage) -> None:
        """Count a page that has got one more representation anew, if it is still kept."""
        with self._lock:
            if self._pages.get(key) is page:
                self._count(page)

    def _count(self, page: KeptPage) -> None:
        """Count a page's bytes and give up the pages not asked for longest; under the lock."""
        size = page.size
        self._bytes += size - page.counted
        page.counted = size
        if self._bytes <= self._most_bytes:
            return
        # More than must be, so that the pages need not be put in order each time.
        enough = self._most_bytes * _LEFT
        for key in sorted(self._pages, key=lambda key: self._pages[key].asked_at):
            self._bytes -= self._pages.pop(key).counted
            if self._bytes <= enough:
                break
