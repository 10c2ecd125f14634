"""How many listings each value of each facet would give, counted exactly in one pass or two.

``document.COLUMNS`` says how the values are laid out for this. The first pass counts every column
over all listings that match. Listings with several countries, and days that a bound cuts in two,
are few; they are counted in passes of their own.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tantivy import Occur, Query

from jobboard.domain.criteria import Closing, Since, Start
from jobboard.domain.taxonomy import NOT_STATED, Education
from jobboard.search.document import (
    ANYWHERE,
    BETWEEN_FACETS,
    BETWEEN_VALUES,
    COLUMNS,
    DAY,
    NONE_NEEDED,
    NOTHING,
    OPEN_FACETS,
    SEVERAL,
    column_of,
)
from jobboard.search.index import Snapshot, keep

Facets = dict[str, dict[str, int]]

#: Every facet that is counted, in the order in which they are told.
COUNTED = (
    "country",
    "region",
    "focus",
    "type",
    "topic",
    "seniority",
    "years",
    "eligible",
    "visa",
    "mode",
    "hours",
    "duration",
    "org_kind",
    "contract",
    "function",
    "grade",
    "clearance",
    "remote",
    "deadline",
    "since",
    "start",
    "paid",
    "unpaid",
    "pay_stated",
    "language",
    "education",
)
#: Facts about pay that are a switch each.
SWITCHES = frozenset({"paid", "unpaid", "pay_stated"})

#: What the columns hold a facet under, where the names differ.
_HELD = {
    "paid": "pay",
    "unpaid": "pay",
    "pay_stated": "pay",
    "language": "needs",
    "deadline": "open",
}
_COLUMN = {key: column for column, keys in COLUMNS.items() for key in keys}
_DAYS = {"deadline": "deadline_day", "since": "first_day", "start": "starts_on"}

#: From the lowest to the highest; ``education`` finds what asks for no more than one's own.
_EDUCATION = (
    Education.NONE,
    Education.SECONDARY,
    Education.ENROLLED,
    Education.BACHELOR,
    Education.MASTER,
    Education.DOCTORATE,
)
CLOSING_DAYS = tuple(int(one) for one in Closing if one != Closing.OPEN)
SINCE_DAYS = tuple(int(one) for one in Since)
START_DAYS = tuple(int(one) for one in Start if one != Start.LATER)

#: More distinct values than any column has, so that no count is ever an estimate.
_MOST_BUCKETS = 20_000
#: Counts that are remembered for one state of the index.
_MOST_REMEMBERED = 64


@dataclass(frozen=True)
class _Counts:
    """What was counted, before it is told by the values that a search may choose.

    Attributes:
        held: counts by what the columns hold the facets under.
        days: counts by the fields of days.
    """

    held: Mapping[str, Counter[str]]
    days: Mapping[str, Counter[int]]

    def less(self, other: "_Counts") -> "_Counts":
        """Return the same without what was counted in vain."""
        held = {name: Counter(counts) for name, counts in self.held.items()}
        days = {name: Counter(counts) for name, counts in self.days.items()}
        for name, counts in other.held.items():
            held[name].subtract(counts)
        for name, by_day in other.days.items():
            days[name].subtract(by_day)
        return _Counts(held, days)


def count(
    snapshot: Snapshot,
    query: Query,
    keys: Iterable[str],
    now: int,
    *,
    gone: Query | None = None,
    name: Hashable = None,
) -> Facets:
    """Count some facets of the listings that match a query.

    Args:
        snapshot: the state of the index.
        query: what to count.
        keys: the facets to count.
        now: the instant, in microseconds.
        gone: what is not live and does not count, unless ``query`` leaves it out.
        name: under which the counts are remembered for this state of the index, if the query says
            nothing about the instant.
    """
    wanted = tuple(keys)
    if not wanted:
        return {}
    counts = _remembered(snapshot, query, wanted, name)
    cut = _cut_days(snapshot, query, wanted, counts.days, now)
    if gone is not None:
        # To count the few in vain and take them away again is far cheaper than to keep them out.
        both = Query.boolean_query([(Occur.Must, query), (Occur.Must, gone)])
        vain = _read(snapshot, both, wanted)
        cut.subtract(_cut_days(snapshot, both, wanted, vain.days, now))
        counts = counts.less(vain)
    return {key: _told(key, counts, cut, now) for key in wanted}


def no_more_than(level: Education) -> list[str]:
    """Return what listings may ask for that somebody of this level meets."""
    if level is Education.NOT_STATED:
        return [NOT_STATED]
    return [NOT_STATED, *_EDUCATION[: _EDUCATION.index(level) + 1]]


def is_met(needs: str, has: set[str]) -> bool:
    """Tell whether somebody who has these languages has those that a listing needs."""
    return needs == NONE_NEEDED or has.issuperset(needs.split("+"))


def _remembered(snapshot: Snapshot, query: Query, keys: tuple[str, ...], name: Hashable) -> _Counts:
    if name is None:
        return _read(snapshot, query, keys)
    kept: dict[Any, _Counts] = snapshot.remembered.counts
    counts = kept.pop((name, keys), None)
    if counts is None:
        counts = _read(snapshot, query, keys)
    return keep(kept, (name, keys), counts, _MOST_REMEMBERED)


def _read(snapshot: Snapshot, query: Query, keys: tuple[str, ...]) -> _Counts:
    buckets = snapshot.searcher.aggregate(query, _requests(keys))
    held = _held(keys, buckets)
    for facet in OPEN_FACETS:
        if facet in keys:
            held[facet] = _open_counts(snapshot, query, facet, buckets)
    days = {
        _DAYS[key]: Counter(
            {int(one["key"]): int(one["doc_count"]) for one in buckets[_DAYS[key]]["buckets"]}
        )
        for key in keys
        if key in _DAYS
    }
    return _Counts(held, days)


def _requests(keys: tuple[str, ...]) -> dict[str, Any]:
    names = {_COLUMN[held] for key in keys if (held := _HELD.get(key, key)) in _COLUMN}
    names.update(column_of(key) for key in keys if key in OPEN_FACETS)
    names.update(_DAYS[key] for key in keys if key in _DAYS)
    return {name: _terms(name) for name in sorted(names)}


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": _MOST_BUCKETS, "segment_size": _MOST_BUCKETS}}


def _held(keys: tuple[str, ...], buckets: dict[str, Any]) -> dict[str, Counter[str]]:
    """Take the columns apart: counts by what they hold the facets under."""
    wanted = {_HELD.get(key, key) for key in keys}
    held: dict[str, Counter[str]] = {name: Counter() for name in wanted}
    for column, facets in COLUMNS.items():
        places = [(at, held[facet]) for at, facet in enumerate(facets) if facet in wanted]
        if not places:
            continue
        for bucket in buckets[column]["buckets"]:
            values, number = _parts(bucket["key"]), bucket["doc_count"]
            for at, counts in places:
                for value in values[at]:
                    counts[value] += number
    return held


@lru_cache(maxsize=16_384)
def _parts(value: str) -> tuple[tuple[str, ...], ...]:
    """Return the values of each facet in a value of a column."""
    return tuple(
        tuple(one for one in part.split(BETWEEN_VALUES) if one and one != NOTHING)
        for part in value.split(BETWEEN_FACETS)
    )


def _open_counts(
    snapshot: Snapshot, query: Query, facet: str, buckets: dict[str, Any]
) -> Counter[str]:
    counts = Counter(_by_term(buckets[column_of(facet)]))
    counts.pop(NOTHING, None)
    if counts.pop(SEVERAL, 0):
        marked = Query.term_query(snapshot.schema, "several", facet, index_option="basic")
        both = Query.boolean_query([(Occur.Must, query), (Occur.Must, marked)])
        counts.update(_by_term(snapshot.searcher.aggregate(both, {facet: _terms(facet)})[facet]))
    return counts


def _told(
    key: str, counted: _Counts, cut: Mapping[tuple[str, int], int], now: int
) -> dict[str, int]:
    """Return the counts of one facet by the values that a search may choose."""
    held = counted.held
    if key in _DAYS:
        counts = _by_days(key, counted.days[_DAYS[key]], cut, now // DAY)
        if key == "deadline":
            counts[Closing.OPEN.value] = held["open"].get("open", 0)
    elif key in SWITCHES:
        counts = {"1": held["pay"].get(key, 0)}
    elif key == "language":
        counts = _language_counts(held["needs"])
    elif key == "education":
        counts = _education_counts(held["education"])
    elif key == "remote":
        counts = dict(held["remote"])
        anywhere = counts.get(ANYWHERE, 0)
        counts = {one: n + (anywhere if one != ANYWHERE else 0) for one, n in counts.items() if n}
    else:
        counts = dict(held[key])
    return {value: number for value, number in counts.items() if number}


def _by_days(
    key: str, by_day: Mapping[int, int], cut: Mapping[tuple[str, int], int], today: int
) -> dict[str, int]:
    if key == "start":
        counts = {
            str(days): sum(n for day, n in by_day.items() if day <= today + days)
            for days in START_DAYS
        }
        counts[Start.LATER.value] = sum(by_day.values()) - counts[str(START_DAYS[-1])]
        return counts
    if key == "deadline":
        return {
            str(days): sum(n for day, n in by_day.items() if day < today + days) + cut[key, days]
            for days in CLOSING_DAYS
        }
    return {
        str(days): sum(n for day, n in by_day.items() if day > today - days) + cut[key, days]
        for days in SINCE_DAYS
    }


def _cut_days(
    snapshot: Snapshot,
    query: Query,
    keys: tuple[str, ...],
    by_day: Mapping[str, Mapping[int, int]],
    now: int,
) -> Counter[tuple[str, int]]:
    """Count what of the days that a bound cuts in two lies on the counted side."""
    today = now // DAY
    bounds: dict[tuple[str, int], tuple[str, int, int, int]] = {}
    if "deadline" in keys:
        for shift in CLOSING_DAYS:
            day = today + shift
            bounds["deadline", shift] = ("deadline_at", day, day * DAY, now + shift * DAY + 1)
    if "since" in keys:
        for shift in SINCE_DAYS:
            day = today - shift
            bounds["since", shift] = (
                "first_published_at",
                day,
                max(0, now - shift * DAY),
                max(1, (day + 1) * DAY),
            )
    bounds = {
        (key, shift): bound
        for (key, shift), bound in bounds.items()
        if by_day[_DAYS[key]].get(bound[1])
    }
    if not bounds:
        return Counter()
    days = [
        Query.term_query(snapshot.schema, _DAYS[key], bound[1], index_option="basic")
        for (key, _), bound in bounds.items()
    ]
    either = Query.boolean_query([(Occur.Should, one) for one in days])
    found = snapshot.searcher.aggregate(
        Query.boolean_query([(Occur.Must, query), (Occur.Must, either)]),
        {
            f"{key}{shift}": {"range": {"field": name, "ranges": [{"from": low, "to": high}]}}
            for (key, shift), (name, _, low, high) in bounds.items()
        },
    )
    return Counter(
        {
            (key, shift): _in_range(found[f"{key}{shift}"], low)
            for (key, shift), (_, _, low, _) in bounds.items()
        }
    )


def _in_range(result: dict[str, Any], low: int) -> int:
    """Return the count of the range that begins there; the engine adds those around it."""
    return sum(
        int(bucket["doc_count"])
        for bucket in result["buckets"]
        if "from" in bucket and int(bucket["from"]) == low
    )


def _by_term(result: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in result["buckets"]}


def _language_counts(by_needs: Mapping[str, int]) -> dict[str, int]:
    """Return for each language how many listings somebody finds who has that one only."""
    asked = [needs for needs, count in by_needs.items() if count and needs != NONE_NEEDED]
    codes = {code for needs in asked for code in needs.split("+")}
    return {
        code: sum(count for needs, count in by_needs.items() if is_met(needs, {code}))
        for code in sorted(codes)
    }


def _education_counts(by_level: Mapping[str, int]) -> dict[str, int]:
    return {
        level.value: sum(by_level.get(one, 0) for one in no_more_than(level))
        for level in (*_EDUCATION, Education.NOT_STATED)
    }
