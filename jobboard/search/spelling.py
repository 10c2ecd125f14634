"""The word that was probably meant, for words that no listing holds."""

from jobboard.search.index import Snapshot

#: One slip is forgiven from this many letters, two from that many.
_ONE_SLIP = 5
_TWO_SLIPS = 9
#: Where words are looked up: names and titles first, they are what seekers ask for.
_FIRST = ("title", "organisation", "place")
_THEN = ("text",)
#: Words whose correction is remembered for one state of the index.
_MOST_REMEMBERED = 2_000


def slips(word: str) -> int:
    """Return how many wrong, missing, added or swapped letters are forgiven in a folded word."""
    if not word.isalpha():
        return 0
    return (len(word) >= _ONE_SLIP) + (len(word) >= _TWO_SLIPS)


def corrected(snapshot: Snapshot, word: str, least: int = 1) -> str | None:
    """Return the most frequent of the nearest words of the index, or None when none is near.

    Words that fewer than ``least`` listings hold do not count. The first letter is taken as right,
    or as swapped with the second; hardly anybody errs there.
    """
    key = (word, least)
    if key not in snapshot.remembered.corrections:
        if len(snapshot.remembered.corrections) >= _MOST_REMEMBERED:
            snapshot.remembered.corrections.clear()
        snapshot.remembered.corrections[key] = _nearest(snapshot, word, least)
    return snapshot.remembered.corrections[key]


def _nearest(snapshot: Snapshot, word: str, least: int) -> str | None:
    most = slips(word)
    if not most:
        return None
    one, two, three = tuple(word[:3])
    for names, starts in (
        (_FIRST, (one, two)),
        # There are many more words in the texts, so the second letter has to help to find them.
        (_THEN, (one + two, one + three, two + one)),
    ):
        candidates: dict[str, int] = {}
        for name in names:
            for start in dict.fromkeys(starts):
                for term, count in snapshot.searcher.terms_with_prefix(name, start):
                    if _may_be_near(word, term, most):
                        candidates[term] = candidates.get(term, 0) + count
        near = [
            (far, -count, term)
            for term, count in candidates.items()
            if count >= least and 0 < (far := distance(word, term, most)) <= most
        ]
        if near:
            return min(near)[2]
    return None


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


def _may_be_near(word: str, term: str, most: int) -> bool:
    return (
        abs(len(term) - len(word)) <= most
        and term != word
        and len(set(term) ^ set(word)) <= 2 * most
    )
