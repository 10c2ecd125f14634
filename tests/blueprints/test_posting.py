"""Posting as a guest, through the pages: write, preview, confirm, look after it."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from jobboard import clock, links
from jobboard.db import db
from jobboard.domain.listing import CloseReason, Status
from jobboard.models.event import Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.one_time_link import OneTimeLink, Purpose
from tests.support.forms import filled, in_days, sign_in
from tests.support.listings import listing
from tests.support.people import person

WRITE = "/post-a-job/"
RTL_OVERRIDE = "\u202e"
FREE_TEXTS = ("title", "organisation", "description", "place", "apply_url", "reference", "grade")

#: The fields of the first screen, by the names that programs know.
FIRST_SCREEN = (
    "title",
    "organisation",
    "opportunity_type",
    "mode",
    "place",
    "country",
    "description",
    "apply_method",
    "apply_url",
    "apply_email",
    "deadline_kind",
    "deadline_date",
    "deadline_time",
    "deadline_zone",
    "email",
    "accept_terms",
)


@pytest.fixture
def stored(app: Flask) -> Callable[[], Listing]:
    """Reads the one listing there is, as it is stored by now."""

    def read() -> Listing:
        with app.app_context():
            row = db.session.scalars(select(Listing)).one()
            db.session.refresh(row)
            db.session.expunge(row)
            return row

    return read


def count(app: Flask, table: type[Any]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def guests(app: Flask, status: Status = Status.PUBLISHED, **columns: Any) -> tuple[int, str]:
    """Put a guest's listing there and return its id and the address that manages it."""
    with app.app_context():
        now = clock.now()
        row = listing(db.session, status, now=now, submission_key="form-of-the-tests", **columns)
        secret = str(app.config["SECRET_KEY"])
        link = links.issue(
            db.session,
            Purpose.LISTING_MANAGE,
            secret=secret,
            now=now,
            email=row.poster_email,
            listing=row,
        )
        db.session.commit()
        return row.id, f"/post-a-job/{links.token_of(link, secret)}/"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def value_of(page: str, name: str) -> str:
    """Return what a field of the page holds."""
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    assert tag, name
    found = re.search(r'\bvalue="([^"]*)"', tag[0])
    return found[1] if found else ""


# --------------------------------------------------------------------------------------- the form


def test_the_empty_form_is_short_and_has_a_key(client: FlaskClient) -> None:
    answer = client.get(WRITE)
    page = text_of(answer)
    assert answer.status_code == 200
    assert len(value_of(page, "submission_key")) >= 32
    for name in FIRST_SCREEN:
        assert f'name="{name}"' in page
    assert "<details" in page
    assert "<details open" not in page.replace("  ", " ")
    assert 'value="Europe/Istanbul" selected' in page or 'selected value="Europe/Istanbul"' in page


def test_a_guest_posts_confirms_and_waits(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    answer = client.post(WRITE, data=filled())
    assert (answer.status_code, answer.location) == (303, "/post-a-job/sent/")
    assert "guest@think.example" in text_of(client.get("/post-a-job/sent/"))
    row = stored()
    assert (row.status, row.title) == (Status.DRAFT, "Senior Analyst, Black Sea Security")
    with app.app_context():
        link = db.session.scalars(select(OneTimeLink)).one()
        home = f"/post-a-job/{links.token_of(link, str(app.config['SECRET_KEY']))}/"

    opened = client.get(home)
    assert "Confirm and hand in" in text_of(opened)
    assert f'action="{home}confirm/"' in text_of(opened)
    assert stored().status is Status.DRAFT
    for _click in range(2):
        pressed = client.post(f"{home}confirm/")
        assert (pressed.status_code, pressed.location) == (303, home)
    assert stored().status is Status.PENDING
    assert count(app, Message) == 2
    assert "In review" in text_of(client.get(home))


def test_a_double_click_makes_one_listing(client: FlaskClient, app: Flask) -> None:
    for _click in range(2):
        assert client.post(WRITE, data=filled()).status_code == 303
    assert (count(app, Listing), count(app, Message)) == (1, 1)


def test_an_incomplete_form_names_every_fault_and_keeps_every_field(
    client: FlaskClient, app: Flask
) -> None:
    sent = filled(
        title="Abc",
        description="Too short, but typed with care.",
        place=["Ankara", "Nowhereville"],
        country=["TR", ""],
        deadline_date=in_days(400),
        email="not an address",
        accept_terms=None,
        pay_kind="salary",
        pay_min="lots",
        topics=["energy", "diplomacy"],
        language_code=["en", "tr"],
        language_level=["C1", "B2"],
        reference="R-17",
    )
    answer = client.post(WRITE, data=sent)
    page = text_of(answer)
    assert answer.status_code == 400
    for field in ("title", "country", "description", "deadline_date", "email", "pay_min"):
        assert f'<a href="#{field}">' in page, field
    assert value_of(page, "title") == "Abc"
    assert value_of(page, "email") == "not an address"
    assert value_of(page, "pay_min") == "lots"
    assert value_of(page, "reference") == "R-17"
    assert value_of(page, "submission_key") == "form-of-the-tests"
    assert value_of(page, "deadline_date") == in_days(400)
    assert "Too short, but typed with care.</textarea>" in page
    assert 'value="Ankara"' in page
    assert 'value="Nowhereville"' in page
    # Of the rows of places, the one without its country is marked.
    assert re.findall(r'id="(country[-\d]*)"[^>]*aria-invalid="true"', page) == ["country-2"]
    assert len(re.findall(r'value="(?:energy|diplomacy)" checked', page)) == 2
    assert page.count('value="B2" selected') == 1
    assert count(app, Listing) == 0


def test_nothing_at_all_is_a_page_with_faults(client: FlaskClient) -> None:
    answer = client.post(WRITE, data={})
    assert answer.status_code == 400
    page = text_of(answer)
    assert '<a href="#title">' in page
    assert len(value_of(page, "submission_key")) >= 32


def test_another_place_without_script(client: FlaskClient) -> None:
    sent = filled(action="edit", place=["Istanbul", "Ankara"], country=["TR", "TR"], title="")
    page = text_of(client.post(WRITE, data=sent))
    assert page.count('name="place"') == 3
    assert "error-summary" not in page


def test_preview_and_back_carry_everything(client: FlaskClient, app: Flask) -> None:
    sent = filled(action="preview", topics=["energy", "diplomacy"], description=DESCRIPTION_OF_MANY)
    answer = client.post(WRITE, data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<h4>Duties</h4>" in page or "<h3>Duties</h3>" in page
    assert count(app, Listing) == 0
    kept = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', page)
    assert [value for name, value in kept if name == "topics"] == ["energy", "diplomacy"]
    assert dict(kept)["title"] == sent["title"]
    back = client.post(WRITE, data={**sent, "action": "edit"})
    assert value_of(text_of(back), "title") == sent["title"]
    assert count(app, Listing) == 0


def test_a_preview_asks_for_what_only_sending_needs(client: FlaskClient, app: Flask) -> None:
    without = {name: value for name, value in filled().items() if name != "accept_terms"}
    answer = client.post(WRITE, data={**without, "email": "", "action": "preview"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Nothing is sent yet" in page
    assert page.count('name="email"') == page.count('name="accept_terms"') == 1
    assert 'type="email"' in page
    # Sent from there with both, it is posted; without, the form says what is missing.
    form = page[page.index('action="/post-a-job/"') :]
    kept = [
        (unescape(name), unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    ]
    assert "email" not in dict(kept)
    refused = client.post(WRITE, data=MultiDict([*kept, ("action", "submit")]))
    assert refused.status_code == 400
    assert "Give your e-mail address" in text_of(refused)
    assert "Accept the terms of use to post." in text_of(refused)
    assert count(app, Listing) == 0
    own = [("email", "guest@think.example"), ("accept_terms", "y"), ("action", "submit")]
    sent = client.post(WRITE, data=MultiDict([*kept, *own]))
    assert (sent.status_code, sent.location) == (303, "/post-a-job/sent/")
    assert count(app, Listing) == 1


def test_a_preview_does_not_ask_again(client: FlaskClient) -> None:
    page = text_of(client.post(WRITE, data=filled(action="preview")))
    assert 'type="email"' not in page
    assert 'type="checkbox"' not in page
    wrong = client.post(WRITE, data=filled(action="preview", email="nobody"))
    assert wrong.status_code == 400


DESCRIPTION_OF_MANY = "## Duties\n\n" + "Line after line, written by hand.\n\n" * 20


def test_what_was_sent_can_be_corrected(client: FlaskClient, stored: Callable[[], Listing]) -> None:
    client.post(WRITE, data=filled(email="gest@think.example"))
    page = text_of(client.get(f"{WRITE}?again=1"))
    assert value_of(page, "email") == "gest@think.example"
    assert value_of(page, "submission_key") == "form-of-the-tests"
    client.post(WRITE, data=filled())
    assert stored().poster_email == "guest@think.example"


def test_a_stranger_sees_nothing_to_correct(client: FlaskClient, app: Flask) -> None:
    client.post(WRITE, data=filled())
    page = text_of(app.test_client().get(f"{WRITE}?again=1"))
    assert value_of(page, "title") == ""


def test_the_form_sent_again_after_the_button_loses_nothing(
    client: FlaskClient, app: Flask
) -> None:
    guests(app, Status.PENDING, poster_email="guest@think.example")
    sent = filled(title="A corrected title, alas too late")
    answer = client.post(WRITE, data=sent)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "already handed in" in page
    assert value_of(page, "title") == sent["title"]


def test_too_many_is_told_with_the_text_kept(make_app: Callable[..., Flask]) -> None:
    app = make_app(RATE_LIMITS="on")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    for number in range(20):
        assert client.post(WRITE, data=filled(submission_key=f"form-{number}")).status_code == 303
    answer = client.post(WRITE, data=filled(submission_key="form-20"))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert value_of(text_of(answer), "title") == "Senior Analyst, Black Sea Security"


def test_no_mailbox_is_filled_from_many_networks(make_app: Callable[..., Flask]) -> None:
    app = make_app(RATE_LIMITS="on")
    app.config["WTF_CSRF_ENABLED"] = False

    def post(number: int, email: str) -> int:
        sent = filled(submission_key=f"form-{number}", email=email)
        visitor = app.test_client()
        return visitor.post(
            WRITE, data=sent, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"}
        ).status_code

    victim = "victim@think.example"
    assert {post(number, victim) for number in range(20)} == {303}
    assert post(20, victim.upper()) == 429
    assert post(21, "somebody@think.example") == 303


def test_a_form_whose_cookie_has_gone_comes_back_with_the_text(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app()
    client = app.test_client()
    answer = client.post(WRITE, data=filled())
    page = text_of(answer)
    assert answer.status_code == 403
    assert "Your text is below" in page
    assert value_of(page, "title") == "Senior Analyst, Black Sea Security"
    again = client.post(WRITE, data=filled(csrf_token=value_of(page, "csrf_token")))
    assert (again.status_code, again.location) == (303, "/post-a-job/sent/")


def test_a_button_without_its_token_acts_not(app: Flask, stored: Callable[[], Listing]) -> None:
    _row_id, home = guests(app)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    for path in (f"{home}close/", f"{home}confirm/", "/post-a-job/beside/"):
        answer = client.post(path, data={"reason": "filled"})
        assert answer.status_code == 403, path
        assert "Traceback" not in text_of(answer)
    lost = client.post("/post-a-job/no-such-token/edit/", data=filled())
    assert lost.status_code == 403
    kept = client.post(f"{home}edit/", data=filled(title="Typed for an hour"))
    assert (kept.status_code, value_of(text_of(kept), "title")) == (403, "Typed for an hour")
    assert stored().status is Status.PUBLISHED


def test_a_form_left_open_over_a_restart_is_accepted(make_app: Callable[..., Flask]) -> None:
    before, after = make_app(), make_app()
    client = before.test_client()
    token = value_of(text_of(client.get(WRITE)), "csrf_token")
    cookie = client.get_cookie("board")
    assert cookie is not None
    browser = after.test_client()
    browser.set_cookie("board", cookie.value)
    assert browser.post(WRITE, data=filled(csrf_token=token)).status_code == 303


# --------------------------------------------------------------------------------------- bad input

MARKUP = "<script>alert(1)</script>\"'&"


def test_markup_is_text_in_every_field(client: FlaskClient) -> None:
    sent: dict[str, Any] = dict.fromkeys((*FREE_TEXTS, "email", "pay_min", "summary"), MARKUP)
    answer = client.post(WRITE, data=filled(**{**sent, "place": [MARKUP], "description": MARKUP}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "<script>alert" not in page
    # Twelve characters are all that a grade keeps of it.
    assert page.count(str(escape(MARKUP))) >= len(sent) - 1


NONSENSE: tuple[dict[str, Any], ...] = (
    {"title": "x" * 1_000_000},
    {"description": "x" * 1_000_000},
    {"place": ["x" * 100_000] * 20, "country": ["XX"] * 20},
    {"country": ["XX"]},
    {"opportunity_type": "king"},
    {"mode": "\x00"},
    {"deadline_kind": "never"},
    {"deadline_kind": "not_stated"},
    {"deadline_date": "yesterday"},
    {"deadline_date": "0001-01-01"},
    {"deadline_date": "9999-12-31"},
    {"deadline_time": "25:61"},
    {"deadline_zone": "Mars/Olympus"},
    {"publish_on": "9999-12-31", "deadline_kind": "rolling"},
    # After the end of the time to apply, whatever the hour.
    {"publish_on": in_days(40)},
    {"apply_url": "javascript:alert(1)"},
    {"apply_url": "https://bank.example@elsewhere.example/"},
    {"apply_method": "email", "apply_email": "nobody"},
    {"language": "x" * 500},
    {"language": "en\x00"},
    {"language_code": ["<b>"], "language_level": ["C1"]},
    {"language_code": ["en"], "language_level": ["Z9"]},
    {"pay_kind": "salary", "pay_min": "1e99", "pay_currency": "EUR", "pay_period": "year"},
    {"pay_kind": "salary", "pay_min": "-5", "pay_currency": "EUR", "pay_period": "year"},
    {"pay_currency": "DOUBLOON"},
    {"topics": ["energy", "diplomacy", "geopolitics", "risk_advisory"]},
    {"experience_years_min": "9" * 40},
    {"duration_months": "-1"},
    {"email": "a" * 300 + "@think.example"},
)


def test_nonsense_is_a_page_that_says_so(client: FlaskClient, app: Flask) -> None:
    for fields in NONSENSE:
        answer = client.post(WRITE, data=filled(**fields))
        case = str(fields)[:200]
        assert answer.status_code == 400, case
        assert "error-summary" in text_of(answer), case
        assert value_of(text_of(answer), "organisation") == "Centre for Grand Strategy", case
    assert count(app, Listing) == 0


def test_a_text_of_a_megabyte_comes_back_whole(client: FlaskClient) -> None:
    answer = client.post(WRITE, data=filled(title="x" * 1_000_000))
    assert value_of(text_of(answer), "title") == "x" * 1_000_000


def test_beyond_all_measure_is_413(client: FlaskClient) -> None:
    answer = client.post(WRITE, data=filled(description="x" * 5_000_000))
    assert answer.status_code == 413
    assert "too much" in text_of(answer)


def test_what_cannot_be_seen_is_taken_out(
    client: FlaskClient, stored: Callable[[], Listing]
) -> None:
    answer = client.post(
        WRITE,
        data=filled(
            title=f"Senior\x00 Analyst,{RTL_OVERRIDE} Black\u200b Sea", organisation="\x07ICG"
        ),
    )
    assert answer.status_code == 303
    assert (stored().title, stored().organisation_name) == ("Senior Analyst, Black Sea", "ICG")


def test_the_deadline_is_the_posters_wall_clock(
    client: FlaskClient, stored: Callable[[], Listing]
) -> None:
    day = in_days(20)
    client.post(WRITE, data=filled(deadline_date=day, deadline_time="17:30"))
    apply_by = stored().apply_by
    assert apply_by is not None
    assert (apply_by + timedelta(hours=3)).strftime("%Y-%m-%d %H:%M") == f"{day} 17:30"


# --------------------------------------------------------------------------- beside and description


def test_the_card_beside_follows_the_form(client: FlaskClient) -> None:
    page = text_of(client.post("/post-a-job/beside/", data=filled()))
    assert "Senior Analyst, Black Sea Security" in page
    assert "Istanbul, Türkiye" in page
    assert "Closes in" in page
    assert "Ready for search engines&#39; job results" in page
    assert "State the pay" in page
    assert "<html" not in page


def test_the_card_of_half_a_form_is_a_card(client: FlaskClient) -> None:
    for fields in ({}, {"title": "An"}, {"pay_min": "x", "deadline_date": "x", "country": ["??"]}):
        assert client.post("/post-a-job/beside/", data=fields).status_code == 200


def test_the_description_is_shown_as_it_will_read(client: FlaskClient) -> None:
    answer = client.post(
        "/post-a-job/description-preview/",
        data={"description": "## Duties\n\n- write\n\n<script>alert(1)</script>"},
    )
    page = answer.get_data(as_text=True)
    assert "<li>write" in page
    assert "<script>" not in page


# ------------------------------------------------------------------------------- a guest's own page


def test_a_wrong_link_is_a_page_that_helps(client: FlaskClient) -> None:
    for token in ("x", "%C5%9F%C4%B1", "%FF%FE", "a" * 5000, "%00"):
        for path in ("", "edit/", "close/"):
            answer = client.get(f"/post-a-job/{token}/{path}")
            assert answer.status_code == 404, (token, path)
            assert "This link opens no listing" in text_of(answer)


def test_a_link_ends_30_days_after_the_listing(client: FlaskClient, app: Flask) -> None:
    now = clock.now()
    ended = {"ends_at": now - timedelta(days=29, hours=23)}
    row_id, home = guests(app, Status.EXPIRED, **ended)
    assert client.get(home).status_code == 200
    with app.app_context():
        row = db.session.get_one(Listing, row_id)
        row.ends_at = now - timedelta(days=30)
        db.session.commit()
    assert client.get(home).status_code == 404
    assert client.post(f"{home}renew/", data={"deadline_kind": "rolling"}).status_code == 404


def test_a_link_ends_when_an_account_has_the_listing(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app)
    with app.app_context():
        db.session.scalars(select(OneTimeLink)).one().used_at = clock.now()
        db.session.commit()
    assert client.get(home).status_code == 404


def test_the_button_of_an_address_with_an_account(client: FlaskClient, app: Flask) -> None:
    row_id, home = guests(app, Status.DRAFT, poster_email="alice@think.example")
    with app.app_context():
        person(db.session)
    answer = client.post(f"{home}confirm/")
    assert (answer.status_code, answer.location) == (303, f"/job-dashboard/{row_id}/show/")
    assert client.get(home).status_code == 404
    sign_in(client)
    assert client.get(answer.location).status_code == 200


def test_a_draft_whose_deadline_passed_is_mended_first(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app, Status.DRAFT, apply_by=clock.now() - timedelta(days=1))
    answer = client.post(f"{home}confirm/")
    assert (answer.status_code, answer.location) == (303, f"{home}edit/?check=1")
    assert '<a href="#deadline_date">' in text_of(client.get(answer.location))


def test_every_move_of_a_guest(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    _row_id, home = guests(app)

    def press(verb: str, **data: Any) -> None:
        assert client.get(f"{home}{verb}/").status_code == 200
        answer = client.post(f"{home}{verb}/", data=data)
        assert (answer.status_code, answer.location) == (303, home), text_of(answer)

    press(
        "extend",
        deadline_kind="date",
        deadline_date=in_days(90),
        deadline_time="12:00",
        deadline_zone="UTC",
    )
    ends_at = stored().ends_at
    assert ends_at is not None
    assert ends_at.strftime("%Y-%m-%d %H:%M") == f"{in_days(90)} 12:00"
    press("close", reason="cancelled")
    assert stored().close_reason is CloseReason.CANCELLED
    press("reopen")
    assert stored().status is Status.PUBLISHED
    press("withdraw")
    assert stored().close_reason is CloseReason.WITHDRAWN
    press("renew", deadline_kind="until_filled", deadline_zone="UTC")
    assert (stored().status, stored().apply_by) == (Status.PUBLISHED, None)
    page = text_of(client.get(home))
    for words in ("Extended by", "Closed by", "Reopened by", "Withdrawn by", "Renewed by"):
        assert words in page


@pytest.mark.parametrize("status", [Status.PENDING, Status.PUBLISHED, Status.CHANGES_REQUESTED])
def test_a_double_click_on_save_is_one(client: FlaskClient, app: Flask, status: Status) -> None:
    _row_id, home = guests(app, status)
    page = text_of(client.get(f"{home}edit/"))
    kept = {name: value_of(page, name) for name in ("submission_key", "version")}
    sent = filled(title="The title of the guest", **kept)
    answers = [client.post(f"{home}edit/", data=sent) for _click in range(2)]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(303, home)] * 2


def test_a_get_of_a_move_changes_nothing(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app)
    with app.app_context():
        before = db.session.scalars(select(Listing.version)).one()
    for verb in ("extend", "close", "withdraw", "copy"):
        assert client.get(f"{home}{verb}/").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(Listing.version)).one() == before
        assert db.session.scalar(select(func.count()).select_from(Event)) == 0


def test_a_move_that_comes_too_late_says_what_is_open(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app, Status.EXPIRED)
    for answer in (client.get(f"{home}extend/"), client.post(f"{home}close/")):
        assert answer.status_code == 409
        assert "no longer possible" in text_of(answer)
        assert f'href="{home}renew/"' in text_of(answer)


def test_an_end_that_makes_no_sense_is_told_at_its_field(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    _row_id, home = guests(app)
    ends_at = stored().ends_at
    for day, kind, zone in (
        ("", "date", "UTC"),
        (in_days(1), "date", "UTC"),
        (in_days(367), "date", "UTC"),
        ("9999-12-31", "date", "UTC"),
        (in_days(50), "date", "Mars/Olympus"),
        (in_days(50), "king", "UTC"),
    ):
        sent = {"deadline_kind": kind, "deadline_date": day, "deadline_zone": zone}
        answer = client.post(f"{home}extend/", data=sent)
        page = text_of(answer)
        assert answer.status_code == 400, sent
        assert "error-summary" in page, sent
        assert value_of(page, "deadline_date") == day
    assert stored().ends_at == ends_at


def test_an_objection_needs_words(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    _row_id, home = guests(app, Status.REFUSED)
    assert client.post(f"{home}object/", data={"note": " "}).status_code == 400
    assert stored().status is Status.REFUSED
    assert client.post(f"{home}object/", data={"note": "Read it again."}).status_code == 303
    assert stored().status is Status.PENDING


def test_a_copy_has_an_address_of_its_own(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app)
    key = value_of(text_of(client.get(f"{home}copy/")), "submission_key")
    locations = {
        client.post(f"{home}copy/", data={"submission_key": key}).location for _click in range(2)
    }
    (location,) = locations
    assert location.endswith("/edit/")
    assert not location.startswith(home)
    assert count(app, Listing) == 2
    assert value_of(text_of(client.get(location)), "deadline_date") == ""


def test_a_draft_is_deleted_for_good(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app, Status.DRAFT)
    answer = client.post(f"{home}delete/")
    assert (answer.status_code, answer.location) == (303, WRITE)
    assert count(app, Listing) == 0
    assert client.get(home).status_code == 404


def test_an_edit_of_a_live_listing_waits(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    _row_id, home = guests(app)
    page = text_of(client.get(f"{home}edit/"))
    sent = filled(
        title="Senior Analyst, Aegean",
        version=value_of(page, "version"),
        deadline_date=value_of(page, "deadline_date"),
        deadline_time=value_of(page, "deadline_time"),
        organisation_kind="think_tank",
        organisation_website="https://grand.example/",
        email=None,
        accept_terms=None,
    )
    answer = client.post(f"{home}edit/", data=sent)
    assert (answer.status_code, answer.location) == (303, home)
    assert stored().title == "Senior Analyst, Black Sea Security"
    shown = text_of(client.get(home))
    assert "Your new text waits for a moderator" in shown
    assert "Senior Analyst, Aegean" in shown
    # Opened again, the form holds what waits, not what is live.
    assert value_of(text_of(client.get(f"{home}edit/")), "title") == "Senior Analyst, Aegean"
    assert client.post(f"{home}withdraw_revision/").status_code == 303
    assert value_of(text_of(client.get(f"{home}edit/")), "title") == stored().title


def test_changes_asked_for_go_back_by_themselves(
    client: FlaskClient, app: Flask, stored: Callable[[], Listing]
) -> None:
    _row_id, home = guests(app, Status.CHANGES_REQUESTED)
    answer = client.post(f"{home}edit/", data=filled(title="A better title", email=None))
    assert (answer.status_code, answer.location) == (303, home)
    assert (stored().status, stored().title) == (Status.PENDING, "A better title")


def test_an_edit_that_fails_keeps_the_text(client: FlaskClient, app: Flask) -> None:
    _row_id, home = guests(app, Status.PENDING)
    answer = client.post(f"{home}edit/", data=filled(title="Abc", reference="R-17"))
    assert answer.status_code == 400
    assert value_of(text_of(answer), "reference") == "R-17"
    preview = client.post(f"{home}edit/", data=filled(action="preview", title="Analyst, Levant"))
    assert "Analyst, Levant" in text_of(preview)
    assert f'action="{home}edit/"' in text_of(preview)
    back = client.post(f"{home}edit/", data=filled(action="edit", title="Analyst, Levant"))
    assert value_of(text_of(back), "title") == "Analyst, Levant"
