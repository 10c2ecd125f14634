"""Which listings everybody may see, and since when, as conditions on rows.

The rule itself is ``domain.listing.is_live``. It stands here once and takes several forms, for a
database chooses its way to the rows by how it is asked.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column

from jobboard.domain.listing import PUBLIC, Status
from jobboard.models.listing import Listing
from jobboard.queries.plain_tables import LISTING


def written_out(statuses: Iterable[Status]) -> list[ColumnElement[Any]]:
    """Return states as words of a statement: a list of parameters is put into it anew each time."""
    return [literal_column(f"'{status.value}'") for status in sorted(statuses)]


def _rule(columns: Any, is_public: ColumnElement[bool], now: Any) -> ColumnElement[bool]:
    return and_(is_public, columns.publish_at <= now, columns.ends_at > now)


_PUBLIC = sorted(PUBLIC)
_PUBLIC_WRITTEN_OUT = written_out(PUBLIC)
#: The rule where other columns lead to the rows; ``now`` is a parameter. SQLite would else gather
#: everything live by its index first, for a page of twenty and even for one neighbour: a second at
#: 100,000.
LIVE_HERE = _rule(
    LISTING, func.coalesce(LISTING.status, "").in_(_PUBLIC_WRITTEN_OUT), bindparam("now")
)


def live(now: datetime) -> ColumnElement[bool]:
    """The visibility rule, for a statement that is put together for one moment."""
    return _rule(Listing, Listing.status.in_(_PUBLIC), now)


def live_by_index(columns: Any) -> ColumnElement[bool]:
    """The rule for a plain table, found by the index of what is live; ``now`` is a parameter."""
    return _rule(columns, columns.status.in_(_PUBLIC_WRITTEN_OUT), bindparam("now"))


def shown_since() -> ColumnElement[datetime]:
    """When a live listing's page last changed: its last edit or move, or the moment it began."""
    return case(
        (Listing.publish_at > Listing.updated_at, Listing.publish_at), else_=Listing.updated_at
    )
