"""What the page of a listing shows is read once, follows every change, and counts by the clock."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import scoped_session

from jobboard.db import reading
from jobboard.domain.listing import Status
from jobboard.models.listing import Listing
from jobboard.queries import listing_page as find
from tests.support.elsewhere import elsewhere
from tests.support.listings import listing
from tests.support.people import NOW
from tests.support.statements import asked

Db = scoped_session[Any]

SECOND = timedelta(seconds=1)


def title(number: int) -> str:
    shown, _ = find.shown(number, NOW)
    assert shown is not None
    return shown.title


def test_the_page_of_a_listing_is_read_once_and_belongs_to_no_session(session: Db) -> None:
    number = listing(session).id
    first, _ = find.shown(number, NOW)
    with asked("FROM listing") as statements:
        again, _ = find.shown(number, NOW + SECOND)
    assert statements == []
    assert again is first
    assert first is not None
    assert inspect(first).detached
    assert first.organisation is not None
    assert inspect(first.organisation).detached


def test_an_edit_shows_at_once_whoever_made_it(session: Db) -> None:
    number = listing(session, title="Before").id
    session.commit()
    assert title(number) == "Before"
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert title(number) == "After"


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PENDING, Status.REFUSED])
def test_what_is_not_public_is_not_remembered(session: Db, status: Status) -> None:
    """Nobody but its poster and moderators opens it."""
    number = listing(session, status, title="Before").id
    session.commit()
    assert title(number) == "Before"
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert title(number) == "After"


def test_a_transaction_from_before_a_change_leads_nobody_astray(session: Db) -> None:
    """A request that began to read before a change must not keep what it sees for those after."""
    number = listing(session, title="Before").id
    session.commit()
    with reading():
        # On SQLite this holds on to the state of now.
        assert session.get_one(Listing, number).title == "Before"
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert title(number) == "After"
    session.rollback()
    assert title(number) == "After"


def test_a_number_that_no_listing_can_have_is_not_asked_for(session: Db) -> None:
    with asked() as statements:
        assert [find.shown(number, NOW) for number in (0, -1, 2**63)] == [(None, 0)] * 3
    assert statements == []
    assert find.shown(2**63 - 1, NOW) == (None, 0)


def test_the_count_of_an_organisation_follows_the_clock(session: Db) -> None:
    row = listing(session)
    listing(session, ends_at=NOW + 10 * SECOND)
    assert find.shown(row.id, NOW)[1] == 2
    assert find.shown(row.id, NOW + 9 * SECOND)[1] == 2
    assert find.shown(row.id, NOW + 10 * SECOND)[1] == 1


def test_what_was_published_a_moment_after_one_came_shows_at_its_moment(session: Db) -> None:
    """Whoever asks takes the time first; somebody may publish before the question is asked."""
    row = listing(session)
    session.commit()
    moment = NOW + timedelta(milliseconds=5)
    later = listing(session, publish_at=moment, first_published_at=moment)
    assert find.shown(row.id, NOW)[1] == 1
    assert find.beside(row, [], NOW).newer is None
    assert find.shown(row.id, moment)[1] == 2
    beside = find.beside(row, [], moment)
    assert beside.newer is not None
    assert beside.newer.id == later.id


def test_neighbours_follow_what_is_published(session: Db) -> None:
    row = listing(session, first_published_at=NOW - timedelta(days=5))
    assert find.beside(row, [], NOW).newer is None
    newer = listing(session, title="Newer", first_published_at=NOW - timedelta(days=4))
    beside = find.beside(row, [], NOW)
    assert beside.newer is not None
    assert beside.newer.id == newer.id
    with asked("FROM listing") as statements:
        assert find.beside(row, [], NOW + SECOND) is beside
        assert [one.id for one in find.beside(row, [newer.id], NOW).alike] == [newer.id]
    assert len(statements) == 1
