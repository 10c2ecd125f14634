"""Organisations and the people who act for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.base import Base, UtcDateTime, word
from jobboard.models.user import User


class Verification(StrEnum):
    """How the board knows that an organisation is what it says."""

    DOMAIN = "domain"
    MODERATOR = "moderator"


class Role(StrEnum):
    """What a member may do for an organisation."""

    OWNER = "owner"
    EDITOR = "editor"


class Organisation(Base):
    """A body that publishes listings; found again by its folded name."""

    __tablename__ = "organisation"
    is_shown_to_all = True

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(
        word(OrganisationKind), default=OrganisationKind.NOT_STATED
    )
    country: Mapped[str | None] = mapped_column(String(2))
    website: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_how: Mapped[Verification | None] = mapped_column(word(Verification))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Base):
    """A person who acts for an organisation, set by an administrator."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(word(Role), default=Role.EDITOR)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    user: Mapped[User] = relationship()
