"""What was written on a listing, part by part in words: for histories and for comparing texts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import gettext, ngettext

from jobboard import content as contents
from jobboard.domain.taxonomy import Eligibility, GrossNet, Hours, Mode, Region, Topic
from jobboard.web import cards, filters
from jobboard.words import N_


@dataclass(frozen=True)
class Part:
    """Columns that belong together in the reader's eye.

    Attributes:
        label: what it is called, marked for the catalogues.
        columns: names of ``models.listing.CONTENT``.
        words: tells them in words, from all of the content.
        is_long: prose, to be compared word by word over several lines.
    """

    label: str
    columns: tuple[str, ...]
    words: Callable[[Mapping[str, Any]], str]
    is_long: bool = False


@dataclass(frozen=True)
class Change:
    """One part that differs: its name and both versions in words."""

    label: str
    before: str
    after: str
    is_long: bool


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the parts in which two contents differ, in page order."""
    return [
        Change(gettext(part.label), part.words(before), part.words(after), part.is_long)
        for part in PARTS
        if not all(
            contents.is_same(name, before.get(name), after.get(name)) for name in part.columns
        )
    ]


def names(columns: Iterable[str]) -> list[str]:
    """Return what people call some columns, each name once, in page order."""
    wanted = set(columns)
    return [gettext(part.label) for part in PARTS if wanted.intersection(part.columns)]


def _text(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda content: str(content.get(name) or "")


def _label(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda content: filters.stated(content.get(name))


def _labels(name: str, vocabulary: type[StrEnum]) -> Callable[[Mapping[str, Any]], str]:
    known = {member.value: member for member in vocabulary}

    def words(content: Mapping[str, Any]) -> str:
        values = content.get(name) or ()
        return ", ".join(filters.label(known[v]) if v in known else str(v) for v in values)

    return words


def _countries(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda content: ", ".join(map(filters.country_name, content.get(name) or ()))


def _places(content: Mapping[str, Any]) -> str:
    places, remote = content.get("places"), content.get("remote_countries")
    mode = content.get("mode")
    words = cards.place_text(places, remote, mode) if places or mode is Mode.REMOTE else ""
    if places and mode is Mode.REMOTE:
        words = f"{words} · {cards.remote_text(remote)}"
    return words


def _years(content: Mapping[str, Any]) -> str:
    years = content.get("experience_years_min")
    return "" if years is None else ngettext("%(num)s year", "%(num)s years", years)


def _duration(content: Mapping[str, Any]) -> str:
    months = content.get("duration_months")
    return ngettext("%(num)s month", "%(num)s months", months) if months else ""


def _grade(content: Mapping[str, Any]) -> str:
    system = filters.stated(content.get("grade_system"))
    return " ".join(filter(None, (content.get("grade"), f"({system})" if system else "")))


def _languages(content: Mapping[str, Any]) -> str:
    return ", ".join(map(cards.language_text, content.get("languages") or ()))


def _eligibility(content: Mapping[str, Any]) -> str:
    words = filters.stated(content.get("eligibility"))
    if content.get("eligibility") == Eligibility.CITIZENS_OF:
        words = f"{words}: {_countries('eligible_nationalities')(content)}"
    return words


def _pay(content: Mapping[str, Any]) -> str:
    words = filters.pay(
        kind=content["pay_kind"],
        low=content.get("pay_min"),
        high=content.get("pay_max"),
        currency=content.get("pay_currency") or "",
        period=content.get("pay_period"),
        text=content.get("pay_text") or "",
    )
    gross_net = content.get("pay_gross_net")
    kind = filters.stated(content["pay_kind"])
    said = [words, kind if words and kind != words else ""]
    if gross_net is not None and gross_net != GrossNet.NOT_STATED:
        said.append(filters.label(gross_net))
    return ", ".join(filter(None, said))


def _apply(content: Mapping[str, Any]) -> str:
    return " · ".join(
        filter(
            None,
            (
                filters.stated(content.get("apply_method")),
                content.get("apply_url"),
                content.get("apply_email"),
            ),
        )
    )


def _deadline(content: Mapping[str, Any]) -> str:
    at = content.get("apply_by")
    if at is not None:
        return filters.moment(at, content.get("deadline_zone") or "UTC")
    kind = filters.label(content.get("deadline_kind"))
    return " · ".join(filter(None, (kind, content.get("deadline_text"))))


def _language(content: Mapping[str, Any]) -> str:
    return filters.language_name(str(content.get("language") or "en"))


#: Every column of the content, in the order of the listing's page.
PARTS: tuple[Part, ...] = (
    Part(N_("Title"), ("title",), _text("title")),
    Part(N_("Organisation"), ("organisation_name",), _text("organisation_name")),
    Part(N_("Kind of organisation"), ("organisation_kind",), _label("organisation_kind")),
    Part(N_("Website"), ("organisation_website",), _text("organisation_website")),
    Part(N_("Kind of opportunity"), ("opportunity_type",), _label("opportunity_type")),
    Part(N_("Place"), ("places", "remote_countries"), _places),
    Part(N_("Where the work is done"), ("mode",), _label("mode")),
    Part(
        N_("Deadline"), ("deadline_kind", "apply_by", "deadline_zone", "deadline_text"), _deadline
    ),
    Part(
        N_("Pay"),
        (
            "pay_kind",
            "pay_min",
            "pay_max",
            "pay_currency",
            "pay_period",
            "pay_gross_net",
            "pay_text",
        ),
        _pay,
    ),
    Part(N_("Who may apply"), ("eligibility", "eligible_nationalities"), _eligibility),
    Part(N_("Visa support"), ("visa_sponsorship",), _label("visa_sponsorship")),
    Part(N_("Languages"), ("languages",), _languages),
    Part(N_("Contract"), ("contract_term",), _label("contract_term")),
    Part(N_("Duration"), ("duration_months",), _duration),
    Part(N_("Hours"), ("hours",), _labels("hours", Hours)),
    Part(N_("Start"), ("start_date",), _text("start_date")),
    Part(N_("Seniority"), ("seniority",), _label("seniority")),
    Part(N_("Experience, at least"), ("experience_years_min",), _years),
    Part(N_("Education, at least"), ("education_min",), _label("education_min")),
    Part(N_("Grade"), ("grade_system", "grade"), _grade),
    Part(N_("Security clearance"), ("security_clearance",), _label("security_clearance")),
    Part(N_("Function"), ("job_function",), _label("job_function")),
    Part(N_("Topics"), ("topics",), _labels("topics", Topic)),
    Part(N_("Regions"), ("focus_regions",), _labels("focus_regions", Region)),
    Part(N_("Countries"), ("focus_countries",), _countries("focus_countries")),
    Part(N_("Reference"), ("reference",), _text("reference")),
    Part(N_("Language of the text"), ("language",), _language),
    Part(N_("Description"), ("description",), _text("description"), is_long=True),
    Part(N_("Format"), ("description_format",), _text("description_format")),
    Part(N_("Summary"), ("summary",), _text("summary"), is_long=True),
    Part(N_("How to apply"), ("apply_method", "apply_url", "apply_email"), _apply),
    Part(
        N_("Instructions for applicants"),
        ("apply_instructions",),
        _text("apply_instructions"),
        is_long=True,
    ),
)
