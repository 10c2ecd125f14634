"""Pieces of pages drawn once by their templates, with gaps for what differs each time.

Drawing the same frame, the same card and the same row of a facet by its template for every request
was nine tenths of what a page cost. A template is drawn once for each shape it can take (with a
logo or without, open or folded), ``gap`` standing where values will come; a page then joins texts.
The templates stay the one place that says how things look.

Whatever is put into a gap is HTML already: ``escape`` it first. Values that people wrote never
choose a shape, and are never drawn into a piece.
"""

import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from threading import Lock
from typing import Any, cast

from flask import current_app
from markupsafe import Markup, escape

from jobboard.web import wording

#: A macro of a template.
Macro = Callable[..., str]

#: Before and after a gap's name; no text of the board holds a NUL.
_EDGE = "\x00"
#: Bytes of filled pieces kept in one process, and of what goes with each.
_KEPT_BYTES = 12 * 1024 * 1024
_OF_A_KEY = 700
#: A template's own, a thousand times on a page.
_INDENTATION = re.compile(r"\n\s+")
#: Drawn forms kept in one language; there are some hundreds, unless somebody asks for all pages.
_MOST_FORMS = 4_000


class Piece:
    """HTML with named gaps."""

    __slots__ = ("_parts",)

    def __init__(self, html: str) -> None:
        """Take a drawn template apart at its gaps."""
        # As plain text: Markup would make of each part HTML of its own.
        # A tuple of texts is nothing for the collector to go through.
        self._parts = tuple(str(html).split(_EDGE))

    def filled(self, values: Mapping[str, str]) -> Markup:
        """Return the whole as HTML.

        Args:
            values: HTML for each gap, by its name; others are not looked at.
        """
        parts = list(self._parts)
        for at in range(1, len(parts), 2):
            parts[at] = values[parts[at]]
        # Markup() would first ask the text whether it is HTML, for each of a page's many pieces.
        return str.__new__(Markup, "".join(parts))

    def around(self, value: str) -> str:
        """Return the whole with HTML in its one gap; just itself if it has none."""
        if len(self._parts) == 1:
            return self._parts[0]
        before, _name, after = self._parts
        return f"{before}{value}{after}"

    @property
    def size(self) -> int:
        """Bytes it takes, roughly."""
        return sum(map(sys.getsizeof, self._parts))


def gap(name: str) -> Markup:
    """Return what is drawn where a value of this name will come."""
    return Markup(f"{_EDGE}{name}{_EDGE}")  # noqa: S704 - a name of the program's own


def all_escaped(texts: Iterable[str]) -> list[str]:
    """Return texts as HTML: at once, for a card has sixteen of them and a page has twenty cards."""
    return str(escape(_EDGE.join(texts))).split(_EDGE)


def macro(template: str, name: str) -> Macro:
    """Return a macro of a template, to be called from Python."""
    found = getattr(current_app.jinja_env.get_template(f"macros/{template}.html").module, name)
    return cast(Macro, found)


class Pieces:
    """The pieces of one application in one language.

    Attributes:
        language: its code.
    """

    def __init__(self, language: str, kept: "Kept", *, is_reloading: bool) -> None:
        """Begin with nothing drawn.

        Args:
            language: in which the pieces are drawn.
            kept: where filled pieces are kept, whatever their language.
            is_reloading: draw and fill each time, for whoever works on the templates.
        """
        self.language = language
        self._kept = kept
        self._is_reloading = is_reloading
        self._forms: dict[Hashable, Piece] = {}

    def form(self, name: str, draw: Callable[..., str], *shape: Hashable) -> Piece:
        """Return a form with gaps, drawn when it is first asked for.

        Args:
            name: which form.
            draw: draws it, called with the shape.
            shape: all that tells its drawings apart; nothing that people wrote.
        """
        key = (name, *shape)
        found = self._forms.get(key)
        if found is None or self._is_reloading:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            found = self._forms[key] = Piece(_INDENTATION.sub("\n", draw(*shape)))
        return found

    def kept(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        """Return what was kept under a key, or make and keep it."""
        found: Markup | None = self.find(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return found

    def find(self, key: Hashable) -> Any | None:
        """Return what was kept under a key, or None."""
        return None if self._is_reloading else self._kept.find((self.language, key))

    def keep(self, key: Hashable, piece: "Piece | str") -> None:
        """Keep a piece that values were put into."""
        self._kept.keep((self.language, key), piece)


def pieces() -> Pieces:
    """Return the pieces of the present application in the language of the page."""
    language = wording.language()
    shelves: dict[str, Pieces] = current_app.extensions.setdefault("pieces", {})
    found = shelves.get(language)
    if found is None:
        kept = current_app.extensions.setdefault("kept_pieces", Kept(_KEPT_BYTES))
        is_reloading = current_app.jinja_env.auto_reload
        found = shelves[language] = Pieces(language, kept, is_reloading=is_reloading)
    return found


class Kept:
    """Filled pieces of one process by their keys; those not asked for longest are given up."""

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


def _size(piece: Any) -> int:
    """Return the bytes that a piece takes, its key and its place in the order counted roughly."""
    return _OF_A_KEY + (piece.size if isinstance(piece, Piece) else sys.getsizeof(piece))
