"""Moments in words: one way to write them in mails and on pages."""

from datetime import UTC, datetime

import pytest

from jobboard.markup.dates import city_of, in_words

MOMENT = datetime(2026, 11, 25, 20, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Istanbul", "Wed 25 Nov 2026, 23:59 in Istanbul"),
        ("America/New_York", "Wed 25 Nov 2026, 15:59 in New York"),
        ("America/Argentina/Buenos_Aires", "Wed 25 Nov 2026, 17:59 in Buenos Aires"),
        ("Asia/Kathmandu", "Thu 26 Nov 2026, 02:44 in Kathmandu"),
        ("UTC", "Wed 25 Nov 2026, 20:59 UTC"),
        ("Etc/GMT-3", "Wed 25 Nov 2026, 23:59 Etc/GMT-3"),
        ("Nowhere/Land", "Wed 25 Nov 2026, 20:59 UTC"),
        ("", "Wed 25 Nov 2026, 20:59 UTC"),
        ("../etc/passwd", "Wed 25 Nov 2026, 20:59 UTC"),
    ],
)
def test_a_moment_is_said_in_the_zone_of_the_poster(zone: str, words: str) -> None:
    assert in_words(MOMENT, zone) == words


def test_the_hour_of_summer_time_is_the_one_on_the_wall() -> None:
    before = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert in_words(before, "Europe/Berlin") == "Sun 28 Mar 2027, 01:59 in Berlin"
    after = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert in_words(after, "Europe/Berlin") == "Sun 28 Mar 2027, 03:00 in Berlin"


def test_names_are_those_of_the_readers_language() -> None:
    words = in_words(
        MOMENT, "Europe/Istanbul", locale="fr", with_city="%(day)s, %(time)s, %(city)s"
    )
    assert words == "mer. 25 nov. 2026, 23:59, Istanbul"


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        ("Europe/Istanbul", "Istanbul"),
        ("UTC", ""),
        ("Etc/UTC", ""),
        ("America/St_Johns", "St Johns"),
    ],
)
def test_a_zone_is_called_by_its_city(zone: str, city: str) -> None:
    assert city_of(zone) == city
