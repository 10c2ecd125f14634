"""Pieces of pages drawn once by their templates, with gaps for what differs each time.

Drawing the same frame, the same card and the same row of a facet by its template for every request
was nine tenths of what a page cost. A template is drawn once for each shape it can take (with a
logo or without, open or folded), ``gap`` standing where values will come; a page then joins texts.
The templates stay the one place that says how things look.

Whatever is put into a gap is HTML already: ``escape`` it first. Values that people wrote never
choose a shape, and are never drawn into a piece.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, TypeVar, cast

from flask import current_app
from markupsafe import Markup

from jobboard.web import wording

#: Before and after a gap's name; no text of the board holds a NUL.
_EDGE = "\x00"
#: Bytes of pieces kept in one process, and of what goes with each.
_KEPT_BYTES = 8 * 1024 * 1024
_OF_A_KEY = 700


class Piece:
    """HTML with named gaps."""

    __slots__ = ("_parts",)

    def __init__(self, html: str) -> None:
        """Take a drawn template apart at its gaps."""
        self._parts = html.split(_EDGE)

    def filled(self, values: Mapping[str, str]) -> Markup:
        """Return the whole as HTML.

        Args:
            values: HTML for each gap, by its name; others are not looked at.
        """
        parts = self._parts.copy()
        for at in range(1, len(parts), 2):
            parts[at] = values[parts[at]]
        return Markup("".join(parts))  # noqa: S704 - a template's own output and escaped values

    @property
    def size(self) -> int:
        """Bytes it takes, roughly."""
        return sum(map(sys.getsizeof, self._parts))


def gap(name: str) -> Markup:
    """Return what is drawn where a value of this name will come."""
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704 - a name of the program's own


def drawn(name: str, draw: Callable[[], str], *shape: Hashable) -> Piece:
    """Return a piece, drawn when it is first asked for in the language of the page.

    Args:
        name: which piece.
        draw: draws it, gaps and all; everything else in it follows from the shape.
        shape: what tells its forms apart.
    """
    if current_app.jinja_env.auto_reload:
        return Piece(draw())
    return once(("piece", name, wording.language(), shape), lambda: Piece(draw()))


def macro(template: str, name: str) -> Callable[..., str]:
    """Return a macro of a template, to be called from Python."""
    found = getattr(current_app.jinja_env.get_template(f"macros/{template}.html").module, name)
    return cast(Callable[..., str], found)


class Kept:
    """Pieces of one process by their keys; those not asked for longest are given up first."""

    def __init__(self, most: int) -> None:
        """Remember how many bytes to keep at most."""
        self._most = most
        self._bytes = 0
        self._pieces: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes of all pieces kept."""
        return self._bytes

    def find(self, key: Hashable) -> Any | None:
        """Return a piece, or None when it must be made."""
        with self._lock:
            piece = self._pieces.get(key)
            if piece is not None:
                self._pieces.move_to_end(key)
            return piece

    def keep(self, key: Hashable, piece: Any) -> None:
        """Keep a piece."""
        with self._lock:
            former = self._pieces.pop(key, None)
            self._bytes += _size(piece) - (_size(former) if former is not None else 0)
            self._pieces[key] = piece
            while self._bytes > self._most:
                _, oldest = self._pieces.popitem(last=False)
                self._bytes -= _size(oldest)


Made = TypeVar("Made")


def once(key: Hashable, make: Callable[[], Made]) -> Made:
    """Return what was made under a key before, or make and keep it."""
    kept = _kept()
    found = kept.find(key)
    if found is None:
        found = make()
        kept.keep(key, found)
    return cast(Made, found)


def find(key: Hashable) -> Any | None:
    """Return what was kept under a key, or None."""
    return _kept().find(key)


def keep(key: Hashable, piece: Any) -> None:
    """Keep a piece or a text under a key."""
    _kept().keep(key, piece)


def _kept() -> Kept:
    found: Kept = current_app.extensions.setdefault("kept_pieces", Kept(_KEPT_BYTES))
    return found


def _size(piece: Any) -> int:
    """Return the bytes that a piece takes, its key and its place in the order counted roughly."""
    return _OF_A_KEY + (piece.size if isinstance(piece, Piece) else sys.getsizeof(piece))
