"""The words box, understood: words, quoted phrases and words with a minus. Nothing else is special.

Operators of the engine, wildcards and regular expressions are plain text here: what is typed never
reaches a query language.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from jobboard.search import analysis

#: Words beyond these are not searched, so that a page of text in the box costs no more than these.
MOST_WORDS = 24

_QUOTES = str.maketrans("“”„«»＂", '""""""')
_PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<chunk>[^\s"]+))')
#: What joins the parts of one word; anything else in a chunk parts words.
_JOINED = re.compile(r"[\w&.'’+#-]+")
_APOSTROPHE = re.compile("['’]")
#: What French and Italian write before an apostrophe, and Turkish after that of a name, as folded:
#: "l'énergie" is the energy, "Türkiye'nin" is Türkiye's.
_BEFORE_APOSTROPHE = frozenset(
    analysis.words("l d j s n m t c qu jusqu lorsqu puisqu dell nell all dall sull un")
)
_AFTER_APOSTROPHE = frozenset(
    analysis.words(
        "in un nin nun yi yu ni nu ya ye na ne da de ta te nda nde dan den tan ten ndan nden "
        "la le yla yle daki deki taki teki ndaki ndeki li lu lar ler"
    )
)
#: Letters of a name that is worth asking for without its ending.
_SHORTEST_NAME = 3

#: Little words that a listing need not hold, as they stand in folded text. Written in capitals
#: they are names (WHO, IT, OR).
LITTLE = frozenset(
    analysis.words(
        "a an and are as at be by for from in is it of on or that the this to with who "
        "au aux avec ce dans de des du en et la le les l d ou par pour sur un une "
        "das der die den dem ein eine fur im mit und von zu zum zur "
        "al con del el en la las los o para por una y "
        "bir icin ile ve da "
        "och i pa av till for med att "
        "het een van voor op aan bij"
    )
)
#: What every listing is: words that say nothing beside others.
LISTINGS = frozenset(
    analysis.words(
        "jobs vacancy vacancies emplois empleos vacantes vacature vacatures stellenangebot "
        "stellenangebote jobb وظيفة وظائف"
    )
)
_JOB = "job"
_SAYS_NOTHING = LITTLE | LISTINGS


@dataclass(frozen=True)
class Word:
    """One word of a search.

    Attributes:
        typed: as it was typed.
        parts: its folded parts: one, or several of a joined word (``R&D``, ``non-lethal``).
        is_little: whether a listing need not hold it.
        endings: words of the index that begin so, for one that was not typed to its end.
    """

    typed: str
    parts: tuple[str, ...]
    is_little: bool = False
    endings: tuple[str, ...] = ()

    @property
    def folded(self) -> str:
        """The word written together."""
        return "".join(self.parts)


@dataclass(frozen=True)
class Asked:
    """What stands in the words box.

    Attributes:
        words: what to find, in order.
        phrases: folded words that must stand together as they are.
        excluded: folded words, one or several together, that must not occur.
    """

    words: tuple[Word, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def read(text: str) -> "Asked":
        """Read the words box."""
        return _read(text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked by words."""
        return not (self.words or self.phrases or self.excluded)

    @property
    def weighty(self) -> tuple[Word, ...]:
        """The words that a listing must hold."""
        return tuple(word for word in self.words if not word.is_little)


@lru_cache(maxsize=500)
def _read(text: str) -> Asked:
    # A page asks three times what was asked.
    words: list[Word] = []
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    for part in _PART.finditer(text.translate(_QUOTES)):
        if part["minus"]:
            parts = tuple(analysis.words(part["phrase"] or part["chunk"] or ""))
            if parts:
                excluded.append(parts)
        elif part["phrase"] is not None:
            parts = tuple(analysis.words(part["phrase"]))
            if parts:
                phrases.append(parts)
        else:
            words.extend(_words(part["chunk"]))
    distinct = dict.fromkeys(words)
    return Asked(
        _weighed(tuple(distinct)[:MOST_WORDS], bool(phrases)),
        tuple(dict.fromkeys(phrases))[:MOST_WORDS],
        tuple(dict.fromkeys(excluded))[:MOST_WORDS],
    )


def is_little(folded: str) -> bool:
    """Tell whether a folded word is one of those that say nothing."""
    return folded in LITTLE


def _words(chunk: str) -> list[Word]:
    found = []
    for typed in _JOINED.findall(chunk):
        parts = tuple(analysis.words(typed))
        if parts:
            found.append(Word(typed.strip("-.'’&+#") or typed, _bare(typed, parts)))
    return found


def _bare(typed: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts of a word without an article before its apostrophe or an ending after it."""
    if len(parts) != len(_APOSTROPHE.findall(typed)) + 1 or len(parts) == 1:
        return parts
    if parts[0] in _BEFORE_APOSTROPHE:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] in _AFTER_APOSTROPHE and len(parts[0]) >= _SHORTEST_NAME:
        parts = parts[:-1]
    return parts


def _says_nothing(word: Word, follower: Word | None) -> bool:
    # "Data analyst job in Rome" asks for no job coach.
    is_end = follower is None or follower.folded in LITTLE
    return word.folded in _SAYS_NOTHING or (word.folded == _JOB and is_end)


def _weighed(words: tuple[Word, ...], has_more: bool) -> tuple[Word, ...]:
    """Mark the little words, unless nothing else is asked for."""
    marked = tuple(
        replace(word, is_little=_says_nothing(word, follower) and not word.typed.isupper())
        for word, follower in zip_longest(words, words[1:])
    )
    return marked if has_more or any(not word.is_little for word in marked) else words
