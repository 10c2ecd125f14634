"""The representations of a page: their bytes, tags and headers, and who has them already."""

import gzip
from collections.abc import Mapping

import brotli
import pytest

from jobboard.web.page_cache.representations import (
    Representation,
    by_coding,
    compressed,
    preferred_coding,
)

pytestmark = pytest.mark.one_database

CHANGED = "Thu, 18 Feb 2027 12:00:00 GMT"
LONG = b"Analyst. " * 200


def made(body: bytes = LONG, **headers: str) -> dict[str, Representation]:
    named = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "public, no-cache",
        "ETag": '"abc"',
        "Vary": "Accept-Encoding",
        "Date": CHANGED,
        "X-Request-Id": "1",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return by_coding(list(named.items()), body)


def test_a_page_as_it_is_keeps_its_headers_but_those_of_one_answer() -> None:
    page = made()
    assert list(page) == ["identity"]
    identity = page["identity"]
    assert (identity.body, identity.etag) == (LONG, '"abc"')
    assert sorted(identity.headers) == [
        ("Cache-Control", "public, no-cache"),
        ("Content-Length", "1800"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("ETag", '"abc"'),
        ("Vary", "Accept-Encoding"),
    ]
    assert sorted(identity.unchanged) == [
        ("Cache-Control", "public, no-cache"),
        ("ETag", '"abc"'),
        ("Vary", "Accept-Encoding"),
    ]


@pytest.mark.parametrize(("coding", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_coding_has_its_own_tag_and_length(coding: str, read: object) -> None:
    assert callable(read)
    identity = made()["identity"]
    other = compressed(identity, coding)
    assert read(other.body) == LONG
    assert other.etag == f'"abc-{coding}"'
    headers = dict(other.headers)
    assert len(headers) == len(other.headers)
    assert headers == {
        **dict(identity.headers),
        "Content-Encoding": coding,
        "Content-Length": str(len(other.body)),
        "ETag": other.etag,
    }
    assert dict(other.unchanged) == {**dict(identity.unchanged), "ETag": other.etag}


def test_what_a_coding_does_not_help_is_the_same_in_all() -> None:
    for page in (made(b"short"), made(Content_Type="image/png")):
        assert list(page) == ["identity", "br", "gzip"]
        assert len({id(one) for one in page.values()}) == 1
        assert "Content-Encoding" not in dict(page["br"].headers)
    assert list(made(Content_Type="application/atom+xml")) == ["identity"]
    # What is never encoded does not differ by who asks.
    assert "Vary" not in dict(made(Content_Type="image/png")["br"].headers)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.1, gzip", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("zstd", "identity"),
        ("identity", "identity"),
        ("*", "br"),
    ],
)
def test_the_best_coding_that_a_browser_takes(accepted: str, coding: str) -> None:
    assert preferred_coding(accepted) == coding


@pytest.mark.parametrize(
    ("asked", "is_known"),
    [
        ({}, False),
        ({"HTTP_IF_NONE_MATCH": '"abc"'}, True),
        ({"HTTP_IF_NONE_MATCH": 'W/"abc"'}, True),
        ({"HTTP_IF_NONE_MATCH": '"other", "abc"'}, True),
        ({"HTTP_IF_NONE_MATCH": "*"}, True),
        ({"HTTP_IF_NONE_MATCH": '"abc-br"'}, False),
        ({"HTTP_IF_NONE_MATCH": ""}, False),
        ({"HTTP_IF_MODIFIED_SINCE": CHANGED}, True),
        ({"HTTP_IF_MODIFIED_SINCE": "Thu, 18 Feb 2027 11:59:59 GMT"}, False),
        ({"HTTP_IF_MODIFIED_SINCE": "yesterday"}, False),
        # A tag says more than a date.
        ({"HTTP_IF_NONE_MATCH": '"other"', "HTTP_IF_MODIFIED_SINCE": CHANGED}, False),
    ],
)
def test_who_has_it_already(asked: Mapping[str, str], is_known: bool) -> None:
    assert made(Last_Modified=CHANGED)["identity"].is_known_to(dict(asked)) is is_known


def test_a_page_without_a_date_is_not_known_by_one() -> None:
    asked = {"HTTP_IF_MODIFIED_SINCE": CHANGED}
    assert not made()["identity"].is_known_to(asked)
    page = made(Last_Modified=CHANGED)["identity"]
    assert compressed(page, "br").is_known_to(asked)
