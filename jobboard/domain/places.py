"""Reads places out of what people write: "Tallinn, Estonia", "New York, NY · Hybrid"."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from jobboard.domain.place import Place
from jobboard.markup.text import clean_line, fold
from jobboard.tables import gazetteer, world_regions
from jobboard.tables.gazetteer import City, cities_named, country_named

#: A listing has at most ten places; one text never names more that we keep.
PLACES_AT_MOST = 10

#: In place of a country: work that may be done from wherever one is.
ANYWHERE = "anywhere"

#: Mean radius of the earth in kilometres (IUGG).
EARTH_RADIUS = 6371.0088

#: Longer texts are sentences, not places.
TEXT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What a text about a place says: places, and whether it speaks of working remotely."""

    places: tuple[Place, ...] = ()
    says_remote: bool = False
    says_hybrid: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the map that a seeker means, with the text that means this one and no other."""

    value: str
    lat: float
    lon: float


@lru_cache(maxsize=2_048)
def spot(text: str) -> Spot | None:
    """Return the point that a text means, or None.

    Understood are a city ("Geneva", "Cambridge, MA", "Paris, France"; the greatest of its name), a
    GeoNames number and a pair of degrees ("46.2,6.15").
    """
    degrees = _DEGREES.match(text)
    if degrees:
        # Adding nothing makes 0 of -0.
        lat, lon = round(float(degrees[1]), 3) + 0.0, round(float(degrees[2]), 3) + 0.0
        is_on_globe = abs(lat) <= 90 and abs(lon) <= 180
        return Spot(f"{lat:g},{lon:g}", lat, lon) if is_on_globe else None
    city = city_meant(text)
    return None if city is None else Spot(city_value(city), city.lat, city.lon)


@lru_cache(maxsize=2_048)
def remote_from(text: str) -> str | None:
    """Return from where a seeker wants to work remotely: a country's code, ``anywhere``, or None.

    Understood are "remote from Kenya", "Remote, Kenya", "Kenya (remote)" and "anywhere".
    """
    line = text.strip()
    if _EVERYWHERE.fullmatch(line):
        return ANYWHERE
    found = _REMOTE_FROM.fullmatch(line) or _REMOTE_AFTER.fullmatch(line)
    if found is None:
        return None
    land = found[1]
    if _EVERYWHERE.fullmatch(land):
        return ANYWHERE
    return gazetteer.country_meant(land) or gazetteer.country_meant(_ARTICLE.sub("", land))


def is_remote_only(text: str) -> bool:
    """Tell whether a text asks for remote work and names no place: "work from home"."""
    found = whereabouts(text)
    return found.says_remote and not found.places


_ARTICLE = re.compile(r"\Athe ", re.IGNORECASE)

_EVERYWHERE = re.compile(r"anywhere(?: in the world)?|worldwide", re.IGNORECASE)
_REMOTE_FROM = re.compile(
    r"(?:fully )?(?:remote(?:ly)?|work(?:ing)? from home)(?: (?:work|jobs?))?"
    r"(?: (?:from|in|within) |\s*[,:–—-]\s*|\s*\(| )([^()]+)\)?",
    re.IGNORECASE,
)
_REMOTE_AFTER = re.compile(r"([^()]+?)\s*(?:[,–—-]\s*remote|\(\s*remote\s*\))", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def city_value(city: City) -> str:
    """Return the shortest text by which ``spot`` finds this very city: "Cambridge, MA, US"."""
    full = city_name(city)
    found = city_meant(full)
    is_found = found is not None and found.geoname_id == city.geoname_id
    return full if is_found else str(city.geoname_id)


def city_name(city: City) -> str:
    """Return a city's name with what tells it from most of its namesakes: "Cambridge, MA, US"."""
    return ", ".join(filter(None, (city.name, city.area, city.country)))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place offered while somebody types.

    Attributes:
        kind: ``city``, ``country``, ``region`` (of the world: the Sahel) or ``remote``.
        name: its English name.
        country: the country's code; empty for a region and for remote work.
        area: the state that tells a city from its namesakes; may be empty.
        value: what ``where`` finds it by.
        near: what ``near`` finds it by; empty unless it is a city.
    """

    kind: str
    name: str
    country: str
    area: str
    value: str
    near: str = ""


def suggest(text: str, limit: int = 8) -> list[Suggestion]:
    """Return places whose names begin so: regions and countries, then the greatest cities.

    Remote work comes before them: it is understood where a place is asked for.

    Two letters at least; the names in some twenty-five languages are known, accents folded.
    """
    if len(text) > _LONGEST_NAME:
        return []
    most = max(1, limit // 2)
    regions = [
        Suggestion("region", region.name, "", "", region.name)
        for region in world_regions.beginning_with(text)[:most]
    ]
    countries = [
        Suggestion("country", country.name, country.code, "", country.name)
        for country in gazetteer.suggest_countries(text, most)
    ]
    lands = [*_remote(text), *regions, *countries][:most]
    cities = gazetteer.suggest(text, limit)
    found = [
        Suggestion("city", city.name, city.country, city.area, city_name(city), city_value(city))
        for city in cities
    ]
    # "Georgia" and "Mali" before the towns of that name, "Lon" before countries that have it not.
    return [*lands, *found][:limit]


def _remote(text: str) -> list[Suggestion]:
    start = fold(text.strip())
    is_begun = len(start) > 1 and _REMOTE_WORD.startswith(start)
    is_meant = len(start) > _A_FEW and any(name.startswith(start) for name in _REMOTE_NAMES)
    return [Suggestion("remote", "Remote", "", "", "Remote")] if is_begun or is_meant else []


_REMOTE_WORD = "remote"
#: Of these a few letters more are needed: "ho" is hardly ever the beginning of a home office.
_REMOTE_NAMES = (
    *("remotely", "work from home", "home based", "home office", "homeoffice", "telework"),
    *("teletravail", "remoto", "uzaktan", "عن بعد"),
)
_A_FEW = 3


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the length of the great circle between two points given in degrees."""
    across = sin(radians(other_lat - lat) / 2) ** 2
    along = sin(radians(other_lon - lon) / 2) ** 2
    chord = across + cos(radians(lat)) * cos(radians(other_lat)) * along
    return 2 * EARTH_RADIUS * asin(sqrt(min(1.0, chord)))


def area_name(country: str, area: str) -> str:
    """Return the name of a US state or Canadian province by its postal code, or nothing."""
    return _NAMES_OF_AREAS.get((country, area), "")


def area_named(text: str) -> tuple[str, str] | None:
    """Return the country and postal code of the US state or Canadian province so named."""
    return _area(text)


def city_meant(text: str, *, is_alone: bool = False) -> City | None:
    """Return the city that a text means ("Cambridge, MA", "washington, d.c."), or None.

    Args:
        text: what was written.
        is_alone: whether a text that names other places too means none.
    """
    if _NUMBER.match(text):
        return gazetteer.city(int(text))
    # Codes of states are told by their capitals, which nobody types into a box.
    line = _CODE_AT_END.sub(lambda code: code[0].upper(), text)
    places = parse_places(line)
    if is_alone and len(places) > 1:
        return None
    found = next((place for place in places if place.geoname_id), None)
    return None if found is None or found.geoname_id is None else gazetteer.city(found.geoname_id)


_LONGEST_NAME = 100
_DEGREES = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,9})?)\Z", re.ASCII)
_CODE_AT_END = re.compile(r",\s*[a-z]\.?[a-z]\.?(?=\s*\Z|\s*,)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}\Z", re.ASCII)


def parse_places(text: str, country: str | None = None) -> tuple[Place, ...]:
    """Return the places in free text, in its order, at most ten; never raises.

    ``country`` (alpha-2) is where the source says it is, when it says so apart. Words that
    name no known city or country are kept as the city, in that country or in none.
    """
    return whereabouts(text, country).places


@lru_cache(maxsize=16_384)
def whereabouts(text: str, country: str | None = None) -> Whereabouts:
    """Return the places in free text with what it says of remote and hybrid work."""
    line = clean_line(text[:TEXT_LENGTH])
    remote, hybrid = bool(_REMOTE.search(line)), bool(_HYBRID.search(line))
    found: list[Place] = []
    for part in _PARTS.split(line):
        for place in _places_in(part, country):
            if place not in found:
                found.append(place)
    if not found and country:
        found.append(Place(country=country))
    elif country and any(place.city or place.area for place in found):
        # "Ottawa; Canada" names one place, not two.
        found = [place for place in found if place != Place(country=country)]
    return Whereabouts(tuple(found[:PLACES_AT_MOST]), remote, hybrid)


_PARTS = re.compile(r"\s*(?:[;·•|\n]|\s/\s|\s+(?:or|and|oder|und|ou|et|o|y|ve)\s+(?=[A-ZÀ-Þ]))\s*")
_REMOTE = re.compile(
    r"\b(?:remote(?:ly)?|télétravail|homeoffice|home[- ]office|home[- ]based|telecommut\w+"
    r"|work from home|wfh|distance|uzaktan|remoto|عن بعد)\b",
    re.IGNORECASE,
)
_HYBRID = re.compile(r"\b(?:hybrid|hybride|híbrido|hibrit)\b", re.IGNORECASE)

# What stands among places and is none.
_NO_PLACE = re.compile(
    r"\(?\b(?:100\s?%\s*)?(?:fully remote|remote(?:ly)?(?: work| position| ok| friendly| only)?"
    r"|hybrid(?: work)?|hybride|on-?site|in[- ]person|in[- ]office"
    r"|télétravail|home[- ]?office|home[- ]based|work from home|wfh|telecommute"
    r"|worldwide|world-wide|international(?:ly)?|global(?:ly)?|anywhere|various(?: locations)?"
    r"|multiple(?: locations)?|flexible|nationwide|distributed|\d+ locations?|negotiable|n/?a|tbd"
    r"|to be (?:determined|confirmed)(?: county)?|based in)\b\)?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_POSTAL = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6}(?:[- ]\d{3,4})?\s+|\s+\d{5}(?:-\d{4})?$")
_EDGES = " \t-–—:,.*/&+"
_DASHES = re.compile(r"\s+[-–—]+\s+")
_COMMAS = str.maketrans("،、/", ",,,")
_HAS_LETTER = re.compile(r"[^\W\d_]")


def _places_in(part: str, country: str | None) -> list[Place]:
    words = _NO_PLACE.sub(" ", _BRACKETED.sub(_in_brackets, part.replace("D.C.", "DC")))
    tokens = []
    for piece in _DASHES.sub(",", words).translate(_COMMAS).split(","):
        token = " ".join(_POSTAL.sub("", piece.strip(_EDGES)).split()).strip(_EDGES)
        if _HAS_LETTER.search(token) and not _is_filler(token):
            tokens.append(token)
    if not tokens:
        return []
    if len(tokens) == 1:
        return [_one(tokens[0], country)]
    return _several(tokens, country)


def _in_brackets(found: re.Match[str]) -> str:
    # "Paris (France)" and "Remote (Berlin)" say where; "Nairobi (with travel)" does not.
    words = found.group()[1:-1].strip()
    is_place = country_named(words) or _area(words) or cities_named(words)
    return f", {words}" if is_place else " "


def _is_filler(token: str) -> bool:
    return fold(token).removeprefix("in ") in _FILLERS


_FILLERS = frozenset({"emea", "apac", "latam", "europe", "asia", "africa", "eu", "locations", "or"})


def _several(tokens: list[str], country: str | None) -> list[Place]:
    """Read tokens that a comma or dash parts: a city before its country, or a list."""
    areas = [_area(token) for token in tokens]
    if all(areas) and not (len(tokens) == 2 and _is_city_of(tokens[0], areas[1])):
        # "District of Columbia, Washington, Colorado": states, one after another.
        return list(dict.fromkeys(Place(country=area[0], area=area[1]) for area in areas if area))
    codes = [country_named(token) for token in tokens]
    if all(codes):
        return [Place(country=code) for code in dict.fromkeys(codes)]
    if len(tokens) > 2 and tokens[0].isupper() and codes[0]:
        # "US, NY, New York": from the great to the small.
        return [_within(_Holder(codes[0]), list(reversed(tokens[1:])))]
    last = _holder(tokens[-1], tokens[:-1])
    if last is None:
        first = _holder(tokens[0], tokens[1:])
        if first is not None:
            # "VA - Hillsville".
            return [_within(first, list(reversed(tokens[1:])))]
        return _list_of_cities(tokens, country)
    return [_within(last, tokens[:-1])]


@dataclass(frozen=True, slots=True)
class _Holder:
    """The country, and perhaps the state, in which the words before it lie."""

    country: str
    area: str = ""


def _holder(token: str, rest: list[str]) -> _Holder | None:
    """Return what a token at an edge says the others lie in.

    Two letters mean a state ("Wilmington, DE") or a country ("Berlin, DE"): whichever has
    a city of the other tokens' name, the state first.
    """
    area, code = _area(token), country_named(token)
    if area and code and not (token.isupper() and len(token) == 2):
        # Georgia: a state if a city of the state is named, else the country.
        return _Holder(*area) if any(_is_city_of(each, area) for each in rest) else _Holder(code)
    if area and code:
        if any(_is_city_of(each, area) for each in rest):
            return _Holder(*area)
        if any(_area(each) == (code, each) for each in rest) or any(
            cities_named(_bare(each), code) for each in rest
        ):
            return _Holder(code)
        return _Holder(*area)
    if area:
        return _Holder(*area)
    return _Holder(code) if code else None


def _within(holder: _Holder, tokens: list[str]) -> Place:
    """Return the place that the tokens, the smallest first, name inside a country or state."""
    area = holder.area
    rest = list(tokens)
    while len(rest) > 1:
        inner = _area(rest[-1])
        if inner is None or inner[0] != holder.country:
            break
        area = area or inner[1]
        rest.pop()
    if len(rest) == 1 and not area and (inner := _area(rest[0])) and inner[0] == holder.country:
        if not cities_named(rest[0], holder.country):
            return Place(country=inner[0], area=inner[1])
        if rest[0].isupper() and len(rest[0]) == 2:
            return Place(country=inner[0], area=inner[1])
    for number, token in enumerate(rest):
        city = _best(token, holder.country, area)
        if city is not None:
            return _at(city, _with_district(rest[:number], token), area or city.area)
    return Place(country=holder.country, city=_shown(", ".join(rest[:2])), area=area)


def _list_of_cities(tokens: list[str], country: str | None) -> list[Place]:
    """Read tokens of which none holds the others: "Berlin, Paris", "Maadi, Cairo"."""
    known = [_best(token, country, "") for token in tokens]
    if all(known):
        within = {city.country for city in known if city}
        same = known[0] == known[-1] and len(tokens) > 1
        if same:
            return [_at(known[0], tokens[0])] if known[0] else []
        if country and len(tokens) == 2 and len(within) == 1:
            # "New Cairo, Cairo": the smaller one lies in the greater.
            return [_at(known[0], tokens[0])] if known[0] else []
        return [_at(city, token) for city, token in zip(known, tokens, strict=True) if city]
    if country is None and known[-1] is None and not any(known):
        return [Place(city=_shown(", ".join(tokens[:2])))]
    last = next((city for city in reversed(known) if city), None)
    if last is None:
        return [Place(country=country, city=_shown(", ".join(tokens[:2])))]
    at = len(known) - 1 - known[::-1].index(last)
    return [_at(last, _with_district(tokens[:at], tokens[at]))]


def _with_district(before: list[str], city: str) -> str:
    # "Maadi, Cairo" helps the reader, a street does not.
    district = ", ".join(before)
    return city if not district or _STREET.search(district) else f"{district}, {city}"


_STREET = re.compile(
    r"\d|\b(?:rue|avenue|av|bd|bld|boulevard|place|quai|allée|chemin|route|impasse|street|road"
    r"|lane|square|calle|via|viale|piazza|caddesi|cad|sokak|bp|cedex)\b|stra(?:ß|ss)e|str\.",
    re.IGNORECASE,
)


def _one(token: str, country: str | None) -> Place:
    """Read a token that stands alone: a country, a state, a city, or all without commas."""
    area, code = _area(token), country_named(token)
    if area and (country == area[0] or (code is None and not cities_named(token, area[0]))):
        return Place(country=area[0], area=area[1])
    if code is not None and (len(token) > 2 or country is None):
        return Place(country=code)
    city = _best(token, country, "")
    if city is not None and (area is None or city.country != area[0] or _is_greater(city, token)):
        return _at(city, token)
    if area:
        return Place(country=area[0], area=area[1])
    if code is not None:
        return Place(country=code)
    return _without_commas(token, country)


def _without_commas(token: str, country: str | None) -> Place:
    # "Madison WI USA", "London UK": the last words are the country and the state.
    words = token.split()
    for count in (1, 2, 3):
        if len(words) <= count:
            break
        tail, front = " ".join(words[-count:]), " ".join(words[:-count])
        code, area = country_named(tail), _area(tail)
        if count == 1 and not (tail.isupper() or code):
            continue
        if code and not (area and _is_city_of(front, area)):
            state = words[-count - 1]
            inner = _area(state) if len(words) > count + 1 else None
            if inner and inner[0] == code and state.isupper():
                return _within(_Holder(code, inner[1]), [" ".join(words[: -count - 1])])
            return _within(_Holder(code), [front])
        if area and (len(tail) > 2 or _is_city_of(front, area)):
            return _within(_Holder(*area), [front])
    return Place(country=country, city=_shown(token))


def _is_greater(city: City, name: str) -> bool:
    # A state's name that is a great city's too ("New York", "Washington") means the city,
    # unless a list of states says otherwise.
    return fold(city.name).startswith(fold(name)) and city.population > 500_000


def _is_city_of(name: str, area: tuple[str, str] | None) -> bool:
    return area is not None and any(
        city.area == area[1] for city in cities_named(_bare(name), area[0])
    )


def _best(name: str, country: str | None, area: str) -> City | None:
    bare = _bare(name)
    cities = cities_named(bare, country)
    if not cities and bare != name:
        cities = cities_named(name, country)
    if area:
        cities = [city for city in cities if not city.area or city.area == area]
    return cities[0] if cities else None


def _bare(name: str) -> str:
    return _PREFIX.sub("", name).strip()


_PREFIX = re.compile(
    r"^(?:greater|metro|city of|near|in)\s+|\s+(?:bay area|metro area|area|d\.?c\.?)$",
    re.IGNORECASE,
)


def _at(city: City, shown: str, area: str = "") -> Place:
    return Place(
        country=city.country,
        city=_shown(shown),
        lat=city.lat,
        lon=city.lon,
        geoname_id=city.geoname_id,
        area=area or city.area,
    )


def _shown(words: str) -> str:
    return words[:100].strip()


def _area(name: str) -> tuple[str, str] | None:
    """Return country and postal code of a US state or Canadian province so named."""
    if name.isupper() and len(name) == 2:
        return _AREA_CODES.get(name)
    return _AREA_NAMES.get(fold(name))


_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut"
    "|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois"
    "|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland"
    "|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana"
    "|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York"
    "|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania"
    "|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah"
    "|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
)
_PROVINCES = (
    "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador"
    "|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island"
    "|QC Quebec|SK Saskatchewan|YT Yukon"
)
_AREA_CODES: dict[str, tuple[str, str]] = {}
_AREA_NAMES: dict[str, tuple[str, str]] = {}
_NAMES_OF_AREAS: dict[tuple[str, str], str] = {}
for _country, _list in (("CA", _PROVINCES), ("US", _STATES)):
    for _entry in _list.split("|"):
        _code, _name = _entry.split(" ", 1)
        _AREA_CODES[_code] = (_country, _code)
        _AREA_NAMES[fold(_name)] = (_country, _code)
        _NAMES_OF_AREAS[_country, _code] = _name
_AREA_NAMES["washington state"] = ("US", "WA")
