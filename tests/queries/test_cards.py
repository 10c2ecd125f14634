"""Rows of cards: read once for as long as nothing public changes, and no moment longer."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import scoped_session

from jobboard.db import reading
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import Hours, PayKind
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.queries import cards as find
from tests.support.elsewhere import elsewhere
from tests.support.listings import listing
from tests.support.people import NOW
from tests.support.statements import asked

Db = scoped_session[Any]

SECOND = timedelta(seconds=1)


def titles(ids: list[int], now: Any = NOW) -> list[str]:
    return [row.title for row in find.by_ids(ids, now)]


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


def test_more_than_a_page_s_worth_come_in_the_order_asked_for(session: Db) -> None:
    ids = [listing(session, title=f"Analyst {number}").id for number in range(45)][::-1]
    titles(ids[:1])
    with asked("FROM listing") as statements:
        assert titles([*ids, 10**9]) == [f"Analyst {number}" for number in range(45)][::-1]
    assert len(statements) == 3


def test_a_row_says_the_same_however_it_is_read(session: Db) -> None:
    """The rows of a page are turned into values here, those of an organisation by SQLAlchemy."""
    row = listing(
        session,
        places=(Place("TR", "Istanbul", 41.0, 29.0),),
        languages=(LanguageNeed("tr", "b2"), LanguageNeed("ru", "c1", False)),
        hours=(Hours.FULL_TIME,),
        pay_kind=PayKind.UNPAID,
    )
    assert row.organisation_id is not None
    [card] = find.by_ids([row.id], NOW)
    assert find.of_organisation(row.organisation_id, NOW, limit=1, offset=0) == [card]
    assert (card.places, card.languages, card.hours) == (row.places, row.languages, row.hours)
    assert (card.pay_kind, card.ends_at, card.slug) == (row.pay_kind, row.ends_at, row.slug)


def test_an_organisation_s_live_listings_come_newest_first(session: Db) -> None:
    rows = [
        listing(session, title=f"Analyst {days}", first_published_at=NOW - timedelta(days=days))
        for days in (3, 1, 2)
    ]
    listing(session, Status.DRAFT, title="Draft")
    listing(session, title="Of another", organisation_name="Institute of Straits")
    organisation_id = rows[0].organisation_id
    assert organisation_id is not None

    def page(limit: int, offset: int) -> list[str]:
        found = find.of_organisation(organisation_id, NOW, limit=limit, offset=offset)
        return [row.title for row in found]

    assert page(10, 0) == ["Analyst 1", "Analyst 2", "Analyst 3"]
    assert page(1, 1) == ["Analyst 2"]


def test_an_edit_shows_at_once_whoever_made_it(session: Db) -> None:
    number = listing(session, title="Before").id
    session.commit()
    assert titles([number]) == ["Before"]
    with elsewhere() as other:
        other.get_one(Listing, number).title = "After"
    assert titles([number]) == ["After"]


def test_an_organisation_s_new_name_shows_at_once(session: Db) -> None:
    row = listing(session)
    number, organisation_id = row.id, row.organisation_id
    session.commit()
    [card] = find.by_ids([number], NOW)
    assert card.registered_name == "Centre for Grand Strategy"
    with elsewhere() as other:
        other.get_one(Organisation, organisation_id).name = "Institute of Straits"
    [card] = find.by_ids([number], NOW)
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
    session.rollback()
    assert titles([number]) == ["After"]


def test_texts_are_told_by_id(session: Db) -> None:
    first, second = (listing(session, description=text) for text in ("The *first*.", "Another."))
    assert find.texts([first.id, second.id, 10**9]) == {
        first.id: "<p>The <em>first</em>.</p>\n",
        second.id: "<p>Another.</p>\n",
    }
    assert find.texts([]) == {}
