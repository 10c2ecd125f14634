"""The closest listings that hold some of the words of a search, but not all of them."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb, log

from tantivy import Occur, Query

from jobboard.search.hits import by_score_and_age, hits_of
from jobboard.search.index import Snapshot
from jobboard.search.matching import Need

#: What a word that all listings hold counts for in a partial match; rarer ones count for more.
_A_WORD = 6.0
#: A word that a larger share of all listings holds says nothing in a partial match.
_SAYS_NOTHING = 0.2
_COMMON = 1_000
#: Ways to choose some of the words that are tried one by one: three of six have as many.
_MOST_COMBINATIONS = 20
#: With so many partial matches on half of the words, others are not looked for.
_ENOUGH = 5

Clauses = Sequence[tuple[Occur, Query]]


def closest(
    snapshot: Snapshot, required: Sequence[Need], narrower: Clauses, limit: int
) -> tuple[int, ...]:
    """Return the ids of the closest listings with some of the words.

    Those that hold more of them, and rarer ones, come first. Half of the words must be there;
    where hardly any listing has as many, one is enough.

    Args:
        snapshot: the state of the index.
        required: what a full match holds.
        narrower: what else must hold of each; that it is no full match is among it.
        limit: most listings to return.
    """
    if not required[1:]:
        return ()
    search = _PartialSearch(snapshot, narrower, limit)
    most = max(_COMMON, snapshot.searcher.num_docs * _SAYS_NOTHING)
    needs = [need for need in required if need.commonness <= most] or required
    half = -(-len(needs) // 2)
    # Whoever has all but one of the words has no other ones.
    found = search.with_some(needs, half, has_others=half < len(required) - 1)
    if half == 1 or len(found) >= min(_ENOUGH, limit):
        return found
    others = search.with_some(needs, 1)
    return (*found, *(one for one in others if one not in found))[:limit]


class _PartialSearch:
    def __init__(self, snapshot: Snapshot, narrower: Clauses, limit: int) -> None:
        self._snapshot = snapshot
        self._narrower = narrower
        self._limit = limit

    def with_some(
        self, needs: Sequence[Need], least: int, *, has_others: bool = False
    ) -> tuple[int, ...]:
        """Return the ids of the closest listings with so many of the words.

        Each word found counts beside its likeness, a rare one ("Damascus") for most.

        Args:
            needs: the words.
            least: how many of them a listing must have.
            has_others: whether a listing may have more than ``least``, other than when that is one.
        """
        ways = Query.boolean_query(
            [(Occur.Should, self._together(some)) for some in _combinations(needs, least)]
        )
        if least == 1 or not has_others:
            clauses = [(Occur.Must, ways)]
        else:
            # Each word of a listing that has more is in several ways, but must count once.
            words = [(Occur.Should, self._together((need,))) for need in needs]
            clauses = [(Occur.Must, Query.const_score_query(ways, 0.0)), *words]
        query = Query.boolean_query([*clauses, *self._narrower])
        result = self._snapshot.searcher.search(query, self._limit, count=False)
        found = sorted(hits_of(self._snapshot.searcher, result), key=by_score_and_age)
        return tuple(hit.id for hit in found)

    def _together(self, needs: Iterable[Need]) -> Query:
        """Return the query for listings that have all of some words, for what these are worth."""
        some = list(needs)
        worth = Query.const_score_query(Query.all_query(), sum(map(self._worth, some)))
        return Query.boolean_query(
            [*((Occur.Must, need.query) for need in some), (Occur.Must, worth)]
        )

    def _worth(self, need: Need) -> float:
        share = (need.commonness + 1) / (self._snapshot.searcher.num_docs + 2)
        return _A_WORD * (1 - log(share))


def _combinations(needs: Sequence[Need], least: int) -> Iterable[tuple[Need, ...]]:
    """Return the choices of so many words, of which whoever has as many has one.

    To look for words together costs what the rarest of them does, and there is no faster way to
    those who have some of them. Of many words there are too many choices: the rarest of them stand
    for all then, and whoever has none of these is not found.
    """
    rarest = sorted(needs, key=lambda need: need.commonness)
    while comb(len(rarest), least) > _MOST_COMBINATIONS:
        rarest.pop()
    return combinations(rarest, least)
