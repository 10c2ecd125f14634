"""The facets of time: how many listings close within days, or were published within days.

Counted at an instant; or, for what is asked again at another one, by days. Counts by day say
nothing about the instant, so they are remembered: only the days that a bound cuts in two are then
counted anew. With them the engine tells which listing is the next that a bound will pass; until
then the same counts hold.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from tantivy import Occur, Query

from jobboard.domain.criteria import Closing, Since
from jobboard.search.aggregations import both, buckets, terms, without
from jobboard.search.columns import NOTHING
from jobboard.search.document import DAY
from jobboard.search.index import Snapshot

#: The fields that facets are counted by: at an instant, and by days.
_TIMES = {"deadline": "deadline_at", "since": "first_published_at"}
_DAYS = {"deadline": "deadline_day", "since": "first_day"}
#: The facets that are counted here.
KEYS = frozenset(_TIMES)

_CLOSING_DAYS = tuple(int(one) for one in Closing if one != Closing.OPEN)
_SINCE_DAYS = tuple(int(one) for one in Since)


@dataclass(frozen=True)
class Times:
    """Counts of the facets of time that are the same at every instant of a span.

    Attributes:
        counts: by facet and value.
        begins: the first instant that they are right for, in microseconds.
        ends: the first instant after it at which they may differ.
    """

    counts: Mapping[str, dict[str, int]]
    begins: int
    ends: int

    def hold(self, now: int) -> bool:
        """Tell whether they are right at an instant."""
        return self.begins <= now < self.ends

    def less(self, other: "Times") -> "Times":
        """Return the same without what was counted in vain."""
        begins, ends = max(self.begins, other.begins), min(self.ends, other.ends)
        return Times(without(self.counts, other.counts), begins, ends)


def requests(keys: Iterable[str], now: int) -> dict[str, Any]:
    """Return the aggregations that count facets at an instant, by facet."""
    return {key: _ranges(_TIMES[key], edges) for key, edges in _edges(keys, now).items()}


def counted(keys: Iterable[str], now: int, found: Mapping[str, Any]) -> Times:
    """Return the counts at an instant from what the engine found for ``requests``."""
    counts = {
        key: _by_range(key, _between(edges, found[key])) for key, edges in _edges(keys, now).items()
    }
    return Times(counts, now, now + 1)


def read(keys: Iterable[str], now: int, values: Callable[[str], Iterable[float | None]]) -> Times:
    """Return the counts of few listings at an instant.

    Args:
        keys: the facets.
        now: the instant, in microseconds.
        values: gives what each of the listings has in a field.
    """
    counts: dict[str, dict[str, int]] = {}
    for key, edges in _edges(keys, now).items():
        between = Counter(bisect_right(edges, int(at or 0)) for at in values(_TIMES[key]))
        counts[key] = _by_range(key, [between[place] for place in range(1, len(edges) + 1)])
    return Times(counts, now, now + 1)


def _edges(keys: Iterable[str], now: int) -> dict[str, list[int]]:
    """Return the bounds of facets at an instant, lowest first; each begins a range."""
    edges: dict[str, list[int]] = {}
    if "deadline" in keys:
        edges["deadline"] = [1, *(now + days * DAY + 1 for days in _CLOSING_DAYS)]
    if "since" in keys:
        edges["since"] = [max(1, now - days * DAY) for days in reversed(_SINCE_DAYS)]
    return edges


def _ranges(name: str, edges: list[int]) -> dict[str, Any]:
    ranges: list[dict[str, int]] = [{"from": low, "to": high} for low, high in pairwise(edges)]
    return {"range": {"field": name, "ranges": [*ranges, {"from": edges[-1]}]}}


def _between(edges: list[int], result: dict[str, Any]) -> list[int]:
    """Return the counts of the ranges that begin at the bounds."""
    by_edge = {int(one.get("from", 0)): one["doc_count"] for one in result["buckets"]}
    return [by_edge.get(edge, 0) for edge in edges]


def _by_range(key: str, between: list[int]) -> dict[str, int]:
    """Return the counts of a facet of time from those between its bounds."""
    if key == "deadline":
        reached = accumulate(between[:-1])
        return {str(days): found for days, found in zip(_CLOSING_DAYS, reached, strict=True)}
    reached = accumulate(reversed(between))
    return {str(days): found for days, found in zip(_SINCE_DAYS, reached, strict=True)}


def days(snapshot: Snapshot, query: Query, keys: Iterable[str]) -> dict[str, dict[int, int]]:
    """Count by days, which says nothing about the instant."""
    requests = {_DAYS[key]: terms(_DAYS[key]) for key in keys}
    found = snapshot.searcher.aggregate(query, requests)
    return {
        name: {int(day): number for day, number in buckets(found[name]) if day != NOTHING}
        for name in requests
    }


def by_days(
    snapshot: Snapshot,
    query: Query,
    days: Mapping[str, Mapping[int, int]],
    keys: Iterable[str],
    now: int,
) -> Times:
    """Return the counts of facets of time from those by days and those of days cut in two."""
    bounds = [bound for bound in _bounds(keys, now) if days[_DAYS[bound.key]].get(bound.day)]
    behind = _behind(snapshot, query, bounds) if bounds else []
    cut: Counter[tuple[str, int]] = Counter()
    ends = (now // DAY + 1) * DAY
    for bound, (count, first) in zip(bounds, behind, strict=True):
        is_counted_before = bound.key == "deadline"
        on_day = days[_DAYS[bound.key]][bound.day]
        cut[bound.key, bound.shift] = on_day - count if is_counted_before else count
        if first is not None:
            ends = min(ends, now + first - bound.at + 1)
    counts = {key: _of_days(key, days[_DAYS[key]], cut, now // DAY) for key in keys}
    return Times(counts, now, ends)


def _of_days(
    key: str, by_day: Mapping[int, int], cut: Mapping[tuple[str, int], int], today: int
) -> dict[str, int]:
    if key == "deadline":
        return {
            str(days): sum(n for day, n in by_day.items() if day < today + days) + cut[key, days]
            for days in _CLOSING_DAYS
        }
    return {
        str(days): sum(n for day, n in by_day.items() if day > today - days) + cut[key, days]
        for days in _SINCE_DAYS
    }


class _Bound(NamedTuple):
    """A bound of a facet of time, which cuts a day in two and moves on as time does.

    Attributes:
        key: the facet.
        shift: its value, in days.
        day: the day that is cut.
        at: the first instant behind the bound.
    """

    key: str
    shift: int
    day: int
    at: int

    def of_day(self, snapshot: Snapshot) -> Query:
        """Return the query for all of the day."""
        return Query.term_query(snapshot.schema, _DAYS[self.key], self.day, index_option="basic")

    def request(self) -> dict[str, Any]:
        """Return the aggregation for what of the day is behind the bound, and the first of it."""
        name = _TIMES[self.key]
        ranges = [{"from": self.at, "to": (self.day + 1) * DAY}]
        return {
            "range": {"field": name, "ranges": ranges},
            "aggs": {"first": {"min": {"field": name}}},
        }


def _bounds(keys: Iterable[str], now: int) -> list[_Bound]:
    """Return the bounds of facets of time at an instant."""
    today = now // DAY
    bounds: list[_Bound] = []
    if "deadline" in keys:
        # What ends at the bound is counted.
        bounds += [
            _Bound("deadline", shift, today + shift, now + shift * DAY + 1)
            for shift in _CLOSING_DAYS
        ]
    if "since" in keys:
        bounds += [
            _Bound("since", shift, today - shift, now - shift * DAY) for shift in _SINCE_DAYS
        ]
    return bounds


def _behind(
    snapshot: Snapshot, query: Query, bounds: Sequence[_Bound]
) -> list[tuple[int, int | None]]:
    """Return how much of the cut days lies behind each bound, and the first instant of that."""
    either = Query.boolean_query([(Occur.Should, bound.of_day(snapshot)) for bound in bounds])
    requests = {f"{bound.key}{bound.shift}": bound.request() for bound in bounds}
    found = snapshot.searcher.aggregate(both(query, either), requests)
    return [_of_range(found[name], bound.at) for name, bound in zip(requests, bounds, strict=True)]


def _of_range(result: dict[str, Any], low: int) -> tuple[int, int | None]:
    """Return the count of the range that begins there, and the lowest value in it.

    The engine adds the ranges around it.
    """
    for bucket in result["buckets"]:
        if int(bucket.get("from", -1)) == low:
            first = bucket["first"]["value"]
            return int(bucket["doc_count"]), None if first is None else int(first)
    return 0, None
