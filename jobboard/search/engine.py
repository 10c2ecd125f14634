"""One question, one answer: ids in order, exact count, facets; for page, feed, API and alert."""

from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from jobboard.db import db
from jobboard.domain.criteria import PAGE_SIZE, Criteria
from jobboard.models.listing import Listing
from jobboard.search import listings, upkeep
from jobboard.search.asked import Asked
from jobboard.search.cursors import Cursor
from jobboard.search.document import SearchDocument
from jobboard.search.facets import Facets
from jobboard.search.forgiveness import forgiven
from jobboard.search.index import Snapshot, keep
from jobboard.search.matching import Matcher
from jobboard.search.offers import Meaning, Offer
from jobboard.search.offers import meanings as find_meanings
from jobboard.search.offers import offers as find_offers
from jobboard.search.question import Question

#: Listings whose likes are remembered, and how many more likes of each than are shown.
_MOST_RELATED = 10_000
_SPARE = 2
#: Partial matches fill a page up to this many.
_FULL_PAGE = 20


@dataclass(frozen=True)
class Hits:
    """The answer to one search.

    Total and facets are told when they are first asked for: they are counted meanwhile, and whoever
    draws the listings first need not wait for them.

    Attributes:
        ids: listings of the page in order.
        partial_ids: the closest listings that match only some of the words, outside ``total``.
        corrections: words of the search as typed, and what was searched instead.
        terms: folded words and stems by which listings match, for ``excerpts`` and ``spans``.
    """

    ids: tuple[int, ...]
    partial_ids: tuple[int, ...]
    corrections: tuple[tuple[str, str], ...]
    terms: frozenset[str]
    _question: Question = field(repr=False)
    _has_facets: bool = True

    @cached_property
    def total(self) -> int:
        """How many listings match in all, exactly."""
        return self._question.total

    @cached_property
    def facets(self) -> Facets:
        """How many listings each value of each facet would give, the facet's own choice left out.

        Values that would give none are missing, and so are organisations with few listings
        (``busiest``).
        """
        return self._question.facets() if self._has_facets else {}


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


def count(criteria: Criteria, now: datetime) -> int:
    """Return how many listings a search finds at an instant."""
    return total(upkeep.current(), criteria, now)


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
    Without a cursor the page of the criteria tells where to begin, in pages of ``limit`` listings;
    partial matches belong to the first.

    Args:
        criteria: what is asked for.
        now: the instant at which listings must be live.
        after: the cursor that came with the stretch before; None to begin.
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
    question = Question(snapshot, criteria, now)
    if with_facets:
        question.count_ahead()
    start = criteria.offset if offset is None else offset
    ids = question.page(limit, start)
    return _told(question, ids, is_first=not start, with_facets=with_facets)


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
    question = Question(snapshot, criteria, now)
    if with_facets:
        question.count_ahead()
    offset = (criteria.page - 1) * limit
    ids, last = question.stretch(limit, offset, cursor)
    is_first = cursor is None and not offset
    hits = _told(question, ids, is_first=is_first, with_facets=with_facets)
    return hits, None if last is None else last.write(criteria)


def total(snapshot: Snapshot, criteria: Criteria, now: datetime) -> int:
    """Return how many listings one state of the index finds."""
    question = Question(snapshot, criteria, now)
    question.page(0, 0)
    return question.total


def terms_of(snapshot: Snapshot, criteria: Criteria) -> frozenset[str]:
    """Return the folded words and stems by which listings match, for marking them in a text."""
    matcher = Matcher(snapshot)
    asked, _ = forgiven(matcher, Asked.read(criteria.q), only_unknown=True)
    return matcher.terms(asked)


def like(
    snapshot: Snapshot, document: SearchDocument, now: datetime, limit: int
) -> tuple[int, ...]:
    """Return the live listings most like one, best first, itself left out."""
    return Question(snapshot, Criteria(), now).like(document, limit)


def _told(question: Question, ids: tuple[int, ...], *, is_first: bool, with_facets: bool) -> Hits:
    partial: tuple[int, ...] = ()
    if is_first and not question.reaches(_FULL_PAGE):
        partial = question.partial(_FULL_PAGE - question.total)
    return Hits(
        ids=ids,
        partial_ids=partial,
        corrections=question.corrections,
        terms=question.matcher.terms(question.asked),
        _question=question,
        _has_facets=with_facets,
    )
