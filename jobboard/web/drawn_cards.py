"""The cards of a list as HTML.

A list shows the same cards again and again, so a drawn card is kept as long as nothing in it
changes: its listing's version, its organisation's profile, the words of its deadline. The title and
the snippet, in which each search marks other words, are gaps in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from markupsafe import Markup, escape

from jobboard.domain.taxonomy import DeadlineKind
from jobboard.queries.cards import CardRow
from jobboard.search.analysis import spans
from jobboard.web import filters
from jobboard.web.cards import Card, Deadline, card
from jobboard.web.pieces import Piece, Pieces, all_escaped, gap, macro, pieces

#: The clocks of the world differ from UTC by this at most.
_ZONES = timedelta(hours=14)
#: The words of a card that its template takes one by one; empty ones are left out of it.
_WORDS = (
    *("url", "language", "dir", "organisation", "organisation_url", "initials"),
    *("place_text", "mode_text", "pay_text"),
)
_DEADLINE = ("relative", "absolute", "iso", "zone")
_TITLE, _SNIPPET = gap("title"), gap("snippet")

Marks = Sequence[tuple[int, int]]


def drawn(
    rows: Iterable[CardRow],
    now: datetime,
    *,
    marks: Mapping[int, Marks] = MappingProxyType({}),
    snippets: Mapping[int, Markup] = MappingProxyType({}),
) -> list[Markup]:
    """Return cards as HTML.

    Args:
        rows: the listings in order.
        now: the moment from which time left is counted.
        marks: the letters of titles to be marked, by the listings' ids.
        snippets: pieces of their texts with words marked, by id (``web/snippets.py``).
    """
    known = pieces()
    # A day of this year is said without it, and the new year begins in the poster's zone.
    years = ((now - _ZONES).year, (now + _ZONES).year)
    cards = []
    for row in rows:
        snippet = snippets.get(row.id)
        key = (
            "card",
            row.id,
            row.version,
            row.updated_at,
            row.registered_name,
            row.organisation_slug,
            row.verified_at,
            _time_left(row, now),
            snippet is None,
            years,
        )
        piece = known.find(key)
        if piece is None:
            piece = _drawn(known, card(row, now), has_snippet=snippet is not None)
            known.keep(key, piece)
        title = marked(row.title, marks.get(row.id, ()))
        cards.append(piece.filled({"title": title, "snippet": snippet or ""}))
    return cards


def marks_in_titles(rows: Iterable[CardRow], terms: frozenset[str]) -> dict[int, Marks]:
    """Return the letters of titles that a search found, by the listings' ids."""
    if not terms:
        return {}
    return {row.id: spans(row.title, terms, row.language) for row in rows}


def marked(text: str, marks: Marks) -> Markup:
    """Return a text as HTML with some of its letters marked; everything is escaped."""
    if not marks:
        return escape(text)
    parts: list[str] = []
    end = 0
    for start, stop in _joined(text, marks):
        parts += (escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>")
        end = stop
    return Markup("".join([*parts, escape(text[end:])]))  # noqa: S704 - each is escaped


def _drawn(known: Pieces, shown: Card, *, has_snippet: bool) -> Piece:
    """Draw a card with gaps for what each search marks otherwise: its title, its snippet."""
    end = shown.deadline
    form = known.form(
        "card",
        _form,
        tuple(bool(getattr(shown, name)) for name in _WORDS),
        tuple(bool(getattr(end, name)) for name in _DEADLINE),
        *(shown.is_verified, shown.is_unpaid, end.is_urgent, len(shown.facts), has_snippet),
    )
    words = [getattr(shown, name) for name in _WORDS]
    words += [getattr(end, name) for name in _DEADLINE]
    names = (*_WORDS, *_DEADLINE, *(f"fact{number}" for number in range(len(shown.facts))))
    values = dict(zip(names, all_escaped((*words, *shown.facts)), strict=True))
    return Piece(form.filled({**values, "title": _TITLE, "snippet": _SNIPPET}))


def _form(
    words: tuple[bool, ...],
    ends: tuple[bool, ...],
    is_verified: bool,
    is_unpaid: bool,
    is_urgent: bool,
    fact_count: int,
    has_snippet: bool,
) -> str:
    """Draw the template of a card of this shape, with gaps for the words that it has."""
    end = {name: gap(name) if has else "" for name, has in zip(_DEADLINE, ends, strict=True)}
    form = Card(
        **{name: gap(name) if has else "" for name, has in zip(_WORDS, words, strict=True)},
        title=_TITLE,
        snippet=_SNIPPET if has_snippet else "",
        is_verified=is_verified,
        facts=tuple(gap(f"fact{number}") for number in range(fact_count)),
        is_unpaid=is_unpaid,
        deadline=Deadline(**end, is_urgent=is_urgent, kind=""),
    )
    return macro("card", "card")(form)


def _joined(text: str, marks: Marks) -> list[tuple[int, int]]:
    """Join marks that only a space parts, so that a phrase is marked as one."""
    joined: list[tuple[int, int]] = []
    for start, stop in marks:
        if joined and text[joined[-1][1] : start].isspace():
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _time_left(row: CardRow, now: datetime) -> tuple[str, int] | None:
    if row.deadline_kind is not DeadlineKind.DATE:
        return None
    # Three days and an hour is urgent like three days; the unit and its number decide it all.
    return filters.left(row.ends_at, now)
