"""One question, one answer: ids in order, exact count, facets; for page, feed, API and alert."""

import time
from collections.abc import Hashable, Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations
from math import comb, log
from pathlib import Path
from typing import Any, Protocol

from tantivy import DocAddress, FieldType, Occur, Order, Query

from jobboard.db import db
from jobboard.domain.criteria import PAGE_SIZE, Criteria, Sort
from jobboard.models.listing import Listing
from jobboard.search import facets as counting
from jobboard.search import listings, spelling, timetables, upkeep
from jobboard.search.asked import Asked, Word
from jobboard.search.busiest import ORGANISATION
from jobboard.search.cursors import BadCursor, Cursor
from jobboard.search.document import SearchDocument, microseconds
from jobboard.search.facets import COUNTED, Facets
from jobboard.search.filters import Filters
from jobboard.search.index import Snapshot, keep
from jobboard.search.matching import Matcher, Need
from jobboard.search.offers import Meaning, Offer
from jobboard.search.offers import meanings as find_meanings
from jobboard.search.offers import offers as find_offers

__all__ = [
    "BadCursor",
    "Hits",
    "Meaning",
    "Offer",
    "answer",
    "counts_by_country",
    "insisting",
    "install",
    "like",
    "matched_terms",
    "meanings",
    "offers",
    "reach",
    "related",
    "search",
    "stretch",
    "terms_of",
    "total",
]

#: Listings whose likes are remembered, and how many more likes of each than are shown.
_MOST_RELATED = 10_000
_SPARE = 2

#: The key that orders a listing, its id, how new it is, and where it stands in the index.
_Hit = tuple[Any, int, int, DocAddress]

#: How the engine is asked for each order.
_ORDERS: Mapping[Sort, dict[str, Any]] = {
    Sort.BEST: {},
    Sort.NEWEST: {"order_by_field": "by_newest", "order": Order.Desc},
    Sort.DEADLINE: {"order_by_field": "by_deadline", "order": Order.Asc},
    Sort.PAY: {"order_by_field": "by_pay", "order": Order.Desc},
}

_GREATEST = (1 << 64) - 1
#: Listings are read by so many, that is a few pages: of equal matches the newer comes first within
#: these. If no more match, they need not be searched again to be counted.
_STRETCH = 60
#: Listings around the place of a cursor among the best matches that are looked through for it.
_SLACK = 50
#: What a word that all listings hold counts for in a partial match; rarer ones count for more.
_A_WORD = 6.0
#: Hits that are kept of one search, and searches of which they are.
_KEPT = 500
_MOST_REMEMBERED = 200
#: A word that a larger share of all listings holds says nothing in a partial match.
_SAYS_NOTHING = 0.2
_COMMON = 1_000
#: Ways to choose some of the words that are tried one by one: three of six have as many.
_MOST_COMBINATIONS = 20
#: With so many partial matches on half of the words, others are not looked for.
_ENOUGH = 5
#: Partial matches fill a page up to this many.
_FULL_PAGE = 20
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
            out; values that would give none are missing, and so are organisations with few listings
            (``busiest``).
        partial_ids: the closest listings that match only some of the words, outside ``total``.
        corrections: words of the search as typed, and what was searched instead.
        terms: folded words and stems by which listings match, for ``excerpts`` and ``spans``.
        seconds: how long it took.
    """

    ids: tuple[int, ...]
    total: int
    facets: Facets = field(default_factory=dict)
    partial_ids: tuple[int, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    terms: frozenset[str] = frozenset()
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


def stretch(
    criteria: Criteria,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = PAGE_SIZE,
    with_facets: bool = True,
) -> tuple[Hits, str | None]:
    """Return one stretch of an answer for a machine, and the cursor of the next or None at the end.

    In the orders by a field a cursor stands at the last listing's own key: whatever is published,
    ends or is changed in between, no listing comes twice and none that stays as it is is left out.
    Best match has no such key, for every new text shifts all scores a little: there the cursor
    finds the last listing again near its place, and leaves out what was published after the first
    stretch; only a listing whose score moved across that place may be missed or come twice.
    The page of the criteria has no meaning here; partial matches belong to the first stretch.

    Args:
        criteria: what is asked for.
        now: the instant at which listings must be live.
        after: the cursor that came with the stretch before; None for the first.
        limit: most listings to return.
        with_facets: whether to count the facets.

    Raises:
        BadCursor: the text is no cursor or belongs to another search.
    """
    cursor = None if after is None else Cursor.read(after, criteria)
    return reach(upkeep.current(), criteria, now, cursor, limit=limit, with_facets=with_facets)


def related(listing: Listing, now: datetime, limit: int = 4) -> tuple[int, ...]:
    """Return the listings most like one that is live, best first.

    They were live when this was first asked of the present state of the index, so some more than
    the limit are returned: whoever shows them leaves out what has ended since.
    """
    snapshot = upkeep.current()
    known = snapshot.remembered.related
    found = known.get(listing.id)
    if found is None:
        found = like(snapshot, listings.traits_of(listing), now, limit + _SPARE)
        keep(known, listing.id, found, _MOST_RELATED)
    return found


def counts_by_country(criteria: Criteria, now: datetime) -> dict[str, int]:
    """Return how many matching listings each country has, the choice of countries left out."""
    return _Question(upkeep.current(), criteria, now).countries()


def offers(criteria: Criteria, now: datetime) -> tuple[Offer, ...]:
    """Return the filters that words of the search name, with how many listings each finds."""
    if not criteria.q:
        return ()
    snapshot = upkeep.current()
    return find_offers(snapshot, criteria, lambda asked: total(snapshot, asked, now))


def meanings(criteria: Criteria, now: datetime) -> tuple[Meaning, ...]:
    """Return the places that ``where`` or ``near`` may mean, if several find something."""
    if not (criteria.where or criteria.near):
        return ()
    snapshot = upkeep.current()
    return find_meanings(criteria, lambda asked: total(snapshot, asked, now))


def insisting(criteria: Criteria, hits: Hits) -> Criteria:
    """Return the search for the words as they were typed, where others were searched."""
    return criteria.insisting(typed for typed, _ in hits.corrections)


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
    ids = question.page(limit, start)
    partial: tuple[int, ...] = ()
    if not start and question.total < _FULL_PAGE:
        partial = question.partial(_FULL_PAGE - question.total)
    facets = question.facets() if with_facets else {}
    return _told(question, ids, partial, facets, started)


def reach(
    snapshot: Snapshot,
    criteria: Criteria,
    now: datetime,
    cursor: Cursor | None,
    *,
    limit: int = PAGE_SIZE,
    with_facets: bool = True,
) -> tuple[Hits, str | None]:
    """Return what one state of the index answers to ``stretch``."""
    started = time.perf_counter()
    question = _Question(snapshot, criteria, now)
    ids, last = question.stretch(limit, cursor)
    partial: tuple[int, ...] = ()
    if cursor is None and question.total < _FULL_PAGE:
        partial = question.partial(_FULL_PAGE - question.total)
    facets = question.facets() if with_facets else {}
    hits = _told(question, ids, partial, facets, started)
    return hits, None if last is None else last.write(criteria)


def total(snapshot: Snapshot, criteria: Criteria, now: datetime) -> int:
    """Return how many listings one state of the index finds."""
    return answer(snapshot, criteria, now, limit=0, offset=1, with_facets=False).total


def terms_of(snapshot: Snapshot, criteria: Criteria) -> frozenset[str]:
    """Return the folded words and stems by which listings match, for marking them in a text."""
    matcher = Matcher(snapshot)
    asked, _ = _forgiven(matcher, Asked.read(criteria.q), only_unknown=True)
    return matcher.terms(asked)


def like(
    snapshot: Snapshot, document: SearchDocument, now: datetime, limit: int
) -> tuple[int, ...]:
    """Return the live listings most like one, best first, itself left out."""
    return _Question(snapshot, Criteria(), now).like(document, limit)


def _told(
    question: "_Question",
    ids: tuple[int, ...],
    partial_ids: tuple[int, ...],
    facets: Facets,
    started: float,
) -> Hits:
    return Hits(
        ids=ids,
        total=question.total,
        facets=facets,
        partial_ids=partial_ids,
        corrections=question.corrections,
        terms=question.matcher.terms(question.asked),
        seconds=time.perf_counter() - started,
    )


class _Question:
    """One search of one snapshot at one instant.

    Attributes:
        total: how many listings match; known once a page or a stretch has been read.
        few: all that match, when they are few and have been read.
        corrections: what was searched in place of what was typed.
    """

    def __init__(self, snapshot: Snapshot, criteria: Criteria, now: datetime) -> None:
        self.snapshot = snapshot
        self.criteria = criteria
        self.now = microseconds(now)
        self.matcher = Matcher(snapshot)
        self.filters = Filters(snapshot, criteria, now)
        self.total = 0
        self.few: list[_Hit] | None = None
        named = timetables.not_live(snapshot, self.now)
        #: Ids of what is not live, the index's own marker with them; None to compare instants.
        self.gone = None if named is None else frozenset([0, *named])
        self.asked, self.corrections = _forgiven(
            self.matcher, Asked.read(criteria.q), only_unknown=True
        )
        self.words = self.matcher.all_of(self.asked)

    def page(self, limit: int, offset: int) -> tuple[int, ...]:
        """Return the ids of a page."""
        return tuple(hit[1] for hit in self._first(limit, offset))

    def stretch(self, limit: int, cursor: Cursor | None) -> tuple[tuple[int, ...], Cursor | None]:
        """Return the ids after a cursor, and the cursor after them unless they are the last."""
        if self.criteria.order is Sort.BEST:
            return self._best_after(limit, cursor)
        # One more than asked for tells whether there is another stretch.
        if cursor is None:
            hits = self._first(limit + 1, 0)
        else:
            self._first(0, 0)
            hits, _ = self._search(limit + 1, 0, self._beyond(cursor.key))
        ids = tuple(hit[1] for hit in hits[:limit])
        if len(hits) <= limit or not ids:
            return ids, None
        return ids, Cursor(self.now, int(hits[limit - 1][0]), ids[-1])

    def partial(self, limit: int) -> tuple[int, ...]:
        """Return the ids of the closest listings that hold some of the words, but not all.

        Those that hold more of them, and rarer ones, come first. Half of the words must be there;
        where hardly any listing has as many, one is enough.
        """
        required = self.matcher.required(self.asked)
        if not required[1:]:
            return ()
        most = max(_COMMON, self.snapshot.searcher.num_docs * _SAYS_NOTHING)
        needs = [need for need in required if need.commonness <= most] or required
        half = -(-len(needs) // 2)
        # Whoever has all but one of the words has no other ones.
        found = self._with_some(needs, half, limit, has_others=half < len(required) - 1)
        if half == 1 or len(found) >= min(_ENOUGH, limit):
            return found
        others = self._with_some(needs, 1, limit)
        return (*found, *(one for one in others if one not in found))[:limit]

    def _with_some(
        self, needs: list[Need], least: int, limit: int, *, has_others: bool = False
    ) -> tuple[int, ...]:
        """Return the ids of the closest listings with so many of the words, but not all of them.

        Each word found counts beside its likeness, a rare one ("Damascus") for most.

        Args:
            needs: the words.
            least: how many of them a listing must have.
            limit: most listings to return.
            has_others: whether a listing may have more than ``least``, other than when that is one.
        """
        ways = Query.boolean_query(
            [(Occur.Should, self._together(some)) for some in _combinations(needs, least)]
        )
        if least == 1 or not has_others:
            clauses = [(Occur.Must, ways)]
        else:
            # Each word of a listing that has more is in several ways, but must count once.
            words = [(Occur.Should, self._together((need,))) for need in needs]
            clauses = [(Occur.Must, _scoreless(ways)), *words]
        clauses.extend(self.matcher.excluded(self.asked))
        if self.words and self.total:
            clauses.append((Occur.MustNot, Query.boolean_query(self.words)))
        query = self._alive(Query.boolean_query([*clauses, *self._narrowed()]))
        result = self.snapshot.searcher.search(query, limit, count=False)
        return tuple(hit[1] for hit in sorted(self._hits(result), key=_place))

    def _together(self, needs: Iterable[Need]) -> Query:
        """Return the query for listings that have all of some words, for what these are worth."""
        some = list(needs)
        worth = Query.const_score_query(Query.all_query(), sum(map(self._worth, some)))
        return Query.boolean_query(
            [*((Occur.Must, need.query) for need in some), (Occur.Must, worth)]
        )

    def _worth(self, need: Need) -> float:
        """Return what a word counts for beside its likeness: a rare one ("Damascus") for most."""
        share = (need.commonness + 1) / (self.snapshot.searcher.num_docs + 2)
        return _A_WORD * (1 - log(share))

    def facets(self) -> Facets:
        """Count every facet with its own choice left out."""
        chosen = [key for key in self.filters.chosen if key in COUNTED]
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
        result = self.snapshot.searcher.search(self._alive(query), limit, count=False)
        return tuple(hit[1] for hit in self._hits(result))

    def _best_after(
        self, limit: int, cursor: Cursor | None
    ) -> tuple[tuple[int, ...], Cursor | None]:
        started, place = (self.now, 0) if cursor is None else (cursor.started, cursor.key)
        if cursor is None:
            begin, ids = 0, self.page(limit + 1, 0)
        else:
            self._first(0, 0)
            begin = max(0, min(place, self.snapshot.searcher.num_docs) - _SLACK)
            known_then = (Occur.Must, self.filters.published_by(started))
            hits, _ = self._search(limit + 1 + 2 * _SLACK, begin, known_then)
            ids = tuple(hit[1] for hit in hits)
            place = begin + ids.index(cursor.id) + 1 if cursor.id in ids else place
        found = ids[place - begin : place - begin + limit]
        if len(ids) <= place - begin + limit or not found:
            return found, None
        return found, Cursor(started, place + limit, found[-1])

    def _first(self, limit: int, offset: int) -> list[_Hit]:
        """Return the hits of a page and note the total; where nothing matches, forgive slips."""
        hits, self.total = self._counted(limit, offset)
        if self.total or not self.asked.weighty:
            return hits
        asked, corrections = _forgiven(self.matcher, self.asked, only_unknown=False)
        if not corrections:
            return hits
        before = self.asked, self.words, self.few
        self.asked, self.few = asked, None
        self.words = self.matcher.all_of(asked)
        forgiven, total = self._counted(limit, offset)
        if not total:
            self.asked, self.words, self.few = before
            return hits
        self.total = total
        self.corrections = (*self.corrections, *corrections)
        return forgiven

    def _counted(self, limit: int, offset: int) -> tuple[list[_Hit], int]:
        if offset < self.snapshot.searcher.num_docs and limit > 0:
            return self._search(limit, offset)
        # The engine would keep room for every hit before the page.
        _, total = self._search(1, 0)
        return [], total

    def _search(
        self, limit: int, offset: int, narrower: tuple[Occur, Query] | None = None
    ) -> tuple[list[_Hit], int]:
        """Return the live hits of a page and how many there are in all."""
        # Whole stretches are read, so that equal matches lie the same on every page.
        begin = offset // _STRETCH * _STRETCH
        end = -(-(offset + limit) // _STRETCH) * _STRETCH
        page = slice(offset - begin, offset - begin + limit)
        if narrower is None and self.gone is not None and end + len(self.gone) <= _KEPT:
            hits, total = self._early(end, self.gone)
            return self._in_order(hits)[offset : offset + limit], total
        query = self._query()
        if narrower is not None:
            query = Query.boolean_query([(Occur.Must, query), narrower])
        lifted = self._lifted(query)
        hits, total = self._read(self._alive(lifted or query), end - begin, begin)
        return self._in_order(hits)[page], total

    def _in_order(self, hits: list[_Hit]) -> list[_Hit]:
        """Put the newer of equal matches first, within each stretch."""
        if self.criteria.order is not Sort.BEST:
            return hits
        found: list[_Hit] = []
        for begin in range(0, len(hits), _STRETCH):
            found.extend(sorted(hits[begin : begin + _STRETCH], key=_place))
        return found

    def _early(self, most: int, gone: frozenset[int]) -> tuple[list[_Hit], int]:
        """Return the first hits and how many there are in all.

        To read some more than asked for and drop those that are gone costs less than to keep these
        out of all that match; and what is read so serves whoever asks the same again, at whatever
        instant.
        """
        hits, total = self._kept(most + len(gone))
        found = [hit for hit in hits if hit[1] not in gone]
        if total <= len(hits):
            self.few = found
            return found, len(found)
        return found, total - self._gone_of_these()

    def _kept(self, most: int) -> tuple[list[_Hit], int]:
        """Return the first hits, live or not, and how many there are, read once if possible."""
        name = self._name(), self.criteria.order
        pages = self.snapshot.remembered.pages
        kept = pages.get(name)
        if kept is not None and (len(kept[0]) >= most or kept[1] <= len(kept[0])):
            return kept
        query = self._query()
        hits, total = self._read(query, most)
        lifted = self._lifted(query, is_needed=True)
        if lifted is not None:
            # To read the few that are lifted by themselves is cheaper than to ask of each that
            # matches whether it is one of them.
            first, _ = self._read(lifted, most)
            known = {hit[1] for hit in first}
            hits = [*first, *(hit for hit in hits if hit[1] not in known)]
            hits = sorted(hits, key=_score)[:most]
        kept = hits, total
        return kept if name[0] is None else keep(pages, name, kept, _MOST_REMEMBERED)

    def _lifted(self, query: Query, *, is_needed: bool = False) -> Query | None:
        """Return a query that lifts listings in which the words stand together, or None.

        Args:
            query: what must match.
            is_needed: whether to leave out the others.
        """
        if self.criteria.order is not Sort.BEST:
            return None
        found = self.matcher.lifts(self.asked)
        if not found:
            return None
        lifts = Query.boolean_query([(Occur.Should, one) for one in found])
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must if is_needed else Occur.Should, lifts)]
        )

    def _read(self, query: Query, limit: int, offset: int = 0) -> tuple[list[_Hit], int]:
        order = _ORDERS[self.criteria.order]
        result = self.snapshot.searcher.search(query, limit, offset=offset, **order)
        return self._hits(result), _total(result)

    def _name(self, without: str | None = None) -> Hashable:
        """Return by what the same question is known again; None if it speaks of the instant."""
        name = self.filters.name(without)
        return None if name is None else (self.asked, name)

    def _gone_of_these(self) -> int:
        """Return how many that match are not live, the marker with them if it does."""
        is_everything = not (self.words and (self.asked.weighty or self.asked.phrases))
        if len(self.gone or ()) <= 1 and not (is_everything and not self._narrowed()):
            return 0
        both = Query.boolean_query([(Occur.Must, self._query()), (Occur.Must, self._dead())])
        return _total(self.snapshot.searcher.search(both, 1))

    def _alive(self, query: Query) -> Query:
        """Return a query narrowed to what is live."""
        if self.gone is None:
            times = timetables.by_comparing(self.snapshot, self.now)
            return Query.boolean_query([(Occur.Must, query), *times])
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._dead())])

    def _dead(self) -> Query:
        return _one_of(self.snapshot, sorted(self.gone or (0,)))

    def _beyond(self, key: int) -> tuple[Occur, Query]:
        """Return the clause for what comes after a key in the order that holds."""
        order = _ORDERS[self.criteria.order]
        is_rising = order["order"] == Order.Asc
        # A forged cursor may hold any number: neither side may leave the field's range.
        query = Query.range_query(
            self.snapshot.schema,
            order["order_by_field"],
            FieldType.Unsigned,
            min(key + 1, _GREATEST) if is_rising else None,
            None if is_rising else max(key - 1, 0),
        )
        return Occur.Must, Query.const_score_query(query, 0.0)

    def _query(self, without: str | None = None) -> Query:
        """Return the query for what matches, live or not, one key left out."""
        clauses = [*self._narrowed(without), *self.words]
        return Query.boolean_query(clauses) if clauses else Query.all_query()

    def _narrowed(self, without: str | None = None) -> list[tuple[Occur, Query]]:
        return self.filters.clauses(without)

    def _hits(self, result: Any) -> list[_Hit]:
        hits = result.hits
        addresses = [address for _, address in hits]
        ids = self.snapshot.searcher.fast_field_values("id", addresses)
        newest = self.snapshot.searcher.fast_field_values("by_newest", addresses)
        return [
            (hit[0], int(one or 0), int(new or 0), hit[1])
            for hit, one, new in zip(hits, ids, newest, strict=True)
        ]

    def _counts(self, keys: list[str], without: str | None) -> Facets:
        """Count some facets of the listings that match, one choice left out."""
        if without is None and self.few is not None:
            query = _one_of(self.snapshot, [hit[1] for hit in self.few])
            few = [hit[3] for hit in self.few]
            return counting.count(self.snapshot, query, keys, self.now, few=few)
        query = self._query(without)
        chosen = self.filters.clause(ORGANISATION) if without == ORGANISATION else None
        if self.gone is None:
            alive = self._alive(query)
            return counting.count(self.snapshot, alive, keys, self.now, organisations=chosen)
        # The marker has no values and need not be taken away.
        gone = self._dead() if len(self.gone) > 1 else None
        name = self._name(without)
        return counting.count(
            *(self.snapshot, query, keys, self.now),
            gone=gone,
            name=name,
            organisations=chosen,
        )


def _forgiven(
    matcher: Matcher, asked: Asked, *, only_unknown: bool
) -> tuple[Asked, tuple[tuple[str, str], ...]]:
    """Return what was probably meant, and the words that were replaced for it."""
    words: list[Word] = []
    corrections: list[tuple[str, str]] = []
    for word in asked.words:
        if word.endings or word.is_little or len(word.parts) > 1:
            words.append(word)
            continue
        if only_unknown and word is asked.words[-1] and not matcher.is_known(word):
            endings = matcher.endings(word)
            if endings:
                words.append(replace(word, endings=endings))
                continue
        meant = _meant(matcher, word, only_unknown=only_unknown)
        words.append(word if meant is None else Word(meant, (meant,)))
        if meant is not None:
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


def _combinations(needs: list[Need], least: int) -> Iterable[tuple[Need, ...]]:
    """Return the choices of so many words, of which whoever has as many has one.

    To look for words together costs what the rarest of them does, and there is no faster way to
    those who have some of them. Of many words there are too many choices: the rarest of them stand
    for all then, and whoever has none of these is not found.
    """
    rarest = sorted(needs, key=lambda need: need.commonness)
    while comb(len(rarest), least) > _MOST_COMBINATIONS:
        rarest.pop()
    return combinations(rarest, least)


def _one_of(snapshot: Snapshot, ids: Iterable[int]) -> Query:
    """Return the query for listings by their ids: a term for each costs less than a set of them."""
    schema = snapshot.schema
    terms = [Query.term_query(schema, "id", one, index_option="basic") for one in ids]
    return Query.boolean_query([(Occur.Should, term) for term in terms])


def _scoreless(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _score(hit: _Hit) -> float:
    return -float(hit[0])


def _place(hit: _Hit) -> tuple[float, int]:
    """Return the place of one of the best matches: of two equal ones the newer comes first."""
    return -float(hit[0]), -hit[2]


def _total(result: Any) -> int:
    return int(result.count or 0)
