"""What goes through the whole board at once: the sitemap, the partners' feed, and their edition.

These answers are as long as the board is large. They are read in parts, hold nothing up, and are
made only for whoever does not have the present edition yet.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Integer, func, literal_column, select

from jobboard.db import change_number, db, reading
from jobboard.domain.slug import GREATEST_ID
from jobboard.models.listing import Listing
from jobboard.queries import changes
from jobboard.queries.listings import live_by_ids
from jobboard.queries.visibility import live, shown_since

#: Listings read whole at a time when all are read.
_BATCH = 200


def edition(now: datetime) -> str:
    """Return a text that stays the same exactly as long as everything public does.

    Between two changes, only the clock makes listings begin and end; the instant at which it
    next does so tells which of these spans ``now`` lies in.
    """
    number = change_number(db.session)
    until = changes.next_moment(now)
    return f"{number}-{until.timestamp() if until is not None else 0}"


class SitemapRow(NamedTuple):
    """A page for the sitemap: what its address is made of, and its last change."""

    id: int
    slug_front: str
    changed_at: datetime

    @property
    def slug(self) -> str:
        """The last part of the listing's address."""
        return f"{self.slug_front}-{self.id}"


def for_sitemap(now: datetime, *, part: int, size: int) -> list[SitemapRow]:
    """Return the addresses of the live listings in one part of the sitemap, by id.

    Part 0 holds the ids below ``size``, part 1 those below twice that, so a page never moves from
    one part to another.
    """
    if not 0 <= part <= GREATEST_ID // size:
        return []
    query = (
        select(Listing.id, Listing.slug_front, shown_since())
        .where(live(now), Listing.id >= part * size, Listing.id < (part + 1) * size)
        .order_by(Listing.id)
    )
    return [SitemapRow(*row) for row in db.session.execute(query)]


def has_sitemap_part(now: datetime, *, part: int, size: int) -> bool:
    """Tell whether a part of the sitemap holds any live listing; an empty one is no sitemap."""
    if not 0 <= part <= GREATEST_ID // size:
        return False
    query = (
        select(Listing.id)
        .where(live(now), Listing.id >= part * size, Listing.id < (part + 1) * size)
        .limit(1)
    )
    return db.session.scalar(query) is not None


def sitemap_parts(now: datetime, *, size: int) -> dict[int, datetime]:
    """Return the parts of the sitemap that hold live listings, each with its last change."""
    # Written out: PostgreSQL takes two parameters of the same value for two expressions.
    part = Listing.id // literal_column(str(int(size)), Integer)
    query = select(part, func.max(shown_since())).where(live(now)).group_by(part).order_by(part)
    return {int(row[0]): row[1] for row in db.session.execute(query)}


def every_live(now: datetime) -> Iterator[Listing]:
    """Read all live listings whole, newest id first; however slow the reader, nothing is held up.

    Each batch is a transaction of its own, and none stays in memory: only the ids do.
    """
    query = select(Listing.id).where(live(now)).order_by(Listing.id.desc())
    with reading():
        ids = array("q", db.session.scalars(query))
    for start in range(0, len(ids), _BATCH):
        with reading():
            batch = live_by_ids(ids[start : start + _BATCH], now)
            db.session.expunge_all()
            db.session.rollback()
        yield from batch
