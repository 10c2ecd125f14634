"""What the clock tells: once, whether it runs late, twice, or in two workers at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from jobboard.cli import worker
from jobboard.db import db
from jobboard.domain.listing import Status, Verb, end_of_day
from jobboard.mail import messages
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.services import clock_jobs
from tests.support.listings import listing
from tests.support.people import NOW, person

Rows = scoped_session[Any]

DAY = timedelta(days=1)


def mails(session: Rows) -> list[tuple[str, Any]]:
    """Every mail owed: its kind, and the days that a reminder names."""
    found = session.scalars(select(Message).order_by(Message.id)).all()
    told = [(row.kind, row.params.get("days")) for row in found]
    session.rollback()
    return told


def events(session: Rows, verb: Verb) -> list[Event]:
    return list(session.scalars(select(Event).where(Event.verb == verb).order_by(Event.id)))


def stands(session: Rows, listing_id: int) -> Status:
    row = session.get(Listing, listing_id, populate_existing=True)
    assert row is not None
    status = row.status
    session.rollback()
    return status


def run_all(now: datetime) -> tuple[int, int, int]:
    return (clock_jobs.publish_due(now), clock_jobs.expire(now), clock_jobs.remind(now))


def test_a_scheduled_listing_is_told_to_be_live_once(session: Rows) -> None:
    row = listing(session, Status.SCHEDULED)
    begins = row.publish_at
    assert begins is not None
    number = row.id
    assert clock_jobs.publish_due(begins - timedelta(seconds=1)) == 0
    assert clock_jobs.publish_due(begins) == 1
    assert clock_jobs.publish_due(begins) == 0
    assert stands(session, number) is Status.PUBLISHED
    assert mails(session) == [("listing_posted", None)]
    assert [event.actor for event in events(session, Verb.PUBLISH)] == [ActorKind.CLOCK]


def test_an_ended_listing_is_told_once_and_history_says_when(session: Rows) -> None:
    row = listing(session, ends_at=NOW)
    number = row.id
    assert clock_jobs.expire(NOW - timedelta(seconds=1)) == 0
    assert clock_jobs.expire(NOW) == 1
    assert clock_jobs.expire(NOW + DAY) == 0
    assert stands(session, number) is Status.EXPIRED
    assert mails(session) == [("listing_expired", None)]
    (event,) = events(session, Verb.EXPIRE)
    assert (event.listing_id, event.at, event.actor) == (number, NOW, ActorKind.CLOCK)


def test_reminders_a_week_and_a_day_before_the_end(session: Rows) -> None:
    listing(session, ends_at=NOW + 8 * DAY)
    hours = range(0, 9 * 24, 6)
    told = [run_all(NOW + timedelta(hours=hour))[2] for hour in hours]
    days = [hour / 24 for hour, count in zip(hours, told, strict=True) if count]
    assert days == [1, 7]
    assert mails(session) == [
        ("listing_ending", 7),
        ("listing_ending", 1),
        ("listing_expired", None),
    ]


def test_a_new_end_is_reminded_of_anew(session: Rows) -> None:
    number = listing(session, ends_at=NOW + 2 * DAY).id
    assert clock_jobs.remind(NOW) == 1
    row = session.get_one(Listing, number)
    row.ends_at = NOW + 20 * DAY
    session.commit()
    assert clock_jobs.remind(NOW) == 0
    assert clock_jobs.remind(NOW + 14 * DAY) == 1
    # What a late clock tells is the time that is left.
    assert mails(session) == [("listing_ending", 2), ("listing_ending", 6)]


def test_what_was_looked_at_is_not_looked_at_again(
    session: Rows,
) -> None:
    for hours in (-30, -2, -0.5, 0.5):
        listing(session, ends_at=NOW + 7 * DAY + timedelta(hours=hours), title=f"Ends {hours}")
    listing(session, ends_at=NOW + DAY - timedelta(minutes=30), title="Ends tomorrow")
    assert clock_jobs.remind(NOW, since=NOW - timedelta(hours=1)) == 2
    assert sorted(mails(session)) == [("listing_ending", 1), ("listing_ending", 7)]


def test_an_extension_is_not_answered_by_a_reminder(session: Rows) -> None:
    number = listing(session, ends_at=NOW + 2 * DAY).id
    remind = worker.reminding()
    assert remind(NOW) == 1
    row = session.get_one(Listing, number)
    row.ends_at = NOW + 5 * DAY
    session.commit()
    later = NOW + timedelta(seconds=15)
    assert remind(later) == 0
    assert [remind(later + hours * timedelta(hours=1)) for hours in range(1, 120)].count(1) == 1
    assert mails(session) == [("listing_ending", 2), ("listing_ending", 1)]


def test_a_short_life_owes_no_reminder_that_was_never_true(session: Rows) -> None:
    listing(session, publish_at=NOW, ends_at=NOW + 3 * DAY)
    assert clock_jobs.remind(NOW + DAY) == 0
    assert clock_jobs.remind(NOW + 2 * DAY) == 1
    assert mails(session) == [("listing_ending", 1)]


def test_after_a_week_down_nothing_is_lost_or_doubled(session: Rows) -> None:
    """Ends and beginnings of the week are told; reminders that are no longer true are not."""
    ended = listing(session, ends_at=NOW + 2 * DAY, title="Ended meanwhile").id
    begun = listing(
        session, Status.SCHEDULED, publish_at=NOW + DAY, ends_at=NOW + 40 * DAY, title="Begun"
    ).id
    over = listing(
        session, Status.SCHEDULED, publish_at=NOW + DAY, ends_at=NOW + 3 * DAY, title="Over"
    ).id
    listing(session, ends_at=NOW + timedelta(days=7, hours=12), title="Ends soon")
    week_later = NOW + 7 * DAY
    assert run_all(week_later) == (1, 2, 1)
    assert run_all(week_later) == (0, 0, 0)
    assert [stands(session, number) for number in (ended, begun, over)] == [
        Status.EXPIRED,
        Status.PUBLISHED,
        Status.EXPIRED,
    ]
    assert sorted(map(str, mails(session))) == sorted(
        map(
            str,
            [
                ("listing_expired", None),
                ("listing_expired", None),
                ("listing_posted", None),
                ("listing_ending", 1),
            ],
        )
    )


def test_a_muted_listing_ends_without_a_word(session: Rows) -> None:
    number = listing(session, ends_at=NOW + DAY, is_muted=True).id
    assert run_all(NOW + timedelta(hours=1)) == (0, 0, 0)
    assert run_all(NOW + DAY) == (0, 1, 0)
    assert stands(session, number) is Status.EXPIRED
    assert mails(session) == []


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", datetime(2027, 3, 28)), ("Europe/Paris", datetime(2027, 10, 31))],  # noqa: DTZ001
)
def test_the_night_on_which_summer_time_turns(session: Rows, zone: str, day: datetime) -> None:
    end = end_of_day(day, zone)
    number = listing(session, ends_at=end, publish_at=end - 20 * DAY).id
    assert clock_jobs.expire(end - timedelta(seconds=1)) == 0
    assert clock_jobs.expire(end) == 1
    assert stands(session, number) is Status.EXPIRED
    assert end.astimezone(UTC).minute == 59


def test_one_listing_that_cannot_be_moved_stops_no_other(
    session: Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = [listing(session, ends_at=NOW, title=f"Ends {n}").id for n in range(5)]
    tell = messages.listing_expired

    def refuse(row: Listing, *, at: datetime) -> None:
        if row.id == numbers[2]:
            raise ValueError("a row that no rule foresaw")
        tell(row, at=at)

    monkeypatch.setattr(messages, "listing_expired", refuse)
    assert clock_jobs.expire(NOW) == 4
    assert [stands(session, number) for number in numbers].count(Status.EXPIRED) == 4
    assert len(mails(session)) == 4
    assert f"cannot move listing {numbers[2]}" in caplog.text
    monkeypatch.undo()
    assert clock_jobs.expire(NOW) == 1
    assert len(mails(session)) == 5


def test_killed_half_way_the_rest_is_done_and_none_twice(
    session: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_jobs, "BATCH", 10)
    for number in range(25):
        listing(session, ends_at=NOW, title=f"Ends {number}")
    tell, told = messages.listing_expired, []

    def die(row: Listing, *, at: datetime) -> None:
        told.append(row.id)
        if len(told) == 15:
            raise KeyboardInterrupt
        tell(row, at=at)

    monkeypatch.setattr(messages, "listing_expired", die)
    with pytest.raises(KeyboardInterrupt):
        clock_jobs.expire(NOW)
    session.rollback()
    assert len(mails(session)) == 10
    assert len(events(session, Verb.EXPIRE)) == 10
    monkeypatch.setattr(messages, "listing_expired", tell)
    assert clock_jobs.expire(NOW) == 15
    assert len(mails(session)) == 25
    assert len({event.listing_id for event in events(session, Verb.EXPIRE)}) == 25


def test_two_workers_at_once_tell_each_once(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        poster = person(db.session, "alice")
        for number in range(30):
            listing(db.session, ends_at=NOW, poster=poster, title=f"Ends {number}")
            listing(
                db.session, Status.SCHEDULED, publish_at=NOW, poster=poster, title=f"Goes {number}"
            )
            listing(db.session, ends_at=NOW + 2 * DAY, poster=poster, title=f"Ends soon {number}")

    def work(_worker: int) -> tuple[int, int, int]:
        with app.app_context():
            return run_all(NOW)

    with ThreadPoolExecutor(3) as workers:
        done = list(workers.map(work, range(3)))
    with app.app_context():
        # Rows that another worker held were left to it, so one more run finds what is left.
        done.append(run_all(NOW))
        assert [sum(column) for column in list(zip(*done, strict=True))[:2]] == [30, 30]
        told = [kind for kind, _ in mails(db.session)]
        assert {kind: told.count(kind) for kind in set(told)} == {
            "listing_expired": 30,
            "listing_posted": 30,
            "listing_ending": 30,
        }
        assert len(events(db.session, Verb.EXPIRE)) == 30
        assert len(events(db.session, Verb.PUBLISH)) == 30
