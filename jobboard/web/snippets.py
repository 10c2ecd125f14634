"""The piece of a listing's text that holds the words of a search, marked, for its card.

Shown where the title alone does not say why a listing was found. The text is plain before it is
marked and every piece of it is escaped, so nothing in it can become part of the page's code.
"""

from collections.abc import Sequence

from markupsafe import Markup

from jobboard.markup.text import fold
from jobboard.queries import listings as find
from jobboard.queries.listings import CardRow
from jobboard.search.analysis import spans
from jobboard.search.asked import Asked
from jobboard.search.excerpts import excerpt
from jobboard.web import cards

#: Characters around the first word found in which the best piece is looked for. Looking through
#: twenty whole texts would take longer than finding them.
_BEFORE, _AFTER = 400, 1_200
_LOOKED_THROUGH = 20_000
#: Letters of a stem that are sought; endings differ.
_SOUGHT = 5


def snippets(rows: Sequence[CardRow], words: str, terms: frozenset[str]) -> dict[int, Markup]:
    """Return marked pieces of texts by the listings' ids, where the title does not say it all.

    Args:
        rows: the listings of a page.
        words: what was asked for in words.
        terms: folded words and stems by which listings match.
    """
    if not terms:
        return {}
    asked = Asked.read(words)
    wanted = len(asked.weighty) + sum(map(len, asked.phrases))
    silent = [row for row in rows if len(spans(row.title, terms, row.language)) < wanted]
    found: dict[int, Markup] = {}
    missing: list[CardRow] = []
    for row in silent:
        piece = cards.kept().find(_key(row, terms))
        if piece is None:
            missing.append(row)
        elif piece:
            found[row.id] = piece
    texts = find.texts([row.id for row in missing])
    for row in missing:
        piece = cards.kept().keep(_key(row, terms), _snippet(row, texts.get(row.id, ""), terms))
        if piece:
            found[row.id] = piece
    return found


def _key(row: CardRow, terms: frozenset[str]) -> tuple[object, ...]:
    return "snippet", row.id, row.version, row.updated_at, terms


def _snippet(row: CardRow, text: str, terms: frozenset[str]) -> Markup:
    found = excerpt(_around(text, terms), terms, row.language)
    return cards.marked(found.text, found.spans) if found is not None else Markup("")


def _places(folded: str, terms: frozenset[str]) -> list[int]:
    return [at for term in terms if (at := folded.find(term[:_SOUGHT])) >= 0]


def _around(text: str, terms: frozenset[str]) -> str:
    """Return the part of a text in which one of the terms seems to stand first."""
    # Folding keeps most lengths; where it does not, the window is wide enough.
    text = text[:_LOOKED_THROUGH]
    places = _places(text.lower(), terms)
    if not places and not text.isascii():
        places = _places(fold(text), terms)
    if not places:
        return text[:_AFTER]
    start = max(0, min(places) - _BEFORE)
    part = text[start : start + _BEFORE + _AFTER]
    # Begins with a whole word.
    return part if start == 0 else "…" + part[part.find(" ") + 1 :]
