"""What a poster finds: their own listings, their organisations', and nobody else's."""

from datetime import timedelta

from sqlalchemy.orm import Session, scoped_session

from jobboard import links
from jobboard.domain import token
from jobboard.domain.listing import Status, Verb
from jobboard.history import record
from jobboard.models.event import ActorKind
from jobboard.models.one_time_link import Purpose
from jobboard.models.organisation import Membership, Role
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.queries import dashboard as find
from tests.support.listings import listing
from tests.support.people import NOW, person

Db = scoped_session[Session]

SECRET = "0123456789abcdef" * 3
DAY = timedelta(days=1)


def test_mine_and_my_organisations(session: Db) -> None:
    alice, bob, charlie = (person(session, name) for name in ("alice", "bob", "charlie"))
    of_alice = listing(session, poster=alice)
    draft = listing(session, Status.DRAFT, poster=alice)
    session.add(
        Membership(
            organisation_id=of_alice.organisation_id,
            user_id=bob.id,
            role=Role.EDITOR,
            created_at=NOW,
        )
    )
    session.commit()

    def mine(user: object) -> list[int]:
        found = find.mine(user, view="all", words="", page=1, now=NOW)  # type: ignore[arg-type]
        return sorted(row.id for row in found.listings)

    assert mine(alice) == [of_alice.id, draft.id]
    assert mine(bob) == [of_alice.id]
    assert mine(charlie) == []
    assert find.one_of_mine(bob, of_alice.id) == of_alice
    assert find.one_of_mine(bob, draft.id) is None
    assert find.one_of_mine(charlie, of_alice.id) is None
    assert find.one_of_mine(alice, 2**70) is None
    assert [each.name for each in find.organisations_of(bob)] == ["Centre for Grand Strategy"]


def test_views_follow_the_moment_and_not_the_clock_job(session: Db) -> None:
    alice = person(session)
    row = listing(session, Status.SCHEDULED, poster=alice)
    assert row.publish_at is not None
    assert row.ends_at is not None
    for now, view in (
        (row.publish_at - timedelta(seconds=1), "scheduled"),
        (row.publish_at, "live"),
        (row.ends_at - timedelta(seconds=1), "live"),
        (row.ends_at, "ended"),
    ):
        counts = find.counts(alice, now)
        assert {name for name, number in counts.items() if number} - {"soon"} == {"all", view}
        assert find.mine(alice, view=view, words="", page=1, now=now).total == 1


def test_counts_of_what_ends_soon(session: Db) -> None:
    alice = person(session)
    listing(session, poster=alice, ends_at=NOW + 7 * DAY)
    listing(session, poster=alice, ends_at=NOW + 7 * DAY + timedelta(seconds=1))
    listing(session, poster=alice, ends_at=NOW)
    assert find.counts(alice, NOW)["soon"] == 1


def test_waiting_texts_are_marked(session: Db) -> None:
    alice = person(session)
    with_one, without = listing(session, poster=alice), listing(session, poster=alice)
    for row, status in ((with_one, RevisionStatus.WAITING), (without, RevisionStatus.REFUSED)):
        session.add(Revision(listing=row, content={}, status=status, created_at=NOW))
    session.commit()
    found = find.mine(alice, view="all", words="", page=1, now=NOW)
    assert found.waiting_revisions == {with_one.id}
    assert find.waiting_revision(without) is None


def test_the_management_link(session: Db) -> None:
    row, other = listing(session), listing(session)
    link = links.issue(
        session, Purpose.LISTING_MANAGE, secret=SECRET, now=NOW, email="g@x.example", listing=row
    )
    wrong_kind = links.issue(
        session, Purpose.PASSWORD_RESET, secret=SECRET, now=NOW, email="g@x.example", listing=other
    )
    session.commit()
    hashed = token.hashed(links.token_of(link, SECRET))
    assert row.ends_at is not None
    last = row.ends_at + find.MANAGE_AFTER_END
    assert find.by_manage_token(hashed, last - timedelta(seconds=1)) == row
    assert find.by_manage_token(hashed, last) is None
    assert find.by_manage_token(token.hashed(links.token_of(wrong_kind, SECRET)), NOW) is None
    assert find.by_manage_token(token.hashed("x"), NOW) is None
    link.used_at = NOW
    session.commit()
    assert find.by_manage_token(hashed, NOW) is None


def test_the_last_words_of_a_moderator(session: Db) -> None:
    row = listing(session, Status.CHANGES_REQUESTED)
    for words in ("Name the place.", "And the pay."):
        record(row, Verb.REQUEST_CHANGES, actor=ActorKind.MODERATOR, at=NOW, note=words)
    session.commit()
    assert find.last_note(row) == "And the pay."
    assert [each.note for each in find.history_of(row)] == ["And the pay.", "Name the place."]
    assert find.last_note(listing(session)) == ""


def test_what_nobody_confirmed_yet(session: Db) -> None:
    row = listing(session, Status.DRAFT, submission_key="k")
    listing(session, Status.PENDING, submission_key="sent")
    listing(session, Status.DRAFT, submission_key="owned", poster=person(session))
    assert find.unconfirmed("k") == row
    assert [find.unconfirmed(key) for key in ("sent", "owned", "")] == [None, None, None]
