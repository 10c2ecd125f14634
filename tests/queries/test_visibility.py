"""Each form of the visibility rule finds what ``domain.listing.is_live`` says, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import scoped_session

from jobboard.domain.listing import Status, is_live
from jobboard.models.listing import Listing
from jobboard.queries.visibility import LIVE_HERE, live, live_by_index, shown_since
from tests.support.listings import listing
from tests.support.people import NOW

Db = scoped_session[Any]

INSTANT = timedelta(microseconds=1)


def found(session: Db, rule: ColumnElement[bool], now: datetime) -> set[int]:
    return set(session.scalars(select(Listing.id).where(rule), {"now": now}))


def test_all_forms_of_the_rule_agree_in_every_state_and_at_every_instant(session: Db) -> None:
    rows = [listing(session, status) for status in Status]
    moments = {
        moment + by
        for row in rows
        for moment in (row.publish_at, row.ends_at)
        if moment is not None
        for by in (-INSTANT, timedelta(0), INSTANT)
    }
    seen = set()
    for now in moments:
        expected = {row.id for row in rows if is_live(row.life, now)}
        for rule in (live(now), live_by_index(Listing.__table__.c), LIVE_HERE):
            assert found(session, rule, now) == expected
        seen |= expected
    assert {row.status for row in rows if row.id in seen} == {Status.PUBLISHED, Status.SCHEDULED}


def test_a_page_is_as_new_as_its_last_change_or_its_beginning(session: Db) -> None:
    edited = listing(session, updated_at=NOW)
    begun = listing(session, publish_at=NOW, updated_at=NOW - timedelta(days=3))
    older = listing(session, updated_at=NOW - timedelta(days=4))
    since = {row[0]: row[1] for row in session.execute(select(Listing.id, shown_since()))}
    assert since == {edited.id: NOW, begun.id: NOW, older.id: NOW - timedelta(days=4)}
