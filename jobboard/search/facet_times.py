"""The facets of time: how many listings close within days, or were published within days.

Counted at an instant; or, for what is asked again at another one, by days. Counts by day say
nothing about the instant, so they are remembered: only the days that a bound cuts in two are then
counted anew. Of those with few listings it is remembered when each begins or ends.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from tantivy import Occur, Query

from jobboard.domain.criteria import Closing, Since
from jobboard.search.aggregations import both, buckets, terms
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
#: Instants of one day that are remembered; of more, those on one side are counted each time.
_FEW_A_DAY = 500


def requests(keys: Iterable[str], now: int) -> dict[str, Any]:
    """Return the aggregations that count facets at an instant, by facet."""
    return {key: _ranges(_TIMES[key], edges) for key, edges in _edges(keys, now).items()}


def counted(keys: Iterable[str], now: int, found: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return counts by facet and value from what the engine found for ``requests``."""
    return {
        key: _by_range(key, _between(edges, found[key])) for key, edges in _edges(keys, now).items()
    }


def read(
    keys: Iterable[str], now: int, values: Callable[[str], Iterable[float | None]]
) -> dict[str, dict[str, int]]:
    """Return counts by facet and value of few listings.

    Args:
        keys: the facets.
        now: the instant, in microseconds.
        values: gives what each of the listings has in a field.
    """
    counts: dict[str, dict[str, int]] = {}
    for key, edges in _edges(keys, now).items():
        between = Counter(bisect_right(edges, int(at or 0)) for at in values(_TIMES[key]))
        counts[key] = _by_range(key, [between[place] for place in range(1, len(edges) + 1)])
    return counts


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
    instants: dict[tuple[str, int], Sequence[int]],
    keys: Iterable[str],
    now: int,
) -> dict[str, dict[str, int]]:
    """Return the counts of facets of time from those by days and those of days cut in two."""
    cut: Counter[tuple[str, int]] = Counter()
    many: dict[tuple[str, int], _Bound] = {}
    for name, bound in _bounds(keys, now).items():
        count = days[_DAYS[name[0]]].get(bound.day, 0)
        if count > _FEW_A_DAY:
            many[name] = bound
        elif count:
            on_day = _instants(snapshot, query, bound, count, instants)
            cut[name] = bisect_left(on_day, bound.high) - bisect_left(on_day, bound.low)
    if many:
        cut |= _cut_days(snapshot, query, many)
    return {key: _of_days(key, days[_DAYS[key]], cut, now // DAY) for key in keys}


def _instants(
    snapshot: Snapshot,
    query: Query,
    bound: "_Bound",
    count: int,
    known: dict[tuple[str, int], Sequence[int]],
) -> Sequence[int]:
    """Return when on a day each of its listings begins or ends, in order."""
    found = known.get((bound.field, bound.day))
    if found is None:
        hits = snapshot.searcher.search(both(query, bound.of_day(snapshot)), count).hits
        values = snapshot.searcher.fast_field_values(bound.field, [hit[1] for hit in hits])
        found = known[bound.field, bound.day] = array("q", sorted(int(at or 0) for at in values))
    return found


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
    """A bound of a facet of time that cuts a day in two: what counts of it lies between.

    Attributes:
        key: the facet.
        field: what is compared.
        day: the day that is cut.
        low: the first instant that counts.
        high: the first one after it that does not.
    """

    key: str
    field: str
    day: int
    low: int
    high: int

    def of_day(self, snapshot: Snapshot) -> Query:
        """Return the query for all of the day."""
        return Query.term_query(snapshot.schema, _DAYS[self.key], self.day, index_option="basic")


def _bounds(keys: Iterable[str], now: int) -> dict[tuple[str, int], _Bound]:
    """Return the bounds of facets of time at an instant, by facet and value."""
    today = now // DAY
    bounds: dict[tuple[str, int], _Bound] = {}
    if "deadline" in keys:
        for shift in _CLOSING_DAYS:
            day = today + shift
            low, high = day * DAY, now + shift * DAY + 1
            bounds["deadline", shift] = _Bound("deadline", "deadline_at", day, low, high)
    if "since" in keys:
        for shift in _SINCE_DAYS:
            day = today - shift
            low, high = max(0, now - shift * DAY), max(1, (day + 1) * DAY)
            bounds["since", shift] = _Bound("since", "first_published_at", day, low, high)
    return bounds


def _cut_days(
    snapshot: Snapshot, query: Query, bounds: Mapping[tuple[str, int], _Bound]
) -> Counter[tuple[str, int]]:
    """Count what of the days that bounds cut in two lies on the counted side."""
    days = [bound.of_day(snapshot) for bound in bounds.values()]
    either = Query.boolean_query([(Occur.Should, one) for one in days])
    found = snapshot.searcher.aggregate(
        both(query, either),
        {
            f"{key}{shift}": {
                "range": {"field": bound.field, "ranges": [{"from": bound.low, "to": bound.high}]}
            }
            for (key, shift), bound in bounds.items()
        },
    )
    return Counter(
        {
            (key, shift): _in_range(found[f"{key}{shift}"], bound.low)
            for (key, shift), bound in bounds.items()
        }
    )


def _in_range(result: dict[str, Any], low: int) -> int:
    """Return the count of the range that begins there; the engine adds those around it."""
    return sum(
        int(bucket["doc_count"])
        for bucket in result["buckets"]
        if "from" in bucket and int(bucket["from"]) == low
    )
