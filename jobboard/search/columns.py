"""The columns by which the facets are counted: what each listing has in them, as small numbers.

Each listing has exactly one value in each column, made of its values of one facet or a few; to
count numbers costs a fraction of counting words. Which number stands for which value is written
beside them in every listing, as a term of the field ``CODES``: so an index explains itself, at
whatever commit, and numbers that no listing has any more are forgotten with the last one.
"""

from collections.abc import Iterator, Mapping

from tantivy import Searcher

#: The facets of each column. Every column costs something for each listing that matches, every
#: distinct value something for each search: small vocabularies share a column.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "type_column": ("type",),
    "way_column": ("mode", "hours", "contract"),
    "permit_column": ("visa", "clearance", "open"),
    "pay_column": ("pay", "duration"),
    "person_column": ("years", "eligible"),
    "career_column": ("education", "seniority"),
    "function_column": ("function",),
    "house_column": ("org_kind",),
    "topic_column": ("topic",),
    "grade_column": ("grade",),
    "needs_column": ("needs",),
    "country_column": ("country", "region"),
    "focus_column": ("focus",),
    "remote_column": ("remote",),
    "start_column": ("start_day",),
}
#: Facets of many values: their column holds the value of a listing that has one, or ``SEVERAL``;
#: these are marked in the field ``several`` and counted by themselves.
OPEN_FACETS = ("country", "focus", "remote")
SEVERAL = "*"

#: The field whose terms say which number stands for which value of a column.
CODES = "codes"
#: The number of what has no value at all; the index's own marker has no others.
NOTHING = 0

_BETWEEN_PARTS = "\x1d"
_BETWEEN_FACETS = "\x1e"
_BETWEEN_VALUES = "\x1f"

#: A facet and one of its values.
Choice = tuple[str, str]


class Numbers:
    """Which number stands for which value of each column, in one state of the index.

    Attributes:
        choices: by column and number, the values of facets that it stands for.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.choices: dict[str, dict[int, tuple[Choice, ...]]] = {name: {} for name in COLUMNS}
        self._terms: dict[str, dict[str, tuple[int, str]]] = {name: {} for name in COLUMNS}

    @classmethod
    def read(cls, searcher: Searcher) -> "Numbers":
        """Read those of an index."""
        numbers = cls()
        for name in COLUMNS:
            for term in codes(searcher, name):
                column, number, value = term.split(_BETWEEN_PARTS, 2)
                numbers._add(column, int(number), value, term)
        return numbers

    def of(self, facets: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, int, str]]:
        """Give each column, a listing's number in it, and the term that says what this means."""
        for column, keys in COLUMNS.items():
            value = _BETWEEN_FACETS.join(_value(key, facets.get(key, ())) for key in keys)
            number, term = self._terms[column].get(value) or self._new(column, value)
            yield column, number, term

    def _new(self, column: str, value: str) -> tuple[int, str]:
        number = max(self.choices[column], default=NOTHING) + 1
        term = code(column, number, value)
        self._add(column, number, value, term)
        return number, term

    def _add(self, column: str, number: int, value: str, term: str) -> None:
        self._terms[column][value] = number, term
        self.choices[column][number] = tuple(
            (facet, one)
            for facet, part in zip(COLUMNS[column], value.split(_BETWEEN_FACETS), strict=True)
            for one in part.split(_BETWEEN_VALUES)
            if one
        )


def code(column: str, number: int, value: str) -> str:
    """Return the term of ``CODES`` that says which value a number of a column stands for."""
    return _BETWEEN_PARTS.join((column, str(number), value))


def codes(searcher: Searcher, column: str, number: int | None = None) -> list[str]:
    """Return the terms of ``CODES`` of a column, or of one number of it."""
    parts = (column,) if number is None else (column, str(number))
    begins = _BETWEEN_PARTS.join((*parts, ""))
    return [term for term, _ in searcher.terms_with_prefix(CODES, begins)]


def value_of(term: str) -> str:
    """Return the value in a term of ``CODES``."""
    return term.split(_BETWEEN_PARTS, 2)[2]


def marked_several(facets: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the open facets of which a listing has several values."""
    return [facet for facet in OPEN_FACETS if len(set(facets.get(facet, ()))) > 1]


def _value(facet: str, values: tuple[str, ...]) -> str:
    distinct = sorted(set(values))
    if facet in OPEN_FACETS and len(distinct) > 1:
        return SEVERAL
    return _BETWEEN_VALUES.join(distinct)
