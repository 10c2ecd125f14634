"""The demo is worth looking at, honest, and in nobody's way."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from jobboard import content as contents
from jobboard import passwords
from jobboard.db import db
from jobboard.domain.listing import Status, is_live
from jobboard.domain.submission import faults_of
from jobboard.mail import writing
from jobboard.models.event import Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message, MessageStatus
from jobboard.models.organisation import Membership, Organisation
from jobboard.models.revision import Revision
from jobboard.models.user import User
from jobboard.services import clock_jobs, demo
from tests.support.databases import Databases, application, close

#: Any day will do: the demo counts from the moment at which it is loaded.
NOW = datetime(2027, 5, 12, 9, 30, tzinfo=UTC)
SECRET = "0123456789abcdef" * 3


def load(now: datetime = NOW, *, is_demo: bool = True) -> int:
    return demo.load(now, is_demo=is_demo, secret=SECRET, life_days=60)


@pytest.fixture(scope="module")
def loaded(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, int]]:
    """A demo loaded once for all tests that only look at it."""
    folder = tmp_path_factory.mktemp("demo")
    url = databases.new(folder)
    app = application({"DATABASE_URL": url, "DEMO": "1"}, folder)
    with app.app_context():
        count = load()
    yield app, count
    close(app)
    databases.drop(url)


@pytest.fixture
def board(loaded: tuple[Flask, int]) -> Iterator[int]:
    """The number of the demo's listings, in the context of its board."""
    app, count = loaded
    with app.app_context():
        yield count


def listings() -> list[Listing]:
    return list(db.session.scalars(select(Listing).order_by(Listing.id)))


def test_it_is_as_large_and_varied_as_promised(board: int) -> None:
    rows = listings()
    live = [row for row in rows if is_live(row.life, NOW)]
    assert board == len(rows)
    assert len(live) >= 200
    assert set(Counter(row.status for row in rows)) == set(Status)
    assert len({row.organisation_id for row in live}) >= 30
    assert {row.language for row in live} == {"en", "tr", "fr", "ar"}
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 39


def test_what_waits_or_is_live_could_have_been_posted(board: int) -> None:
    """Every rule of the form holds, so that whoever edits one is not met by old faults."""
    wanted = {Status.PENDING, Status.PUBLISHED, Status.SCHEDULED}
    for row in listings():
        if row.status in wanted:
            assert faults_of(contents.read(row), NOW) == {}, row.title


def test_titles_of_one_organisation_differ(board: int) -> None:
    rows = [row for row in listings() if is_live(row.life, NOW)]
    seen = Counter((row.organisation_id, row.title) for row in rows)
    assert max(seen.values()) == 1


def test_histories_run_forward_and_end_before_now(board: int) -> None:
    events: dict[int, list[Event]] = {}
    for event in db.session.scalars(select(Event).order_by(Event.listing_id, Event.id)):
        events.setdefault(event.listing_id, []).append(event)
    for row in listings():
        moments = [event.at for event in events[row.id]]
        assert moments == sorted(moments), row.title
        assert moments[-1] <= NOW, row.title
        assert events[row.id][0].verb == "create"
        assert (row.status is Status.DRAFT) == (len(moments) == 1), row.title


def test_its_mails_are_past_and_can_be_read(board: int) -> None:
    rows = db.session.scalars(select(Message)).all()
    assert {row.status for row in rows} == {MessageStatus.SENT}
    assert all(row.sent_at is not None and row.sent_at <= NOW for row in rows)
    assert {row.kind for row in rows} == {
        "listing_confirm",
        "listing_received",
        "listing_posted",
        "listing_changes_requested",
        "listing_refused",
        "listing_removed",
        "listing_marked_duplicate",
        "listing_ending",
        "listing_expired",
    }
    assert all(writing.written(row).links for row in rows)


def test_the_clock_finds_nothing_left_to_tell(board: int) -> None:
    later = NOW + timedelta(minutes=1)
    jobs: list[Any] = [clock_jobs.publish_due, clock_jobs.expire, clock_jobs.remind]
    assert [job(later) for job in jobs] == [0, 0, 0]


def test_its_people_may_what_they_should(board: int) -> None:
    people = {user.email: user for user in db.session.scalars(select(User))}
    assert set(people) == {account.email for account in demo.ACCOUNTS}
    rights = {email: (user.may_moderate, user.is_administrator) for email, user in people.items()}
    assert rights == {
        "poster@demo.example": (False, False),
        "colleague@demo.example": (False, False),
        "moderator@demo.example": (True, False),
        "admin@demo.example": (True, True),
    }
    assert passwords.is_right("geopolist demo", people["poster@demo.example"].password_hash)
    members = db.session.scalars(select(Membership)).all()
    assert {member.user.email for member in members} == {
        "poster@demo.example",
        "colleague@demo.example",
    }
    assert db.session.scalars(select(Revision)).one().listing.title.startswith("Visiting Fellow")


def test_it_is_loaded_once(board: int) -> None:
    assert load(NOW + timedelta(days=30)) == 0
    assert len(listings()) == board


def test_a_board_for_real_people_takes_none(make_app: Callable[..., Flask]) -> None:
    with make_app().app_context():
        with pytest.raises(demo.NoDemo):
            load(is_demo=False)
        assert listings() == []


@pytest.mark.one_database
def test_it_can_be_loaded_at_any_hour(make_app: Callable[..., Flask]) -> None:
    now = datetime(2028, 2, 29, 23, 59, tzinfo=UTC)
    with make_app(DEMO="1").app_context():
        assert load(now) > 200
        assert all(event.at <= now for event in db.session.scalars(select(Event)))
