"""Every move of a listing's life, by its poster or a colleague."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from jobboard import content as contents
from jobboard.db import db
from jobboard.domain.errors import ChangedMeanwhile
from jobboard.domain.listing import (
    CloseReason,
    EndRefused,
    MoveRefused,
    Status,
    Verb,
    end_of_day,
    is_live,
)
from jobboard.domain.submission import SubmissionIncomplete
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.services import listings
from jobboard.services.listings import Actor, Deadline, NothingWaits, WordsMissing
from tests.support.listings import listing, written
from tests.support.people import NOW, person

Db = scoped_session[Session]

GUEST = Actor(ActorKind.GUEST)
SECRET = "0123456789abcdef" * 3
DAY = timedelta(days=1)


def last(session: Db, row: Listing) -> Event:
    return session.scalars(
        select(Event).where(Event.listing_id == row.id).order_by(Event.id.desc()).limit(1)
    ).one()


def revisions(session: scoped_session[Any]) -> list[RevisionStatus]:
    return list(session.scalars(select(Revision.status).order_by(Revision.id)))


def on(days: float, zone: str = "UTC") -> Deadline:
    return Deadline(DeadlineKind.DATE, NOW + timedelta(days=days), zone)


# ------------------------------------------------------------------------------ two at one time

BY: dict[str, Any] = {"actor": GUEST, "now": NOW}
MOVES: dict[str, tuple[Status, Callable[[Listing], object]]] = {
    "edit": (
        Status.PENDING,
        lambda row: listings.edit(row, written(title="Analyst, Aegean"), life_days=60, **BY),
    ),
    "withdraw": (Status.PENDING, lambda row: listings.withdraw(row, **BY)),
    "close": (Status.PUBLISHED, lambda row: listings.close(row, CloseReason.FILLED, **BY)),
    "reopen": (Status.CLOSED, lambda row: listings.reopen(row, **BY)),
    "extend": (
        Status.PUBLISHED,
        lambda row: listings.extend(row, on(40), life_days=60, **BY),
    ),
    "renew": (Status.EXPIRED, lambda row: listings.renew(row, on(40), life_days=60, **BY)),
    "object": (Status.REFUSED, lambda row: listings.object_to(row, "Look again.", **BY)),
    "delete": (Status.DRAFT, lambda row: listings.delete(row, now=NOW)),
}


@pytest.mark.parametrize("move", sorted(MOVES))
def test_whoever_comes_second_is_told(session: Db, move: str) -> None:
    status, act = MOVES[move]
    row = listing(session, status)
    assert row.version
    written_meanwhile(session, row)
    with pytest.raises(ChangedMeanwhile):
        act(row)


def written_meanwhile(session: Db, row: Listing) -> None:
    """Let somebody else write a row that this session has read already."""
    session.execute(
        update(Listing)
        .where(Listing.id == row.id)
        .values(version=row.version + 1)
        .execution_options(synchronize_session=False)
    )


def test_two_new_texts_at_once_make_one_revision(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    rounds = 12
    with app.app_context():
        numbers = [listing(db.session, title=f"Analyst {n}").id for n in range(rounds)]
    together = threading.Barrier(2)

    def write(_browser: int) -> list[str]:
        told = []
        for number in numbers:
            together.wait(30)
            with app.app_context():
                row = db.session.get_one(Listing, number)
                content = written(title="Analyst, Aegean")
                waiting = listings.edit(row, content, actor=GUEST, now=NOW, life_days=60)
                told.append(str(waiting and waiting.content["title"]))
        return told

    with ThreadPoolExecutor(2) as browsers:
        told = list(browsers.map(write, range(2)))
    assert told == [["Analyst, Aegean"] * rounds] * 2
    with app.app_context():
        assert revisions(db.session) == [RevisionStatus.WAITING] * rounds


# ---------------------------------------------------------------------------------------- edit


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PENDING, Status.CHANGES_REQUESTED])
def test_what_is_not_public_changes_at_once(session: Db, status: Status) -> None:
    row = listing(session, status, poster=person(session))
    assert (
        listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
        is None
    )
    assert (row.title, row.status, row.updated_at) == ("Analyst, Aegean", status, NOW)
    assert last(session, row).details == {"fields": ["title"]}


def test_an_edit_that_changes_nothing_leaves_no_trace(session: Db) -> None:
    row = listing(session, Status.PENDING)
    version = row.version
    listings.edit(row, written(), actor=GUEST, now=NOW, life_days=60)
    assert row.version == version
    assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_what_is_in_review_must_stay_complete(session: Db) -> None:
    row = listing(session, Status.PENDING)
    with pytest.raises(SubmissionIncomplete):
        listings.edit(row, written(description="Short."), actor=GUEST, now=NOW, life_days=60)
    draft = listing(session, Status.DRAFT)
    listings.edit(draft, written(description="Short."), actor=GUEST, now=NOW, life_days=60)
    assert draft.description == "Short."


def test_the_wish_for_a_later_day_is_kept_until_it_is_public(session: Db) -> None:
    row = listing(session, Status.PENDING)
    listings.edit(row, written(), actor=GUEST, now=NOW, publish_from=NOW + 3 * DAY, life_days=60)
    assert row.publish_from == NOW + 3 * DAY
    live = listing(session)
    listings.edit(
        live,
        written(title="Analyst, Aegean"),
        actor=GUEST,
        now=NOW,
        publish_from=NOW + 3 * DAY,
        life_days=60,
    )
    assert live.publish_from is None


def test_a_live_text_stays_while_the_new_one_waits(session: Db) -> None:
    row = listing(session, poster=person(session))
    first = listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
    assert first is not None
    second = listings.edit(
        row, written(title="Analyst, Levant"), actor=GUEST, now=NOW + DAY, life_days=60
    )
    assert (row.title, first, revisions(session)) == (
        "Senior Analyst, Black Sea Security",
        second,
        [RevisionStatus.WAITING],
    )
    assert contents.from_json(first.content)["title"] == "Analyst, Levant"
    assert last(session, row).verb is Verb.REVISE


def test_going_back_to_the_live_text_takes_the_new_one_back(session: Db) -> None:
    row = listing(session)
    listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
    assert listings.edit(row, written(), actor=GUEST, now=NOW, life_days=60) is None
    assert revisions(session) == [RevisionStatus.WITHDRAWN]
    assert last(session, row).verb is Verb.WITHDRAW_REVISION


def test_withdraw_revision(session: Db) -> None:
    row = listing(session)
    listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
    listings.withdraw_revision(row, actor=GUEST, now=NOW)
    assert revisions(session) == [RevisionStatus.WITHDRAWN]
    with pytest.raises(NothingWaits):
        listings.withdraw_revision(row, actor=GUEST, now=NOW)


def test_a_live_listing_that_names_no_date_any_more_has_the_usual_life(session: Db) -> None:
    row = listing(session, poster=person(session, is_trusted=True), ends_at=NOW + 5 * DAY)
    actor = Actor(ActorKind.POSTER, row.poster)
    published = row.publish_at
    assert published is not None
    open_ended = written(deadline_kind=DeadlineKind.UNTIL_FILLED, apply_by=None)
    listings.edit(row, open_ended, actor=actor, now=NOW, life_days=60)
    assert row.ends_at == published + 60 * DAY

    # What was extended, or lives longer already, is not cut by its next text.
    listings.extend(row, None, actor=actor, now=NOW + 30 * DAY, life_days=60)
    extended = row.ends_at
    listings.edit(
        row,
        {**open_ended, "title": "Analyst, Levant"},
        actor=actor,
        now=NOW + 31 * DAY,
        life_days=60,
    )
    assert row.ends_at == extended
    dated = written(apply_by=NOW + 200 * DAY)
    listings.edit(row, dated, actor=actor, now=NOW + 31 * DAY, life_days=60)
    listings.edit(row, open_ended, actor=actor, now=NOW + 31 * DAY, life_days=60)
    assert row.ends_at == NOW + 200 * DAY


def test_a_trusted_persons_edit_is_live_at_once(session: Db) -> None:
    alice = person(session, is_trusted=True)
    row = listing(session, poster=alice)
    listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
    edited = listings.edit(
        row,
        written(title="Analyst, Levant", apply_by=NOW + 50 * DAY),
        actor=Actor(ActorKind.POSTER, alice),
        now=NOW,
        life_days=60,
    )
    assert (edited, row.title, row.ends_at) == (None, "Analyst, Levant", NOW + 50 * DAY)
    assert revisions(session) == [RevisionStatus.WITHDRAWN]


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CLOSED, Status.REFUSED])
def test_what_has_ended_is_not_edited(session: Db, status: Status) -> None:
    row = listing(session, status)
    with pytest.raises(MoveRefused):
        listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)


# ------------------------------------------------------------------------- withdraw, close, reopen


def test_withdraw_out_of_review_makes_a_draft(session: Db) -> None:
    row = listing(session, Status.PENDING)
    listings.withdraw(row, actor=GUEST, now=NOW)
    assert (row.status, row.close_reason) == (Status.DRAFT, None)


def test_withdraw_from_the_board_ends_it(session: Db) -> None:
    row = listing(session)
    listings.withdraw(row, actor=GUEST, now=NOW)
    assert (row.status, row.close_reason, row.closed_at) == (
        Status.CLOSED,
        CloseReason.WITHDRAWN,
        NOW,
    )
    assert not is_live(row.life, NOW)


def test_close_and_reopen(session: Db) -> None:
    row = listing(session)
    ends_at, first = row.ends_at, row.first_published_at
    listings.close(row, CloseReason.FILLED, actor=GUEST, now=NOW)
    assert (row.status, last(session, row).reason) == (Status.CLOSED, "filled")
    with pytest.raises(MoveRefused):
        listings.close(row, CloseReason.CANCELLED, actor=GUEST, now=NOW)
    session.rollback()
    listings.reopen(row, actor=GUEST, now=NOW + DAY)
    assert (row.status, row.ends_at, row.first_published_at, row.closed_at) == (
        Status.PUBLISHED,
        ends_at,
        first,
        None,
    )


def test_reopen_needs_an_end_ahead(session: Db) -> None:
    row = listing(session, Status.CLOSED, ends_at=NOW)
    with pytest.raises(MoveRefused):
        listings.reopen(row, actor=GUEST, now=NOW)


def test_what_waits_for_its_day_waits_again_when_reopened(session: Db) -> None:
    row = listing(session, Status.SCHEDULED)
    listings.withdraw(row, actor=GUEST, now=NOW)
    listings.reopen(row, actor=GUEST, now=NOW)
    assert row.status is Status.SCHEDULED


# ----------------------------------------------------------------------------------- extend, renew


def test_extend_to_a_date(session: Db) -> None:
    row = listing(session)
    listings.extend(row, on(40, "Europe/Paris"), actor=GUEST, now=NOW, life_days=60)
    assert (row.ends_at, row.apply_by, row.deadline_zone) == (
        NOW + 40 * DAY,
        NOW + 40 * DAY,
        "Europe/Paris",
    )
    assert last(session, row).details == {"ends_at": (NOW + 40 * DAY).isoformat()}


def test_extend_without_a_date_adds_the_boards_life(session: Db) -> None:
    row = listing(session)
    listings.extend(row, None, actor=GUEST, now=NOW, life_days=60)
    assert row.ends_at == row.apply_by == NOW + 60 * DAY


def test_extend_what_waits_for_its_day_counts_from_that_day(session: Db) -> None:
    row = listing(session, Status.SCHEDULED)
    assert row.publish_at is not None
    listings.extend(row, Deadline(DeadlineKind.ROLLING), actor=GUEST, now=NOW, life_days=60)
    assert (row.ends_at, row.apply_by) == (row.publish_at + 60 * DAY, None)


@pytest.mark.parametrize("days", [-1, 30, 366])
def test_extend_needs_a_later_end_within_a_year(session: Db, days: int) -> None:
    row = listing(session)
    with pytest.raises(EndRefused):
        listings.extend(row, on(days), actor=GUEST, now=NOW, life_days=60)
    session.rollback()
    assert row.ends_at == NOW + 30 * DAY


def test_the_last_day_allowed_is_the_365th(session: Db) -> None:
    row = listing(session)
    listings.extend(row, on(365), actor=GUEST, now=NOW, life_days=60)
    assert row.ends_at == NOW + 365 * DAY


def test_a_text_that_waits_does_not_bring_the_old_end_back(session: Db) -> None:
    row = listing(session)
    revision = listings.edit(
        row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60
    )
    listings.extend(row, on(90), actor=GUEST, now=NOW, life_days=60)
    assert revision is not None
    assert contents.from_json(revision.content)["apply_by"] == NOW + 90 * DAY


def test_renew_keeps_address_and_first_day(session: Db) -> None:
    row = listing(session, Status.EXPIRED, is_muted=True)
    slug, first = row.slug, row.first_published_at
    listings.renew(row, on(20), actor=GUEST, now=NOW, life_days=60)
    assert (row.status, row.ends_at, row.slug, row.first_published_at, row.is_muted) == (
        Status.PUBLISHED,
        NOW + 20 * DAY,
        slug,
        first,
        False,
    )
    assert is_live(row.life, NOW)


def test_a_listing_withdrawn_before_its_day_is_not_from_the_future(session: Db) -> None:
    planned = NOW + 10 * DAY
    row = listing(session, Status.SCHEDULED, publish_at=planned, first_published_at=planned)
    listings.withdraw(row, actor=GUEST, now=NOW)
    listings.renew(row, on(20), actor=GUEST, now=NOW, life_days=60)
    assert (row.publish_at, row.first_published_at) == (NOW, NOW)


def test_renew_what_has_ended_but_was_not_told_so_yet(session: Db) -> None:
    row = listing(session, ends_at=NOW - timedelta(seconds=1))
    listings.renew(row, on(20), actor=GUEST, now=NOW, life_days=60)
    assert (row.status, row.ends_at) == (Status.PUBLISHED, NOW + 20 * DAY)


def test_a_live_listing_is_extended_and_not_renewed(session: Db) -> None:
    row = listing(session)
    with pytest.raises(MoveRefused):
        listings.renew(row, on(60), actor=GUEST, now=NOW, life_days=60)


def test_an_end_in_the_night_when_summer_time_begins(session: Db) -> None:
    # 02:30 does not exist in Paris on 28 March 2027: it is read with the offset before the gap.
    at = end_of_day(datetime(2027, 3, 28, tzinfo=UTC), "Europe/Paris", time(2, 30))
    assert at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    row = listing(session, Status.EXPIRED)
    listings.renew(
        row, Deadline(DeadlineKind.DATE, at, "Europe/Paris"), actor=GUEST, now=NOW, life_days=60
    )
    assert row.ends_at == at


# ------------------------------------------------------------------------------------ copy, object


def test_copy_is_a_draft_without_the_old_date(session: Db) -> None:
    alice = person(session)
    row = listing(session, Status.REFUSED, poster=alice)
    twin, link = listings.copy(
        row, actor=Actor(ActorKind.POSTER, alice), now=NOW, secret=SECRET, submission_key="k"
    )
    assert (link, twin.status, twin.poster, twin.title, twin.apply_by) == (
        None,
        Status.DRAFT,
        alice,
        row.title,
        None,
    )
    assert last(session, twin).details == {"from": row.id}


def test_a_button_pressed_twice_copies_once(session: Db) -> None:
    alice = person(session)
    row = listing(session, poster=alice)
    actor = Actor(ActorKind.POSTER, alice)
    twins = {
        listings.copy(row, actor=actor, now=NOW, secret=SECRET, submission_key="k")[0].id
        for _click in range(2)
    }
    assert len(twins) == 1
    bob = Actor(ActorKind.COLLEAGUE, person(session, "bob"))
    with pytest.raises(ChangedMeanwhile):
        listings.copy(row, actor=bob, now=NOW, secret=SECRET, submission_key="k")


def test_a_guests_copy_is_mailed_its_address(session: Db) -> None:
    row = listing(session)
    made = [
        listings.copy(row, actor=GUEST, now=NOW, secret=SECRET, submission_key="k")
        for _click in range(2)
    ]
    (twin, link), again = made
    assert again == (twin, link)
    assert link is not None
    assert (link.listing_id, twin.poster_email) == (twin.id, row.poster_email)
    assert [(each.kind, each.listing_id) for each in session.scalars(select(Message))] == [
        ("listing_confirm", twin.id)
    ]


@pytest.mark.parametrize("status", [Status.REFUSED, Status.DUPLICATE, Status.REMOVED])
def test_object(session: Db, status: Status) -> None:
    maryam = person(session, "maryam", is_moderator=True)
    row = listing(session, status, decided_by_id=maryam.id)
    with pytest.raises(WordsMissing):
        listings.object_to(row, " \n", actor=GUEST, now=NOW)
    listings.object_to(row, "It is about Ukraine.", actor=GUEST, now=NOW)
    assert (row.status, row.submitted_at, row.decided_by_id) == (
        Status.PENDING,
        NOW,
        maryam.id,
    )
    assert (last(session, row).verb, last(session, row).note) == (
        Verb.OBJECT,
        "It is about Ukraine.",
    )
    with pytest.raises(MoveRefused):
        listings.object_to(row, "Again.", actor=GUEST, now=NOW)


def test_delete_a_draft_and_nothing_else(session: Db) -> None:
    row = listing(session, Status.DRAFT)
    listings.edit(row, written(title="Analyst, Aegean"), actor=GUEST, now=NOW, life_days=60)
    kept = listing(session)
    listings.delete(row, now=NOW)
    assert list(session.scalars(select(Listing))) == [kept]
    assert session.scalar(select(func.count()).select_from(Event)) == 0
    with pytest.raises(MoveRefused):
        listings.delete(kept, now=NOW)


def test_what_moderators_decided_on_is_not_deleted(session: Db) -> None:
    """Objected to and withdrawn it is a draft again; the decision stays on record."""
    maryam = person(session, "maryam", is_moderator=True)
    row = listing(session, Status.REMOVED, decided_by_id=maryam.id)
    listings.object_to(row, "Look again.", actor=GUEST, now=NOW)
    listings.withdraw(row, actor=GUEST, now=NOW)
    assert row.status is Status.DRAFT
    with pytest.raises(MoveRefused):
        listings.delete(row, now=NOW)
