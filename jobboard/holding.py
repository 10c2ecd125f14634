"""Of two who act on the same listing at once, one goes first and the other is told."""

from sqlalchemy import select
from sqlalchemy.orm import object_session

from jobboard.domain.errors import ChangedMeanwhile
from jobboard.models.listing import Listing


def hold(listing: Listing, version: int | None = None) -> None:
    """Lock a stored listing's row until the transaction ends: whoever comes second waits here.

    To be called before anything is changed. What a service looks up afterwards would else write
    the change early, and fail there instead of at the commit.

    Args:
        listing: as it was read in this transaction.
        version: the version that a page showed; None skips the comparison with it.

    Raises:
        ChangedMeanwhile: it is no longer what was read, or what the page showed.
    """
    session = object_session(listing)
    if session is None:
        raise ValueError("the listing is in no session")
    with session.no_autoflush:
        stored = session.scalar(
            select(Listing.version).where(Listing.id == listing.id).with_for_update()
        )
    if stored != listing.version or (version is not None and version != stored):
        raise ChangedMeanwhile
