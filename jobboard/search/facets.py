"""How many listings each value of each facet would give, counted exactly in one pass or two.

``document.COLUMNS`` says how the values are laid out for this. The first pass counts every column
over all listings that match. Listings with several countries, and days that a bound cuts in two,
are few; they are counted in passes of their own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
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
from jobboard.search.index import Snapshot

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


def count(snapshot: Snapshot, query: Query, keys: Iterable[str], now: int) -> Facets:
    """Count some facets of the listings that match a query.

    Args:
        snapshot: the state of the index.
        query: lets through live listings only.
        keys: the facets to count.
        now: the instant, in microseconds.
    """
    wanted = list(keys)
    if not wanted:
        return {}
    buckets = snapshot.searcher.aggregate(query, _requests(wanted))
    held = _held(wanted, buckets)
    for facet in OPEN_FACETS:
        if facet in wanted:
            held[facet] = _open_counts(snapshot, query, facet, buckets)
    cut = _cut_days(snapshot, query, wanted, buckets, now)
    return {key: _told(key, held, buckets, cut, now) for key in wanted}


def no_more_than(level: Education) -> list[str]:
    """Return what listings may ask for that somebody of this level meets."""
    if level is Education.NOT_STATED:
        return [NOT_STATED]
    return [NOT_STATED, *_EDUCATION[: _EDUCATION.index(level) + 1]]


def is_met(needs: str, has: set[str]) -> bool:
    """Tell whether somebody who has these languages has those that a listing needs."""
    return needs == NONE_NEEDED or has.issuperset(needs.split("+"))


def _requests(keys: list[str]) -> dict[str, Any]:
    names = {_COLUMN[held] for key in keys if (held := _HELD.get(key, key)) in _COLUMN}
    names.update(column_of(key) for key in keys if key in OPEN_FACETS)
    names.update(_DAYS[key] for key in keys if key in _DAYS)
    return {name: _terms(name) for name in sorted(names)}


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": _MOST_BUCKETS, "segment_size": _MOST_BUCKETS}}


def _held(keys: list[str], buckets: dict[str, Any]) -> dict[str, Counter[str]]:
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
    key: str,
    held: Mapping[str, Mapping[str, int]],
    buckets: dict[str, Any],
    cut: Mapping[tuple[str, int], int],
    now: int,
) -> dict[str, int]:
    """Return the counts of one facet by the values that a search may choose."""
    if key in _DAYS:
        counts = _by_days(key, buckets[_DAYS[key]], cut, now // DAY)
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
        counts = {one: n + (anywhere if one != ANYWHERE else 0) for one, n in counts.items()}
    else:
        counts = dict(held[key])
    return {value: number for value, number in counts.items() if number}


def _by_days(
    key: str, result: dict[str, Any], cut: Mapping[tuple[str, int], int], today: int
) -> dict[str, int]:
    by_day = {int(bucket["key"]): int(bucket["doc_count"]) for bucket in result["buckets"]}
    if key == "start":
        counts = {
            str(days): sum(n for day, n in by_day.items() if day <= today + days)
            for days in START_DAYS
        }
        counts[Start.LATER.value] = sum(by_day.values()) - counts[str(START_DAYS[-1])]
        return counts
    if key == "deadline":
        return {
            str(days): sum(n for day, n in by_day.items() if day < today + days)
            + cut.get((key, days), 0)
            for days in CLOSING_DAYS
        }
    return {
        str(days): sum(n for day, n in by_day.items() if day > today - days)
        + cut.get((key, days), 0)
        for days in SINCE_DAYS
    }


def _cut_days(
    snapshot: Snapshot, query: Query, keys: list[str], buckets: dict[str, Any], now: int
) -> dict[tuple[str, int], int]:
    """Count what of the days that a bound cuts in two lies on the counted side."""
    today = now // DAY
    bounds: list[tuple[str, int, str, int, int]] = []
    days: list[tuple[str, int]] = []
    for key, field, shifts in (
        ("deadline", "deadline_at", CLOSING_DAYS),
        ("since", "", SINCE_DAYS),
    ):
        if key not in keys:
            continue
        filled = {int(bucket["key"]) for bucket in buckets[_DAYS[key]]["buckets"]}
        for shift in shifts:
            day = today + shift if field else today - shift
            if day not in filled:
                continue
            days.append((_DAYS[key], day))
            if field:
                bounds.append((key, shift, field, day * DAY, now + shift * DAY + 1))
            else:
                bounds.append(
                    (key, shift, "first_published_at", now - shift * DAY, (day + 1) * DAY)
                )
    if not bounds:
        return {}
    either = Query.boolean_query(
        [
            (Occur.Should, Query.term_query(snapshot.schema, name, day, index_option="basic"))
            for name, day in days
        ]
    )
    both = Query.boolean_query([(Occur.Must, query), (Occur.Must, either)])
    requests = {
        f"{key}{shift}": {"range": {"field": field, "ranges": [{"from": low, "to": high}]}}
        for key, shift, field, low, high in bounds
    }
    found = snapshot.searcher.aggregate(both, requests)
    return {
        (key, shift): _in_range(found[f"{key}{shift}"], low) for key, shift, _, low, _ in bounds
    }


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
    codes = {code for needs in by_needs if needs != NONE_NEEDED for code in needs.split("+")}
    return {
        code: sum(count for needs, count in by_needs.items() if is_met(needs, {code}))
        for code in sorted(codes)
    }


def _education_counts(by_level: Mapping[str, int]) -> dict[str, int]:
    return {
        level.value: sum(by_level.get(one, 0) for one in no_more_than(level))
        for level in (*_EDUCATION, Education.NOT_STATED)
    }
