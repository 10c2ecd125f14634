"""The facet of organisations: those with the most listings, exactly, the same in every process."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from jobboard.domain.criteria import Criteria
from jobboard.search import busiest, engine
from jobboard.search.busiest import MOST_TIED, MOST_TOLD
from jobboard.search.document import SearchDocument
from jobboard.search.index import SearchIndex, Snapshot
from tests.support.documents import document, index_of
from tests.support.people import NOW

ENDED = NOW - timedelta(seconds=1)


def at(number: int, slug: str, ends_at: datetime = NOW + timedelta(days=30)) -> SearchDocument:
    return document(number, facets={"organisation_slug": (slug,)}, ends_at=ends_at)


def listings(
    counts: dict[str, int], numbers: Iterator[int], ends_at: datetime = NOW + timedelta(days=30)
) -> list[SearchDocument]:
    """Listings of organisations that have so many."""
    return [at(next(numbers), slug, ends_at) for slug, many in counts.items() for _ in range(many)]


def several(count_of_each: int, many: int, front: str = "office") -> dict[str, int]:
    """Organisations that have as many as each other."""
    return {f"{front}-{number:03}": count_of_each for number in range(many)}


def asked(snapshot: Snapshot, *pairs: tuple[str, str]) -> dict[str, int]:
    """The facet; asked at once, and asked again when it is known what is not live."""
    criteria = Criteria.parse(pairs).criteria
    first, *others = (
        engine.answer(snapshot, criteria, NOW).facets.get("organisation", {}) for _ in range(3)
    )
    assert others == [first, first]
    return first


def told(counts: Iterable[int], chosen: Iterable[int] = ()) -> dict[str, int]:
    return busiest.told(dict(enumerate(counts, 1)), set(chosen), "office-{:03}".format)


# ------------------------------------------------------------------------------------- the rule


def test_all_are_told_where_they_are_few() -> None:
    assert told([3, 0, 1]) == {"office-001": 3, "office-003": 1}
    assert list(told(range(1, MOST_TOLD + 1)).values()) == list(range(MOST_TOLD, 0, -1))


def test_of_equals_the_first_by_slug_are_told() -> None:
    assert list(told([1] * (MOST_TOLD + 5))) == [f"office-{n:03}" for n in range(1, MOST_TOLD + 1)]
    assert list(told([1] * MOST_TIED)) == [f"office-{n:03}" for n in range(1, MOST_TOLD + 1)]


def test_where_very_many_are_equal_only_those_with_more_are_told() -> None:
    assert told([1] * (MOST_TIED + 1)) == {}
    assert told([2, *[1] * MOST_TIED, 5]) == {f"office-{MOST_TIED + 2:03}": 5, "office-001": 2}


def test_what_is_chosen_is_told_however_few_it_has() -> None:
    assert told([1] * (MOST_TIED + 1), [7]) == {"office-007": 1}
    assert list(told([2] * MOST_TOLD + [1, 1, 0], [22, 23, 1]))[-1] == "office-022"
    assert len(told([2] * MOST_TOLD + [1, 1, 0], [22, 23, 1])) == MOST_TOLD + 1


# ----------------------------------------------------------------------------------- the engine


def test_listings_without_an_organisation_count_for_none(tmp_path: Path) -> None:
    snapshot = index_of(tmp_path, [at(1, "tano"), at(2, "tano"), document(3), document(4)])
    assert asked(snapshot) == {"tano": 2}
    assert "organisation" not in engine.answer(snapshot, Criteria(q="nobody"), NOW).facets


def test_the_count_leaves_out_its_own_choice_and_keeps_the_others(tmp_path: Path) -> None:
    both = {"organisation_slug": ("tano",), "type": ("staff",)}
    other = {"organisation_slug": ("wuwe",), "type": ("internship",)}
    snapshot = index_of(tmp_path, [document(1, facets=both), document(2, facets=other)])
    assert asked(snapshot, ("organisation", "tano")) == {"tano": 1, "wuwe": 1}
    assert asked(snapshot, ("organisation", "tano"), ("type", "staff")) == {"tano": 1}
    assert asked(snapshot, ("organisation", "tano"), ("type", "internship")) == {"wuwe": 1}


def test_chosen_ones_are_counted_among_thousands_and_unknown_ones_are_nothing(
    tmp_path: Path,
) -> None:
    counts = {**several(1, 300), **several(4, MOST_TOLD, "large")}
    snapshot = index_of(tmp_path, listings(counts, count(1)))
    large = several(4, MOST_TOLD, "large")
    assert asked(snapshot) == large
    assert asked(snapshot, ("organisation", "office-250")) == {**large, "office-250": 1}
    assert asked(snapshot, ("organisation", "nobody-has-it")) == large
    # What was counted for one choice says nothing of another.
    assert asked(snapshot, ("organisation", "office-007")) == {**large, "office-007": 1}


def test_many_small_parts_of_the_index_add_up(tmp_path: Path) -> None:
    index, numbers = SearchIndex(tmp_path), count(1)
    index.rebuild([], 1)
    for part in range(3):
        many = several(2, 150, f"part-{part}")
        index.write(listings({**many, "spread": 1}, numbers), [], part + 2)
    snapshot = index.reload()
    assert snapshot.searcher.num_segments > 1
    assert asked(snapshot) == {"spread": 3}


@pytest.mark.parametrize("ended", [1, 30, 120])
def test_what_has_ended_makes_room_for_whoever_has_more(tmp_path: Path, ended: int) -> None:
    numbers = count(1)
    over = several(3, ended, "over")
    snapshot = index_of(
        tmp_path,
        [
            *listings(over, numbers, ENDED),
            *listings(dict.fromkeys(over, 1), numbers),
            *listings(several(2, MOST_TOLD, "middling"), numbers),
            *listings(several(1, 300), numbers),
        ],
    )
    assert asked(snapshot) == several(2, MOST_TOLD, "middling")
    assert asked(snapshot, ("organisation", "over-000"))["over-000"] == 1


def test_what_is_known_of_one_instant_is_enough_for_a_later_one(tmp_path: Path) -> None:
    numbers, soon = count(1), NOW + timedelta(hours=1)
    snapshot = index_of(
        tmp_path,
        [
            *listings(several(3, 120, "over"), numbers, soon),
            *listings(several(2, MOST_TOLD, "middling"), numbers),
            *listings(several(1, 300), numbers),
        ],
    )
    assert asked(snapshot) == {}
    later = engine.answer(snapshot, Criteria(), soon)
    assert later.facets["organisation"] == several(2, MOST_TOLD, "middling")


def test_the_order_of_writing_does_not_matter(tmp_path: Path) -> None:
    made = listings({**several(1, MOST_TIED - 1), "zebra": 2}, count(1))
    forwards = asked(index_of(tmp_path / "one", made))
    assert forwards == asked(index_of(tmp_path / "other", reversed(made)))
    assert list(forwards) == ["zebra", *several(1, MOST_TOLD - 1)]


# ----------------------------------------------------------------------------------- the slug


def test_an_organisation_s_new_slug_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """The index keeps words of what it has forgotten for a while."""
    index = SearchIndex(tmp_path)
    index.rebuild([_of(1, "before"), _of(2, "before"), document(3)], 1)
    assert asked(index.reload()) == {"before": 2}
    index.write([_of(1, "after"), _of(2, "after")], [], 2)
    assert asked(index.reload()) == {"after": 2}


def test_two_organisations_may_exchange_their_slugs(tmp_path: Path) -> None:
    index = SearchIndex(tmp_path)
    index.rebuild([_of(1, "east", 1), _of(2, "west", 2), _of(3, "west", 2)], 1)
    index.write([_of(1, "west", 1), _of(2, "east", 2), _of(3, "east", 2)], [], 2)
    assert asked(index.reload()) == {"east": 2, "west": 1}


def _of(number: int, slug: str, organisation_id: int = 7) -> SearchDocument:
    return document(number, facets={"organisation_slug": (slug,)}, organisation_id=organisation_id)
