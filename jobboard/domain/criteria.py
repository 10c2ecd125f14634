"""What a seeker asks for, as one value: page, feed, API and alert read the same.

A criteria object is made from the pairs of a query string, says what it could not understand, and
prints itself back in one canonical order, so that the same question always has the same address.
The keys are promised to whoever links to a search; the engine in ``jobboard.search`` answers it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple, Self

from jobboard.domain.grade import canonical_grade
from jobboard.domain.places import ANYWHERE, is_remote_only, remote_from, spot
from jobboard.domain.taxonomy import (
    Clearance,
    ContractTerm,
    Education,
    Eligibility,
    Hours,
    JobFunction,
    Mode,
    OpportunityType,
    OrganisationKind,
    Region,
    Seniority,
    Topic,
    VisaSponsorship,
)
from jobboard.markup.text import clean_line
from jobboard.tables import gazetteer
from jobboard.words import N_

#: Longest text of ``q`` and ``where`` that is searched, in characters.
LONGEST_TEXT = 200
#: What ``where`` is called for work from anywhere it may be done from.
REMOTE = "remote"
#: Most values taken for one facet.
MOST_VALUES = 50
#: Pages are numbered up to here; a larger number is beyond the last page all the same.
LAST_PAGE = 1_000_000_000
#: Listings on one page of the list.
PAGE_SIZE = 20
#: Kilometres around ``near``: unless given, and at most.
RADIUS = 50
WIDEST_RADIUS = 500


class Sort(StrEnum):
    """The order of the list."""

    BEST = "best"
    NEWEST = "newest"
    DEADLINE = "deadline"
    PAY = "pay"


class Closing(StrEnum):
    """How soon the time to apply ends: within so many days, or with no date (``open``)."""

    DAYS_3 = "3"
    DAYS_7 = "7"
    DAYS_14 = "14"
    DAYS_30 = "30"
    OPEN = "open"


class Since(StrEnum):
    """How many days ago a listing was first published at most."""

    DAY = "1"
    WEEK = "7"
    MONTH = "30"


class Start(StrEnum):
    """How soon the work starts: within so many days (or already), or later than all of these."""

    DAYS_30 = "30"
    DAYS_90 = "90"
    DAYS_180 = "180"
    LATER = "later"


class Years(StrEnum):
    """Years of experience asked for at least, in ReliefWeb's bands."""

    UP_TO_2 = "0-2"
    UP_TO_4 = "3-4"
    UP_TO_9 = "5-9"
    MORE = "10-"

    @classmethod
    def of(cls, years: int) -> "Years":
        """Return the band of a number of years."""
        bounds = ((3, cls.UP_TO_2), (5, cls.UP_TO_4), (10, cls.UP_TO_9))
        return next((band for bound, band in bounds if years < bound), cls.MORE)


class Duration(StrEnum):
    """How many months a contract lasts."""

    UP_TO_6 = "1-6"
    UP_TO_12 = "7-12"
    MORE = "13-"

    @classmethod
    def of(cls, months: int) -> "Duration":
        """Return the band of a number of months."""
        bounds = ((7, cls.UP_TO_6), (13, cls.UP_TO_12))
        return next((band for bound, band in bounds if months < bound), cls.MORE)


class Problem(NamedTuple):
    """A part of a query string that was not understood and therefore not searched."""

    key: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Criteria:
    """A search. Facets hold sorted, distinct values: within one they mean *or*, between them *and*.

    Attributes:
        q: words, quoted phrases and words with a minus.
        where: a place in the seeker's words.
        near: a city, in the one spelling that means no other ("Cambridge, MA, US"), or a point.
        radius: kilometres around ``near``; without it, always the default. With a city in ``where``
            it makes ``near`` of it.
        remote: country code from which the seeker wants to work remotely.
        language: codes of the languages the seeker has; listings that need others are left out.
        education: the seeker's own level; listings that ask for more are left out.
        passport: country code of the seeker's nationality.
        sort: the order asked for; ``order`` says which one holds.
        page: number of the page, from 1.
    """

    q: str = ""
    where: str = ""
    near: str = ""
    radius: int = RADIUS
    remote: str = ""
    country: tuple[str, ...] = ()
    region: tuple[Region, ...] = ()
    focus: tuple[str, ...] = ()
    type: tuple[OpportunityType, ...] = ()
    topic: tuple[Topic, ...] = ()
    deadline: Closing | None = None
    seniority: tuple[Seniority, ...] = ()
    years: tuple[Years, ...] = ()
    paid: bool = False
    unpaid: bool = False
    pay_stated: bool = False
    eligible: tuple[Eligibility, ...] = ()
    visa: tuple[VisaSponsorship, ...] = ()
    passport: str = ""
    mode: tuple[Mode, ...] = ()
    hours: tuple[Hours, ...] = ()
    duration: tuple[Duration, ...] = ()
    start: Start | None = None
    org_kind: tuple[OrganisationKind, ...] = ()
    language: tuple[str, ...] = ()
    contract: tuple[ContractTerm, ...] = ()
    education: Education | None = None
    function: tuple[JobFunction, ...] = ()
    grade: tuple[str, ...] = ()
    clearance: tuple[Clearance, ...] = ()
    organisation: tuple[str, ...] = ()
    since: Since | None = None
    sort: Sort | None = None
    page: int = 1

    def __post_init__(self) -> None:
        # A radius around nothing is no other search.
        if not self.near:
            object.__setattr__(self, "radius", RADIUS)

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]]) -> "Parsed":
        """Read the pairs of a query string, and say what was not understood.

        Empty values are ignored, since a plain form sends every field it has. Whatever is not
        understood is left out of the criteria and listed in ``problems``: the page shows it, the
        API refuses it.
        """
        return _Reading().read(pairs)

    @property
    def order(self) -> Sort:
        """The order that holds: the one asked for, else best match for words, else newest."""
        if self.sort is Sort.BEST and not self.q:
            return Sort.NEWEST
        return self.sort or (Sort.BEST if self.q else Sort.NEWEST)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: every live listing answers."""
        return not self.filter_pairs()

    @property
    def offset(self) -> int:
        """How many listings come before this page."""
        return (self.page - 1) * PAGE_SIZE

    def filter_pairs(self) -> list[tuple[str, str]]:
        """Return what narrows the list, without order and page: the chips of the list.

        The radius is part of what ``near`` says and goes with it.
        """
        return [pair for pair in self.query_pairs() if pair[0] not in {"radius", "sort", "page"}]

    def query_pairs(self) -> list[tuple[str, str]]:
        """Return the pairs of the query string in canonical order, defaults left out."""
        pairs: list[tuple[str, str]] = []
        for key, value, default in zip(KEYS, _VALUES(self), _DEFAULTS.values(), strict=True):
            # Most keys are not asked for, and a page writes fifty addresses.
            if value is not default and value != default:
                pairs.extend((key, one) for one in self.values(key))
        return pairs

    def values(self, key: str) -> list[str]:
        """Return the values of one key as they stand in a query string."""
        value = getattr(self, key)
        if isinstance(value, tuple):
            return [str(one) for one in value]
        if value is True:
            return ["1"]
        if not value or (key in {"page", "radius"} and value == _DEFAULTS[key]):
            return []
        return [str(value)]

    def replaced(self, **changes: object) -> Self:
        """Return a copy with some keys changed, on its first page unless ``page`` is given."""
        return replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]

    def without(self, key: str, value: str | None = None) -> Self:
        """Return a copy without one value of a key, or without the key altogether."""
        present = getattr(self, key)
        if value is not None and isinstance(present, tuple):
            return self.replaced(**{key: tuple(one for one in present if str(one) != value)})
        return self.replaced(**{key: _DEFAULTS[key]})

    def insisting(self, words: Iterable[str]) -> Self:
        """Return a copy in which some words stand in quotes: they are searched as they are."""
        insisted = set(words)
        parts = _QUOTED_OR_WORD.findall(self.q)
        return self.replaced(
            q=" ".join(f'"{part}"' if part in insisted else part for part in parts)[:LONGEST_TEXT]
        )

    def with_page(self, page: int) -> Self:
        """Return a copy on another page."""
        return self.replaced(page=page)


class Parsed(NamedTuple):
    """Criteria read from a query string, and what was not understood in it."""

    criteria: Criteria
    problems: tuple[Problem, ...]


#: Every key of a search, in canonical order.
KEYS = tuple(one.name for one in fields(Criteria))
_DEFAULTS: Mapping[str, object] = {one.name: one.default for one in fields(Criteria)}
_VALUES = attrgetter(*KEYS)

#: The closed vocabulary behind each key that has one.
VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "region": Region,
    "type": OpportunityType,
    "topic": Topic,
    "deadline": Closing,
    "seniority": Seniority,
    "years": Years,
    "eligible": Eligibility,
    "visa": VisaSponsorship,
    "mode": Mode,
    "hours": Hours,
    "duration": Duration,
    "start": Start,
    "org_kind": OrganisationKind,
    "contract": ContractTerm,
    "education": Education,
    "function": JobFunction,
    "clearance": Clearance,
    "since": Since,
    "sort": Sort,
}

UNKNOWN_KEY = N_("There is no such filter.")
UNKNOWN_VALUE = N_("This value is not known.")
UNKNOWN_COUNTRY = N_("This is not a country code of two letters (ISO 3166).")
UNKNOWN_LANGUAGE = N_("This is not a language code of two or three letters (ISO 639).")
NOT_A_GRADE = N_("A grade has at most twelve letters, digits and hyphens.")
NOT_A_SLUG = N_("This is not the short name of an organisation.")
NOT_A_PAGE = N_("The page must be a number from 1.")
UNKNOWN_PLACE = N_("No city of this name is known; a larger one near it may be.")
NOT_A_RADIUS = N_("The radius must be a number of kilometres from 1 to 500.")
NOTHING_AROUND = N_("A radius needs a city to look around, in near or in where.")
NOT_A_SWITCH = N_("The only value is 1.")
REPEATED = N_("This can be given once only; the first value is used.")
TOO_LONG = N_("Only the first 200 characters are searched.")
TOO_MANY = N_("Only the first 50 values are used.")

_QUOTED_OR_WORD = re.compile(r'-?"[^"]*"?|[^\s"]+')
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_GRADE = re.compile(r"[\w][\w .*/-]{0,11}\Z")
_SLUG = re.compile(r"[\w-]{1,150}\Z")
#: Longer numbers are not even converted: the work grows with the square of the digits.
_MOST_DIGITS = 40


class _Refused(Exception):
    """A value was not understood; carries the sentence that says so."""


@dataclass
class _Reading:
    """One reading of a query string."""

    values: dict[str, object] = field(default_factory=dict)
    lists: dict[str, set[object]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, pairs: Iterable[tuple[str, str]]) -> Parsed:
        for raw_key, raw_value in pairs:
            key = clean_line(raw_key)[:LONGEST_TEXT]
            value = clean_line(raw_value)
            if value:
                self._take(key, value)
        self._look_afar()
        self._look_around()
        lists = {key: tuple(sorted(values, key=str)) for key, values in self.lists.items()}
        criteria = Criteria(**self.values, **lists)  # type: ignore[arg-type]
        return Parsed(criteria, tuple(self.problems))

    def _look_afar(self) -> None:
        """Who writes "remote from Kenya" into the box of places asks for no place called so."""
        where = str(self.values.get("where", ""))
        found = remote_from(where) if "remote" not in self.values else None
        if found is not None:
            self.values["remote"] = found
            del self.values["where"]
        elif where.lower() != REMOTE and is_remote_only(where):
            self.values["where"] = REMOTE

    def _look_around(self) -> None:
        """A city in ``where`` with a radius is meant to be searched around.

        So a plain form asks for it, whose box of places holds words.
        """
        if "radius" not in self.values or "near" in self.values:
            return
        found = spot(str(self.values.get("where", "")))
        if found is not None:
            self.values["near"] = found.value
            del self.values["where"]
        elif not any(one.key == "near" for one in self.problems):
            self._refuse("radius", str(self.values["radius"]), NOTHING_AROUND)

    def _take(self, key: str, value: str) -> None:
        if key not in _READERS:
            self._refuse(key, value, UNKNOWN_KEY)
            return
        try:
            read = _READERS[key](value)
        except _Refused as refused:
            self._refuse(key, value, str(refused))
            return
        if isinstance(_DEFAULTS[key], tuple):
            self._add(key, value, read)
        elif key in self.values:
            if self.values[key] != read:
                self._refuse(key, value, REPEATED)
        else:
            self.values[key] = read
            if key in {"q", "where"} and len(value) > LONGEST_TEXT:
                self._refuse(key, value, TOO_LONG)

    def _add(self, key: str, value: str, read: object) -> None:
        chosen = self.lists.setdefault(key, set())
        if read in chosen or len(chosen) < MOST_VALUES:
            chosen.add(read)
        else:
            self._refuse(key, value, TOO_MANY)

    def _refuse(self, key: str, value: str, sentence: str) -> None:
        """Note a problem; the same sentence about the same key is said a few times at most."""
        said = sum(1 for one in self.problems if (one.key, one.sentence) == (key, sentence))
        if len(self.problems) < MOST_VALUES and said < (1 if sentence == TOO_MANY else 5):
            self.problems.append(Problem(key, value[:LONGEST_TEXT], sentence))


def _read_text(value: str) -> str:
    return value[:LONGEST_TEXT].strip()


def _read_country(value: str) -> str:
    country = gazetteer.country(value)
    if country is None:
        raise _Refused(UNKNOWN_COUNTRY)
    return country.code


def _read_remote(value: str) -> str:
    return ANYWHERE if value.lower() == ANYWHERE else _read_country(value)


def _read_focus(value: str) -> str:
    if value.lower() in set(Region):
        return value.lower()
    return _read_country(value)


def _read_language(value: str) -> str:
    code = value.lower()
    if not _LANGUAGE.match(code):
        raise _Refused(UNKNOWN_LANGUAGE)
    return code


def _read_slug(value: str) -> str:
    slug = value.lower()
    if not _SLUG.match(slug):
        raise _Refused(NOT_A_SLUG)
    return slug


def _read_grade(value: str) -> str:
    if not _GRADE.match(value):
        raise _Refused(NOT_A_GRADE)
    return canonical_grade(value)


def _read_switch(value: str) -> bool:
    if value != "1":
        raise _Refused(NOT_A_SWITCH)
    return True


def _read_near(value: str) -> str:
    found = spot(value[:LONGEST_TEXT])
    if found is None:
        raise _Refused(UNKNOWN_PLACE)
    return found.value


def _read_radius(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        raise _Refused(NOT_A_RADIUS)
    radius = int(value)
    if not 1 <= radius <= WIDEST_RADIUS:
        raise _Refused(NOT_A_RADIUS)
    return radius


def _read_page(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise _Refused(NOT_A_PAGE)
    page = int(value) if len(value) <= _MOST_DIGITS else LAST_PAGE
    if page < 1:
        raise _Refused(NOT_A_PAGE)
    return min(page, LAST_PAGE)


def _read_word(vocabulary: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(value: str) -> StrEnum:
        try:
            return vocabulary(value.lower())
        except ValueError:
            raise _Refused(UNKNOWN_VALUE) from None

    return read


_READERS: Mapping[str, Callable[[str], object]] = {
    "q": _read_text,
    "where": _read_text,
    "near": _read_near,
    "radius": _read_radius,
    "remote": _read_remote,
    "country": _read_country,
    "focus": _read_focus,
    "passport": _read_country,
    "language": _read_language,
    "organisation": _read_slug,
    "grade": _read_grade,
    "paid": _read_switch,
    "unpaid": _read_switch,
    "pay_stated": _read_switch,
    "page": _read_page,
    **{key: _read_word(vocabulary) for key, vocabulary in VOCABULARIES.items()},
}

#: WP Job Manager's usual job types, by their slugs, as our keys and values.
_WPJM_TYPES: Mapping[str, tuple[str, str]] = {
    "full_time": ("hours", "full_time"),
    "part_time": ("hours", "part_time"),
    "temporary": ("contract", "temporary"),
    "freelance": ("type", "consultancy"),
    "contract": ("type", "consultancy"),
    "remote": ("mode", "remote"),
}


def from_wpjm(pairs: Iterable[tuple[str, str]]) -> Criteria | None:
    """Return the criteria an old WP Job Manager address asks for, or None when it is not one.

    Read are ``search_keywords search_location search_category search_job_type`` (their plurals and
    ``[]`` too). A category or type that the board does not know becomes a word of the search, so
    that an old link still finds something like what it found.
    """
    ours: list[tuple[str, str]] = []
    words: list[str] = []
    is_wpjm = False
    for raw_key, raw_value in pairs:
        key = raw_key.removesuffix("[]")
        if key not in _WPJM_KEYS:
            ours.append((raw_key, raw_value))
            continue
        is_wpjm = True
        value = clean_line(raw_value)
        if key == "search_location":
            ours.append(("where", value))
        elif key == "search_keywords":
            words.append(value)
        elif pair := _wpjm_term(value):
            ours.append(pair)
        elif not value.isdigit():
            words.append(value.replace("-", " "))
    if not is_wpjm:
        return None
    return Criteria.parse([("q", " ".join(words)), *ours]).criteria


def _wpjm_term(value: str) -> tuple[str, str] | None:
    """Return our key and value for the slug of a category or job type, or None."""
    word = value.lower().replace("-", "_").replace(" ", "_")
    if word in set(Topic):
        return "topic", word
    if word in set(OpportunityType):
        return "type", word
    return _WPJM_TYPES.get(word)


_WPJM_KEYS = frozenset(
    {
        "search_keywords",
        "search_location",
        "search_category",
        "search_categories",
        "search_job_type",
        "search_job_types",
    }
)
