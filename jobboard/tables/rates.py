"""Rough rates of exchange, for putting listings in order of pay and for nothing else.

Fixed by hand (2025, rounded): an order needs no cents, and a page must not depend on somebody's
server. No amount that is shown was ever converted.
"""

#: United States dollars for one unit.
DOLLARS = {
    "AED": 0.27,
    "AUD": 0.65,
    "BRL": 0.18,
    "CAD": 0.72,
    "CHF": 1.2,
    "CNY": 0.14,
    "COP": 0.00025,
    "CZK": 0.046,
    "DKK": 0.15,
    "EGP": 0.02,
    "EUR": 1.1,
    "GBP": 1.3,
    "GEL": 0.36,
    "HUF": 0.0028,
    "IDR": 0.00006,
    "ILS": 0.28,
    "INR": 0.012,
    "IQD": 0.00076,
    "JOD": 1.41,
    "JPY": 0.0067,
    "KES": 0.0077,
    "KRW": 0.00072,
    "KWD": 3.25,
    "KZT": 0.0019,
    "LBP": 0.000011,
    "MXN": 0.053,
    "NGN": 0.00065,
    "NOK": 0.095,
    "NZD": 0.6,
    "PEN": 0.27,
    "PHP": 0.0175,
    "PKR": 0.0036,
    "PLN": 0.26,
    "QAR": 0.27,
    "RON": 0.22,
    "RUB": 0.012,
    "SAR": 0.27,
    "SEK": 0.1,
    "SGD": 0.76,
    "THB": 0.029,
    "TRY": 0.026,
    "UAH": 0.024,
    "UGX": 0.00027,
    "VND": 0.00004,
    "XAF": 0.0017,
    "XOF": 0.0017,
    "ZAR": 0.055,
}


def in_dollars(amount: float, currency: str) -> float:
    """Return about what an amount is worth; as it stands where the currency is not known."""
    return amount * DOLLARS.get(currency, 1.0)
