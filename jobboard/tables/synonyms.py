"""Words that seekers use for one another: ``synonyms.txt`` read once.

A line ``a = b = c`` holds for every direction; ``a > b`` finds *b* for whoever asks for *a* only.
The entries may be of several words. What the index compares is folded text, and so are they.
"""

import re
from functools import lru_cache
from importlib.resources import files

from jobboard.markup.text import fold

_WORD = re.compile(r"[^\W_]+")

Words = tuple[str, ...]


def of(words: Words) -> tuple[Words, ...]:
    """Return what else to look for when these folded words are asked for."""
    return _table().get(words, ())


def longest() -> int:
    """Return how many words the longest entry has."""
    return max(map(len, _table()), default=0)


@lru_cache(maxsize=1)
def _table() -> dict[Words, tuple[Words, ...]]:
    table: dict[Words, tuple[Words, ...]] = {}
    text = (files("jobboard.tables") / "synonyms.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if ">" in line:
            asked, _, found = line.partition(">")
            pairs = [(_words(asked), _words(found))]
        else:
            group = [_words(one) for one in line.split("=")]
            pairs = [(one, other) for one in group for other in group if one != other]
        for one, other in pairs:
            table[one] = (*table.get(one, ()), other)
    return table


def _words(text: str) -> Words:
    return tuple(_WORD.findall(fold(text)))
