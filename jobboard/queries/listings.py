"""What everybody may read: live listings, and the page of one that has ended."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    TypeDecorator,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    outerjoin,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.types import NullType, TypeEngine

from jobboard.db import change_number, db, reading
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import PUBLIC
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ContractTerm,
    DeadlineKind,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
)
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.old_address import OldAddress
from jobboard.models.organisation import Organisation
from jobboard.queries import changes
from jobboard.queries.present import UntilChanged, present, read_apart

_GREATEST_ID = 2**63 - 1
#: Different values of a column of lists that are known again without being read.
_VALUES_KEPT = 2_000
#: Listings at most that the page of another leads to for their likeness, spare ones included.
_MOST_ALIKE = 6
#: Listings read whole at a time when all are read.
_BATCH = 200


def live(now: datetime) -> ColumnElement[bool]:
    """The visibility rule of ``domain.listing.is_live`` as a condition on rows."""
    return and_(
        Listing.status.in_(sorted(PUBLIC)), Listing.publish_at <= now, Listing.ends_at > now
    )


#: Statements of every list and every listing's page, on plain tables and put together once: that
#: was half of what they cost.
_LISTING, _ORGANISATION = Listing.__table__.c, Organisation.__table__.c
#: Written out: a list of parameters is put into the statement anew each time.
_PUBLIC: list[Any] = [literal_column(f"'{status.value}'") for status in sorted(PUBLIC)]
#: The rule of ``live`` where other columns lead to the rows. SQLite would else gather everything
#: live by its index first, for a page of twenty and even for one neighbour: a second at 100,000.
_LIVE_HERE = and_(
    func.coalesce(_LISTING.status, "").in_(_PUBLIC),
    _LISTING.publish_at <= bindparam("now"),
    _LISTING.ends_at > bindparam("now"),
)


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
    _LISTING.id,
    _LISTING.version,
    _LISTING.slug_front,
    _LISTING.title,
    _LISTING.organisation_name,
    _LISTING.language,
    _LISTING.opportunity_type,
    _LISTING.mode,
    _LISTING.places,
    _LISTING.remote_countries,
    _LISTING.hours,
    _LISTING.contract_term,
    _LISTING.duration_months,
    _LISTING.grade,
    _LISTING.languages,
    _LISTING.pay_kind,
    _LISTING.pay_min,
    _LISTING.pay_max,
    _LISTING.pay_currency,
    _LISTING.pay_period,
    _LISTING.pay_text,
    _LISTING.deadline_kind,
    _LISTING.deadline_zone,
    _LISTING.ends_at,
    _LISTING.updated_at,
    _ORGANISATION.slug,
    _ORGANISATION.name,
    _ORGANISATION.verified_at,
    _ORGANISATION.updated_at,
)


_WITH_ORGANISATION = outerjoin(
    Listing.__table__, Organisation.__table__, _ORGANISATION.id == _LISTING.organisation_id
)
#: Places for the ids of a page: a statement for a list of any length is written anew each time.
_ID_NAMES = tuple(f"id{number}" for number in range(20))
#: As the driver gives them: each value that is turned into something costs a call.
_RAW_COLUMNS: tuple[Any, ...] = tuple(type_coerce(one, NullType()) for one in _CARD_COLUMNS)
_CARDS = (
    select(*_RAW_COLUMNS)
    .select_from(_WITH_ORGANISATION)
    .where(_LISTING.id.in_([bindparam(name) for name in _ID_NAMES]), _LIVE_HERE)
)
_TEXTS = select(_LISTING.id, _LISTING.description_html).where(
    _LISTING.id.in_([bindparam(name) for name in _ID_NAMES])
)
_BY_ID = (
    select(Listing).where(Listing.id == bindparam("id")).options(joinedload(Listing.organisation))
)
_SAME = Listing.__table__.alias()
_OPEN = (
    select(func.count())
    .select_from(_SAME)
    .where(
        _SAME.c.organisation_id == Listing.organisation_id,
        _SAME.c.status.in_(_PUBLIC),
        _SAME.c.publish_at <= bindparam("now"),
        _SAME.c.ends_at > bindparam("now"),
    )
    .correlate(Listing)
    .scalar_subquery()
)
_WITH_COUNT = _BY_ID.add_columns(_OPEN)
_LINK = (
    _LISTING.id,
    _LISTING.slug_front,
    _LISTING.title,
    _LISTING.language,
    _LISTING.organisation_name,
    _ORGANISATION.name,
    _LISTING.places,
    _LISTING.remote_countries,
    _LISTING.mode,
)
_NEIGHBOUR = _LINK[:5]
#: Compared as one value, so that the index of publication leads straight there.
_OWN = tuple_(_LISTING.first_published_at, _LISTING.id)
_ASKED = tuple_(
    bindparam("at", type_=_LISTING.first_published_at.type),
    bindparam("id", type_=_LISTING.id.type),
)
_OLDER = (
    select(*_NEIGHBOUR)
    .where(_LIVE_HERE, _OWN < _ASKED)
    .order_by(_LISTING.first_published_at.desc(), _LISTING.id.desc())
    .limit(1)
    .subquery()
)
_NEWER = (
    select(*_NEIGHBOUR)
    .where(_LIVE_HERE, _OWN > _ASKED)
    .order_by(_LISTING.first_published_at, _LISTING.id)
    .limit(1)
    .subquery()
)
#: In one go, for each statement has its price.
_BESIDE = union_all(
    select(literal_column("'like'"), *_LINK)
    .select_from(_WITH_ORGANISATION)
    .where(
        _LISTING.id.in_([bindparam(f"like{place}") for place in range(_MOST_ALIKE)]), _LIVE_HERE
    ),
    select(literal_column("'older'"), *_OLDER.c, *(null() for _ in _LINK[5:])),
    select(literal_column("'newer'"), *_NEWER.c, *(null() for _ in _LINK[5:])),
)


#: Rows of cards, whole listings, and what their pages lead to.
_cards: UntilChanged[int, CardRow] = UntilChanged(3_000)
_shown: UntilChanged[int, tuple[Listing, int]] = UntilChanged(100)
_besides: UntilChanged[tuple[int, tuple[int, ...]], "Beside"] = UntilChanged(500)


def cards(ids: Sequence[int], now: datetime) -> list[CardRow]:
    """Return the live ones of some listings as cards, in the order of ``ids``.

    One statement at most, for those that were not shown since something public has changed.
    """
    if not ids:
        return []
    rows = _cards.all(present(now), ids, partial(_read_cards, now=now))
    return [rows[one] for one in ids if one in rows]


def _read_cards(ids: Sequence[int], now: datetime) -> dict[int, CardRow]:
    processors = _processors(db.engine.dialect)
    read = (_card_row(processors, row) for row in _by_ids(_CARDS, ids, {"now": now}))
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


class LinkRow(NamedTuple):
    """What a link to a listing says; that to a neighbour says no more than the title."""

    id: int
    slug_front: str
    title: str
    language: str
    organisation_name: str
    registered_name: str | None
    places: tuple[Place, ...]
    remote_countries: tuple[str, ...]
    mode: Mode | None

    @property
    def slug(self) -> str:
        """The last part of the listing's address."""
        return f"{self.slug_front}-{self.id}"

    @property
    def organisation(self) -> str:
        """Whose listing it is; empty where it is not stated."""
        return self.registered_name or self.organisation_name


def texts(ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of some listings as they are stored, in HTML, by id; one statement."""
    if not ids:
        return {}
    return {row[0]: row[1] or "" for row in _by_ids(_TEXTS, ids, {})}


def _by_ids(statement: Select[Any], ids: Sequence[int], values: Mapping[str, Any]) -> Iterator[Any]:
    """Ask a statement for some ids; one time for each page's worth of them."""
    for start in range(0, len(ids), len(_ID_NAMES)):
        # No listing has the number 0.
        some = (*ids[start : start + len(_ID_NAMES)], *repeat(0, len(_ID_NAMES)))
        yield from read_apart(statement, {**dict(zip(_ID_NAMES, some, strict=False)), **values})


def cards_of_organisation(
    organisation_id: int, now: datetime, *, limit: int, offset: int
) -> list[CardRow]:
    """Return an organisation's live listings as cards, newest first."""
    query = (
        _card_rows()
        .where(Listing.organisation_id == organisation_id, live(now))
        .order_by(Listing.first_published_at.desc(), Listing.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [CardRow(*row) for row in db.session.execute(query)]


def by_id(listing_id: int) -> Listing | None:
    """Return a listing in whatever state, its organisation loaded with it, or None."""
    if not 0 < listing_id <= _GREATEST_ID:
        return None
    return db.session.scalar(_BY_ID, {"id": listing_id})


def shown(listing_id: int, now: datetime) -> tuple[Listing | None, int]:
    """Return a listing with its organisation, and how many live ones that has.

    For its page: the listing belongs to no session, and other requests may be given the same one,
    so nobody may change it.
    """
    if not 0 < listing_id <= _GREATEST_ID:
        return None, 0
    at_present = present(now)
    known = _shown.of(at_present, [listing_id])
    if known:
        return known[listing_id]
    with reading(), Session(db.engine) as own:
        row = own.execute(_WITH_COUNT, {"id": listing_id, "now": now}).first()
        own.expunge_all()
    if row is None:
        return None, 0
    listing, count = row
    # What nobody else may open is not asked for often.
    if listing.status in PUBLIC:
        _shown.keep(at_present, {listing_id: (listing, count)})
    return listing, count


def live_by_ids(ids: Sequence[int], now: datetime) -> list[Listing]:
    """Return the live ones of some listings whole, in the order of ``ids``; one statement."""
    if not ids:
        return []
    found = db.session.scalars(
        select(Listing)
        .where(Listing.id.in_(ids), live(now))
        .options(joinedload(Listing.organisation))
    )
    by_number = {listing.id: listing for listing in found}
    return [by_number[one] for one in ids if one in by_number]


def by_old_address(address: str) -> Listing | None:
    """Return the listing that had this address before, or None.

    Args:
        address: a path (``/job/old-slug/``) or a query (``?p=123``).
    """
    if "\x00" in address or not address.isprintable() or len(address) > 500:
        return None
    return db.session.scalar(
        select(Listing)
        .join(OldAddress, OldAddress.listing_id == Listing.id)
        .where(OldAddress.address == address)
        .options(joinedload(Listing.organisation))
    )


class Beside(NamedTuple):
    """The live listings that the page of one leads to.

    Attributes:
        older: the one published just before it.
        newer: the one published just after it.
        alike: those that may please the same reader, in the order asked for.
    """

    older: LinkRow | None
    newer: LinkRow | None
    alike: list[LinkRow]


def beside(listing: Listing, ids: Sequence[int], now: datetime) -> Beside:
    """Return a listing's neighbours, and the live ones of some others; one statement at most.

    A listing that was never published has no neighbours.
    """
    key = (listing.id, tuple(ids))
    return _besides.all(present(now), [key], lambda _keys: {key: _beside(listing, ids, now)})[key]


def _beside(listing: Listing, ids: Sequence[int], now: datetime) -> Beside:
    where = {"at": listing.first_published_at, "id": listing.id, "now": now}
    where |= {f"like{place}": None for place in range(_MOST_ALIKE)}
    where |= {f"like{place}": one for place, one in enumerate(ids[:_MOST_ALIKE])}
    older = newer = None
    alike: dict[int, LinkRow] = {}
    for what, *values in read_apart(_BESIDE, where):
        row = LinkRow(*values)
        if what == "older":
            older = row
        elif what == "newer":
            newer = row
        else:
            alike[row.id] = row
    return Beside(older, newer, [alike[one] for one in ids if one in alike])


def count(now: datetime) -> int:
    """Return how many listings are live."""
    return db.session.scalar(select(func.count(Listing.id)).where(live(now))) or 0


def shown_since() -> ColumnElement[datetime]:
    """When a live listing's page last changed: its last edit or move, or the moment it began."""
    return case(
        (Listing.publish_at > Listing.updated_at, Listing.publish_at), else_=Listing.updated_at
    )


def edition(now: datetime) -> str:
    """Return a text that stays the same exactly as long as everything public does.

    Between two changes, only the clock makes listings begin and end; the instant at which it
    next does so tells which of these spans ``now`` lies in.
    """
    number = change_number(db.session)
    until = changes.next_moment(now)
    return f"{number}-{until.timestamp() if until is not None else 0}"


class SitemapRow(NamedTuple):
    """A page for the sitemap: what its address is made of, and its last change."""

    id: int
    slug_front: str
    changed_at: datetime

    @property
    def slug(self) -> str:
        """The last part of the listing's address."""
        return f"{self.slug_front}-{self.id}"


def for_sitemap(now: datetime, *, part: int, size: int) -> list[SitemapRow]:
    """Return the addresses of the live listings in one part of the sitemap, by id.

    Part 0 holds the ids below ``size``, part 1 those below twice that, so a page never moves from
    one part to another.
    """
    if not 0 <= part <= _GREATEST_ID // size:
        return []
    query = (
        select(Listing.id, Listing.slug_front, shown_since())
        .where(live(now), Listing.id >= part * size, Listing.id < (part + 1) * size)
        .order_by(Listing.id)
    )
    return [SitemapRow(*row) for row in db.session.execute(query)]


def sitemap_parts(now: datetime, *, size: int) -> dict[int, datetime]:
    """Return the parts of the sitemap that hold live listings, each with its last change."""
    # Written out: PostgreSQL takes two parameters of the same value for two expressions.
    part = Listing.id // literal_column(str(int(size)), Integer)
    query = select(part, func.max(shown_since())).where(live(now)).group_by(part).order_by(part)
    return {int(row[0]): row[1] for row in db.session.execute(query)}


def every_live(now: datetime) -> Iterator[Listing]:
    """Read all live listings whole, newest id first; however slow the reader, nothing is held up.

    Each batch is a transaction of its own, and none stays in memory: only the ids do.
    """
    query = select(Listing.id).where(live(now)).order_by(Listing.id.desc())
    with reading():
        ids = array("q", db.session.scalars(query))
    for start in range(0, len(ids), _BATCH):
        with reading():
            batch = live_by_ids(ids[start : start + _BATCH], now)
            db.session.expunge_all()
            db.session.rollback()
        yield from batch


def source_ids(ids: Iterable[int]) -> dict[int, str]:
    """Return the ids that imported listings had in their sources, by ours."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(ImportRecord.listing_id, ImportRecord.source_id).where(
            ImportRecord.listing_id.in_(wanted)
        )
    )
    return {row[0]: row[1] for row in rows}


def _card_rows() -> Select[Any]:
    return select(*_CARD_COLUMNS).select_from(_WITH_ORGANISATION)
