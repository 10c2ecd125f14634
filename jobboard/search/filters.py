"""What each key of a search narrows, and how the values of the facets are counted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tantivy import FieldType, Occur, Query

from jobboard.domain.criteria import Closing, Criteria, Since, Start
from jobboard.domain.places import spot
from jobboard.domain.taxonomy import NOT_STATED, Education
from jobboard.search import analysis, nearness
from jobboard.search.document import ANY_PASSPORT, ANYWHERE, NONE_NEEDED, day_number, microseconds
from jobboard.search.index import Snapshot
from jobboard.tables import gazetteer, world_regions

Facets = dict[str, dict[str, int]]

#: Facets whose value is one term of the field of the same name.
_TERM_FACETS = (
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
)
#: Every facet that ``Hits.facets`` counts.
COUNTED = (
    *_TERM_FACETS,
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
#: Every key that narrows the list by its value, words and place apart.
FILTERED = (*COUNTED, "passport", "organisation")

#: The field behind a key, where the names differ.
_FIELDS = {
    "paid": "pay",
    "unpaid": "pay",
    "pay_stated": "pay",
    "language": "needs",
    "organisation": "organisation_slug",
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
_CLOSING_DAYS = tuple(int(one) for one in Closing if one != Closing.OPEN)
_SINCE_DAYS = tuple(int(one) for one in Since)
_START_DAYS = tuple(int(one) for one in Start if one != Start.LATER)
#: Facts about pay that are a switch each.
_SWITCHES = frozenset({"paid", "unpaid", "pay_stated"})

#: More distinct values than any facet has, so that no count is ever an estimate.
_MOST_BUCKETS = 5_000
_DAY = 86_400_000_000


class Filters:
    """What each key of a search narrows, and how its values are counted."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.schema = snapshot.schema
        self.snapshot = snapshot
        self.now = microseconds(now)
        self.today = day_number(now)

    def clauses(self, criteria: Criteria, without: str | None) -> list[tuple[Occur, Query]]:
        """Return the clauses for live listings that meet every key but ``without``."""
        # Live is publish_at ≤ now < ends_at, to the microsecond (INTERFACE.md).
        queries = [self._range("publish_at", most=self.now), self._range("ends_at", above=self.now)]
        if criteria.where:
            queries.append(self._where(criteria.where))
        if criteria.near:
            queries.append(self._near(criteria.near, criteria.radius))
        queries.extend(
            self._chosen(key, criteria)
            for key in FILTERED
            if key != without and criteria.values(key)
        )
        return [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]

    def published_by(self, moment: int) -> Query:
        """Return the query for what was published by an instant, in microseconds."""
        return Query.const_score_query(self._range("publish_at", most=moment), 0.0)

    def _chosen(self, key: str, criteria: Criteria) -> Query:
        """Return the query for the listings that one key of the search lets through."""
        if key == "language":
            return self._any("needs", self._within(criteria.language))
        if key == "deadline":
            return self._closing(Closing(criteria.values(key)[0]))
        if key == "since":
            days = int(criteria.values(key)[0])
            return self._range("first_published_at", least=self.now - days * _DAY)
        if key == "start":
            return self._starting(Start(criteria.values(key)[0]))
        name, values = _FIELDS.get(key, key), criteria.values(key)
        if key == "remote":
            values.append(ANYWHERE)
        elif key == "passport":
            values.append(ANY_PASSPORT)
        elif key in _SWITCHES:
            values = [key]
        elif key == "education":
            values = _no_more_than(Education(values[0]))
        return self._any(name, values)

    def requests(self, key: str) -> dict[str, Any]:
        """Return what to ask the engine for, to count one facet."""
        if key == "deadline":
            bounds = [self.now, *(self.now + days * _DAY + 1 for days in _CLOSING_DAYS)]
            return {"deadline_at": _ranges("deadline_at", bounds), "open": _terms("open")}
        if key == "since":
            bounds = sorted(self.now - days * _DAY for days in _SINCE_DAYS)
            return {"first_published_at": _ranges("first_published_at", bounds)}
        if key == "start":
            bounds = [1, *(self.today + number + 1 for number in _START_DAYS)]
            return {"starts_on": _ranges("starts_on", bounds)}
        name = _FIELDS.get(key, key)
        return {name: _terms(name)}

    def counts(self, key: str, buckets: dict[str, Any]) -> dict[str, int]:
        """Return the counts of one facet from the engine's buckets."""
        if key == "deadline":
            return self._closing_counts(buckets)
        if key == "since":
            return self._since_counts(buckets)
        if key == "start":
            return self._start_counts(buckets)
        if key in _SWITCHES:
            count = _by_term(buckets["pay"]).get(key, 0)
            return {"1": count} if count else {}
        if key == "language":
            return _language_counts(_by_term(buckets["needs"]))
        if key == "education":
            return _education_counts(_by_term(buckets[key]))
        counts = _by_term(buckets[key])
        if key == "remote":
            anywhere = counts.get(ANYWHERE, 0)
            return {
                code: count + (anywhere if code != ANYWHERE else 0)
                for code, count in counts.items()
            }
        return counts

    def _closing(self, closing: Closing) -> Query:
        if closing is Closing.OPEN:
            return self._any("open", ["open"])
        return self._range("deadline_at", least=self.now, most=self.now + int(closing) * _DAY)

    def _closing_counts(self, buckets: dict[str, Any]) -> dict[str, int]:
        counts = _by_start(buckets["deadline_at"])
        bounds = [self.now, *(self.now + days * _DAY + 1 for days in _CLOSING_DAYS)]
        found = {}
        total = 0
        for days, start in zip(_CLOSING_DAYS, bounds, strict=False):
            total += counts.get(start, 0)
            found[str(days)] = total
        found[Closing.OPEN.value] = _by_term(buckets["open"]).get("open", 0)
        return {value: count for value, count in found.items() if count}

    def _since_counts(self, buckets: dict[str, Any]) -> dict[str, int]:
        counts = _by_start(buckets["first_published_at"])
        found = {}
        for days in _SINCE_DAYS:
            least = self.now - days * _DAY
            found[str(days)] = sum(count for start, count in counts.items() if start >= least)
        return {value: count for value, count in found.items() if count}

    def _starting(self, start: Start) -> Query:
        if start is Start.LATER:
            return self._range("starts_on", above=self.today + _START_DAYS[-1])
        return self._range("starts_on", least=1, most=self.today + int(start))

    def _start_counts(self, buckets: dict[str, Any]) -> dict[str, int]:
        by_start = _by_start(buckets["starts_on"])
        found = {}
        total = 0
        for number, start in zip(_START_DAYS, sorted(by_start), strict=False):
            total += by_start[start]
            found[str(number)] = total
        found[Start.LATER.value] = by_start.get(self.today + _START_DAYS[-1] + 1, 0)
        return {value: count for value, count in found.items() if count}

    def _near(self, value: str, radius: int) -> Query:
        """Return the query for the listings with a place within a radius of a point."""
        centre = spot(value)
        points = nearness.points(self.snapshot, centre, radius) if centre is not None else ()
        return self._any("point", points) if points else Query.empty_query()

    def _where(self, text: str) -> Query:
        """Return the query for a place in the seeker's words, its parts parted by commas."""
        parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
        queries = [self._place(part) for part in parts]
        if not queries:
            return Query.all_query()
        return Query.boolean_query([(Occur.Must, query) for query in queries])

    def _place(self, part: str) -> Query:
        named = analysis.words(part)
        ways = [self._all_words("place", named)] if named else []
        if named == ["remote"]:
            ways.append(self._any("mode", ["remote"]))
        country = gazetteer.country_named(part)
        if country is not None:
            ways.append(self._any("country", [country]))
        region = world_regions.named(part)
        if region is not None:
            ways.append(self._any("country", sorted(region.countries)))
        # The name on the listing may be another one: Genève, Geneva, Genf.
        ways.extend(
            self._all_words("place", analysis.words(city.name))
            for city in gazetteer.cities_named(part)[:1]
        )
        if not ways:
            return Query.empty_query()
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _all_words(self, name: str, words: Iterable[str]) -> Query:
        terms = [Query.term_query(self.schema, name, word) for word in words]
        return Query.boolean_query([(Occur.Must, term) for term in terms])

    def _any(self, name: str, values: Iterable[str]) -> Query:
        terms = list(values)
        if len(terms) == 1:
            return Query.term_query(self.schema, name, terms[0], index_option="basic")
        return Query.term_set_query(self.schema, name, terms)

    def _range(
        self,
        name: str,
        *,
        least: int | None = None,
        most: int | None = None,
        above: int | None = None,
    ) -> Query:
        lower = least if above is None else above
        return Query.range_query(
            self.schema,
            name,
            FieldType.Unsigned,
            None if lower is None else max(0, lower),
            most,
            include_lower=above is None,
        )

    def _within(self, languages: Iterable[str]) -> list[str]:
        """Return the needs that somebody who has these languages meets, as the index has them."""
        has = set(languages)
        found = self.snapshot.searcher.terms_with_prefix("needs", "")
        return [needs for needs, _ in found if _is_met(needs, has)] or [NONE_NEEDED]


def _terms(name: str) -> dict[str, Any]:
    return {"terms": {"field": name, "size": _MOST_BUCKETS, "segment_size": _MOST_BUCKETS}}


def _ranges(name: str, bounds: list[int]) -> dict[str, Any]:
    pairs = zip(bounds, [*bounds[1:], None], strict=True)
    ranges = [
        {"from": start} if end is None else {"from": start, "to": end} for start, end in pairs
    ]
    return {"range": {"field": name, "ranges": ranges}}


def _by_term(result: dict[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in result["buckets"]}


def _by_start(result: dict[str, Any]) -> dict[int, int]:
    """Return counts by the lower bound of each range; the one without is left out."""
    return {
        int(bucket["from"]): bucket["doc_count"] for bucket in result["buckets"] if "from" in bucket
    }


def _is_met(needs: str, has: set[str]) -> bool:
    return needs == NONE_NEEDED or has.issuperset(needs.split("+"))


def _language_counts(by_needs: dict[str, int]) -> dict[str, int]:
    """Return for each language how many listings somebody finds who has that one only."""
    codes = {code for needs in by_needs if needs != NONE_NEEDED for code in needs.split("+")}
    return {
        code: sum(count for needs, count in by_needs.items() if _is_met(needs, {code}))
        for code in sorted(codes)
    }


def _no_more_than(level: Education) -> list[str]:
    if level is Education.NOT_STATED:
        return [NOT_STATED]
    return [NOT_STATED, *_EDUCATION[: _EDUCATION.index(level) + 1]]


def _education_counts(by_level: dict[str, int]) -> dict[str, int]:
    counts = {
        level.value: sum(by_level.get(one, 0) for one in _no_more_than(level))
        for level in (*_EDUCATION, Education.NOT_STATED)
    }
    return {level: count for level, count in counts.items() if count}
