"""Many who want the same thing at the same time have it made once: single flight."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Flight:
    """Those who want the same thing: one makes it, the others wait."""

    lock: Any = field(default_factory=threading.Lock)
    count: int = 0


class SingleFlight:
    """Gives turns; nothing is remembered of a key that nobody wants any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, _Flight] = {}

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[None]:
        """Wait until nobody else makes the thing of a key; it may have been made by then."""
        with self._lock:
            flight = self._flights.setdefault(key, _Flight())
            flight.count += 1
        try:
            with flight.lock:
                yield
        finally:
            with self._lock:
                flight.count -= 1
                if not flight.count:
                    self._flights.pop(key, None)
