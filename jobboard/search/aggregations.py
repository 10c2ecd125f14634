"""Asking the engine how many matches have each value of a column."""

from collections.abc import Iterator, Mapping
from typing import Any

from tantivy import Occur, Query

#: More distinct values than any column has, so that no count is ever an estimate.
MOST_BUCKETS = 20_000


def terms(name: str) -> dict[str, Any]:
    """Return the aggregation that counts every value of a field."""
    return {"terms": {"field": name, "size": MOST_BUCKETS, "segment_size": MOST_BUCKETS}}


def buckets(result: dict[str, Any]) -> Iterator[tuple[Any, int]]:
    """Give each value and how many have it, from what the engine found for ``terms``."""
    for bucket in result["buckets"]:
        yield bucket["key"], bucket["doc_count"]


def both(query: Query, other: Query) -> Query:
    """Return the query for what matches two queries."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, other)])


def without(
    counts: Mapping[str, dict[str, int]], vain: Mapping[str, dict[str, int]]
) -> dict[str, dict[str, int]]:
    """Return counts by field and value without those that were counted in vain."""
    return {
        name: {value: number - vain.get(name, {}).get(value, 0) for value, number in some.items()}
        for name, some in counts.items()
    }
