"""An account takes over what came from its address without it, in the caller's transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from jobboard import history
from jobboard.domain.listing import Verb
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User


def take_over(session: Session | scoped_session[Any], user: User, *, now: datetime) -> None:
    """Give a person, whose address is confirmed, all listings that came from it; their links end.

    Args:
        session: the running transaction.
        user: whose address it is.
        now: the moment, aware UTC.
    """
    # Two browsers may sign in at once: the row decides who was first.
    posted = (
        select(Listing)
        .where(Listing.poster_id.is_(None), Listing.poster_email == user.email)
        .order_by(Listing.id)
        .with_for_update(of=Listing)
    )
    claimed = session.scalars(posted).all()
    if not claimed:
        return
    for listing in claimed:
        listing.poster = user
        listing.is_muted = False
        history.record(listing, Verb.CLAIM, actor=ActorKind.POSTER, by=user, at=now)
    session.flush()
    session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.purpose == Purpose.LISTING_MANAGE,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.listing_id.in_(listing.id for listing in claimed),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
