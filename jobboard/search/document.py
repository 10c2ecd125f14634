"""What the index knows of one listing: the words it is found by and the facets it is counted in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from tantivy import Document, Schema, SchemaBuilder

from jobboard.search import analysis, busiest, columns
from jobboard.search.asked import is_little
from jobboard.search.busiest import ORGANISATION_COLUMN
from jobboard.search.columns import CODES, COLUMNS, NOTHING, OPEN_FACETS, Numbers
from jobboard.tables import compounds

#: Part of the index folder's name: raise it with every change of the schema or of the analysis.
VERSION = "10"

#: Fields of words as they are written, for what must stand together and for slips.
TEXT_FIELDS = ("title", "organisation", "place", "text")
#: Stems by which listings are told to be alike; never searched as a phrase.
STEM_FIELDS = ("title_stem", "text_stem")
#: Every stem and every word of a place, each as often as it weighs (``_weighed``): one list tells
#: whether a listing has a word, and how well it matches.
ANY_FIELD = "any"
#: Stands before words that are no stems.
AS_WRITTEN = "="
#: Stems of a title that stand side by side, or with one word between them.
PAIRS_FIELD = "pairs"
BETWEEN_PAIR = "_"
#: Stands before a pair of an organisation's name: there, in either order ("State Department").
IN_NAME = "@"

#: For how many times in the text a word in each field counts, and most times that count there.
_WEIGHTS = {"title": 12, "organisation": 6, "place": 6, "parts": 6, "topics": 3}
_MOST_IN_TEXT = 4

#: Fields of whole values, by which the list is narrowed.
WORD_FIELDS = (
    "country",
    "region",
    "focus",
    "type",
    "topic",
    "seniority",
    "years",
    "pay",
    "eligible",
    "visa",
    "passport",
    "mode",
    "remote",
    "hours",
    "duration",
    "org_kind",
    "needs",
    "contract",
    "education",
    "function",
    "grade",
    "clearance",
    "organisation_slug",
    "open",
    "point",
    "several",
    "written_in",
)

#: The days of an instant, for counting; ``_day`` fields are searched too.
DAY_FIELDS = ("deadline_day", "first_day")
#: What is counted by time; where a listing has none it holds ``NOTHING``.
COUNTED_TIMES = ("deadline_at", "deadline_day", "first_published_at", "first_day")

#: Values for a listing that asks for no language, and that anybody may apply to.
NONE_NEEDED = "-"
ANY_PASSPORT = "-"

#: A day in microseconds.
DAY = 86_400_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)

#: Seconds are put above this many bits of the id in the fields that order the list.
_ID_BITS = 30
_ID_MASK = (1 << _ID_BITS) - 1
#: Set in the pay order of listings that state what they pay: the others come after them, newest
#: first. The pay itself is cut to what is left above the id.
_HAS_PAY = 1 << 63
_MOST_PAY = (1 << (63 - _ID_BITS)) - 1
#: Set in the deadline order of listings without a date: they come after those with one.
_NO_DATE = 1 << 62


@dataclass(frozen=True)
class SearchDocument:
    """One listing as the index takes it.

    Attributes:
        id: the listing's id.
        place: names of cities and countries, in the spellings that seekers use.
        topics: labels of topics, kind, mode and the like, so that they are found as words.
        language: BCP 47 tag that the text is written in.
        facets: values by field of ``WORD_FIELDS``.
        organisation_id: of the organisation whose slug is among them; 0 for none.
        deadline_at: the stated end of the time to apply, if it is a date.
        starts_on: the day the work starts, if it is stated.
        yearly_pay: pay in whole units of one currency for one year; 0 when it is not known.
    """

    id: int
    title: str
    publish_at: datetime
    ends_at: datetime
    first_published_at: datetime
    organisation: str = ""
    place: str = ""
    topics: str = ""
    text: str = ""
    language: str = "en"
    deadline_at: datetime | None = None
    starts_on: date | None = None
    yearly_pay: int = 0
    organisation_id: int = 0
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def schema() -> Schema:
    """Return the schema of the index."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in (*STEM_FIELDS, ANY_FIELD):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(PAIRS_FIELD, tokenizer_name="whitespace", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(
            name, tokenizer_name="raw", index_option="basic", fast=name in OPEN_FACETS
        )
    builder.add_text_field(CODES, tokenizer_name="raw", index_option="basic")
    for name in (*COLUMNS, ORGANISATION_COLUMN):
        builder.add_unsigned_field(name, indexed=False, fast=True)
    for name in DAY_FIELDS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("publish_at", "ends_at", "first_published_at", "deadline_at"):
        builder.add_unsigned_field(name, indexed=False, fast=True)
    for name in ("starts_on", "by_newest", "by_deadline", "by_pay", "change_number"):
        builder.add_unsigned_field(name, indexed=False, fast=True)
    return builder.build()


def indexed(document: SearchDocument, numbers: Numbers) -> Document:
    """Return a listing as tantivy takes it.

    Args:
        document: the listing.
        numbers: what stands for what in the columns; new values are added.
    """
    made = Document()
    made.add_unsigned("id", document.id)
    _add_words(made, document)
    _add_facets(made, document, numbers)
    made.add_text("written_in", analysis.language_of(document.language))
    _add_times(made, document)
    return made


def marker(change_number: int) -> Document:
    """Return the document that says up to which change of the database the index goes.

    It is written in the same commit as the listings, so the two can never disagree. It is never
    live, for it neither begins nor ends; and it has nothing in the columns that are counted, which
    are read faster when no document is without a number.
    """
    made = Document()
    made.add_unsigned("id", 0)
    made.add_unsigned("change_number", change_number)
    for name in (*COLUMNS, ORGANISATION_COLUMN, *COUNTED_TIMES):
        made.add_unsigned(name, NOTHING)
    return made


def microseconds(moment: datetime) -> int:
    """Return an instant as the index counts it: microseconds since 1970 UTC, never negative."""
    return max(0, (moment - _EPOCH) // _MICROSECOND)


def day_number(day: date) -> int:
    """Return a day as the index counts it: days since 1970, one at least."""
    return max(1, day.toordinal() - _EPOCH.toordinal())


def point(lat: float, lon: float) -> str:
    """Return a point on the map as the index names it."""
    return f"{lat!r},{lon!r}"


def _add_words(made: Document, document: SearchDocument) -> None:
    language = document.language
    title = analysis.words(document.title)
    organisation = analysis.words(document.organisation)
    short = analysis.initials(document.organisation)
    place = analysis.words(document.place)
    topics = analysis.words(document.topics)
    text = analysis.words(document.text)
    title_stems = analysis.stems(title, language)
    text_stems = analysis.stems(text, language)
    name_stems = analysis.stems(organisation, language)
    parts = [part for word in title for part in compounds.parts(word)]
    weighed = _weighed(
        (
            (title_stems, _WEIGHTS["title"]),
            (analysis.stems(parts, language), _WEIGHTS["parts"]),
            (name_stems, _WEIGHTS["organisation"]),
            ([AS_WRITTEN + one for one in place], _WEIGHTS["place"]),
            ([AS_WRITTEN + one for one in short], _WEIGHTS["organisation"]),
            (analysis.stems(topics, analysis.FALLBACK), _WEIGHTS["topics"]),
        ),
        text_stems,
    )
    found = {
        "title": title,
        "organisation": organisation,
        "place": place,
        "text": text,
        "title_stem": title_stems,
        "text_stem": text_stems,
        PAIRS_FIELD: [*pairs(title_stems), *pairs_in_name(name_stems)],
        ANY_FIELD: weighed,
    }
    for name, words in found.items():
        if words:
            made.add_text(name, " ".join(words))


def _weighed(fields: Iterable[tuple[Iterable[str], int]], text: Iterable[str]) -> list[str]:
    """Return each word as often as it weighs in the fields that have it, and stands in the text."""
    counts = {word: min(_MOST_IN_TEXT, count) for word, count in Counter(text).items()}
    for words, weight in fields:
        for word in set(words):
            counts[word] = counts.get(word, 0) + weight
    return [word for word, count in counts.items() for _ in range(count)]


def pairs(stems: Sequence[str], furthest: int = 2) -> list[str]:
    """Return the pairs of stems that stand side by side, or with one word between them.

    Args:
        stems: stems in order.
        furthest: how many words the second may stand after the first.
    """
    return [
        BETWEEN_PAIR.join(pair)
        for far in range(1, furthest + 1)
        for pair in zip(stems, stems[far:], strict=False)
    ]


def pairs_in_name(stems: Iterable[str]) -> list[str]:
    """Return the pairs of stems that stand side by side in a name, little words left out."""
    weighty = [stem for stem in stems if not is_little(stem)]
    return [IN_NAME + BETWEEN_PAIR.join(sorted(both)) for both in pairwise(weighty)]


def _add_facets(made: Document, document: SearchDocument, numbers: Numbers) -> None:
    facets = document.facets
    for name, values in facets.items():
        for value in dict.fromkeys(values):
            made.add_text(name, value)
    for facet in columns.marked_several(facets):
        made.add_text("several", facet)
    starts = () if document.starts_on is None else (str(day_number(document.starts_on)),)
    for column, number, term in numbers.of({**facets, "start_day": starts}):
        made.add_unsigned(column, number)
        made.add_text(CODES, term)
    made.add_unsigned(ORGANISATION_COLUMN, document.organisation_id or NOTHING)
    for slug in facets.get("organisation_slug", ()):
        made.add_text(CODES, busiest.term(document.organisation_id, slug))


def _add_times(made: Document, document: SearchDocument) -> None:
    made.add_unsigned("publish_at", microseconds(document.publish_at))
    made.add_unsigned("ends_at", microseconds(document.ends_at))
    first = document.first_published_at
    made.add_unsigned("first_published_at", microseconds(first))
    made.add_unsigned("first_day", microseconds(first) // DAY)
    made.add_unsigned("by_newest", _ordered(first, document.id))
    if document.deadline_at is None:
        made.add_unsigned("deadline_at", NOTHING)
        made.add_unsigned("deadline_day", NOTHING)
        made.add_unsigned("by_deadline", _NO_DATE | _ordered(document.ends_at, document.id))
    else:
        made.add_unsigned("deadline_at", microseconds(document.deadline_at))
        made.add_unsigned("deadline_day", microseconds(document.deadline_at) // DAY)
        made.add_unsigned("by_deadline", _ordered(document.ends_at, document.id))
    made.add_unsigned("by_pay", _by_pay(document))
    if document.starts_on is not None:
        made.add_unsigned("starts_on", day_number(document.starts_on))


def _by_pay(document: SearchDocument) -> int:
    if document.yearly_pay <= 0:
        return _ordered(document.first_published_at, document.id)
    pay = min(document.yearly_pay, _MOST_PAY)
    return _HAS_PAY | (pay << _ID_BITS) | (document.id & _ID_MASK)


def _ordered(moment: datetime, listing_id: int) -> int:
    """Return a number that orders by seconds, then by id, so that no two listings tie."""
    return (_seconds(moment) << _ID_BITS) | (listing_id & _ID_MASK)


def _seconds(moment: datetime) -> int:
    return min(max(0, (moment - _EPOCH) // _SECOND), (1 << 32) - 1)
