"""Reads pay out of what people write, and only where the words leave no doubt."""

import re
from decimal import Decimal
from functools import lru_cache

from jobboard.formats.imported import NOT_STATED, ImportedPay
from jobboard.markup.text import clean_line
from jobboard.tables.currencies import DOLLARS, SYMBOLS, digits, is_currency

#: A text is kept to this length; no pay needs more.
TEXT_LENGTH = 500

#: In these an amount of five figures without a period can only be meant for a year.
_YEARLY_FROM = 15_000
_YEARLY_CURRENCIES = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "CHF", "NZD"})

#: More than this is a misprint or a telephone number.
_AMOUNT_AT_MOST = 10**10

#: A range wider than this hides a missing "k" or two different things.
_RANGE_AT_MOST = 12


@lru_cache(maxsize=8_192)
def read_pay(
    text: str, currency: str = "", unit: str = "", country: str | None = None
) -> ImportedPay:
    """Return pay as written, with numbers where they are clear; never raises.

    ``currency`` and ``unit`` are what the source states apart (ISO 4217; HOUR … YEAR in any
    case); ``country`` (alpha-2) tells whose dollar a bare ``$`` is, the USA's without it.
    """
    words = clean_line(text[: TEXT_LENGTH * 4])[:TEXT_LENGTH]
    if not _HAS_WORD.search(words):
        return ImportedPay()
    stated = currency.strip().upper() if is_currency(currency.strip().upper()) else ""
    kind = _kind(words)
    amounts = {
        found
        for match in _MONEY.finditer(words)
        if (found := _amount(match, words, stated, country)) is not None
    }
    if len(amounts) != 1 or _ESTIMATE.search(words):
        is_unpaid = not amounts and _UNPAID.search(words)
        return ImportedPay(text=words, kind="unpaid" if is_unpaid else kind)
    lower, upper, code = amounts.pop()
    least: Decimal | None = lower
    most: Decimal | None = upper
    if lower == upper and _AT_LEAST.search(words):
        most = None
    elif lower == upper and _AT_MOST.search(words):
        least = None
    scale = digits(code)
    return ImportedPay(
        text=words,
        kind="salary" if kind == NOT_STATED else kind,
        minimum=None if least is None else int(least.scaleb(scale)),
        maximum=None if most is None else int(most.scaleb(scale)),
        currency=code,
        period=_period(words, unit) or _obvious_period(lower, code),
    )


_HAS_WORD = re.compile(r"\w")
_UNPAID = re.compile(
    r"\b(?:unpaid|not paid|no (?:pay|salary|remuneration)|unbezahlt)\b", re.IGNORECASE
)
_ESTIMATE = re.compile(r"\best\.|\bestimate", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"\b(?:minimum|at least|from|starting|starts? at|or more|and up|mindestens|ab)\b|\d\s?k?\+",
    re.IGNORECASE,
)
_AT_MOST = re.compile(r"\b(?:up to|maximum|max\.?|bis zu|jusqu)\b", re.IGNORECASE)

_SIGNS = sorted([*SYMBOLS, "$"], key=len, reverse=True)
# "AUD $95,000" says whose dollar it is; so the letters come before the signs.
_CURRENCY = "|".join([r"(?<![A-Za-z])[A-Z]{3}(?:\s?\$|(?![A-Za-z]))", *map(re.escape, _SIGNS)])
_NUMBER = r"\d(?:[\d.,'’\u00a0\u202f]*\d)?"
_MONEY = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?(?<![\d.,])(?P<low>{_NUMBER})(?P<low_k>\s?[kK](?![A-Za-z]))?"
    rf"(?:\s*(?P<mid>{_CURRENCY})?\s*(?:-|–|—|‒|−|to|bis|and|à)\s*(?P<again>{_CURRENCY})?\s?"
    rf"(?P<high>{_NUMBER})(?P<high_k>\s?[kK](?![A-Za-z]))?)?"
    rf"(?:\s?(?P<after>{_CURRENCY}))?"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f])\d{3})(?:\1\d{3})*")
_BARE = re.compile(r"[\s\d.,'’kK–—-]+")


def _amount(
    match: re.Match[str], words: str, stated: str, country: str | None
) -> tuple[Decimal, Decimal, str] | None:
    signs = {
        code
        for name in ("before", "mid", "again", "after")
        if (sign := match.group(name)) and (code := _code(sign, stated, country))
    }
    if not signs and stated and _BARE.fullmatch(words):
        # "42000-50000" says nothing but numbers; the currency stands elsewhere.
        signs = {stated}
    if len(signs) != 1:
        return None
    low, high = _number(match.group("low")), _number(match.group("high") or match.group("low"))
    if low is None or high is None:
        return None
    if match.group("low_k"):
        low *= 1000
    if match.group("high_k") or (match.group("low_k") and not match.group("high")):
        high *= 1000
        # "$85-100k": the k is meant for both.
        if not match.group("low_k") and low < 1000:
            low *= 1000
    if not 0 < low <= high <= _AMOUNT_AT_MOST or high > low * _RANGE_AT_MOST:
        return None
    return low, high, signs.pop()


def _code(sign: str, stated: str, country: str | None) -> str:
    if sign == "$":
        return stated if stated in DOLLARS.values() else DOLLARS.get(country or "", "USD")
    if sign in SYMBOLS:
        return SYMBOLS[sign]
    sign = sign.rstrip("$ ")
    return sign if is_currency(sign) else ""


def _number(written: str) -> Decimal | None:
    """Read a number whose separators may be English or continental."""
    if written.isdigit():
        return Decimal(written)
    if _THOUSANDS.fullmatch(written):
        return Decimal(re.sub(r"\D", "", written))
    # The last separator is the decimal one; what parts thousands stands before it.
    whole, separator, decimals = re.match(r"(.*)([.,])(\d+)$", written).groups()  # type: ignore[union-attr]
    if separator in whole or not (len(decimals) <= 2 or set(decimals) == {"0"}):
        return None
    if not (whole.isdigit() or _THOUSANDS.fullmatch(whole)):
        return None
    return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{decimals[:2]}")


_PERIODS = (
    ("hour", r"hour(?:ly)?|hrs?|/\s?h|stunde|stündlich|heure|hora|saat"),
    ("day", r"day|daily|diem|tag|täglich|jour|día|gün"),
    ("week", r"week(?:ly)?|wk|woche|semaine|semana|hafta"),
    ("month", r"month(?:ly)?|mo|pcm|p\.m\.?|monat(?:lich)?|mois|mensuel\w*|mes|mensual\w*|ay"),
    (
        "year",
        r"years?|yearly|yr|annual(?:ly)?|annum|p\.?\s?a\.?|jahr|jährlich|par an|année|año|yıl",
    ),
)
_PERIOD = re.compile(
    "|".join(rf"(?P<{name}>(?<![A-Za-z])(?:{words})(?![A-Za-z]))" for name, words in _PERIODS),
    re.IGNORECASE,
)
_HOURS_A_WEEK = re.compile(
    r"\d[\d.,–-]*\s*(?:hours?|hrs?|h)\s*(?:/|per|a|each)?\s*(?:week|wk|day|month)\b"
    r"|\b\d+ (?:days?|weeks?|months?|years?)\b(?! \d)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:flat fee|lump sum|in total|total fee|honorarium|one-?off)\b", re.IGNORECASE
)
_UNITS = {"hour", "day", "week", "month", "year"}


def _period(words: str, unit: str) -> str | None:
    if _TOTAL.search(words):
        return "total"
    # "20 hours per week" tells the work, not the pay.
    periods = {found.lastgroup for found in _PERIOD.finditer(_HOURS_A_WEEK.sub(" ", words))}
    if len(periods) == 1:
        return periods.pop()
    return unit.lower() if not periods and unit.lower() in _UNITS else None


def _obvious_period(amount: Decimal, currency: str) -> str | None:
    if currency in _YEARLY_CURRENCIES and amount >= _YEARLY_FROM:
        return "year"
    return None


_KINDS = tuple(
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (
        ("stipend", "stipends?"),
        ("scholarship", "scholarships?"),
        ("living_allowance", "(?:living|subsistence) allowance"),
        ("fee", "flat fee|consult(?:ing|ancy|ant'?s?) fee|honorarium|daily fee"),
    )
)


def _kind(words: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), NOT_STATED)
