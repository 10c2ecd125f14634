"""The board's search, written once more as simply as can be: every listing looked at, one by one.

The differential test compares the engine with this. Nothing of `jobboard.search` is used here.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from jobboard.domain.criteria import KEYS, VOCABULARIES, Criteria, Duration, Sort, Years
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    Clearance,
    ContractTerm,
    DeadlineKind,
    Education,
    Eligibility,
    GradeSystem,
    Hours,
    JobFunction,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
    Region,
    Seniority,
    Topic,
    VisaSponsorship,
)
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.tables import gazetteer

Facets = dict[str, dict[str, int]]

#: Words that no stemmer changes, that are no names and too short to be taken for slips.
WORDS = ("zaho", "mibu", "vuko", "doxu", "wefi", "gopa", "ruzi", "hyku", "qilo", "jaxo")
PLACES = (
    Place("TR", "Istanbul", 41.014, 28.95),
    Place("TR", "Ankara", 39.92, 32.854),
    Place("BE", "Brussels", 50.85, 4.349),
    Place("FR", "Paris", 48.853, 2.349),
    Place("FR", "Lille", 50.633, 3.058),
    Place("GE"),
    Place("KE", "Nairobi", -1.283, 36.817),
    Place("US", "Washington", 38.895, -77.036, None, "DC"),
    Place("JP", "Tokyo", 35.69, 139.692),
    Place(None, "Somewhere"),
)
_NEAR = ("Brussels, BE", "Istanbul, TR", "Tokyo, JP", "50.7,3.5")
_WHERE = ("Brussels", "turkiye", "Paris, France", "Washington, DC, US", "Sahel", "West Africa")
_SEVERAL: tuple[str, ...] = (
    "country",
    "region",
    "focus",
    "type",
    "topic",
    "seniority",
    "years",
    "eligible",
)
_SEVERAL += ("visa", "mode", "hours", "duration", "org_kind", "contract", "function", "grade")
_SEVERAL += ("clearance", "language", "organisation")
_SINGLE: tuple[str, ...] = (
    "deadline",
    "since",
    "start",
    "education",
    "remote",
    "passport",
    "paid",
    "unpaid",
)
_SINGLE += ("pay_stated",)

FACETS = (
    *("country", "region", "focus", "type", "topic", "seniority", "years", "eligible", "visa"),
    *("mode", "hours", "duration", "org_kind", "contract", "function", "grade", "clearance"),
    *("remote", "deadline", "since", "start", "paid", "unpaid", "pay_stated", "language"),
    *("education", "organisation"),
)
_LEVELS = ("not_stated", "none", "secondary", "enrolled", "bachelor", "master", "doctorate")
_PAID = {PayKind.SALARY, PayKind.FEE, PayKind.STIPEND, PayKind.LIVING_ALLOWANCE}
_PAID |= {PayKind.SCHOLARSHIP}


@dataclass
class Seen:
    """A listing with all that a search may ask of it, worked out from its row."""

    id: int
    row: Any
    values: dict[str, set[str]]
    texts: tuple[list[str], ...]
    needs: set[str]


def answer(seen: Iterable[Seen], criteria: Criteria, now: datetime) -> tuple[list[int], Facets]:
    """The ids that match (in order where a field orders them), and the counts of all facets."""
    found: list[Seen] = []
    counts: dict[str, Counter[str]] = {key: Counter() for key in FACETS}
    for one in seen:
        if not one.row.publish_at <= now < one.row.ends_at or not _has_words(one, criteria.q):
            continue
        failed = [
            key
            for key in KEYS
            if key not in ("q", "sort", "page") and not _meets(one, criteria, key, now)
        ]
        if not failed:
            found.append(one)
        for key in FACETS:
            if not failed or failed == [key]:
                counts[key].update(_counted(one, key, now))
    found.sort(key=lambda one: _place_in_order(one, criteria.order))
    counts["language"] = _by_language(counts["language"])
    for code in counts["remote"]:
        counts["remote"][code] += counts["remote"]["anywhere"] if code != "anywhere" else 0
    counts["organisation"] = _with_most(counts["organisation"], criteria.organisation)
    told = {key: {one: n for one, n in some.items() if n} for key, some in counts.items()}
    return [one.id for one in found], {key: some for key, some in told.items() if some}


def look(session: Session | scoped_session[Any]) -> list[Seen]:
    """All listings of the database that may be live."""
    rows = session.execute(
        select(*Listing.__table__.columns, Organisation.slug, Organisation.kind.label("org_kind"))
        .outerjoin(Organisation, Organisation.id == Listing.organisation_id)
        .where(Listing.status.in_([Status.PUBLISHED, Status.SCHEDULED]))
    ).all()
    return [_seen(row) for row in rows]


def _seen(row: Any) -> Seen:
    countries = {place.country for place in row.places if place.country}
    anyone = row.eligibility not in (
        Eligibility.CITIZENS_OF,
        Eligibility.NATIONALS_ONLY,
        Eligibility.LOCAL_RECRUITMENT,
    )
    passports = set(row.eligible_nationalities) or (
        set() if row.eligibility is Eligibility.CITIZENS_OF else countries
    )
    if anyone or not (passports or row.eligibility is Eligibility.CITIZENS_OF):
        passports = {"anyone"}
    grade = row.grade.upper()
    is_stated = row.pay_min is not None or row.pay_max is not None or bool(row.pay_text)
    values: dict[str, set[str]] = {
        "country": countries,
        "region": {r for code in countries for r in gazetteer.regions_by_country()[code]},
        "focus": {*row.focus_regions, *row.focus_countries},
        "type": {row.opportunity_type},
        "topic": set(row.topics),
        "seniority": {row.seniority},
        "years": set()
        if row.experience_years_min is None
        else {Years.of(row.experience_years_min)},
        "eligible": {row.eligibility},
        "visa": {row.visa_sponsorship},
        "mode": {row.mode},
        "hours": set(row.hours),
        "duration": set() if row.duration_months is None else {Duration.of(row.duration_months)},
        "org_kind": {row.org_kind or "not_stated"},
        "contract": {row.contract_term},
        "function": {row.job_function},
        "grade": {grade, *re.findall("^[A-Z]+", grade), row.grade_system.upper()}
        - {"NOT_STATED", ""},
        "clearance": {row.security_clearance},
        "remote": set(row.remote_countries),
        "passport": passports,
        "organisation": {row.slug} if row.slug else set(),
        "paid": {"1"} if row.pay_kind in _PAID else set(),
        "unpaid": {"1"} if row.pay_kind in (PayKind.UNPAID, PayKind.EXPENSES_ONLY) else set(),
        "pay_stated": {"1"} if is_stated else set(),
    }
    places = " ".join(
        f"{place.city} {place.area} {gazetteer.country_name(place.country or '')}"
        for place in row.places
    )
    texts = (row.title, row.organisation_name, places, row.description)
    return Seen(
        row.id,
        row,
        {key: {str(one) for one in some} for key, some in values.items()},
        tuple(re.findall(r"\w+", text.lower().replace("ü", "u")) for text in texts),
        {need.code for need in row.languages if need.is_required},
    )


def _has_words(one: Seen, q: str) -> bool:
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]*)"|(\S+))', q):
        wanted = (phrase or word).split()
        is_there = any(
            text[at : at + len(wanted)] == wanted for text in one.texts for at in range(len(text))
        )
        if is_there == bool(minus):
            return False
    return True


def _meets(one: Seen, criteria: Criteria, key: str, now: datetime) -> bool:
    chosen = set(criteria.values(key))
    if not chosen or key == "radius":
        return True
    if key in ("where", "near"):
        return _is_where(one, criteria.where) if key == "where" else _is_near(one, criteria)
    if key == "language":
        return one.needs <= chosen
    any_value = {"remote": {"anywhere"}, "passport": {"anyone"}}.get(key)
    if any_value is not None:
        return bool((chosen | any_value) & one.values[key])
    return bool(chosen & _counted(one, key, now))


def _is_where(one: Seen, where: str) -> bool:
    countries = one.values["country"]
    words = one.texts[2]
    return {
        "Brussels": "brussels" in words,
        "turkiye": "TR" in countries,
        "Paris, France": "paris" in words and "FR" in countries,
        "Washington, DC, US": "washington" in words and "dc" in words and "US" in countries,
        "Sahel": False,
        "West Africa": False,
    }[where]


def _is_near(one: Seen, criteria: Criteria) -> bool:
    lat, lon = {
        "Brussels, BE": (50.85, 4.349),
        "Istanbul, TR": (41.014, 28.95),
        "Tokyo, JP": (35.69, 139.692),
        "50.7,3.5": (50.7, 3.5),
    }[criteria.near]
    return any(
        place.lat is not None and _far(lat, lon, place.lat, place.lon) <= criteria.radius
        for place in one.row.places
    )


def _by_language(by_needs: Counter[str]) -> Counter[str]:
    """For each language that is asked for: how many listings one finds who has it alone."""
    codes = {code for needs in by_needs for code in needs.split("+") if code}
    return Counter({code: by_needs[""] + by_needs[code] for code in codes})


def _with_most(counts: Counter[str], chosen: Iterable[str]) -> Counter[str]:
    """The 20 organisations with the most listings, the first by slug of equals, and those chosen.

    If more than 60 have as many as the 20th, or more, those with exactly as many are left out.
    """
    ranked = sorted(counts, key=lambda slug: (-counts[slug], slug))
    if len(ranked) > 20:
        last = counts[ranked[19]]
        if sum(count >= last for count in counts.values()) > 60:
            ranked = [slug for slug in ranked if counts[slug] > last]
    return Counter({slug: counts[slug] for slug in {*ranked[:20], *chosen}})


def _place_in_order(one: Seen, order: Sort) -> tuple[int, ...]:
    row = one.row
    first, ends = int(row.first_published_at.timestamp()), int(row.ends_at.timestamp())
    if order is Sort.DEADLINE:
        return (int(row.deadline_kind is not DeadlineKind.DATE), ends, one.id)
    a_year = {PayPeriod.HOUR: 1800, PayPeriod.DAY: 220, PayPeriod.MONTH: 12, PayPeriod.YEAR: 1}
    pay = (row.pay_max or row.pay_min or 0) * a_year.get(row.pay_period, 0) // 100
    if order is Sort.PAY and pay:
        return (0, -pay, -one.id)
    return (1, -first, -one.id)


def _far(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The great circle by the angle between two vectors: another formula than the board's."""
    a, b, c, d = map(math.radians, (lat, lon, other_lat, other_lon))
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))


def _counted(one: Seen, key: str, now: datetime) -> set[str]:
    """The values of a facet under which a listing is counted."""
    row = one.row
    if key == "language":
        return {"+".join(sorted(one.needs))}
    if key == "education":
        return set(_LEVELS[_LEVELS.index(row.education_min) :])
    if key == "deadline":
        if row.deadline_kind is not DeadlineKind.DATE:
            return {"open"}
        return {
            days for days in ("3", "7", "14", "30") if row.ends_at <= now + timedelta(int(days))
        }
    if key == "since":
        return {
            days
            for days in ("1", "7", "30")
            if row.first_published_at >= now - timedelta(int(days))
        }
    if key == "start":
        if not row.start_date:
            return set()
        ahead = (date.fromisoformat(row.start_date) - now.date()).days
        return {days for days in ("30", "90", "180") if ahead <= int(days)} or {"later"}
    return one.values[key]


# ------------------------------------------------------------------------------------- by chance


def row(chance: random.Random, organisations: list[int], now: datetime) -> dict[str, Any]:
    """The columns of a listing made up by chance: everything a search can ask for occurs."""
    began = now - timedelta(seconds=chance.randint(0, 40 * 86_400))
    status = chance.choice([Status.PUBLISHED] * 8 + [Status.SCHEDULED, Status.EXPIRED])
    pay = chance.choice([None, chance.randint(1, 90) * 100_000])
    return {
        **_written(chance),
        # Two have many, and many have a few: some as many as others.
        "organisation_id": chance.choice(
            [None, *organisations[:2], *chance.choices(organisations, k=2 if organisations else 0)]
        ),
        "status": status,
        "created_at": began,
        "updated_at": began,
        "publish_at": began if chance.random() < 0.95 else now + timedelta(hours=1),
        "first_published_at": began,
        "ends_at": now + timedelta(seconds=chance.randint(-86_400, 40 * 86_400)),
        "pay_kind": chance.choice(list(PayKind)),
        "pay_max": pay,
        "pay_period": chance.choice([PayPeriod.YEAR, PayPeriod.MONTH, None]),
        "experience_years_min": chance.choice([None, *range(12)]),
        "duration_months": chance.choice([None, 3, 6, 7, 12, 13, 24]),
        "start_date": chance.choice(
            ["", (now.date() + timedelta(chance.randint(-20, 250))).isoformat()]
        ),
    }


def _written(chance: random.Random) -> dict[str, Any]:
    def some(values: Iterable[Any], most: int) -> tuple[Any, ...]:
        pool = sorted(values, key=str)
        return tuple(chance.sample(pool, chance.randint(0, min(most, len(pool)))))

    def any_of(vocabulary: type[StrEnum]) -> Any:
        return chance.choice(list(vocabulary))

    return {
        "title": " ".join(chance.choices(WORDS, k=3)),
        "organisation_name": chance.choice(["Tano", "Wuwe", ""]),
        "language": "en",
        "description": " ".join(chance.choices(WORDS[2:], k=8)),
        "opportunity_type": any_of(OpportunityType),
        "mode": any_of(Mode),
        "places": some(PLACES, 3),
        "remote_countries": chance.choice([(), (), ("anywhere",), ("TR", "DE"), ("FR",)]),
        "topics": some([one.value for one in Topic], 3),
        "focus_regions": some([one.value for one in Region], 2),
        "focus_countries": some(["UA", "SY", "ML"], 2),
        "job_function": any_of(JobFunction),
        "seniority": any_of(Seniority),
        "hours": some([one.value for one in Hours], 2),
        "contract_term": any_of(ContractTerm),
        "grade_system": any_of(GradeSystem),
        "grade": chance.choice(["", "", "P-3", "P-4", "NOB"]),
        "education_min": any_of(Education),
        "languages": tuple(
            LanguageNeed(code, is_required=chance.random() < 0.7)
            for code in some(["en", "fr", "ar"], 2)
        ),
        "eligibility": any_of(Eligibility),
        "eligible_nationalities": some(["TR", "FR", "US"], 2),
        "visa_sponsorship": any_of(VisaSponsorship),
        "security_clearance": any_of(Clearance),
        "deadline_kind": any_of(DeadlineKind),
    }


def criteria(chance: random.Random) -> Criteria:
    """A search made up by chance: some words, some filters, any order."""
    pairs: list[tuple[str, str]] = [("sort", chance.choice(list(Sort)))]
    if chance.random() < 0.5:
        pairs.append(("q", _words(chance)))
    if chance.random() < 0.2:
        pairs.append(("where", chance.choice(_WHERE)))
    if chance.random() < 0.2:
        pairs += [("near", chance.choice(_NEAR)), ("radius", str(chance.randint(1, 500)))]
    for key in chance.sample(_SEVERAL, chance.randint(0, 2)):
        pairs.extend((key, value) for value in chance.sample(_values(key), chance.randint(1, 2)))
    for key in chance.sample(_SINGLE, chance.randint(0, 1)):
        pairs.append((key, chance.choice(_values(key))))
    parsed = Criteria.parse(pairs)
    assert not parsed.problems, parsed.problems
    return parsed.criteria


def _words(chance: random.Random) -> str:
    found = []
    for word in chance.choices(WORDS, k=chance.randint(1, 2)):
        kind = chance.random()
        if kind < 0.6:
            found.append(word)
        elif kind < 0.8:
            found.append(f"-{word}")
        else:
            found.append(f'"{word} {chance.choice(WORDS)}"')
    return " ".join(found)


def _values(key: str) -> list[str]:
    if key in VOCABULARIES:
        return [str(one) for one in VOCABULARIES[key]]
    return {
        "country": ["TR", "BE", "FR", "GE", "JP"],
        "focus": ["UA", "SY", "europe", "americas"],
        "grade": ["P", "P-3", "UN", "NOB"],
        "language": ["en", "fr", "ar"],
        "organisation": ["tano", "wuwe", "seat-7", "seat-90", "seat-200"],
        "remote": ["TR", "JP", "anywhere"],
        "passport": ["TR", "US", "JP"],
    }.get(key, ["1"])


def moment(chance: random.Random, now: datetime) -> datetime:
    """Some instant soon after, also a strange one."""
    return (now + timedelta(microseconds=chance.randint(0, 86_400_000_000))).astimezone(UTC)
