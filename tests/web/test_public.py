"""Answers that are the same for everyone."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask, request

from jobboard.web.public import (
    answer,
    answer_of_edition,
    query_pairs,
    search_pairs,
    whole,
    with_query,
)

pytestmark = pytest.mark.one_database


def test_an_answer_bears_the_mark_of_its_bytes(app: Flask) -> None:
    with app.test_request_context("/"):
        one, same, other = answer("a"), answer(b"a"), answer("b")
        assert one.headers["ETag"] == same.headers["ETag"] != other.headers["ETag"]
        assert one.headers["Cache-Control"] == "public, no-cache"
        assert "Access-Control-Allow-Origin" not in one.headers
        mark = one.headers["ETag"]
    with app.test_request_context("/", headers={"If-None-Match": mark}):
        assert answer("a").status_code == 304
        assert answer("b").status_code == 200


def test_an_error_has_no_mark(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "ETag" not in answer("a", status=404).headers


def test_letters_that_no_encoding_has_break_nothing(app: Flask) -> None:
    with app.test_request_context("/"):
        assert answer("a\ud800b").data == b"a?b"


def test_the_last_change_is_told_and_asked_for(app: Flask) -> None:
    at = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
    with app.test_request_context("/"):
        said = answer("a", changed_at=at).headers["Last-Modified"]
        assert said == "Mon, 01 Mar 2027 12:00:00 GMT"
    with app.test_request_context("/", headers={"If-Modified-Since": said}):
        assert answer("a", changed_at=at).status_code == 304


def test_an_edition_is_made_only_for_whoever_lacks_it(app: Flask) -> None:
    made: list[str] = []

    def body() -> bytes:
        made.append("whole")
        return b"a"

    def pieces() -> Iterator[bytes]:
        made.append("pieces")
        yield b"a"
        yield b"b"

    with app.test_request_context("/x"):
        first = answer_of_edition("1", body, "text/plain")
        assert first.data == b"a"
        mark = first.headers["ETag"]
        assert mark.startswith('W/"')
        assert answer_of_edition("2", body, "text/plain").headers["ETag"] != mark
        assert answer_of_edition("1", pieces, "text/plain").get_data() == b"ab"
    with app.test_request_context("/y"):
        assert answer_of_edition("1", body, "text/plain").headers["ETag"] != mark
    made.clear()
    with app.test_request_context("/x", headers={"If-None-Match": mark}):
        assert answer_of_edition("1", body, "text/plain").status_code == 304
    with app.test_request_context("/x", method="HEAD"):
        head = answer_of_edition("1", pieces, "text/plain")
        assert head.headers["ETag"] == mark
        # The length of a body that was not made is not known: it is not 0.
        assert "Content-Length" not in dict(head.get_wsgi_headers(request.environ))
    assert made == []


def test_whole_addresses_are_of_the_setting_and_of_no_header(app: Flask) -> None:
    with app.test_request_context("/jobs/", headers={"Host": "evil.example"}):
        assert whole("/jobs/", [("q", "a b&c")]) == "http://localhost/jobs/?q=a+b%26c"
    assert with_query("/jobs/") == "/jobs/"


def test_pairs_come_in_order_with_repeats(app: Flask) -> None:
    with app.test_request_context("/?b=1&a=2&b=3&c="):
        assert query_pairs() == [("b", "1"), ("b", "3"), ("a", "2"), ("c", "")]


def test_what_others_hang_onto_an_address_asks_for_nothing(app: Flask) -> None:
    with app.test_request_context("/?utm_source=letter&q=a&gclid=1&utm=2&utm_medium=&mc_eid=3"):
        assert search_pairs() == [("q", "a"), ("utm", "2")]
