"""Pay out of people's words, and numbers only where the words leave no doubt."""

import pytest

from jobboard.formats.imported import ImportedPay
from jobboard.formats.pay_text import read_pay

Read = tuple[int | None, int | None, str | None, str | None]


def numbers(pay: ImportedPay) -> Read:
    return pay.minimum, pay.maximum, pay.currency, pay.period


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("$40,000- $70,000", (4_000_000, 7_000_000, "USD", "year")),
        ("$103,600 -  $113,400", (10_360_000, 11_340_000, "USD", "year")),
        ("$27.50/hr", (2_750, 2_750, "USD", "hour")),
        ("$27-$29/hr", (2_700, 2_900, "USD", "hour")),
        ("$85-100k", (8_500_000, 10_000_000, "USD", "year")),
        ("£30k per annum", (3_000_000, 3_000_000, "GBP", "year")),
        ("EUR 42.000 - 50.000 brutto im Jahr", (4_200_000, 5_000_000, "EUR", "year")),
        ("42000 € par an", (4_200_000, 4_200_000, "EUR", "year")),
        ("1.234,56 € / Monat", (123_456, 123_456, "EUR", "month")),
        ("S/. 1,400.00 mensual", (140_000, 140_000, "PEN", "month")),
        ("JPY 300,000 a month", (300_000, 300_000, "JPY", "month")),
        ("AUD $95,000 per year", (9_500_000, 9_500_000, "AUD", "year")),
        ("USD 32318 - 46831 Per Year", (3_231_800, 4_683_100, "USD", "year")),
        ("from €50,000", (5_000_000, None, "EUR", "year")),
        ("up to £400 per day", (None, 40_000, "GBP", "day")),
        ("$70,000 or more", (7_000_000, None, "USD", "year")),
        ("$5,000 flat fee", (500_000, 500_000, "USD", "total")),
        ("$25 an hour, 20 hours per week", (2_500, 2_500, "USD", "hour")),
    ],
)
def test_clear_words(written: str, read: Read) -> None:
    pay = read_pay(written)
    assert pay.text == " ".join(written.split())
    assert numbers(pay) == read
    assert pay.kind in ("salary", "fee")


@pytest.mark.parametrize(
    "written",
    [
        "Competitive",
        "62500",
        "$53K-$91K (Glassdoor est.)",
        "$40,000 in year one, $50,000 in year two",
        "Call 555 0100",
        "$1 - $900,000",
        "40,000 or 50,000",
        "Grade P-4, step 2",
        "$0",
        "between 30 and 40",
        "9" * 400,
        "$" * 400,
    ],
)
def test_doubtful_words_stay_words(written: str) -> None:
    pay = read_pay(written)
    assert numbers(pay)[:2] == (None, None)
    assert pay.kind == "not_stated"


@pytest.mark.parametrize("written", ["", "-", " — ", "…", "\u200b"])
def test_nothing_said(written: str) -> None:
    assert read_pay(written) == ImportedPay()


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Unpaid", "unpaid"),
        ("This is an unpaid internship", "unpaid"),
        ("Monthly stipend of EUR 800", "stipend"),
        ("Scholarship", "scholarship"),
        ("living allowance only", "living_allowance"),
        ("Honorarium", "fee"),
    ],
)
def test_kinds(written: str, kind: str) -> None:
    assert read_pay(written).kind == kind


def test_what_the_source_states_apart() -> None:
    assert numbers(read_pay("42000-50000", "EUR", "YEAR")) == (4_200_000, 5_000_000, "EUR", "year")
    assert numbers(read_pay("42000", "XXY", "YEAR"))[0] is None
    # What is written out is believed before what stands in a box beside it.
    assert numbers(read_pay("£300 per day", "EUR", "YEAR")) == (30_000, 30_000, "GBP", "day")


def test_whose_dollar() -> None:
    assert read_pay("$95,000", country="AU").currency == "AUD"
    assert read_pay("$95,000", country="CA").currency == "CAD"
    assert read_pay("$95,000", country="DE").currency == "USD"
    assert read_pay("$95,000").currency == "USD"
