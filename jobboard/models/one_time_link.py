"""Links that act for whoever holds them: confirm, reset, manage."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.models.base import Base, UtcDateTime, word
from jobboard.models.listing import Listing
from jobboard.models.user import User


class Purpose(StrEnum):
    """What the holder of a link may do."""

    ADDRESS_CONFIRM = "address_confirm"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a purpose
    LISTING_MANAGE = "listing_manage"


class OneTimeLink(Base):
    """A 256-bit token, stored only as its SHA-256.

    The token is made from the server's secret and ``nonce`` (``domain.token``), so the worker can
    write it into a mail later although the database never holds it.
    """

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(word(Purpose))
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    listing_id: Mapped[int | None] = mapped_column(
        ForeignKey("listing.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: None: ends 30 days after its listing or when the listing is claimed.
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User | None] = relationship()
    listing: Mapped[Listing | None] = relationship()
