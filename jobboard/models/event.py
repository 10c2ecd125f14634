"""The history of listings: who did what, when and why."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.domain.listing import Verb
from jobboard.models.base import Base, UtcDateTime, word
from jobboard.models.listing import Listing
from jobboard.models.user import User


class ActorKind(StrEnum):
    """In what capacity somebody acted; a poster reads this, never a moderator's name."""

    POSTER = "poster"
    GUEST = "guest"
    COLLEAGUE = "colleague"
    MODERATOR = "moderator"
    CLOCK = "clock"
    IMPORT = "import"


class Event(Base):
    """One line of a listing's history; never changed, never removed while the listing stands."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(
        ForeignKey("listing.id", ondelete="CASCADE"), index=True
    )
    verb: Mapped[Verb] = mapped_column(word(Verb))
    actor: Mapped[ActorKind] = mapped_column(word(ActorKind))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    reason: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    listing: Mapped[Listing] = relationship()
    by: Mapped[User | None] = relationship()
