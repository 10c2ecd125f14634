"""The word that was probably meant, for words that no listing holds."""

from collections import Counter
from collections.abc import Iterable

from jobboard.search.index import Snapshot, keep

#: One slip is forgiven from this many letters, two from that many.
_ONE_SLIP = 5
_TWO_SLIPS = 9
#: Where words are looked up: names and titles first, they are what seekers ask for.
_NAMES = ("title", "organisation", "place")
_TEXTS = ("text",)
#: Slips and changed ends of a word than which none is nearer.
_NEAREST = (1, 0)
#: Words whose correction is remembered for one state of the index.
_MOST_REMEMBERED = 2_000
#: No word; stands for one that was not looked up yet.
_UNKNOWN = ""
#: Letters of fields of names whose words are kept.
_MOST_BEGINNINGS = 100


def slips(word: str) -> int:
    """Return how many wrong, missing, added or swapped letters are forgiven in a folded word."""
    if not word.isalpha():
        return 0
    return (len(word) >= _ONE_SLIP) + (len(word) >= _TWO_SLIPS)


def corrected(snapshot: Snapshot, word: str, least: int = 1) -> str | None:
    """Return the most frequent of the nearest words of the index, or None when none is near.

    Words that fewer than ``least`` listings hold do not count. The first letter is taken as right,
    or as swapped with the second; hardly anybody errs there, and few in the last: of words as near
    those count first that keep these.
    """
    key = (word, least)
    known = snapshot.remembered.corrections
    # That there is none is remembered too.
    found = known.get(key, _UNKNOWN)
    if found == _UNKNOWN:
        found = keep(known, key, _nearest(snapshot, word, least), _MOST_REMEMBERED)
    return found


def _nearest(snapshot: Snapshot, word: str, least: int) -> str | None:
    most = slips(word)
    if not most:
        return None
    one, two, three = tuple(word[:3])
    # Reading words is what costs: first those that begin with the same two letters, one of them
    # perhaps missing or both swapped. Another second letter is looked for in names only.
    near = (one + two, one + three, two + one)
    for names, starts in ((_NAMES, near), (_TEXTS, near), (_NAMES, (one, two))):
        counts: Counter[str] = Counter()
        for name in names:
            for start in dict.fromkeys(starts):
                counts.update(_alike(snapshot, name, start, word, most))
        # The commonest first: most are further away, and measuring is what costs.
        found: tuple[int, int, str] | None = None
        for term, count in counts.most_common():
            ends = (term[0] != one) + (term[-1] != word[-1])
            limit = most if found is None else found[0] - (ends >= found[1])
            if count < least or (found is not None and found[:2] == _NEAREST):
                break
            far = distance(word, term, limit) if limit else 0
            if 0 < far <= limit:
                found = (far, ends, term)
        if found is not None:
            return found[2]
    return None


def _alike(snapshot: Snapshot, name: str, start: str, word: str, most: int) -> dict[str, int]:
    """Return words of a field that begin so and may be near, with how many listings hold each.

    A slip adds or takes away one letter at most, so words with other letters need no measuring.
    """
    letters = set(word)
    shortest, longest = len(word) - most, len(word) + most
    return {
        term: count
        for term, count in _words(snapshot, name, start)
        if shortest <= len(term) <= longest
        and len(letters.difference(term)) <= most
        and len(set(term).difference(letters)) <= most
        and term != word
    }


def _words(snapshot: Snapshot, name: str, start: str) -> Iterable[tuple[str, int]]:
    """Return the words of a field that begin so; for one letter they are kept, being so many."""
    known = snapshot.remembered.beginnings
    found = known.get((name, start))
    if found is None:
        read = snapshot.searcher.terms_with_prefix(name, start)
        if len(start) > 1:
            return read
        found = keep(known, (name, start), dict(read), _MOST_BEGINNINGS)
    return found.items()


def distance(one: str, other: str, most: int) -> int:
    """Return the slips between two words (optimal string alignment), or more than ``most``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
