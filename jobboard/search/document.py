"""What the index knows of one listing: the words it is found by and the facets it is counted in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tantivy import Document, Schema, SchemaBuilder

from jobboard.search import analysis

#: Part of the index folder's name: raise it with every change of the schema or of the analysis.
VERSION = "5"

#: Fields of words. ``_stem`` fields hold the stems of the field they are named after.
TEXT_FIELDS = (
    "title",
    "title_stem",
    "organisation",
    "organisation_stem",
    "place",
    "topics_stem",
    "text",
)
#: Stems of the text are never searched as a phrase, so their positions are not kept.
UNPLACED_FIELDS = ("text_stem",)
#: Every stem and every word of a place once, whichever field it stands in: whether a listing has a
#: word is asked here, how well it matches is asked of the fields.
ANY_FIELD = "any"
#: Stands before words that are no stems.
AS_WRITTEN = "="

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

#: Columns by which the facets are counted: each listing has one value in each, made of its values
#: of one facet or a few. Counting such a column costs a tenth of counting a field with several
#: values for each listing, and few columns cost less than many. But each distinct value of a column
#: costs as much as a thousand listings, so only small vocabularies share one.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "type_column": ("type",),
    "way_column": ("mode", "hours", "contract"),
    "permit_column": ("visa", "clearance", "open"),
    "pay_column": ("pay", "duration"),
    "person_column": ("years", "eligible"),
    "career_column": ("education", "seniority"),
    "function_column": ("function",),
    "house_column": ("org_kind",),
    "region_column": ("region",),
    "topic_column": ("topic",),
    "grade_column": ("grade",),
    "needs_column": ("needs",),
}
#: Between the facets of a column, and between the values of one facet.
BETWEEN_FACETS = "\x1e"
BETWEEN_VALUES = "\x1f"
#: Stands in a column where a listing has no value at all.
NOTHING = "\x1d"

#: Facets of many values: their column holds the value of a listing that has one, or ``SEVERAL``;
#: these are marked in the field ``several`` and counted by themselves.
OPEN_FACETS = ("country", "focus", "remote")
SEVERAL = "*"

#: The days of an instant, for counting; ``_day`` fields are searched too.
DAY_FIELDS = ("deadline_day", "first_day")

#: Values for a listing that can be worked at from any country, that asks for no language, and that
#: anybody may apply to.
ANYWHERE = "anywhere"
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
#: The first day of the recency weight, and the seconds after which it has grown by one percent.
_RECENCY_BASE = datetime(2000, 1, 1, tzinfo=UTC)
_RECENCY_SPAN = 2_500_000_000


@dataclass(frozen=True)
class SearchDocument:
    """One listing as the index takes it.

    Attributes:
        id: the listing's id.
        place: names of cities and countries, in the spellings that seekers use.
        topics: labels of topics, kind, mode and the like, so that they are found as words.
        language: BCP 47 tag that the text is written in.
        facets: values by field of ``WORD_FIELDS``.
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
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def schema() -> Schema:
    """Return the schema of the index."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in UNPLACED_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(ANY_FIELD, tokenizer_name="whitespace", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(
            name, tokenizer_name="raw", index_option="basic", fast=name in OPEN_FACETS
        )
    for name in (*COLUMNS, *map(column_of, OPEN_FACETS)):
        # Never searched: the fast column is all that counts.
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in DAY_FIELDS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("publish_at", "ends_at", "first_published_at", "deadline_at"):
        builder.add_unsigned_field(name, indexed=False, fast=True)
    for name in ("starts_on", "by_newest", "by_deadline", "by_pay", "change_number"):
        builder.add_unsigned_field(name, indexed=False, fast=True)
    builder.add_float_field("recency", indexed=False, fast=True)
    return builder.build()


def indexed(document: SearchDocument) -> Document:
    """Return a listing as tantivy takes it."""
    made = Document()
    made.add_unsigned("id", document.id)
    title = analysis.words(document.title)
    organisation = analysis.words(document.organisation)
    text = analysis.words(document.text)
    topics = analysis.words(document.topics)
    language = document.language
    place = analysis.words(document.place)
    stems = {
        "title_stem": analysis.stems(title, language),
        "organisation_stem": analysis.stems(organisation, language),
        "topics_stem": analysis.stems(topics, analysis.FALLBACK),
        "text_stem": analysis.stems(text, language),
    }
    words = {"title": title, "organisation": organisation, "place": place, "text": text}
    for name, found in (words | stems).items():
        if found:
            made.add_text(name, " ".join(found))
    anywhere = {one for found in stems.values() for one in found}
    anywhere.update(AS_WRITTEN + one for one in place)
    made.add_text(ANY_FIELD, " ".join(anywhere))
    _add_facets(made, document.facets)
    made.add_text("written_in", analysis.language_of(language))
    _add_times(made, document)
    return made


def marker(change_number: int) -> Document:
    """Return the document that says up to which change of the database the index goes.

    It is written in the same commit as the listings, so the two can never disagree. It has no
    times, so it is never live.
    """
    made = Document()
    made.add_unsigned("id", 0)
    made.add_unsigned("change_number", change_number)
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


def column_of(facet: str) -> str:
    """Return the name of the column of one of the ``OPEN_FACETS``."""
    return f"{facet}_column"


def _add_facets(made: Document, facets: Mapping[str, tuple[str, ...]]) -> None:
    for name, values in facets.items():
        for value in dict.fromkeys(values):
            made.add_text(name, value)
    for column, keys in COLUMNS.items():
        value = BETWEEN_FACETS.join(
            BETWEEN_VALUES.join(sorted(set(facets.get(key, ())))) for key in keys
        )
        made.add_text(column, value or NOTHING)
    for facet in OPEN_FACETS:
        found = tuple(dict.fromkeys(facets.get(facet, ())))
        if len(found) > 1:
            made.add_text("several", facet)
        made.add_text(column_of(facet), SEVERAL if len(found) > 1 else "".join(found) or NOTHING)


def _add_times(made: Document, document: SearchDocument) -> None:
    made.add_unsigned("publish_at", microseconds(document.publish_at))
    made.add_unsigned("ends_at", microseconds(document.ends_at))
    first = document.first_published_at
    made.add_unsigned("first_published_at", microseconds(first))
    made.add_unsigned("first_day", microseconds(first) // DAY)
    made.add_unsigned("by_newest", _ordered(first, document.id))
    if document.deadline_at is None:
        made.add_unsigned("by_deadline", _NO_DATE | _ordered(document.ends_at, document.id))
    else:
        made.add_unsigned("deadline_at", microseconds(document.deadline_at))
        made.add_unsigned("deadline_day", microseconds(document.deadline_at) // DAY)
        made.add_unsigned("by_deadline", _ordered(document.ends_at, document.id))
    made.add_unsigned("by_pay", _by_pay(document))
    if document.starts_on is not None:
        made.add_unsigned("starts_on", day_number(document.starts_on))
    made.add_float("recency", max(0.0, (first - _RECENCY_BASE) / _SECOND) / _RECENCY_SPAN * 0.03)


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
