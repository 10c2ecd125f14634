"""From words to queries of the engine: which listings hold them, and how well.

Every word must be found, each in any field; what a field weighs is in ``_WEIGHTS``. All queries are
made of terms, never by the engine's query language.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, product
from math import inf, log

from tantivy import Occur, Query

from jobboard.domain.taxonomy import NOT_STATED
from jobboard.search import analysis, variants
from jobboard.search.asked import LITTLE, Asked, Word, is_little
from jobboard.search.document import (
    ANY_FIELD,
    AS_WRITTEN,
    PAIRS_FIELD,
    TEXT_FIELDS,
    SearchDocument,
    pairs,
    pairs_in_name,
)
from jobboard.search.index import Snapshot
from jobboard.tables import compounds, gazetteer, synonyms

#: What words that stand together as they are written are worth in each field.
_EXACT_WEIGHTS = {"title": 2.0, "organisation": 1.2, "place": 1.2, "text": 0.6}
#: How much a word's other stems add to the worth of the best one.
_OTHERS = 0.1
#: The worth of a country meant by a word ("Syrie"), of words side by side in a title, and what a
#: word counts for once more that stands in a title as it was written.
_COUNTRY = 2.5
_TOGETHER = 3.0
_IN_TITLE = 0.8
#: BM25 counts a word for less than its rarity times this, however often it stands in a listing:
#: one and the engine's k1 (https://en.wikipedia.org/wiki/Okapi_BM25).
_MOST_OF_A_WORD = 2.2
#: What a stem of initials is worth that only another language's stemmer finds: NASA is no "nas".
_FOREIGN = 0.5
#: What a synonym is worth against the word itself.
_SYNONYM = 0.8
_SHORTEST_LOOSE_PART = 3
#: A word is common that more listings than this have in their texts, and more than this share.
_COMMON = 2_000
_COMMON_SHARE = 0.05
#: What likeness in a facet is worth beside likeness in words.
_LIKE = {"topic": 2.0, "type": 1.5, "country": 1.5, "function": 1.5, "seniority": 0.5}
#: Words in a row that may stand for something together, and two of them.
_LONGEST_RUN = 5
_PAIR = 2
#: Letters of a word that may be unfinished, and words that are taken for it: looked at, searched.
_SHORTEST_BEGINNING = 3
_MOST_ENDED = 200
_MOST_ENDINGS = 12
#: People of a city that is meant by another name than its own; letters and words of that name.
_SMALLEST_CITY = 100_000
_SHORTEST_CITY = 4
_MOST_WORDS_OF_CITY = 3
#: Where a city is named, and where an ordinary word stands.
_CITY_FIELDS = ("place", "title")
_SAID = ("title", "text")
#: What two words are worth that stand as one, against one word; and one whose parts stand as two.
_JOINED = 1.6
_APART = 0.3
#: Ways to write one word that are looked for in titles.
_MOST_SPELLINGS = 3
#: Beyond this many words their order in a title says nothing more.
_MOST_IN_ORDER = 8


@dataclass(frozen=True)
class Need:
    """A word, a phrase or a name of several words that a listing must hold.

    Attributes:
        query: what finds it.
        words: its words; none for a phrase.
        matcher: whoever made the query.
    """

    query: Query
    words: tuple[Word, ...]
    matcher: "Matcher"

    @cached_property
    def commonness(self) -> int:
        """In about how many listings the rarest of its words is; 0 for a phrase."""
        words = (word for word in self.words if not word.is_little)
        return min(map(self.matcher.common, words), default=0)


@dataclass(frozen=True)
class Matcher:
    """Makes queries for one state of the index."""

    snapshot: Snapshot

    def all_of(self, asked: Asked, required: Sequence[Need]) -> list[tuple[Occur, Query]]:
        """Return the clauses for listings that hold everything asked; none when nothing is.

        Clauses, not one query: what narrows the search besides belongs on the same level, which the
        engine goes through a fifth faster than levels in each other.
        """
        must = [(Occur.Must, need.query) for need in required]
        clauses = [*must, *self.excluded(asked)]
        if clauses and not must:
            clauses.append((Occur.Must, Query.const_score_query(Query.all_query(), 1.0)))
        return clauses

    def required(self, asked: Asked) -> list[Need]:
        """Return one query for each word and phrase that a listing must hold.

        Words that stand for something together ("united nations", "ivory coast") are one of them.
        """
        found: list[Need] = []
        words = asked.words
        at = 0
        while at < len(words):
            length, query = self._longest_run(words[at:])
            if query is not None:
                found.append(Need(query, words[at : at + length], self))
            at += length
        found.extend(Need(self.phrase(phrase), (), self) for phrase in asked.phrases)
        return found

    def ceiling(self, required: Iterable[Need]) -> float:
        """Return what no listing scores by the words alone; infinite where it is not known."""
        return sum(map(self._ceiling, required))

    def _ceiling(self, need: Need) -> float:
        if len(need.words) != 1:
            return inf
        (word,) = need.words
        if len(word.parts) > 1 or (not word.endings and self._meant(word.parts, word.typed)):
            return inf
        return max(map(self._most_of, word.endings or word.parts))

    def _most_of(self, part: str) -> float:
        counts = self._known_forms(part).values()
        every = self.snapshot.indexed
        rarities = sorted((_rarity(count, every) for count in counts), reverse=True)
        return _MOST_OF_A_WORD * (rarities[0] + _OTHERS * sum(rarities[1:])) if rarities else 0.0

    def excluded(self, asked: Asked) -> list[tuple[Occur, Query]]:
        """Return the clauses that keep out what has a minus."""
        return [(Occur.MustNot, self._anywhere(parts)) for parts in asked.excluded]

    def word(self, word: Word) -> Query:
        """Return the query for one word in any field, by its stem, synonyms and countries."""
        if word.endings:
            return _best([self._single(ending) for ending in word.endings])
        return _best([self._spelled(word.parts), *self._meant(word.parts, word.typed)])

    def phrase(self, parts: tuple[str, ...], is_for_names: bool = False) -> Query:
        """Return the query for words that stand together, spelled exactly so.

        Args:
            parts: the folded words.
            is_for_names: look in names only, not in the texts.
        """
        ways = [
            Query.boost_query(self._exact(name, parts), weight)
            for name, weight in _EXACT_WEIGHTS.items()
            if not (is_for_names and name == "text")
        ]
        return Query.disjunction_max_query(ways, _OTHERS)

    def terms(self, asked: Asked) -> frozenset[str]:
        """Return the folded words and stems that make a listing match, for marking them."""
        parts = {part for word in asked.weighty for part in word.parts}
        parts |= {ending for word in asked.words for ending in word.endings}
        parts |= {part for phrase in asked.phrases for part in phrase}
        runs = [word.parts for word in asked.words]
        whole = tuple(part for run in runs for part in run)
        runs.extend(
            whole[at : at + length]
            for length in range(2, min(_LONGEST_RUN, len(whole)) + 1)
            for at in range(len(whole) - length + 1)
        )
        meant = {part for run in runs for other in self._others(run) for part in other}
        parts |= {part for part in meant if not is_little(part)}
        reduced = (analysis.stems_of_word(part, self.snapshot.languages) for part in parts)
        return frozenset(parts.union(*reduced))

    def is_known(self, word: Word) -> bool:
        """Tell whether any listing may hold the word."""
        if self._has_meaning(word):
            return True
        return all(map(self._is_known_part, word.parts)) or self._is_known_part(word.folded)

    def is_only_like(self, word: Word) -> bool:
        """Tell whether listings have a word's stem, but none has the word, however it is put."""
        return not (self.frequency(word) or self._has_meaning(word))

    def _has_meaning(self, word: Word) -> bool:
        """Tell whether a word stands for others, for a country or for a city."""
        is_country = gazetteer.country_named(word.typed) is not None
        return is_country or bool(self._others(word.parts) or self._city_meant(word.typed))

    def shares_stem(self, word: Word, other: str) -> bool:
        """Tell whether a word is a form of another."""
        languages = self.snapshot.languages
        stems = analysis.stems_of_word(word.folded, languages)
        return not set(stems).isdisjoint(analysis.stems_of_word(other, languages))

    def endings(self, word: Word) -> tuple[str, ...]:
        """Return the commonest words of the index that begin with an unfinished one."""
        if len(word.parts) != 1 or len(word.folded) < _SHORTEST_BEGINNING:
            return ()
        counts: Counter[str] = Counter()
        for name in TEXT_FIELDS:
            counts.update(
                dict(self.snapshot.searcher.terms_with_prefix(name, word.folded, limit=_MOST_ENDED))
            )
        return tuple(ending for ending, _ in counts.most_common(_MOST_ENDINGS))

    def frequency(self, word: Word) -> int:
        """Return in how many listings a word stands, spelled exactly so."""
        return self._as_written(word.folded)

    def common(self, word: Word) -> int:
        """Return about how many listings hold a word, or name the country that it names."""
        frequency = self.snapshot.frequency
        stems = analysis.stems_of_word(word.folded, self.snapshot.languages)
        counts = [frequency(ANY_FIELD, stem) for stem in stems]
        country = gazetteer.country_named(word.typed)
        if country is not None:
            counts.append(frequency("country", country))
        return max(counts, default=0)

    def like(self, document: SearchDocument) -> Query:
        """Return the query for listings like one, by its telling words and by its facets."""
        title = analysis.stems(analysis.words(document.title), document.language)
        text = analysis.stems(analysis.words(document.text), document.language)
        ways = [
            (Occur.Should, Query.boost_query(self._telling(name, stems), weight))
            for name, stems, weight in (("title_stem", title, 3.0), ("text_stem", text, 1.0))
            if stems
        ]
        for name, score in _LIKE.items():
            ways.extend(
                (Occur.Should, self._constant(name, value, score))
                for value in document.facets.get(name, ())
                if value != NOT_STATED
            )
        return Query.boolean_query(ways)

    def _telling(self, name: str, stems: list[str]) -> Query:
        """Return the query for the words of a field that tell it apart most (MoreLikeThis)."""
        return Query.more_like_this_document_fields_query(
            self.snapshot.schema,
            {name: [" ".join(stems)]},
            min_doc_frequency=2,
            min_term_frequency=1,
            max_query_terms=20,
            min_word_length=3,
            stop_words=sorted(LITTLE),
        )

    def _is_known_part(self, part: str) -> bool:
        frequency = self.snapshot.frequency
        return any(frequency(ANY_FIELD, one) for one in self._forms(part))

    def _longest_run(self, words: tuple[Word, ...]) -> tuple[int, Query | None]:
        """Return how many words are taken together, and their query; None for a little word."""
        if words[0].is_little:
            return 1, None
        for length in range(min(_LONGEST_RUN, len(words)), 1, -1):
            run = words[:length]
            query = None if run[-1].is_little else self._run(run)
            if query is not None:
                return length, query
        return 1, self.word(words[0])

    def _run(self, words: tuple[Word, ...]) -> Query | None:
        """Return the query for several words that stand for something together, or None."""
        parts = tuple(part for word in words for part in word.parts)
        ways = self._meant(parts, " ".join(word.typed for word in words))
        joined = "".join(parts)
        if len(parts) == _PAIR and self._is_known_part(joined):
            # One word that says what two do counts for more than either.
            ways.append(Query.boost_query(self._single(joined), _JOINED))
        if not ways:
            return None
        apart = Query.boolean_query(
            [(Occur.Must, self.word(word)) for word in words if not word.is_little]
        )
        return _best([apart, *ways])

    def _meant(self, parts: tuple[str, ...], typed: str) -> list[Query]:
        """Return queries for what the words mean beside what they say."""
        ways = [
            Query.boost_query(self._single(other[0]), _SYNONYM * self._no_rarer(parts, other[0]))
            if len(other) == 1
            else Query.boost_query(self.phrase(other, self._is_common(other)), _SYNONYM)
            for other in self._others(parts)
        ]
        apart = compounds.parts(parts[0]) if len(parts) == 1 else ()
        if apart:
            ways.append(Query.boost_query(self.phrase(apart, is_for_names=True), _APART))
        country = gazetteer.country_named(typed)
        if country is not None:
            ways.append(self._constant("country", country, _COUNTRY))
        city = self._city_meant(typed)
        if city:
            names = [self._exact(name, city) for name in _CITY_FIELDS]
            ways.append(Query.boost_query(_best(names), _SYNONYM))
        return ways

    def _no_rarer(self, parts: tuple[str, ...], other: str) -> float:
        """Return what keeps a rarer synonym from counting for more than the word itself."""
        counts = self._known_forms(parts[0]).values() if len(parts) == 1 else ()
        others = self._known_forms(other).values()
        return self._share(min(counts, default=0), min(others, default=0))

    def _share(self, count: int, other: int) -> float:
        """Return how much rarer a word is that so many listings have than another; one at most."""
        if not (count and other):
            return 1.0
        every = self.snapshot.searcher.num_docs
        return min(1.0, _rarity(count, every) / _rarity(other, every))

    def _city_meant(self, typed: str) -> tuple[str, ...]:
        """Return the words of a city's own name for another name of it (Kairo), if it is known."""
        city = _city_renamed(typed)
        if not city:
            return ()
        frequency = self.snapshot.frequency
        there = min(frequency("place", one) for one in city)
        # Most words that some language calls a city by are ordinary words in another ("drug").
        said = (min(frequency(name, one) for one in analysis.words(typed)) for name in _SAID)
        return city if there and max(said) <= there else ()

    def _others(self, parts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """Return what else says the same as some words: synonyms and other spellings."""
        found = synonyms.of(parts)
        if len(parts) > 1:
            return found
        return (*found, *((other,) for other in self._variants(parts[0])))

    def _variants(self, part: str) -> list[str]:
        """Return the other spellings of a word that listings have."""
        return [other for other in variants.of(part) if self._as_written(other)]

    def _as_written(self, part: str) -> int:
        """Return in how many fields of listings a folded word stands, spelled exactly so."""
        return sum(self.snapshot.frequency(name, part) for name in TEXT_FIELDS)

    def _is_common(self, parts: tuple[str, ...]) -> bool:
        """Tell whether words stand in so many texts that finding them together takes long.

        "U.S." need not be looked for as "united states" in every text that has both words.
        """
        snapshot = self.snapshot
        rarest = min(snapshot.frequency("text", part) for part in parts)
        return rarest > max(_COMMON, snapshot.searcher.num_docs * _COMMON_SHARE)

    def _spelled(self, parts: tuple[str, ...]) -> Query:
        if len(parts) == 1:
            return self._single(parts[0])
        ways = [self.phrase(parts), self._single("".join(parts))]
        if all(len(part) >= _SHORTEST_LOOSE_PART for part in parts):
            together = Query.boolean_query([(Occur.Must, self._single(part)) for part in parts])
            ways.append(Query.boost_query(together, 1 / len(parts)))
        return Query.disjunction_max_query(ways, 0.1)

    def _single(self, part: str) -> Query:
        # A form that no listing has finds nothing, but makes the others slower.
        forms = tuple(self._known_forms(part)) or self._forms(part)[:1]
        schema = self.snapshot.schema
        terms = [Query.term_query(schema, ANY_FIELD, one, "freq") for one in forms]
        if len(terms) > 1 and self._is_initials(part):
            own = {part, AS_WRITTEN + part, *analysis.stems_of_word(part, (analysis.FALLBACK,))}
            terms = [
                term if one in own else Query.boost_query(term, _FOREIGN)
                for one, term in zip(forms, terms, strict=True)
            ]
        return terms[0] if len(terms) == 1 else Query.disjunction_max_query(terms, _OTHERS)

    def _is_initials(self, part: str) -> bool:
        """Tell whether an organisation is called so, that is no word of a language (NASA)."""
        frequency = self.snapshot.frequency
        return bool(frequency(ANY_FIELD, AS_WRITTEN + part)) and not frequency("place", part)

    def _known_forms(self, part: str) -> dict[str, int]:
        """Return what the index has a folded word as, and how many listings have each."""
        frequency = self.snapshot.frequency
        counts = ((one, frequency(ANY_FIELD, one)) for one in self._forms(part))
        return {one: count for one, count in counts if count}

    def _forms(self, part: str) -> tuple[str, ...]:
        """Return what the index may have a folded word as."""
        return (*analysis.stems_of_word(part, self.snapshot.languages), AS_WRITTEN + part)

    def _anywhere(self, parts: tuple[str, ...]) -> Query:
        if len(parts) > 1:
            return self.phrase(parts)
        return self._single(parts[0])

    def lifts(self, asked: Asked) -> list[Query]:
        """Return what lifts listings in whose titles the words stand as they were written.

        The stem alone would take a hydrologic technician for a hydrologist; and words that stand
        side by side in a title are meant so.
        """
        frequency = self.snapshot.frequency
        found: list[Query] = []
        for part in dict.fromkeys(part for word in asked.weighty for part in word.parts):
            counts = {one: frequency("title", one) for one in self._spellings(part)}
            ways = [
                Query.boost_query(self._exact("title", (one,)), self._share(counts[part], count))
                for one, count in counts.items()
                if count
            ]
            if ways:
                found.append(Query.boost_query(_best(ways), _IN_TITLE))
        words = [part for word in asked.words for part in word.parts]
        if len(words) <= _MOST_IN_ORDER:
            beside = self._known_pairs(words, _side_by_side)
            weighty = [part for word in asked.weighty for part in word.parts]
            in_name = self._known_pairs(weighty, pairs_in_name)
            # Whoever names an organisation and more may mean these words as well as others.
            beside += in_name if all(in_name) else []
            found += [
                self._constant(PAIRS_FIELD, pair, _TOGETHER) for some in beside for pair in some
            ]
        return found

    def _known_pairs(
        self, words: Sequence[str], paired: Callable[[list[str]], list[str]]
    ) -> list[list[str]]:
        """Return for each two words in a row what the index has them as that stand side by side."""
        frequency = self.snapshot.frequency
        return [
            sorted(
                {
                    pair
                    for spelled in product(*map(self._spellings, both))
                    for language in self.snapshot.languages
                    for pair in paired([analysis.stem(one, language) for one in spelled])
                    if frequency(PAIRS_FIELD, pair)
                }
            )
            for both in pairwise(words)
        ]

    def _spellings(self, part: str) -> tuple[str, ...]:
        """Return a word and what else is written for it: adviser, advisor."""
        others = (other[0] for other in self._others((part,)) if len(other) == 1)
        same = analysis.works_of_word(part, self.snapshot.languages)
        return tuple(dict.fromkeys((part, *others, *same)))[:_MOST_SPELLINGS]

    def _exact(self, name: str, parts: tuple[str, ...]) -> Query:
        schema = self.snapshot.schema
        if len(parts) == 1:
            return Query.term_query(schema, name, parts[0])
        return Query.phrase_query(schema, name, list(parts))

    def _constant(self, name: str, value: str, score: float) -> Query:
        query = Query.term_query(self.snapshot.schema, name, value, index_option="basic")
        return Query.const_score_query(query, score)


def _side_by_side(stems: list[str]) -> list[str]:
    return pairs(stems, furthest=1)


def _rarity(count: int, every: int) -> float:
    """Return what a word is worth that so many of all listings have (BM25)."""
    return log(1 + (max(0, every - count) + 0.5) / (count + 0.5))


@lru_cache(maxsize=4096)
def _city_renamed(typed: str) -> tuple[str, ...]:
    """Return the words of a great city's own name for another name of it; none for its own."""
    if len(typed) < _SHORTEST_CITY or typed.count(" ") >= _MOST_WORDS_OF_CITY:
        return ()
    cities = gazetteer.cities_named(typed)
    if not cities or cities[0].population < _SMALLEST_CITY:
        return ()
    name = tuple(analysis.words(cities[0].name))
    return () if set(analysis.words(typed)) <= set(name) else name


def _best(ways: list[Query]) -> Query:
    return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways, 0.0)
