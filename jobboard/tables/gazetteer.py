"""Countries and cities of the world: names in many spellings, points, regions, zones.

Cities are those of GeoNames with 15,000 people or more, and capitals. GeoNames' data is
licensed CC BY 4.0: show ``CREDIT`` where it is used.
"""

import csv
import gzip
import io
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from jobboard.markup.text import fold

#: To be shown with a link to https://www.geonames.org/.
CREDIT = "City data: GeoNames, CC BY 4.0"


#: Letters from which on what is typed may be a whole name.
_WHOLE_NAME = 4
_HYPHENS = re.compile("[-\u2010-\u2015]")
_APOSTROPHES = re.compile("['`\u2018\u2019\u02b9-\u02bf.]")


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory of ISO 3166, and Kosovo (XK).

    ``lat`` and ``lon`` are degrees of a point for its dot on the map. ``m49`` is the UN's
    three-digit number, empty for Kosovo.
    """

    code: str
    iso3: str
    m49: str
    name: str
    lat: float
    lon: float
    regions: tuple[str, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """A city. ``area`` is the postal code of a US state or Canadian province, else empty."""

    geoname_id: int
    name: str
    country: str
    area: str
    lat: float
    lon: float
    population: int
    zone: str


def country(code: str) -> Country | None:
    """Return the country of an ISO 3166 alpha-2 code in any case, or None."""
    return _countries().get(code.upper())


def countries() -> tuple[Country, ...]:
    """Return all countries in order of their English names."""
    return tuple(sorted(_countries().values(), key=lambda each: fold(each.name)))


def country_name(code: str, locale: str = "en") -> str:
    """Return the country's name in a language (CLDR), or the code where it has none.

    An unknown language gives the English name.
    """
    found = country(code)
    if found is None:
        return code
    if locale == "en":
        return found.name
    return _territories(locale).get(found.code) or found.name


@lru_cache(maxsize=4096)
def country_named(text: str) -> str | None:
    """Return the code of the country so named, or None.

    Names in some twenty-five languages, former and short names and, in capitals, ISO codes
    of two and three letters are known ("Turkey", "TÜRKIYE", "Ivory Coast", "UK", "DEU").
    """
    words = text.strip()
    code = words.replace(".", "")
    if code.isascii() and code.isupper() and code in _codes():
        return _codes()[code]
    return _country_names().get(fold(words)) if words else None


def country_meant(text: str) -> str | None:
    """Return the code of the country that a text in a box of places means, or None.

    There "us" can be no other word, so codes are known in small letters too.
    """
    return country_named(text) or country_named(text.upper())


@cache
def regions_by_country() -> Mapping[str, tuple[str, ...]]:
    """Return each country's regions as the board is delivered; Türkiye lies in two."""
    return MappingProxyType({code: each.regions for code, each in _countries().items()})


def cities_named(text: str, country: str | None = None) -> list[City]:
    """Return cities of this name, greatest first; a city's own name before other spellings.

    ``country`` keeps those of one country. Accents, case and script spellings are folded; hyphens
    and apostrophes count only where they tell names apart.
    """
    name = fold(text.strip())
    found = _rows_named(name) or _rows_named(loosened(name))
    cities = (_city(number) for number in found)
    return [city for city in cities if country is None or city.country == country]


@lru_cache(maxsize=4096)
def suggest(prefix: str, limit: int = 8) -> tuple[City, ...]:
    """Return the greatest cities of which a name begins so; two letters at least.

    The city that the whole name means comes first (Odessa is Odesa), then those that are called so,
    then those with another spelling or former name that is.
    """
    name = fold(prefix.strip())
    start = name.encode()
    if len(start) < 2:
        return ()
    meant = _rows_named(name)[:1] if len(name) >= _WHOLE_NAME else ()
    # Rows are in order of population, so the smallest numbers are the greatest cities.
    own = sorted(set(_own_names().beginning_with(start)))[:limit]
    numbers = list(dict.fromkeys([*meant, *own]))
    if len(numbers) < limit:
        starts = {start, loosened(name).encode()}
        others = {number for each in starts for number in _names().beginning_with(each)}
        numbers.extend(sorted(others.difference(numbers)))
    return tuple(_city(number) for number in numbers[:limit])


def loosened(name: str) -> str:
    """Return a folded name without its hyphens and apostrophes: Alma-Ata, Xi'an, Ma'rib."""
    return " ".join(_APOSTROPHES.sub("", _HYPHENS.sub(" ", name)).split())


@lru_cache(maxsize=4096)
def suggest_countries(prefix: str, limit: int = 4) -> tuple[Country, ...]:
    """Return the countries of which a name begins so, those with this English name first."""
    start = fold(prefix.strip())
    if len(start) < 2:
        return ()
    names = _sorted_country_names()
    found: dict[str, bool] = {}
    for name, code in names[bisect_left(names, (start, "")) :]:
        if not name.startswith(start):
            break
        found[code] = found.get(code, False) or fold(_countries()[code].name).startswith(start)
    best = sorted(found, key=lambda code: (not found[code], _countries()[code].name))
    return tuple(_countries()[code] for code in best[:limit])


def city(geoname_id: int) -> City | None:
    """Return the city of a GeoNames id, or None."""
    number = _rows_by_id().get(geoname_id)
    return None if number is None else _city(number)


class _Names:
    """Sorted ``name TAB row`` lines in one block of bytes: small, and found by halving."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        starts, at = array("I", [0]), block.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = block.find(b"\n", at + 1)
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> bytes:
        end = self._starts[index + 1] - 1 if index + 1 < len(self._starts) else None
        return self._block[self._starts[index] : end]

    def named(self, name: bytes) -> list[int]:
        """Return the rows of exactly this name, in the file's order."""
        sought = name + b"\t"
        return [int(line[len(sought) :]) for line in self._from(sought)]

    def beginning_with(self, start: bytes) -> list[int]:
        """Return the rows of names that begin so."""
        return [int(line.rpartition(b"\t")[2]) for line in self._from(start)]

    def _from(self, start: bytes) -> list[bytes]:
        beginnings = _Prefixed(self, len(start))
        first = bisect_left(beginnings, start)
        beyond = bisect_right(beginnings, start, first)
        if first == beyond:
            return []
        end = self._starts[beyond] - 1 if beyond < len(self) else None
        return self._block[self._starts[first] : end].split(b"\n")


@dataclass(frozen=True, slots=True)
class _Prefixed:
    """The names' beginnings of one length, as the sequence that halving needs."""

    names: _Names
    length: int

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> bytes:
        return self.names[index][: self.length]


@lru_cache(maxsize=1)
def _countries() -> dict[str, Country]:
    text = (files("jobboard.tables") / "countries.csv").read_text(encoding="utf-8")
    return {
        row["iso2"]: Country(
            code=row["iso2"],
            iso3=row["iso3"],
            m49=row["m49"],
            name=row["name"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            regions=tuple(row["regions"].split()),
            aliases=tuple(filter(None, row["aliases"].split("|"))),
        )
        for row in csv.DictReader(io.StringIO(text))
    }


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    names = {fold(each.name): code for code, each in _countries().items()}
    for code, each in _countries().items():
        for alias in each.aliases:
            names.setdefault(fold(alias), code)
    return names


@lru_cache(maxsize=1)
def _sorted_country_names() -> list[tuple[str, str]]:
    return sorted(_country_names().items())


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    codes = {each.iso3: code for code, each in _countries().items()}
    return codes | {code: code for code in _countries()} | {"UK": "GB", "EL": "GR"}


@lru_cache(maxsize=32)
def _territories(locale: str) -> Mapping[str, str]:
    try:
        return Locale.parse(locale.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        return {}


@lru_cache(maxsize=1)
def _names() -> _Names:
    return _Names(gzip.decompress((files("jobboard.tables") / "city_names.tsv.gz").read_bytes()))


@lru_cache(maxsize=1)
def _own_names() -> _Names:
    names = (fold(row.split(b"\t", 2)[1].decode()).encode() for row in _rows())
    lines = sorted(b"%b\t%d" % (name, number) for number, name in enumerate(names))
    return _Names(b"\n".join(lines))


@lru_cache(maxsize=1)
def _rows() -> list[bytes]:
    packed = (files("jobboard.tables") / "cities.tsv.gz").read_bytes()
    return gzip.decompress(packed).split(b"\n")


@lru_cache(maxsize=1)
def _rows_by_id() -> dict[int, int]:
    return {int(row.partition(b"\t")[0]): number for number, row in enumerate(_rows())}


@lru_cache(maxsize=20_000)
def _rows_named(folded: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(_names().named(folded.encode()))) if folded else ()


@lru_cache(maxsize=8_192)
def _city(number: int) -> City:
    geoname_id, name, code, area, lat, lon, population, zone = _rows()[number].decode().split("\t")
    return City(
        geoname_id=int(geoname_id),
        name=name,
        country=code,
        area=area,
        lat=float(lat),
        lon=float(lon),
        population=int(population),
        zone=zone,
    )
