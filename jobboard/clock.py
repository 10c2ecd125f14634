"""The one place that asks the machine what time it is.

Only doors (blueprints, the command line and the worker) call it; everything below takes the
moment as an argument, so that a test can choose it.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
