"""Currencies of ISO 4217: which there are, how many decimals, what is written for them."""

from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

#: Those of the sector's usual duty stations; the form shows these above the rest.
COMMON = ("EUR", "USD", "GBP", "CHF", "TRY", "AED", "CAD", "AUD", "JPY", "SEK", "NOK", "DKK", "PLN")

#: What stands before or behind an amount and can mean one currency only. "$" is not here:
#: it says which only together with the country.
SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "₺": "TRY",
    "₹": "INR",
    "₪": "ILS",
    "₴": "UAH",
    "₾": "GEL",
    "₽": "RUB",
    "₸": "KZT",
    "₩": "KRW",
    "₦": "NGN",
    "₱": "PHP",
    "₫": "VND",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "HK$": "HKD",
    "NZ$": "NZD",
    "S$": "SGD",
    "US$": "USD",
    "R$": "BRL",
    "S/": "PEN",
    "S/.": "PEN",
    "Fr.": "CHF",
    "SFr": "CHF",
    "SFr.": "CHF",
    "zł": "PLN",
    "Kč": "CZK",
}

#: Read where people write them; for writing, many devices' fonts are older than they are.
YOUNG = frozenset({"₾"})

#: Countries whose own currency is written with a bare "$".
DOLLARS = {
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "SG": "SGD",
    "HK": "HKD",
    "MX": "MXN",
    "CL": "CLP",
    "CO": "COP",
    "AR": "ARS",
}


@lru_cache(maxsize=1)
def currencies() -> tuple[str, ...]:
    """Return the codes that some country uses today, the common ones first."""
    today = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _, end, is_tender in uses
        if end is None and is_tender
    }
    return COMMON + tuple(sorted(today - set(COMMON)))


def is_currency(code: str) -> bool:
    """Say whether the code is one of ISO 4217, present or past."""
    return code in _known()


def digits(code: str) -> int:
    """Return how many decimals the currency has (2 for EUR, 0 for JPY, 3 for KWD)."""
    return get_currency_precision(code)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(list_currencies())
