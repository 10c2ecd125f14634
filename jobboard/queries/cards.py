"""Rows for cards: what a list shows of live listings, and nothing else of them.

Lists are what is asked for most, so their rows are read without the session, turned into values
with few calls, and remembered for as long as nothing public changes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import JSON, Dialect, TypeDecorator, select, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from jobboard.db import db
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ContractTerm,
    DeadlineKind,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
)
from jobboard.models.listing import Listing
from jobboard.queries.plain_tables import LISTING, LISTING_WITH_ORGANISATION, ORGANISATION
from jobboard.queries.present import UntilChanged, key_places, present, read_some
from jobboard.queries.visibility import LIVE_HERE, live

#: Different values of a column of lists that are known again without being read.
_VALUES_KEPT = 2_000


class CardRow(NamedTuple):
    """What a card in a list shows of a listing; one row, no objects of the session."""

    id: int
    version: int
    slug_front: str
    title: str
    organisation_name: str
    language: str
    opportunity_type: OpportunityType
    mode: Mode
    places: tuple[Place, ...]
    remote_countries: tuple[str, ...]
    hours: tuple[str, ...]
    contract_term: ContractTerm
    duration_months: int | None
    grade: str
    languages: tuple[LanguageNeed, ...]
    pay_kind: PayKind
    pay_min: int | None
    pay_max: int | None
    pay_currency: str
    pay_period: PayPeriod | None
    pay_text: str
    deadline_kind: DeadlineKind
    deadline_zone: str
    ends_at: datetime
    updated_at: datetime
    organisation_slug: str | None
    registered_name: str | None
    verified_at: datetime | None
    organisation_updated_at: datetime | None

    @property
    def slug(self) -> str:
        """The last part of the listing's address."""
        return f"{self.slug_front}-{self.id}"


_CARD_COLUMNS: tuple[Any, ...] = (
    LISTING.id,
    LISTING.version,
    LISTING.slug_front,
    LISTING.title,
    LISTING.organisation_name,
    LISTING.language,
    LISTING.opportunity_type,
    LISTING.mode,
    LISTING.places,
    LISTING.remote_countries,
    LISTING.hours,
    LISTING.contract_term,
    LISTING.duration_months,
    LISTING.grade,
    LISTING.languages,
    LISTING.pay_kind,
    LISTING.pay_min,
    LISTING.pay_max,
    LISTING.pay_currency,
    LISTING.pay_period,
    LISTING.pay_text,
    LISTING.deadline_kind,
    LISTING.deadline_zone,
    LISTING.ends_at,
    LISTING.updated_at,
    ORGANISATION.slug,
    ORGANISATION.name,
    ORGANISATION.verified_at,
    ORGANISATION.updated_at,
)
#: As the driver gives them: each value that is turned into something costs a call.
_RAW_COLUMNS: tuple[Any, ...] = tuple(type_coerce(one, NullType()) for one in _CARD_COLUMNS)
_CARDS = (
    select(*_RAW_COLUMNS)
    .select_from(LISTING_WITH_ORGANISATION)
    .where(LISTING.id.in_(key_places()), LIVE_HERE)
)
_TEXTS = select(LISTING.id, LISTING.description_html).where(LISTING.id.in_(key_places()))
#: No listing has it.
_NO_ID = 0

#: Rows of cards, by the listings' ids.
_cards: UntilChanged[int, CardRow] = UntilChanged(3_000)


def by_ids(ids: Sequence[int], now: datetime) -> list[CardRow]:
    """Return the live ones of some listings as cards, in the order of ``ids``.

    One statement at most, for those that were not shown since something public has changed.
    """
    if not ids:
        return []
    rows = _cards.all(present(now), ids, partial(_read_cards, now=now))
    return [rows[one] for one in ids if one in rows]


def of_organisation(
    organisation_id: int, now: datetime, *, limit: int, offset: int
) -> list[CardRow]:
    """Return an organisation's live listings as cards, newest first."""
    query = (
        select(*_CARD_COLUMNS)
        .select_from(LISTING_WITH_ORGANISATION)
        .where(Listing.organisation_id == organisation_id, live(now))
        .order_by(Listing.first_published_at.desc(), Listing.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [CardRow(*row) for row in db.session.execute(query)]


def texts(ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of some listings as they are stored, in HTML, by id; one statement."""
    if not ids:
        return {}
    return {row[0]: row[1] or "" for row in read_some(_TEXTS, ids, _NO_ID)}


def _read_cards(ids: Sequence[int], now: datetime) -> dict[int, CardRow]:
    processors = _processors(db.engine.dialect)
    read = (_card_row(processors, row) for row in read_some(_CARDS, ids, _NO_ID, {"now": now}))
    return {row.id: row for row in read}


def _card_row(
    processors: Iterable[tuple[int, Callable[[Any], Any]]], given: Sequence[Any]
) -> CardRow:
    """Return a row whose values are as the driver gave them."""
    values = list(given)
    for at, process in processors:
        values[at] = process(values[at])
    return CardRow._make(values)


@lru_cache(maxsize=4)
def _processors(dialect: Dialect) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """Return what makes of a column's value, as the driver gives it, what the program knows.

    By the columns' places; there is nothing to be made of the values of others.
    """
    found = [_processor(column.type, dialect) for column in _CARD_COLUMNS]
    return tuple((at, process) for at, process in enumerate(found) if process is not None)


def _processor(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    process = type_.dialect_impl(dialect).result_processor(dialect, None)
    is_json = isinstance(type_, TypeDecorator) and isinstance(type_.impl_instance, JSON)
    if process is None or not is_json or dialect.name != "sqlite":
        return process
    # Texts, and few different ones: the same places, hours and languages everywhere.
    return lru_cache(maxsize=_VALUES_KEPT)(process)
