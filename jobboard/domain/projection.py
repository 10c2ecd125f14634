"""Where a place stands on the board's world map: the Equal Earth projection.

Šavrič, Patterson and Jenny, "The Equal Earth map projection", International Journal of Geographical
Information Science 33(3), 2018: areas keep their proportion, so that dots sized by openings do not
stand in an inflated north. ``static/map/land.svg`` is drawn with the same function.
"""

from math import asin, cos, radians, sin, sqrt

#: The map's field in its own units; both are rounded so that the poles and edges touch it.
WIDTH = 1000
HEIGHT = 487

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = sqrt(3) / 2
_POLE = 90.0
_EDGE = 180.0


def place(lat: float, lon: float) -> tuple[float, float]:
    """Return ``(x, y)`` on a field of 1000 × 487 units, x to the east and y to the south.

    Args:
        lat: degrees north, from -90 to 90.
        lon: degrees east, from -180 to 180.

    Raises:
        ValueError: the place is not on the globe.
    """
    if not (-_POLE <= lat <= _POLE and -_EDGE <= lon <= _EDGE):
        raise ValueError(f"no such place: {lat}, {lon}")
    x, y = _projected(radians(lat), radians(lon))
    return (WIDTH / 2 * (1 + x / _X_EDGE), HEIGHT / 2 * (1 - y / _Y_POLE))


def _projected(lat: float, lon: float) -> tuple[float, float]:
    theta = asin(_M * sin(lat))
    square = theta * theta
    sixth = square * square * square
    y = theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    return lon * cos(theta) / (_M * slope), y


_X_EDGE = _projected(0.0, radians(_EDGE))[0]
_Y_POLE = _projected(radians(_POLE), 0.0)[1]
