"""What the Jobs page shows around its cards: tabs, map, facets, chips, a looser search."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask import render_template
from flask_babel import gettext
from markupsafe import Markup

from jobboard.domain.criteria import VOCABULARIES, Closing, Criteria, Since, Sort
from jobboard.domain.projection import place
from jobboard.domain.taxonomy import NOT_STATED, Region
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.tables import gazetteer
from jobboard.web import cards, filters
from jobboard.web.public import with_query
from jobboard.words import N_

PATH = "/jobs/"

#: The facets of the page in their order, each with its legend and its kind of control.
FACETS: tuple[tuple[str, str, str], ...] = (
    ("type", N_("Contract"), "checkbox"),
    ("topic", N_("Topic"), "checkbox"),
    ("country", N_("Country"), "checkbox"),
    ("deadline", N_("Deadline"), "radio"),
    ("mode", N_("Work mode"), "checkbox"),
    ("org_kind", N_("Organisation"), "checkbox"),
    ("pay", N_("Pay"), "switches"),
    ("seniority", N_("Seniority"), "checkbox"),
    ("eligible", N_("Who may apply"), "checkbox"),
    ("focus", N_("About"), "checkbox"),
    ("hours", N_("Hours"), "checkbox"),
    ("since", N_("Posted"), "radio"),
)
_SWITCHES = {"paid": N_("Paid only"), "pay_stated": N_("Pay stated")}
_SHOWN_KEYS = frozenset(key for key, _, _ in FACETS) | {"paid", "pay_stated"}

_CLOSING = {
    Closing.DAYS_3: N_("Within 3 days"),
    Closing.DAYS_7: N_("Within 7 days"),
    Closing.DAYS_14: N_("Within 14 days"),
    Closing.DAYS_30: N_("Within 30 days"),
    Closing.OPEN: N_("Rolling or until filled"),
}
_SINCE = {
    Since.DAY: N_("In 24 hours"),
    Since.WEEK: N_("In 7 days"),
    Since.MONTH: N_("In 30 days"),
}
SORTS = {
    Sort.BEST: N_("Best match"),
    Sort.NEWEST: N_("Newest"),
    Sort.DEADLINE: N_("Closing soonest"),
    Sort.PAY: N_("Best paid"),
}

#: Most countries offered as a facet; the map's list has them all.
_MOST_ROWS = 40
#: Most filters that are tried one by one for a looser search.
_MOST_TRIES = 8
_DOT = (4.0, 17.0)


@dataclass(frozen=True)
class Row:
    """One value of a facet."""

    value: str
    label: str
    count: str | None
    is_checked: bool


@dataclass(frozen=True)
class Dot:
    """One country on the map."""

    x: float
    y: float
    radius: float
    count: str
    label: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Link:
    """A link with its words, and how many listings it leads to where that is known."""

    label: str
    href: str
    count: str | None = None
    is_current: bool = False


def address(criteria: Criteria) -> str:
    """Return the one address of a search."""
    return with_query(PATH, criteria.query_pairs())


def tabs(criteria: Criteria, hits: Hits) -> list[Link]:
    """Return the regions and remote work as tabs, with how many listings each has."""
    is_remote = criteria.mode == ("remote",) and not criteria.region
    everywhere = criteria.replaced(region=(), mode=() if is_remote else criteria.mode)
    is_whole = not criteria.region and not is_remote
    regions = hits.facets.get("region", {})
    found = [
        Link(
            gettext("Everywhere"),
            address(everywhere),
            filters.number(hits.total) if is_whole else None,
            is_whole,
        )
    ]
    for region in Region:
        asked = criteria.replaced(region=(region,))
        found.append(
            Link(
                filters.label(region),
                address(asked),
                filters.number(regions.get(region.value, 0)),
                criteria.region == (region,),
            )
        )
    remote = hits.facets.get("mode", {}).get("remote", 0)
    found.append(
        Link(
            gettext("Remote"),
            address(criteria.replaced(region=(), mode=("remote",))),
            None if criteria.region else filters.number(remote),
            is_remote,
        )
    )
    return found


def chips(criteria: Criteria) -> list[Link]:
    """Return what narrows the list, each with the search without it."""
    return [
        Link(value_label(key, value), address(criteria.without(key, value)))
        for key, value in criteria.filter_pairs()
        if key != "q"
    ]


def value_label(key: str, value: str) -> str:
    """Return one chosen value in words."""
    if key == "where":
        return value
    if key in _SWITCHES:
        return gettext(_SWITCHES[key])
    if key == "remote":
        if value == "anywhere":
            return gettext("Remote, anywhere")
        return gettext("Remote from %(countries)s", countries=filters.country_name(value))
    if key == "passport":
        return gettext("Passport: %(country)s", country=filters.country_name(value))
    return _value_label(key, value)


def facets_form(criteria: Criteria, hits: Hits) -> Markup:
    """Return the form of facets, drawn once for the same choices and counts."""
    key = (
        "facets",
        filters.language(),
        tuple(criteria.query_pairs()),
        _frozen(hits.facets),
    )
    found = cards.kept().find(key)
    if found is not None:
        return found
    page = render_template(
        "listings/_facets.html",
        facets=[
            (name, gettext(legend), control, rows)
            for name, legend, control in FACETS
            if (rows := _rows(name, criteria, hits.facets))
        ],
        kept=[
            pair
            for pair in criteria.query_pairs()
            if pair[0] not in _SHOWN_KEYS and pair[0] not in {"page", "sort"}
        ],
        chosen=len([pair for pair in criteria.filter_pairs() if pair[0] not in {"q", "where"}]),
        clear=address(Criteria(q=criteria.q, where=criteria.where)),
    )
    return cards.kept().keep(key, Markup(page))  # noqa: S704 - a template's own output


def world_map(criteria: Criteria, hits: Hits) -> Markup:
    """Return the map of openings, drawn once for the same search and counts."""
    counts = hits.facets.get("country", {})
    key = ("map", filters.language(), tuple(criteria.query_pairs()), _frozen({"country": counts}))
    found = cards.kept().find(key)
    if found is not None:
        return found
    page = render_template("listings/_map.html", dots=_dots(criteria, counts))
    return cards.kept().keep(key, Markup(page))  # noqa: S704 - a template's own output


def looser(criteria: Criteria, now: datetime) -> list[Link]:
    """Return searches that leave out one thing and find something, the nearest first."""
    tried = []
    for key, value in criteria.filter_pairs()[:_MOST_TRIES]:
        wider = criteria.without(key, value)
        total = engine.search(wider, now, limit=1, with_facets=False).total
        if total:
            words = f"“{value}”" if key == "q" else value_label(key, value)
            tried.append((total, words, wider))
    tried.sort(key=lambda one: one[0])
    return [
        Link(gettext("Without %(filter)s", filter=words), address(wider), filters.number(total))
        for total, words, wider in tried[:3]
    ]


def _value_label(key: str, value: str) -> str:
    if key == "deadline":
        return gettext(_CLOSING[Closing(value)])
    if key == "since":
        return gettext(_SINCE[Since(value)])
    if key in {"country", "focus"} and value not in set(Region):
        return filters.country_name(value)
    if key == "focus":
        return filters.label(Region(value))
    if key == "language":
        return filters.language_name(value)
    if key == "years":
        return gettext(
            "%(years)s years",
            years=value.replace("-", "–") if value[-1] != "-" else f"{value[:-1]}+",
        )
    if key == "duration":
        return gettext(
            "%(months)s months",
            months=value.replace("-", "–") if value[-1] != "-" else f"{value[:-1]}+",
        )
    vocabulary = VOCABULARIES.get(key)
    return filters.label(vocabulary(value)) if vocabulary is not None else value


def _rows(name: str, criteria: Criteria, facets: Mapping[str, Mapping[str, int]]) -> list[Row]:
    if name == "pay":
        return [
            Row(
                key,
                gettext(words),
                _count(facets.get(key, {}).get("1", 0)),
                bool(criteria.values(key)),
            )
            for key, words in _SWITCHES.items()
            if facets.get(key) or criteria.values(key)
        ]
    counts = facets.get(name, {})
    chosen = set(criteria.values(name))
    if name in {"deadline", "since"}:
        return _radio_rows(name, counts, chosen)
    values = [value for value in counts if value != NOT_STATED or value in chosen]
    values += [value for value in chosen if value not in counts]
    values.sort(key=lambda value: (value not in chosen, -counts.get(value, 0), value))
    rows = [
        Row(value, value_label(name, value), _count(counts.get(value, 0)), value in chosen)
        for value in values[:_MOST_ROWS]
    ]
    return rows if len(rows) > 1 or chosen else []


def _radio_rows(name: str, counts: Mapping[str, int], chosen: set[str]) -> list[Row]:
    vocabulary = _CLOSING if name == "deadline" else _SINCE
    if not counts and not chosen:
        return []
    words = gettext("Any time") if name == "since" else gettext("Any")
    return [
        Row("", words, None, not chosen),
        *(
            Row(value, gettext(label), _count(counts.get(value, 0)), value in chosen)
            for value, label in vocabulary.items()
        ),
    ]


def _dots(criteria: Criteria, counts: Mapping[str, int]) -> list[Dot]:
    most = max(counts.values(), default=1)
    dots = []
    for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        point = _point(code)
        if point is None:
            continue
        least, greatest = _DOT
        radius = least + (greatest - least) * math.sqrt(count / most)
        dots.append(
            Dot(
                point[0],
                point[1],
                round(radius, 1) if count > 1 or most == 1 else least,
                filters.number(count),
                filters.country_name(code),
                address(criteria.replaced(country=(code,))),
                code in criteria.country,
            )
        )
    return dots


@lru_cache(maxsize=300)
def _point(code: str) -> tuple[float, float] | None:
    country = gazetteer.country(code)
    if country is None:
        return None
    x, y = place(country.lat, country.lon)
    return round(x, 1), round(y, 1)


def _count(count: int) -> str:
    return filters.number(count)


def _frozen(facets: Mapping[str, Mapping[str, int]]) -> tuple[object, ...]:
    return tuple((key, tuple(counts.items())) for key, counts in facets.items())
