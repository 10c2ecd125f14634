"""Words as the index compares them: folded, split, and reduced to their stems.

Text is folded and split here, in Python, for the index and for the question alike, so that the two
can never disagree. (tantivy's own lower-casing makes of "İ" an i with a combining dot.) The stems
are Snowball's, by the listing's language; the question, whose language nobody knows, is reduced by
every language that the index holds.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from jobboard.markup.text import fold

#: Snowball's stemmers by ISO 639-1 code.
STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_SAME = {"nb": "no", "nn": "no"}

#: A listing whose language has no stemmer, or is unknown, is reduced as English.
FALLBACK = "en"

#: Words longer than this are cut: no seeker types them, and the index keeps every one.
LONGEST_WORD = 40

_WORD = re.compile(r"[^\W_]+")
MARKED_WORD = re.compile(r"(?:\w\.){2,}|\w+")
_INITIALS = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
#: Parts of an organisation's name, signs in its words, words that its first letters stand for, and
#: letters of a word that is itself such letters.
_NAME_END = re.compile(r"[,;:|/()\[\]–—]|\s-\s")
_SIGNS_OF_NAMES = re.compile(r"[^\w]")
_FEWEST_IN_NAME = 3
_SMALL = frozenset(
    _WORD.findall("a an and at by for in of on the to de del des du et la le les y und")
)
_MOST_LETTERS = 3
_POSSESSIVE = re.compile(r"'s(?!\w)")
_SIGNED = re.compile(r"(?<!\w)([cf])(\+\+|#)")
_SIGNS = {"++": "plusplus", "#": "sharp"}
_SCRIPTS = {
    "ar": re.compile("[\u0600-\u06ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
}
#: Scripts without spaces between words: what is looked for is any run of signs in a longer one.
_UNSPACED = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff]+"
)
#: Names of the same work for women and men that the stemmers part, by language: folded endings.
_SAME_WORK = {
    "de": (
        (re.compile(r"(\w{2,}(?:t|ch|d|f|eur|or|ar|er|olog|agog|lleg))in(?:nen)?(?!\S)"), r"\1"),
        (re.compile(r"(\w{3,})(?:frau(?:en)?|leute)(?!\S)"), r"\1mann"),
    ),
    "es": ((re.compile(r"(\w{2,}ier)(?:as?|os)(?!\S)"), r"\1o"),),
    "fr": (
        (re.compile(r"(\w{3,}t)rice(s?)(?!\S)"), r"\1eur\2"),
        (re.compile(r"(\w{4,})euse(s?)(?!\S)"), r"\1eur\2"),
        (re.compile(r"(\w{4,})ere(s?)(?!\S)"), r"\1er\2"),
        (re.compile(r"(\w{4,}e)e(s?)(?!\S)"), r"\1\2"),
    ),
    "it": ((re.compile(r"(\w{3,}t)ric[ei](?!\S)"), r"\1ore"),),
}
_ALIF = re.compile("(?<=[\u0620-\u064a]{3})\u0627$")


def words(text: str) -> list[str]:
    """Return the folded words of a text in order: ``U.S.`` is ``us``, ``R&D`` is ``r``, ``d``."""
    folded = fold(text)
    if "." in folded:
        folded = _INITIALS.sub(lambda found: found.group().replace(".", ""), folded)
    if "'" in folded:
        folded = _POSSESSIVE.sub("", folded)
    if "+" in folded or "#" in folded:
        folded = _SIGNED.sub(lambda found: found.group(1) + _SIGNS[found.group(2)], folded)
    found: list[str] = _WORD.findall(folded)
    if not folded.isascii() and _UNSPACED.search(folded):
        return [part[:LONGEST_WORD] for word in found for part in _apart(word)]
    return [word[:LONGEST_WORD] for word in found]


def _apart(word: str) -> Iterator[str]:
    """Return a word, what of it has no spaces as all pairs of neighbouring signs."""
    at = 0
    for run in _UNSPACED.finditer(word):
        yield from filter(None, (word[at : run.start()],))
        signs = run.group()
        yield from (signs[n : n + 2] for n in range(max(1, len(signs) - 1)))
        at = run.end()
    yield from filter(None, (word[at:],))


def initials(name: str) -> list[str]:
    """Return what an organisation may be called for short: the first letters of its words.

    Of each part between commas and the like, and in it of the words that are written large:
    "U.S. Agency for International Development" is ``usaid``. Folded, three letters at least.
    """
    found = []
    for part in _NAME_END.split(name):
        written = [_SIGNS_OF_NAMES.sub("", word) for word in part.split()]
        large = [word for word in written if word[:1].isupper() and fold(word) not in _SMALL]
        if len(large) == _FEWEST_IN_NAME - 1 and any(map(_is_of, written)):
            # The Department of Justice is the DoJ.
            found.append(
                "".join(fold(word[0]) for word in written if word in large or _is_of(word))
            )
        if len(large) >= _FEWEST_IN_NAME:
            # A word that is letters already goes in whole: but not where all is in capitals.
            is_loud = part.isupper()
            short = "".join(
                word if word.isupper() and len(word) <= _MOST_LETTERS and not is_loud else word[0]
                for word in large
            )
            found += [word for word in words(short) if len(word) >= _FEWEST_IN_NAME]
    return found


def _is_of(word: str) -> bool:
    return fold(word) == "of"


def stems(folded: Iterable[str], language: str) -> list[str]:
    """Return the stems of folded words in a listing's language, one for each word.

    Words of a script that the language is not written in are reduced by that script's language.
    """
    base = language_of(language)
    text = " ".join(folded)
    if not text:
        return []
    found: list[str] = _stemmer(base).analyze(same_work(text, base))
    if not text.isascii():
        for other, script in _SCRIPTS.items():
            if other != base and script.search(text):
                found = _stemmer(other).analyze(" ".join(found))
        if _SCRIPTS["ar"].search(text):
            # Snowball leaves the alif of the feminine plural (ممرضات), which parts it from its
            # singular.
            found = [_ALIF.sub("", word) for word in found]
    return found


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """Return the stem of one folded word in a listing's language."""
    return "".join(stems((word,), language))


def same_work(folded: str, language: str) -> str:
    """Return folded words with the names of women's work as those of men's: Referentin."""
    for feminine, masculine in _SAME_WORK.get(language, ()):
        folded = feminine.sub(masculine, folded)
    return folded


@lru_cache(maxsize=4096)
def stems_of_word(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return the distinct stems that one folded word has in any of the languages."""
    return tuple(sorted({stem(word, language) for language in languages}))


@lru_cache(maxsize=4096)
def works_of_word(word: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return what else one folded word is called in any of the languages (``same_work``)."""
    found = (same_work(word, language) for language in languages if language in _SAME_WORK)
    return tuple(dict.fromkeys(one for one in found if one != word))


def spans(text: str, terms: frozenset[str], language: str) -> list[tuple[int, int]]:
    """Return where in a text stand words of ``terms``, spelled so or with the same stem.

    Returns:
        Pairs of the first character and the one after the last, in order.
    """
    base = language_of(language)
    return [
        match.span()
        for match in MARKED_WORD.finditer(text)
        if not terms.isdisjoint(forms(match.group(), base))
    ]


@lru_cache(maxsize=20_000)
def forms(word: str, language: str) -> tuple[str, ...]:
    """Return what one word of a text is found by: its folded parts and their stems, each once.

    Args:
        word: as it stands in the text.
        language: code of the stemmer, from ``language_of``.
    """
    parts = words(word)
    # A tuple of texts is nothing for the collector to go through, and there are thousands.
    return tuple(dict.fromkeys((*parts, *stems(parts, language))))


def language_of(tag: str) -> str:
    """Return the code of the stemmer for a BCP 47 tag."""
    code = tag.partition("-")[0].lower()
    code = _SAME.get(code, code)
    return code if code in STEMMERS else FALLBACK


@lru_cache(maxsize=len(STEMMERS))
def _stemmer(code: str) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.whitespace())
    return builder.filter(Filter.stemmer(STEMMERS[code])).build()
