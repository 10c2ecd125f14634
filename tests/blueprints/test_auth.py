"""Accounts through the client: passwords, sessions, links, throttles, foreign forms (ASVS)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from sqlalchemy import select

from jobboard import clock, links
from jobboard.db import db
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.web import limits
from tests.support.people import PASSWORD, person

ALICE = "alice@think.example"
NOBODY = "nobody@think.example"
NEW = "another good password"
SECURE = {"base_url": "https://localhost"}

pytestmark = pytest.mark.one_database


@pytest.fixture
def guarded(make_app: Callable[..., Flask]) -> Flask:
    """The board with CSRF tokens, as in production."""
    return make_app()


@pytest.fixture
def throttled(make_app: Callable[..., Flask]) -> Flask:
    """The board with throttles, without tokens."""
    app = make_app(RATE_LIMITS="on")
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def known(app: Flask, name: str = "alice", **columns: Any) -> None:
    with app.app_context():
        person(db.session, name, **columns)


def sign_in(client: FlaskClient, email: str = ALICE, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", data={"email": email, "password": password, **more})


def register(client: FlaskClient, email: str = ALICE, password: str = PASSWORD) -> Any:
    data = {"email": email, "password": password, "name": "Alice", "accept_terms": "y"}
    return client.post("/register/", data=data)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def newest_token(app: Flask, purpose: Purpose) -> str:
    with app.app_context():
        link = db.session.scalars(
            select(OneTimeLink)
            .where(OneTimeLink.purpose == purpose)
            .order_by(OneTimeLink.id.desc())
            .limit(1)
        ).one()
        return links.token_of(link, str(app.config["SECRET_KEY"]))


def mails(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.execute(select(Message.kind, Message.to_address).order_by(Message.id))
        return [(kind, to) for kind, to in rows]


def cookies(answer: Any) -> dict[str, str]:
    """Name to the whole header, of each cookie that an answer sets."""
    return {one.split("=")[0]: one for one in answer.headers.getlist("Set-Cookie")}


def main_of(page: str) -> str:
    """A page's own part, without tokens, which differ each time, and without what was typed."""
    part = page.split("<main", 1)[1].split("</main>", 1)[0]
    part = re.sub(r'value="[^"]*"', "", part)
    return re.sub(r"\w+@think\.example", "", part)


# ------------------------------------------------------------------------------------ registering


def test_a_failed_sign_in_points_at_no_field(app: Flask, client: FlaskClient) -> None:
    known(app)
    page = sign_in(client, password="not the one").text
    assert "The e-mail address or the password is not right." in page
    assert "marked below" not in page
    assert "marked below" in client.post("/register/", data={}).text


def test_from_registering_to_signed_in(app: Flask, client: FlaskClient) -> None:
    answer = register(client)
    assert (answer.status_code, answer.location) == (303, "/register/sent/")
    assert mails(app) == [("address_confirm", ALICE)]
    assert sign_in(client).status_code == 400

    path = f"/account/confirm/{newest_token(app, Purpose.ADDRESS_CONFIRM)}/"
    assert client.get(path).status_code == 200
    assert sign_in(client).status_code == 400  # looking at the page confirms nothing
    assert client.post(path).status_code == 303
    assert sign_in(client).status_code == 303
    assert is_signed_in(client)


def test_a_confirming_link_works_once_for_a_day(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    register(client)
    path = f"/account/confirm/{newest_token(app, Purpose.ADDRESS_CONFIRM)}/"
    at.shift(timedelta(hours=24, seconds=1))
    assert (client.get(path).status_code, client.post(path).status_code) == (410, 410)
    at.shift(timedelta(hours=-1))
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 410
    assert "Your address is confirmed" in client.get(path).text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"email": "not-an-address"},
        {"password": "1234567"},
        {"password": "password123"},
        {"password": "Geopolist1"},
        {"accept_terms": ""},
        {"email": "a" * 250 + "@think.example"},
    ],
)
def test_a_bad_registration_keeps_what_was_typed_but_the_password(
    app: Flask, client: FlaskClient, data: dict[str, str]
) -> None:
    typed = {"email": ALICE, "password": PASSWORD, "name": "Alice Ö", "accept_terms": "y"}
    sent = {**typed, **data} if data else {"name": "Alice Ö"}
    answer = client.post("/register/", data=sent)

    assert answer.status_code == 400
    assert 'value="Alice Ö"' in answer.text
    assert sent.get("password", PASSWORD) not in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert mails(app) == []


def test_no_right_comes_from_a_form(app: Flask, client: FlaskClient) -> None:
    data = {"email": ALICE, "password": PASSWORD, "accept_terms": "y"}
    flags = ("is_administrator", "is_moderator", "is_trusted", "email_confirmed_at")
    assert client.post("/register/", data={**data, **dict.fromkeys(flags, "1")}).status_code == 303
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        assert [bool(getattr(user, flag)) for flag in flags] == [False] * 4


# -------------------------------------------------------------------------------------- passwords


@pytest.mark.parametrize("length", [64, 200])
def test_the_last_character_of_a_long_password_counts(
    app: Flask, client: FlaskClient, length: int
) -> None:
    long = ("correct horse battery " * 10)[: length - 1]
    register(client, password=f"{long}x")
    client.post(f"/account/confirm/{newest_token(app, Purpose.ADDRESS_CONFIRM)}/")
    assert sign_in(client, password=f"{long}y").status_code == 400
    assert sign_in(client, password=long).status_code == 400
    assert sign_in(client, password=f"{long}x").status_code == 303


@pytest.mark.parametrize("password", ["quietly grows", "Tulpen 🌷🌷🌷", " spaces around it "])
def test_a_password_is_taken_as_typed(app: Flask, client: FlaskClient, password: str) -> None:
    register(client, password=password)
    client.post(f"/account/confirm/{newest_token(app, Purpose.ADDRESS_CONFIRM)}/")
    assert sign_in(client, password=password.swapcase()).status_code == 400
    assert sign_in(client, password=f"{password} ").status_code == 400
    assert sign_in(client, password=password).status_code == 303


def test_changing_the_password_ends_all_other_browsers(app: Flask, client: FlaskClient) -> None:
    known(app)
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    before = client.get_cookie("board")
    wrong = client.post("/account/password/", data={"current_password": "wrong", "password": NEW})
    assert wrong.status_code == 400
    assert is_signed_in(other)
    assert client.post("/account/password/", data={"password": NEW}).status_code == 400

    data = {"current_password": PASSWORD, "password": NEW}
    assert client.post("/account/password/", data=data).status_code == 303
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert client.get_cookie("board") != before
    assert sign_in(other).status_code == 400
    assert sign_in(other, password=NEW).status_code == 303


# ------------------------------------------------------------------------------- nothing revealed


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, email: sign_in(client, email, "not the password"),
        lambda client, email: client.post("/lost-password/", data={"email": email}),
        register,
    ],
    ids=["sign_in", "lost_password", "register"],
)
def test_known_and_unknown_addresses_get_one_answer(
    app: Flask, ask: Callable[[FlaskClient, str], Any]
) -> None:
    known(app)
    known(app, "new", email_confirmed_at=None)
    known(app, "gone", is_suspended=True)
    answers = set()
    for email in (ALICE, NOBODY, "new@think.example", "gone@think.example"):
        client = app.test_client()
        answer = ask(client, email)
        page = client.get(answer.location).text if answer.location else answer.text
        answers.add((answer.status_code, answer.location, main_of(page)))
    assert len(answers) == 1


def test_the_right_password_of_a_locked_out_account_gets_the_same_answer(app: Flask) -> None:
    known(app, "gone", is_suspended=True)
    known(app, "new", email_confirmed_at=None)
    answers = {
        (answer.status_code, main_of(answer.text))
        for answer in (
            sign_in(app.test_client(), "gone@think.example"),
            sign_in(app.test_client(), "new@think.example"),
            sign_in(app.test_client(), NOBODY),
        )
    }
    assert len(answers) == 1


# -------------------------------------------------------------------------------------- throttles


@pytest.mark.parametrize("email", [ALICE, NOBODY])
def test_guessing_is_slowed_and_the_owner_gets_in_from_elsewhere(
    throttled: Flask, email: str
) -> None:
    known(throttled)
    client = throttled.test_client()
    statuses = [sign_in(client, email, f"guess {number}").status_code for number in range(12)]
    assert statuses == [400] * 10 + [429] * 2
    answer = sign_in(client, email)
    assert (answer.status_code, 0 < int(answer.headers["Retry-After"]) <= 300) == (429, True)
    assert f'value="{email}"' in answer.text
    assert PASSWORD not in answer.text

    elsewhere = throttled.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert sign_in(elsewhere).status_code == 303


def guess_from_everywhere(app: Flask) -> None:
    """Use up the tries that one name has from all networks."""
    for number in range(limits.RULES["sign_in_name"][0].amount):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        sign_in(client, ALICE, "a guess")
    assert sign_in(app.test_client(), ALICE, "a guess").status_code == 429


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """One name has four tries an hour from all networks together."""
    monkeypatch.setitem(limits.RULES, "sign_in_name", (parse("4/hour"),))


@pytest.mark.usefixtures("few_tries")
def test_guessing_from_everywhere_does_not_lock_the_owner_out_of_a_known_browser(
    throttled: Flask,
) -> None:
    known(throttled)
    own = throttled.test_client()
    assert sign_in(own).status_code == 303
    own.post("/logout/")
    guess_from_everywhere(throttled)

    assert sign_in(throttled.test_client()).status_code == 429
    assert sign_in(own).status_code == 303
    # It is known for one person, and its own tries are counted.
    known(throttled, "bob")
    own.post("/logout/")
    statuses = [sign_in(own, ALICE, "wrong").status_code for _try in range(11)]
    assert (statuses[0], statuses[-1]) == (400, 429)
    assert sign_in(own, "bob@think.example").status_code == 303


@pytest.mark.usefixtures("few_tries")
@pytest.mark.parametrize("mark", ["nonsense", "é", "a.b.c", ""])
def test_a_made_up_mark_makes_no_browser_known(throttled: Flask, mark: str) -> None:
    known(throttled)
    guess_from_everywhere(throttled)
    client = throttled.test_client()
    client.set_cookie("known", mark)
    assert sign_in(client).status_code == 429


@pytest.mark.usefixtures("few_tries")
def test_a_mailed_link_lets_the_owner_in_while_others_guess(throttled: Flask) -> None:
    known(throttled)
    guess_from_everywhere(throttled)
    client = throttled.test_client()
    client.post("/lost-password/", data={"email": ALICE})
    address = f"/lost-password/{newest_token(throttled, Purpose.PASSWORD_RESET)}/"
    assert client.post(address, data={"password": "another good password"}).status_code == 303
    assert sign_in(client, ALICE, "another good password").status_code == 303


def test_one_visitor_does_not_try_many_names(
    throttled: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.RULES, "sign_in_visitor", (parse("3/5 minutes"),))
    client = throttled.test_client()
    statuses = [
        sign_in(client, f"name{number}@think.example", "x").status_code for number in range(5)
    ]
    assert statuses == [400] * 3 + [429] * 2


def test_nobody_s_mailbox_is_flooded(throttled: Flask) -> None:
    known(throttled)
    statuses = []
    for number in range(7):
        client = throttled.test_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        statuses.append(client.post("/lost-password/", data={"email": ALICE}).status_code)
    assert statuses == [303] * 5 + [429] * 2


def test_a_visitor_chooses_no_address_of_their_own(throttled: Flask) -> None:
    client = throttled.test_client()
    statuses = [
        client.post(
            "/login/",
            data={"email": ALICE, "password": "x"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert statuses == [400] * 10 + [429]


def test_tokens_are_not_tried_out(throttled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RULES, "token", (parse("5/10 minutes"),))
    client = throttled.test_client()
    statuses = {client.get(f"/lost-password/{number}/").status_code for number in range(5)}
    assert statuses == {410}
    assert client.get("/lost-password/more/").status_code == 429


# --------------------------------------------------------------------------------------- sessions


def test_a_session_from_before_is_worth_nothing(app: Flask, client: FlaskClient) -> None:
    known(app)
    client.get("/login/")
    planted = client.get_cookie("board")
    sign_in(client)
    assert client.get_cookie("board") != planted

    victim = app.test_client()
    if planted is not None:
        victim.set_cookie("board", planted.value)
    assert not is_signed_in(victim)


def test_an_old_cookie_after_signing_out_is_dead(app: Flask, client: FlaskClient) -> None:
    known(app)
    sign_in(client, remember="y")
    kept = {name: client.get_cookie(name) for name in ("board", "remember")}
    assert client.get("/logout/").status_code == 200
    assert is_signed_in(client)  # looking at the page ends nothing
    assert client.post("/logout/").status_code == 303
    assert not is_signed_in(client)

    thief = app.test_client()
    for name, cookie in kept.items():
        assert cookie is not None
        thief.set_cookie(name, cookie.value)
    assert not is_signed_in(thief)


def test_remember_me_lasts_sixty_days_and_no_longer(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    known(app)
    sign_in(client, remember="y")
    client.delete_cookie("board")  # the browser was closed
    at.shift(timedelta(days=59))
    assert is_signed_in(client)
    at.shift(timedelta(days=1, seconds=1))
    assert not is_signed_in(client)


def test_without_it_a_sign_in_ends_with_the_browser_and_after_two_weeks(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    known(app)
    answer = sign_in(client)
    assert "remember" not in cookies(answer)
    assert "expires" not in cookies(answer)["board"].lower()
    at.shift(timedelta(days=14, seconds=1))
    assert not is_signed_in(client)


def test_a_suspended_person_is_out_at_once(app: Flask, client: FlaskClient) -> None:
    known(app)
    sign_in(client)
    with app.app_context():
        db.session.query(User).update({"is_suspended": True})
        db.session.commit()
    assert not is_signed_in(client)


def test_browsers_are_listed_and_ended(app: Flask, client: FlaskClient) -> None:
    known(app)
    known(app, "bob")
    sign_in(client)
    other = app.test_client()
    other.post(
        "/login/",
        data={"email": ALICE, "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"},
    )
    assert "Firefox, Linux" in client.get("/account/").text
    assert ("device_new", ALICE) in mails(app)
    with app.app_context():
        login_id = db.session.scalars(
            select(LoginSession.id).order_by(LoginSession.id.desc())
        ).first()

    stranger = app.test_client()
    sign_in(stranger, "bob@think.example")
    stranger.post(f"/account/browsers/{login_id}/end/")
    assert is_signed_in(other)
    client.post(f"/account/browsers/{login_id}/end/")
    assert (is_signed_in(other), is_signed_in(client)) == (False, True)

    sign_in(other)
    client.post("/account/browsers/end-others/")
    assert (is_signed_in(other), is_signed_in(client)) == (False, True)


@pytest.mark.parametrize("cookie", ["nonsense", "a.b.c", "é", "0" * 3000, ""])
def test_a_made_up_cookie_is_nobody(client: FlaskClient, cookie: str) -> None:
    client.set_cookie("board", cookie)
    client.set_cookie("remember", cookie)
    assert client.get("/account/").status_code == 302


def test_over_https_cookies_are_bound_to_the_host(make_app: Callable[..., Flask]) -> None:
    app = make_app(SITE_URL="https://localhost")
    app.config["WTF_CSRF_ENABLED"] = False
    known(app)
    client = app.test_client()
    answer = client.post(
        "/login/", data={"email": ALICE, "password": PASSWORD, "remember": "y"}, **SECURE
    )
    sent = cookies(answer)

    assert sorted(sent) == ["__Host-board", "__Host-known", "__Host-remember"]
    for header in sent.values():
        parts = {part.strip().lower() for part in header.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
        assert not any(part.startswith("domain=") for part in parts)
    notice = client.get("/privacy/", **SECURE).text
    assert all(f"<code>{name}</code>" in notice for name in sent)


def test_private_pages_are_kept_nowhere_and_tell_no_other_site(
    app: Flask, client: FlaskClient
) -> None:
    known(app)
    sign_in(client)
    for path in ("/account/", "/login/", "/register/", "/lost-password/abc/"):
        answer = client.get(path)
        assert (path, answer.headers["Cache-Control"]) == (path, "no-store")
    # "no-referrer" would make the browser send "Origin: null" with the page's own form.
    assert answer.headers["Referrer-Policy"] == "strict-origin"


# ---------------------------------------------------------------------------------- lost password


def test_a_reset_link_sets_a_password_once(app: Flask, client: FlaskClient) -> None:
    known(app)
    signed_in = app.test_client()
    sign_in(signed_in)
    client.post("/lost-password/", data={"email": f" {ALICE.upper()} "})
    path = f"/lost-password/{newest_token(app, Purpose.PASSWORD_RESET)}/"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 400
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert not is_signed_in(signed_in)

    assert client.post(path, data={"password": "yet another one"}).status_code == 410
    assert sign_in(client).status_code == 400
    assert sign_in(client, password=NEW).status_code == 303


def test_a_reset_link_dies_with_a_newer_one_and_with_a_sign_in(
    app: Flask, client: FlaskClient
) -> None:
    known(app)
    client.post("/lost-password/", data={"email": ALICE})
    first = newest_token(app, Purpose.PASSWORD_RESET)
    client.post("/lost-password/", data={"email": ALICE})
    second = newest_token(app, Purpose.PASSWORD_RESET)
    assert client.get(f"/lost-password/{first}/").status_code == 410
    assert client.get(f"/lost-password/{second}/").status_code == 200
    sign_in(client)
    assert client.get(f"/lost-password/{second}/").status_code == 410


@pytest.mark.parametrize("raw", ["x", "é", "%00", "a" * 4000, "..%2F..%2Fetc%2Fpasswd"])
@pytest.mark.parametrize("front", ["/lost-password", "/account/confirm"])
def test_an_odd_token_is_a_dead_one(client: FlaskClient, front: str, raw: str) -> None:
    for answer in (client.get(f"{front}/{raw}/"), client.post(f"{front}/{raw}/")):
        assert answer.status_code in (404, 410)


# -------------------------------------------------------------------------------------- where next


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t/evil.example"]
)
def test_signing_in_leads_nowhere_else(app: Flask, client: FlaskClient, wanted: str) -> None:
    known(app)
    page = client.get("/login/", query_string={"next": wanted})
    assert page.status_code == 200
    answer = sign_in(client, next=wanted)
    parts = urlsplit(answer.location)
    assert (answer.status_code, parts.scheme, parts.netloc) == (303, "", "")
    assert answer.location == "/job-dashboard/"


def test_signing_in_leads_back(app: Flask, client: FlaskClient) -> None:
    known(app)
    asked = client.get("/account/?tab=1")
    assert asked.location == "/login/?next=%2Faccount%2F%3Ftab%3D1"
    page = client.get(asked.location).text
    assert 'value="/account/?tab=1"' in page
    assert sign_in(client, next="/account/?tab=1").location == "/account/?tab=1"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/account/name/", "/account/"),
        ("/account/browsers/7/end/", "/account/"),
        ("/job-dashboard/7/renew/", "/job-dashboard/7/renew/"),
        ("/admin/people/7/rights/", "/admin/people/7/"),
        ("/moderation/edits/7/accept_revision/", "/moderation/edits/7/"),
    ],
)
def test_a_form_sent_without_a_sign_in_leads_back_to_a_page(
    client: FlaskClient, form: str, page: str
) -> None:
    assert client.post(form).location == f"/login/?{urlencode({'next': page})}"


# ---------------------------------------------------------------------------------- foreign forms


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_form_needs_its_own_token(guarded: Flask) -> None:
    known(guarded)
    client, other = guarded.test_client(), guarded.test_client()
    assert sign_in(client).status_code == 403
    foreign = token_in(other.get("/login/").text)
    client.get("/login/")
    assert sign_in(client, csrf_token=foreign).status_code == 403
    assert sign_in(client, csrf_token=token_in(client.get("/login/").text)).status_code == 303

    assert client.post("/account/name/", data={"name": "Mallory"}).status_code == 403
    assert client.post("/logout/").status_code == 403
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_on_another_site_does_nothing(guarded: Flask, headers: dict[str, str]) -> None:
    known(guarded)
    client = guarded.test_client()
    sign_in(client, csrf_token=token_in(client.get("/login/").text))
    token = token_in(client.get("/account/").text)
    data = {"name": "Mallory", "csrf_token": token}
    assert client.post("/account/name/", data=data, headers=headers).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/account/name/", data=data, headers=own).status_code == 303


def test_a_form_left_open_over_a_restart_is_accepted(
    guarded: Flask, make_app: Callable[..., Flask]
) -> None:
    known(guarded)
    client = guarded.test_client()
    token = token_in(client.get("/login/").text)
    cookie = client.get_cookie("board")
    assert cookie is not None
    after = make_app().test_client()
    after.set_cookie("board", cookie.value)
    assert sign_in(after, csrf_token=token).status_code == 303


# -------------------------------------------------------------------------------------------- log


def test_the_log_knows_sign_ins_and_no_secrets(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    known(app)
    caplog.set_level("INFO")
    sign_in(client, f"{ALICE}\r\nforged line", "a wrong password")
    sign_in(client, password="a wrong password")
    sign_in(client)
    client.post("/logout/")

    lines = [record.getMessage() for record in caplog.records]
    assert sum(line.startswith("sign-in failed") for line in lines) == 2
    assert sum(line.startswith("signed in: account") for line in lines) == 1
    assert sum(line.startswith("signed out: account") for line in lines) == 1
    told = "\n".join(lines)
    assert [word in told for word in ("password", ALICE, "forged")] == [False, False, False]
