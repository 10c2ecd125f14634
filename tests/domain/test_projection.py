import re
from math import cos, radians
from pathlib import Path

import pytest

from jobboard.domain.projection import HEIGHT, WIDTH, place


def test_the_middle_of_the_world_is_the_middle_of_the_map() -> None:
    assert place(0, 0) == (WIDTH / 2, HEIGHT / 2)


@pytest.mark.parametrize(
    ("lat", "lon", "x", "y"),
    [(0, -180, 0, 243.5), (0, 180, 1000, 243.5), (90, 0, 500, 0), (-90, 0, 500, 487)],
)
def test_edges_of_the_world_touch_the_edges_of_the_map(
    lat: float, lon: float, x: float, y: float
) -> None:
    assert place(lat, lon) == pytest.approx((x, y))


def test_a_degree_in_the_north_takes_no_more_room_than_its_share_of_the_globe() -> None:
    # Equal area is the promise: the room of a small field goes with the cosine of its latitude.
    at_the_equator, in_the_north = _room(0), _room(60)
    assert in_the_north / at_the_equator == pytest.approx(cos(radians(60)), rel=0.001)


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0), (0, 180.1), (-91, 0), (0, float("nan"))])
def test_a_place_beyond_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="no such place"):
        place(lat, lon)


def test_land_stands_within_the_field_without_bands_across_it() -> None:
    # Without the cut at the antimeridian, Russia and Fiji draw lines over the whole width.
    outline = (Path(__file__).parents[2] / "static/map/land.svg").read_text()
    assert 'viewBox="0 0 1000 487"' in outline
    steps = [float(step) for step in re.findall(r"l(-?[0-9.]+)", outline.split(' d="')[1])]
    assert len(steps) > 1000
    assert max(map(abs, steps)) < WIDTH / 10


def _room(lat: float) -> float:
    """Return the room that a field of a tenth of a degree takes on the map."""
    west, east = place(lat, 10)[0], place(lat, 10.1)[0]
    south, north = place(lat - 0.05, 10)[1], place(lat + 0.05, 10)[1]
    return (east - west) * (south - north)
