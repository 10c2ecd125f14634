"""Two versions of a text compared word by word: what stays, what went, what came."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\S+\s*|\s+")
_LINES = re.compile(r"[^\n]*\n+|[^\n]+")
#: Beyond so many words on both sides, words that occur everywhere no longer anchor a match:
#: exact, but without this the time grows with the square of a long text.
_MANY = 1500
#: Unchanged text longer than twice this is cut in its middle.
_KEPT = 160


class Kind(StrEnum):
    """What happened to a stretch of text."""

    SAME = "same"
    GONE = "del"
    NEW = "ins"
    #: Unchanged text that is left out.
    CUT = "cut"


@dataclass(frozen=True)
class Stretch:
    """Some text that shares one fate."""

    kind: Kind
    text: str


def compared(before: str, after: str) -> list[Stretch]:
    """Return both texts as one: the stretches that stay, and before each change what went.

    Joining all but the new ones gives ``before``, all but the gone ones ``after``.
    """
    merged: list[Stretch] = []
    for stretch in _by_lines(before, after):
        if merged and merged[-1].kind is stretch.kind:
            merged[-1] = Stretch(stretch.kind, merged[-1].text + stretch.text)
        else:
            merged.append(stretch)
    return merged


def shortened(stretches: Sequence[Stretch], kept: int = _KEPT) -> list[Stretch]:
    """Return the stretches with long unchanged text cut, so that the changes stand together."""
    short: list[Stretch] = []
    last = len(stretches) - 1
    for position, stretch in enumerate(stretches):
        if stretch.kind is not Kind.SAME:
            short.append(stretch)
            continue
        head = 0 if position == 0 else kept
        tail = 0 if position == last else kept
        short.extend(_cut(stretch.text, head, tail))
    return short


def one_side(stretches: Sequence[Stretch], without: Kind) -> list[Stretch]:
    """Return one version alone, its changes still marked.

    Args:
        stretches: both versions.
        without: ``GONE`` leaves the new version, ``NEW`` the old one.
    """
    return [stretch for stretch in stretches if stretch.kind is not without]


def _by_lines(before: str, after: str) -> Iterator[Stretch]:
    old, new = _LINES.findall(before), _LINES.findall(after)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Stretch(Kind.SAME, "".join(old[a:b]))
        else:
            yield from _by_words("".join(old[a:b]), "".join(new[c:d]))


def _by_words(before: str, after: str) -> Iterator[Stretch]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    is_long = len(old) + len(new) > _MANY
    # The space behind a word does not make it another one.
    matcher = SequenceMatcher(
        None, [word.rstrip() for word in old], [word.rstrip() for word in new], autojunk=is_long
    )
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from _same_words(old[a:b], new[c:d])
            continue
        if a < b:
            yield Stretch(Kind.GONE, "".join(old[a:b]))
        if c < d:
            yield Stretch(Kind.NEW, "".join(new[c:d]))


def _same_words(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    for was, is_now in zip(old, new, strict=True):
        if was == is_now:
            yield Stretch(Kind.SAME, was)
            continue
        word = was.rstrip()
        parts = (
            Stretch(Kind.SAME, word),
            Stretch(Kind.GONE, was[len(word) :]),
            Stretch(Kind.NEW, is_now[len(word) :]),
        )
        yield from (part for part in parts if part.text)


def _cut(text: str, head: int, tail: int) -> list[Stretch]:
    if len(text) <= head + tail + _KEPT:
        return [Stretch(Kind.SAME, text)]
    start = text[:head]
    # Cut between words, not inside one.
    start = start[: start.rfind(" ") + 1] if " " in start else start
    end = text[len(text) - tail :] if tail else ""
    end = end[end.find(" ") :] if " " in end else end
    parts = [Stretch(Kind.SAME, start), Stretch(Kind.CUT, " … "), Stretch(Kind.SAME, end)]
    return [part for part in parts if part.text]
