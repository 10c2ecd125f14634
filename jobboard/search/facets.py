"""How many listings each value of each facet would give, counted exactly in one pass or two.

``columns`` says how the values are laid out for this. The first pass counts every column over all
listings that match, and what lies between the bounds that hold at the instant. Listings with
several countries are few; they are counted in a pass of their own. Of the organisations those with
the most listings are told (``busiest``).

What is counted is remembered for as long as the index stays as it is; of the facets of time, which
speak of the instant, ``facet_times`` keeps what does not.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import Any

from tantivy import DocAddress, Query

from jobboard.domain.criteria import Closing, Start
from jobboard.domain.places import ANYWHERE
from jobboard.domain.taxonomy import NOT_STATED, Education
from jobboard.search import busiest, facet_times, parallel
from jobboard.search.aggregations import MOST_BUCKETS, both, buckets, terms, without
from jobboard.search.busiest import ORGANISATION, ORGANISATION_COLUMN
from jobboard.search.columns import COLUMNS, NOTHING, OPEN_FACETS, SEVERAL, Numbers
from jobboard.search.document import DAY, NONE_NEEDED
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
    "organisation",
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
    "start": "start_day",
}
#: From the lowest to the highest; ``education`` finds what asks for no more than one's own.
_EDUCATION = (
    Education.NONE,
    Education.SECONDARY,
    Education.ENROLLED,
    Education.BACHELOR,
    Education.MASTER,
    Education.DOCTORATE,
)
START_DAYS = tuple(int(one) for one in Start if one != Start.LATER)
#: Counts that are remembered for one state of the index, and slugs of organisations.
_MOST_REMEMBERED = 200
_MOST_SLUGS = 2_000


@dataclass(frozen=True)
class _Counts:
    """What was counted, before it is told by the values that a search may choose.

    Attributes:
        total: how many listings match.
        held: counts by facet and value, as the columns hold them.
        times: counts of the facets of time, and how long they hold.
        organisations: counts of those with the most, by number (``busiest``).
        asked: how many of those with the most were asked for.
        days: counts by field of days and day, at whatever instant; None while nobody asked again.
    """

    total: int
    held: Mapping[str, dict[str, int]]
    times: facet_times.Times
    organisations: Mapping[int, int]
    asked: int
    days: Mapping[str, dict[int, int]] | None = None

    def less(self, other: "_Counts") -> "_Counts":
        """Return the same without what was counted in vain."""
        vain = other.organisations
        return _Counts(
            self.total - other.total,
            without(self.held, other.held),
            self.times.less(other.times),
            {number: found - vain.get(number, 0) for number, found in self.organisations.items()},
            self.asked,
        )


class FacetCount:
    """Some facets of the listings that match one query: counted at once, or begun and told later.

    It is right for the state of the index and the instant that it was made for.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        query: Query,
        keys: Iterable[str],
        now: int,
        *,
        gone: Query | None = None,
        name: Hashable = None,
        organisations: Query | None = None,
    ) -> None:
        """Say what is to be counted.

        Args:
            snapshot: the state of the index.
            query: what to count.
            keys: the facets to count.
            now: the instant, in microseconds.
            gone: what is not live and does not count, unless ``query`` leaves it out.
            name: under which the counts are remembered for this state of the index, if the query
                says nothing about the instant.
            organisations: the listings of the organisations that are told, however few they have.
        """
        self._snapshot = snapshot
        self._query = query
        self._keys = tuple(keys)
        self._now = now
        self._gone = gone
        self._name = name
        self._organisations = organisations
        self._begun: Future[dict[str, Any]] | None = None

    def begin(self) -> None:
        """Begin to count in another thread, unless what is remembered serves."""
        if self._keys and not _is_remembered(self._snapshot, self._keys, self._asked, self._name):
            requests = _requests(self._snapshot, self._keys, self._now, self._asked)
            self._begun = parallel.start(self._snapshot.searcher.aggregate, self._query, requests)

    def told(self, few: list[DocAddress] | None = None) -> Facets:
        """Return how many listings each value of each facet would give.

        Args:
            few: where all that match stand, if they are few and known: what each has is then read.
        """
        if not self._keys:
            return {}
        snapshot, now = self._snapshot, self._now
        if few is not None:
            counts = _read(snapshot, self._query, self._keys, now, few)
        else:
            counts = self._counts
        chosen: dict[int, int] = {}
        if self._organisations is not None and ORGANISATION in self._keys:
            chosen = _organisations(snapshot, both(self._query, self._organisations), MOST_BUCKETS)
            counts = replace(counts, organisations={**counts.organisations, **chosen})
        if self._vain is not None:
            counts = counts.less(self._vain)
        facets = {key: _told(key, counts, now // DAY) for key in self._keys if key != ORGANISATION}
        if ORGANISATION in self._keys:
            slug_of = partial(_slug, snapshot)
            facets[ORGANISATION] = busiest.told(counts.organisations, chosen, slug_of)
        return facets

    def total(self) -> int:
        """Return how many listings match the query; there must be a facet to count."""
        return self._counts.total

    @cached_property
    def _counts(self) -> _Counts:
        return _remembered(
            *(self._snapshot, self._query, self._keys, self._now),
            *(self._asked, self._name, self._begun),
        )

    @cached_property
    def _vain(self) -> _Counts | None:
        """What is counted in vain: to take it away again is cheaper than to keep it out."""
        if self._gone is None:
            return None
        query = both(self._query, self._gone)
        return _counted(self._snapshot, query, self._keys, self._now, MOST_BUCKETS)

    @property
    def _asked(self) -> int:
        return busiest.enough(len(self._vain.organisations) if self._vain is not None else 0)


def no_more_than(level: Education) -> list[str]:
    """Return what listings may ask for that somebody of this level meets."""
    if level is Education.NOT_STATED:
        return [NOT_STATED]
    return [NOT_STATED, *_EDUCATION[: _EDUCATION.index(level) + 1]]


def is_met(needs: str, has: set[str]) -> bool:
    """Tell whether somebody who has these languages has those that a listing needs."""
    return needs == NONE_NEEDED or has.issuperset(needs.split("+"))


def _remembered(
    snapshot: Snapshot,
    query: Query,
    keys: tuple[str, ...],
    now: int,
    asked: int,
    name: Hashable,
    begun: "Future[dict[str, Any]] | None",
) -> _Counts:
    if name is None:
        return _counted(snapshot, query, keys, now, asked, begun)
    kept: dict[Any, _Counts] = snapshot.remembered.counts
    known = _known(snapshot, keys, name)
    counts = kept.pop(known, None)
    if counts is None or (ORGANISATION in keys and counts.asked < asked):
        counts = _counted(snapshot, query, keys, now, asked, begun)
        return keep(kept, (name, keys), counts, _MOST_REMEMBERED)
    if not facet_times.KEYS.isdisjoint(keys) and not counts.times.hold(now):
        timed = [key for key in known[1] if key in facet_times.KEYS]
        days = counts.days
        if days is None:
            days = facet_times.days(snapshot, query, timed)
        times = facet_times.by_days(snapshot, query, days, timed, now)
        counts = replace(counts, days=days, times=times)
    return keep(kept, known, counts, _MOST_REMEMBERED)


def _is_remembered(snapshot: Snapshot, keys: tuple[str, ...], asked: int, name: Hashable) -> bool:
    """Tell whether listings need not be gone through again to count a search's facets."""
    if name is None:
        return False
    counts = snapshot.remembered.counts.get(_known(snapshot, keys, name))
    return counts is not None and (ORGANISATION not in keys or counts.asked >= asked)


def _known(
    snapshot: Snapshot, keys: tuple[str, ...], name: Hashable
) -> tuple[Hashable, tuple[str, ...]]:
    """Return under which name the counts of a search are kept, or will be.

    Whoever narrows a search by one facet after another asks for what was counted with all others.
    """
    every = (name, COUNTED)
    return every if every in snapshot.remembered.counts else (name, keys)


def _counted(
    snapshot: Snapshot,
    query: Query,
    keys: tuple[str, ...],
    now: int,
    asked: int,
    begun: "Future[dict[str, Any]] | None" = None,
) -> _Counts:
    """Count at one instant what matches a query, and so many organisations of those that do."""
    if begun is None:
        found = snapshot.searcher.aggregate(query, _requests(snapshot, keys, now, asked))
    else:
        found = begun.result()
    columns = {name: buckets(found[name]) for name in _telling(snapshot, keys)}
    return _Counts(
        *_taken_apart(snapshot, query, keys, columns),
        facet_times.counted(keys, now, found),
        busiest.counted(buckets(found[ORGANISATION])) if ORGANISATION in keys else {},
        asked,
    )


def _requests(snapshot: Snapshot, keys: tuple[str, ...], now: int, asked: int) -> dict[str, Any]:
    requests = {name: terms(name) for name in _telling(snapshot, keys)}
    requests |= facet_times.requests(keys, now)
    if ORGANISATION in keys:
        requests[ORGANISATION] = busiest.request(asked)
    return requests


def _organisations(snapshot: Snapshot, query: Query, asked: int) -> dict[int, int]:
    """Count so many organisations of what matches a query, by their numbers."""
    found = snapshot.searcher.aggregate(query, {ORGANISATION: busiest.request(asked)})
    return busiest.counted(buckets(found[ORGANISATION]))


def _slug(snapshot: Snapshot, number: int) -> str:
    known = snapshot.remembered.slugs
    found = known.get(number)
    if found is None:
        slug = busiest.slug(snapshot.searcher, snapshot.schema, number)
        found = keep(known, number, slug, _MOST_SLUGS)
    return found


def _read(
    snapshot: Snapshot, query: Query, keys: tuple[str, ...], now: int, few: list[DocAddress]
) -> _Counts:
    """Count at one instant what matches a query, and is few, by reading what each has."""
    values = snapshot.searcher.fast_field_values
    organisations = Counter(values(ORGANISATION_COLUMN, few)) if ORGANISATION in keys else {}
    return _Counts(
        *_taken_apart(
            snapshot,
            query,
            keys,
            {name: Counter(values(name, few)).items() for name in _telling(snapshot, keys)},
        ),
        facet_times.read(keys, now, lambda name: values(name, few)),
        busiest.counted(organisations.items()),
        len(organisations),
    )


def _taken_apart(
    snapshot: Snapshot,
    query: Query,
    keys: tuple[str, ...],
    columns: Mapping[str, Iterable[tuple[Any, int]]],
) -> tuple[int, dict[str, dict[str, int]]]:
    """Take columns apart: return how many have any value, and counts by facet and value."""
    numbers = _numbers(snapshot)
    held: dict[str, dict[str, int]] = defaultdict(dict)
    total = 0
    for column, counts in columns.items():
        choices = numbers.choices[column]
        total = 0
        for number, found in counts:
            if number != NOTHING:
                total += found
                _add(held, choices[number], found)
    for column in _columns(keys):
        if column not in columns:
            for same in numbers.choices[column].values():
                _add(held, same, total)
    for facet in OPEN_FACETS:
        if facet in keys and held[facet].pop(SEVERAL, 0):
            _add_several(snapshot, query, facet, held[facet])
    return total, held


@lru_cache(maxsize=256)
def _columns(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that hold some facets."""
    held = {_HELD.get(key, key) for key in keys}
    return tuple(column for column, facets in COLUMNS.items() if not held.isdisjoint(facets))


def _telling(snapshot: Snapshot, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that must be gone through: not those in which all have the same."""
    choices, columns = _numbers(snapshot).choices, _columns(keys)
    return tuple(name for name in columns if len(choices[name]) > 1) or columns[:1]


def _numbers(snapshot: Snapshot) -> Numbers:
    remembered = snapshot.remembered
    if remembered.numbers is None:
        remembered.numbers = Numbers.read(snapshot.searcher)
    return remembered.numbers


def _add(held: dict[str, dict[str, int]], choices: Iterable[tuple[str, str]], found: int) -> None:
    for facet, value in choices:
        counts = held[facet]
        counts[value] = counts.get(value, 0) + found


def _add_several(snapshot: Snapshot, query: Query, facet: str, counts: dict[str, int]) -> None:
    """Count the listings that have several values of a facet."""
    marked = Query.term_query(snapshot.schema, "several", facet, index_option="basic")
    found = snapshot.searcher.aggregate(both(query, marked), {facet: terms(facet)})
    for value, count in buckets(found[facet]):
        counts[value] = counts.get(value, 0) + count


def _told(key: str, counted: _Counts, today: int) -> dict[str, int]:
    """Return the counts of one facet by the values that a search may choose."""
    held = counted.held
    counts: Mapping[str, int]
    if key in facet_times.KEYS:
        counts = counted.times.counts[key]
        if key == "deadline":
            counts = {**counts, Closing.OPEN.value: held.get("open", {}).get("open", 0)}
    elif key == "start":
        counts = _start_counts(held.get("start_day", {}), today)
    elif key in SWITCHES:
        counts = {"1": held.get("pay", {}).get(key, 0)}
    elif key == "language":
        counts = _language_counts(held.get("needs", {}))
    elif key == "education":
        counts = _education_counts(held.get("education", {}))
    else:
        counts = held.get(key, {})
        anywhere = counts.get(ANYWHERE, 0) if key == "remote" else 0
        if anywhere:
            counts = {
                one: n + (anywhere if one != ANYWHERE else 0) for one, n in counts.items() if n
            }
    return {value: number for value, number in counts.items() if number}


def _start_counts(by_day: Mapping[str, int], today: int) -> dict[str, int]:
    counts = {
        str(days): sum(n for day, n in by_day.items() if int(day) <= today + days)
        for days in START_DAYS
    }
    counts[Start.LATER.value] = sum(by_day.values()) - counts[str(START_DAYS[-1])]
    return counts


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
