"""Changed texts of live listings that wait for a moderator."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.models.base import Base, UtcDateTime, word
from jobboard.models.listing import Listing


class RevisionStatus(StrEnum):
    """Where a revision stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Revision(Base):
    """A new text for a live listing; the live text stays until a moderator accepts it.

    ``content`` holds the columns named by ``models.listing.CONTENT`` as the form's plain values.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index(
            "uq_revision_waiting",
            "listing_id",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[RevisionStatus] = mapped_column(
        word(RevisionStatus), default=RevisionStatus.WAITING
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    listing: Mapped[Listing] = relationship()

    __mapper_args__ = {"version_id_col": version}
