"""A search in words: "Fellowships about the Sahel, open to any nationality, closing within a week".

The same words stand in titles, headings, chips, feeds and alerts. Every piece goes through the
catalogue by itself, so that a language may say it in its own order and grammar.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from jobboard.domain.criteria import VOCABULARIES, Closing, Criteria, Since, Start
from jobboard.domain.places import ANYWHERE
from jobboard.domain.taxonomy import (
    NOT_STATED,
    Eligibility,
    Mode,
    OpportunityType,
    OrganisationKind,
    Region,
    VisaSponsorship,
)
from jobboard.tables import gazetteer
from jobboard.web import filters
from jobboard.web.wording import gettext, ngettext
from jobboard.words import N_

#: Values named of one facet; the rest is counted.
_MOST_NAMED = 3
#: Clauses of a heading after its noun; the chips beside it say them all.
_MOST_IN_HEADING = 3

#: The names of the facets, in the order of the page.
LEGENDS: Mapping[str, str] = {
    "radius": N_("Distance"),
    "type": N_("Contract"),
    "country": N_("Country"),
    "topic": N_("Topic"),
    "deadline": N_("Deadline"),
    "seniority": N_("Seniority"),
    "pay": N_("Pay"),
    "eligible": N_("Who may apply"),
    "mode": N_("Work mode"),
    "org_kind": N_("Kind of organisation"),
    "language": N_("Languages I have"),
    "focus": N_("About"),
    "hours": N_("Hours"),
    "contract": N_("Length of contract"),
    "duration": N_("Duration"),
    "start": N_("Start of work"),
    "years": N_("Experience"),
    "education": N_("My education"),
    "function": N_("Function"),
    "grade": N_("Grade"),
    "organisation": N_("Organisation"),
    "visa": N_("Visa"),
    "passport": N_("My passport"),
    "remote": N_("Remote from"),
    "clearance": N_("Clearance"),
    "since": N_("Posted"),
}
#: What a chip says of a key whose value is 1.
SWITCHES: Mapping[str, str] = {
    "paid": N_("Paid only"),
    "pay_stated": N_("Pay stated"),
    "unpaid": N_("Unpaid"),
}
CLOSING: Mapping[Closing, str] = {
    Closing.DAYS_3: N_("Within 3 days"),
    Closing.DAYS_7: N_("Within 7 days"),
    Closing.DAYS_14: N_("Within 14 days"),
    Closing.DAYS_30: N_("Within 30 days"),
    Closing.OPEN: N_("No fixed deadline"),
}
SINCE: Mapping[Since, str] = {
    Since.DAY: N_("In 24 hours"),
    Since.WEEK: N_("In 7 days"),
    Since.MONTH: N_("In 30 days"),
}
START: Mapping[Start, str] = {
    Start.DAYS_30: N_("Within a month"),
    Start.DAYS_90: N_("Within 3 months"),
    Start.DAYS_180: N_("Within half a year"),
    Start.LATER: N_("Later"),
}

#: What the sentence begins with, by the type asked for.
_NOUNS: Mapping[OpportunityType, str] = {
    OpportunityType.STAFF: N_("staff positions"),
    OpportunityType.CONSULTANCY: N_("consultancies"),
    OpportunityType.FELLOWSHIP: N_("fellowships"),
    OpportunityType.INTERNSHIP: N_("internships"),
    OpportunityType.GRADUATE_PROGRAMME: N_("graduate programmes"),
    OpportunityType.PHD: N_("doctoral positions"),
    OpportunityType.POSTDOC: N_("postdocs"),
    OpportunityType.VOLUNTEER: N_("volunteer positions"),
    OpportunityType.SECONDMENT: N_("secondments"),
    OpportunityType.ROSTER: N_("rosters"),
    OpportunityType.CALL: N_("calls"),
}
_MODES: Mapping[Mode, str] = {
    Mode.ONSITE: N_("on site"),
    Mode.HYBRID: N_("hybrid"),
    Mode.REMOTE: N_("remote"),
}
_ELIGIBLE: Mapping[Eligibility, str] = {
    Eligibility.OPEN_TO_ALL: N_("open to any nationality"),
    Eligibility.RIGHT_TO_WORK_NEEDED: N_("for people with the right to work"),
    Eligibility.NATIONALS_ONLY: N_("for nationals of the country"),
    Eligibility.CITIZENS_OF: N_("for citizens of listed countries"),
    Eligibility.LOCAL_RECRUITMENT: N_("recruited locally"),
}
_VISA: Mapping[VisaSponsorship, str] = {
    VisaSponsorship.YES: N_("with visa support"),
    VisaSponsorship.NO: N_("without visa support"),
}
_BODIES: Mapping[OrganisationKind, str] = {
    OrganisationKind.THINK_TANK: N_("think tanks"),
    OrganisationKind.NGO: N_("NGOs"),
    OrganisationKind.IGO: N_("intergovernmental organisations"),
    OrganisationKind.UNIVERSITY: N_("universities"),
    OrganisationKind.GOVERNMENT: N_("governments"),
    OrganisationKind.MILITARY: N_("military and defence bodies"),
    OrganisationKind.MEDIA: N_("media"),
    OrganisationKind.FOUNDATION: N_("foundations"),
    OrganisationKind.CONSULTANCY: N_("risk advisories and consultancies"),
    OrganisationKind.PRIVATE: N_("private companies"),
}
_CLOSING_CLAUSE: Mapping[Closing, str] = {
    Closing.DAYS_3: N_("closing within 3 days"),
    Closing.DAYS_7: N_("closing within a week"),
    Closing.DAYS_14: N_("closing within two weeks"),
    Closing.DAYS_30: N_("closing within 30 days"),
    Closing.OPEN: N_("without a fixed deadline"),
}
_SINCE_CLAUSE: Mapping[Since, str] = {
    Since.DAY: N_("posted within 24 hours"),
    Since.WEEK: N_("posted within a week"),
    Since.MONTH: N_("posted within 30 days"),
}
_START_CLAUSE: Mapping[Start, str] = {
    Start.DAYS_30: N_("starting within a month"),
    Start.DAYS_90: N_("starting within 3 months"),
    Start.DAYS_180: N_("starting within half a year"),
    Start.LATER: N_("starting later than in half a year"),
}
#: Country names that English gives an article; other languages have their own name in the table.
_WITH_ARTICLE = frozenset(
    [
        "AE",
        "BS",
        "CD",
        "CF",
        "CG",
        "CK",
        "DO",
        "FK",
        "FO",
        "GB",
        "GM",
        "KM",
        "KY",
        "MH",
        "MP",
        "MV",
        "NL",
        "PH",
        "SB",
        "SC",
        "TC",
        "UM",
        "US",
        "VG",
        "VI",
    ]
)

Names = Mapping[str, str]
#: Facets whose values need a word before them in a chip.
_OF_FACET: Mapping[str, str] = {
    "deadline": N_("Deadline"),
    "start": N_("Start of work"),
    "since": N_("Posted"),
    "focus": N_("About"),
    "remote": N_("Remote from"),
    "language": N_("I know"),
    "education": N_("My education"),
    "grade": N_("Grade"),
    "years": N_("Experience"),
    "duration": N_("Duration"),
}
#: Values that say nothing by themselves.
_VAGUE = frozenset({NOT_STATED, "other"})
_Word = TypeVar("_Word", bound=StrEnum)


def describe(criteria: Criteria, names: Names | None = None) -> str:
    """Return a whole search in words, without its order and page.

    Args:
        criteria: the search.
        names: names of organisations by their slugs; a slug that is missing stands for itself.
    """
    return _sentence(_noun(criteria), _core(criteria), _clauses(criteria, names or {}))


def heading(criteria: Criteria, total: int, names: Names | None = None) -> str:
    """Return a search with what it found: "42 jobs for “black sea” in Türkiye"."""
    clauses = _clauses(criteria, names or {})[:_MOST_IN_HEADING]
    return _sentence(_counted(criteria, total), _core(criteria), clauses)


def value_label(key: str, value: str, names: Names | None = None) -> str:
    """Return one chosen value in the words of a chip or of a facet's row."""
    writer = _LABELS.get(key)
    if writer is not None:
        return writer(value)
    if key in SWITCHES:
        return gettext(SWITCHES[key])
    if key == "organisation":
        return (names or {}).get(value, value)
    vocabulary = VOCABULARIES.get(key)
    return filters.label(vocabulary(value)) if vocabulary is not None else value


def chip_label(criteria: Criteria, key: str, value: str, names: Names | None = None) -> str:
    """Return one chosen value in words that stand alone, away from the facet's name."""
    if key == "near":
        return near_label(criteria)
    words = value_label(key, value, names)
    prefix = _OF_FACET.get(key)
    if value in _VAGUE or prefix:
        return f"{gettext(prefix or LEGENDS.get(key, key))}: {words}"
    return words


def either(values: Iterable[str]) -> str:
    """Return words joined by "or", at most three of them named: "France, Germany or Italy"."""
    words = list(values)
    rest = len(words) - _MOST_NAMED
    if rest > 0:
        named = ", ".join(words[:_MOST_NAMED])
        return ngettext("%(named)s or %(num)s more", "%(named)s or %(num)s more", rest, named=named)
    if len(words) > 1:
        return gettext("%(some)s or %(last)s", some=", ".join(words[:-1]), last=words[-1])
    return "".join(words)


def near_label(criteria: Criteria) -> str:
    """Return the chip of a city and of how far around it one looks."""
    place = _spot(criteria.near)
    return gettext("Within %(radius)s km of %(place)s", radius=criteria.radius, place=place)


def radius_label(radius: str) -> str:
    """Return a distance in the words of a facet's row."""
    return gettext("Within %(radius)s km", radius=radius)


def _sentence(noun: str, core: list[str], clauses: list[str]) -> str:
    text = " ".join([noun, *core])
    return _capitalised(", ".join([text, *clauses]))


def _noun(criteria: Criteria) -> str:
    types = [gettext(_NOUNS[one]) for one in criteria.type if one in _NOUNS]
    return either(types) if types and len(types) == len(criteria.type) else gettext("jobs")


def _counted(criteria: Criteria, total: int) -> str:
    if not total:
        return gettext("no %(positions)s", positions=_noun(criteria))
    count = filters.number(total)
    if len(criteria.type) == 1 and total != 1 and criteria.type[0] in _NOUNS:
        noun = gettext(_NOUNS[criteria.type[0]])
        return gettext("%(count)s %(positions)s", count=count, positions=noun)
    return ngettext("%(count)s job", "%(count)s jobs", total, count=count)


def _core(criteria: Criteria) -> list[str]:
    """Return what is asked by words, subject and place; it follows the noun without a comma."""
    parts = []
    if criteria.q:
        parts.append(gettext("for “%(words)s”", words=criteria.q))
    if criteria.topic:
        topics = either(_lowered(filters.label(one)) for one in criteria.topic)
        parts.append(gettext("on %(topics)s", topics=topics))
    if criteria.focus:
        parts.append(gettext("about %(places)s", places=either(map(_focus, criteria.focus))))
    return [*parts, *_whereabouts(criteria)]


def _whereabouts(criteria: Criteria) -> list[str]:
    parts = []
    if criteria.where.strip().casefold() == Mode.REMOTE:
        parts.append(gettext("with remote work"))
    elif criteria.where:
        parts.append(gettext("in “%(place)s”", place=criteria.where))
    if criteria.near:
        place = _spot(criteria.near)
        parts.append(
            gettext("within %(radius)s km of %(place)s", radius=criteria.radius, place=place)
        )
    if criteria.country:
        parts.append(gettext("in %(places)s", places=either(map(_country, criteria.country))))
    if criteria.region:
        parts.append(gettext("in %(places)s", places=either(map(_region, criteria.region))))
    if criteria.remote == ANYWHERE:
        parts.append(gettext("remote from anywhere"))
    elif criteria.remote:
        parts.append(gettext("remote from %(country)s", country=_country(criteria.remote)))
    return parts


def _clauses(criteria: Criteria, names: Names) -> list[str]:
    """Return the rest of a search, each facet a clause of its own."""
    clauses = [
        _any_of(criteria.mode, _MODES),
        gettext("paid") if criteria.paid else "",
        gettext("unpaid") if criteria.unpaid else "",
        gettext("with the pay stated") if criteria.pay_stated else "",
        _any_of(criteria.eligible, _ELIGIBLE),
        _any_of(criteria.visa, _VISA),
        _passport(criteria),
        _of(criteria, "seniority"),
        _of(criteria, "years", N_("experience of %(values)s")),
        _of(criteria, "hours"),
        _of(criteria, "contract"),
        _of(criteria, "duration", N_("lasting %(values)s")),
        _of(criteria, "function", N_("work in %(values)s")),
        _of(criteria, "grade", N_("grade %(values)s"), keep_case=True),
        _of(criteria, "clearance"),
        _of(criteria, "education", N_("with no more education than %(values)s")),
        _of(criteria, "language", N_("with no other languages than %(values)s"), keep_case=True),
        _bodies(criteria),
        _organisations(criteria, names),
        gettext(_START_CLAUSE[criteria.start]) if criteria.start else "",
        gettext(_SINCE_CLAUSE[criteria.since]) if criteria.since else "",
        gettext(_CLOSING_CLAUSE[criteria.deadline]) if criteria.deadline else "",
        *_vague(criteria),
    ]
    return [clause for clause in clauses if clause]


def _any_of(chosen: Iterable[_Word], words: Mapping[_Word, str]) -> str:
    return either(gettext(words[one]) for one in chosen if one in words)


def _of(
    criteria: Criteria, key: str, sentence: str = "%(values)s", *, keep_case: bool = False
) -> str:
    values = [value for value in criteria.values(key) if value not in _VAGUE]
    if not values:
        return ""
    labels = [value_label(key, value) for value in values]
    said = either(labels if keep_case else map(_lowered, labels))
    return said if sentence == "%(values)s" else gettext(sentence, values=said)


def _vague(criteria: Criteria) -> list[str]:
    """Return clauses for values that say nothing without the name of their facet."""
    return [
        f"{_lowered(gettext(LEGENDS[key]))}: {_lowered(value_label(key, value))}"
        for key in VOCABULARIES
        if key in LEGENDS
        for value in criteria.values(key)
        if value in _VAGUE
    ]


def _passport(criteria: Criteria) -> str:
    if not criteria.passport:
        return ""
    return gettext("open to a passport of %(country)s", country=_country(criteria.passport))


def _bodies(criteria: Criteria) -> str:
    kinds = [gettext(_BODIES[one]) for one in criteria.org_kind if one in _BODIES]
    return gettext("at %(organisations)s", organisations=either(kinds)) if kinds else ""


def _organisations(criteria: Criteria, names: Names) -> str:
    if not criteria.organisation:
        return ""
    said = either(names.get(slug, slug) for slug in criteria.organisation)
    return gettext("at %(organisations)s", organisations=said)


def _focus(value: str) -> str:
    return _region(Region(value)) if value in set(Region) else _country(value)


def _region(region: Region) -> str:
    if region is Region.AMERICAS:
        return gettext("the Americas")
    if region is Region.MIDDLE_EAST_AFRICA:
        return gettext("the Middle East & Africa")
    return filters.label(region)


def _country(code: str) -> str:
    name = filters.country_name(code)
    return f"the {name}" if code in _WITH_ARTICLE and filters.language() == "en" else name


def _spot(value: str) -> str:
    """Return a city as people write it: "Cambridge, MA, United States"; a point stays one."""
    if value.isdigit():
        city = gazetteer.city(int(value))
        return city.name if city is not None else value
    front, _, code = value.rpartition(", ")
    is_country = len(code) == 2 and gazetteer.country(code) is not None
    return f"{front}, {filters.country_name(code)}" if front and is_country else value


def _lowered(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations stay as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _capitalised(text: str) -> str:
    # Turkish has two letters i, and each keeps its dot or its lack of one.
    first = "İ" if text[:1] == "i" and filters.language() == "tr" else text[:1].upper()
    return first + text[1:]


def _band(value: str) -> str:
    low, _, high = value.partition("-")
    return f"{low}–{high}" if high else f"{low}+"


def _focus_label(value: str) -> str:
    return filters.label(Region(value)) if value in set(Region) else filters.country_name(value)


def _remote_label(value: str) -> str:
    return gettext("Anywhere") if value == ANYWHERE else filters.country_name(value)


_LABELS: Mapping[str, Callable[[str], str]] = {
    "deadline": lambda value: gettext(CLOSING[Closing(value)]),
    "since": lambda value: gettext(SINCE[Since(value)]),
    "start": lambda value: gettext(START[Start(value)]),
    "country": filters.country_name,
    "focus": _focus_label,
    "radius": radius_label,
    "remote": _remote_label,
    "passport": lambda value: gettext("Passport: %(country)s", country=filters.country_name(value)),
    "language": filters.language_name,
    "years": lambda value: gettext("%(years)s years", years=_band(value)),
    "duration": lambda value: gettext("%(months)s months", months=_band(value)),
}
