"""Rough rates, for the order of pay only."""

from jobboard.tables import currencies, rates


def test_every_rate_is_of_a_currency() -> None:
    assert all(map(currencies.is_currency, rates.DOLLARS))
    assert all(0 < rate < 10 for rate in rates.DOLLARS.values())


def test_large_numbers_of_small_units_are_not_much() -> None:
    assert rates.in_dollars(8_000_000, "JPY") < rates.in_dollars(60_000, "EUR")
    assert rates.in_dollars(100, "USD") == rates.in_dollars(100, "") == 100
