"""What moderators find: the queue, posters' standing, listings by words, the log."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from jobboard import history
from jobboard.domain.listing import Status, Verb
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.organisation import Membership, Role
from jobboard.models.user import User
from jobboard.queries import moderation as find
from jobboard.queries.moderation import Standing
from tests.support.listings import listing
from tests.support.people import NOW, person
from tests.support.statements import plans

Db = scoped_session[Session]


def waiting(session: Db, title: str, hours: float, **columns: Any) -> Listing:
    return listing(
        session,
        Status.PENDING,
        title=title,
        submitted_at=NOW - timedelta(hours=hours),
        **columns,
    )


def told(session: Db, row: Listing, verb: Verb, by: User | None = None, at: datetime = NOW) -> None:
    actor = ActorKind.POSTER if verb in (Verb.OBJECT, Verb.SUBMIT) else ActorKind.MODERATOR
    history.record(row, verb, actor=actor, by=by, at=at)
    session.commit()


def test_the_queue_is_oldest_first_and_knows_the_next(session: Db) -> None:
    second = waiting(session, "Second", 2)
    first = waiting(session, "First", 30)
    third = waiting(session, "Third", 2)
    listing(session, Status.DRAFT)
    listing(session)

    assert find.queue(1) == ([first, second, third], 3)
    assert find.next_waiting(first) == second
    assert find.next_waiting(second) == third
    assert find.next_waiting(third) is None
    assert find.waiting_since(NOW) == 30
    assert find.counts() == (3, 0)


def test_a_long_queue_has_pages(session: Db) -> None:
    rows = [waiting(session, f"Listing {hours}", hours) for hours in range(30, 0, -1)]
    assert find.queue(2) == (rows[25:], 30)
    assert [find.page_of(row) for row in (rows[0], rows[24], rows[25])] == [1, 1, 2]


def test_nobody_waits(session: Db) -> None:
    assert (find.queue(1), find.waiting_since(NOW)) == (([], 0), None)


def test_drafts_are_their_poster_s_alone(session: Db) -> None:
    draft = listing(session, Status.DRAFT)
    assert find.listing(draft.id) is None
    assert find.listings(words="", group="", page=1) == ([], 0)
    assert find.listings(words=str(draft.id), group="", page=1) == ([], 0)


def test_standings_count_others_of_the_same_address(session: Db) -> None:
    alice = person(session)
    rows = [listing(session, Status.PENDING, poster=alice) for _ in range(4)]
    stranger = waiting(session, "Stranger", 1, poster_email="charlie@think.example")
    for row in rows[:2]:
        told(session, row, Verb.APPROVE)
        told(session, row, Verb.APPROVE)
    told(session, rows[2], Verb.REFUSE)

    assert find.standings([*rows, stranger]) == {
        rows[0].id: Standing(approved=1, refused=1),
        rows[1].id: Standing(approved=1, refused=1),
        rows[2].id: Standing(approved=2, refused=0),
        rows[3].id: Standing(approved=2, refused=1),
        stranger.id: Standing(),
    }


def test_members_are_known(session: Db) -> None:
    alice, bob = person(session), person(session, "bob")
    live = listing(session)
    row = waiting(session, "Theirs", 1, poster=alice, organisation_id=live.organisation_id)
    other = waiting(session, "Bob's", 1, poster=bob, organisation_id=live.organisation_id)
    session.add(
        Membership(
            organisation_id=live.organisation_id, user=alice, role=Role.EDITOR, created_at=NOW
        )
    )
    session.commit()
    found = find.standings([row, other])
    assert (found[row.id].is_member, found[other.id].is_member) == (True, False)


def test_an_objection_stands_until_it_is_answered(session: Db) -> None:
    maryam = person(session, "maryam", is_moderator=True)
    row = waiting(session, "Objected", 1, decided_by_id=maryam.id)
    told(session, row, Verb.REFUSE, maryam)
    assert find.standings([row])[row.id].objected_at is None
    told(session, row, Verb.OBJECT, at=NOW + timedelta(hours=1))
    assert find.standings([row])[row.id].objected_at == NOW + timedelta(hours=1)
    told(session, row, Verb.REQUEST_CHANGES, maryam)
    told(session, row, Verb.SUBMIT)
    assert find.standings([row])[row.id].objected_at is None


def test_who_else_moderates(session: Db) -> None:
    maryam = person(session, "maryam", is_moderator=True)
    person(session, "alice")
    person(session, "gone", is_moderator=True, is_suspended=True)
    person(session, "unready", is_administrator=True, email_confirmed_at=None)
    assert not find.others_moderate(maryam)
    person(session, "ada", is_administrator=True)
    assert find.others_moderate(maryam)


def test_twins_have_the_same_title_and_are_to_be_seen(session: Db) -> None:
    row = waiting(session, "Policy Officer, Migration", 1)
    live = listing(session, title="policy officer, MIGRATION")
    listing(session, Status.EXPIRED, title="Policy Officer, Migration")
    listing(session, title="Policy Officer")
    assert find.twins(row) == [live]


def test_twins_are_found_by_an_index(session: Db) -> None:
    row = waiting(session, "Policy Officer, Migration", 1)
    with plans("lower(listing.title)") as told:
        find.twins(row)
    (plan,) = told
    assert "ix_listing_of_title" in plan


@pytest.mark.parametrize(
    ("words", "group", "titles"),
    [
        ("", "", ["Removed", "Live one", "Waiting one"]),
        ("ONE", "", ["Live one", "Waiting one"]),
        ("one", "public", ["Live one"]),
        ("", "gone", ["Removed"]),
        ("guest@think", "waiting", ["Waiting one"]),
        ("%", "", []),
        ("", "password_hash", []),
    ],
)
def test_listings_are_found_by_literal_words(
    session: Db, words: str, group: str, titles: list[str]
) -> None:
    waiting(session, "Waiting one", 1)
    listing(session, title="Live one")
    listing(session, Status.REMOVED, title="Removed")

    found, total = find.listings(words=words, group=group, page=1)
    assert ([row.title for row in found], total) == (titles, len(titles))


@pytest.mark.parametrize(
    "words", ["Österreichische", "ÖSTERREICHISCHE", "osterreichische", "STIFTUNG"]
)
def test_letters_beyond_ascii_are_found_in_whatever_case(session: Db, words: str) -> None:
    row = waiting(session, "Österreichische Stiftung", 1)
    told(session, row, Verb.REFUSE)
    waiting(session, "Another", 1)
    assert find.listings(words=words, group="", page=1) == ([row], 1)
    logged, _ = find.log(words=words, verb="", page=1)
    assert [event.listing_id for event in logged] == [row.id]


def test_a_listing_is_found_by_the_number_in_its_address(session: Db) -> None:
    row = listing(session, title="Live one")
    listing(session, title="Another")
    for words in (str(row.id), f"http://localhost/job/{row.slug}/"):
        assert find.listings(words=words, group="", page=1) == ([row], 1)
    assert find.listings(words="9" * 40, group="", page=1) == ([], 0)


def test_the_log_tells_decisions_only(session: Db) -> None:
    maryam = person(session, "maryam", is_moderator=True)
    ada = person(session, "ada", is_administrator=True)
    first, second = waiting(session, "First", 2), waiting(session, "Second", 1)
    told(session, first, Verb.SUBMIT)
    told(session, first, Verb.APPROVE, maryam)
    told(session, second, Verb.REFUSE, ada)

    def log(words: str = "", verb: str = "") -> list[tuple[str, Verb]]:
        found, total = find.log(words=words, verb=verb, page=1)
        assert total == len(found)
        return [(event.listing.title, event.verb) for event in found]

    assert log() == [("Second", Verb.REFUSE), ("First", Verb.APPROVE)]
    assert log(verb="refuse") == [("Second", Verb.REFUSE)]
    assert log(words="MARYAM") == [("First", Verb.APPROVE)]
    assert log(words="second") == [("Second", Verb.REFUSE)]
    assert log(words="_") == []


def test_the_log_is_latest_first_whatever_was_written_first(session: Db) -> None:
    maryam = person(session, "maryam", is_moderator=True)
    row = waiting(session, "Imported with its past", 2)
    for verb, days in ((Verb.APPROVE, 1), (Verb.REQUEST_CHANGES, 3), (Verb.REFUSE, 2)):
        told(session, row, verb, maryam, at=NOW - timedelta(days=days))
    found, _ = find.log(words="", verb="", page=1)
    assert [event.verb for event in found] == [Verb.APPROVE, Verb.REFUSE, Verb.REQUEST_CHANGES]
