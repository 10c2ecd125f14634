"""What may be kept of what the application answers, and what it is told of who asks."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from jobboard.web.page_cache.answers import Answer, anonymous, ask

pytestmark = pytest.mark.one_database

KEPT = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "public, no-cache",
    "ETag": '"abc"',
    "Vary": "Accept-Encoding",
    "X-Request-Id": "1",
    "Date": "Thu, 01 Jan 2015 00:00:00 GMT",
}


def answer(status: str = "200 OK", **headers: str) -> Answer:
    named = {**KEPT, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Answer(status, list(named.items()), [b"page"])


def test_what_says_that_it_is_for_everyone_may_be_kept() -> None:
    assert answer().is_for_everyone
    assert Answer(
        "200 OK", [pair for pair in KEPT.items() if pair[0] != "Vary"], []
    ).is_for_everyone


@pytest.mark.parametrize(
    "other",
    [
        answer("404 Not Found"),
        answer("304 Not Modified"),
        answer(Cache_Control="private, no-cache"),
        answer(Cache_Control="public, max-age=60"),
        answer(Set_Cookie="board=1"),
        answer(RateLimit_Remaining="9"),
        answer(Vary="Accept-Encoding, Cookie"),
        answer(ETag='W/"abc"'),
        Answer("200 OK", [pair for pair in KEPT.items() if pair[0] != "ETag"], []),
        Answer("200 OK", [pair for pair in KEPT.items() if pair[0] != "Cache-Control"], []),
    ],
    ids=lambda one: f"{one.status} {one.headers[-1][0]}",
)
def test_one_thing_of_somebody_s_own_and_it_may_not(other: Answer) -> None:
    assert not other.is_for_everyone


def test_a_request_without_a_name_tells_nothing_but_its_path() -> None:
    came = {
        "REQUEST_METHOD": "HEAD",
        "PATH_INFO": "/jobs/",
        "QUERY_STRING": "utm_source=planted",
        "REQUEST_URI": "/jobs/?utm_source=planted",
        "RAW_URI": "/jobs/?utm_source=planted",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "planted.example",
        "HTTP_COOKIE": "planted",
        "HTTP_X_ANYTHING": "planted",
    }
    before = dict(came)
    assert anonymous(came, "q=analyst", urlsplit("https://board.example:8443/")) == {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/jobs/",
        "QUERY_STRING": "q=analyst",
        "wsgi.url_scheme": "https",
        "HTTP_HOST": "board.example:8443",
    }
    assert came == before


class Parts:
    """A body that says when it is closed."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self.parts
        if not self.parts:
            raise OSError("gone")

    def close(self) -> None:
        self.is_closed = True


def test_an_answer_is_what_the_application_said_last_and_is_closed_when_it_is_read() -> None:
    body = Parts(b"one ", b"page")

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Name", environ["PATH_INFO"])])
        start_response("500 Broken", [("Name", "other")], None)
        return body

    found = ask(application, {"PATH_INFO": "/jobs/"})
    assert (found.status, found.headers) == ("500 Broken", [("Name", "other")])
    assert (found.whole(), body.is_closed) == (b"one page", True)


def test_a_body_that_breaks_is_closed_too() -> None:
    body = Parts()
    with pytest.raises(OSError, match="gone"):
        Answer("200 OK", [], body).whole()
    assert body.is_closed
