"""Words that name a facet are offered as it; places of the same name are asked back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jobboard.domain.criteria import Criteria
from jobboard.search import engine, offers
from jobboard.search.document import point
from jobboard.search.index import Snapshot
from tests.support.documents import document, index_of
from tests.support.people import NOW


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    def at(country: str, *more: str) -> dict[str, tuple[str, ...]]:
        return {"country": (country,), "type": ("staff",), "mode": more or ("onsite",)}

    return index_of(
        tmp_path,
        [
            document(
                1,
                "Remote internship",
                place="Istanbul Türkiye",
                facets={
                    **at("TR", "remote"),
                    "type": ("internship",),
                    "pay": ("unpaid",),
                    "grade": ("P-4", "P"),
                },
            ),
            document(2, "Analyst", place="Cambridge United Kingdom", facets=at("GB")),
            document(
                3,
                "Analyst",
                place="Cambridge MA Massachusetts United States",
                facets={**at("US"), "point": (point(42.375, -71.106),)},
            ),
            document(4, "Officer", place="Tbilisi Georgia", facets=at("GE")),
            document(5, "Officer", place="Atlanta GA Georgia United States", facets=at("US")),
        ],
    )


@pytest.fixture
def count(snapshot: Snapshot) -> Callable[[Criteria], int]:
    return lambda criteria: engine.total(snapshot, criteria, NOW)


@pytest.mark.parametrize(
    ("q", "offered"),
    [
        ("remote", [("remote", "mode", "remote", 1)]),
        ("Istanbul analyst", []),
        (
            "internship istanbul",
            [("internship", "type", "internship", 1), ("istanbul", "where", "istanbul", 1)],
        ),
        ("unpaid", [("unpaid", "unpaid", "1", 1)]),
        ("officer Georgia", [("Georgia", "country", "GE", 1)]),
        ("P-4", [("P-4", "grade", "P-4", 1)]),
        ("phd", []),
        ("analyst", []),
        ('"remote"', []),
        ("-remote", []),
    ],
)
def test_words_that_name_a_filter_that_finds_something(
    snapshot: Snapshot,
    count: Callable[[Criteria], int],
    q: str,
    offered: list[tuple[str, str, str, int]],
) -> None:
    found = offers.offers(snapshot, Criteria(q=q), count)
    assert [(one.words, one.key, one.value, one.count) for one in found] == offered


def test_an_offer_takes_the_words_away(
    snapshot: Snapshot, count: Callable[[Criteria], int]
) -> None:
    (offer,) = offers.offers(snapshot, Criteria(q="officer georgia"), count)
    assert offer.criteria.query_pairs() == [("q", "officer"), ("country", "GE")]
    assert offers.offers(snapshot, offer.criteria, count) == ()


@pytest.mark.parametrize("q", ["U.S. officer", '"U.S. officer', "officer / (U.S.)"])
def test_an_offer_takes_the_signs_around_the_words_away(
    snapshot: Snapshot, count: Callable[[Criteria], int], q: str
) -> None:
    (offer,) = offers.offers(snapshot, Criteria(q=q), count)
    assert offer.criteria.q.strip('"()') == "officer"
    (offer,) = offers.offers(snapshot, Criteria(q="U.S."), count)
    assert offer.criteria.query_pairs() == [("country", "US")]


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("Cambridge", [("Cambridge", "", "GB", 1), ("Cambridge", "Massachusetts", "US", 1)]),
        ("Georgia", [("Georgia", "", "GE", 1), ("Georgia", "", "US", 1)]),
        ("Cambridge, MA", []),
        ("Istanbul", []),
        ("Nowhere", []),
    ],
)
def test_names_of_several_places_are_asked_back(
    count: Callable[[Criteria], int], where: str, meant: list[tuple[str, str, str, int]]
) -> None:
    found = offers.meanings(Criteria(where=where), count)
    assert [(one.name, one.area, one.country, one.count) for one in found] == meant
    assert all(count(one.criteria) == one.count for one in found)


def test_a_namesake_with_more_listings_is_asked_back(count: Callable[[Criteria], int]) -> None:
    found = offers.meanings(Criteria(near="Cambridge, GB"), count)
    assert [one.criteria.near for one in found] == ["Cambridge, MA, US"]
    assert offers.meanings(Criteria(near="Cambridge, MA, US"), count) == ()
