"""When public pages change by the clock alone."""

from datetime import datetime

from sqlalchemy import Connection, select

from jobboard.db import db
from jobboard.domain.listing import PUBLIC, Status
from jobboard.models.listing import Listing


def next_moment(now: datetime, connection: Connection | None = None) -> datetime | None:
    """Return the next instant at which a listing goes public or ends by the clock alone.

    A published listing was public when it was written, so only scheduled ones can still begin.

    Args:
        now: the present instant.
        connection: whose transaction is to be asked; the session's unless given.
    """
    asked = db.session if connection is None else connection
    moments = [
        asked.scalar(
            select(column).where(Listing.status == status, column > now).order_by(column).limit(1)
        )
        for column, status in (
            *((Listing.ends_at, status) for status in sorted(PUBLIC)),
            (Listing.publish_at, Status.SCHEDULED),
        )
    ]
    return min((moment for moment in moments if moment is not None), default=None)
