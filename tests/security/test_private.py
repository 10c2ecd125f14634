"""What is one person's, what nobody may set, what the log tells: ASVS 3.3, 8.2.3, 14 to 16."""

import logging
import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.models.listing import Listing
from jobboard.models.user import User
from tests.house.audiences import Audience
from tests.house.walk import doors
from tests.security.conftest import MakeApp
from tests.support.forms import filled
from tests.support.people import PASSWORD
from tests.support.world import GUEST, World, build, signed_in

_PRIVATE = frozenset(Audience) - {Audience.EVERYONE, Audience.MACHINE, Audience.DEMO}


@pytest.fixture(scope="module")
def board(make_shared_app: MakeApp) -> tuple[Flask, World]:
    app = make_shared_app(DEMO="1")
    return app, build(app)


# --------------------------------------------------------------------------------------- answers


@pytest.mark.one_database
def test_answers_for_one_person_are_kept_nowhere(board: tuple[Flask, World]) -> None:
    """ASVS 14.3.2; faults 39: every page that is not the same for everyone, errors too."""
    app, world = board
    people = [app.test_client(), signed_in(app, "alice"), signed_in(app, "ada")]
    for door in doors(app, world):
        if door.audience not in _PRIVATE or "GET" not in door.methods:
            continue
        for client in people:
            answer = client.get(door.path)
            kept = answer.headers["Cache-Control"]
            if door.endpoint == "posting.write_listing":
                # The empty form; the browser itself may keep it, and with it what gets typed.
                assert kept == "private, no-cache"
            elif answer.status_code == HTTPStatus.OK or "Set-Cookie" in answer.headers:
                assert kept == "no-store", (door, answer.status_code)
            assert "public" not in kept, door


@pytest.mark.one_database
def test_no_other_site_learns_an_address_with_a_token(board: tuple[Flask, World]) -> None:
    """ASVS 14.2.1: what a browser tells another site of where it was is the host, at most."""
    app, world = board
    for door in doors(app, world):
        if door.audience is not Audience.HOLDER:
            continue
        answer = app.test_client().open(door.path, method=min(door.methods))
        assert answer.headers["Referrer-Policy"] in (
            "strict-origin",
            "strict-origin-when-cross-origin",
        ), door
        for address in re.findall(r'(?:href|src|action)="([^"]+)"', answer.text):
            if world.guest_token in address:
                assert address.startswith("/post-a-job/"), (door, address)


@pytest.mark.one_database
def test_no_secret_of_a_session_is_in_an_answer(board: tuple[Flask, World]) -> None:
    """ASVS 3.3.4: the cookie is the one place of a session's token."""
    app, world = board
    alice = signed_in(app, "alice")
    cookie = alice.get_cookie("board")
    assert cookie is not None
    assert cookie.http_only
    with app.test_request_context():
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        token = signer.loads(cookie.value)["_user_id"]
    assert len(token) >= 43
    for door in doors(app, world):
        if "GET" in door.methods:
            answer = alice.get(door.path, buffered=True)
            told = f"{answer.headers}{answer.get_data(as_text=False)!r}"
            assert token not in told, door
            assert cookie.value not in f"{answer.get_data()!r}", door


# ---------------------------------------------------------------------------- what no form may set


def test_no_field_beyond_those_of_a_form_sets_anything(
    board: tuple[Flask, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 15.3.3: state, owner and rights do not come from a form, on whatever page."""
    app, world = board
    more = {
        "status": "published",
        "poster_id": str(world.user_id),
        "owner_id": str(world.user_id),
        "organisation_id": str(world.organisation_id),
        "id": "1",
        "is_admin": "y",
        "is_administrator": "y",
        "is_moderator": "y",
        "is_trusted": "y",
        "is_muted": "y",
        "featured": "y",
        "verified_at": "2027-01-01",
        "publish_at": "2020-01-01",
        "first_published_at": "2020-01-01",
        "ends_at": "2999-01-01",
        "email_confirmed_at": "2020-01-01",
        "slug": "mine",
        "slug_front": "mine",
        "change_number": "9",
    }
    alice, nobody = signed_in(app, "alice"), app.test_client()
    draft = world.ids[Status.DRAFT]
    for client, path, data in (
        (alice, "/post-a-job/", filled(submission_key="of-alice", title="Analyst of mass")),
        (nobody, "/post-a-job/", filled(submission_key="of-a-guest", title="Analyst of mass")),
        (alice, f"/job-dashboard/{draft}/edit/", filled(title="Analyst of mass", action="save")),
        (alice, "/account/name/", {"name": "Alice"}),
        (
            nobody,
            "/register/",
            {"email": "new@think.example", "password": "a long new pass", "accept_terms": "y"},
        ),
    ):
        answer = client.post(path, data={**data, **more})
        assert answer.status_code == 303, path
        assert client.post(path, json={**data, **more}).status_code in (303, 400), path
    with app.app_context():
        for row in db.session.scalars(select(Listing).where(Listing.title == "Analyst of mass")):
            assert row.status in (Status.PENDING, Status.DRAFT)
            assert (row.publish_at, row.first_published_at, row.is_muted) == (None, None, False)
            assert row.slug_front == "analyst-of-mass"
            assert row.poster is None or row.poster.email == "alice@think.example"
        for user in db.session.scalars(select(User).where(User.name.not_in(["Maryam", "Ada"]))):
            rights = (user.is_trusted, user.is_moderator, user.is_administrator)
            assert rights == (False, False, False), user.email
        new = db.session.scalars(select(User).where(User.email == "new@think.example")).one()
        assert new.email_confirmed_at is None


def test_a_key_given_twice_is_read_one_way(board: tuple[Flask, World]) -> None:
    """ASVS 15.3.7: keys of one value take the first that makes sense, or are refused."""
    nobody = board[0].test_client()
    assert nobody.get("/api/v1/jobs?page=1&sort=newest&sort=pay").status_code in (200, 400)
    answers = {nobody.get("/jobs/?sort=newest&sort=pay").data for _ in range(3)}
    assert len(answers) == 1
    assert nobody.get("/login/?next=/account/&next=//evil.example").text.count("evil") == 0


@pytest.mark.one_database
def test_a_page_for_programs_holds_nobodys_address(board: tuple[Flask, World]) -> None:
    """ASVS 15.3.1; the full walk is tests/blueprints/test_outputs.py."""
    nobody = board[0].test_client()
    for path in ("/api/v1/jobs", "/api/v1/organisations", "/jobs/feed.json", "/feeds/jobs.xml"):
        assert "@think.example" not in nobody.get(path).text, path


# ------------------------------------------------------------------------------------------- log


def test_the_log_tells_what_matters_and_names_nobody(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    """ASVS 16.2.5, 16.3.1 to 16.3.3, 16.4.1: sign-ins, refusals and throttles, each in one line."""
    app = make_app(RATE_LIMITS="on")
    app.config |= {"WTF_CSRF_ENABLED": False, "TESTING": False}
    world = build(app)
    caplog.set_level(logging.DEBUG)
    forged = "alice@think.example\r\n2027-01-01 INFO forged: line"
    alice, nobody = signed_in(app, "alice"), app.test_client()
    nobody.post("/login/", data={"email": forged, "password": "wrong-secret-1"})
    nobody.post("/login/", data={"email": "alice@think.example", "password": "wrong-secret-2"})
    alice.get("/admin/")
    alice.post("/account/name/", data={"name": forged}, headers={"Origin": "http://evil.example"})
    alice.post("/account/name/", data={"name": forged})
    nobody.post("/post-a-job/", data=filled(title=forged, email="guest@think.example"))
    nobody.get(f"/post-a-job/{world.guest_token}/\r\nforged", headers={"User-Agent": "forged"})
    nobody.post("/lost-password/", data={"email": "alice@think.example"})
    nobody.get(f"/job/{'forged%0d%0aline'}/?q=%0d%0aforged")
    for _ in range(12):
        throttled = nobody.post("/login/", data={"email": "x@think.example", "password": "y"})
    assert throttled.status_code == 429
    formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    lines = [formatter.format(record) for record in caplog.records]
    for start in (
        "INFO jobboard.blueprints.auth.routes: signed in: account ",
        "WARNING jobboard.blueprints.auth.routes: sign-in failed: ",
        "WARNING jobboard.web.access: refused: account ",
        "WARNING jobboard.web.access: refused: foreign form at auth.rename",
        "WARNING jobboard.web.limits: throttled: sign_in ",
    ):
        assert [line for line in lines if line.startswith(start)], start
    for line in lines:
        assert line.splitlines() == [line], line
        for secret in (
            *("think.example", PASSWORD, "wrong-secret", "forged", "evil", GUEST),
            *(world.guest_token, world.reset_token),
        ):
            assert secret not in line, line


def test_a_statement_that_fails_is_logged_without_what_it_carried(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A trace names the statement; addresses and hashes that went with it stay out."""
    app.config["TESTING"] = False
    world = build(app)

    @app.get("/breaks/")
    def breaks() -> str:
        user = db.session.get(User, world.user_id)
        db.session.add(User(email=user.email if user else "", password_hash="hash-of-ada"))
        db.session.flush()
        return ""

    answer = client.get("/breaks/")
    assert answer.status_code == 500
    told = caplog.text
    assert "INSERT INTO" in told
    assert "hash-of-ada" not in told
    assert "ada@think.example" not in told
