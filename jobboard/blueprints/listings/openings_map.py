"""The map of openings: a dot for each country, and the same countries as a list of links."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from jobboard.blueprints.listings.results import address_halves
from jobboard.domain.criteria import Criteria
from jobboard.domain.projection import place
from jobboard.tables import gazetteer
from jobboard.web import filters
from jobboard.web.pieces import gap, macro, pieces

#: Radius of the smallest and of the largest dot, of one that has room for a short count, what each
#: letter of a longer one needs of it, and of what a finger hits at least.
_LEAST, _GREATEST = 4.0, 17.0
_ROOM_FOR_COUNT = 9.0
_ROOM_FOR_LETTER = 2.6
_AIM = 13.0
_WORDS = ("x", "y", "radius", "aim", "count", "label", "href")


@dataclass(frozen=True)
class Dot:
    """One country as ``macros/world_map.html`` draws it."""

    x: str
    y: str
    radius: str
    aim: str
    count: str
    label: str
    href: str
    is_current: bool


def world_map(criteria: Criteria, counts: Mapping[str, int]) -> Markup:
    """Return the map of a search, by how many listings each country has."""
    drawn = pieces()
    language = drawn.language
    dots: list[str] = []
    rows: list[str] = []
    most = max(counts.values(), default=1)
    before, after = address_halves(criteria, "country")
    for code, count in sorted(counts.items(), key=_largest_first):
        country = _country(code, language)
        if country is None:
            continue
        radius = _radius(count, most)
        is_current = code in criteria.country
        shown = filters.number_in(count, language)
        values: dict[str, str] = {
            **country,
            "radius": str(radius),
            "aim": str(max(radius, _AIM)),
            "count": shown,
            "href": f"{before}{code}{after}",
        }
        is_large = radius >= max(_ROOM_FOR_COUNT, _ROOM_FOR_LETTER * len(shown))
        dots.append(drawn.form("map_dot", _dot, is_current, is_large).filled(values))
        rows.append(drawn.form("map_row", _row, is_current).filled(values))
    field = drawn.form("world_map", _field)
    return field.filled({"dots": "".join(dots), "rows": "".join(rows)})


def _largest_first(counted: tuple[str, int]) -> tuple[int, str]:
    code, count = counted
    return -count, code


def _field() -> str:
    return macro("world_map", "world_map")(gap("dots"), gap("rows"))


def _dot(is_current: bool, is_large: bool) -> str:
    return macro("world_map", "map_dot")(_gapped(is_current), is_large)


def _row(is_current: bool) -> str:
    return macro("world_map", "map_row")(_gapped(is_current))


def _gapped(is_current: bool) -> Dot:
    return Dot(**{word: gap(word) for word in _WORDS}, is_current=is_current)


def _radius(count: int, most: int) -> float:
    """Return the radius of a dot, whose area stands for its count."""
    if count == 1 and most > 1:
        return _LEAST
    return round(_LEAST + (_GREATEST - _LEAST) * math.sqrt(count / most), 1)


@lru_cache(maxsize=1_000)
def _country(code: str, language: str) -> Mapping[str, str] | None:
    """Return what the map says of a country whatever is searched: its name and where it lies."""
    country = gazetteer.country(code)
    if country is None:
        return None
    x, y = place(country.lat, country.lon)
    name = gazetteer.country_name(code, language.split("_", maxsplit=1)[0])
    return {"x": str(round(x, 1)), "y": str(round(y, 1)), "label": escape(name)}
