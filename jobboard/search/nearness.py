"""Which points of the index lie around a place: exact, by the great circle."""

from functools import lru_cache
from math import degrees

from jobboard.domain.places import EARTH_RADIUS, Spot, kilometres
from jobboard.search.index import Snapshot, keep

#: Searches around a place that are remembered for one state of the index.
_MOST_REMEMBERED = 200


def points(snapshot: Snapshot, centre: Spot, radius: int) -> tuple[str, ...]:
    """Return the terms of the field ``point`` that lie at most ``radius`` kilometres away."""
    key = (centre.lat, centre.lon, radius)
    known = snapshot.remembered.nearness
    found = known.get(key)
    if found is None:
        found = keep(known, key, _within(snapshot, centre, radius), _MOST_REMEMBERED)
    return found


def _within(snapshot: Snapshot, centre: Spot, radius: int) -> tuple[str, ...]:
    # Most points fall away by their latitude alone, without any trigonometry.
    band = degrees(radius / EARTH_RADIUS) + 0.001
    found = []
    for term, _ in snapshot.searcher.terms_with_prefix("point", ""):
        lat, lon = _read(term)
        if abs(lat - centre.lat) <= band and kilometres(centre.lat, centre.lon, lat, lon) <= radius:
            found.append(term)
    return tuple(found)


@lru_cache(maxsize=65_536)
def _read(term: str) -> tuple[float, float]:
    lat, _, lon = term.partition(",")
    return float(lat), float(lon)
