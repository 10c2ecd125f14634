"""Public answers that nothing keeps ready made go out compressed, private ones never."""

import gzip
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
import zstandard
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import unquote_etag
from werkzeug.test import TestResponse

from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.models.listing import Listing
from jobboard.queries import whole_board
from tests.support.listings import listing
from tests.support.people import NOW

pytestmark = pytest.mark.one_database

#: Whole answers, then such as are written while they are sent.
WHOLE = ("/api/v1/jobs?limit=5", "/api/v1/taxonomies", "/sitemap-jobs-1.xml", "/jobs/?nothing=1")
PIECEMEAL = ("/feeds/jobs.xml",)
CODINGS = ("zstd", "gzip")


def _unzstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


UNPACK: dict[str, Callable[[bytes], bytes]] = {"zstd": _unzstd, "gzip": gzip.decompress}


@pytest.fixture(autouse=True)
def _listings(app: Flask) -> Iterator[None]:
    """A board of sixty listings, more than are written in one go."""
    with app.app_context():
        for number in range(60):
            listing(db.session, Status.PUBLISHED, title=f"Analyst {number}")
    with time_machine.travel(NOW, tick=False):
        yield


def ask(client: FlaskClient, path: str, accepted: str = "", **headers: str) -> TestResponse:
    return client.get(path, buffered=True, headers={"Accept-Encoding": accepted, **headers})


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("path", [*WHOLE, *PIECEMEAL])
def test_the_same_answer_comes_packed(client: FlaskClient, path: str, coding: str) -> None:
    # The cursor of a list that goes on would tell the instant of asking: it stands still here.
    plain, packed = ask(client, path), ask(client, path, coding)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == coding
    assert UNPACK[coding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    for answer in (plain, packed):
        assert answer.headers.get("Content-Length") in (None, str(len(answer.data)))
    assert ("Content-Length" in packed.headers) == (path in WHOLE)
    for name in ("Cache-Control", "Content-Type", "Link", "Access-Control-Allow-Origin"):
        assert packed.headers.get(name) == plain.headers.get(name), name


@pytest.mark.parametrize("path", [*WHOLE, *PIECEMEAL])
def test_one_mark_names_all_forms(client: FlaskClient, path: str) -> None:
    marks = {coding: ask(client, path, coding).headers["ETag"] for coding in ("", *CODINGS)}
    assert marks["zstd"] == marks["gzip"]
    # Equal marks that are not weak would say that the bytes are the same.
    assert marks["zstd"].startswith("W/")
    assert unquote_etag(marks["zstd"])[0] == unquote_etag(marks[""])[0]
    for coding in ("", *CODINGS):
        for mark in marks.values():
            answer = ask(client, path, coding, **{"If-None-Match": mark})
            assert (answer.status_code, answer.data) == (304, b"")
            assert answer.headers["ETag"] == marks[coding]
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert "Content-Encoding" not in answer.headers
        answer = ask(client, path, coding, **{"If-None-Match": '"another"'})
        assert answer.status_code == 200


def test_asked_for_its_headers_only_an_answer_tells_the_same(client: FlaskClient) -> None:
    for path in WHOLE[:2]:
        whole = ask(client, path, "gzip")
        head = client.head(path, headers={"Accept-Encoding": "gzip"})
        assert head.data == b""
        for name in ("Content-Encoding", "Content-Length", "ETag", "Vary"):
            assert head.headers[name] == whole.headers[name], (path, name)
    # What was not made has no length that could be told.
    for path in (*PIECEMEAL, "/sitemap-jobs-1.xml"):
        head = client.head(path, headers={"Accept-Encoding": "gzip"})
        assert (head.status_code, head.data) == (200, b"")
        assert {"Content-Encoding", "Content-Length"}.isdisjoint(head.headers.keys())
        assert head.headers["ETag"] == ask(client, path, "gzip").headers["ETag"]
        assert head.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("br", None),
        ("identity", None),
        ("", None),
        ("\xff;;;q=x", None),
    ],
)
def test_who_asks_chooses_the_form(client: FlaskClient, accepted: str, coding: str | None) -> None:
    answer = ask(client, "/api/v1/taxonomies", accepted)
    assert answer.headers.get("Content-Encoding") == coding


def test_little_is_left_as_it_is(client: FlaskClient) -> None:
    answer = ask(client, "/api/v1/organisations", "gzip")
    assert answer.status_code == 200
    assert len(answer.data) < 1_000
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_what_is_somebody_s_own_and_errors_are_left_as_they_are(client: FlaskClient) -> None:
    for path, status in (("/post-a-job/", 200), ("/login/", 200), ("/nothing/", 404)):
        answer = ask(client, path, "zstd, gzip")
        assert (answer.status_code, "Content-Encoding" in answer.headers) == (status, False), path
        assert len(answer.data) > 1_000, path


def test_pages_that_are_kept_keep_their_own_forms(client: FlaskClient) -> None:
    answer = ask(client, "/jobs/", "gzip, br, zstd")
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["ETag"].endswith('-br"')


def test_who_goes_away_leaves_nothing_open(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_live, ended = whole_board.every_live, []

    def watched(now: datetime) -> Iterator[Listing]:
        try:
            # More than the packer holds back before it gives out anything.
            while True:
                yield from every_live(now)
        finally:
            ended.append(True)

    monkeypatch.setattr(whole_board, "every_live", watched)
    answer = client.get("/feeds/jobs.xml", headers={"Accept-Encoding": "gzip"})
    assert next(iter(answer.response))
    assert not ended
    answer.close()
    assert ended
