"""The history of accounts: what they may do, who said so and when."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.models.base import Base, UtcDateTime, word
from jobboard.models.user import User


class AccountChange(StrEnum):
    """What was changed about an account by somebody else than its owner."""

    TRUSTED = "trusted"
    NOT_TRUSTED = "not_trusted"
    MODERATOR = "moderator"
    NOT_MODERATOR = "not_moderator"
    ADMINISTRATOR = "administrator"
    NOT_ADMINISTRATOR = "not_administrator"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    SIGNED_OUT = "signed_out"


class AccountEvent(Base):
    """One line of an account's history; never changed, never removed while the account stands."""

    __tablename__ = "account_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    change: Mapped[AccountChange] = mapped_column(word(AccountChange))
    #: None: the command line.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])
