"""What the Jobs page shows around its cards: tabs, map, facets, chips, a looser search."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote_plus

from flask import current_app, render_template
from markupsafe import Markup

from jobboard.domain.criteria import LONGEST_TEXT, VOCABULARIES, Criteria, Sort
from jobboard.domain.places import Suggestion, area_name, spot, suggest
from jobboard.domain.projection import place
from jobboard.domain.taxonomy import NOT_STATED, Region
from jobboard.markup.text import fold
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.search.offers import Offer
from jobboard.tables import gazetteer
from jobboard.web import cards, criteria_words, filters
from jobboard.web.criteria_words import LEGENDS, SWITCHES
from jobboard.web.public import with_query
from jobboard.web.wording import gettext
from jobboard.words import N_

PATH = "/jobs/"
#: Longer than any value may be, so it occurs in no other one.
_ANY_VALUE = "~" * (LONGEST_TEXT + 1)

#: The facets of the page in their order, each with its kind of control.
FACETS: tuple[tuple[str, str], ...] = (
    ("type", "checkbox"),
    ("country", "checkbox"),
    ("topic", "checkbox"),
    ("deadline", "radio"),
    ("seniority", "checkbox"),
    ("pay", "switches"),
    ("eligible", "checkbox"),
    ("mode", "checkbox"),
    ("org_kind", "checkbox"),
)
#: Those behind "More filters".
MORE_FACETS: tuple[tuple[str, str], ...] = (
    ("language", "checkbox"),
    ("focus", "checkbox"),
    ("hours", "checkbox"),
    ("contract", "checkbox"),
    ("duration", "checkbox"),
    ("start", "radio"),
    ("years", "checkbox"),
    ("education", "radio"),
    ("function", "checkbox"),
    ("grade", "checkbox"),
    ("visa", "checkbox"),
    ("passport", "country"),
    ("remote", "radio"),
    ("clearance", "checkbox"),
    ("since", "radio"),
)
#: Facets whose values have an order of their own; the others stand by their counts.
_ORDERED = frozenset(
    {"deadline", "seniority", "mode", "hours", "duration", "start", "years", "education", "since"}
)
#: Facets of time: what a person may ask is offered whatever there is.
_TIMES = frozenset({"deadline", "start", "since"})
_SHOWN_KEYS = frozenset(key for key, _ in (*FACETS, *MORE_FACETS)) | SWITCHES.keys()

SORTS = {
    Sort.BEST: N_("Best match"),
    Sort.NEWEST: N_("Newest"),
    Sort.DEADLINE: N_("Closing soonest"),
    Sort.PAY: N_("Best paid"),
}

#: Most values offered of one facet; the map's list has all countries.
_MOST_ROWS = 24
#: Rows shown before the rest folds away.
_UNFOLDED = 6
#: Stands for the count in a row that is drawn once and counted often.
_COUNT = "\ufffc"
#: Kilometres around a city that are offered.
_RADII = (25, 50, 100, 250)
#: Most filters that are tried one by one for a looser search.
_MOST_TRIES = 12
#: Words of a search that are left out one by one, and looser searches that are offered.
_MOST_WORDS = 8
_MOST_LOOSER = 3
_DOT = (4.0, 17.0)


@dataclass(frozen=True)
class Facet:
    """One question of the search as the form shows it."""

    name: str
    legend: str
    kind: str
    shown: Markup
    folded: Markup
    folded_count: int
    is_open: bool


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


def _addresses(criteria: Criteria, key: str) -> Callable[[str], str]:
    """Return what gives the address of a search with one value of a key, for many values."""
    # Found with a value that needs no quoting, which then gives way to each.
    before, _, after = address(criteria.replaced(**{key: (_ANY_VALUE,)})).partition(_ANY_VALUE)
    return lambda value: f"{before}{quote_plus(value)}{after}"


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
    address_of = _addresses(criteria, "region")
    found.extend(
        Link(
            filters.label(region),
            address_of(region.value),
            filters.number(regions.get(region.value, 0)),
            criteria.region == (region,),
        )
        for region in Region
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


def chips(criteria: Criteria, names: Mapping[str, str]) -> list[Link]:
    """Return what narrows the list, each with the search without it."""
    return [
        Link(
            criteria_words.chip_label(criteria, key, value, names),
            address(criteria.without(key, value)),
        )
        for key, value in criteria.filter_pairs()
        if key != "q"
    ]


def facets_form(criteria: Criteria, hits: Hits, now: datetime) -> Markup:
    """Return the form of facets, drawn once for the same choices and counts."""
    around = _around(criteria, now)
    key = (
        "facets",
        filters.language(),
        tuple(criteria.query_pairs()),
        _frozen(hits.facets),
        tuple(around.items()),
    )
    found = cards.kept().find(key)
    if found is not None:
        return found
    rows = _Rows(criteria, hits.facets)
    page = render_template(
        "listings/_facets.html",
        facets=[*rows.distance(around), *rows.facets(FACETS)],
        more_facets=rows.facets(MORE_FACETS),
        is_more_open=any(criteria.values(name) for name, _ in MORE_FACETS),
        countries=_country_options(filters.language()),
        passport=criteria.passport,
        passport_name=filters.country_name(criteria.passport) if criteria.passport else "",
        kept=_kept(criteria, is_around=bool(around)),
        chosen=len([pair for pair in criteria.filter_pairs() if pair[0] not in {"q", "where"}]),
        clear=address(Criteria(q=criteria.q, where=criteria.where)),
        total=filters.number(hits.total),
        total_count=hits.total,
    )
    return cards.kept().keep(key, Markup(page))  # noqa: S704 - a template's own output


def _around(criteria: Criteria, now: datetime) -> dict[str, int]:
    """Return how many listings lie in the city asked for, and within each radius of it.

    Empty where no city is asked for.
    """
    city = spot(criteria.near or criteria.where)
    if city is None or (criteria.near and criteria.where):
        return {}
    radii = sorted({*_RADII, *((criteria.radius,) if criteria.near else ())})
    asked = {str(one): criteria.replaced(where="", near=city.value, radius=one) for one in radii}
    if _is_named(city.value):
        asked = {"": criteria.replaced(where=criteria.where or city.value, near=""), **asked}
    return {
        radius: engine.search(each, now, limit=1, with_facets=False).total
        for radius, each in asked.items()
    }


def _is_named(near: str) -> bool:
    """Tell whether a place has words, other than a point in degrees."""
    return any(map(str.isalpha, near))


def _kept(criteria: Criteria, *, is_around: bool) -> list[tuple[str, str]]:
    """Return what the form of facets carries along because it has no control for it."""
    shown = {*_SHOWN_KEYS, "page", "sort", *(("radius",) if is_around else ())}
    return [
        # A city goes as words: with a radius they mean what lies around it, without one itself.
        ("where", value) if key == "near" and is_around and _is_named(value) else (key, value)
        for key, value in criteria.query_pairs()
        if key not in shown
    ]


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
    for words, wider in _wider(criteria)[:_MOST_TRIES]:
        total = engine.search(wider, now, limit=1, with_facets=False).total
        if total:
            tried.append((total, words, wider))
    tried.sort(key=lambda one: one[0])
    return [
        Link(gettext("Without %(filter)s", filter=words), address(wider), filters.number(total))
        for total, words, wider in tried[:_MOST_LOOSER]
    ]


def corrected(criteria: Criteria, hits: Hits) -> str:
    """Return the words that were searched where some were taken for slips."""
    words = criteria.q
    for typed, searched in hits.corrections:
        words = words.replace(typed, searched, 1)
    return words


def _wider(criteria: Criteria) -> list[tuple[str, Criteria]]:
    """Return what may be left out, in words, each with the search without it."""
    found = [
        (criteria_words.chip_label(criteria, key, value), criteria.without(key, value))
        for key, value in criteria.filter_pairs()
        if key != "q"
    ]
    words = criteria.q.split()
    for number, word in enumerate(words[:_MOST_WORDS] if len(words) > 1 else []):
        rest = " ".join([*words[:number], *words[number + 1 :]])
        found.append((f"“{word}”", criteria.replaced(q=rest)))
    if words and len(found) > len(words):
        found.append((f"“{criteria.q}”", criteria.without("q")))
    return found


def offers(criteria: Criteria, now: datetime) -> list[Link]:
    """Return filters that words of the search name, each as a search with it in their place."""
    return [
        Link(_offer_words(offer), address(offer.criteria), filters.number(offer.count))
        for offer in engine.offers(criteria, now)
    ]


def meanings(criteria: Criteria, now: datetime) -> list[Link]:
    """Return the places that a name may mean, where it is asked back which one."""
    found = []
    for meaning in engine.meanings(criteria, now):
        country = filters.country_name(meaning.country)
        parts = dict.fromkeys(filter(None, (meaning.name, meaning.area, country)))
        found.append(
            Link(", ".join(parts), address(meaning.criteria), filters.number(meaning.count))
        )
    return found


def places(text: str) -> list[dict[str, str]]:
    """Return places whose names begin with a text, for the box of places."""
    return [
        {
            "label": _place_words(one),
            "kind": one.kind,
            "value": _place_value(one),
            "city": ", ".join(filter(None, (one.name, one.area))) if one.kind == "city" else "",
            "country": one.country,
        }
        for one in suggest(text)
    ]


class _Rows:
    """The rows of all facets of one answer."""

    def __init__(self, criteria: Criteria, counts: Mapping[str, Mapping[str, int]]) -> None:
        self._criteria = criteria
        self._counts = counts
        self._language = filters.language()

    def facets(self, wanted: tuple[tuple[str, str], ...]) -> list[Facet]:
        """Return the facets that offer a choice."""
        found = (self._facet(name, kind) for name, kind in wanted)
        return [facet for facet in found if facet is not None]

    def distance(self, around: Mapping[str, int]) -> list[Facet]:
        """Return the question how far from a city, if one is asked for."""
        if not around:
            return []
        chosen = str(self._criteria.radius) if self._criteria.near else ""
        rows: list[tuple[str, str, int | None, bool]] = [
            ("radius", radius, count, radius == chosen) for radius, count in around.items()
        ]
        return [self._folded("radius", "radio", rows, {"": gettext("In the city itself")})]

    def _facet(self, name: str, kind: str) -> Facet | None:
        if kind == "country":
            return self._folded(name, kind, [], {})
        if kind == "switches":
            rows = self._switches()
            return self._folded(name, kind, rows, {}) if rows else None
        chosen = set(self._criteria.values(name))
        rows = self._values(name, chosen)
        # One answer alone is no question.
        if not rows or (len(rows) == 1 and not chosen):
            return None
        if kind == "radio":
            anything = gettext("Any time") if name in {"since", "start"} else gettext("Any")
            rows.insert(0, (name, "", None, not chosen))
            return self._folded(name, kind, rows, {"": anything})
        return self._folded(name, kind, rows, {})

    def _folded(
        self,
        name: str,
        kind: str,
        rows: list[tuple[str, str, int | None, bool]],
        labels: Mapping[str, str],
    ) -> Facet:
        # One row alone is not worth a fold.
        end = _UNFOLDED if len(rows) > _UNFOLDED + 1 else len(rows)
        kind_of_box = "radio" if kind == "radio" else "checkbox"
        drawn = [self._drawn(kind_of_box, *row, labels.get(row[1], "")) for row in rows]
        return Facet(
            name,
            gettext(LEGENDS[name]),
            kind,
            Markup("".join(drawn[:end])),  # noqa: S704 - a template's own output
            Markup("".join(drawn[end:])),  # noqa: S704
            len(rows) - end,
            any(row[3] for row in rows[end:]),
        )

    def _switches(self) -> list[tuple[str, str, int | None, bool]]:
        return [
            (key, "1", self._counts.get(key, {}).get("1", 0), bool(self._criteria.values(key)))
            for key in SWITCHES
            if self._counts.get(key) or self._criteria.values(key)
        ]

    def _values(self, name: str, chosen: set[str]) -> list[tuple[str, str, int | None, bool]]:
        counted = self._counts.get(name, {})
        counts = {value: count for value, count in counted.items() if count}
        if not counts and not chosen:
            return []
        if name in _ORDERED:
            values = [
                word.value
                for word in VOCABULARIES[name]
                if word.value in counts or word.value in chosen or name in _TIMES
            ]
        else:
            values = sorted({*counts, *chosen}, key=lambda value: (-counts.get(value, 0), value))
        offered = [value for value in values if value != NOT_STATED or value in chosen]
        kept = {*offered[:_MOST_ROWS], *chosen}
        return [
            (name, value, counts.get(value, 0), value in chosen)
            for value in offered
            if value in kept
        ]

    def _drawn(
        self, kind: str, name: str, value: str, count: int | None, is_checked: bool, label: str
    ) -> str:
        before, after = _row(self._language, kind, name, value, label, is_checked)
        return before if count is None else f"{before}{filters.number(count)}{after}"


@lru_cache(maxsize=5_000)
def _row(
    _language: str, kind: str, name: str, value: str, label: str, is_checked: bool
) -> tuple[str, str]:
    """Return a row drawn once: what stands before its count, and what after."""
    label = label or criteria_words.value_label(name, value)
    row = current_app.jinja_env.get_template("macros/facet.html").module.facet_row  # type: ignore[attr-defined]
    is_counted = value != "" or name == "radius"
    html = row(name, value, label, kind, is_checked, _COUNT if is_counted else None)
    # The template's indentation, a thousand times on a page, is left out.
    before, _, after = " ".join(html.split()).partition(_COUNT)
    return before, after


@lru_cache(maxsize=20)
def _country_options(language: str) -> Markup:
    """Return all countries as options of a select, in the order of the language's alphabet."""
    named = sorted(
        (fold(gazetteer.country_name(one.code, language.split("_", maxsplit=1)[0])), one.code)
        for one in gazetteer.countries()
    )
    option = Markup('<option value="{}">{}</option>')
    return Markup("").join(option.format(code, filters.country_name(code)) for _, code in named)


def _offer_words(offer: Offer) -> str:
    words = criteria_words.chip_label(offer.criteria, offer.key, offer.value)
    return gettext("“%(words)s” as a filter: %(filter)s", words=offer.words, filter=words)


def _place_words(place: Suggestion) -> str:
    if place.kind == "country":
        return filters.country_name(place.country)
    country = filters.country_name(place.country) if place.country else ""
    parts = (place.name, area_name(place.country, place.area), country)
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _place_value(place: Suggestion) -> str:
    """Return what the box of places holds afterwards: words that people would write too."""
    if place.kind != "city":
        return place.value
    parts = (place.name, place.area, gazetteer.country_name(place.country))
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _dots(criteria: Criteria, counts: Mapping[str, int]) -> list[Dot]:
    most = max(counts.values(), default=1)
    dots = []
    address_of = _addresses(criteria, "country")
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
                address_of(code),
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


def _frozen(facets: Mapping[str, Mapping[str, int]]) -> tuple[object, ...]:
    return tuple((key, tuple(counts.items())) for key, counts in facets.items())
