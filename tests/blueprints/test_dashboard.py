"""The job dashboard through its pages: mine, my colleagues', every move, two people at once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from jobboard import clock
from jobboard.db import db
from jobboard.domain.listing import CloseReason, Status
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.organisation import Membership, Role
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.tables import site_texts
from tests.support.forms import filled, in_days, sign_in
from tests.support.listings import listing
from tests.support.people import person
from tests.support.statements import asked

HOME = "/job-dashboard/"


@pytest.fixture(autouse=True)
def people(app: Flask) -> None:
    """Alice posts for the Centre, Bob is her colleague there, Charlie a stranger."""
    with app.app_context():
        now = clock.now()
        accepted = {"terms_version": site_texts.version("terms")}
        alice = person(db.session, "alice", **accepted)
        bob = person(db.session, "bob", **accepted)
        person(db.session, "charlie", **accepted)
        theirs = listing(db.session, poster=alice, now=now, title="Where the Centre comes from")
        for user in (alice, bob):
            db.session.add(
                Membership(
                    organisation_id=theirs.organisation_id,
                    user_id=user.id,
                    role=Role.EDITOR,
                    created_at=now,
                )
            )
        db.session.flush()
        db.session.delete(theirs)
        db.session.commit()


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    """Alice's browser."""
    client = app.test_client()
    sign_in(client, "alice")
    return client


@pytest.fixture
def add(app: Flask) -> Callable[..., int]:
    """Puts a listing of Alice's there and returns its id."""

    def put(status: Status = Status.PUBLISHED, name: str = "alice", **columns: Any) -> int:
        with app.app_context():
            poster = db.session.scalars(
                select(User).where(User.email == f"{name}@think.example")
            ).one()
            return listing(db.session, status, poster=poster, now=clock.now(), **columns).id

    return put


@pytest.fixture
def stored(app: Flask) -> Callable[[int], Listing]:
    """Reads a listing as it is stored by now."""

    def read(listing_id: int) -> Listing:
        with app.app_context():
            row = db.session.get_one(Listing, listing_id)
            db.session.expunge(row)
            return row

    return read


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def value_of(page: str, name: str) -> str:
    tag = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    assert tag, name
    found = re.search(r'\bvalue="([^"]*)"', tag[0])
    return found[1] if found else ""


def form_of(page: str, **fields: Any) -> dict[str, Any]:
    """What the edit page of a listing of `tests.support.listings` sends back."""
    names = ("submission_key", "version", "deadline_date", "deadline_time")
    return filled(
        **{name: value_of(page, name) for name in names},
        organisation_kind="think_tank",
        organisation_website="https://grand.example/",
        email=None,
        accept_terms=None,
        **fields,
    )


# ----------------------------------------------------------------------------------------- the list


def test_first_use(alice: FlaskClient) -> None:
    page = text_of(alice.get(HOME))
    assert "No listings yet" in page
    assert "<table" not in page


def test_signed_out_is_sent_to_sign_in(client: FlaskClient) -> None:
    assert (
        client.get(f"{HOME}?view=live").location == "/login/?next=%2Fjob-dashboard%2F%3Fview%3Dlive"
    )


#: The moves that each state's row offers, one click away.
ROWS = {
    Status.DRAFT: ["Continue", "Submit", "Copy", "Delete"],
    Status.PENDING: ["Edit", "Copy", "Withdraw"],
    Status.CHANGES_REQUESTED: ["Edit", "Submit", "Copy"],
    Status.SCHEDULED: ["Edit", "Extend", "Close", "Copy", "Withdraw"],
    Status.PUBLISHED: ["Edit", "Extend", "Close", "Copy", "Withdraw"],
    Status.CLOSED: ["Renew", "Reopen", "Copy"],
    Status.EXPIRED: ["Renew", "Copy"],
    Status.REFUSED: ["Object", "Copy"],
    Status.DUPLICATE: ["Object", "Copy"],
    Status.REMOVED: ["Object", "Copy"],
}


def test_every_state_offers_its_moves(alice: FlaskClient, add: Callable[..., int]) -> None:
    ids = {status: add(status, title=f"Listing that is {status}") for status in Status}
    page = alice.get(HOME).get_data(as_text=True)
    rows = {
        status: re.search(
            rf"<tr>(?:(?!</tr>).)*/job-dashboard/{ids[status]}/show/.*?</tr>", page, re.DOTALL
        )
        for status in Status
    }
    for status, labels in ROWS.items():
        found = rows[status]
        assert found, status
        buttons = re.findall(r'class="button[^>]*>\s*([A-Z]\w+)<span', found[0])
        assert buttons == labels, status


def test_views_and_counts(alice: FlaskClient, add: Callable[..., int]) -> None:
    for status in Status:
        add(status, title=f"Listing that is {status}")
    soon = clock.now() + timedelta(days=3)
    add(title="Ends soon", ends_at=soon, apply_by=soon)
    add(title="Over since a second", ends_at=clock.now() - timedelta(seconds=1))
    expected = {
        "all": 12,
        "live": 2,
        "scheduled": 1,
        "waiting": 1,
        "answer": 1,
        "drafts": 1,
        "ended": 6,
    }
    for view, number in expected.items():
        page = text_of(alice.get(f"{HOME}?view={view}"))
        assert page.count('<th scope="row">') == number, view
    page = text_of(alice.get(HOME))
    figures = re.findall(r'stats__figure">(\d+)</strong> <(?:a|span)[^>]*>([^<]*)<', page)
    assert figures == [
        ("2", "live listings"),
        ("1", "ends within 7 days"),
        ("1", "in review"),
        ("1", "waits for your answer"),
    ]
    assert alice.get(f"{HOME}?view=secret").status_code == 404


def test_find(alice: FlaskClient, add: Callable[..., int]) -> None:
    add(title="Araştırmacı, Karadeniz", reference="GP-17")
    add(title="Press officer 100%", organisation_name="Atlantic Institute")

    def found(words: str) -> list[str]:
        page = text_of(alice.get(HOME, query_string={"q": words}))
        return re.findall(r'<th scope="row"> <a [^>]*>([^<]*)</a>', page)

    assert found("arastirmaci") == ["Araştırmacı, Karadeniz"]
    assert found("gp-17") == ["Araştırmacı, Karadeniz"]
    assert found("atlantic") == ["Press officer 100%"]
    assert found("100%") == ["Press officer 100%"]
    assert found("%") == ["Press officer 100%"]
    assert found("'; drop table listing") == []
    assert len(found("\x00" + "a" * 5000)) == 0
    assert "Nothing found for these words" in text_of(alice.get(f"{HOME}?q=nothing-like-this"))


def test_pages_cost_the_same_for_few_and_for_many(
    alice: FlaskClient, app: Flask, add: Callable[..., int]
) -> None:
    def statements() -> int:
        with app.app_context(), asked() as seen:
            assert alice.get(HOME).status_code == 200
        return len(seen)

    for _number in range(3):
        add()
    few = statements()
    for _number in range(27):
        add(name="bob")
    assert statements() == few
    page = text_of(alice.get(f"{HOME}?page=2"))
    assert page.count('<th scope="row">') == 5
    for wrong in ("3", "0", "-1", "x", "10000000000"):
        assert alice.get(f"{HOME}?page={wrong}").status_code == 404


# ------------------------------------------------------------------------------------------- whose


def test_colleagues_see_and_strangers_do_not(
    app: Flask, alice: FlaskClient, add: Callable[..., int]
) -> None:
    live, draft = add(title="Live of the Centre"), add(Status.DRAFT, title="A draft of Alice's")
    bob, charlie = app.test_client(), app.test_client()
    sign_in(bob, "bob")
    sign_in(charlie, "charlie")
    page = text_of(bob.get(HOME))
    assert "Live of the Centre" in page
    assert "by Alice" in page
    # What was never handed in belongs to no organisation yet.
    assert "A draft of Alice" not in page
    assert "by Alice" not in text_of(alice.get(HOME))
    assert bob.get(f"{HOME}{live}/show/").status_code == 200
    for listing_id in (live, draft, 10**6, 2**70):
        for verb in ("show", "edit", "close", "copy", "submit"):
            assert charlie.get(f"{HOME}{listing_id}/{verb}/").status_code == 404
        for verb in ("edit", "close", "copy", "submit", "autosave", "withdraw", "delete"):
            assert charlie.post(f"{HOME}{listing_id}/{verb}/").status_code == 404
    assert bob.get(f"{HOME}{draft}/show/").status_code == 404


def test_a_decision_does_not_seem_to_be_the_posters(app: Flask, add: Callable[..., int]) -> None:
    removed = add(title="Taken down of Alice")
    with app.app_context():
        db.session.get_one(Listing, removed).status = Status.REMOVED
        db.session.commit()
    bob = app.test_client()
    sign_in(bob, "bob")
    page = text_of(bob.get(f"{HOME}{removed}/show/"))
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Taken down of Alice by Alice" in words
    assert re.search(r"Decided \d+ \w+ ago (?!by)", words)


# ------------------------------------------------------------------------------------------- moves


def test_every_move(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add()
    home = f"{HOME}{row}/"

    def press(verb: str, **data: Any) -> Listing:
        assert alice.get(f"{home}{verb}/").status_code == 200
        answer = alice.post(f"{home}{verb}/", data=data)
        assert (answer.status_code, answer.location) == (303, f"{home}show/"), text_of(answer)
        return stored(row)

    end = {"deadline_zone": "Europe/Istanbul", "deadline_time": "23:59"}
    extended = press("extend", deadline_kind="date", deadline_date=in_days(50), **end)
    assert extended.ends_at == extended.apply_by
    assert press("close", reason="filled").close_reason is CloseReason.FILLED
    assert press("reopen").status is Status.PUBLISHED
    assert press("withdraw").close_reason is CloseReason.WITHDRAWN
    assert press("renew", deadline_kind="rolling", **end).status is Status.PUBLISHED
    page = text_of(alice.get(f"{home}show/"))
    for words in ("Extended by", "Closed by", "Reopened by", "Withdrawn by", "Renewed by"):
        assert words in page
    assert alice.get(f"{home}no-such-move/").status_code == 404


def test_withdrawing_says_what_becomes_of_the_listing(
    alice: FlaskClient, add: Callable[..., int]
) -> None:
    def said(row: int) -> str:
        return text_of(alice.get(f"{HOME}{row}/withdraw/"))

    assert "nobody can apply any more" in said(add())
    assert "a draft again" in said(add(Status.PENDING))


def test_a_button_pressed_twice_acts_once_and_says_so(
    alice: FlaskClient, add: Callable[..., int]
) -> None:
    home = f"{HOME}{add()}/"
    assert alice.post(f"{home}close/", data={"reason": "filled"}).status_code == 303
    again = alice.post(f"{home}close/", data={"reason": "cancelled"})
    assert again.status_code == 409
    assert "is “Filled” by now" in text_of(again)
    assert f'href="{home}reopen/"' in text_of(again)


def test_copy_continues_as_a_draft(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    home = f"{HOME}{add(Status.REFUSED)}/"
    key = value_of(text_of(alice.get(f"{home}copy/")), "submission_key")
    locations = {
        alice.post(f"{home}copy/", data={"submission_key": key}).location for _click in range(2)
    }
    (location,) = locations
    found = re.fullmatch(rf"{HOME}(\d+)/edit/", location)
    assert found
    assert stored(int(found[1])).status is Status.DRAFT
    assert value_of(text_of(alice.get(location)), "deadline_date") == ""


def test_delete_leads_home(alice: FlaskClient, app: Flask, add: Callable[..., int]) -> None:
    home = f"{HOME}{add(Status.DRAFT)}/"
    assert alice.post(f"{home}delete/").location == HOME
    assert alice.get(f"{home}show/").status_code == 404


def test_show_tells_state_history_and_what_a_moderator_wrote(
    alice: FlaskClient, add: Callable[..., int]
) -> None:
    for status, words in (
        (Status.DRAFT, "Nobody sees it until you hand it in"),
        (Status.PENDING, "A moderator reads it within 24 hours"),
        (Status.CHANGES_REQUESTED, "A moderator asks for changes"),
        (Status.PUBLISHED, "See it on the board"),
    ):
        page = text_of(alice.get(f"{HOME}{add(status)}/show/"))
        assert words in page, status
        assert "History" in page


# ---------------------------------------------------------------------------------- edit and submit


def test_a_draft_is_continued_saved_and_handed_in(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add(Status.DRAFT, title="", description="", places=())
    home = f"{HOME}{row}/"
    assert "Draft without a title" in text_of(alice.get(HOME))
    page = text_of(alice.get(f"{home}edit/"))
    half = form_of(page, title="An", description="Half a text", action="save")
    saved = alice.post(f"{home}edit/", data=half)
    assert (saved.status_code, saved.location) == (303, f"{home}edit/")
    assert (stored(row).title, stored(row).status) == ("An", Status.DRAFT)

    refused = alice.post(f"{home}submit/")
    assert (refused.status_code, refused.location) == (303, f"{home}edit/?check=1")
    page = text_of(alice.get(refused.location))
    assert '<a href="#title">' in page
    assert '<a href="#description">' in page

    sent = alice.post(f"{home}edit/", data=form_of(page, action="submit"))
    assert (sent.status_code, sent.location) == (303, f"{home}show/")
    assert stored(row).status is Status.PENDING


def test_submit_from_the_row_twice(
    alice: FlaskClient, app: Flask, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add(Status.DRAFT, apply_by=clock.now() + timedelta(days=9))
    for _click in range(2):
        assert alice.post(f"{HOME}{row}/submit/").location == f"{HOME}{row}/show/"
    assert stored(row).status is Status.PENDING
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_new_terms_are_accepted_before_handing_in(
    alice: FlaskClient, app: Flask, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    with app.app_context():
        for user in db.session.scalars(select(User)):
            user.terms_version = "1999-01-01"
        db.session.commit()
    row = add(Status.DRAFT)
    home = f"{HOME}{row}/"
    assert alice.post(f"{home}submit/").location == f"{home}edit/?check=1"
    page = text_of(alice.get(f"{home}edit/?check=1"))
    assert '<a href="#accept_terms">' in page
    assert alice.post(f"{home}edit/", data=form_of(page)).status_code == 400
    sent = form_of(page) | {"accept_terms": "y"}
    assert alice.post(f"{home}edit/", data=sent).status_code == 303
    assert stored(row).terms_version == site_texts.version("terms")


def test_the_live_text_stays_and_the_edit_is_shown(
    alice: FlaskClient, app: Flask, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add()
    home = f"{HOME}{row}/"
    sent = form_of(text_of(alice.get(f"{home}edit/")), title="Senior Analyst, Aegean")
    assert alice.post(f"{home}edit/", data=sent).location == f"{home}show/"
    assert stored(row).title == "Senior Analyst, Black Sea Security"
    assert "Edit in review" in text_of(alice.get(HOME))
    assert "Your new text waits for a moderator" in text_of(alice.get(f"{home}show/"))
    assert value_of(text_of(alice.get(f"{home}edit/")), "title") == "Senior Analyst, Aegean"
    assert alice.post(f"{home}withdraw_revision/").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Revision.status)).all() == [RevisionStatus.WITHDRAWN]
    assert alice.post(f"{home}withdraw_revision/").status_code == 400


@pytest.mark.parametrize("status", [Status.PENDING, Status.PUBLISHED])
def test_a_colleague_was_faster_and_both_texts_are_kept(
    app: Flask,
    alice: FlaskClient,
    add: Callable[..., int],
    stored: Callable[[int], Listing],
    status: Status,
) -> None:
    row = add(status)
    home = f"{HOME}{row}/"
    with app.app_context():
        listed = db.session.get_one(Listing, row)
        centre = db.session.scalars(select(Membership.organisation_id)).first()
        listed.organisation_id = centre
        db.session.commit()
    bob = app.test_client()
    sign_in(bob, "bob")
    of_alice, of_bob = (text_of(each.get(f"{home}edit/")) for each in (alice, bob))
    faster = bob.post(f"{home}edit/", data=form_of(of_bob, title="The title of Bob"))
    assert faster.status_code == 303

    slower = alice.post(f"{home}edit/", data=form_of(of_alice, title="The title of Alice"))
    page = text_of(slower)
    assert slower.status_code == 409
    assert value_of(page, "title") == "The title of Alice"
    assert "The title of Bob" in page
    # Pressed once more, knowing both, hers is taken.
    again = alice.post(f"{home}edit/", data=form_of(page, title="The title of Alice"))
    assert again.status_code == 303
    assert value_of(text_of(alice.get(f"{home}edit/")), "title") == "The title of Alice"


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.PUBLISHED, Status.CHANGES_REQUESTED, Status.DRAFT]
)
def test_a_double_click_on_save_is_one(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing], status: Status
) -> None:
    row = add(status)
    page = text_of(alice.get(f"{HOME}{row}/edit/"))
    sent = {**form_of(page, title="The title of Alice"), "accept_terms": "y", "action": "submit"}
    answers = [alice.post(f"{HOME}{row}/edit/", data=sent) for _click in range(2)]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [
        (303, f"{HOME}{row}/show/")
    ] * 2


def test_a_draft_that_another_window_saved_is_not_taken_for_handed_in(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add(Status.DRAFT)
    page = text_of(alice.get(f"{HOME}{row}/edit/"))
    sent = {**form_of(page, title="The title of Alice"), "accept_terms": "y"}
    alice.post(f"{HOME}{row}/autosave/", data=sent)
    answer = alice.post(f"{HOME}{row}/edit/", data={**sent, "action": "submit"})
    assert (answer.status_code, stored(row).status) == (409, Status.DRAFT)


def test_preview_saves_nothing_and_goes_back(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add(Status.PENDING)
    home = f"{HOME}{row}/"
    sent = form_of(text_of(alice.get(f"{home}edit/")), title="Senior Analyst, Aegean")
    page = text_of(alice.post(f"{home}edit/", data=sent | {"action": "preview"}))
    assert "Exactly as seekers will see it" in page
    assert "Senior Analyst, Aegean" in page
    back = text_of(alice.post(f"{home}edit/", data=sent | {"action": "edit"}))
    assert value_of(back, "title") == "Senior Analyst, Aegean"
    assert stored(row).title == "Senior Analyst, Black Sea Security"


def test_an_edit_that_fails_keeps_every_field(alice: FlaskClient, add: Callable[..., int]) -> None:
    home = f"{HOME}{add(Status.PENDING)}/"
    sent = form_of(text_of(alice.get(f"{home}edit/")), title="Abc", reference="R-17")
    answer = alice.post(f"{home}edit/", data=sent)
    assert answer.status_code == 400
    assert value_of(text_of(answer), "title") == "Abc"
    assert value_of(text_of(answer), "reference") == "R-17"


def test_a_form_without_its_token_comes_back_with_the_text(
    app: Flask, alice: FlaskClient, add: Callable[..., int]
) -> None:
    home = f"{HOME}{add(Status.PENDING)}/"
    sent = form_of(text_of(alice.get(f"{home}edit/")), title="Typed for an hour")
    app.config["WTF_CSRF_ENABLED"] = True
    answer = alice.post(f"{home}edit/", data=sent)
    assert answer.status_code == 403
    page = text_of(answer)
    assert value_of(page, "title") == "Typed for an hour"
    again = sent | {"csrf_token": value_of(page, "csrf_token")}
    assert alice.post(f"{home}edit/", data=again).status_code == 303
    for path in (f"{home}withdraw/", f"{HOME}999/edit/"):
        assert alice.post(path).status_code in (403, 404)


def test_who_acts_for_one_organisation_need_not_name_it(app: Flask, alice: FlaskClient) -> None:
    page = text_of(alice.get("/post-a-job/"))
    assert value_of(page, "organisation") == "Centre for Grand Strategy"
    assert value_of(page, "organisation_website") == "https://grand.example/"
    charlie = app.test_client()
    sign_in(charlie, "charlie")
    assert value_of(text_of(charlie.get("/post-a-job/")), "organisation") == ""


# ----------------------------------------------------------------------------------------- autosave


def test_a_new_text_is_saved_while_it_is_written(
    alice: FlaskClient, app: Flask, stored: Callable[[int], Listing]
) -> None:
    half = filled(title="An", email=None, accept_terms=None, apply_url="https://")
    answer = alice.post("/post-a-job/autosave/", data=half)
    assert answer.get_json() == {"saved": "Draft saved"}
    alice.post("/post-a-job/autosave/", data=half | {"title": "Analyst"})
    with app.app_context():
        (listing_id,) = db.session.scalars(select(Listing.id))
    assert (stored(listing_id).title, stored(listing_id).status) == ("Analyst", Status.DRAFT)
    sent = filled(email=None, accept_terms=None)
    assert alice.post("/post-a-job/", data=sent).location == f"{HOME}{listing_id}/show/"
    late = alice.post("/post-a-job/autosave/", data=half | {"title": "Typed after it was sent"})
    assert list(late.get_json()) == ["why"]
    assert stored(listing_id).title == "Senior Analyst, Black Sea Security"


def test_a_draft_is_saved_while_it_is_edited(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add(Status.DRAFT)
    page = text_of(alice.get(f"{HOME}{row}/edit/"))
    assert f'data-autosave="{HOME}{row}/autosave/"' in page
    sent = form_of(page, title="Written on")
    said = alice.post(f"{HOME}{row}/autosave/", data=sent).get_json()
    assert said == {"saved": "Draft saved", "version": str(stored(row).version)}
    stale = alice.post(f"{HOME}{row}/autosave/", data=sent | {"title": "From an old tab"})
    assert list(stale.get_json()) == ["why"]
    assert stored(row).title == "Written on"


def test_a_live_text_is_not_saved_quietly(
    alice: FlaskClient, add: Callable[..., int], stored: Callable[[int], Listing]
) -> None:
    row = add()
    page = text_of(alice.get(f"{HOME}{row}/edit/"))
    assert "data-autosave=" not in page
    answer = alice.post(f"{HOME}{row}/autosave/", data=form_of(page, title="Unread by anybody"))
    assert list(answer.get_json()) == ["why"]
    assert stored(row).title == "Senior Analyst, Black Sea Security"


def test_a_trusted_person_is_live_at_once(
    app: Flask, alice: FlaskClient, stored: Callable[[int], Listing]
) -> None:
    with app.app_context():
        for user in db.session.scalars(select(User)):
            user.is_trusted = True
        db.session.commit()
    assert "Publish" in text_of(alice.get("/post-a-job/"))
    location = alice.post("/post-a-job/", data=filled(email=None, accept_terms=None)).location
    found = re.fullmatch(rf"{HOME}(\d+)/show/", location)
    assert found
    assert stored(int(found[1])).status is Status.PUBLISHED
    later = filled(
        submission_key="another-form", email=None, accept_terms=None, publish_on=in_days(5)
    )
    location = alice.post("/post-a-job/", data=later).location
    page = text_of(alice.get(location))
    assert "Scheduled" in page
    assert "Goes live on" in page
