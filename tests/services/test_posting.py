"""Writing and handing in: with an account, as a guest, twice, too late."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from jobboard.domain import token
from jobboard.domain.errors import ChangedMeanwhile
from jobboard.domain.listing import MoveRefused, Status, Verb
from jobboard.domain.submission import SubmissionIncomplete
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.one_time_link import OneTimeLink
from jobboard.queries import dashboard as find
from jobboard.services import posting
from jobboard.services.posting import AlreadyHandedIn, Envelope, KeyTaken
from tests.support.listings import listing, written
from tests.support.people import NOW, person

Db = scoped_session[Session]

SECRET = "0123456789abcdef" * 3
EMAIL = "Guest@Think.example"


def envelope(key: str = "form-1", **columns: Any) -> Envelope:
    return Envelope(**{"submission_key": key, "terms_version": "2027-01-01", **columns})


def as_guest(key: str = "form-1", email: str = EMAIL, **columns: Any) -> Listing:
    return posting.submit_as_guest(
        written(**columns), email=email, envelope=envelope(key), now=NOW, secret=SECRET
    )


def mails(session: Db) -> list[tuple[str, str]]:
    return [(each.kind, each.to_address) for each in session.scalars(select(Message))]


def verbs(session: Db, row: Listing) -> list[tuple[Verb, ActorKind]]:
    events = session.scalars(select(Event).where(Event.listing_id == row.id).order_by(Event.id))
    return [(each.verb, each.actor) for each in events]


def opened(session: Db, nonce_of: OneTimeLink) -> Listing | None:
    raw = token.derived(SECRET, nonce_of.purpose, nonce_of.nonce)
    return find.by_manage_token(token.hashed(raw), NOW)


def test_a_guests_listing_is_a_draft_until_the_mailed_button(session: Db) -> None:
    row = as_guest()
    assert (row.status, row.poster_email) == (Status.DRAFT, "guest@think.example")
    assert mails(session) == [("listing_confirm", "guest@think.example")]

    posting.confirm(row, now=NOW)
    assert (row.status, row.submitted_at) == (Status.PENDING, NOW)
    assert verbs(session, row) == [
        (Verb.CREATE, ActorKind.GUEST),
        (Verb.CONFIRM, ActorKind.GUEST),
    ]
    assert mails(session)[1:] == [("listing_received", "guest@think.example")]


def test_the_button_pressed_twice_hands_in_once(session: Db) -> None:
    row = as_guest()
    posting.confirm(row, now=NOW)
    with pytest.raises(MoveRefused):
        posting.confirm(row, now=NOW)
    session.rollback()
    assert len(mails(session)) == 2


def test_an_incomplete_text_writes_nothing(session: Db) -> None:
    with pytest.raises(SubmissionIncomplete) as refusal:
        as_guest(title="", apply_by=NOW)
    assert list(refusal.value.errors) == ["title", "deadline_date"]
    assert session.scalar(select(func.count()).select_from(Listing)) == 0
    assert mails(session) == []


def test_a_deadline_that_passed_before_the_button_is_told(session: Db) -> None:
    row = as_guest(apply_by=NOW + timedelta(hours=1))
    with pytest.raises(SubmissionIncomplete):
        posting.confirm(row, now=NOW + timedelta(hours=2))
    session.rollback()
    assert row.status is Status.DRAFT


def test_the_same_form_twice_makes_one_listing_and_one_mail(session: Db) -> None:
    first, again = as_guest(), as_guest()
    assert first.id == again.id
    assert mails(session) == [("listing_confirm", "guest@think.example")]


def test_a_text_corrected_and_sent_again_takes_the_first_ones_place(session: Db) -> None:
    as_guest()
    again = as_guest(title="Senior Analyst, Aegean Security")
    assert (again.title, again.slug_front) == (
        "Senior Analyst, Aegean Security",
        "senior-analyst-aegean-security",
    )
    assert len(mails(session)) == 1


def test_a_mistyped_address_can_be_corrected(session: Db) -> None:
    row = as_guest(email="gest@think.example")
    assert as_guest().id == row.id
    assert row.poster_email == "guest@think.example"
    assert mails(session) == [
        ("listing_confirm", "gest@think.example"),
        ("listing_confirm", "guest@think.example"),
    ]
    wrong, right = session.scalars(select(OneTimeLink).order_by(OneTimeLink.id))
    assert (opened(session, wrong), opened(session, right)) == (None, row)


def test_after_the_button_the_old_form_changes_nothing(session: Db) -> None:
    row = as_guest()
    posting.confirm(row, now=NOW)
    assert as_guest().id == row.id
    with pytest.raises(AlreadyHandedIn):
        as_guest(title="Something Else Entirely")
    session.rollback()
    with pytest.raises(KeyTaken):
        as_guest(email="thief@elsewhere.example")
    session.rollback()
    assert (row.title, row.poster_email) == (
        "Senior Analyst, Black Sea Security",
        "guest@think.example",
    )


def test_a_key_of_somebody_with_an_account_is_taken(session: Db) -> None:
    alice = person(session)
    posting.save_draft(written(), by=alice, submission_key="form-1", now=NOW)
    with pytest.raises(KeyTaken):
        as_guest()
    session.rollback()
    with pytest.raises(KeyTaken):
        posting.save_draft(written(), by=person(session, "bob"), submission_key="form-1", now=NOW)


def test_the_button_gives_the_listing_to_the_addresses_account(session: Db) -> None:
    alice = person(session)
    row = as_guest(email=alice.email)
    link = session.scalars(select(OneTimeLink)).one()
    posting.confirm(row, now=NOW)
    assert row.poster == alice
    assert [verb for verb, _actor in verbs(session, row)] == [
        Verb.CREATE,
        Verb.CONFIRM,
        Verb.CLAIM,
    ]
    assert opened(session, link) is None
    assert find.one_of_mine(alice, row.id) == row


def test_an_account_that_is_not_confirmed_gets_nothing(session: Db) -> None:
    row = as_guest(email=person(session, email_confirmed_at=None).email)
    posting.confirm(row, now=NOW)
    assert row.poster is None


def test_a_draft_is_kept_incomplete_and_saved_again(session: Db) -> None:
    alice = person(session)
    first = posting.save_draft(
        written(title="", description=""), by=alice, submission_key="form-1", now=NOW
    )
    later = NOW + timedelta(minutes=5)
    again = posting.save_draft(
        written(title="Analyst"),
        by=alice,
        submission_key="form-1",
        now=later,
        publish_from=NOW + timedelta(days=3),
    )
    assert (first.id, again.title, again.updated_at) == (again.id, "Analyst", later)
    assert again.publish_from == NOW + timedelta(days=3)
    assert verbs(session, again) == [(Verb.CREATE, ActorKind.POSTER)]
    assert mails(session) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.PUBLISHED, Status.REFUSED])
def test_a_form_left_open_never_writes_past_the_moderators(session: Db, status: Status) -> None:
    alice = person(session)
    row = listing(session, status, poster=alice, submission_key="form-1")
    changed = written(title="A title nobody has read")
    with pytest.raises(MoveRefused):
        posting.save_draft(changed, by=alice, submission_key="form-1", now=NOW)
    session.rollback()
    with pytest.raises(MoveRefused):
        posting.autosave(row, changed, now=NOW, publish_from=None, version=None)
    session.rollback()
    assert row.title == "Senior Analyst, Black Sea Security"


def test_autosave_does_not_overwrite_a_colleagues_text(session: Db) -> None:
    row = listing(session, Status.DRAFT, poster=person(session))
    opened_at = row.version
    posting.autosave(row, written(title="Mine"), now=NOW, publish_from=None, version=opened_at)
    with pytest.raises(ChangedMeanwhile):
        posting.autosave(
            row, written(title="Theirs"), now=NOW, publish_from=None, version=opened_at
        )
    session.rollback()
    assert row.title == "Mine"


def test_submit_waits_for_a_moderator(session: Db) -> None:
    alice = person(session, terms_version="old")
    row = posting.submit(written(), by=alice, envelope=envelope(), now=NOW, life_days=60)
    assert (row.status, row.publish_at, row.terms_version) == (Status.PENDING, None, "2027-01-01")
    assert (alice.terms_version, alice.terms_accepted_at) == ("2027-01-01", NOW)
    assert mails(session) == [("listing_received", alice.email)]


def test_a_trusted_person_goes_live_at_once(session: Db) -> None:
    alice = person(session, is_trusted=True)
    row = posting.submit(written(), by=alice, envelope=envelope(), now=NOW, life_days=60)
    assert (row.status, row.publish_at, row.first_published_at) == (Status.PUBLISHED, NOW, NOW)
    assert row.ends_at == NOW + timedelta(days=30)
    assert row.organisation is not None
    assert mails(session) == [("listing_posted", alice.email)]


def test_a_trusted_person_may_choose_a_later_day(session: Db) -> None:
    later = NOW + timedelta(days=4)
    row = posting.submit(
        written(deadline_kind=DeadlineKind.ROLLING, apply_by=None),
        by=person(session, is_trusted=True),
        envelope=envelope(publish_from=later),
        now=NOW,
        life_days=60,
    )
    assert (row.status, row.publish_at) == (Status.SCHEDULED, later)
    assert row.ends_at == later + timedelta(days=60)
    assert mails(session) == []


def test_publication_after_the_deadline_is_refused(session: Db) -> None:
    with pytest.raises(SubmissionIncomplete) as refusal:
        posting.submit(
            written(),
            by=person(session),
            envelope=envelope(publish_from=NOW + timedelta(days=30)),
            now=NOW,
            life_days=60,
        )
    assert list(refusal.value.errors) == ["publish_on"]


def test_the_draft_and_the_form_are_one_listing(session: Db) -> None:
    alice = person(session)
    draft = posting.save_draft(written(), by=alice, submission_key="form-1", now=NOW)
    sent = [
        posting.submit(written(), by=alice, envelope=envelope(), now=NOW, life_days=60)
        for _click in range(2)
    ]
    assert {each.id for each in sent} == {draft.id}
    assert mails(session) == [("listing_received", alice.email)]
    with pytest.raises(AlreadyHandedIn):
        posting.submit(
            written(title="Another text"), by=alice, envelope=envelope(), now=NOW, life_days=60
        )


def test_resubmit_after_changes_were_asked_for(session: Db) -> None:
    alice = person(session)
    row = listing(session, Status.CHANGES_REQUESTED, poster=alice)
    posting.resubmit(
        row,
        written(title="Senior Analyst, Maritime Security"),
        by=alice,
        actor=ActorKind.POSTER,
        now=NOW,
        life_days=60,
        publish_from=None,
        terms_version="2027-01-01",
    )
    assert (row.status, row.submitted_at, row.title) == (
        Status.PENDING,
        NOW,
        "Senior Analyst, Maritime Security",
    )
    assert verbs(session, row) == [(Verb.SUBMIT, ActorKind.POSTER)]


def test_what_is_in_review_is_not_handed_in_again(session: Db) -> None:
    row = listing(session, Status.PENDING, poster=person(session))
    with pytest.raises(MoveRefused):
        posting.resubmit(
            row,
            written(title="Another title, unread"),
            by=None,
            actor=ActorKind.GUEST,
            now=NOW,
            life_days=60,
            publish_from=None,
            terms_version="",
        )
    session.rollback()
    assert row.title == "Senior Analyst, Black Sea Security"
