"""Rough rates, for the order of pay only."""

import datetime

from babel.numbers import get_territory_currencies

from jobboard.tables import currencies, gazetteer, rates


def test_every_rate_is_of_a_currency() -> None:
    assert all(map(currencies.is_currency, rates.DOLLARS))
    assert all(0 < rate < 10 for rate in rates.DOLLARS.values())


def test_large_numbers_of_small_units_are_not_much() -> None:
    assert rates.in_dollars(8_000_000, "JPY") < rates.in_dollars(60_000, "EUR")
    assert rates.in_dollars(100, "USD") == rates.in_dollars(100, "") == 100


def test_currencies_of_small_units_do_not_lead_the_list() -> None:
    """The best paid would be whoever is paid in the smallest coin."""
    today = datetime.date(2026, 1, 1)
    used = {
        code
        for country in gazetteer.countries()
        for code in get_territory_currencies(country.code, today, tender=True)
    }
    assert len(used) > 100
    assert used <= set(rates.DOLLARS)
    assert rates.in_dollars(70_000, "TWD") < rates.in_dollars(5_000, "CHF")
    assert rates.in_dollars(16_000, "MAD") < rates.in_dollars(5_000, "CHF")
    assert rates.in_dollars(1_000_000, "XXX") == 0
