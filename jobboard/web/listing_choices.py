"""What the form of a listing lets people choose from: zones, currencies, languages, countries."""

import re
from functools import lru_cache

from jobboard.domain.taxonomy import (
    LISTING_LANGUAGES,
)
from jobboard.markup.text import fold
from jobboard.tables import currencies, gazetteer, zones
from jobboard.web import filters
from jobboard.web.forms import LongSelect, options

#: A language that helps, but is not needed.
DESIRABLE = "desirable"
_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONGEST_CODE = 12
#: Languages that a listing may ask for, besides those it may be written in.
_OTHER_LANGUAGES = (
    "am az be bg bn bs ca cs da et fi ha he hi hr hu hy id ja ka kk km ko ku ky lt lv mk mn ms "
    "my ne nl no pl ps ro sk sl so sq sr sv sw ta tg th ti tk ur uz vi yo"
)
ZONES = options((name, name) for name in zones.zones())
ZONES_WRITTEN = LongSelect((name, name) for name in zones.zones())
#: The first one is nameless: a dash says "none" in every language.
CURRENCIES = options([("", "–"), *((code, code) for code in currencies.currencies())])
CURRENCIES_WRITTEN = LongSelect([("", "–"), *((code, code) for code in currencies.currencies())])


def is_language(code: str) -> bool:
    """Tell whether a text is the code of a language."""
    return len(code) <= _LONGEST_CODE and _LANGUAGE_CODE.fullmatch(code) is not None


def languages(chosen: str = "", *, all_of_them: bool = False) -> list[tuple[str, str]]:
    """Return ``(code, name)`` of the languages to choose from, by name, and the chosen one."""
    codes = {*LISTING_LANGUAGES, *(_OTHER_LANGUAGES.split() if all_of_them else ())}
    if is_language(chosen):
        codes.add(chosen)
    named = [(code, filters.language_name(code)) for code in codes]
    return sorted(named, key=lambda each: fold(each[1]))


@lru_cache(maxsize=8)
def _countries(locale: str) -> tuple[tuple[str, str], ...]:
    named = [
        (each.code, gazetteer.country_name(each.code, locale)) for each in gazetteer.countries()
    ]
    return tuple(sorted(named, key=lambda each: fold(each[1])))


def countries() -> tuple[tuple[str, str], ...]:
    """Return ``(code, name)`` of every country, by name in the reader's language."""
    return _countries(filters.language().split("_")[0])
