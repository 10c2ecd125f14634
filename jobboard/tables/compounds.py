"""Words written together that name a kind of work: ``compounds.txt`` read once.

Of "Softwareentwicklerin" whoever asks for an "Entwickler" wants to know, and of what comes before
it too. The board takes apart folded words only, in any language: titles mix them.
"""

import re
from functools import lru_cache
from importlib.resources import files

from jobboard.markup.text import fold

#: Letters that stand before the kind of work at least.
_SHORTEST_BEFORE = 3
_ENDINGS = "(?:in|innen|n|en|e|er|s|es)?"


@lru_cache(maxsize=20_000)
def parts(word: str) -> tuple[str, ...]:
    """Return what a folded word is put together of, the kind of work last; none if of nothing."""
    found = _pattern().fullmatch(word)
    return found.groups() if found else ()


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    text = (files("jobboard.tables") / "compounds.txt").read_text(encoding="utf-8")
    kinds = [fold(line) for line in text.splitlines() if line and not line.startswith("#")]
    kind = f"(?:{'|'.join(sorted(set(kinds)))}){_ENDINGS}"
    # A "Mitarbeiter" is a kind himself, no "Arbeiter".
    return re.compile(rf"(?!{kind}\Z)(\w{{{_SHORTEST_BEFORE},}}?)({kind})")
