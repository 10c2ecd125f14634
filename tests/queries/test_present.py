"""What is public is read once for as long as nothing public changes, and no moment longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session, scoped_session

from jobboard.db import db, reading
from jobboard.domain.listing import CloseReason, Status
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.queries import listings as find
from jobboard.queries import organisations
from jobboard.queries.present import UntilChanged, present
from tests.support.listings import listing
from tests.support.people import NOW
from tests.support.statements import asked

Db = scoped_session[Any]

SECOND = timedelta(seconds=1)


@contextmanager
def elsewhere() -> Iterator[Session]:
    """Give a session of somebody else, who commits at the end."""
    with Session(db.engine) as other:
        yield other
        other.commit()


def titles(ids: list[int], now: Any = NOW) -> list[str]:
    return [row.title for row in find.cards(ids, now)]


def test_rows_are_read_once(session: Db) -> None:
    ids = [listing(session, title=f"Analyst {number}").id for number in range(3)]
    expected = ["Analyst 0", "Analyst 1", "Analyst 2"]
    assert titles(ids) == expected
    with asked("FROM listing") as statements:
        assert titles(ids) == expected
        assert titles(ids[::-1], NOW + SECOND) == expected[::-1]
    assert statements == []


def test_only_rows_not_read_yet_are_asked_for(session: Db) -> None:
    ids = [listing(session, title=f"Analyst {number}").id for number in range(3)]
    titles(ids[:2])
    with asked("FROM listing") as statements:
        assert titles(ids) == ["Analyst 0", "Analyst 1", "Analyst 2"]
    assert len(statements) == 1


def test_an_edit_shows_at_once_whoever_made_it(session: Db) -> None:
    number = listing(session, title="Before").id
    session.commit()
    assert titles([number]) == ["Before"]
    shown, _ = find.shown(number, NOW)
    assert shown is not None
    assert shown.title == "Before"
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert titles([number]) == ["After"]
    edited, _ = find.shown(number, NOW)
    assert edited is not None
    assert edited.title == "After"


def test_an_organisation_s_new_name_shows_at_once(session: Db) -> None:
    row = listing(session)
    number, organisation_id = row.id, row.organisation_id
    session.commit()
    [card] = find.cards([number], NOW)
    assert card.registered_name == "Centre for Grand Strategy"
    with elsewhere() as other:
        other.get_one(Organisation, organisation_id).name = "Institute of Straits"
    [card] = find.cards([number], NOW)
    assert card.registered_name == "Institute of Straits"


def test_what_is_closed_is_gone_at_once(session: Db) -> None:
    number = listing(session, title="Open").id
    session.commit()
    assert titles([number]) == ["Open"]
    with elsewhere() as other:
        closed = other.get_one(Listing, number)
        closed.status, closed.close_reason = Status.CLOSED, CloseReason.FILLED
        closed.closed_at = NOW
    assert titles([number]) == []


def test_a_listing_ends_at_its_second(session: Db) -> None:
    row = listing(session, ends_at=NOW + 10 * SECOND)
    later = listing(session)
    ids, title = [row.id, later.id], row.title
    assert titles(ids, NOW + 9 * SECOND) == [title, later.title]
    assert titles(ids, NOW + 10 * SECOND - timedelta(microseconds=1)) == [title, later.title]
    assert titles(ids, NOW + 10 * SECOND) == [later.title]
    # And for somebody whose clock reads less, it is still there.
    assert titles(ids, NOW) == [title, later.title]


def test_a_listing_begins_at_its_second(session: Db) -> None:
    row = listing(session, Status.SCHEDULED, publish_at=NOW + 10 * SECOND, title="Soon")
    assert titles([row.id], NOW + 9 * SECOND) == []
    assert titles([row.id], NOW + 10 * SECOND) == ["Soon"]


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


def test_the_count_of_an_organisation_follows_the_clock(session: Db) -> None:
    row = listing(session)
    listing(session, ends_at=NOW + 10 * SECOND)
    assert find.shown(row.id, NOW)[1] == 2
    assert find.shown(row.id, NOW + 9 * SECOND)[1] == 2
    assert find.shown(row.id, NOW + 10 * SECOND)[1] == 1


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


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PENDING, Status.REFUSED])
def test_what_is_not_public_is_not_remembered(session: Db, status: Status) -> None:
    """Nobody but its poster and moderators opens it."""
    number = listing(session, status, title="Before").id
    session.commit()
    find.shown(number, NOW)
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    shown, _ = find.shown(number, NOW)
    assert shown is not None
    assert shown.title == "After"


def test_a_transaction_from_before_a_change_leads_nobody_astray(session: Db) -> None:
    """A request that began to read before a change must not keep what it sees for those after."""
    number = listing(session, title="Before").id
    session.commit()
    with reading():
        # On SQLite this holds on to the state of now.
        assert session.get_one(Listing, number).title == "Before"
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert titles([number]) == ["After"]
    assert find.shown(number, NOW)[0] is not None
    session.rollback()
    assert titles([number]) == ["After"]


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


def test_no_more_is_remembered_than_may_be(session: Db) -> None:
    now = present(NOW)
    remembered: UntilChanged[int, str] = UntilChanged(3)

    def spelled(numbers: list[int]) -> dict[int, str]:
        return {number: str(number) for number in numbers}

    for number in range(10):
        assert remembered.all(now, [number], spelled) == {number: str(number)}
        assert len(remembered.of(now, range(10))) <= 3
    assert remembered.of(now, [9]) == {9: "9"}


def test_the_present_ends_with_the_next_change_or_moment(session: Db) -> None:
    first = present(NOW)
    assert present(NOW + 5 * SECOND) is first
    listing(session, ends_at=NOW + 10 * SECOND)
    second = present(NOW)
    assert second is not first
    assert second.until == NOW + 10 * SECOND
    assert present(NOW + 9 * SECOND) is second
    assert present(NOW + 10 * SECOND) is not second


def test_names_of_organisations_are_read_once_and_follow_a_change(session: Db) -> None:
    row = listing(session)
    organisation_id = row.organisation_id
    session.commit()
    slug = "centre-for-grand-strategy"
    assert organisations.names([slug, "nobody"], NOW) == {slug: "Centre for Grand Strategy"}
    with asked("FROM organisation") as statements:
        assert organisations.names([slug], NOW + SECOND) == {slug: "Centre for Grand Strategy"}
    assert statements == []
    with elsewhere() as other:
        other.get_one(Organisation, organisation_id).name = "Institute of Straits"
    assert organisations.names([slug], NOW) == {slug: "Institute of Straits"}
