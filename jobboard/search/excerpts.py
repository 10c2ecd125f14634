"""Why a listing was found: the piece of its text that holds the words, as plain text and spans.

Nothing here makes markup. A page escapes the pieces between the spans and puts its own marks around
them, so no text of a listing can become part of the page's code.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from jobboard.search import analysis

#: Characters of a text that are looked through, and of the piece that is shown.
_LOOKED_THROUGH = 20_000
_LENGTH = 200
#: Characters shown before the first word found.
_BEFORE = 60
_MORE = "…"
#: Signs of words that are told by more than their first letters: letters with accents and of other
#: scripts, underscores, dots between initials.
_ODD = re.compile(r"[._\x80-\U0010ffff]")
#: What stands between the points of a list; beside an ellipsis it joins nothing.
_JOINING = " ·"
#: First letters by which a word is told from most others.
_TELLING = 4
#: Words found that are weighed against each other; a text may be nothing but the word.
_MOST_FOUND = 200


class Excerpt(NamedTuple):
    """A piece of a text, and where in it the words stand.

    Attributes:
        text: plain text on one line, not escaped.
        spans: first character and the one after the last of each word found, in order.
    """

    text: str
    spans: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether it is a word found."""
        found: list[tuple[str, bool]] = []
        at = 0
        for start, end in self.spans:
            found.append((self.text[at:start], False))
            found.append((self.text[start:end], True))
            at = end
        found.append((self.text[at:], False))
        return [piece for piece in found if piece[0]]


def excerpt(
    text: str, terms: frozenset[str], language: str, length: int = _LENGTH
) -> Excerpt | None:
    """Return the piece of a plain text that holds most of the words, or None when none is in it.

    Args:
        text: plain text; its first 20,000 characters are looked through.
        terms: folded words and stems, from ``engine.matched_terms``.
        language: BCP 47 tag of the text.
        length: characters of the piece at most.
    """
    line = " ".join(text[:_LOOKED_THROUGH].split())
    found = _found(line, terms, language)
    if not found:
        return None
    start, end = _trimmed(line, *_best_window(line, found, length))
    front = _MORE if start else ""
    shift = len(front) - start
    spans = tuple(
        (first + shift, last + shift) for first, last, _ in found if start <= first and last <= end
    )
    is_cut = end < len(line.rstrip(_JOINING))
    return Excerpt(f"{front}{line[start:end]}{_MORE if is_cut else ''}", spans)


def _found(
    text: str, terms: frozenset[str], language: str
) -> list[tuple[int, int, frozenset[str]]]:
    """Return where the words stand, each with the terms that it is."""
    if not terms:
        return []
    base = analysis.language_of(language)
    found = []
    for match in _candidates(text, terms):
        forms = analysis.forms(match.group(), base)
        if not terms.isdisjoint(forms):
            found.append((match.start(), match.end(), terms.intersection(forms)))
            if len(found) == _MOST_FOUND:
                break
    return found


def _candidates(text: str, terms: frozenset[str]) -> Iterator[re.Match[str]]:
    """Return the words of a text that may be one of the terms: a page has thousands of words.

    A stem begins as its word does, which leaves out nearly all plain words without a look at each.
    Not so words with other letters than the plain ones: those are all looked at.
    """
    end = 0
    for start in sorted(_starts(text, _beginnings(terms)) | _odd(text)):
        match = analysis.MARKED_WORD.match(text, start)
        if match is not None and start >= end:
            end = match.end()
            yield match


def _starts(text: str, beginnings: Iterable[str]) -> set[int]:
    """Return where plain words start that begin so; seeking each is far faster than any pattern."""
    # Each letter keeps its place.
    plain = text.encode("ascii", "replace").decode("ascii").lower()
    found: set[int] = set()
    for beginning in beginnings:
        at = plain.find(beginning)
        while at >= 0:
            # The middle of a word is none.
            if not at or not _is_of_word(text[at - 1]):
                found.add(at)
            at = plain.find(beginning, at + 1)
    return found


def _odd(text: str) -> set[int]:
    """Return where words start that are not plain."""
    found: set[int] = set()
    for sign in _ODD.finditer(text):
        at = sign.start()
        is_dot = text[at] == "."
        if is_dot:
            at -= 1
        begin = at
        while begin >= 0 and _is_of_word(text[begin]):
            begin -= 1
        # One letter before the dot is an initial.
        if begin < at and (not is_dot or begin == at - 1):
            found.add(begin + 1)
    return found


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


@lru_cache(maxsize=500)
def _beginnings(terms: frozenset[str]) -> frozenset[str]:
    # Two letters before the end may differ: policies, polici; dying, die.
    return frozenset(term[: min(_TELLING, max(1, len(term) - 2))] for term in terms)


def _best_window(
    line: str, found: list[tuple[int, int, frozenset[str]]], length: int
) -> tuple[int, int]:
    """Return the bounds of the first piece that holds the most different words."""
    starts = [first for first, _, _ in found]
    best, most = 0, -1
    for number, start in enumerate(starts):
        beyond = bisect_left(starts, start + length - _BEFORE)
        different = len(frozenset().union(*(forms for _, _, forms in found[number:beyond])))
        if different > most:
            best, most = start, different
    begin = _word_start(line, max(0, best - _BEFORE)) if len(line) > length else 0
    return begin, _word_end(line, begin + length)


def _trimmed(line: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of a piece without what joined it to the text that is cut off."""
    end = start + len(line[start:end].rstrip(_JOINING))
    return end - len(line[start:end].lstrip(_JOINING)), end


def _word_start(line: str, at: int) -> int:
    if at == 0:
        return 0
    space = line.find(" ", at, at + _BEFORE // 2)
    return space + 1 if space >= 0 else at


def _word_end(line: str, at: int) -> int:
    if at >= len(line):
        return len(line)
    space = line.rfind(" ", at - _BEFORE // 2, at + 1)
    return space if space >= 0 else at
