"""The whole board at once: each listing once, in parts that stay, and when all that changes."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import scoped_session

from jobboard.domain.listing import Status
from jobboard.queries import whole_board as find
from tests.support.listings import listing
from tests.support.people import NOW

Db = scoped_session[Any]


def test_the_edition_stays_until_something_public_changes(session: Db) -> None:
    row = listing(session)
    end = NOW + timedelta(days=30)
    first = find.edition(NOW)
    assert find.edition(end - timedelta(microseconds=1)) == first
    assert find.edition(end) != first
    row.grade = "P3"
    session.commit()
    second = find.edition(NOW)
    assert second != first
    assert row.organisation is not None
    row.organisation.name = "Another"
    session.commit()
    assert find.edition(NOW) not in (first, second)


def test_every_live_listing_is_read_once_with_its_organisation(
    session: Db, monkeypatch: Any
) -> None:
    monkeypatch.setattr(find, "_BATCH", 2)
    numbers = [listing(session).id for _ in range(5)]
    listing(session, Status.DRAFT)
    read = [(row.id, row.organisation is not None) for row in find.every_live(NOW)]
    assert read == [(number, True) for number in reversed(numbers)]


def test_the_sitemap_s_parts_hold_what_is_live_and_when_it_changed(session: Db) -> None:
    rows = [listing(session, updated_at=NOW - timedelta(days=days)) for days in range(5)]
    rows[1].status = Status.EXPIRED
    begun = listing(session, Status.SCHEDULED, updated_at=NOW - timedelta(days=9))
    session.commit()
    changed = {row.id: row.updated_at for row in rows if row.status is Status.PUBLISHED}
    size, last = 2, max(changed) // 2

    def told(now: Any) -> dict[int, Any]:
        parts = [find.for_sitemap(now, part=part, size=size) for part in range(last + 2)]
        assert all(row.id // size == part for part, rows in enumerate(parts) for row in rows)
        return {row.id: row.changed_at for rows in parts for row in rows}

    assert told(NOW) == changed
    # What begins later has changed at the moment it began.
    begins_at = begun.publish_at
    assert begins_at is not None
    assert told(begins_at) == {**changed, begun.id: begins_at}
    latest: dict[int, Any] = {}
    for number, moment in changed.items():
        latest[number // size] = max(moment, latest.get(number // size, moment))
    assert find.sitemap_parts(NOW, size=size) == latest
    assert [find.for_sitemap(NOW, part=part, size=size) for part in (-1, 2**62)] == [[], []]
    asked = (-1, *range(max(latest) + 3), 2**62)
    held = [part for part in asked if find.has_sitemap_part(NOW, part=part, size=size)]
    assert held == sorted(latest)
