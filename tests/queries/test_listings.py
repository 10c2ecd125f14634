"""Listings read whole, by their ids and by what they were called before."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import scoped_session

from jobboard.domain.listing import Status
from jobboard.models.import_record import ImportRecord
from jobboard.models.old_address import OldAddress
from jobboard.queries import listings as find
from tests.support.listings import listing
from tests.support.people import NOW
from tests.support.statements import asked, plans

Db = scoped_session[Any]


def test_a_listing_is_found_by_its_id_in_whatever_state(session: Db) -> None:
    rows = [listing(session, status) for status in (Status.DRAFT, Status.CLOSED, Status.PUBLISHED)]
    assert [find.by_id(row.id) for row in rows] == rows
    assert find.by_id(2**63 - 1) is None
    with asked() as statements:
        assert [find.by_id(number) for number in (0, -1, 2**63)] == [None] * 3
    assert statements == []


def test_live_ones_are_found_in_the_order_asked_for_with_one_statement(session: Db) -> None:
    first, second = listing(session), listing(session)
    others = [listing(session, status) for status in (Status.DRAFT, Status.SCHEDULED)]
    ended = listing(session, ends_at=NOW + timedelta(seconds=1))
    ids = [second.id, *(row.id for row in others), ended.id, first.id, 10**9]
    session.expunge_all()
    with asked() as statements:
        found = find.live_by_ids(ids, NOW + timedelta(seconds=1))
        assert {row.organisation.name for row in found if row.organisation} == {
            "Centre for Grand Strategy"
        }
    assert [row.id for row in found] == [ids[0], ids[-2]]
    assert len(statements) == 1
    assert find.live_by_ids([], NOW) == []


def test_a_listing_is_found_by_an_address_of_before(session: Db) -> None:
    row = listing(session)
    for address in ("/job/analyst-2/", "?p=4711"):
        session.add(OldAddress(address=address, listing_id=row.id))
    session.commit()
    assert [find.by_old_address(one) for one in ("/job/analyst-2/", "?p=4711")] == [row, row]
    for address in ("/job/analyst-3/", "?p=471", "", "\x00", "/job/\n/", "/" * 501):
        assert find.by_old_address(address) is None


def test_sources_numbers_are_told_by_ours(session: Db) -> None:
    imported, own = listing(session), listing(session)
    session.add(
        ImportRecord(
            source="jsonl",
            source_id="ad-17",
            listing_id=imported.id,
            content_hash="x",
            raw={},
            imported_at=NOW,
        )
    )
    session.commit()
    assert find.source_ids([imported.id, own.id]) == {imported.id: "ad-17"}
    assert find.source_ids([]) == {}


@pytest.mark.one_database
def test_live_listings_are_read_by_their_ids_however_many_are_live(session: Db) -> None:
    """Else SQLite would go through everything live first, for each answer of a feed or the API."""
    hours = range(1, 41)
    ids = [listing(session, publish_at=NOW - timedelta(hours=one)).id for one in hours]
    session.commit()
    with plans("FROM listing") as told:
        assert [one.id for one in find.live_by_ids(ids[:20], NOW)] == ids[:20]
    assert len(told) == 1
    assert "SEARCH listing USING INTEGER PRIMARY KEY" in told[0], told
