"""What each key of a search narrows."""

from collections.abc import Hashable, Iterable
from datetime import datetime

from tantivy import FieldType, Occur, Query

from jobboard.domain.criteria import Closing, Criteria, Start
from jobboard.domain.places import ANYWHERE, area_name, city_meant, spot
from jobboard.domain.taxonomy import Education
from jobboard.search import analysis, nearness
from jobboard.search.document import (
    ANY_PASSPORT,
    DAY,
    NONE_NEEDED,
    day_number,
    microseconds,
)
from jobboard.search.facets import COUNTED, START_DAYS, SWITCHES, is_met, no_more_than
from jobboard.search.index import Snapshot
from jobboard.tables import gazetteer, world_regions
from jobboard.tables.gazetteer import City

#: Every key that narrows the list by its value, words and place apart.
FILTERED = (*COUNTED, "passport")

#: Those of them that mean something else at each instant.
_OF_THE_INSTANT = frozenset({"deadline", "since", "start"})

#: The field behind a key, where the names differ.
_FIELDS = {
    "paid": "pay",
    "unpaid": "pay",
    "pay_stated": "pay",
    "language": "needs",
    "organisation": "organisation_slug",
}


#: So many values are looked up one by one, which costs less than to look for a set of them.
_MOST_TERMS = 64


class Filters:
    """Makes the clauses of one search of one state of the index, at one instant.

    Attributes:
        chosen: the keys of ``FILTERED`` that narrow the list, in their order.
    """

    def __init__(self, snapshot: Snapshot, criteria: Criteria, now: datetime) -> None:
        """Look at the search once: it is asked for its clauses several times."""
        self.schema = snapshot.schema
        self.snapshot = snapshot
        self.criteria = criteria
        self.now = microseconds(now)
        self.today = day_number(now)
        self.chosen = tuple(key for key in FILTERED if getattr(criteria, key))
        self._clauses: dict[str, tuple[Occur, Query]] = {}
        if criteria.where:
            self._clauses["where"] = _narrowing(self._where(criteria.where))
        if criteria.near:
            self._clauses["near"] = _narrowing(self._near(criteria.near, criteria.radius))
        for key in self.chosen:
            self._clauses[key] = _narrowing(self._chosen(key, criteria))

    def clauses(self, without: str | None = None) -> list[tuple[Occur, Query]]:
        """Return the clauses for listings that meet every key but one, live or not."""
        return [clause for key, clause in self._clauses.items() if key != without]

    def clause(self, key: str) -> Query | None:
        """Return the query for what one key lets through, or None if it is not asked for."""
        clause = self._clauses.get(key)
        return None if clause is None else clause[1]

    def name(self, without: str | None = None) -> Hashable:
        """Return by what the same clauses are known again; None if they speak of the instant."""
        keys = [key for key in self.chosen if key != without]
        if not _OF_THE_INSTANT.isdisjoint(keys):
            return None
        criteria = self.criteria
        values = tuple((key, getattr(criteria, key)) for key in keys)
        return criteria.where, criteria.near, criteria.radius, values

    def published_by(self, moment: int) -> Query:
        """Return the query for what was published by an instant, in microseconds."""
        return _narrowing(self._range("publish_at", most=moment))[1]

    def _chosen(self, key: str, criteria: Criteria) -> Query:
        """Return the query for the listings that one key of the search lets through."""
        if key == "language":
            return self._any("needs", self._within(criteria.language))
        if key == "deadline":
            return self._closing(Closing(criteria.values(key)[0]))
        if key == "since":
            days = int(criteria.values(key)[0])
            return self._range("first_published_at", least=self.now - days * DAY)
        if key == "start":
            return self._starting(Start(criteria.values(key)[0]))
        name, values = _FIELDS.get(key, key), criteria.values(key)
        if key == "remote":
            values.append(ANYWHERE)
        elif key == "passport":
            values.append(ANY_PASSPORT)
        elif key in SWITCHES:
            values = [key]
        elif key == "education":
            values = no_more_than(Education(values[0]))
        return self._any(name, values)

    def _closing(self, closing: Closing) -> Query:
        if closing is Closing.OPEN:
            return self._any("open", ["open"])
        return self._range("deadline_at", least=self.now, most=self.now + int(closing) * DAY)

    def _starting(self, start: Start) -> Query:
        if start is Start.LATER:
            return self._range("starts_on", above=self.today + START_DAYS[-1])
        return self._range("starts_on", least=1, most=self.today + int(start))

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
        apart = Query.boolean_query([(Occur.Must, query) for query in queries])
        # "Kiev Ukraine", "washington, d.c.": together they name a city, as its listings write it.
        city = city_meant(text, is_alone=True)
        if city is None:
            return apart
        return Query.boolean_query([(Occur.Should, apart), (Occur.Should, self._city(city))])

    def _city(self, city: City) -> Query:
        state = analysis.words(area_name(city.country, city.area))
        named = self._all_words("place", [*analysis.words(city.name), *state])
        there = self._any("country", [city.country])
        return Query.boolean_query([(Occur.Must, named), (Occur.Must, there)])

    def _place(self, part: str) -> Query:
        named = analysis.words(part)
        ways = [self._all_words("place", named)] if named else []
        if named == ["remote"]:
            ways.append(self._any("mode", ["remote"]))
        country = gazetteer.country_meant(part)
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
        if len(terms) > _MOST_TERMS:
            return Query.term_set_query(self.schema, name, terms)
        ways = [Query.term_query(self.schema, name, one, index_option="basic") for one in terms]
        return (
            ways[0]
            if len(ways) == 1
            else Query.boolean_query([(Occur.Should, way) for way in ways])
        )

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
        return [needs for needs, _ in found if is_met(needs, has)] or [NONE_NEEDED]


def _narrowing(query: Query) -> tuple[Occur, Query]:
    """Return the clause for what must match and says nothing about how well."""
    return Occur.Must, Query.const_score_query(query, 0.0)
