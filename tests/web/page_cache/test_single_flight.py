"""One makes a thing, the others who want it wait; those who want something else do not."""

import threading
from collections.abc import Hashable

import pytest

from jobboard.web.page_cache.single_flight import SingleFlight

pytestmark = pytest.mark.one_database

PATIENCE = 10


class Waiting(threading.Thread):
    """Somebody who wants the thing of a key."""

    def __init__(self, flights: SingleFlight, key: Hashable) -> None:
        super().__init__(daemon=True)
        self.flights, self.key = flights, key
        self.has_turn, self.may_end = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.flights.turn(self.key):
            self.has_turn.set()
            assert self.may_end.wait(PATIENCE)

    def end(self) -> None:
        self.may_end.set()
        self.join(PATIENCE)
        assert not self.is_alive()


def test_a_thing_is_made_by_one_at_a_time_and_another_thing_meanwhile() -> None:
    flights = SingleFlight()
    first = Waiting(flights, "one")
    assert first.has_turn.wait(PATIENCE)
    second, other = Waiting(flights, "one"), Waiting(flights, "other")
    assert other.has_turn.wait(PATIENCE)
    assert not second.has_turn.is_set()
    first.end()
    assert second.has_turn.wait(PATIENCE)
    second.end()
    other.end()
    assert flights._flights == {}


def test_the_key_stays_while_somebody_waits() -> None:
    """Whoever comes when the first has ended must wait for the second, not fly alone."""
    flights = SingleFlight()
    first = Waiting(flights, "one")
    assert first.has_turn.wait(PATIENCE)
    second = Waiting(flights, "one")
    while flights._flights["one"].count < 2:
        assert second.is_alive()
    first.end()
    assert second.has_turn.wait(PATIENCE)
    third = Waiting(flights, "one")
    while flights._flights["one"].count < 2:
        assert third.is_alive()
    assert not third.has_turn.is_set()
    second.end()
    third.may_end.set()
    third.end()
    assert flights._flights == {}


def test_a_maker_that_breaks_gives_the_turn_back() -> None:
    flights = SingleFlight()
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), flights.turn("one"):
            raise ValueError("broken")
    assert flights._flights == {}
