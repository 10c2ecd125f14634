"""Numbered pages: reading the number, and which numbers to show."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort

_MOST_DIGITS = 6


@dataclass(frozen=True)
class Pages:
    """Where a page stands among the others."""

    page: int
    last: int
    total: int


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
