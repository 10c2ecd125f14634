"""Time zones of the IANA database for forms: the usual ones first."""

import zoneinfo
from functools import lru_cache

#: Where the sector's duty stations are, west to east; the form shows these above the rest.
COMMON = (
    "America/Los_Angeles",
    "America/New_York",
    "America/Bogota",
    "America/Sao_Paulo",
    "UTC",
    "Europe/London",
    "Europe/Brussels",
    "Europe/Paris",
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Zurich",
    "Africa/Lagos",
    "Africa/Cairo",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Africa/Nairobi",
    "Asia/Beirut",
    "Asia/Amman",
    "Asia/Tbilisi",
    "Asia/Dubai",
    "Asia/Tashkent",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)

_CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return every zone a form offers: the common ones, then the others by name."""
    others = sorted(
        name
        for name in zoneinfo.available_timezones()
        if name.startswith(_CONTINENTS) and name not in COMMON
    )
    return COMMON + tuple(others)


def is_zone(name: str) -> bool:
    """Say whether the name is a zone of the IANA database (any, also an old name)."""
    return name in _available()


@lru_cache(maxsize=1)
def _available() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})
