"""Organisations as everybody may see them: the index, a profile, how many positions each has."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from jobboard.db import db
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.markup.text import fold
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation, Verification
from jobboard.queries.plain_tables import ORGANISATION
from jobboard.queries.present import UntilChanged, key_places, present, read_apart, read_some
from jobboard.queries.visibility import live, shown_since

#: The letters of the index; names that begin otherwise (figures, other scripts) stand under OTHER.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = "other"

_LONGEST_SLUG = 100


class Row(NamedTuple):
    """An organisation in a list, with its live listings counted."""

    id: int
    slug: str
    name: str
    name_key: str
    kind: OrganisationKind
    country: str | None
    website: str
    description: str
    verified_at: datetime | None
    verified_how: Verification | None
    updated_at: datetime
    open_count: int


@dataclass(frozen=True)
class Wanted:
    """Which organisations a list holds.

    Attributes:
        words: a part of the name, folded or not; empty for all.
        letter: one of LETTERS or OTHER; empty for all.
        kinds: any of these; none for all.
        is_hiring: only those with a live listing.
    """

    words: str = ""
    letter: str = ""
    kinds: tuple[OrganisationKind, ...] = ()
    is_hiring: bool = True


def page(wanted: Wanted, now: datetime, *, limit: int, offset: int) -> list[Row]:
    """Return some organisations by name."""
    query = _rows(now).where(*_conditions(wanted, now))
    return _read(query.order_by(Organisation.name_key).limit(limit).offset(offset))


def after(wanted: Wanted, now: datetime, *, name_key: str, limit: int) -> list[Row]:
    """Return the organisations that follow one in the order of names, which need not exist."""
    query = _rows(now).where(*_conditions(wanted, now), Organisation.name_key > name_key)
    return _read(query.order_by(Organisation.name_key).limit(limit))


def count(wanted: Wanted, now: datetime) -> int:
    """Return how many organisations a list holds."""
    counts = letters(wanted, now)
    return counts.get(wanted.letter, 0) if wanted.letter else sum(counts.values())


#: How many organisations of a list begin with each letter: each page of it says so, and to look
#: whether twenty thousand of them have a live listing takes 40 ms.
_letters: UntilChanged[Wanted, Mapping[str, int]] = UntilChanged(500)


def letters(wanted: Wanted, now: datetime) -> Mapping[str, int]:
    """Return how many organisations of a list begin with each letter; those with none left out.

    Of the whole list, whatever its letter.
    """
    whole = replace(wanted, letter="")
    known = _letters.all(present(now), [whole], lambda _: {whole: _read_letters(whole, now)})
    return known[whole]


def _read_letters(wanted: Wanted, now: datetime) -> Mapping[str, int]:
    first = func.substr(Organisation.name_key, 1, 1)
    query = (
        select(first, func.count(Organisation.id))
        .where(*_conditions(wanted, now))
        .group_by(literal_column("1"))
    )
    counts = Counter[str]()
    for letter, number in read_apart(query, {}):
        counts[letter if letter in frozenset(LETTERS) else OTHER] += number
    return {one: counts[one] for one in (*LETTERS, OTHER) if counts[one]}


def by_slug(slug: str, now: datetime) -> Row | None:
    """Return the organisation of an address, or None."""
    if len(slug) > _LONGEST_SLUG or "\x00" in slug:
        return None
    rows = _read(_rows(now).where(Organisation.slug == slug))
    return rows[0] if rows else None


_NAMES = select(ORGANISATION.slug, ORGANISATION.name).where(ORGANISATION.slug.in_(key_places()))

#: Names of organisations by their slugs: the Jobs page tells some twenty of them.
_names: UntilChanged[str, str] = UntilChanged(20_000)


def names(slugs: Iterable[str], now: datetime) -> dict[str, str]:
    """Return the names of organisations by their slugs; unknown slugs are left out."""
    wanted = list(slugs)
    return _names.all(present(now), wanted, _read_names) if wanted else {}


def _read_names(slugs: list[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in read_some(_NAMES, slugs, "")}


class SitemapRow(NamedTuple):
    """A profile for the sitemap: its slug, and the last change of what it shows."""

    slug: str
    changed_at: datetime


def for_sitemap(now: datetime, *, limit: int, offset: int = 0) -> Iterator[SitemapRow]:
    """Read the profiles that have something to show, by id: a text of their own or live listings.

    A profile shows its live listings, so it changes with the latest of them.
    """
    query = (
        select(Organisation.slug, Organisation.updated_at, _of_live(func.max(shown_since()), now))
        .where(_is_shown(now))
        .order_by(Organisation.id)
        .limit(limit)
        .offset(offset)
    )
    for slug, own, of_listings in db.session.execute(query):
        yield SitemapRow(slug, max(own, of_listings) if of_listings is not None else own)


def count_for_sitemap(now: datetime) -> int:
    """Return how many profiles have something to show."""
    return db.session.scalar(select(func.count(Organisation.id)).where(_is_shown(now))) or 0


def _is_shown(now: datetime) -> ColumnElement[bool]:
    return or_(Organisation.description != "", _is_hiring(now))


def _is_hiring(now: datetime) -> ColumnElement[bool]:
    return exists().where(Listing.organisation_id == Organisation.id, live(now))


def _of_live(what: ColumnElement[Any], now: datetime) -> ScalarSelect[Any]:
    """Something about the live listings of the organisation of the row."""
    return (
        select(what)
        .where(Listing.organisation_id == Organisation.id, live(now))
        .correlate(Organisation)
        .scalar_subquery()
    )


_COLUMNS: tuple[Any, ...] = (
    Organisation.id,
    Organisation.slug,
    Organisation.name,
    Organisation.name_key,
    Organisation.kind,
    Organisation.country,
    Organisation.website,
    Organisation.description,
    Organisation.verified_at,
    Organisation.verified_how,
    Organisation.updated_at,
)


def _rows(now: datetime) -> Select[Any]:
    return select(*_COLUMNS, _of_live(func.count(Listing.id), now))


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_is_hiring(now)] if wanted.is_hiring else []
    if wanted.words:
        # Names are stored folded: "Türkiye" is found by "turkiye".
        words = fold(wanted.words).split()
        conditions += [Organisation.name_key.contains(word, autoescape=True) for word in words]
    if wanted.letter:
        first = func.substr(Organisation.name_key, 1, 1)
        is_other = wanted.letter == OTHER
        conditions.append(
            first.not_in(list(LETTERS)) if is_other else first == wanted.letter,
        )
    if wanted.kinds:
        conditions.append(Organisation.kind.in_(wanted.kinds))
    return conditions


def _read(query: Select[Any]) -> list[Row]:
    return [Row(*row) for row in db.session.execute(query)]
