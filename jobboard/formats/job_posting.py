"""JobPosting structured data (schema.org, by Google's rules for Google for Jobs).

Google: developers.google.com/search/docs/appearance/structured-data/job-posting.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from jobboard.domain.place import Place
from jobboard.markup.markdown import plain_text

NOT_STATED = "not_stated"

#: "Complete" cannot be measured; a text shorter than this is certainly not. The posting
#: form asks the same number of a person.
DESCRIPTION_LENGTH = 400

#: A study place or a call is no job, and a roster no opening: Google counts them as misuse.
_NO_WORK = frozenset({"phd", "roster", "call", NOT_STATED})

_TEMPORARY_FULL_TIME = frozenset({"fellowship", "postdoc", "graduate_programme"})

#: Pay "in total" has no unit of time and stays out of the markup.
_PERIODS = frozenset({"hour", "day", "week", "month", "year"})

_PAY_IN_MARKUP = frozenset({"salary", "fee"})

#: Levels of education in Google's words; secondary school is their "high school".
_EDUCATION = {
    "secondary": "high school",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
    "doctorate": "postgraduate degree",
}


@dataclass(frozen=True, slots=True)
class JobPosting:
    """What the markup is made of: a listing as its own page shows it.

    Enumerated values are the listing's words. Moments are aware; pay is minor units of
    ``pay_currency`` with ``currency_digits`` decimals. ``is_live`` is the board's one
    visibility rule, asked by the caller at the moment of the request.
    """

    url: str
    title: str
    description_html: str
    opportunity_type: str
    organisation: str
    posted_at: datetime
    is_live: bool
    mode: str
    apply_method: str
    deadline_kind: str
    #: When the listing goes away; the board always knows it for a live one.
    valid_through: datetime | None = None
    language: str = "en"
    organisation_url: str = ""
    organisation_logo: str = ""
    is_anonymous: bool = False
    places: Sequence[Place] = ()
    #: ISO 3166 alpha-2, or ("anywhere",).
    remote_countries: Sequence[str] = ()
    hours: Sequence[str] = ()
    contract_term: str = NOT_STATED
    #: A PhD *post* with pay is a job; a study place is not.
    is_paid_post: bool = False
    entered_by_staff: bool = False
    pay_kind: str = NOT_STATED
    pay_min: int | None = None
    pay_max: int | None = None
    pay_currency: str = ""
    pay_period: str = NOT_STATED
    currency_digits: int = 2
    #: An address exists where the form is short and on the board itself.
    applies_on_board: bool = False
    reference: str = ""
    topics: Sequence[str] = ()
    skills: str = ""
    benefits: str = ""
    eligibility: str = ""
    security_clearance: str = ""
    education_min: str = NOT_STATED
    experience_years_min: int | None = None
    experience_instead: bool = False
    openings: int | None = None
    duration_min_months: int | None = None
    duration_max_months: int | None = None
    start_date: date | None = None
    start_asap: bool = False


def missing(posting: JobPosting) -> tuple[str, ...]:
    """Return why the page bears no markup, as names of what is missing; empty when it may.

    The names are for posters' guidance and for the log: ``live``, ``work``, ``title``,
    ``description``, ``organisation``, ``mode``, ``place``, ``remote_countries``,
    ``apply``, ``deadline``.
    """
    text = plain_text(posting.description_html)
    title = posting.title.strip()
    stated = {
        "live": posting.is_live,
        "work": _is_work(posting),
        "title": bool(title),
        "description": len(text) >= DESCRIPTION_LENGTH and text.casefold() != title.casefold(),
        "organisation": bool(posting.organisation.strip()) or posting.is_anonymous,
        "mode": posting.mode in ("onsite", "hybrid", "remote"),
        # "anywhere" names no country, which Google requires; the rule is theirs, not ours.
        "remote_countries": posting.mode != "remote"
        or bool(_remote_countries(posting) or _places(posting)),
        "place": posting.mode not in ("onsite", "hybrid") or bool(_places(posting)),
        "apply": posting.apply_method in ("url", "email", "onsite"),
        "deadline": posting.deadline_kind in ("date", "rolling", "until_filled"),
    }
    return tuple(name for name, is_stated in stated.items() if not is_stated)


def to_json_ld(posting: JobPosting) -> dict[str, object] | None:
    """Return the markup as JSON-LD members, or None when a rule is not met.

    Write it with ``script_safe`` into the single page of the listing and nowhere else.
    """
    if missing(posting):
        return None
    document: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.title.strip(),
        "description": posting.description_html,
        "datePosted": _instant(posting.posted_at),
        "url": posting.url,
        "hiringOrganization": _organisation(posting),
    }
    if posting.valid_through is not None:
        document["validThrough"] = _instant(posting.valid_through)
    employment = employment_types(posting)
    if employment:
        document["employmentType"] = employment[0] if len(employment) == 1 else list(employment)
    document.update(_where(posting))
    document.update(_pay(posting))
    if posting.reference:
        document["identifier"] = {
            "@type": "PropertyValue",
            "name": posting.organisation.strip(),
            "value": posting.reference,
        }
    if posting.apply_method == "onsite" and posting.applies_on_board:
        document["directApply"] = True
    document.update(_requirements(posting))
    document.update(_circumstances(posting))
    return document


def employment_types(posting: JobPosting) -> tuple[str, ...]:
    """Return schema.org employment types for the opportunity, in their fixed capitals."""
    kind = posting.opportunity_type
    if kind == "consultancy":
        return ("CONTRACTOR",)
    if kind == "internship":
        return ("INTERN",)
    if kind == "volunteer":
        return ("VOLUNTEER",)
    if kind in _TEMPORARY_FULL_TIME or kind == "phd":
        return ("FULL_TIME", "TEMPORARY")
    hours = [
        word
        for value, word in (("full_time", "FULL_TIME"), ("part_time", "PART_TIME"))
        if value in posting.hours
    ]
    if posting.contract_term == "temporary":
        hours.append("TEMPORARY")
    return tuple(hours)


def script_safe(document: Mapping[str, object]) -> str:
    """Return JSON that cannot end the script element or a line of script that holds it."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _is_work(posting: JobPosting) -> bool:
    if posting.opportunity_type == "phd":
        return posting.is_paid_post
    return posting.opportunity_type not in _NO_WORK


def _places(posting: JobPosting) -> list[Place]:
    return [place for place in posting.places if place.country]


def _remote_countries(posting: JobPosting) -> list[str]:
    return [code for code in posting.remote_countries if code != "anywhere"]


def _organisation(posting: JobPosting) -> object:
    if posting.is_anonymous:
        return "confidential"
    organisation = {"@type": "Organization", "name": posting.organisation.strip()}
    if posting.organisation_url:
        organisation["sameAs"] = posting.organisation_url
    if posting.organisation_logo:
        organisation["logo"] = posting.organisation_logo
    return organisation


def _where(posting: JobPosting) -> dict[str, object]:
    where: dict[str, object] = {}
    places = [_place(place) for place in _places(posting)]
    if places:
        where["jobLocation"] = places[0] if len(places) == 1 else places
    countries = _remote_countries(posting)
    # Hybrid is never TELECOMMUTE, and "anywhere" cannot name the country Google asks for.
    if posting.mode == "remote" and "anywhere" not in posting.remote_countries:
        where["jobLocationType"] = "TELECOMMUTE"
        if countries:
            named = [{"@type": "Country", "name": code} for code in countries]
            where["applicantLocationRequirements"] = named[0] if len(named) == 1 else named
    return where


def _place(place: Place) -> dict[str, object]:
    address: dict[str, object] = {
        "@type": "PostalAddress",
        "addressCountry": place.country,
    }
    if place.city:
        address["addressLocality"] = place.city
    if place.area:
        address["addressRegion"] = place.area
    return {"@type": "Place", "address": address}


def _pay(posting: JobPosting) -> dict[str, object]:
    # "Only employers can provide baseSalary": what the board's staff typed in is not theirs.
    if (
        posting.entered_by_staff
        or posting.pay_kind not in _PAY_IN_MARKUP
        or posting.pay_period not in _PERIODS
        or not posting.pay_currency
    ):
        return {}
    amounts = [amount for amount in (posting.pay_min, posting.pay_max) if amount is not None]
    if not amounts:
        return {}
    value: dict[str, object] = {
        "@type": "QuantitativeValue",
        "unitText": posting.pay_period.upper(),
    }
    if len(amounts) == 2 and amounts[0] != amounts[1]:
        value["minValue"] = _major(amounts[0], posting.currency_digits)
        value["maxValue"] = _major(amounts[1], posting.currency_digits)
    elif len(amounts) == 2:
        value["value"] = _major(amounts[0], posting.currency_digits)
    elif posting.pay_min is not None:
        value["minValue"] = _major(posting.pay_min, posting.currency_digits)
    else:
        value["maxValue"] = _major(amounts[0], posting.currency_digits)
    return {
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": posting.pay_currency,
            "value": value,
        }
    }


def _major(amount: int, digits: int) -> int | float:
    whole = Decimal(amount).scaleb(-digits)
    return int(whole) if whole == whole.to_integral_value() else float(whole)


def _requirements(posting: JobPosting) -> dict[str, object]:
    requirements: dict[str, object] = {}
    education = _EDUCATION.get(posting.education_min)
    if education:
        requirements["educationRequirements"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": education,
        }
    years = posting.experience_years_min
    if years:
        requirements["experienceRequirements"] = {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": years * 12,
        }
    if education and years and posting.experience_instead:
        requirements["experienceInPlaceOfEducation"] = True
    if posting.eligibility:
        requirements["eligibilityToWorkRequirement"] = posting.eligibility
    if posting.security_clearance:
        requirements["securityClearanceRequirement"] = posting.security_clearance
    # schema.org has no property for required languages: they stand in the skills.
    if posting.skills:
        requirements["skills"] = posting.skills
    return requirements


def _circumstances(posting: JobPosting) -> dict[str, object]:
    circumstances: dict[str, object] = {}
    if posting.topics:
        circumstances["industry"] = ", ".join(posting.topics)
    if posting.benefits:
        circumstances["jobBenefits"] = posting.benefits
    if posting.openings:
        circumstances["totalJobOpenings"] = posting.openings
    duration = _duration(posting)
    if duration:
        circumstances["jobDuration"] = duration
    if posting.start_date is not None:
        circumstances["jobStartDate"] = posting.start_date.isoformat()
    if posting.start_asap:
        circumstances["jobImmediateStart"] = True
    return circumstances


def _duration(posting: JobPosting) -> object:
    least, most = posting.duration_min_months, posting.duration_max_months
    if least and most and least != most:
        return {
            "@type": "QuantitativeValue",
            "minValue": least,
            "maxValue": most,
            "unitCode": "MON",
        }
    months = least or most
    return f"P{months}M" if months else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
