"""Numbers, dates, money and names in the words of the page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from jobboard.domain.taxonomy import OpportunityType, PayKind, PayPeriod
from jobboard.web import filters

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(days=40), "40 days left"),
        (timedelta(days=14), "14 days left"),
        (timedelta(days=13, hours=23), "13 days, 23 hours left"),
        (timedelta(days=3, hours=4, minutes=9), "3 days, 4 hours left"),
        (timedelta(days=3), "3 days left"),
        (timedelta(days=1, minutes=30), "1 day left"),
        (timedelta(hours=5, minutes=7), "5 hours, 7 minutes left"),
        (timedelta(minutes=1), "1 minute left"),
        (timedelta(seconds=59), "Less than a minute left"),
    ],
)
def test_time_left(after: timedelta, words: str) -> None:
    assert filters.time_left(NOW + after, NOW) == words


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(days=3, hours=23), "Closes in 3 days"),
        (timedelta(days=1), "Closes in 1 day"),
        (timedelta(hours=23, minutes=59), "Closes in 23 hours"),
        (timedelta(minutes=2), "Closes in 2 minutes"),
        (timedelta(seconds=1), "Closes in 1 minute"),
    ],
)
def test_the_card_never_promises_more_time_than_there_is(after: timedelta, words: str) -> None:
    assert filters.closes_in(*filters.left(NOW + after, NOW)) == words


def test_a_year_is_said_where_it_is_not_this_one() -> None:
    end = datetime(2027, 12, 31, 22, 30, tzinfo=UTC)
    assert filters.day(end, "UTC", NOW) == "31 Dec"
    assert filters.day(end, "Europe/Istanbul", NOW) == "1 Jan 2028"
    assert filters.moment(end, "UTC", NOW) == "Fri 31 Dec, 22:30 UTC"
    assert filters.moment(end, "Europe/Istanbul") == "Sat 1 Jan 2028, 01:30 in Istanbul"


@pytest.mark.parametrize("zone", ["Nowhere/Land", "", "\x00", "../x", "a" * 999])
def test_an_unknown_zone_is_utc(zone: str) -> None:
    assert filters.zone_of(zone).key == "UTC"
    assert filters.moment(NOW, zone, NOW) == "Mon 1 Mar, 12:00 UTC"


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        ({"low": 48_000_00, "high": 58_000_00, "currency": "EUR"}, "€48,000–58,000 a year"),
        ({"low": 48_000_00, "high": 48_000_00, "currency": "EUR"}, "€48,000 a year"),
        ({"low": 48_000_00, "currency": "GBP"}, "from £48,000 a year"),
        ({"high": 310_50, "currency": "USD", "period": PayPeriod.DAY}, "up to $310.50 a day"),
        ({"low": 5_000_000, "currency": "JPY"}, "from ¥5,000,000 a year"),
        ({"low": 1_700_000, "high": 2_100_000, "currency": "JOD"}, "JOD\xa01,700–2,100 a year"),
        ({"low": 46_000_00, "high": 50_000_00, "currency": "TRY"}, "₺46,000–50,000 a year"),
        # A sign that many devices cannot draw would leave a hole.
        ({"low": 6_460_00, "currency": "GEL"}, "from GEL\xa06,460 a year"),
        ({"text": "TVöD E 13"}, "TVöD E 13"),
        ({}, "Salary"),
        ({"kind": PayKind.UNPAID, "text": "Lunch"}, "Unpaid"),
        ({"kind": PayKind.NOT_STATED}, ""),
    ],
)
def test_pay_in_one_line(pay: dict[str, object], words: str) -> None:
    given = {
        "kind": PayKind.SALARY,
        "low": None,
        "high": None,
        "currency": "",
        "period": PayPeriod.YEAR,
        "text": "",
        **pay,
    }
    assert filters.pay(**given) == words  # type: ignore[arg-type]


def test_names_follow_the_language() -> None:
    assert filters.country_name("TR") == "Türkiye"
    assert filters.language_name("tr") == "Turkish"
    assert filters.number(1_284_000) == "1,284,000"
    with force_locale("fr"):
        assert filters.country_name("DE") == "Allemagne"
        assert filters.language_name("tr") == "Turc"
        assert filters.number(1_284_000) == "1\u202f284\u202f000"


def test_what_is_not_stated_is_said_by_nothing() -> None:
    assert filters.stated(OpportunityType.NOT_STATED) == ""
    assert filters.stated(None) == ""
    assert filters.stated(OpportunityType.PHD) == "Doctoral"
    assert filters.iso(None) == filters.day(None) == filters.moment(None) == ""
