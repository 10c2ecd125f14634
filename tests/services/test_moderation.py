"""Decisions: each an event and a mail; objections go to somebody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from jobboard.domain.errors import ChangedMeanwhile
from jobboard.domain.listing import EndRefused, MoveRefused, Status, Verb
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.services import listings, moderation
from jobboard.services.listings import Actor
from jobboard.services.moderation import (
    REASON_LABELS,
    ObjectionRests,
    OriginalUnknown,
    OwnDecision,
    Reason,
    WordsMissing,
)
from tests.support.listings import listing, written
from tests.support.people import NOW, person

Db = scoped_session[Session]
LATER = NOW + timedelta(hours=1)
NOTE = "Say where the work is done."


@pytest.fixture
def alice(session: Db) -> User:
    return person(session)


@pytest.fixture
def maryam(session: Db) -> User:
    return person(session, "maryam", is_moderator=True)


@pytest.fixture
def pending(session: Db, alice: User) -> Listing:
    return listing(session, Status.PENDING, poster=alice)


def approve(row: Listing, by: User, *, version: int | None = None, now: datetime = NOW) -> None:
    moderation.approve(row, by=by, version=version, now=now, life_days=60)


def refuse(row: Listing, by: User, *, version: int | None = None, now: datetime = NOW) -> None:
    moderation.refuse(row, Reason.INCOMPLETE, NOTE, by=by, version=version, now=now)


def request_changes(row: Listing, by: User, *, version: int | None = None) -> None:
    moderation.request_changes(row, NOTE, by=by, version=version, now=NOW)


def mark_duplicate(row: Listing, by: User, *, version: int | None = None) -> None:
    moderation.mark_duplicate(row, NOTE, by=by, version=version, now=NOW)


def remove(row: Listing, by: User, *, version: int | None = None) -> None:
    moderation.remove(row, Reason.MISLEADING, NOTE, by=by, version=version, now=NOW)


def events(session: Db) -> list[tuple[Verb, ActorKind, str, str]]:
    rows = session.scalars(select(Event).order_by(Event.id))
    return [(row.verb, row.actor, row.reason, row.note) for row in rows]


def mails(session: Db) -> list[tuple[str, str]]:
    rows = session.execute(select(Message.kind, Message.to_address).order_by(Message.id))
    return [(kind, to) for kind, to in rows]


# --------------------------------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("decide", "status", "told", "mail"),
    [
        (approve, Status.PUBLISHED, (Verb.APPROVE, "", ""), "listing_posted"),
        (
            request_changes,
            Status.CHANGES_REQUESTED,
            (Verb.REQUEST_CHANGES, "", NOTE),
            "listing_changes_requested",
        ),
        (refuse, Status.REFUSED, (Verb.REFUSE, "incomplete", NOTE), "listing_refused"),
        (
            mark_duplicate,
            Status.DUPLICATE,
            (Verb.MARK_DUPLICATE, "", NOTE),
            "listing_marked_duplicate",
        ),
    ],
)
def test_a_decision_is_an_event_and_a_mail(
    session: Db,
    maryam: User,
    pending: Listing,
    decide: Callable[..., None],
    status: Status,
    told: tuple[Verb, str, str],
    mail: str,
) -> None:
    decide(pending, maryam, version=pending.version)

    verb, reason, note = told
    assert (pending.status, pending.decided_by_id) == (status, maryam.id)
    assert events(session) == [(verb, ActorKind.MODERATOR, reason, note)]
    assert mails(session) == [(mail, "alice@think.example")]


def test_a_duplicate_names_the_listing_that_stays(
    session: Db, alice: User, maryam: User, pending: Listing
) -> None:
    live = listing(session, title="Analyst, Black Sea")
    moderation.mark_duplicate(pending, "", original=live, by=maryam, version=None, now=NOW)

    kept = session.scalars(select(Event.details)).one()["original"]
    assert kept == {"id": live.id, "title": live.title, "slug": live.slug, "is_live": True}
    params = session.scalars(select(Message.params)).one()
    assert (params["original_title"], params["original_slug"]) == (live.title, live.slug)


def test_the_poster_is_not_told_of_a_listing_that_waits(
    session: Db, maryam: User, pending: Listing
) -> None:
    other = listing(session, Status.PENDING)
    moderation.mark_duplicate(pending, "", original=other, by=maryam, version=None, now=NOW)

    assert session.scalars(select(Event.details)).one()["original"]["is_live"] is False
    assert "original_slug" not in session.scalars(select(Message.params)).one()


@pytest.mark.parametrize("status", [Status.DUPLICATE, Status.REMOVED, Status.EXPIRED])
def test_what_is_gone_cannot_stay(
    session: Db, maryam: User, pending: Listing, status: Status
) -> None:
    for other in (pending, listing(session, status)):
        with pytest.raises(OriginalUnknown):
            moderation.mark_duplicate(
                pending, NOTE, original=other, by=maryam, version=None, now=NOW
            )
    assert (pending.status, events(session)) == (Status.PENDING, [])


def test_a_live_listing_is_taken_down(session: Db, alice: User, maryam: User) -> None:
    row = listing(session, poster=alice)
    remove(row, maryam)

    assert row.status is Status.REMOVED
    assert events(session) == [(Verb.REMOVE, ActorKind.MODERATOR, "misleading", NOTE)]
    assert mails(session) == [("listing_removed", alice.email)]


def test_no_mail_to_a_poster_knows_the_moderator(
    session: Db, maryam: User, pending: Listing
) -> None:
    refuse(pending, maryam)

    params = session.scalars(select(Message.params)).one()
    assert "aryam" not in str(params)
    assert params["reason"] == REASON_LABELS[Reason.INCOMPLETE]


def test_approval_waits_for_the_moment_that_the_poster_asked_for(
    session: Db, alice: User, maryam: User
) -> None:
    moment = NOW + timedelta(days=3)
    row = listing(session, Status.PENDING, poster=alice, publish_from=moment)
    approve(row, maryam)

    assert (row.status, row.publish_at, mails(session)) == (Status.SCHEDULED, moment, [])


def test_a_deadline_that_passed_in_the_queue_is_not_approved(
    session: Db, alice: User, maryam: User
) -> None:
    row = listing(session, Status.PENDING, poster=alice, apply_by=NOW - timedelta(minutes=1))
    with pytest.raises(EndRefused):
        approve(row, maryam)
    session.rollback()
    assert (row.status, events(session), mails(session)) == (Status.PENDING, [], [])


@pytest.mark.parametrize(
    "decide",
    [
        lambda row, by: moderation.request_changes(row, "  ", by=by, version=None, now=NOW),
        lambda row, by: moderation.refuse(row, Reason.OTHER, "", by=by, version=None, now=NOW),
    ],
)
def test_words_are_needed(
    session: Db, maryam: User, pending: Listing, decide: Callable[..., None]
) -> None:
    with pytest.raises(WordsMissing):
        decide(pending, maryam)
    assert pending.status is Status.PENDING


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PENDING}))
def test_only_what_waits_is_approved(
    session: Db, alice: User, maryam: User, status: Status
) -> None:
    row = listing(session, status, poster=alice)
    with pytest.raises(MoveRefused):
        approve(row, maryam)


@pytest.mark.parametrize("decide", [approve, refuse, request_changes, mark_duplicate])
def test_a_decision_on_what_was_read_before_is_refused(
    session: Db, alice: User, maryam: User, pending: Listing, decide: Callable[..., None]
) -> None:
    read = pending.version
    listings.edit(
        pending,
        written(title="Another title"),
        actor=Actor(ActorKind.POSTER, alice),
        now=NOW,
        life_days=60,
    )
    with pytest.raises(ChangedMeanwhile):
        decide(pending, maryam, version=read)
    session.rollback()
    assert (pending.status, mails(session)) == (Status.PENDING, [])


# -------------------------------------------------------------------------------------- objections


def objected(row: Listing, by: User, now: datetime = LATER) -> None:
    listings.object_to(row, "It is complete.", actor=Actor(ActorKind.POSTER, by), now=now)


def test_another_moderator_decides_an_objection(
    session: Db, alice: User, maryam: User, pending: Listing
) -> None:
    zeynep = person(session, "zeynep", is_administrator=True)
    refuse(pending, maryam)
    objected(pending, alice)
    with pytest.raises(OwnDecision):
        approve(pending, maryam, now=LATER + timedelta(days=9))
    session.rollback()
    approve(pending, zeynep, now=LATER)

    assert pending.status is Status.PUBLISHED
    assert _details(session) == {}


def test_the_only_moderator_decides_again_after_a_day_and_it_is_marked(
    session: Db, alice: User, maryam: User, pending: Listing
) -> None:
    person(session, "zeynep", is_moderator=True, is_suspended=True)
    person(session, "unready", is_moderator=True, email_confirmed_at=None)
    refuse(pending, maryam)
    objected(pending, alice)
    with pytest.raises(ObjectionRests):
        approve(pending, maryam, now=LATER + timedelta(hours=24, seconds=-1))
    session.rollback()
    approve(pending, maryam, now=LATER + timedelta(hours=24))

    assert pending.status is Status.PUBLISHED
    assert _details(session) == {"is_single": True}


def test_a_text_handed_in_again_is_no_objection(
    session: Db, alice: User, maryam: User, pending: Listing
) -> None:
    """Once answered, an objection binds nobody: the same moderator reads what comes next."""
    zeynep = person(session, "zeynep", is_moderator=True)
    refuse(pending, maryam)
    objected(pending, alice)
    request_changes(pending, zeynep)
    pending.move_to(Status.PENDING, Verb.SUBMIT, LATER)
    session.add(
        Event(listing=pending, verb=Verb.SUBMIT, actor=ActorKind.POSTER, by=alice, at=LATER)
    )
    session.commit()
    approve(pending, zeynep, now=LATER)

    assert pending.status is Status.PUBLISHED


def _details(session: Db) -> dict[str, Any]:
    return session.scalars(select(Event).order_by(Event.id.desc())).first().details  # type: ignore[union-attr]


# --------------------------------------------------------------------------------------- revisions


@pytest.fixture
def revised(session: Db, alice: User) -> Revision:
    row = listing(session, poster=alice)
    revision = listings.edit(
        row,
        written(title="Changed title", apply_by=NOW + timedelta(days=20)),
        actor=Actor(ActorKind.POSTER, alice),
        now=NOW,
        life_days=60,
    )
    assert revision is not None
    return revision


def test_a_new_text_takes_the_live_one_s_place(
    session: Db, alice: User, maryam: User, revised: Revision
) -> None:
    row = revised.listing
    published = row.first_published_at
    moderation.accept_revision(revised, by=maryam, version=revised.version, now=LATER, life_days=60)

    assert (row.title, row.ends_at) == ("Changed title", NOW + timedelta(days=20))
    assert (row.status, row.first_published_at) == (Status.PUBLISHED, published)
    assert (revised.status, revised.decided_at) == (RevisionStatus.ACCEPTED, LATER)
    assert mails(session) == [("listing_posted", alice.email)]
    assert events(session)[-1] == (Verb.ACCEPT_REVISION, ActorKind.MODERATOR, "", "")


def test_a_new_text_without_a_date_gives_the_usual_life(
    session: Db, alice: User, maryam: User
) -> None:
    row = listing(session, poster=alice, ends_at=NOW + timedelta(days=5))
    assert row.publish_at is not None
    revision = listings.edit(
        row,
        written(deadline_kind=DeadlineKind.ROLLING, apply_by=None),
        actor=Actor(ActorKind.POSTER, alice),
        now=NOW,
        life_days=60,
    )
    assert revision is not None
    moderation.accept_revision(revision, by=maryam, version=None, now=LATER, life_days=60)
    assert row.ends_at == row.publish_at + timedelta(days=60)


def test_a_refused_text_leaves_the_live_one(
    session: Db, alice: User, maryam: User, revised: Revision
) -> None:
    with pytest.raises(WordsMissing):
        moderation.refuse_revision(revised, " ", by=maryam, version=None, now=LATER)
    moderation.refuse_revision(revised, NOTE, by=maryam, version=revised.version, now=LATER)

    assert revised.listing.title == "Senior Analyst, Black Sea Security"
    assert revised.listing.status is Status.PUBLISHED
    assert mails(session) == [("listing_changes_requested", alice.email)]
    assert events(session)[-1] == (Verb.REFUSE_REVISION, ActorKind.MODERATOR, "", NOTE)


def test_a_new_text_is_decided_once_and_as_it_was_read(
    session: Db, alice: User, maryam: User, revised: Revision
) -> None:
    read = revised.version
    listings.edit(
        revised.listing,
        written(title="Changed once more"),
        actor=Actor(ActorKind.POSTER, alice),
        now=LATER,
        life_days=60,
    )
    with pytest.raises(ChangedMeanwhile):
        moderation.accept_revision(revised, by=maryam, version=read, now=LATER, life_days=60)
    session.rollback()
    moderation.accept_revision(revised, by=maryam, version=revised.version, now=LATER, life_days=60)
    with pytest.raises(ChangedMeanwhile):
        moderation.refuse_revision(revised, NOTE, by=maryam, version=None, now=LATER)
    session.rollback()
    assert revised.listing.title == "Changed once more"


def test_a_new_text_for_an_ended_listing_is_not_accepted(
    session: Db, maryam: User, revised: Revision
) -> None:
    with pytest.raises(MoveRefused):
        moderation.accept_revision(
            revised, by=maryam, version=None, now=NOW + timedelta(days=31), life_days=60
        )


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED])
def test_a_new_text_waits_for_a_public_listing_only(
    session: Db, maryam: User, revised: Revision, status: Status
) -> None:
    """Taken down and objected to, it is read as a whole, and not as a change of what is live."""
    revised.listing.status = status
    session.commit()
    with pytest.raises(MoveRefused):
        moderation.accept_revision(revised, by=maryam, version=None, now=LATER, life_days=60)
    session.rollback()
    with pytest.raises(MoveRefused):
        moderation.refuse_revision(revised, NOTE, by=maryam, version=None, now=LATER)


def test_changes_asked_for_after_a_taking_down_are_not_told_as_of_a_live_listing(
    session: Db, maryam: User, revised: Revision
) -> None:
    moderation.refuse_revision(revised, NOTE, by=maryam, version=None, now=LATER)
    row = revised.listing
    remove(row, maryam)
    objected(row, maryam)
    row.decided_by_id = None
    session.commit()
    request_changes(row, maryam)

    told = session.scalars(
        select(Message.params)
        .where(Message.kind == "listing_changes_requested")
        .order_by(Message.id)
    ).all()
    assert [each["is_live"] for each in told] == [True, False]


def test_a_first_day_that_was_only_planned_does_not_count(
    session: Db, alice: User, maryam: User
) -> None:
    row = listing(session, Status.PENDING, poster=alice, publish_from=NOW + timedelta(days=20))
    approve(row, maryam)
    assert row.first_published_at == NOW + timedelta(days=20)
    remove(row, maryam)
    objected(row, maryam)
    row.decided_by_id = None
    row.publish_from = None
    session.commit()
    approve(row, maryam, now=LATER)
    assert (row.publish_at, row.first_published_at) == (LATER, LATER)
