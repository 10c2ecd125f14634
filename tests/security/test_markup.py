"""What people write stays text, wherever it is shown: ASVS 1.2, 1.3.7, 1.3.11; faults 19 to 24.

Three walks. Forms: every form of every page is sent with hostile words in every field. Keys: every
address is asked with hostile words under every key. Shown: hostile words stand in every column that
holds words, and every page, feed, file and mail is read as each person who may open it.
"""

import time
from datetime import datetime
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import String, Text, select
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from jobboard import clock, history, links
from jobboard import content as contents
from jobboard.db import db
from jobboard.domain.criteria import KEYS as KEYS_OF_SEARCH
from jobboard.domain.listing import Status, Verb
from jobboard.domain.place import Place
from jobboard.mail import delivery, messages, writing
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.one_time_link import Purpose
from jobboard.models.organisation import Organisation
from jobboard.models.revision import Revision
from jobboard.models.user import User
from jobboard.services.moderation import REASON_LABELS
from tests.house.audiences import Audience
from tests.house.walk import Door, doors
from tests.security import hostile
from tests.security.conftest import MakeApp
from tests.support.listings import written
from tests.support.world import World, build, signed_in

#: Both at once: what gets out of an attribute or an element, and what a template would run.
WORDS = f"{hostile.MARKUP} {hostile.TEMPLATE}"
#: Of this thread's own work: how busy the machine is must not decide.
LONGEST_SECONDS = 2.0
#: What a database that was made to sleep would be late by, nearly.
SLEEP_SECONDS = 25.0


@pytest.fixture(scope="module")
def board(make_shared_app: MakeApp) -> tuple[Flask, World]:
    app = make_shared_app(DEMO="1")
    return app, build(app)


@pytest.fixture(scope="module")
def people(board: tuple[Flask, World]) -> dict[str, FlaskClient]:
    app, _ = board
    return {"nobody": app.test_client()} | {
        name: signed_in(app, name) for name in ("alice", "maryam", "ada")
    }


_WHO = {
    Audience.MEMBER: "alice",
    Audience.POSTER: "alice",
    Audience.MODERATOR: "maryam",
    Audience.ADMINISTRATOR: "ada",
}


def gets(board: tuple[Flask, World]) -> list[Door]:
    return [
        door
        for door in doors(*board)
        if "GET" in door.methods and door.endpoint not in ("static", "pages.style_guide")
    ]


@pytest.mark.one_database
def test_the_eyes_of_these_tests_see() -> None:
    """What the walks look for is found where it is."""
    bad = (
        f'<p title="{hostile.MARKUP}">',
        f"<title>{hostile.MARKUP}</title>",
        f"<p>{hostile.RESULT}</p>",
        "<script>alert(1)</script>",
        '<a href=" JavaScript:alert(1)">x</a>',
        '<form><button formaction="javascript:alert(1)">',
        "<p onclick=x>",
    )
    for page in bad:
        assert hostile.faults(shows(page)) != [], page
    fine = f"<p title=\"{escape(WORDS)}\">{escape(WORDS)}</p><script src='/x.js'></script>"
    assert hostile.faults(shows(fine)) == []


def shows(page: str) -> TestResponse:
    """The answer of a program that shows just this."""
    return Client(Response(page, mimetype="text/html"), TestResponse).get("/")


# ----------------------------------------------------------------------------------------- forms

SENT = (
    (WORDS, False),
    (f"{hostile.LINES}{hostile.UNSEEN}{hostile.PILED} {hostile.LOOKALIKE}{'x' * 9000}", False),
    (hostile.SQL, True),
    ("9" * 30, True),
    ("\x00", True),
)


def test_every_form_takes_anything(
    board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    app, world = board
    before, rights = public(app), rights_of(app)
    forms = forms_of(board, people)
    assert len(forms) > 20
    for (action, method), (name, form) in sorted(forms.items()):
        client = people[name]
        for value, is_everywhere in SENT:
            data = form.filled(value, everywhere=is_everywhere)
            begun = time.monotonic()
            if method == "POST":
                answer = client.post(action, data=data, buffered=True)
            else:
                answer = client.get(action, query_string=data, buffered=True)
            case = (name, method, action, value[:30], answer.status_code)
            assert hostile.faults(answer) == [], case
            assert time.monotonic() - begun < SLEEP_SECONDS, case
            if answer.location:
                assert not answer.location.startswith("/login/?next"), case
                assert hostile.faults(client.get(answer.location, buffered=True)) == [], case
    # What is public now, a moderator's own button made so; and nobody may do more than before.
    assert public(app) <= before | {world.ids[Status.PENDING]}
    assert rights_of(app) == rights


def public(app: Flask) -> set[int]:
    with app.app_context():
        return set(db.session.scalars(select(Listing.id).where(Listing.status == Status.PUBLISHED)))


def rights_of(app: Flask) -> dict[str, tuple[bool, bool]]:
    with app.app_context():
        everybody = db.session.scalars(select(User).where(User.name != "Ada"))
        return {user.email: (user.is_moderator, user.is_administrator) for user in everybody}


def forms_of(
    board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> dict[tuple[str, str], tuple[str, hostile.Form]]:
    """Every form that somebody finds on a page, with who found it."""
    found: dict[tuple[str, str], tuple[str, hostile.Form]] = {}
    for door in gets(board):
        name = _WHO.get(door.audience, "nobody")
        names = ("nobody", "alice") if name == "nobody" else (name,)
        for one in names:
            answer = people[one].get(door.path, buffered=True)
            if answer.mimetype != "text/html":
                continue
            for form in hostile.read(answer).forms:
                if not {each for each, _ in form.fields} - {"csrf_token"}:
                    continue  # a button alone takes no words
                for action in (form.action, *form.others):
                    found.setdefault((action or door.path, form.method), (one, form))
    return found


# ------------------------------------------------------------------------------------------ keys

KEYS = (
    *(KEYS_OF_SEARCH),
    *("cursor", "limit", "next", "back", "view", "group", "status", "verb", "again", "check"),
    *("letter", "p", "post_type", "search_keywords", "search_location", "all"),
)
ASKED = (
    f"{WORDS}{hostile.LINES}{hostile.UNSEEN}{hostile.PILED}{hostile.LOOKALIKE}{hostile.SQL}",
    "9" * 30,
)
#: Queries that no form sends.
RAW = (
    *("q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=%", "%00=1", "=", "&&&&", "page=1&page=2", "page=1e3"),
    *("page=999999999", "page=0", "page=0x1", "sort=id%20desc;%20drop", "sort=password_hash"),
    *("sort=__class__", "q[]=1&q[$gt]=", "near=nan,inf", "near=1e999,1e999&radius=-1"),
    *(
        "page=-1",
        "page=%D9%A1",
        "near=999,999&radius=1e9",
        "years=99999999999999999999",
        "limit=1000000000",
        "cursor=%00",
    ),
    *(f"q={'x' * 8192}", f"q={'(' * 4000}", f"q={'%22' * 999}", f"q={'*' * 4000}"),
    *(f"q=(a%2B)%2B%24{'a' * 3000}", f"q={'%F0%9F%98%80' * 500}", f"where={'%25' * 2000}"),
    *("q=title:x%5E99999999~", "q=NOT%20NOT%20OR", "q=/a.*/", "q=%2B-%26%7C!(){}[]%5E~*?:%5C/"),
    "&".join(f"a{number}=1" for number in range(3000)),
    "&".join(["q=a"] * 3000),
    "&".join(["country=TR"] * 3000),
    "organisation=" + ",".join(["x"] * 2000),
)


def test_every_address_takes_any_key(
    board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    for door in gets(board):
        client = people[_WHO.get(door.audience, "nobody")]
        for value in ASKED:
            answer = client.get(door.path, query_string=dict.fromkeys(KEYS, value), buffered=True)
            assert hostile.faults(answer) == [], (door.path, value[:30])


def test_searches_take_any_query_in_time(
    board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    for path in ("/jobs/", "/api/v1/jobs", "/jobs/feed.atom", "/jobs/feed.ics", "/organisations/"):
        for query in RAW:
            begun = time.thread_time()
            answer = people["nobody"].get(path, query_string=query, buffered=True)
            assert hostile.faults(answer) == [], (path, query[:60])
            assert time.thread_time() - begun < LONGEST_SECONDS, (path, query[:60])


@pytest.mark.one_database
def test_an_order_that_is_none_is_the_usual_one(people: dict[str, FlaskClient]) -> None:
    """Faults 45."""
    for order in ("id desc; drop table listing", "password_hash", "__class__", "poster_email"):
        answer = people["nobody"].get("/api/v1/jobs", query_string={"sort": order})
        assert answer.status_code == 400, order
        page = people["nobody"].get("/jobs/", query_string={"sort": order})
        assert page.status_code == 200, order


def test_boxes_of_lists_read_signs_as_letters(
    board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    """Per cent and underscore match themselves; a quote ends nothing (ASVS 1.2.4)."""
    boxes = (
        ("ada", "/admin/people/", "think.example"),
        ("ada", "/admin/organisations/", "Centre for Grand"),
        ("maryam", "/moderation/listings/", "Analyst whose listing is pending"),
        ("maryam", "/moderation/log/", "/moderation/listings/"),
        ("alice", "/job-dashboard/", "Analyst whose listing is closed"),
        ("nobody", "/organisations/", "Centre for Grand"),
    )
    for name, path, there in boxes:
        for words in (
            "%",
            "_",
            "Anal_st",
            "ent%e",
            "\\%",
            "' OR '1'='1",
            "';select pg_sleep(30)--",
        ):
            begun = time.monotonic()
            page = people[name].get(path, query_string={"q": words})
            assert page.status_code == 200, (path, words)
            main = page.text.split("<main", 1)[1].split("</main>")[0]
            assert path == "/moderation/log/" or there not in main, (path, words)
            assert time.monotonic() - begun < SLEEP_SECONDS, (path, words)
        if path != "/moderation/log/":
            assert there in people[name].get(path).text, path


# ----------------------------------------------------------------------------------------- shown


@pytest.fixture(scope="module")
def hostile_board(make_shared_app: MakeApp, board: tuple[Flask, World]) -> tuple[Flask, World]:
    """The same board after somebody got hostile words into every column that holds words."""
    app, world = board
    lasting = {
        "slug",
        "slug_front",
        "email",
        "password_hash",
        "submission_key",
        "description_format",
    }
    lasting |= {"poster_email", "terms_version", "name_key", "start_date", "pay_currency"}
    lasting |= {"deadline_zone", "language", "apply_url", "apply_email", "description_html"}
    with app.app_context():
        session, now = db.session, clock.now()
        rows = chain(
            session.scalars(select(Listing)),
            session.scalars(select(Organisation)),
            session.scalars(select(User)),
        )
        for number, row in enumerate(rows):
            for column in type(row).__table__.columns:
                is_text = type(column.type) in (String, Text)
                if is_text and not column.primary_key and column.name not in lasting:
                    room = getattr(column.type, "length", None) or 4000
                    setattr(row, column.name, f"{WORDS}{number}"[:room])
        for row in session.scalars(select(Listing)):
            row.description_html = f"<p>{WORDS}</p><p onclick=x><a href='javascript:x'>y</a>"
            row.places = (Place("TR", hostile.MARKUP, 41.0, 29.0),)
            row.apply_url = "javascript:alert(1)"
            for verb in (Verb.REFUSE, Verb.OBJECT, Verb.EDIT):
                history.record(
                    row,
                    verb,
                    actor=ActorKind.MODERATOR,
                    at=now,
                    reason=hostile.MARKUP[:64],
                    note=WORDS,
                    details={"fields": [hostile.MARKUP]},
                )
        for revision in session.scalars(select(Revision)):
            revision.content = contents.to_json(
                written(
                    title=WORDS,
                    description=WORDS,
                    organisation_name=WORDS,
                    apply_instructions=WORDS,
                    pay_text=WORDS,
                    apply_by=now,
                )
            )
        owe_every_mail(session, world, now)
        session.commit()
        delivery.deliver(now)
    return app, world


def owe_every_mail(session: Any, world: World, now: datetime) -> None:
    """One mail of each kind, with hostile words wherever somebody's words go."""
    secret = "0" * 32
    row = session.get(Listing, world.live_id)
    user, reason = row.poster, next(iter(REASON_LABELS))
    link = links.issue(
        session, Purpose.LISTING_MANAGE, secret=secret, now=now, email=user.email, listing=row
    )
    messages.listing_confirm(row, link, at=now)
    messages.listing_received(row, at=now)
    messages.listing_changes_requested(row, note=WORDS, at=now)
    messages.listing_refused(row, reason=REASON_LABELS[reason], note=WORDS, at=now)
    messages.listing_removed(row, reason=REASON_LABELS[reason], note=WORDS, at=now)
    messages.listing_marked_duplicate(row, note=WORDS, at=now, original=row)
    messages.listing_ending(row, days=7, at=now)
    messages.listing_expired(row, at=now)
    messages.address_confirm(user, link, at=now)
    messages.account_exists(user, at=now)
    messages.address_changed(user, old_email="old@think.example", at=now)
    messages.device_new(user, device=WORDS, at=now)


def test_stored_words_are_text_on_every_page(
    hostile_board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    _, world = hostile_board
    shown_on = 0
    slugs = [f"/job/{slug}/" for slug in world.slugs.values()]
    paths = [door.path for door in gets(hostile_board)]
    paths += [f"/moderation/{number}/" for number in world.ids.values()]
    paths += [f"/job-dashboard/{number}/show/" for number in world.ids.values()]
    for path in (*paths, *slugs, "/jobs/?q=onerror", "/api/v1/jobs?q=onerror"):
        for name, client in people.items():
            answer = client.get(path, buffered=True)
            assert hostile.faults(answer) == [], (name, path)
            shown_on += str(escape(hostile.MARKUP)) in answer.text
    assert shown_on > 60


def test_files_for_programs_stay_whole(
    hostile_board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    """Feeds, sitemaps and JSON are read as their readers do; `hostile.faults` parses them."""
    _, world = hostile_board
    slug = world.slugs[Status.PUBLISHED]
    for path in (
        *(
            "/jobs/feed.atom",
            "/jobs/feed.rss",
            "/jobs/feed.json",
            "/feeds/jobs.xml",
            "/sitemap.xml",
        ),
        *("/sitemap-jobs-1.xml", "/api/v1/jobs", f"/api/v1/jobs/{world.live_id}"),
        f"/job/{slug}.json",
    ):
        answer = people["nobody"].get(path, buffered=True)
        assert answer.status_code == 200, path
        assert hostile.faults(answer) == [], path
    for path in ("/jobs/feed.ics", f"/job/{slug}.ics"):
        lines = people["nobody"].get(path, buffered=True).text.replace("\r\n ", "").split("\r\n")
        names = {line.split(":")[0].split(";")[0] for line in lines if line}
        assert {"X-EVIL", "BCC", "FORGED"} & {name.upper() for name in names} == set(), path


def test_stored_words_are_text_in_every_mail(hostile_board: tuple[Flask, World]) -> None:
    app, _ = hostile_board
    with app.app_context():
        mails = list(db.session.scalars(select(Message)))
        assert len({mail.kind for mail in mails}) >= 12
        for mail in mails:
            words = writing.written(mail)
            assert hostile.RESULT not in f"{words.subject}{words.text}{words.html}", mail.kind
            assert len(words.subject.splitlines()) == 1, mail.kind
            assert hostile.faults(shows(words.html)) == [], mail.kind


def test_a_forged_line_is_in_no_calendar_and_no_feed(
    hostile_board: tuple[Flask, World], people: dict[str, FlaskClient]
) -> None:
    app, world = hostile_board
    with app.app_context():
        row = db.session.get(Listing, world.live_id)
        assert row is not None
        row.title = f"Analyst\r\nX-EVIL:1\r\n{hostile.UNSEEN}".replace("\0", "")
        row.places = (Place("TR", "Istanbul\r\nX-EVIL:2", 41.0, 29.0),)
        db.session.commit()
    for path in ("/jobs/feed.ics", f"/job/{world.live_slug}.ics"):
        answer = people["nobody"].get(path, buffered=True)
        lines = answer.text.splitlines()
        assert not [line for line in lines if line.startswith("X-EVIL")], path
    for path in ("/jobs/feed.atom", "/jobs/feed.rss", "/feeds/jobs.xml", "/jobs/feed.json"):
        assert hostile.faults(people["nobody"].get(path, buffered=True)) == [], path
