"""What the engine finds: listings by their place in the index, with what orders them."""

from collections.abc import Callable, Iterable
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


class Total:
    """How many match: counted when it is asked for.

    Counting may go on in another thread, and whoever shows the hits need not wait for it. What
    counts must not lead back to whoever keeps this: such circles stay until the collector comes.
    """

    __slots__ = ("_count",)

    def __init__(self, count: int | Callable[[], int]) -> None:
        """Take the number, or what counts it."""
        self._count = count

    @property
    def is_known(self) -> bool:
        """Whether it has been counted."""
        return isinstance(self._count, int)

    @property
    def value(self) -> int:
        """The number; waits until it is counted."""
        count = self._count
        if not isinstance(count, int):
            count = self._count = count()
        return count


class Found:
    """The first hits of what matches, and how many match in all."""

    __slots__ = ("_total", "hits")

    def __init__(self, hits: list[Hit], total: Total | int | Callable[[], int]) -> None:
        """Take the hits in their order, and how many match or what counts them."""
        self.hits = hits
        self._total = total if isinstance(total, Total) else Total(total)

    @property
    def total(self) -> int:
        """How many match; waits until they are counted."""
        return self._total.value

    @property
    def is_whole(self) -> bool:
        """Whether these are known to be all that match."""
        return self._total.is_known and self.total <= len(self.hits)

    def part(self, hits: list[Hit]) -> "Found":
        """Return some of the hits with the same total."""
        return Found(hits, self._total)

    def reaches(self, most: int) -> bool:
        """Tell whether so many match; counts only if the hits do not tell it."""
        return len(self.hits) >= most or self.total >= most

    def kept(self) -> "KeptHits":
        """Return the same as it is kept for whoever asks again."""
        return KeptHits(tuple(zip(*self.hits, strict=True)), self._total)


class KeptHits(NamedTuple):
    """What was found, kept in a few long tuples.

    Thousands of hits would be gone through by the collector, for ten milliseconds at a time.

    Attributes:
        columns: the members of the hits, each in a tuple of its own; none without hits.
        total: how many match in all.
    """

    columns: tuple[tuple[Any, ...], ...]
    total: Total

    def found(self, most: int) -> Found | None:
        """Return what was found; None if so many hits were not looked for then."""
        found = Found([Hit(*one) for one in zip(*self.columns, strict=True)], self.total)
        return found if len(found.hits) >= most or found.is_whole else None


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


def counter(searcher: Searcher, query: Query) -> Callable[[], int]:
    """Return what counts how many match a query."""
    # By a field: the engine weighs no words then.
    return lambda: total_of(searcher.search(query, 1, order_by_field="id"))


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
