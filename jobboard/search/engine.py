"""One question, one answer: ids in order, exact count, facets; for page, feed, API and alert."""

import time
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from tantivy import FieldType, Occur, Order, Query

from jobboard.db import db
from jobboard.domain.criteria import PAGE_SIZE, Closing, Criteria, Since, Sort
from jobboard.domain.taxonomy import NOT_STATED, Education
from jobboard.search import analysis, listings, spelling, upkeep
from jobboard.search.asked import Asked, Word
from jobboard.search.document import (
    ANY_PASSPORT,
    ANYWHERE,
    NONE_NEEDED,
    SearchDocument,
    microseconds,
)
from jobboard.search.index import Snapshot
from jobboard.search.matching import Matcher
from jobboard.tables import gazetteer

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
    "paid",
    "pay_stated",
    "language",
    "education",
)
#: Every key that narrows the list by its value, words and place apart.
FILTERED = (*COUNTED, "passport", "organisation")

#: The field behind a key, where the names differ.
_FIELDS = {
    "paid": "pay",
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

#: How the engine is asked for each order.
_ORDERS: Mapping[Sort, dict[str, Any]] = {
    Sort.BEST: {"weight_by_field": "recency"},
    Sort.NEWEST: {"order_by_field": "by_newest", "order": Order.Desc},
    Sort.DEADLINE: {"order_by_field": "by_deadline", "order": Order.Asc},
    Sort.PAY: {"order_by_field": "by_pay", "order": Order.Desc},
}

#: More distinct values than any facet has, so that no count is ever an estimate.
_MOST_BUCKETS = 5_000
#: Partial matches fill a page up to this many.
_FULL_PAGE = 20
_DAY = 86_400_000_000
#: A word that listings do hold is taken for a slip only when the other is that much more frequent.
_MORE_FREQUENT = 10
#: And one that more listings hold is no slip.
_MOST_FREQUENT_SLIP = 20


@dataclass(frozen=True)
class Hits:
    """The answer to one search.

    Attributes:
        ids: listings of the page in order.
        total: how many listings match in all, exactly.
        facets: how many listings each value of each facet would give, the facet's own choice left
            out; values that would give none are missing.
        partial_ids: the closest listings that match only some of the words, outside ``total``.
        corrections: words of the search as typed, and what was searched instead.
        seconds: how long it took.
    """

    ids: tuple[int, ...]
    total: int
    facets: Facets = field(default_factory=dict)
    partial_ids: tuple[int, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


class Application(Protocol):
    """What ``install`` needs of the application."""

    @property
    def config(self) -> MutableMapping[str, Any]:
        """The settings."""

    def app_context(self) -> AbstractContextManager[Any]:
        """Give the context in which the database is known."""


def install(app: Application) -> None:
    """Put the index of the application's database into its instance folder."""
    with app.app_context():
        upkeep.attach(db.engine, Path(str(app.config["INSTANCE_DIR"])) / "index")


def search(
    criteria: Criteria,
    now: datetime,
    *,
    limit: int = PAGE_SIZE,
    offset: int | None = None,
    with_facets: bool = True,
) -> Hits:
    """Return what the board answers to a search at an instant; the index is brought up to date.

    The arguments are those of ``answer``.
    """
    return answer(
        upkeep.current(), criteria, now, limit=limit, offset=offset, with_facets=with_facets
    )


def related(listing_id: int, now: datetime, limit: int = 4) -> tuple[int, ...]:
    """Return the live listings most like one, best first; none for one that is not public."""
    snapshot = upkeep.current()
    document = listings.one(db.session.connection(), listing_id)
    return () if document is None else like(snapshot, document, now, limit)


def counts_by_country(criteria: Criteria, now: datetime) -> dict[str, int]:
    """Return how many matching listings each country has, the choice of countries left out."""
    return _Question(upkeep.current(), criteria, now).countries()


def matched_terms(criteria: Criteria) -> frozenset[str]:
    """Return the folded words and stems by which listings match, for ``spans``."""
    return terms_of(upkeep.current(), criteria) if criteria.q else frozenset()


def answer(
    snapshot: Snapshot,
    criteria: Criteria,
    now: datetime,
    *,
    limit: int = PAGE_SIZE,
    offset: int | None = None,
    with_facets: bool = True,
) -> Hits:
    """Return what one state of the index answers to a search at an instant.

    Args:
        snapshot: the state of the index.
        criteria: what is asked for.
        now: the instant at which listings must be live.
        limit: most listings to return.
        offset: listings to leave out before; that of the criteria's page unless given.
        with_facets: whether to count the facets, which feeds have no use for.
    """
    started = time.perf_counter()
    question = _Question(snapshot, criteria, now)
    start = criteria.offset if offset is None else offset
    ids, total = question.page(limit, start)
    partial = question.partial(_FULL_PAGE - total) if not start and total < _FULL_PAGE else ()
    facets = question.facets() if with_facets else {}
    return Hits(ids, total, facets, partial, question.corrections, time.perf_counter() - started)


def terms_of(snapshot: Snapshot, criteria: Criteria) -> frozenset[str]:
    """Return the folded words and stems by which listings match, for marking them in a text."""
    asked, _ = _forgiven(Matcher(snapshot), Asked.read(criteria.q), only_unknown=True)
    parts = {part for word in asked.weighty for part in word.parts}
    parts |= {part for phrase in asked.phrases for part in phrase}
    reduced = (analysis.stems_of_word(part, snapshot.languages) for part in parts)
    return frozenset(parts.union(*reduced))


def like(
    snapshot: Snapshot, document: SearchDocument, now: datetime, limit: int
) -> tuple[int, ...]:
    """Return the live listings most like one, best first, itself left out."""
    return _Question(snapshot, Criteria(), now).like(document, limit)


class _Question:
    """One search of one snapshot at one instant."""

    def __init__(self, snapshot: Snapshot, criteria: Criteria, now: datetime) -> None:
        self.snapshot = snapshot
        self.criteria = criteria
        self.matcher = Matcher(snapshot)
        self.filters = _Filters(snapshot, now)
        self.asked, self.corrections = _forgiven(
            self.matcher, Asked.read(criteria.q), only_unknown=True
        )
        self.words = self.matcher.all_of(self.asked)

    def page(self, limit: int, offset: int) -> tuple[tuple[int, ...], int]:
        """Return the ids of a page, and how many listings match in all."""
        ids, total = self._page(limit, offset)
        if not total and self.asked.weighty:
            asked, corrections = _forgiven(self.matcher, self.asked, only_unknown=False)
            before = self.words
            self.words = self.matcher.all_of(asked)
            ids, total = self._page(limit, offset) if corrections else (ids, total)
            if total:
                self.asked = asked
                self.corrections = (*self.corrections, *corrections)
            else:
                self.words = before
        return ids, total

    def partial(self, limit: int) -> tuple[int, ...]:
        """Return the ids of the closest listings that hold some of the words, but not all.

        Those that hold more of the words come first.
        """
        required = self.matcher.required(self.asked)
        if not required[1:]:
            return ()
        found: list[int] = []
        keep_out = [*self.matcher.excluded(self.asked)]
        if self.words is not None:
            keep_out.append((Occur.MustNot, self.words))
        for least in range(len(required) - 1, 0, -1):
            some = Query.boolean_query(
                [(Occur.Should, query) for query in required], minimum_number_should_match=least
            )
            query = Query.boolean_query(
                [(Occur.Must, some), *keep_out, *self._narrowed()],
            )
            hits = self.snapshot.searcher.search(
                query, limit - len(found), count=False, weight_by_field="recency"
            ).hits
            found.extend(self._ids(hits))
            if len(found) >= limit:
                break
            keep_out.append((Occur.MustNot, some))
        return tuple(found)

    def facets(self) -> Facets:
        """Count every facet with its own choice left out."""
        chosen = [key for key in COUNTED if self.criteria.values(key)]
        facets = self._counts([key for key in COUNTED if key not in chosen], without=None)
        for key in chosen:
            facets |= self._counts([key], without=key)
        return {key: facets[key] for key in COUNTED if facets.get(key)}

    def countries(self) -> dict[str, int]:
        """Count the countries, their own choice left out."""
        return self._counts(["country"], without="country")["country"]

    def like(self, document: SearchDocument, limit: int) -> tuple[int, ...]:
        """Return the ids of the live listings most like one."""
        query = Query.boolean_query(
            [
                (Occur.Must, self.matcher.like(document)),
                (Occur.MustNot, Query.term_query(self.snapshot.schema, "id", document.id)),
                *self._narrowed(),
            ]
        )
        hits = self.snapshot.searcher.search(query, limit, count=False).hits
        return self._ids(hits)

    def _page(self, limit: int, offset: int) -> tuple[tuple[int, ...], int]:
        query = self._query()
        searcher = self.snapshot.searcher
        if offset >= searcher.num_docs or limit < 1:
            # The engine would keep room for every hit before the page.
            return (), _total(searcher.search(query, 1, count=True))
        order = _ORDERS[self.criteria.order]
        result = searcher.search(query, limit, count=True, offset=offset, **order)
        return self._ids(result.hits), _total(result)

    def _query(self, without: str | None = None) -> Query:
        clauses = self._narrowed(without)
        if self.words is not None:
            clauses.append((Occur.Must, self.words))
        return Query.boolean_query(clauses)

    def _narrowed(self, without: str | None = None) -> list[tuple[Occur, Query]]:
        return self.filters.clauses(self.criteria, without)

    def _ids(self, hits: list[Any]) -> tuple[int, ...]:
        addresses = [address for _, address in hits]
        values = self.snapshot.searcher.fast_field_values("id", addresses)
        return tuple(int(value) for value in values if value is not None)

    def _counts(self, keys: list[str], without: str | None) -> Facets:
        """Count some facets of the listings that match, one choice left out, in one pass."""
        requests: dict[str, Any] = {}
        for key in keys:
            requests |= self.filters.requests(key)
        if not requests:
            return {}
        buckets = self.snapshot.searcher.aggregate(self._query(without), requests)
        return {key: self.filters.counts(key, buckets) for key in keys}


class _Filters:
    """What each key of a search narrows, and how its values are counted."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.schema = snapshot.schema
        self.snapshot = snapshot
        self.now = microseconds(now)

    def clauses(self, criteria: Criteria, without: str | None) -> list[tuple[Occur, Query]]:
        """Return the clauses for live listings that meet every key but ``without``."""
        # Live is publish_at ≤ now < ends_at, to the microsecond (INTERFACE.md).
        queries = [self._range("publish_at", most=self.now), self._range("ends_at", above=self.now)]
        if criteria.where:
            queries.append(self._where(criteria.where))
        queries.extend(
            self._chosen(key, criteria)
            for key in FILTERED
            if key != without and criteria.values(key)
        )
        return [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]

    def _chosen(self, key: str, criteria: Criteria) -> Query:
        """Return the query for the listings that one key of the search lets through."""
        if key == "language":
            return self._any("needs", self._within(criteria.language))
        if key == "deadline":
            return self._closing(Closing(criteria.values(key)[0]))
        if key == "since":
            days = int(criteria.values(key)[0])
            return self._range("first_published_at", least=self.now - days * _DAY)
        name, values = _FIELDS.get(key, key), criteria.values(key)
        if key == "remote":
            values.append(ANYWHERE)
        elif key == "passport":
            values.append(ANY_PASSPORT)
        elif key in {"paid", "pay_stated"}:
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
        name = _FIELDS.get(key, key)
        return {name: _terms(name)}

    def counts(self, key: str, buckets: dict[str, Any]) -> dict[str, int]:
        """Return the counts of one facet from the engine's buckets."""
        if key == "deadline":
            return self._closing_counts(buckets)
        if key == "since":
            return self._since_counts(buckets)
        if key in {"paid", "pay_stated"}:
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


def _forgiven(
    matcher: Matcher, asked: Asked, *, only_unknown: bool
) -> tuple[Asked, tuple[tuple[str, str], ...]]:
    """Return what was probably meant, and the words that were replaced for it."""
    words: list[Word] = []
    corrections: list[tuple[str, str]] = []
    for word in asked.words:
        meant = None
        if len(word.parts) == 1 and not word.is_little:
            meant = _meant(matcher, word, only_unknown=only_unknown)
        if meant is None:
            words.append(word)
        else:
            words.append(Word(meant, (meant,)))
            corrections.append((word.typed, meant))
    return replace(asked, words=tuple(words)), tuple(corrections)


def _meant(matcher: Matcher, word: Word, *, only_unknown: bool) -> str | None:
    """Return the word that was probably meant, or None when this one stands."""
    if not matcher.is_known(word):
        return spelling.corrected(matcher.snapshot, word.folded)
    frequency = matcher.frequency(word)
    if only_unknown or frequency > _MOST_FREQUENT_SLIP:
        return None
    return spelling.corrected(matcher.snapshot, word.folded, _MORE_FREQUENT * frequency)


def _total(result: Any) -> int:
    return int(result.count or 0)


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
