"""The store of pages: what is right is found, and what is kept is bounded."""

from datetime import datetime, timedelta

import pytest

from jobboard.web.page_cache.keys import CacheKey
from jobboard.web.page_cache.representations import IDENTITY, Representation
from jobboard.web.page_cache.store import KeptPage, Store
from tests.support.people import NOW

pytestmark = pytest.mark.one_database

SECOND = timedelta(seconds=1)
UNTIL = NOW + 10 * SECOND


def key(number: int = 0) -> CacheKey:
    return CacheKey("/jobs/", f"q={number}", 10 * SECOND)


def representation(size: int) -> Representation:
    return Representation('"abc"', None, [], [], b"x" * size)


def page(size: int = 10, number: int = 1) -> KeptPage:
    return KeptPage(number, NOW, UNTIL, {IDENTITY: representation(size)})


@pytest.mark.parametrize(
    ("number", "now", "is_right"),
    [
        (1, NOW, True),
        (1, UNTIL - timedelta(microseconds=1), True),
        (1, UNTIL, False),
        (1, NOW - timedelta(microseconds=1), False),
        (2, NOW, False),
        (0, NOW, False),
    ],
)
def test_a_page_is_found_while_it_is_right(number: int, now: datetime, is_right: bool) -> None:
    store, kept = Store(), page()
    store.keep(key(), kept)
    assert store.find(key(), number, now) is (kept if is_right else None)
    assert store.find(key(1), number, now) is None


def test_many_small_pages_are_bounded_too() -> None:
    """What goes with a page takes more memory than a page of fourteen bytes."""
    store = Store(100_000)
    for number in range(100):
        store.keep(key(number), page(14))
        assert 0 < store.size <= 100_000
    found = [store.find(key(number), 1, NOW) is not None for number in range(100)]
    # The last ones are there, all others are gone.
    assert 20 <= sum(found) <= 33
    assert found == sorted(found)


def test_pages_not_asked_for_longest_are_given_up_first() -> None:
    store = Store(100_000)
    for number in range(4):
        store.keep(key(number), page(20_000))
    assert store.find(key(0), 1, NOW) is not None
    store.keep(key(4), page(20_000))
    assert [store.find(key(number), 1, NOW) is not None for number in range(5)] == [
        *(True, False, False, True, True)
    ]


def test_a_representation_more_is_counted_and_makes_room() -> None:
    store, kept = Store(100_000), page(30_000)
    store.keep(key(0), page(30_000))
    store.keep(key(1), kept)
    before = store.size
    kept.representations["br"] = representation(10_000)
    store.recount(key(1), kept)
    assert before + 10_000 < store.size <= 100_000
    kept.representations["gzip"] = representation(40_000)
    store.recount(key(1), kept)
    assert store.find(key(0), 1, NOW) is None
    assert store.find(key(1), 1, NOW) is kept


def test_one_representation_under_several_codings_is_counted_once() -> None:
    one = representation(10_000)
    assert KeptPage(1, NOW, UNTIL, dict.fromkeys((IDENTITY, "br", "gzip"), one)).size < 20_000


def test_a_page_takes_the_place_of_a_former_one() -> None:
    store, later = Store(), page(10, number=2)
    store.keep(key(), page(50_000))
    store.keep(key(), later)
    assert store.size == later.size
    assert store.find(key(), 1, NOW) is None
    assert store.find(key(), 2, NOW) is later


def test_what_was_replaced_counts_no_more() -> None:
    store, former, later = Store(), page(), page()
    store.keep(key(), former)
    store.keep(key(), later)
    former.representations["br"] = representation(50_000)
    store.recount(key(), former)
    assert store.size == later.size


def test_a_page_that_is_too_large_is_not_kept() -> None:
    store = Store()
    store.keep(key(), page(3 * 1024 * 1024))
    assert (store.find(key(), 1, NOW), store.size) == (None, 0)
