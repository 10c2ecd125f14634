"""The change number: how every process learns that a listing or a public page changed.

The one row of the counter is updated by each transaction that changes such a row and stays locked
until it commits, so numbers become visible in their own order and a reader that has seen *n* has
missed nothing below it.
"""

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from jobboard.models.base import Base


class ChangeCounter(Base):
    """The single row that holds the number of the last change of what the public sees."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0)
