"""Which addresses are kept, and that one page has one key."""

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.routing import Map, Rule

from jobboard.web.page_cache import keys
from jobboard.web.page_cache.keys import CacheableRoutes, CacheKey

pytestmark = pytest.mark.one_database

PAGES, COUNTS = timedelta(seconds=60), timedelta(seconds=10)


@pytest.fixture
def routes(app: Flask) -> CacheableRoutes:
    return CacheableRoutes(app.url_map.iter_rules())


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/jobs/", "", CacheKey("/jobs/", "", COUNTS)),
        ("/jobs/feed.atom", "q=analyst", CacheKey("/jobs/feed.atom", "q=analyst", COUNTS)),
        ("/jobs/", "utm_source=x&q=analyst&fbclid=y", CacheKey("/jobs/", "q=analyst", COUNTS)),
        ("/job/analyst-1/", "", CacheKey("/job/analyst-1/", "", PAGES)),
        ("/job/analyst-1/", "utm_source=x", CacheKey("/job/analyst-1/", "", PAGES)),
        ("/job/analyst-1.json", "", CacheKey("/job/analyst-1.json", "", PAGES)),
        ("/organisations/", "", CacheKey("/organisations/", "", PAGES)),
        (
            "/organisations/",
            "page=2&x=1&letter=a&page=3",
            CacheKey("/organisations/", "letter=a&page=2&page=3", PAGES),
        ),
    ],
)
def test_a_page_for_everyone_has_a_key_of_what_it_reads(
    routes: CacheableRoutes, path: str, query: str, expected: CacheKey
) -> None:
    # And the same when the address is known.
    assert [routes.key(path, query) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize(
    "path",
    [
        *("/login/", "/api/v1/jobs", "/sitemap.xml", "/feeds/jobs.xml", "/static/x.css", ""),
        *("/jobs", "/job//", "/job/analyst-1/apply/", "/job/one/two/", "/jobs/\n"),
    ],
)
def test_other_addresses_have_none(routes: CacheableRoutes, path: str) -> None:
    assert routes.key(path, "") is None


def test_one_search_has_one_key_however_it_is_written(routes: CacheableRoutes) -> None:
    ways = (
        "country=TR&country=FR&q=analyst",
        "q=analyst&country=FR&country=TR&country=FR&where=&page=1",
        "q=%61nalyst&country=tr&country=fr",
    )
    [key] = {routes.key("/jobs/", way) for way in ways}
    assert key is not None
    assert key != routes.key("/jobs/", "q=analyst&country=TR")


def test_a_search_that_is_not_understood_has_none(routes: CacheableRoutes) -> None:
    assert routes.key("/jobs/", "sort=password") is None


def test_an_address_longer_than_people_ask_for_has_none(routes: CacheableRoutes) -> None:
    words = "q" * 900
    assert routes.key("/jobs/places.json", f"q={words}") is not None
    assert routes.key("/jobs/places.json", f"q={words}{words}") is None
    assert routes.key(f"/job/{words}-1/", "") is not None
    assert routes.key(f"/job/{words}{words}-1/", "") is None
    assert max(map(len, routes._known)) <= keys._LONGEST_ADDRESS


def test_only_reading_is_kept() -> None:
    rules = Map([Rule("/jobs/", endpoint="listings.index", methods=["POST"])]).iter_rules()
    assert CacheableRoutes(rules).key("/jobs/", "") is None


def test_no_more_addresses_are_remembered_than_may_be(
    routes: CacheableRoutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_MOST_ADDRESSES", 10)
    for number in range(35):
        expected = CacheKey("/job/analyst-1/", "", PAGES)
        assert routes.key("/job/analyst-1/", f"utm_source={number}") == expected
        assert len(routes._known) <= 10
