"""Moderation through the client: who gets in, what is shown, what a decision does, who wins."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from jobboard import clock
from jobboard.db import db
from jobboard.domain.listing import Status, Verb
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.user import User
from jobboard.services import listings
from jobboard.services.listings import Actor
from tests.support import processes
from tests.support.listings import listing, written
from tests.support.people import person
from tests.support.world import signed_in

NOTE = "Say where the work is done."


@pytest.fixture
def people(app: Flask) -> None:
    with app.app_context():
        person(db.session, "alice")
        person(db.session, "charlie")
        person(db.session, "maryam", is_moderator=True)
        person(db.session, "zeynep", is_administrator=True)


@pytest.fixture
def maryam(app: Flask, people: None) -> FlaskClient:
    return signed_in(app, "maryam")


@pytest.fixture
def add(app: Flask, people: None) -> Callable[..., int]:
    """Adds a listing of Alice's and returns its number."""

    def add(status: Status = Status.PENDING, **columns: Any) -> int:
        with app.app_context():
            now = clock.now()
            if status is Status.PENDING:
                columns.setdefault("submitted_at", now - timedelta(hours=2))
            alice = db.session.scalars(
                select(User).where(User.email == "alice@think.example")
            ).one()
            return listing(db.session, status, poster=alice, now=now, **columns).id

    return add


def stored(app: Flask, listing_id: int) -> tuple[Status, list[tuple[Verb, str]], list[str]]:
    """What stands in the database: status, events, mails."""
    with app.app_context():
        session = db.session
        events = session.execute(select(Event.verb, Event.note).order_by(Event.id)).all()
        status = session.scalars(select(Listing.status).where(Listing.id == listing_id)).one()
        kinds = session.scalars(select(Message.kind).order_by(Message.id)).all()
        return status, [(verb, note) for verb, note in events], list(kinds)


def version(page: str) -> str:
    found = re.search(r'name="version"\s+value="(\d+)"', page)
    assert found is not None
    return found[1]


# ------------------------------------------------------------------------------------ who gets in


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["", "edits/", "listings/", "log/", "1/", "edits/1/"])
def test_for_others_there_is_no_moderation(
    app: Flask, client: FlaskClient, people: None, path: str
) -> None:
    charlie = signed_in(app, "charlie")
    assert charlie.get(f"/moderation/{path}").status_code == 404
    answer = client.get(f"/moderation/{path}")
    assert (answer.status_code, answer.location) == (
        302,
        f"/login/?next=%2Fmoderation%2F{path.replace('/', '%2F')}",
    )


@pytest.mark.one_database
def test_a_poster_decides_nothing(app: Flask, add: Callable[..., int]) -> None:
    listing_id = add()
    answer = signed_in(app, "alice").post(f"/moderation/{listing_id}/approve/")
    assert answer.status_code == 404
    assert stored(app, listing_id) == (Status.PENDING, [], [])


# --------------------------------------------------------------------------------------- the queue


def test_the_queue_shows_age_and_the_oldest_case(
    maryam: FlaskClient, add: Callable[..., int]
) -> None:
    now = clock.now()
    add(title="Young case", submitted_at=now - timedelta(minutes=20))
    add(title="Old case", submitted_at=now - timedelta(hours=30))
    page = maryam.get("/moderation/").text

    assert page.index("Old case") < page.index("Young case")
    assert page.count("Old case") > page.count("Young case")
    assert "waits 30 h; an answer is promised within 24 h" in page
    assert ["20 min" in page, "30 h" in page, page.count(">late<")] == [True, True, 1]
    assert "First listing of this address." in page


@pytest.mark.one_database
def test_an_empty_queue_says_so(maryam: FlaskClient) -> None:
    page = maryam.get("/moderation/")
    assert (page.status_code, "Nothing waits" in page.text) == (200, True)


@pytest.mark.one_database
@pytest.mark.parametrize("query", ["page=0", "page=2", "page=x", "page=10000000000000000000"])
def test_pages_beyond_are_not_found(maryam: FlaskClient, query: str) -> None:
    assert maryam.get(f"/moderation/?{query}").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["listings/?group=password_hash", "log/?verb=submit"])
def test_unknown_groups_are_not_found(maryam: FlaskClient, path: str) -> None:
    assert maryam.get(f"/moderation/{path}").status_code == 404


@pytest.mark.parametrize("path", ["listings/", "log/"])
def test_odd_words_find_nothing(maryam: FlaskClient, path: str) -> None:
    answer = maryam.get(f"/moderation/{path}", query_string={"q": "<b>\x00%_';--" * 50})
    assert (answer.status_code, "<b>" in answer.text.split("<main")[1]) == (200, False)


@pytest.mark.one_database
def test_markup_of_a_poster_is_text(maryam: FlaskClient, add: Callable[..., int]) -> None:
    bad = '"><img src=x onerror=alert(1)>'
    add(title=bad, organisation_name=bad, apply_instructions=bad, organisation_website=bad)
    assert "<img" not in maryam.get("/moderation/").text


@pytest.mark.one_database
@pytest.mark.parametrize("path", ["0/", "99/", "9999999999999999999/", "edits/99/", "edits/x/"])
def test_nothing_there(maryam: FlaskClient, path: str) -> None:
    assert maryam.get(f"/moderation/{path}").status_code == 404


@pytest.mark.one_database
def test_drafts_are_nobody_s_case(maryam: FlaskClient, add: Callable[..., int]) -> None:
    assert maryam.get(f"/moderation/{add(Status.DRAFT)}/").status_code == 404


@pytest.mark.one_database
def test_the_page_is_kept_nowhere(maryam: FlaskClient) -> None:
    assert maryam.get("/moderation/").headers["Cache-Control"] == "no-store"


# --------------------------------------------------------------------------------------- decisions


@pytest.mark.one_database
def test_approve_leads_to_the_next_case(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    first = add(submitted_at=clock.now() - timedelta(hours=3))
    second = add()
    read = version(maryam.get(f"/moderation/{first}/").text)
    answer = maryam.post(f"/moderation/{first}/approve/", data={"version": read})

    assert (answer.status_code, answer.location) == (303, f"/moderation/{second}/")
    assert stored(app, first) == (Status.PUBLISHED, [(Verb.APPROVE, "")], ["listing_posted"])
    assert "Approved. The poster is told" in maryam.get(answer.location).text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("verb", "data", "status", "mail"),
    [
        ("request_changes", {"note": NOTE}, Status.CHANGES_REQUESTED, "listing_changes_requested"),
        ("refuse", {"note": NOTE, "reason": "spam"}, Status.REFUSED, "listing_refused"),
        ("mark_duplicate", {"note": NOTE}, Status.DUPLICATE, "listing_marked_duplicate"),
    ],
)
def test_decisions_with_words(
    app: Flask,
    maryam: FlaskClient,
    add: Callable[..., int],
    verb: str,
    data: dict[str, str],
    status: Status,
    mail: str,
) -> None:
    listing_id = add()
    answer = maryam.post(f"/moderation/{listing_id}/{verb}/", data=data)

    assert (answer.status_code, answer.location) == (303, "/moderation/")
    assert stored(app, listing_id) == (status, [(Verb(verb), NOTE)], [mail])


@pytest.mark.one_database
@pytest.mark.parametrize(
    "form", ["{}", "#{}", "/moderation/{}/", "/job/analyst-{}/", "http://localhost/job/a-{}/?x=1"]
)
def test_a_duplicate_leads_to_the_listing_that_stays(
    app: Flask, maryam: FlaskClient, add: Callable[..., int], form: str
) -> None:
    live, twice = add(Status.PUBLISHED, title="The one that stays"), add()
    case = maryam.get(f"/moderation/{twice}/").text
    assert 'name="original"' in case
    typed = {"original": form.format(live)}
    assert maryam.post(f"/moderation/{twice}/mark_duplicate/", data=typed).status_code == 303

    link = r'Marked as a duplicate by {}: <a href="{}"><bdi>The one that stays</bdi>'
    case, log = (maryam.get(f"/moderation/{page}/").text for page in (twice, "log"))
    for page in (case, " ".join(log.split())):
        assert re.search(link.format("Maryam", f"/moderation/{live}/"), page)
    own = signed_in(app, "alice").get(f"/job-dashboard/{twice}/show/").text
    assert re.search(link.format("a moderator", f"/job/the-one-that-stays-{live}/"), own)


@pytest.mark.one_database
def test_twins_are_offered_as_those_that_stay(maryam: FlaskClient, add: Callable[..., int]) -> None:
    first, second = add(), add()
    case = maryam.get(f"/moderation/{second}/").text
    assert f'<option value="/moderation/{first}/">' in case


@pytest.mark.one_database
def test_a_live_listing_is_found_and_taken_down(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = add(Status.PUBLISHED)
    found = maryam.get("/moderation/listings/?q=BLACK+sea&group=public").text
    assert f'href="/moderation/{listing_id}/"' in found
    answer = maryam.post(f"/moderation/{listing_id}/remove/", data={"reason": "misleading"})

    assert answer.status_code == 303
    assert stored(app, listing_id) == (Status.REMOVED, [(Verb.REMOVE, "")], ["listing_removed"])
    log = maryam.get("/moderation/log/").text
    assert "Taken down by Maryam: Misleading or wrong" in log
    assert "No such decision" in maryam.get("/moderation/log/?q=zyxxor").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("verb", "data", "told"),
    [
        ("request_changes", {"note": " \n "}, "Tell the poster why, or what to change."),
        ("refuse", {"note": NOTE}, "Choose a reason."),
        ("refuse", {"note": NOTE, "reason": "nonsense"}, "Choose one of the list."),
        ("refuse", {"reason": "other"}, "Tell the poster why, or what to change."),
        ("mark_duplicate", {"note": "x" * 5001}, "Use at most 5000 characters."),
        *(
            ("mark_duplicate", {"note": NOTE, "original": original}, "No other listing on the")
            for original in ("99", "analyst", "https://other.example/job/analyst-1/", "https://[")
        ),
    ],
)
def test_a_decision_without_its_words_keeps_what_was_typed(
    app: Flask,
    maryam: FlaskClient,
    add: Callable[..., int],
    verb: str,
    data: dict[str, str],
    told: str,
) -> None:
    listing_id = add()
    answer = maryam.post(f"/moderation/{listing_id}/{verb}/", data=data)

    assert (answer.status_code, answer.text.count(told)) == (400, 2)
    assert data.get("note", "").strip() in answer.text
    assert len(re.findall(r"<details[^>]* open>", answer.text)) == 1
    assert stored(app, listing_id) == (Status.PENDING, [], [])


@pytest.mark.one_database
@pytest.mark.parametrize("verb", ["delete", "publish", "accept_revision", "approve%00"])
def test_there_is_no_other_decision(
    maryam: FlaskClient, add: Callable[..., int], verb: str
) -> None:
    assert maryam.post(f"/moderation/{add()}/{verb}/").status_code == 404


@pytest.mark.one_database
def test_a_link_decides_nothing(app: Flask, maryam: FlaskClient, add: Callable[..., int]) -> None:
    listing_id = add()
    assert maryam.get(f"/moderation/{listing_id}/approve/").status_code == 405
    assert stored(app, listing_id) == (Status.PENDING, [], [])


# ------------------------------------------------------------------------------ two at one thing


def test_the_second_moderator_is_told_who_did_what_and_loses_no_word(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = add()
    read = version(maryam.get(f"/moderation/{listing_id}/").text)
    zeynep = signed_in(app, "zeynep")
    assert zeynep.post(f"/moderation/{listing_id}/approve/").status_code == 303
    answer = maryam.post(
        f"/moderation/{listing_id}/refuse/",
        data={"version": read, "reason": "spam", "note": NOTE},
    )

    assert answer.status_code == 409
    assert "What happened last: Approved by Zeynep" in answer.text
    assert NOTE in answer.text
    assert stored(app, listing_id) == (Status.PUBLISHED, [(Verb.APPROVE, "")], ["listing_posted"])


def test_a_text_that_changed_while_it_was_read_is_read_again(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = add()
    read = version(maryam.get(f"/moderation/{listing_id}/").text)
    with app.app_context():
        row = db.session.get_one(Listing, listing_id)
        content = written(title="Another title", apply_by=row.apply_by)
        listings.edit(
            row, content, actor=Actor(ActorKind.POSTER, row.poster), now=clock.now(), life_days=60
        )
    path = f"/moderation/{listing_id}/request_changes/"
    answer = maryam.post(path, data={"version": read, "note": NOTE})

    assert answer.status_code == 409
    assert "What happened last: Text changed by Alice: Title" in answer.text
    again = maryam.post(path, data={"version": version(answer.text), "note": NOTE})
    assert again.status_code == 303


def test_a_second_press_asks_for_nothing_new(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = add()
    read = version(maryam.get(f"/moderation/{listing_id}/").text)
    for _press in range(2):
        answer = maryam.post(f"/moderation/{listing_id}/approve/", data={"version": read})
        assert (answer.status_code, answer.location) == (303, "/moderation/")
    assert stored(app, listing_id) == (Status.PUBLISHED, [(Verb.APPROVE, "")], ["listing_posted"])


@pytest.mark.parametrize("verbs", [("approve", "refuse"), ("refuse", "approve")])
def test_of_two_moderators_at_once_one_decides(
    app: Flask, maryam: FlaskClient, add: Callable[..., int], verbs: tuple[str, str]
) -> None:
    """Both have read the case when a third transaction, which holds the row, lets go of it."""
    listing_id = add()
    zeynep = signed_in(app, "zeynep")
    data = {"version": "1", "reason": "spam", "note": NOTE}

    def decide(browser: FlaskClient, verb: str) -> int:
        return browser.post(f"/moderation/{listing_id}/{verb}/", data=data).status_code

    with app.app_context(), ThreadPoolExecutor(2) as pool:
        db.session.scalars(
            select(Listing.id).where(Listing.id == listing_id).with_for_update()
        ).one()
        answers = [
            pool.submit(decide, browser, verb)
            for browser, verb in zip((maryam, zeynep), verbs, strict=True)
        ]
        if db.engine.dialect.name == "postgresql":
            processes.wait_until(lambda: _waiting_for_locks() == 2, "both wait")
        db.session.rollback()
        statuses = [answer.result() for answer in answers]

    assert sorted(statuses) == [303, 409]
    won = verbs[statuses.index(303)]
    status, events, mails = stored(app, listing_id)
    assert [verb for verb, _note in events] == [won]
    assert (status, mails) == {
        "approve": (Status.PUBLISHED, ["listing_posted"]),
        "refuse": (Status.REFUSED, ["listing_refused"]),
    }[won]


def _waiting_for_locks() -> int:
    with db.engine.connect() as connection:
        count = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        )
    return int(count or 0)


# -------------------------------------------------------------------------------------- objections


@pytest.fixture
def at(app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.mark.one_database
def test_an_objection_is_for_another_moderator(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = _refused_and_objected(app, maryam, add())
    page = maryam.get(f"/moderation/{listing_id}/").text
    assert "another moderator decides" in page
    assert "Objection by Alice" in page
    assert f"/moderation/{listing_id}/approve/" not in page
    assert maryam.post(f"/moderation/{listing_id}/approve/").status_code == 409

    zeynep = signed_in(app, "zeynep")
    assert "objection" in zeynep.get("/moderation/").text
    assert zeynep.post(f"/moderation/{listing_id}/approve/").status_code == 303
    assert stored(app, listing_id)[0] is Status.PUBLISHED


@pytest.mark.one_database
def test_the_only_moderator_waits_a_day_and_the_mark_stays(
    app: Flask, maryam: FlaskClient, add: Callable[..., int], at: time_machine.Traveller
) -> None:
    with app.app_context():
        db.session.query(User).filter(User.is_administrator).update({"is_suspended": True})
        db.session.commit()
    listing_id = _refused_and_objected(app, maryam, add())
    assert "objection, rests" in maryam.get("/moderation/").text
    answer = maryam.post(f"/moderation/{listing_id}/approve/")
    assert (answer.status_code, "24 hours after the objection" in answer.text) == (409, True)

    at.shift(timedelta(hours=24))
    page = maryam.get("/moderation/").text
    assert ("objection, single" in page, "with fresh eyes" in page) == (True, True)
    assert maryam.post(f"/moderation/{listing_id}/approve/").status_code == 303
    assert "by the only moderator" in maryam.get("/moderation/log/").text


def _refused_and_objected(app: Flask, maryam: FlaskClient, listing_id: int) -> int:
    answer = maryam.post(f"/moderation/{listing_id}/refuse/", data={"reason": "spam"})
    assert answer.status_code == 303
    with app.app_context():
        row = db.session.get_one(Listing, listing_id)
        listings.object_to(row, "No.", actor=Actor(ActorKind.POSTER, row.poster), now=clock.now())
    return listing_id


# ------------------------------------------------------------------------------------------- edits


@pytest.fixture
def revised(app: Flask, add: Callable[..., int]) -> tuple[int, int]:
    """A live listing whose poster wrote a new text: the numbers of both."""
    listing_id = add(Status.PUBLISHED)
    with app.app_context():
        row = db.session.get_one(Listing, listing_id)
        content = written(
            apply_by=row.apply_by,
            title="Senior Analyst, Baltic Security",
            description=row.description.replace("two junior analysts", "three junior analysts"),
        )
        alice = Actor(ActorKind.POSTER, row.poster)
        revision = listings.edit(row, content, actor=alice, now=clock.now(), life_days=60)
        assert revision is not None
        return listing_id, revision.id


@pytest.mark.one_database
def test_an_edit_shows_what_changed_side_by_side(
    maryam: FlaskClient, revised: tuple[int, int]
) -> None:
    listing_id, revision_id = revised
    assert f'href="/moderation/edits/{revision_id}/"' in maryam.get("/moderation/edits/").text
    page = maryam.get(f"/moderation/edits/{revision_id}/").text

    assert re.findall(r'change__label">(.*?)<', page) == ["Title", "Description"]
    assert re.findall(r"<del>\s*(.*?)\s*</del>", page) == ["Black Sea", "two"]
    assert re.findall(r"<ins>\s*(.*?)\s*</ins>", page) == ["Baltic", "three"]
    assert f"/moderation/edits/{revision_id}/" in maryam.get(f"/moderation/{listing_id}/").text


@pytest.mark.one_database
def test_an_edit_is_accepted(app: Flask, maryam: FlaskClient, revised: tuple[int, int]) -> None:
    listing_id, revision_id = revised
    answer = maryam.post(f"/moderation/edits/{revision_id}/accept_revision/", data={"version": "1"})

    assert (answer.status_code, answer.location) == (303, "/moderation/edits/")
    with app.app_context():
        assert db.session.get_one(Listing, listing_id).title == "Senior Analyst, Baltic Security"
    assert "No changed text waits" in maryam.get("/moderation/edits/").text
    assert "has been decided on" in maryam.get(f"/moderation/edits/{revision_id}/").text


@pytest.mark.one_database
def test_an_edit_is_refused_with_words(
    app: Flask, maryam: FlaskClient, revised: tuple[int, int]
) -> None:
    listing_id, revision_id = revised
    path = f"/moderation/edits/{revision_id}/refuse_revision/"
    assert maryam.post(path, data={"note": ""}).status_code == 400
    assert maryam.post(path, data={"note": NOTE}).status_code == 303

    status, events, mails = stored(app, listing_id)
    assert (status, events[-1]) == (Status.PUBLISHED, (Verb.REFUSE_REVISION, NOTE))
    assert mails == ["listing_changes_requested"]


def test_of_two_decisions_on_an_edit_the_second_is_told(
    app: Flask, maryam: FlaskClient, revised: tuple[int, int]
) -> None:
    _listing_id, revision_id = revised
    zeynep = signed_in(app, "zeynep")
    path = f"/moderation/edits/{revision_id}"
    assert zeynep.post(f"{path}/accept_revision/").status_code == 303
    answer = maryam.post(f"{path}/refuse_revision/", data={"note": NOTE, "version": "1"})

    assert answer.status_code == 409
    assert "What happened last: New text accepted by Zeynep" in answer.text
    assert NOTE in answer.text


@pytest.mark.one_database
def test_a_poster_never_reads_a_moderator_s_name(
    app: Flask, maryam: FlaskClient, add: Callable[..., int]
) -> None:
    listing_id = add()
    maryam.post(f"/moderation/{listing_id}/refuse/", data={"reason": "spam", "note": NOTE})
    page = signed_in(app, "alice").get(f"/job-dashboard/{listing_id}/show/").text

    assert NOTE in page
    assert "aryam" not in page
