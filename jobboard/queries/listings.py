"""Listings read whole, each with its organisation: by id, or by an address of before."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.domain.slug import GREATEST_ID
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.old_address import OldAddress
from jobboard.queries.visibility import LIVE_HERE

_WHOLE = select(Listing).options(joinedload(Listing.organisation))
#: Put together once; the page of a listing asks it with more.
BY_ID = _WHOLE.where(Listing.id == bindparam("id"))


def by_id(listing_id: int) -> Listing | None:
    """Return a listing in whatever state, its organisation loaded with it, or None."""
    if not 0 < listing_id <= GREATEST_ID:
        return None
    return db.session.scalar(BY_ID, {"id": listing_id})


def live_by_ids(ids: Sequence[int], now: datetime) -> list[Listing]:
    """Return the live ones of some listings whole, in the order of ``ids``; one statement."""
    if not ids:
        return []
    found = db.session.scalars(_WHOLE.where(Listing.id.in_(ids), LIVE_HERE), {"now": now})
    by_number = {listing.id: listing for listing in found}
    return [by_number[one] for one in ids if one in by_number]


def by_old_address(address: str) -> Listing | None:
    """Return the listing that had this address before, or None.

    Args:
        address: a path (``/job/old-slug/``) or a query (``?p=123``).
    """
    if "\x00" in address or not address.isprintable() or len(address) > 500:
        return None
    return db.session.scalar(
        _WHOLE.join(OldAddress, OldAddress.listing_id == Listing.id).where(
            OldAddress.address == address
        )
    )


def source_ids(ids: Iterable[int]) -> dict[int, str]:
    """Return the ids that imported listings had in their sources, by ours."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(ImportRecord.listing_id, ImportRecord.source_id).where(
            ImportRecord.listing_id.in_(wanted)
        )
    )
    return {row[0]: row[1] for row in rows}
