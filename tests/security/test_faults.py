"""What happens when the ground gives way: faults 10, 11, 12, 15, 18, 46 and ASVS 2.3.4, 16.5.1.

The faults are real: a lock that somebody holds, a server that was killed, a pool without a
connection left, a clock that was put back.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from jobboard import clock
from jobboard import db as databases_of_the_board
from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.services import clock_jobs
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.forms import filled
from tests.support.postgres import Postgres
from tests.support.world import World, build, signed_in

READ = ("/jobs/", "/organisations/", "/login/", "/api/v1/jobs", "/jobs/feed.atom", "/about/")
MORE_THAN_THE_POOL = 20


@pytest.fixture
def world(app: Flask) -> World:
    app.config["TESTING"] = False
    return build(app)


# ------------------------------------------------------------------------------- the database


def test_while_somebody_writes_long_reads_answer_and_writes_say_when_to_come_again(
    databases: Databases, app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(databases, SqliteDatabases):
        pytest.skip("PostgreSQL locks rows, not the whole")
    monkeypatch.setattr(databases_of_the_board, "_LONGEST_WAIT", 0.3)
    alice = signed_in(app, "alice")
    with app.app_context():
        path = f"{db.engine.url.database}.lock"
    with Path(path).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for read in (*READ, f"/job/{world.live_slug}/"):
            assert app.test_client().get(read).status_code == 200, read
        assert alice.get("/job-dashboard/").status_code == 200
        begun = time.monotonic()
        answer = alice.post("/account/name/", data={"name": "Alicia"})
        assert time.monotonic() - begun < 9  # less than a writer's usual patience
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "busy" in answer.text
    assert alice.post("/account/name/", data={"name": "Alicia"}).status_code == 303
    assert "Alicia" in alice.get("/account/").text


def test_a_database_that_was_killed_comes_back_by_itself(
    databases: Databases, request: pytest.FixtureRequest, app: Flask, world: World
) -> None:
    if not isinstance(databases, PostgresDatabases):
        pytest.skip("SQLite has no server to kill")
    server: Postgres = request.getfixturevalue("postgres")
    alice, nobody = signed_in(app, "alice"), app.test_client()
    assert alice.get("/job-dashboard/").status_code == 200
    server.kill()
    try:
        for path in ("/job-dashboard/", f"/job/{world.live_slug}/", "/api/v1/jobs?q=x"):
            answer = alice.get(path)
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), path
        assert alice.post("/account/name/", data={"name": "A"}).status_code == 503
        assert nobody.get("/healthz").status_code == 200
        assert nobody.get("/readyz").status_code == 503
    finally:
        server.start()
    for path in ("/job-dashboard/", f"/job/{world.live_slug}/", "/api/v1/jobs?q=x"):
        assert alice.get(path).status_code == 200, path
    assert alice.post("/account/name/", data={"name": "A"}).status_code == 303


def test_without_a_connection_left_the_answer_is_quick_and_says_when_to_come_again(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = app.test_client()
    with _no_connection_left(app, monkeypatch):
        begun = time.monotonic()
        answer = nobody.get("/organisations/?q=centre")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert time.monotonic() - begun < 9
        assert nobody.get("/healthz").status_code == 200
        assert nobody.get("/readyz").status_code == 503
    assert nobody.get("/organisations/?q=centre").status_code == 200
    assert nobody.get("/readyz").status_code == 200


@contextmanager
def _no_connection_left(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with app.app_context():
        engine = db.engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    with ExitStack() as held:
        for _ in range(MORE_THAN_THE_POOL):
            try:
                held.callback(engine.raw_connection().close)
            except Exception:  # noqa: BLE001 - the pool says so when it is empty
                break
        yield


# ------------------------------------------------------------------------------ one form, twice


def test_one_form_sent_by_four_at_once_is_one_listing(app: Flask) -> None:
    """Double clicks and impatient browsers (ASVS 2.3.4): all answers lead to the one."""
    start = threading.Barrier(4)

    def send(client: FlaskClient) -> tuple[int, str | None]:
        start.wait(10)
        answer = client.post("/post-a-job/", data=filled())
        return answer.status_code, answer.location

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(send, [app.test_client() for _ in range(4)]))
    assert answers == {(303, "/post-a-job/sent/")}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Listing)) == 1
        assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_listing_handed_in_by_four_at_once_is_handed_in_once(app: Flask, world: World) -> None:
    draft = world.ids[Status.DRAFT]
    browsers = [signed_in(app, "alice") for _ in range(4)]
    start = threading.Barrier(4)

    def send(client: FlaskClient) -> int:
        start.wait(10)
        return client.post(f"/job-dashboard/{draft}/submit/").status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, browsers)) <= {200, 303, 400, 409}
    with app.app_context():
        kinds = db.session.scalars(
            select(Message.kind).where(
                Message.listing_id == draft, Message.kind == "listing_received"
            )
        ).all()
    assert len(kinds) <= 1


# ------------------------------------------------------------------------------------- the clock


def test_a_clock_that_is_put_back_or_ahead_ends_nothing_and_mails_nobody(
    app: Flask, world: World
) -> None:
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as traveller:
        alice = signed_in(app, "alice")
        # Back by an hour; a link that was made an hour "later" still opens.
        traveller.move_to(begun - timedelta(hours=1))
        with app.app_context():
            assert clock_jobs.expire(clock.now()) == 0
        for path in ("/account/", "/job-dashboard/", f"/post-a-job/{world.guest_token}/"):
            assert alice.get(path).status_code == 200, path
        assert alice.get(f"/job/{world.live_slug}/").status_code == 200
        traveller.move_to(begun + timedelta(days=2))
        assert alice.get("/account/").status_code == 200
        # What ends within two days ends; nothing else does, and links of an hour are over.
        with app.app_context():
            assert clock_jobs.expire(clock.now()) == 0
        reset = f"/lost-password/{world.reset_token}/"
        assert app.test_client().get(reset).status_code == 410
        traveller.move_to(begun + timedelta(days=15))
        assert alice.get("/account/").status_code == 302


# --------------------------------------------------------------------------------- far too much


@pytest.mark.one_database
def test_forms_with_thousands_of_fields_are_answered(app: Flask, client: FlaskClient) -> None:
    """Faults 46."""
    app.config["TESTING"] = False
    many = {f"field{number}": "x" for number in range(5_000)}
    same = {"topics": ["energy"] * 5_000, "place": ["x"] * 5_000, "country": ["TR"] * 5_000}
    for path in ("/login/", "/post-a-job/", "/post-a-job/beside/", "/register/", "/lost-password/"):
        for data in (many, same, {"x" * 8192: "y" * 8192}):
            begun = time.thread_time()
            answer = client.post(path, data=data)
            assert answer.status_code < 500, path
            assert time.thread_time() - begun < 5, path
        parts = dict(list(many.items())[:1_500])
        answer = client.post(path, data=parts, content_type="multipart/form-data")
        assert answer.status_code in (400, 413), path
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Listing)) == 0


@pytest.mark.one_database
def test_texts_made_to_be_slow_are_read_in_time(app: Flask, client: FlaskClient) -> None:
    """Faults 43: nesting and backtracking in what people write; the preview reads all of it."""
    for slow in (
        *(">" * 9_000, "[" * 9_000, "*a" * 9_000, "![" * 9_000, "`" * 9_001, "- " * 9_000),
        *("a@" * 9_000, "https://" * 4_000, "<" * 9_000, "&" * 9_000, "\\" * 9_001, "_ _" * 6_000),
        *("[a](" * 5_000, "<a " * 6_000, "1. " * 6_000, "|" * 9_000, "\n" * 9_000, "~~a" * 6_000),
        *("# " * 9_000, "**a *b " * 3_000, "[a]: <" * 3_000, "<!--" * 5_000, "a" * 50_000),
    ):
        begun = time.thread_time()
        answer = client.post("/post-a-job/description-preview/", data={"description": slow})
        assert answer.status_code == 200, slow[:10]
        assert time.thread_time() - begun < 2, (slow[:10], time.thread_time() - begun)
