"""The moment a listing goes public: its times, its organisation, its mail.

Approval, a trusted person's submission and the demo all come through here.
"""

from datetime import datetime

from jobboard import content
from jobboard.domain.listing import Status, Verb, end_of_life
from jobboard.mail import messages
from jobboard.models.listing import Listing


def go_live(listing: Listing, verb: Verb, *, now: datetime, life_days: int) -> None:
    """Publish a listing now, or at the later moment that its poster asked for.

    Args:
        listing: in a status that allows ``verb``.
        verb: the move that leads here: approve or submit.
        now: the moment, aware UTC.
        life_days: the setting ``LISTING_LIFE_DAYS``, for listings without a date.

    Raises:
        EndRefused: the deadline has passed while the listing waited.
        MoveRefused: the listing's status does not allow it.
    """
    publish_at = max(now, listing.publish_from or now)
    listing.ends_at = end_of_life(listing.deadline_kind, listing.apply_by, publish_at, life_days)
    listing.publish_at = publish_at
    listing.first_published_at = listing.first_published_at or publish_at
    is_later = publish_at > now
    listing.move_to(Status.SCHEDULED if is_later else Status.PUBLISHED, verb, now)
    content.settle_organisation(listing, now)
    if not is_later:
        messages.listing_posted(listing, at=now)
