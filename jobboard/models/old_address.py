"""Addresses that listings had before: on the former site, or under a former title."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from jobboard.models.base import Base


class OldAddress(Base):
    """A path (``/job/old-slug/``) or query (``?p=123``) that leads to a listing for good."""

    __tablename__ = "old_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(500), unique=True)
    listing_id: Mapped[int] = mapped_column(
        ForeignKey("listing.id", ondelete="CASCADE"), index=True
    )
