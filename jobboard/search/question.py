"""One search of one state of the index at one instant: its pages, its total, its facets."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any

from tantivy import FieldType, Occur, Order, Query

from jobboard.domain.criteria import Criteria, Sort
from jobboard.search import partial_matches, timetables
from jobboard.search.asked import Asked
from jobboard.search.busiest import ORGANISATION
from jobboard.search.cursors import Cursor
from jobboard.search.document import SearchDocument, microseconds
from jobboard.search.facets import COUNTED, FacetCount, Facets
from jobboard.search.filters import Filters
from jobboard.search.forgiveness import forgiven
from jobboard.search.hits import (
    Found,
    Hit,
    by_score,
    by_score_and_age,
    counter,
    hits_of,
    one_of,
    total_of,
)
from jobboard.search.index import Snapshot, keep
from jobboard.search.matching import Matcher

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
#: Hits that are kept of one search, and searches of which they are.
_KEPT = 500
_MOST_REMEMBERED = 200
#: The engine's scores are rounded to seven digits.
_ROUNDED = 1.0001
#: With fewer listings on the board it takes longer to hand the counting to another thread.
_WORTH_AHEAD = 50_000


class Question:
    """One search of one snapshot at one instant.

    Attributes:
        few: all that match, when they are few and have been read.
        corrections: what was searched in place of what was typed.
    """

    def __init__(self, snapshot: Snapshot, criteria: Criteria, now: datetime) -> None:
        self.snapshot = snapshot
        self.criteria = criteria
        self.now = microseconds(now)
        self.matcher = Matcher(snapshot)
        self.filters = Filters(snapshot, criteria, now)
        self._found = Found([], 0)
        self.few: list[Hit] | None = None
        named = timetables.not_live(snapshot, self.now)
        #: Ids of what is not live, the index's own marker with them; None to compare instants.
        self.gone = None if named is None else frozenset([0, *named])
        self.asked, self.corrections = forgiven(
            self.matcher, Asked.read(criteria.q), only_unknown=True
        )
        self.required = self.matcher.required(self.asked)
        self.words = self.matcher.all_of(self.asked, self.required)
        #: Counts that were begun, by the choice that they leave out.
        self._ahead: dict[str | None, FacetCount] = {}

    @property
    def total(self) -> int:
        """How many listings match; a page or a stretch must have been read."""
        return self._found.total

    def reaches(self, most: int) -> bool:
        """Tell whether so many listings match, which is often known before they are counted."""
        return self._found.reaches(most)

    def page(self, limit: int, offset: int) -> tuple[int, ...]:
        """Return the ids of a page."""
        return tuple(hit.id for hit in self._first(limit, offset))

    def stretch(
        self, limit: int, offset: int, cursor: Cursor | None
    ) -> tuple[tuple[int, ...], Cursor | None]:
        """Return the ids after a cursor, or after so many others where there is none.

        With them comes the cursor after them, unless they are the last.
        """
        if self.criteria.order is Sort.BEST:
            return self._best_after(limit, offset, cursor)
        # One more than asked for tells whether there is another stretch.
        if cursor is None:
            hits = self._first(limit + 1, offset)
        else:
            self._first(0, 0)
            hits = self._search(limit + 1, 0, self._beyond(cursor.key)).hits
        ids = tuple(hit.id for hit in hits[:limit])
        if len(hits) <= limit or not ids:
            return ids, None
        return ids, Cursor(self.now, int(hits[limit - 1].key), ids[-1])

    def partial(self, limit: int) -> tuple[int, ...]:
        """Return the ids of the closest listings that hold some of the words, but not all."""
        narrower = [*self.matcher.excluded(self.asked), *self._narrowed(), *self._living()]
        if self.words and self.total:
            narrower.append((Occur.MustNot, Query.boolean_query(self.words)))
        return partial_matches.closest(self.snapshot, self.required, narrower, limit)

    def count_ahead(self) -> None:
        """Begin to count the facets, where that takes long, while the listings are looked for."""
        if self.snapshot.searcher.num_docs < _WORTH_AHEAD:
            return
        for keys, without in self._passes():
            begun = self._ahead[without] = self._count(keys, without)
            begun.begin()

    def facets(self) -> Facets:
        """Count every facet with its own choice left out."""
        facets: Facets = {}
        for keys, without in self._passes():
            facets |= self._counts(keys, without)
        return {key: facets[key] for key in COUNTED if facets.get(key)}

    def _passes(self) -> list[tuple[list[str], str | None]]:
        """Return which facets are counted together, and which choice is left out of each pass."""
        chosen = [key for key in self.filters.chosen if key in COUNTED]
        others = [key for key in COUNTED if key not in chosen]
        return [(others, None), *(([key], key) for key in chosen)]

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
        return tuple(hit.id for hit in hits_of(self.snapshot.searcher, result))

    def _best_after(
        self, limit: int, offset: int, cursor: Cursor | None
    ) -> tuple[tuple[int, ...], Cursor | None]:
        started, place = (self.now, offset) if cursor is None else (cursor.started, cursor.key)
        if cursor is None:
            begin, ids = offset, self.page(limit + 1, offset)
        else:
            self._first(0, 0)
            begin = max(0, min(place, self.snapshot.searcher.num_docs) - _SLACK)
            known_then = (Occur.Must, self.filters.published_by(started))
            hits = self._search(limit + 1 + 2 * _SLACK, begin, known_then).hits
            ids = tuple(hit.id for hit in hits)
            place = begin + ids.index(cursor.id) + 1 if cursor.id in ids else place
        found = ids[place - begin : place - begin + limit]
        if len(ids) <= place - begin + limit or not found:
            return found, None
        return found, Cursor(started, place + limit, found[-1])

    def _first(self, limit: int, offset: int) -> list[Hit]:
        """Return the hits of a page; where nothing matches, forgive slips."""
        found = self._found = self._page_of(limit, offset)
        if not self.asked.weighty or found.reaches(1):
            return found.hits
        asked, corrections = forgiven(self.matcher, self.asked, only_unknown=False)
        if not corrections:
            return found.hits
        before = self.asked, self.required, self.words, self.few
        self.asked, self.few = asked, None
        self.required = self.matcher.required(asked)
        self.words = self.matcher.all_of(asked, self.required)
        self._ahead.clear()
        meant = self._page_of(limit, offset)
        if not meant.reaches(1):
            self.asked, self.required, self.words, self.few = before
            return found.hits
        self._found = meant
        self.corrections = (*self.corrections, *corrections)
        return meant.hits

    def _page_of(self, limit: int, offset: int) -> Found:
        if offset < self.snapshot.searcher.num_docs and limit > 0:
            return self._search(limit, offset)
        # The engine would keep room for every hit before the page.
        return Found([], self._counted())

    def _counted(self) -> int:
        """Return how many match, without a look at which of them come first."""
        if self.gone is None:
            return counter(self.snapshot.searcher, self._alive(self._query()))()
        kept = self.snapshot.remembered.pages.get((self._name(), self.criteria.order))
        total = kept.total.value if kept is not None else self._number_of(self._query())()
        in_vain = self._gone_of_these()
        return total - (in_vain() if in_vain is not None else 0)

    def _search(
        self, limit: int, offset: int, narrower: tuple[Occur, Query] | None = None
    ) -> Found:
        """Return the live hits of a page and how many there are in all."""
        # Whole stretches are read, so that equal matches lie the same on every page.
        begin = offset // _STRETCH * _STRETCH
        end = -(-(offset + limit) // _STRETCH) * _STRETCH
        page = slice(offset - begin, offset - begin + limit)
        if narrower is None and self.gone is not None and end + len(self.gone) <= _KEPT:
            found = self._early(end, self.gone)
            page = slice(offset, offset + limit)
        else:
            query = self._query()
            if narrower is not None:
                query = Query.boolean_query([(Occur.Must, query), narrower])
            lifted = self._lifted(query)
            found = self._read(self._alive(lifted or query), end - begin, begin)
        return found.part(self._in_order(found.hits)[page])

    def _in_order(self, hits: list[Hit]) -> list[Hit]:
        """Put the newer of equal matches first, within each stretch."""
        if self.criteria.order is not Sort.BEST:
            return hits
        found: list[Hit] = []
        for begin in range(0, len(hits), _STRETCH):
            found.extend(sorted(hits[begin : begin + _STRETCH], key=by_score_and_age))
        return found

    def _early(self, most: int, gone: frozenset[int]) -> Found:
        """Return the first hits and how many there are in all.

        To read some more than asked for and drop those that are gone costs less than to keep these
        out of all that match; and what is read so serves whoever asks the same again, at whatever
        instant.
        """
        kept = self._kept(most + len(gone))
        hits = [hit for hit in kept.hits if hit.id not in gone]
        if kept.is_whole:
            self.few = hits
            return Found(hits, len(hits))
        in_vain = self._gone_of_these()
        return kept.part(hits) if in_vain is None else Found(hits, lambda: kept.total - in_vain())

    def _kept(self, most: int) -> Found:
        """Return the first hits, live or not, and how many there are, read once if possible."""
        name = self._name(), self.criteria.order
        pages = self.snapshot.remembered.pages
        kept = pages.get(name)
        known = kept.found(most) if kept is not None else None
        if known is not None:
            return known
        found = self._first_of(self._query(), most)
        if name[0] is not None:
            keep(pages, name, found.kept(), _MOST_REMEMBERED)
        return found

    def _first_of(self, query: Query, most: int) -> Found:
        """Return the first hits of what matches a query, and how many there are."""
        lifted = self._lifted(query, is_needed=True)
        if lifted is None:
            return self._read(query, most)
        # To read the few that are lifted by themselves is cheaper than to ask of each that
        # matches whether it is one of them.
        first = self._read(lifted, most).hits
        if len(first) == most and first[-1].key > self.matcher.ceiling(self.required) * _ROUNDED:
            # Nobody else comes as far, so the others need not be weighed.
            return Found(first, self._number_of(query))
        found = self._read(query, most)
        known = {hit.id for hit in first}
        hits = [*first, *(hit for hit in found.hits if hit.id not in known)]
        return Found(sorted(hits, key=by_score)[:most], found.total)

    def _number_of(self, query: Query) -> Callable[[], int]:
        """Return what tells how many match the query of the whole question: its facets if begun."""
        begun = self._ahead.get(None)
        if begun is not None:
            return begun.total
        return counter(self.snapshot.searcher, query)

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

    def _read(self, query: Query, limit: int, offset: int = 0) -> Found:
        order = _ORDERS[self.criteria.order]
        result = self.snapshot.searcher.search(query, limit, offset=offset, **order)
        return Found(hits_of(self.snapshot.searcher, result), total_of(result))

    def _name(self, without: str | None = None) -> Hashable:
        """Return by what the same question is known again; None if it speaks of the instant."""
        name = self.filters.name(without)
        return None if name is None else (self.asked, name)

    def _gone_of_these(self) -> Callable[[], int] | None:
        """Return what counts those that match and are not live, the marker with them if it does.

        None if there are none.
        """
        is_everything = not (self.words and (self.asked.weighty or self.asked.phrases))
        if len(self.gone or ()) <= 1 and not (is_everything and not self._narrowed()):
            return None
        both = Query.boolean_query([(Occur.Must, self._query()), (Occur.Must, self._dead())])
        return counter(self.snapshot.searcher, both)

    def _alive(self, query: Query) -> Query:
        """Return a query narrowed to what is live."""
        return Query.boolean_query([(Occur.Must, query), *self._living()])

    def _living(self) -> list[tuple[Occur, Query]]:
        """Return the clauses that leave out what is not live."""
        if self.gone is None:
            return timetables.by_comparing(self.snapshot, self.now)
        return [(Occur.MustNot, self._dead())]

    def _dead(self) -> Query:
        return one_of(self.snapshot.schema, sorted(self.gone or (0,)))

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

    def _counts(self, keys: list[str], without: str | None) -> Facets:
        """Count some facets of the listings that match, one choice left out."""
        if without is None and self.few is not None:
            query = one_of(self.snapshot.schema, [hit.id for hit in self.few])
            few = [hit.address for hit in self.few]
            return FacetCount(self.snapshot, query, keys, self.now).told(few)
        begun = self._ahead.pop(without, None)
        return (begun or self._count(keys, without)).told()

    def _count(self, keys: list[str], without: str | None) -> FacetCount:
        query = self._query(without)
        chosen = self.filters.clause(ORGANISATION) if without == ORGANISATION else None
        if self.gone is None:
            alive = self._alive(query)
            return FacetCount(self.snapshot, alive, keys, self.now, organisations=chosen)
        return FacetCount(
            *(self.snapshot, query, keys, self.now),
            # The marker has no values and need not be taken away.
            gone=self._dead() if len(self.gone) > 1 else None,
            name=self._name(without),
            organisations=chosen,
        )
