"""Numbered pages: reading the number, and which numbers to show."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort

_MOST_DIGITS = 6
#: Numbers shown on each side of the present page.
_AROUND = 2


@dataclass(frozen=True)
class Pages:
    """Where a page stands among the others."""

    page: int
    last: int
    total: int

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before it."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after it."""
        return self.page < self.last

    @property
    def shown(self) -> list[int | None]:
        """The numbers to show: the first, the last and those around it; None where some are not."""
        around = range(max(1, self.page - _AROUND), min(self.last, self.page + _AROUND) + 1)
        shown: list[int | None] = []
        for number in sorted({1, *around, self.last}):
            if shown and number - (shown[-1] or 0) > 1:
                shown.append(None)
            shown.append(number)
        return shown


def number(args: Mapping[str, str], key: str = "page") -> int:
    """Return the page asked for, 1 by default; anything that is no page number is a 404."""
    typed = args.get(key, "1")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS) or int(typed) < 1:
        abort(404)
    return int(typed)


def pages(page: int, total: int, size: int) -> Pages:
    """Return where ``page`` stands; a page beyond the last one is a 404."""
    last = max(1, -(-total // size))
    if page > last:
        abort(404)
    return Pages(page, last, total)
