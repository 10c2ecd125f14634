"""Sitemaps by the protocol's rules."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from defusedxml import ElementTree

from jobboard.formats.sitemap import (
    PAGES_AT_MOST,
    SitemapPage,
    parts_for,
    write_index,
    write_part,
)

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
AT = datetime(2027, 3, 1, 15, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))


def test_a_part_names_pages_and_their_last_change_in_utc() -> None:
    body = write_part(
        [SitemapPage("https://x.example/?a=1&b=<", AT), SitemapPage("https://x.example/")]
    )
    root = ElementTree.fromstring(body)
    assert root.tag == f"{SITEMAP}urlset"
    assert [[(child.tag, child.text) for child in url] for url in root] == [
        [
            (f"{SITEMAP}loc", "https://x.example/?a=1&b=<"),
            (f"{SITEMAP}lastmod", "2027-03-01T12:00:00Z"),
        ],
        [(f"{SITEMAP}loc", "https://x.example/")],
    ]


def test_the_index_names_the_parts() -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    root = ElementTree.fromstring(write_index([SitemapPage("https://x.example/1.xml", at)]))
    assert root.tag == f"{SITEMAP}sitemapindex"
    assert [child.tag for child in root] == [f"{SITEMAP}sitemap"]


def test_an_address_that_is_too_long_is_left_out() -> None:
    fits = "https://x.example/" + "a" * (2_047 - len("https://x.example/"))
    root = ElementTree.fromstring(write_part([SitemapPage(fits), SitemapPage(fits + "a")]))
    assert [url[0].text for url in root] == [fits]


def test_more_pages_than_a_file_may_hold_are_refused() -> None:
    pages = [SitemapPage("https://x.example/")] * PAGES_AT_MOST
    assert write_part(pages).count(b"<url>") == PAGES_AT_MOST
    with pytest.raises(ValueError, match="do not fit"):
        write_part([*pages, SitemapPage("https://x.example/")])


@pytest.mark.parametrize(
    ("count", "parts"), [(0, 0), (1, 1), (50_000, 1), (50_001, 2), (100_000, 2)]
)
def test_parts_are_counted(count: int, parts: int) -> None:
    assert parts_for(count) == parts
