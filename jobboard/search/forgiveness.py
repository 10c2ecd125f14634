"""Words typed wrongly: what was probably meant, and what was replaced for it."""

from dataclasses import replace

from jobboard.search import spelling
from jobboard.search.asked import Asked, Word
from jobboard.search.matching import Matcher

#: A word that listings do hold is taken for a slip only when the other is that much more frequent.
_MORE_FREQUENT = 10
#: And one that more listings hold is no slip.
_MOST_FREQUENT_SLIP = 20


def forgiven(
    matcher: Matcher, asked: Asked, *, only_unknown: bool
) -> tuple[Asked, tuple[tuple[str, str], ...]]:
    """Return what was probably meant, and the words that were replaced for it.

    Args:
        matcher: what knows the index's words.
        asked: the words as they were typed.
        only_unknown: whether to doubt only words that no listing has; else also the rare ones.
    """
    words: list[Word] = []
    corrections: list[tuple[str, str]] = []
    for at, word in enumerate(asked.words):
        if word.endings or word.is_little or len(word.parts) > 1 or _is_half(matcher, asked, at):
            words.append(word)
            continue
        if only_unknown and word is asked.words[-1]:
            endings = () if matcher.frequency(word) else matcher.endings(word)
            if endings:
                is_whole = matcher.is_known(word)
                words.append(word if is_whole else replace(word, endings=endings))
                continue
        meant = _meant(matcher, word, only_unknown=only_unknown)
        words.append(word if meant is None else Word(meant, (meant,)))
        if meant is not None:
            corrections.append((word.typed, meant))
    return replace(asked, words=tuple(words)), tuple(corrections)


def _is_half(matcher: Matcher, asked: Asked, at: int) -> bool:
    """Tell whether a word is half of one that listings write together: "cease fire"."""
    if matcher.is_known(asked.words[at]):
        return False
    for pair in (asked.words[max(0, at - 1) : at + 1], asked.words[at : at + 2]):
        joined = "".join(word.folded for word in pair)
        if len(pair) > 1 and matcher.is_known(Word(joined, (joined,))):
            return True
    return False


def _meant(matcher: Matcher, word: Word, *, only_unknown: bool) -> str | None:
    """Return the word that was probably meant, or None when this one stands."""
    if not matcher.is_known(word):
        return spelling.corrected(matcher.snapshot, word.folded)
    frequency = matcher.frequency(word)
    if only_unknown:
        return _misspelled(matcher, word)
    if frequency > _MOST_FREQUENT_SLIP:
        return None
    return spelling.corrected(matcher.snapshot, word.folded, _MORE_FREQUENT * frequency)


def _misspelled(matcher: Matcher, word: Word) -> str | None:
    """Return what was meant by a word that nobody writes so, though its stem is known.

    "Technican" has a stem, that of "technical", but is no form of it that anybody uses; "abogada"
    may be one that nobody used yet.
    """
    if not matcher.is_only_like(word):
        return None
    meant = spelling.corrected(matcher.snapshot, word.folded, _MORE_FREQUENT)
    return None if meant is None or matcher.shares_stem(word, meant) else meant
