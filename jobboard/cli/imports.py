"""``jobboard import``: listings from a WordPress export or from JSON Lines."""

from collections.abc import Iterator

from jobboard.formats.imported import ImportedListing
from jobboard.services.imports import Line

#: Seconds between two batches, so that people's writes get their turn on SQLite.
PAUSE = 0.02

ALL_LOADED, SOME_REFUSED, NOTHING_DONE = 0, 1, 2

Records = Iterator[ImportedListing | Line]
