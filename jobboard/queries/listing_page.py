"""What the page of one listing shows: the listing itself, and the listings it leads to.

Each is one statement, since each statement has its price, and is remembered for as long as nothing
public changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, null, select, tuple_, union_all
from sqlalchemy.orm import Session

from jobboard.db import db, reading
from jobboard.domain.listing import PUBLIC
from jobboard.domain.place import Place
from jobboard.domain.slug import GREATEST_ID
from jobboard.domain.taxonomy import Mode
from jobboard.models.listing import Listing
from jobboard.queries.listings import BY_ID
from jobboard.queries.plain_tables import LISTING, LISTING_WITH_ORGANISATION, ORGANISATION
from jobboard.queries.present import UntilChanged, present, read_apart
from jobboard.queries.visibility import LIVE_HERE, live_by_index

#: Listings at most that the page of another leads to for their likeness, spare ones included.
_MOST_ALIKE = 6


class LinkRow(NamedTuple):
    """What a link to a listing says; that to a neighbour says no more than the title."""

    id: int
    slug_front: str
    title: str
    language: str
    organisation_name: str
    registered_name: str | None
    places: tuple[Place, ...]
    remote_countries: tuple[str, ...]
    mode: Mode | None

    @property
    def slug(self) -> str:
        """The last part of the listing's address."""
        return f"{self.slug_front}-{self.id}"

    @property
    def organisation(self) -> str:
        """Whose listing it is; empty where it is not stated."""
        return self.registered_name or self.organisation_name


class Beside(NamedTuple):
    """The live listings that the page of one leads to.

    Attributes:
        older: the one published just before it.
        newer: the one published just after it.
        alike: those that may please the same reader, in the order asked for.
    """

    older: LinkRow | None
    newer: LinkRow | None
    alike: list[LinkRow]


_SAME = Listing.__table__.alias()
_OPEN = (
    select(func.count())
    .select_from(_SAME)
    .where(_SAME.c.organisation_id == Listing.organisation_id, live_by_index(_SAME.c))
    .correlate(Listing)
    .scalar_subquery()
)
_WITH_COUNT = BY_ID.add_columns(_OPEN)
_LINK = (
    LISTING.id,
    LISTING.slug_front,
    LISTING.title,
    LISTING.language,
    LISTING.organisation_name,
    ORGANISATION.name,
    LISTING.places,
    LISTING.remote_countries,
    LISTING.mode,
)
_NEIGHBOUR = _LINK[:5]
#: Compared as one value, so that the index of publication leads straight there.
_OWN = tuple_(LISTING.first_published_at, LISTING.id)
_ASKED = tuple_(
    bindparam("at", type_=LISTING.first_published_at.type),
    bindparam("id", type_=LISTING.id.type),
)
_OLDER = (
    select(*_NEIGHBOUR)
    .where(LIVE_HERE, _OWN < _ASKED)
    .order_by(LISTING.first_published_at.desc(), LISTING.id.desc())
    .limit(1)
    .subquery()
)
_NEWER = (
    select(*_NEIGHBOUR)
    .where(LIVE_HERE, _OWN > _ASKED)
    .order_by(LISTING.first_published_at, LISTING.id)
    .limit(1)
    .subquery()
)
#: In one go, for each statement has its price.
_BESIDE = union_all(
    select(literal_column("'like'"), *_LINK)
    .select_from(LISTING_WITH_ORGANISATION)
    .where(LISTING.id.in_([bindparam(f"like{place}") for place in range(_MOST_ALIKE)]), LIVE_HERE),
    select(literal_column("'older'"), *_OLDER.c, *(null() for _ in _LINK[5:])),
    select(literal_column("'newer'"), *_NEWER.c, *(null() for _ in _LINK[5:])),
)

#: Whole listings with the count of their organisations, and what their pages lead to.
_shown: UntilChanged[int, tuple[Listing, int]] = UntilChanged(100)
_besides: UntilChanged[tuple[int, tuple[int, ...]], Beside] = UntilChanged(500)


def shown(listing_id: int, now: datetime) -> tuple[Listing | None, int]:
    """Return a listing with its organisation, and how many live ones that has.

    For its page: the listing belongs to no session, and other requests may be given the same one,
    so nobody may change it.
    """
    if not 0 < listing_id <= GREATEST_ID:
        return None, 0
    at_present = present(now)
    known = _shown.of(at_present, [listing_id])
    if known:
        return known[listing_id]
    with reading(), Session(db.engine) as own:
        row = own.execute(_WITH_COUNT, {"id": listing_id, "now": now}).first()
        own.expunge_all()
    if row is None:
        return None, 0
    listing, count = row
    # What nobody else may open is not asked for often.
    if listing.status in PUBLIC:
        _shown.keep(at_present, {listing_id: (listing, count)})
    return listing, count


def beside(listing: Listing, ids: Sequence[int], now: datetime) -> Beside:
    """Return a listing's neighbours, and the live ones of some others; one statement at most.

    A listing that was never published has no neighbours.
    """
    key = (listing.id, tuple(ids))
    return _besides.all(present(now), [key], lambda _keys: {key: _beside(listing, ids, now)})[key]


def _beside(listing: Listing, ids: Sequence[int], now: datetime) -> Beside:
    where = {"at": listing.first_published_at, "id": listing.id, "now": now}
    where |= {f"like{place}": None for place in range(_MOST_ALIKE)}
    where |= {f"like{place}": one for place, one in enumerate(ids[:_MOST_ALIKE])}
    older = newer = None
    alike: dict[int, LinkRow] = {}
    for what, *values in read_apart(_BESIDE, where):
        row = LinkRow(*values)
        if what == "older":
            older = row
        elif what == "newer":
            newer = row
        else:
            alike[row.id] = row
    return Beside(older, newer, [alike[one] for one in ids if one in alike])
