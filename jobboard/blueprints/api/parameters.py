"""What may be asked of the API: one definition reads the query and describes it to others."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from flask_babel import gettext

from jobboard.domain.criteria import (
    KEYS,
    LONGEST_TEXT,
    MOST_VALUES,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    VOCABULARIES,
    WIDEST_RADIUS,
    Criteria,
)
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.formats.json_schema import Schema
from jobboard.formats.problem import ProblemError
from jobboard.markup.text import clean_line
from jobboard.queries.organisations import Wanted
from jobboard.web import errors
from jobboard.words import N_

Pairs = Sequence[tuple[str, str]]

LIMIT = 20
GREATEST_LIMIT = 100

NOT_A_LIMIT = N_("The limit must be a whole number from 1 to 100.")
NOT_A_CURSOR = N_("This cursor does not belong to this search; begin again without it.")
NOT_PRINTABLE = N_("Control characters are not allowed.")
ONCE_ONLY = N_("This can be given once only.")
PAGE_OR_CURSOR = N_("Give a page to begin or a cursor to go on, not both.")
EMPTY = N_("A value is missing.")

_LONGEST_CURSOR = 4_000
#: Joiners belong to Persian words and to emoji, and hard spaces come with what was copied from a
#: page: only what is no part of any text is refused.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class QueryRefused(Exception):
    """The query is not what the address takes; carries every fault."""

    def __init__(self, faults: Sequence[ProblemError]) -> None:
        super().__init__(", ".join(fault.pointer for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Parameter:
    """One key of a query."""

    name: str
    schema: Schema
    description: str
    is_list: bool = False

    @property
    def may_be_empty(self) -> bool:
        """Whether no text at all is a value: of free words it is."""
        return self.schema.get("type") == "string" and self.schema.get("minLength") == 0


@dataclass(frozen=True)
class Stretch:
    """Which part of an answer is asked for."""

    after: str | None
    limit: int


#: What each key of a search means.
_MEANINGS: Mapping[str, str] = {
    "q": N_('Words; "a phrase" in quotes, -word to leave out'),
    "where": N_("A place in words: a country, a city, remote"),
    "near": N_("A city to look around: Geneva, or latitude,longitude"),
    "radius": N_("Kilometres around near, or around a city in where"),
    "remote": N_("The country from which to work remotely, or anywhere"),
    "country": N_("Where the work is"),
    "region": N_("Where the work is, by the board's regions"),
    "focus": N_("What the work is about: a region of the board or a country"),
    "type": N_("Kind of opportunity"),
    "topic": N_("Topic"),
    "deadline": N_("Closing within so many days, or open: without a date"),
    "seniority": N_("How far along a career"),
    "years": N_("Years of experience asked for"),
    "paid": N_("Paid only"),
    "unpaid": N_("Unpaid only"),
    "pay_stated": N_("Only with pay stated"),
    "eligible": N_("Who may apply"),
    "visa": N_("Visa support"),
    "passport": N_("Open to this nationality"),
    "mode": N_("Work mode"),
    "hours": N_("Working hours"),
    "duration": N_("Months a contract lasts"),
    "start": N_("Days until the work starts"),
    "org_kind": N_("Kind of organisation"),
    "language": N_("Languages one has; listings that need others are left out"),
    "contract": N_("Term of the contract"),
    "education": N_("One's own level; listings that ask for more are left out"),
    "function": N_("What one does all day"),
    "grade": N_("Grade: P3, NOB, AD7"),
    "clearance": N_("Security clearance"),
    "organisation": N_("An organisation, by its slug"),
    "since": N_("First published within so many days"),
    "sort": N_("Order; best match for words, else the newest first"),
    "page": N_("Where to begin, in pages of limit items; read on by cursor, which misses nothing"),
}

_WORDS: Schema = {"type": "string", "minLength": 0, "maxLength": LONGEST_TEXT}
_COUNTRY: Schema = {"type": "string", "pattern": "^[A-Za-z]{2}$"}
#: The values of keys that have no closed vocabulary.
_OPEN: Mapping[str, Schema] = {
    "q": _WORDS,
    "where": _WORDS,
    "near": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "radius": {"type": "integer", "minimum": 1, "maximum": WIDEST_RADIUS},
    "remote": {"type": "string", "pattern": "^([A-Za-z]{2}|anywhere)$"},
    "country": _COUNTRY,
    "passport": _COUNTRY,
    "focus": {"type": "string", "minLength": 2},
    "language": {"type": "string", "pattern": "^[A-Za-z]{2,3}$"},
    "grade": {"type": "string", "minLength": 1, "maxLength": 12},
    "organisation": {"type": "string", "minLength": 1, "maxLength": 150},
    "page": {"type": "integer", "minimum": 1, "default": 1},
}
_SWITCH: Schema = {"type": "string", "enum": ["1"]}

_PAGING = (
    Parameter(
        "cursor",
        {"type": "string", "minLength": 1},
        N_("Where the answer before stopped: its next"),
    ),
    Parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": GREATEST_LIMIT, "default": LIMIT},
        N_("Most items of one answer"),
    ),
)


def _of_search(key: str, default: object) -> Parameter:
    vocabulary = VOCABULARIES.get(key)
    schema: Schema
    if vocabulary is not None:
        schema = {"type": "string", "enum": [word.value for word in vocabulary]}
    elif isinstance(default, bool):
        schema = _SWITCH
    else:
        schema = _OPEN.get(key, {"type": "string", "minLength": 1})
    return Parameter(key, schema, _MEANINGS.get(key, ""), isinstance(default, tuple))


SEARCH = tuple(_of_search(one.name, one.default) for one in fields(Criteria))
JOBS = (*SEARCH, *_PAGING)
ORGANISATIONS = (
    Parameter("q", _WORDS, N_("A part of the name")),
    Parameter(
        "kind",
        {"type": "string", "enum": [word.value for word in OrganisationKind]},
        N_("Kind of organisation"),
        is_list=True,
    ),
    Parameter("hiring", _SWITCH, N_("Only organisations with live listings")),
    *_PAGING,
)
NONE: tuple[Parameter, ...] = ()


def read_jobs(pairs: Pairs) -> tuple[Criteria, Stretch]:
    """Read the query of a search.

    Raises:
        QueryRefused: something in it is not known, or is given twice.
    """
    faults = check(pairs, JOBS)
    told = {fault.pointer for fault in faults}
    asked = [pair for pair in pairs if pair[0] in KEYS and pair[0] not in told]
    criteria, problems = Criteria.parse(asked)
    stretch = _stretch(pairs, faults)
    faults += errors.faults_of(problems)
    if stretch.after is not None and _value(pairs, "page") is not None:
        faults.append(ProblemError("page", gettext(PAGE_OR_CURSOR)))
    if faults:
        raise QueryRefused(faults)
    return criteria, stretch


def read_organisations(pairs: Pairs) -> tuple[Wanted, Stretch]:
    """Read the query of a list of organisations.

    Raises:
        QueryRefused: something in it is not known, or is given twice.
    """
    faults = check(pairs, ORGANISATIONS)
    stretch = _stretch(pairs, faults)
    kinds = _kinds(pairs, faults)
    words = clean_line(_value(pairs, "q") or "")
    if len(words) > LONGEST_TEXT:
        faults.append(ProblemError("q", gettext(UNKNOWN_VALUE)))
    hiring = _value(pairs, "hiring")
    if hiring not in (None, "1"):
        faults.append(ProblemError("hiring", gettext(UNKNOWN_VALUE)))
    if faults:
        raise QueryRefused(faults)
    return Wanted(words=words, kinds=kinds, is_hiring=hiring is not None), stretch


def check(pairs: Pairs, known: Sequence[Parameter]) -> list[ProblemError]:
    """Return what is wrong with a query before its values are read, each key once."""
    parameters = {one.name: one for one in known}
    counts = Counter(key for key, _ in pairs)
    faults: dict[str, str] = {}
    for key, value in pairs:
        fault = _fault(parameters.get(key), value, counts[key])
        if fault and len(faults) < MOST_VALUES:
            faults.setdefault(clean_line(key)[:LONGEST_TEXT], fault)
    return [ProblemError(key, gettext(sentence)) for key, sentence in faults.items()]


def read_cursor(text: str) -> str:
    """Read what ``write_cursor`` wrote.

    Raises:
        ValueError: it was not written by us.
    """
    if len(text) > _LONGEST_CURSOR or not text.isascii():
        raise ValueError(text)
    try:
        padded = text + "=" * (-len(text) % 4)
        name_key = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(text) from error
    if "\x00" in name_key or write_cursor(name_key) != text:
        raise ValueError(text)
    return name_key


def write_cursor(name_key: str) -> str:
    """Return the cursor that goes on after the organisation of this folded name."""
    return base64.urlsafe_b64encode(name_key.encode()).decode().rstrip("=")


def _fault(parameter: Parameter | None, value: str, count: int) -> str:
    if parameter is None:
        return UNKNOWN_KEY
    if _CONTROL.search(value):
        return NOT_PRINTABLE
    if count > 1 and not parameter.is_list:
        return ONCE_ONLY
    if parameter.may_be_empty:
        return ""
    if not value:
        return EMPTY
    return UNKNOWN_VALUE if value != clean_line(value) else ""


def _stretch(pairs: Pairs, faults: list[ProblemError]) -> Stretch:
    limit = _value(pairs, "limit")
    told = {fault.pointer for fault in faults}
    if limit is None or "limit" in told:
        return Stretch(_value(pairs, "cursor"), LIMIT)
    is_number = limit.isascii() and limit.isdigit() and len(limit) <= len(str(GREATEST_LIMIT))
    if not is_number or not 1 <= int(limit) <= GREATEST_LIMIT:
        faults.append(ProblemError("limit", gettext(NOT_A_LIMIT)))
        return Stretch(None, LIMIT)
    return Stretch(_value(pairs, "cursor"), int(limit))


def _kinds(pairs: Pairs, faults: list[ProblemError]) -> tuple[OrganisationKind, ...]:
    values = {value for key, value in pairs if key == "kind"}
    unknown = values - set(OrganisationKind)
    if unknown:
        faults.append(ProblemError("kind", gettext(UNKNOWN_VALUE)))
    return tuple(sorted(OrganisationKind(value) for value in values - unknown))


def _value(pairs: Pairs, key: str) -> str | None:
    return next((value for name, value in pairs if name == key), None)
