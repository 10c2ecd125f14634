"""Listings read from the database as the index takes them."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from jobboard.domain.criteria import Duration, Years
from jobboard.domain.grade import canonical_grade
from jobboard.domain.listing import PUBLIC
from jobboard.domain.place import Place
from jobboard.domain.places import ANYWHERE, area_name
from jobboard.domain.taxonomy import (
    NOT_STATED,
    PAID_KINDS,
    DeadlineKind,
    Eligibility,
    GradeSystem,
    Hours,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Region,
    Topic,
    label,
)
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.search.document import (
    ANY_PASSPORT,
    NONE_NEEDED,
    SearchDocument,
    point,
)
from jobboard.tables import currencies, gazetteer, rates

_TAG = re.compile(r"<[^>]*>")
_SERIES = re.compile(r"[A-Z]+")

#: How often each period of pay comes in a year of full-time work; one sum for all says nothing.
_A_YEAR = {
    PayPeriod.HOUR: 1_800,
    PayPeriod.DAY: 220,
    PayPeriod.WEEK: 46,
    PayPeriod.MONTH: 12,
    PayPeriod.YEAR: 1,
}
#: The English names of values that are kept as words.
_TOPICS, _HOURS, _REGIONS = (
    {one.value: label(one) for one in vocabulary} for vocabulary in (Topic, Hours, Region)
)
_UNPAID = frozenset({PayKind.UNPAID, PayKind.EXPENSES_ONLY})

_COLUMNS = (
    Listing.id,
    Listing.status,
    Listing.title,
    Listing.organisation_id,
    Listing.organisation_name,
    Listing.language,
    Listing.description,
    Listing.description_html,
    Listing.summary,
    Listing.opportunity_type,
    Listing.mode,
    Listing.places,
    Listing.remote_countries,
    Listing.topics,
    Listing.focus_regions,
    Listing.focus_countries,
    Listing.job_function,
    Listing.seniority,
    Listing.experience_years_min,
    Listing.hours,
    Listing.contract_term,
    Listing.duration_months,
    Listing.start_date,
    Listing.grade_system,
    Listing.grade,
    Listing.education_min,
    Listing.languages,
    Listing.eligibility,
    Listing.eligible_nationalities,
    Listing.visa_sponsorship,
    Listing.security_clearance,
    Listing.pay_kind,
    Listing.pay_min,
    Listing.pay_max,
    Listing.pay_currency,
    Listing.pay_period,
    Listing.pay_text,
    Listing.reference,
    Listing.deadline_kind,
    Listing.publish_at,
    Listing.first_published_at,
    Listing.ends_at,
    Organisation.name.label("registered_name"),
    Organisation.slug.label("organisation_slug"),
    Organisation.kind.label("organisation_kind"),
)
#: Rows fetched at a time.
_BATCH = 500


def public(connection: Connection) -> Iterator[SearchDocument]:
    """Read every listing that is or may become live, the newest first: so equal matches stand."""
    query = (
        _rows()
        .where(Listing.status.in_(PUBLIC))
        .order_by(Listing.first_published_at.desc(), Listing.id.desc())
        .execution_options(yield_per=_BATCH)
    )
    for row in connection.execute(query):
        yield document_of(row)


def changed(
    connection: Connection, after: int, limit: int
) -> tuple[list[SearchDocument], list[int], int | None]:
    """Read what changed after a change number, the oldest changes first.

    Returns:
        The listings that may be live, the ids of those that no longer can be, and the change
        number that this goes up to when there is more than ``limit``, else None.
    """
    query = (
        _rows()
        .add_columns(Listing.change_number)
        .where(Listing.change_number > after)
        .order_by(Listing.change_number, Listing.id)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    added = [document_of(row) for row in rows if row.status in PUBLIC]
    removed = [row.id for row in rows if row.status not in PUBLIC]
    # A number may be shared by many listings, so the last one may not be complete.
    until = rows[-1].change_number - 1 if len(rows) == limit else None
    return added, removed, until


def traits_of(listing: Listing) -> SearchDocument:
    """Return as much of a listing that may be live as others are found to be like it by."""
    return SearchDocument(
        id=listing.id,
        title=listing.title,
        publish_at=listing.publish_at or listing.created_at,
        ends_at=listing.ends_at or listing.created_at,
        first_published_at=listing.first_published_at or listing.created_at,
        text=_text(listing),
        language=listing.language,
        facets={
            "topic": listing.topics,
            "type": (listing.opportunity_type.value,),
            "country": _countries(listing),
            "function": (listing.job_function.value,),
            "seniority": (listing.seniority.value,),
        },
    )


def document_of(row: Row[Any]) -> SearchDocument:
    """Return a listing's row as the index takes it."""
    deadline_at = row.ends_at if row.deadline_kind == DeadlineKind.DATE else None
    return SearchDocument(
        id=row.id,
        title=row.title,
        publish_at=row.publish_at,
        ends_at=row.ends_at,
        first_published_at=row.first_published_at or row.publish_at,
        organisation=row.registered_name or row.organisation_name,
        place=" ".join(_place_names(row.places)),
        topics=" ".join(_topic_words(row)),
        text=_text(row),
        language=row.language,
        deadline_at=deadline_at,
        starts_on=_day(row.start_date),
        yearly_pay=_yearly_pay(row),
        organisation_id=row.organisation_id if row.organisation_slug else 0,
        facets=_facets(row),
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).outerjoin(Organisation, Organisation.id == Listing.organisation_id)


def _text(row: Row[Any] | Listing) -> str:
    """Return the text without marks: what its page shows, made from HTML if that is stored."""
    text = row.description
    if row.description_html:
        text = unescape(_TAG.sub(" ", row.description_html))
    return " ".join(filter(None, (row.summary, text, row.pay_text, row.reference, row.grade)))


def _place_names(places: Iterable[Place]) -> Iterator[str]:
    for place in places:
        yield place.city
        if place.country is None:
            yield place.area
            continue
        known = gazetteer.cities_named(place.city, place.country) if place.city else []
        # Its state is part of how a city is called: "Washington, DC".
        area = place.area or (known[0].area if known else "")
        yield area
        yield area_name(place.country, area)
        if known and known[0].name != place.city:
            yield known[0].name
        yield gazetteer.country_name(place.country)


def _topic_words(row: Row[Any]) -> Iterator[str]:
    """Return the words of the facets that are worth finding a listing by ("internship")."""
    for value in (row.opportunity_type, row.mode, row.job_function, row.seniority):
        if value != NOT_STATED:
            yield label(value)
    for word in row.topics:
        yield _TOPICS.get(word, word)
    for word in row.hours:
        yield _HOURS.get(word, word)
    for word in row.focus_regions:
        yield _REGIONS.get(word, word)
    for code in row.focus_countries:
        yield gazetteer.country_name(code)
    if row.pay_kind in _UNPAID:
        yield label(row.pay_kind)


def _facets(row: Row[Any]) -> dict[str, tuple[str, ...]]:
    countries = _countries(row)
    regions = gazetteer.regions_by_country()
    kind = row.organisation_kind or OrganisationKind.NOT_STATED
    facets: dict[str, tuple[str, ...]] = {
        "country": countries,
        "region": tuple(region for code in countries for region in regions.get(code, ())),
        "focus": (*row.focus_regions, *row.focus_countries),
        "type": (row.opportunity_type.value,),
        "topic": row.topics,
        "seniority": (row.seniority.value,),
        "eligible": (row.eligibility.value,),
        "visa": (row.visa_sponsorship.value,),
        "passport": _passports(row, countries),
        "mode": (row.mode.value,),
        "remote": (ANYWHERE,) if ANYWHERE in row.remote_countries else row.remote_countries,
        "hours": row.hours,
        "org_kind": (kind.value,),
        "needs": (_needs(row),),
        "contract": (row.contract_term.value,),
        "education": (row.education_min.value,),
        "function": (row.job_function.value,),
        "grade": _grades(row),
        "clearance": (row.security_clearance.value,),
        "pay": _pay(row),
        "point": tuple(
            point(place.lat, place.lon)
            for place in row.places
            if place.lat is not None and place.lon is not None
        ),
    }
    if row.experience_years_min is not None:
        facets["years"] = (Years.of(row.experience_years_min).value,)
    if row.duration_months is not None:
        facets["duration"] = (Duration.of(row.duration_months).value,)
    if row.organisation_slug:
        facets["organisation_slug"] = (row.organisation_slug,)
    if row.deadline_kind != DeadlineKind.DATE:
        facets["open"] = ("open",)
    return facets


def _countries(row: Row[Any] | Listing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.country for place in row.places if place.country))


def _passports(row: Row[Any], countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the nationalities that may apply, or the mark for any."""
    if row.eligibility == Eligibility.CITIZENS_OF:
        return tuple(row.eligible_nationalities)
    if row.eligibility in {Eligibility.NATIONALS_ONLY, Eligibility.LOCAL_RECRUITMENT}:
        return tuple(row.eligible_nationalities) or countries or (ANY_PASSPORT,)
    return (ANY_PASSPORT,)


def _needs(row: Row[Any]) -> str:
    """Return the languages that must be known, as one word: ``en+fr``."""
    return "+".join(sorted({need.code for need in row.languages if need.is_required})) or (
        NONE_NEEDED
    )


def _grades(row: Row[Any]) -> tuple[str, ...]:
    """Return what a grade is found by: its system, its series and itself (UN, P, P-4)."""
    found = []
    if row.grade_system != GradeSystem.NOT_STATED:
        found.append(row.grade_system.value.upper())
    itself = canonical_grade(row.grade)
    if itself:
        series = _SERIES.match(itself)
        found.extend([series.group()] if series else [])
        found.append(itself)
    return tuple(found)


def _pay(row: Row[Any]) -> tuple[str, ...]:
    is_stated = row.pay_min is not None or row.pay_max is not None or bool(row.pay_text)
    facts = {
        "paid": row.pay_kind in PAID_KINDS,
        "unpaid": row.pay_kind in _UNPAID,
        "pay_stated": is_stated,
    }
    return tuple(fact for fact, is_so in facts.items() if is_so)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _yearly_pay(row: Row[Any]) -> int:
    """Return the pay of a year in whole dollars, roughly; 0 when it is not stated."""
    amount = row.pay_max if row.pay_max is not None else row.pay_min
    units = int(amount or 0) / 10 ** currencies.digits(row.pay_currency or "")
    return int(rates.in_dollars(units, row.pay_currency or "") * _A_YEAR.get(row.pay_period, 0))
