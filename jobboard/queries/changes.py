"""When public pages change by the clock alone."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from jobboard.db import db
from jobboard.domain.listing import PUBLIC, Status
from jobboard.models.base import UtcDateTime
from jobboard.models.listing import Listing
from jobboard.queries.visibility import written_out

#: One for each state that ends: the index of what is live leads straight there. Of what begins
#: few lie in the future, so the state is looked at last.
_QUESTIONS = (
    *(
        select(Listing.ends_at)
        .where(Listing.status == status, Listing.ends_at > bindparam("now", type_=UtcDateTime))
        .order_by(Listing.ends_at)
        .limit(1)
        for status in sorted(PUBLIC)
    ),
    select(Listing.publish_at)
    .where(
        Listing.publish_at > bindparam("now", type_=UtcDateTime),
        func.coalesce(Listing.status, "").in_(written_out({*PUBLIC, Status.SCHEDULED})),
    )
    .order_by(Listing.publish_at)
    .limit(1),
)


def next_moment(now: datetime, connection: Connection | None = None) -> datetime | None:
    """Return the next instant at which a listing goes public or ends by the clock alone.

    A published listing was public when it was written; but whoever wrote it may have done so a
    moment after ``now``, which others took before they asked.

    Args:
        now: the present instant.
        connection: whose transaction is to be asked; the session's unless given.
    """
    asked = db.session if connection is None else connection
    moments = [asked.scalar(question, {"now": now}) for question in _QUESTIONS]
    return min((moment for moment in moments if moment is not None), default=None)
