"""The moment a listing goes public: its times, its organisation, its mail; and its end afterwards.

Approval, a trusted person's submission and the demo all come through here; so does every new text
of a listing that is public already.
"""

from datetime import datetime

from jobboard import content
from jobboard.domain.listing import Status, Verb, check_end, end_of_life
from jobboard.domain.taxonomy import DeadlineKind
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
    if listing.first_published_at is None or listing.first_published_at > now:
        # A day that was planned once, and on which it was not on the board, is no day of its own.
        listing.first_published_at = publish_at
    is_later = publish_at > now
    listing.move_to(Status.SCHEDULED if is_later else Status.PUBLISHED, verb, now)
    content.settle_organisation(listing, now)
    if not is_later:
        messages.listing_posted(listing, at=now)


def follow_deadline(
    listing: Listing, former: DeadlineKind, *, now: datetime, life_days: int
) -> None:
    """Move the end of a public listing as its new text says.

    To a date that it names; where it names none any more, to the board's usual life, unless the
    listing lives longer already. A life that somebody extended is not cut.

    Args:
        listing: public, with its new text on it.
        former: the kind of deadline that it had before.
        now: the moment, aware UTC.
        life_days: the setting ``LISTING_LIFE_DAYS``.

    Raises:
        EndRefused: the new date is past or too far away.
    """
    if listing.publish_at is None or listing.ends_at is None:
        return
    if listing.deadline_kind is DeadlineKind.DATE and listing.apply_by is not None:
        check_end(listing.apply_by, max(now, listing.publish_at))
        listing.ends_at = listing.apply_by
    elif former is DeadlineKind.DATE:
        usual = end_of_life(listing.deadline_kind, None, listing.publish_at, life_days)
        listing.ends_at = max(listing.ends_at, usual)
