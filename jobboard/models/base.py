"""The declarative base and the column types that every table shares."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; constraints are named so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)

    #: Whether public pages show what these rows hold: then a change of one moves the change number
    #: (``models.change``), by which every process learns that a page may be another.
    is_shown_to_all: ClassVar[bool] = False


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database, whichever database it is.

    SQLite keeps no zone, so the zone is taken off on the way in and put back on the way out.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the database stores; a naive one is a fault."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WordTuple(TypeDecorator[tuple[str, ...]]):
    """A short list of words kept as a JSON array.

    Facets are answered by the search index, so the database never has to look inside, and a card
    costs one row instead of five.
    """

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> list[str]:
        """Store a list, never null."""
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        """Return an immutable tuple, so that a change is always an assignment."""
        return tuple(value or ())


def word(vocabulary: type[StrEnum]) -> Enum:
    """Return a column type that stores an enumeration's words, as text on every database."""
    return Enum(
        vocabulary,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )
