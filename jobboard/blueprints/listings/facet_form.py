"""The form of facets beside the cards: its questions, the answers, how many each would give."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from flask import render_template
from markupsafe import Markup, escape

from jobboard.blueprints.listings.results import address
from jobboard.domain.criteria import VOCABULARIES, Criteria
from jobboard.domain.places import spot
from jobboard.domain.taxonomy import NOT_STATED
from jobboard.markup.text import fold
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.tables import gazetteer
from jobboard.web import criteria_words, filters
from jobboard.web.criteria_words import LEGENDS, SWITCHES
from jobboard.web.pieces import Macro, gap, macro, pieces
from jobboard.web.wording import gettext, ngettext

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
    ("organisation", "checkbox"),
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
#: The facet whose values and labels people wrote: they are put into gaps of its rows.
_WRITTEN = "organisation"
_SHOWN_KEYS = frozenset(key for key, _ in (*FACETS, *MORE_FACETS)) | SWITCHES.keys()

#: Most values offered of one facet; the map's list has all countries.
_MOST_ROWS = 24
#: Rows shown before the rest folds away.
_UNFOLDED = 6
#: Kilometres around a city that are offered.
_RADII = (25, 50, 100, 250)
_CHECKBOX, _RADIO = "checkbox", "radio"
_HIDDEN = Markup('<input type="hidden" name="{}" value="{}">')


class _Row(NamedTuple):
    """One answer that may be chosen, and how many it would give; None where that is not said."""

    name: str
    value: str
    found: int | None
    is_chosen: bool


def facet_form(criteria: Criteria, hits: Hits, names: Mapping[str, str], now: datetime) -> Markup:
    """Return the form of facets of a search, as HTML.

    Args:
        criteria: what was asked for.
        hits: what was found.
        names: of the organisations that were counted or chosen, by their slugs.
        now: the moment at which listings are live.
    """
    around = _around(criteria, now)
    if criteria.q:
        return _drawn(criteria, hits, names, around)
    # Other pages and orders of the same search show the same form; words are seldom asked twice.
    counts = tuple((key, *counted.items()) for key, counted in hits.facets.items())
    named = tuple(sorted(names.items()))
    key = ("facet_form", criteria.replaced(sort=None), hits.total, counts, named, *around.items())
    return pieces().kept(key, lambda: _drawn(criteria, hits, names, around))


def _drawn(
    criteria: Criteria, hits: Hits, names: Mapping[str, str], around: Mapping[str, int]
) -> Markup:
    questions = _Questions(criteria, hits.facets, names)
    first = "".join((questions.distance(around), questions.drawn(FACETS)))
    more = questions.drawn(MORE_FACETS)
    chosen = len([pair for pair in criteria.filter_pairs() if pair[0] not in {"q", "where"}])
    is_more_open = any(criteria.values(name) for name, _ in MORE_FACETS)
    has_more = bool(hits.total) or is_more_open
    shape = (chosen, is_more_open, has_more, bool(first) or has_more)
    form = pieces().form("facet_form", _form, *shape)
    total = filters.number(hits.total)
    show = ngettext("Show %(total)s job", "Show %(total)s jobs", hits.total, total=total)
    return form.filled(
        {
            "kept": hidden_inputs(_kept(criteria, is_around=bool(around))),
            "facets": first,
            "more": more,
            "clear": escape(address(Criteria(q=criteria.q, where=criteria.where))),
            "show": escape(show),
        }
    )


def hidden_inputs(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return what a form carries along without a control for it, as HTML."""
    return Markup("").join(_HIDDEN.format(name, value) for name, value in pairs)


def _form(chosen: int, is_more_open: bool, has_more: bool, has_questions: bool) -> str:
    return render_template(
        "listings/_facets.html",
        chosen=chosen,
        is_more_open=is_more_open,
        has_more=has_more,
        has_questions=has_questions,
        **{name: gap(name) for name in ("kept", "facets", "more", "clear", "show")},
    )


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
    return {radius: engine.count(each, now) for radius, each in asked.items()}


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


class _Questions:
    """The questions of one answer, as HTML."""

    def __init__(
        self,
        criteria: Criteria,
        counts: Mapping[str, Mapping[str, int]],
        names: Mapping[str, str],
    ) -> None:
        self._criteria = criteria
        self._counts = counts
        self._names = names
        self._pieces = pieces()

    def drawn(self, wanted: tuple[tuple[str, str], ...]) -> str:
        """Return the facets that offer a choice."""
        return "".join(self._facet(name, kind) for name, kind in wanted)

    def distance(self, around: Mapping[str, int]) -> str:
        """Return the question how far from a city, if one is asked for."""
        if not around:
            return ""
        chosen = str(self._criteria.radius) if self._criteria.near else ""
        rows = [_Row("radius", radius, count, radius == chosen) for radius, count in around.items()]
        return self._question("radius", _RADIO, rows)

    def _facet(self, name: str, kind: str) -> str:
        if kind == "country":
            return self._country(name)
        if kind == "switches":
            rows = self._switches()
            return self._question(name, _CHECKBOX, rows) if rows else ""
        chosen = set(self._criteria.values(name))
        rows = self._values(name, chosen)
        # One answer alone is no question.
        if not rows or (len(rows) == 1 and not chosen):
            return ""
        if kind == _RADIO:
            rows.insert(0, _Row(name, "", None, not chosen))
        return self._question(name, kind, rows)

    def _country(self, name: str) -> str:
        code = self._criteria.values(name)
        question = self._pieces.form("facet_select", _select, name, bool(code))
        label = filters.country_name(code[0]) if code else ""
        return question.filled({"value": escape("".join(code)), "label": escape(label)})

    def _question(self, name: str, kind: str, rows: list[_Row]) -> str:
        # One row alone is not worth a fold.
        end = _UNFOLDED if len(rows) > _UNFOLDED + 1 else len(rows)
        is_open = any(row.is_chosen for row in rows[end:])
        question = self._pieces.form("facet", _facet_form, name, len(rows) - end, is_open)
        drawn = [self._row(kind, *row) for row in rows]
        return question.filled({"shown": "".join(drawn[:end]), "folded": "".join(drawn[end:])})

    def _row(self, kind: str, name: str, value: str, found: int | None, is_chosen: bool) -> str:
        if name == _WRITTEN:
            return self._written_row(kind, name, value, found or 0, is_chosen)
        # Values come from the vocabularies or have passed the criteria: words, codes and grades.
        row = self._pieces.form(
            "facet_row", _row_form, kind, name, value, found is not None, is_chosen
        )
        shown = "" if found is None else filters.number_in(found, self._pieces.language)
        return row.around(shown)

    def _written_row(self, kind: str, name: str, value: str, found: int, is_chosen: bool) -> str:
        row = self._pieces.form("written_row", _written_row_form, kind, name, is_chosen)
        return row.filled(
            {
                "value": escape(value),
                "label": escape(criteria_words.value_label(name, value, self._names)),
                "count": filters.number_in(found, self._pieces.language),
            }
        )

    def _switches(self) -> list[_Row]:
        return [
            _Row(key, "1", self._counts.get(key, {}).get("1", 0), bool(self._criteria.values(key)))
            for key in SWITCHES
            if self._counts.get(key) or self._criteria.values(key)
        ]

    def _values(self, name: str, chosen: set[str]) -> list[_Row]:
        counts = self._counts.get(name, {})
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
            _Row(name, value, counts.get(value, 0), value in chosen)
            for value in offered
            if value in kept
        ]


def _select(name: str, is_chosen: bool) -> str:
    draw = _macro("facet_select")
    options = _country_options(filters.language())
    value, label = (gap("value"), gap("label")) if is_chosen else ("", "")
    return draw(name, gettext(LEGENDS[name]), options, value, label)


def _facet_form(name: str, folded_count: int, is_open: bool) -> str:
    return _macro("facet")(
        {
            "name": name,
            "legend": gettext(LEGENDS[name]),
            "shown": gap("shown"),
            "folded": gap("folded"),
            "folded_count": folded_count,
            "is_open": is_open,
        }
    )


def _row_form(kind: str, name: str, value: str, is_counted: bool, is_chosen: bool) -> str:
    label = criteria_words.value_label(name, value) if value else _no_answer(name)
    count = gap("count") if is_counted else None
    return _without_indentation(_macro("facet_row")(name, value, label, kind, is_chosen, count))


def _written_row_form(kind: str, name: str, is_chosen: bool) -> str:
    value, label, count = gap("value"), gap("label"), gap("count")
    return _without_indentation(_macro("facet_row")(name, value, label, kind, is_chosen, count))


def _without_indentation(row: str) -> str:
    """Leave out the template's indentation, a thousand times on a page."""
    return " ".join(row.split())


def _no_answer(name: str) -> str:
    if name == "radius":
        return gettext("In the city itself")
    return gettext("Any time") if name in {"since", "start"} else gettext("Any")


def _macro(name: str) -> Macro:
    return macro("facet", name)


@lru_cache(maxsize=20)
def _country_options(language: str) -> Markup:
    """Return all countries as options of a select, in the order of the language's alphabet."""
    named = sorted(
        (fold(gazetteer.country_name(one.code, language.split("_", maxsplit=1)[0])), one.code)
        for one in gazetteer.countries()
    )
    option = Markup('<option value="{}">{}</option>')
    return Markup("").join(option.format(code, filters.country_name(code)) for _, code in named)
