"""The facet of organisations: of thousands, those with the most listings, counted exactly.

The index counts all of them; to hand over thousands of counts, and to know their names, would cost
more than the search. So it hands over those with the most listings only. These are still those with
the most after what is not live has been taken away, if so many more of them were asked for as may
lose something by it (``enough``): whoever was left out has no more than the last of those that lost
nothing.

An organisation's number in its column is its id, so whoever writes need not know the others; its
slug stands in a term of ``CODES``, as with the other columns.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from tantivy import Query, Schema, Searcher

from jobboard.search.columns import CODES, NOTHING, code, codes, value_of

#: The column that holds a listing's organisation; ``NOTHING`` for those without a page of one.
ORGANISATION_COLUMN = "organisation_column"

#: The facet, and how many of its values are told besides those that the search chose.
ORGANISATION = "organisation"
MOST_TOLD = 20
#: Of those that have as many as the last one told, the first by their slugs are told: unless so
#: many have that much, or more. Then these say nothing, and only those with more are told.
MOST_TIED = 60

#: Counts are asked for by so many at a time: what was counted then serves at other instants.
_STEP = 64
#: The engine counts exactly if nothing is left out within a segment.
_EVERY_ONE = (1 << 32) - 1


def enough(fewer: int) -> int:
    """Return how many of those with the most must be asked for.

    Args:
        fewer: how many organisations have fewer listings than they are counted with.
    """
    # One that shows that too many have as many as the last, and what has no organisation.
    most = MOST_TIED + 2 + fewer
    return -(-most // _STEP) * _STEP


def request(most: int) -> dict[str, Any]:
    """Return the aggregation that counts the organisations with the most listings."""
    return {"terms": {"field": ORGANISATION_COLUMN, "size": most, "segment_size": _EVERY_ONE}}


def term(number: int, slug: str) -> str:
    """Return the term of ``CODES`` that tells an organisation's slug."""
    return code(ORGANISATION_COLUMN, number, slug)


def slug(searcher: Searcher, schema: Schema, number: int) -> str:
    """Return the slug of an organisation that some listing in the index has."""
    terms = codes(searcher, ORGANISATION_COLUMN, number)
    if len(terms) > 1:
        # Of a slug that it had before, the term stays for a while, without a listing.
        terms = [one for one in terms if _has_listings(searcher, schema, one)]
    return value_of(terms[0])


def _has_listings(searcher: Searcher, schema: Schema, found: str) -> bool:
    query = Query.term_query(schema, CODES, found, index_option="basic")
    return bool(searcher.search(query, 1).hits)


def counted(buckets: Iterable[tuple[Any, int]]) -> dict[int, int]:
    """Return counts by an organisation's number, from numbers and how many have them."""
    return {number: found for number, found in buckets if number != NOTHING}


def told(
    counts: Mapping[int, int], chosen: Collection[int], slug_of: Callable[[int], str]
) -> dict[str, int]:
    """Return counts by slug, the highest first: those that are told.

    Args:
        counts: by number, of those with the most (``enough``) and of those chosen.
        chosen: numbers of those that are told whatever they have.
        slug_of: gives the slug of a number.
    """
    least = _least(counts.values())
    ranked = sorted(
        (-found, slug_of(number), number) for number, found in counts.items() if found >= least
    )
    shown = ranked[:MOST_TOLD]
    shown += sorted(
        (-counts[number], slug_of(number), number)
        for number in set(chosen).difference(number for _, _, number in shown)
        if counts.get(number, 0) > 0
    )
    return {slug: -found for found, slug, _ in shown}


def _least(counts: Iterable[int]) -> int:
    """Return how many listings one must have to be told, if there is place."""
    ordered = sorted((count for count in counts if count > 0), reverse=True)
    if len(ordered) <= MOST_TOLD:
        return 1
    last = ordered[MOST_TOLD - 1]
    has_as_many = sum(count >= last for count in ordered)
    return last if has_as_many <= MOST_TIED else last + 1
