"""Moments in words: one way to write them in mails and on pages."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time

from jobboard.words import N_

#: “Wed 25 Nov 2026”: short, and no order of day and month to mistake.
_DAY = "EEE d MMM y"
_TIME = "HH:mm"

#: What a page or mail says around the parts; translated by whoever shows it.
WITH_CITY = N_("%(day)s, %(time)s in %(city)s")
WITHOUT_CITY = N_("%(day)s, %(time)s %(zone)s")


def in_words(
    moment: datetime,
    zone: str,
    *,
    locale: str = "en",
    with_city: str = WITH_CITY,
    without_city: str = WITHOUT_CITY,
) -> str:
    """Return a moment as “Wed 25 Nov 2026, 23:59 in Istanbul”, or “… 23:59 UTC”.

    Args:
        moment: aware; shown to the minute.
        zone: an IANA zone; one that nobody knows (old data) is shown in UTC.
        locale: the language of the names, as Babel writes it.
        with_city: ``WITH_CITY`` in the reader's language.
        without_city: ``WITHOUT_CITY`` in the reader's language, for zones that are no place.
    """
    found, name = _zone(zone)
    local = moment.astimezone(found)
    parts = {
        "day": format_date(local.date(), _DAY, locale=locale),
        "time": format_time(local, _TIME, locale=locale),
    }
    place = city_of(name)
    if place:
        return with_city % {**parts, "city": place}
    return without_city % {**parts, "zone": name}


def city_of(zone: str) -> str:
    """Return the place that a zone is named after: ``Istanbul``; empty for ``UTC`` and its kin."""
    area, _, place = zone.rpartition("/")
    return place.replace("_", " ") if area and area != "Etc" else ""


def _zone(name: str) -> tuple[tzinfo, str]:
    try:
        return ZoneInfo(name), name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC, "UTC"
