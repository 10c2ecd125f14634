"""A place where the work is done, as a listing states it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One duty station.

    ``country`` is ISO 3166 alpha-2 in capitals, or None where the words were not
    understood; then ``city`` holds the words as they were written. Latitude and
    longitude are degrees, and stand for the city: a country alone has no
    point here, the map asks the gazetteer for one.
    """

    country: str | None = None
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    geoname_id: int | None = None
    #: A part of the country that tells namesakes apart ("Georgia", "NY"); may be empty.
    area: str = ""
