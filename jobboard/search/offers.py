"""Words of a search that name a facet, offered as that facet; names that mean several places.

"Remote internship Istanbul" is found as words; somebody who means the kind of work and the place is
offered the filters, each with how many listings it would give. "Georgia" is asked back.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from jobboard.domain.criteria import Criteria
from jobboard.domain.places import area_name, area_named, city_name, city_value, spot
from jobboard.domain.taxonomy import (
    LABELS,
    ContractTerm,
    Hours,
    Mode,
    OpportunityType,
    OrganisationKind,
    Seniority,
    Topic,
)
from jobboard.markup.text import fold
from jobboard.search import analysis
from jobboard.search.asked import Asked, Word
from jobboard.search.index import Snapshot
from jobboard.tables import gazetteer

#: Returns how many listings a search finds.
Count = Callable[[Criteria], int]

#: Words in a row that are looked up together, offers made, places asked back.
_LONGEST_RUN = 3
_MOST_OFFERS = 4
_MOST_MEANINGS = 6
#: A city is meant by a word only if that part of the listings that hold it are there: "nice" is
#: hardly ever the town.
_CITY_SHARE = 0.2
_SMALLEST_CITY = 50_000
_NAMESAKES = 12
_HAS_WORD = re.compile(r"[^\W_]")

_VOCABULARIES = (
    ("type", OpportunityType),
    ("mode", Mode),
    ("hours", Hours),
    ("contract", ContractTerm),
    ("org_kind", OrganisationKind),
    ("seniority", Seniority),
    ("topic", Topic),
)
#: What people call a value beside its name.
_ALSO = {
    "remotely": ("mode", "remote"),
    "home based": ("mode", "remote"),
    "home office": ("mode", "remote"),
    "homeoffice": ("mode", "remote"),
    "telework": ("mode", "remote"),
    "telecommute": ("mode", "remote"),
    "wfh": ("mode", "remote"),
    "work from home": ("mode", "remote"),
    "intern": ("type", "internship"),
    "interns": ("type", "internship"),
    "traineeship": ("type", "internship"),
    "stage": ("type", "internship"),
    "staj": ("type", "internship"),
    "praktikum": ("type", "internship"),
    "fellow": ("type", "fellowship"),
    "consultant": ("type", "consultancy"),
    "freelance": ("type", "consultancy"),
    "volunteering": ("type", "volunteer"),
    "phd": ("type", "phd"),
    "doctorate": ("type", "phd"),
    "jpo": ("type", "graduate_programme"),
    "ypp": ("type", "graduate_programme"),
    "postdoctoral": ("type", "postdoc"),
    "full time": ("hours", "full_time"),
    "part time": ("hours", "part_time"),
    "paid": ("paid", "1"),
    "unpaid": ("unpaid", "1"),
    "entry": ("seniority", "entry"),
    "junior": ("seniority", "entry"),
    "student": ("seniority", "student"),
    "ngos": ("org_kind", "ngo"),
    "un": ("org_kind", "igo"),
}


@dataclass(frozen=True)
class Offer:
    """A filter in place of words.

    Attributes:
        words: as they were typed.
        key: the filter's key, ``where`` for a city.
        value: the filter's value.
        criteria: the search with the filter and without the words.
        count: how many listings it finds.
    """

    words: str
    key: str
    value: str
    criteria: Criteria
    count: int


@dataclass(frozen=True)
class Meaning:
    """One of several places that a name means.

    Attributes:
        name: of the city, state or country.
        area: the state's name, for a city in one; else empty.
        country: the country's code; that of the name itself if it is a country's.
        criteria: the search in that place only.
        count: how many listings it finds.
    """

    name: str
    area: str
    country: str
    criteria: Criteria
    count: int


def offers(snapshot: Snapshot, criteria: Criteria, count: Count) -> tuple[Offer, ...]:
    """Return the filters that words of a search name and that find something, in their order."""
    words = Asked.read(criteria.q).words
    found: list[Offer] = []
    at = 0
    while at < len(words) and len(found) < _MOST_OFFERS:
        length = 1
        for taken in range(min(_LONGEST_RUN, len(words) - at), 0, -1):
            run = words[at : at + taken]
            named = _named(snapshot, run)
            offer = _offer(criteria, run, *named, count) if named is not None else None
            if offer is not None:
                found.append(offer)
                length = taken
                break
        at += length
    return tuple(found)


def meanings(criteria: Criteria, count: Count) -> tuple[Meaning, ...]:
    """Return the places that the words of ``where`` or ``near`` mean, if they mean several.

    Only places that find something count; for ``near`` only namesakes that find more than it.
    """
    candidates = _of_where(criteria) if criteria.where else _of_near(criteria)
    found = []
    for one in candidates:
        total = count(one.criteria)
        if total:
            found.append(replace(one, count=total))
    if criteria.near and not criteria.where:
        least = count(criteria)
        return tuple(one for one in found if one.count > least)[:_MOST_MEANINGS]
    return tuple(found[:_MOST_MEANINGS]) if len(found) > 1 else ()


def _offer(
    criteria: Criteria, run: tuple[Word, ...], key: str, value: str, count: Count
) -> Offer | None:
    if value in criteria.values(key) or (key == "where" and (criteria.where or criteria.near)):
        return None
    pairs = [
        ("q", _without(criteria.q, run)) if name == "q" else (name, one)
        for name, one in criteria.query_pairs()
        if name != "page"
    ]
    narrowed = Criteria.parse([*pairs, (key, value)]).criteria
    total = count(narrowed)
    typed = " ".join(word.typed for word in run)
    return Offer(typed, key, value, narrowed, total) if total else None


def _without(q: str, run: tuple[Word, ...]) -> str:
    rest = q
    for word in run:
        rest = rest.replace(word.typed, " ", 1)
    # Signs that stood around the words ask for nothing by themselves.
    return " ".join(part for part in rest.split() if _HAS_WORD.search(part))


def _named(snapshot: Snapshot, run: tuple[Word, ...]) -> tuple[str, str] | None:
    """Return the key and value that words in a row name, or None."""
    name = " ".join(part for word in run for part in word.parts)
    known = _table().get(name)
    if known is not None:
        return known
    typed = " ".join(word.typed for word in run)
    country = gazetteer.country_named(typed)
    if country is not None:
        return "country", country
    if len(run) == 1 and snapshot.frequency("grade", typed.upper()):
        return "grade", typed.upper()
    return ("where", typed) if _is_city(snapshot, name) else None


def _is_city(snapshot: Snapshot, name: str) -> bool:
    cities = gazetteer.cities_named(name)
    if not cities or cities[0].population < _SMALLEST_CITY:
        return False
    # The rarest part decides: "new york" is no commoner than "york".
    parts = analysis.words(name)
    there = min(snapshot.frequency("place", part) for part in parts)
    anywhere = min(snapshot.frequency("text", part) for part in parts)
    return there > 0 and there >= _CITY_SHARE * anywhere


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, str]]:
    """Return key and value by the folded words that name them."""
    found: dict[str, tuple[str, str]] = {}
    for key, vocabulary in _VOCABULARIES:
        for value, label in LABELS[vocabulary].items():
            name = " ".join(analysis.words(label))
            for form in (name, f"{name}s", " ".join(analysis.words(value.replace("_", " ")))):
                found.setdefault(form, (key, value))
    return found | _ALSO


def _of_where(criteria: Criteria) -> Iterator[Meaning]:
    text = criteria.where.strip()
    if "," in text or ";" in text:
        return
    country = gazetteer.country_meant(text)
    if country is not None:
        there = criteria.replaced(where="", country=(country,))
        yield Meaning(gazetteer.country_name(country), "", country, there, 0)
    area = area_named(text)
    if area is not None and len(text) > 2:
        name = area_name(*area)
        yield Meaning(name, "", area[0], criteria.replaced(where=f"{name}, {area[0]}"), 0)
    seen: set[tuple[str, str]] = set()
    for city in gazetteer.cities_named(text)[:_NAMESAKES]:
        if fold(city.name) != fold(text) or (city.area, city.country) in seen:
            continue
        seen.add((city.area, city.country))
        if country == city.country or area == (city.country, city.area):
            continue
        there = criteria.replaced(where=city_name(city))
        yield Meaning(city.name, area_name(city.country, city.area), city.country, there, 0)


def _of_near(criteria: Criteria) -> Iterator[Meaning]:
    here = spot(criteria.near)
    name = criteria.near.partition(",")[0]
    if here is None or not name or name[-1].isdigit():
        return
    for city in gazetteer.cities_named(name)[:_NAMESAKES]:
        if (city.lat, city.lon) != (here.lat, here.lon) and fold(city.name) == fold(name):
            there = criteria.replaced(near=city_value(city))
            yield Meaning(city.name, area_name(city.country, city.area), city.country, there, 0)
