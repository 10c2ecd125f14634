"""The page cache: never a stale page, whoever changed what, wherever."""

import gzip
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from jobboard import change_watch, clock
from jobboard.db import db
from jobboard.domain.listing import CloseReason, Status, Verb
from jobboard.models.listing import Listing
from jobboard.search import upkeep
from jobboard.web.page_cache.middleware import PageCache
from tests.support.board import LiveBoard
from tests.support.listings import listing
from tests.support.people import NOW

ENDS_AT = NOW + timedelta(days=30)


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    """The clock, standing at NOW until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cache(app: Flask) -> PageCache:
    found: PageCache = app.extensions["page_cache"]
    return found


def _add(app: Flask, status: Status = Status.PUBLISHED, **columns: Any) -> str:
    """Add a listing and return its address."""
    with app.app_context():
        return f"/job/{listing(db.session, status, **columns).slug}/"


@contextmanager
def _changing(app: Flask) -> Iterator[Listing]:
    with app.app_context():
        yield db.session.query(Listing).one()
        db.session.commit()


# ------------------------------------------------------------------------------------ exactness


def test_a_page_is_made_once(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    first = client.get("/jobs/")
    second = client.get("/jobs/")
    assert (cache.fills, cache.hits) == (1, 1)
    assert second.data == first.data
    assert dict(second.headers) == dict(first.headers)


def _edit(row: Listing) -> None:
    row.title = "Deputy Director, Gulf Security"


def _close(row: Listing) -> None:
    row.move_to(Status.CLOSED, Verb.CLOSE, NOW, reason=CloseReason.FILLED)


def _verify(row: Listing) -> None:
    assert row.organisation is not None
    row.organisation.name = "Institute of Straits"


@pytest.mark.parametrize(
    ("change", "gone", "there"),
    [
        (_edit, "Senior Analyst", "Deputy Director"),
        (_close, "Senior Analyst", None),
        (_verify, "Centre for Grand Strategy", "Institute of Straits"),
    ],
)
def test_the_next_request_after_a_change_is_right(
    at: time_machine.Traveller,
    app: Flask,
    client: FlaskClient,
    change: Callable[[Listing], None],
    gone: str,
    there: str | None,
) -> None:
    _add(app)
    assert gone in client.get("/jobs/").text
    with _changing(app) as row:
        change(row)
    page = client.get("/jobs/").text
    assert gone not in page
    assert there is None or there in page


def test_a_listing_ends_at_its_second(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    address = _add(app)
    at.move_to(ENDS_AT - timedelta(seconds=1))
    assert "Senior Analyst" in client.get("/jobs/").text
    assert "JobPosting" in client.get(address).text
    at.move_to(ENDS_AT - timedelta(microseconds=1))
    assert "Senior Analyst" in client.get("/jobs/").text
    assert cache.hits == 1
    at.move_to(ENDS_AT)
    assert "Senior Analyst" not in client.get("/jobs/").text
    assert "JobPosting" not in client.get(address).text


def test_a_scheduled_listing_begins_at_its_second(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    address = _add(app, Status.SCHEDULED)
    begins_at = NOW + timedelta(days=2)
    at.move_to(begins_at - timedelta(seconds=1))
    assert "Senior Analyst" not in client.get("/jobs/").text
    assert client.get(address).status_code == 404
    at.move_to(begins_at)
    assert "Senior Analyst" in client.get("/jobs/").text
    assert client.get(address).status_code == 200


def test_words_of_time_are_made_anew_after_seconds(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    client.get("/jobs/")
    at.move_to(NOW + timedelta(seconds=9))
    client.get("/jobs/")
    assert cache.fills == 1
    at.move_to(NOW + timedelta(seconds=10))
    client.get("/jobs/")
    assert cache.fills == 2


def test_a_clock_put_back_keeps_nothing_from_the_future(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    client.get("/jobs/")
    at.move_to(NOW - timedelta(days=20))
    assert "Senior Analyst" not in client.get("/jobs/").text


def test_what_is_rolled_back_changes_nothing(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    client.get("/jobs/")
    with app.app_context():
        db.session.query(Listing).one().title = "Never said"
        db.session.flush()
        db.session.rollback()
    assert "Senior Analyst" in client.get("/jobs/").text
    assert cache.fills == 1


def test_another_process_shows_every_commit_in_its_next_answer(
    app: Flask, make_board: Callable[..., LiveBoard]
) -> None:
    now = datetime.now(UTC)
    address = _add(app, now=now)
    board = make_board()
    board.start("web")
    for count in range(15):
        title = f"Analyst number {count}"
        with _changing(app) as row:
            row.title = title
        for path in ("/jobs/", address):
            for _ in range(2):
                with urllib.request.urlopen(board.url + path) as answer:  # noqa: S310
                    assert title in answer.read().decode()


def test_a_search_that_was_behind_is_not_kept(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    client.get("/jobs/")
    with app.app_context():
        index = upkeep._index()
        with index.lock(1) as is_mine:
            assert is_mine
            listing(db.session, title="Head of Programme, Sahel")
            # Another process holds the index: the page comes from the state before.
            assert "Sahel" not in app.test_client().get("/jobs/").text
    assert "Sahel" in client.get("/jobs/").text


# --------------------------------------------------------------------------- many at the same time


def test_many_who_want_one_page_have_it_made_once(app: Flask, cache: PageCache) -> None:
    _add(app, now=datetime.now(UTC))
    together = threading.Barrier(8)
    statuses = []

    def visit() -> None:
        visitor = app.test_client()
        together.wait()
        statuses.append(visitor.get("/jobs/?q=analyst").status_code)

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert (cache.fills, cache.hits) in {(1, hits) for hits in range(8)}


def test_without_a_database_nothing_kept_is_shown(app: Flask) -> None:
    _add(app, now=datetime.now(UTC))
    # Whoever makes a page asks once more when it is his turn.
    numbers = iter([1, 1, 1])

    def number() -> int:
        found = next(numbers, None)
        if found is None:
            raise change_watch.Away
        return found

    app.wsgi_app = app.extensions["page_cache"].inner  # type: ignore[method-assign]
    cache = PageCache(app, number, clock.now)
    app.wsgi_app = cache  # type: ignore[method-assign]
    client = app.test_client()
    client.get("/jobs/")
    client.get("/jobs/")
    assert (cache.fills, cache.hits) == (1, 1)
    client.get("/jobs/")
    assert (cache.fills, cache.hits) == (1, 1)


# ------------------------------------------------------------------------------------------ bounds


def test_each_form_of_a_page_is_counted(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    sizes = []
    for encoding in ("identity", "br", "gzip", "br", "identity"):
        client.get("/jobs/", headers={"Accept-Encoding": encoding})
        sizes.append(cache.store.size)
    assert 0 < sizes[0] < sizes[1] < sizes[2]
    assert sizes[3:] == [sizes[2]] * 2
    assert cache.fills == 1


def test_what_is_kept_is_bounded(app: Flask, cache: PageCache) -> None:
    _add(app, now=datetime.now(UTC))
    small = PageCache(app, lambda: 1, clock.now, most_bytes=100_000)
    small.inner = cache.inner
    app.wsgi_app = small  # type: ignore[method-assign]
    client = app.test_client()
    for count in range(12):
        client.get(f"/jobs/?q=word{count}", headers={"Accept-Encoding": "br"})
    assert small.fills == 12
    assert 0 < small.store.size <= 100_000
    client.get("/jobs/?q=word11")
    assert small.hits == 1
    client.get("/jobs/?q=word0")
    assert small.fills == 13


# ----------------------------------------------------------------------------------------- answers


def test_forms_and_their_tags(app: Flask, client: FlaskClient) -> None:
    _add(app, now=datetime.now(UTC))
    plain = client.get("/jobs/")
    br = client.get("/jobs/", headers={"Accept-Encoding": "gzip, deflate, br"})
    zipped = client.get("/jobs/", headers={"Accept-Encoding": "gzip"})
    assert brotli.decompress(br.data) == gzip.decompress(zipped.data) == plain.data
    assert [one.headers.get("Content-Encoding") for one in (plain, br, zipped)] == [
        None,
        "br",
        "gzip",
    ]
    assert {one.headers["Vary"] for one in (plain, br, zipped)} == {"Accept-Encoding"}
    assert len({one.headers["ETag"] for one in (plain, br, zipped)}) == 3
    for one in (plain, br, zipped):
        assert int(one.headers["Content-Length"]) == len(one.data)


@pytest.mark.parametrize("encoding", ["", "br", "gzip"])
def test_who_has_the_page_is_told_that_it_is_unchanged(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, encoding: str
) -> None:
    _add(app)
    accept = {"Accept-Encoding": encoding} if encoding else {}
    tag = client.get("/jobs/", headers=accept).headers["ETag"]
    for tags in (tag, f'"other", W/{tag}', "*"):
        answer = client.get("/jobs/", headers={**accept, "If-None-Match": tags})
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert "Content-Encoding" not in answer.headers
    with _changing(app) as row:
        row.title = "Something else"
    assert client.get("/jobs/", headers={**accept, "If-None-Match": tag}).status_code == 200


def test_a_program_may_ask_by_date(app: Flask, client: FlaskClient) -> None:
    address = _add(app, now=datetime.now(UTC)).rstrip("/") + ".json"
    since = client.get(address).headers["Last-Modified"]
    assert client.get(address, headers={"If-Modified-Since": since}).status_code == 304
    early = "Thu, 01 Jan 2015 00:00:00 GMT"
    assert client.get(address, headers={"If-Modified-Since": early}).status_code == 200
    mixed = {"If-Modified-Since": since, "If-None-Match": '"other"'}
    assert client.get(address, headers=mixed).status_code == 200


def test_head_is_get_without_its_body(app: Flask, client: FlaskClient) -> None:
    _add(app, now=datetime.now(UTC))
    for path in ("/jobs/", "/job/none-999/"):
        head = client.head(path)
        get = client.get(path)
        assert (head.status, head.data) == (get.status, b"")
        # Each answer of the application itself has a number of its own.
        assert set(head.headers.keys()) == set(get.headers.keys())
        assert head.headers.get("ETag") == get.headers.get("ETag")


def test_nothing_of_who_asks_reaches_the_page(app: Flask, client: FlaskClient) -> None:
    address = _add(app, now=datetime.now(UTC))
    client.set_cookie("board", "planted-cookie")
    planted = dict.fromkeys(
        (
            "Host",
            "X-Forwarded-Host",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Original-URL",
            "Forwarded",
            "Referer",
            "User-Agent",
            "Accept-Language",
            "Origin",
        ),
        "planted.example",
    )
    for path in ("/jobs/", address, f"{address.rstrip('/')}.json", f"{address.rstrip('/')}.ics"):
        answer = client.get(path, headers=planted)
        assert answer.status_code == 200
        assert "planted" not in answer.text + str(answer.headers)
        assert "Set-Cookie" not in answer.headers
        assert answer.data == app.test_client().get(path).data


def test_one_search_is_one_page_however_it_is_written(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    _add(app)
    ways = (
        "country=TR&country=FR&q=analyst",
        "q=analyst&country=FR&country=TR&country=FR&where=&page=1",
        "q=%61nalyst&country=tr&country=fr",
    )
    assert len({client.get(f"/jobs/?{way}").data for way in ways}) == 1
    assert cache.fills == 1


def test_what_was_not_understood_is_said_each_time(
    app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    for value in ("password", "passwort"):
        assert value in client.get(f"/jobs/?sort={value}").text
    assert cache.fills == 0


def test_keys_that_say_nothing_make_no_other_page(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    address = _add(app)
    pages = {
        client.get(f"{address}{query}").data for query in ("", "?utm_source=x", "?utm_source=y")
    }
    assert len(pages) == 1
    assert cache.fills == 1


def test_what_is_not_for_everyone_is_never_kept(
    at: time_machine.Traveller, app: Flask, client: FlaskClient, cache: PageCache
) -> None:
    address = _add(app)
    for path in ("/login/", "/job/none-999/", address.replace("senior", "junior"), "/jobs/?page=7"):
        for _ in range(2):
            client.get(path)
    client.post(f"{address}apply/")
    client.get("/jobs/", headers={"Authorization": "Bearer x"})
    assert (cache.fills, cache.hits) == (0, 0)
