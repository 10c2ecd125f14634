"""What the engine finds: listings by their place in the index, with what orders them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tantivy import DocAddress, Occur, Query, Schema, Searcher


class Hit(NamedTuple):
    """One listing that the engine found.

    Attributes:
        key: what orders it: its score, or the value of the field that orders.
        id: the listing's id.
        newest: how new it is; greater is newer.
        address: where it stands in the index.
    """

    key: Any
    id: int
    newest: int
    address: DocAddress


def hits_of(searcher: Searcher, result: Any) -> list[Hit]:
    """Return the hits of an answer of the engine, in its order."""
    found = result.hits
    addresses = [address for _, address in found]
    ids = searcher.fast_field_values("id", addresses)
    newest = searcher.fast_field_values("by_newest", addresses)
    return [
        Hit(hit[0], int(one or 0), int(new or 0), hit[1])
        for hit, one, new in zip(found, ids, newest, strict=True)
    ]


def total_of(result: Any) -> int:
    """Return how many listings match, those included that were not read."""
    return int(result.count or 0)


def by_score(hit: Hit) -> float:
    """Return the key that sorts the best match first."""
    return -float(hit.key)


def by_score_and_age(hit: Hit) -> tuple[float, int]:
    """Return the key that sorts the best match first, and of two equal ones the newer."""
    return -float(hit.key), -hit.newest


def one_of(schema: Schema, ids: Iterable[int]) -> Query:
    """Return the query for listings by their ids: a term for each costs less than a set of them."""
    terms = [Query.term_query(schema, "id", one, index_option="basic") for one in ids]
    return Query.boolean_query([(Occur.Should, term) for term in terms])
