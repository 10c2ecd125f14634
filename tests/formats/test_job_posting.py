"""JobPosting: each of Google's rules by itself, and nothing at all where one is not met."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from jobboard.domain.place import Place
from jobboard.formats.job_posting import (
    DESCRIPTION_LENGTH,
    JobPosting,
    employment_types,
    missing,
    script_safe,
    to_json_ld,
)

POSTED = datetime(2027, 3, 1, 15, 0, tzinfo=timezone(timedelta(hours=3)))
ENDS = datetime(2027, 3, 31, 20, 59, tzinfo=UTC)

GOOD = JobPosting(
    url="https://jobs.example/job/analyst-7/",
    title="Senior Analyst",
    description_html="<p>" + "What you will do and bring. " * 20 + "</p>",
    opportunity_type="staff",
    organisation="Centre for Grand Strategy",
    posted_at=POSTED,
    is_live=True,
    mode="onsite",
    apply_method="url",
    deadline_kind="date",
    valid_through=ENDS,
    places=(Place("TR", "Istanbul"),),
    hours=("full_time",),
)


def marked(**changes: Any) -> dict[str, Any]:
    document = to_json_ld(replace(GOOD, **changes))
    assert document is not None
    return document


def test_a_complete_listing_says_all_that_is_required() -> None:
    assert marked() == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Senior Analyst",
        "description": GOOD.description_html,
        "datePosted": "2027-03-01T12:00:00+00:00",
        "url": GOOD.url,
        "hiringOrganization": {"@type": "Organization", "name": "Centre for Grand Strategy"},
        "validThrough": "2027-03-31T20:59:00+00:00",
        "employmentType": "FULL_TIME",
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "TR",
                "addressLocality": "Istanbul",
            },
        },
    }


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("live", {"is_live": False}),
        ("work", {"opportunity_type": "roster"}),
        ("work", {"opportunity_type": "call"}),
        ("work", {"opportunity_type": "phd"}),
        ("work", {"opportunity_type": "not_stated"}),
        ("title", {"title": "  "}),
        ("description", {"description_html": "<p>" + "a" * (DESCRIPTION_LENGTH - 1) + "</p>"}),
        ("description", {"description_html": "", "title": "x"}),
        ("organisation", {"organisation": " "}),
        ("mode", {"mode": "not_stated"}),
        ("place", {"places": ()}),
        ("place", {"places": (Place(None, "Istanbul or so"),)}),
        ("place", {"mode": "hybrid", "places": ()}),
        ("remote_countries", {"mode": "remote", "places": (), "remote_countries": ()}),
        ("remote_countries", {"mode": "remote", "places": (), "remote_countries": ("anywhere",)}),
        ("apply", {"apply_method": "not_stated"}),
        ("deadline", {"deadline_kind": "not_stated"}),
    ],
)
def test_nothing_is_said_where_a_rule_is_not_met(name: str, changes: dict[str, Any]) -> None:
    posting = replace(GOOD, **changes)
    assert missing(posting) == (name,)
    assert to_json_ld(posting) is None


def test_a_description_that_is_the_title_is_none() -> None:
    long = "Analyst " * 60
    assert missing(replace(GOOD, title=long, description_html=f"<p>{long}</p>")) == ("description",)


def test_the_shortest_description_that_will_do() -> None:
    enough = "<p>" + "a" * DESCRIPTION_LENGTH + "</p>"
    assert missing(replace(GOOD, description_html=enough)) == ()


def test_an_anonymous_organisation_is_confidential() -> None:
    assert marked(organisation="", is_anonymous=True)["hiringOrganization"] == "confidential"


def test_an_organisation_has_its_site_and_logo() -> None:
    organisation = marked(organisation_url="https://c.example/", organisation_logo="https://l/")
    assert organisation["hiringOrganization"] == {
        "@type": "Organization",
        "name": "Centre for Grand Strategy",
        "sameAs": "https://c.example/",
        "logo": "https://l/",
    }


def test_several_places_are_all_named() -> None:
    places = (Place("TR", "Istanbul"), Place("BE"), Place(None, "elsewhere"))
    countries = [one["address"]["addressCountry"] for one in marked(places=places)["jobLocation"]]
    assert countries == ["TR", "BE"]


def test_only_wholly_remote_work_is_telecommuting() -> None:
    document = marked(mode="remote", places=(), remote_countries=("TR", "DE"))
    assert document["jobLocationType"] == "TELECOMMUTE"
    assert document["applicantLocationRequirements"] == [
        {"@type": "Country", "name": "TR"},
        {"@type": "Country", "name": "DE"},
    ]
    assert "jobLocation" not in document
    assert "jobLocationType" not in marked(mode="hybrid", remote_countries=("TR",))


def test_work_from_anywhere_is_not_telecommuting() -> None:
    document = marked(mode="remote", remote_countries=("anywhere",))
    assert "jobLocationType" not in document
    assert "applicantLocationRequirements" not in document


def test_a_remote_place_of_work_stands_in_for_the_country_required() -> None:
    document = marked(mode="remote", remote_countries=())
    assert document["jobLocationType"] == "TELECOMMUTE"
    assert "jobLocation" in document


def test_citizenship_is_never_a_requirement_of_place() -> None:
    document = marked(eligibility="Citizens of Türkiye")
    assert document["eligibilityToWorkRequirement"] == "Citizens of Türkiye"
    assert "applicantLocationRequirements" not in document


def test_an_end_that_is_not_known_is_left_out() -> None:
    assert "validThrough" not in marked(valid_through=None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ("FULL_TIME",)),
        ({"hours": ("full_time", "part_time")}, ("FULL_TIME", "PART_TIME")),
        ({"hours": ("part_time",), "contract_term": "temporary"}, ("PART_TIME", "TEMPORARY")),
        ({"hours": ()}, ()),
        ({"opportunity_type": "secondment"}, ("FULL_TIME",)),
        ({"opportunity_type": "consultancy"}, ("CONTRACTOR",)),
        ({"opportunity_type": "internship"}, ("INTERN",)),
        ({"opportunity_type": "volunteer"}, ("VOLUNTEER",)),
        ({"opportunity_type": "fellowship"}, ("FULL_TIME", "TEMPORARY")),
        ({"opportunity_type": "postdoc"}, ("FULL_TIME", "TEMPORARY")),
        ({"opportunity_type": "graduate_programme"}, ("FULL_TIME", "TEMPORARY")),
        ({"opportunity_type": "phd", "is_paid_post": True}, ("FULL_TIME", "TEMPORARY")),
    ],
)
def test_kinds_of_work_in_the_words_of_schema_org(
    changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    assert employment_types(replace(GOOD, **changes)) == words


def test_a_paid_doctoral_post_is_work() -> None:
    assert missing(replace(GOOD, opportunity_type="phd", is_paid_post=True)) == ()


PAID: dict[str, Any] = {
    "pay_kind": "salary",
    "pay_min": 4_800_000,
    "pay_max": 5_800_050,
    "pay_currency": "EUR",
    "pay_period": "year",
}


def test_pay_is_told_in_units_of_the_currency() -> None:
    assert marked(**PAID)["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {
            "@type": "QuantitativeValue",
            "unitText": "YEAR",
            "minValue": 48_000,
            "maxValue": 58_000.5,
        },
    }


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"pay_max": None}, {"minValue": 48_000}),
        ({"pay_min": None}, {"maxValue": 58_000.5}),
        ({"pay_max": 4_800_000}, {"value": 48_000}),
        ({"currency_digits": 0, "pay_max": None}, {"minValue": 4_800_000}),
    ],
)
def test_one_amount_of_pay(changes: dict[str, Any], value: dict[str, Any]) -> None:
    told = marked(**{**PAID, **changes})["baseSalary"]["value"]
    assert told == {"@type": "QuantitativeValue", "unitText": "YEAR", **value}


@pytest.mark.parametrize(
    "changes",
    [
        {"entered_by_staff": True},
        {"pay_kind": "stipend"},
        {"pay_kind": "unpaid"},
        {"pay_period": "total"},
        {"pay_period": "not_stated"},
        {"pay_currency": ""},
        {"pay_min": None, "pay_max": None},
    ],
)
def test_pay_that_is_not_the_employers_own_figure_is_left_out(changes: dict[str, Any]) -> None:
    assert "baseSalary" not in marked(**{**PAID, **changes})


def test_the_identifier_is_the_organisations_own_number() -> None:
    assert marked(reference="R-9")["identifier"] == {
        "@type": "PropertyValue",
        "name": "Centre for Grand Strategy",
        "value": "R-9",
    }
    assert "identifier" not in marked()


def test_applying_is_direct_only_on_the_board_itself() -> None:
    assert "directApply" not in marked(applies_on_board=True)
    assert marked(apply_method="onsite", applies_on_board=True)["directApply"] is True
    assert "directApply" not in marked(apply_method="onsite")


def test_education_and_experience_in_the_words_of_google() -> None:
    document = marked(education_min="master", experience_years_min=5)
    assert document["educationRequirements"]["credentialCategory"] == "postgraduate degree"
    assert document["experienceRequirements"]["monthsOfExperience"] == 60
    assert "experienceInPlaceOfEducation" not in document
    both = marked(education_min="master", experience_years_min=5, experience_instead=True)
    assert both["experienceInPlaceOfEducation"] is True
    one = marked(education_min="none", experience_years_min=5, experience_instead=True)
    assert "experienceInPlaceOfEducation" not in one
    assert "educationRequirements" not in one
    assert "experienceRequirements" not in marked(experience_years_min=0)


def test_circumstances_are_told_where_they_are_stated() -> None:
    document = marked(
        topics=("Energy", "Diplomacy"),
        skills="Turkish B2",
        benefits="Housing",
        security_clearance="Clearance required",
        openings=2,
        duration_min_months=6,
        duration_max_months=12,
        start_date=date(2027, 9, 1),
        start_asap=True,
    )
    assert document["industry"] == "Energy, Diplomacy"
    assert document["skills"] == "Turkish B2"
    assert document["jobBenefits"] == "Housing"
    assert document["securityClearanceRequirement"] == "Clearance required"
    assert document["totalJobOpenings"] == 2
    assert document["jobStartDate"] == "2027-09-01"
    assert document["jobImmediateStart"] is True
    assert (document["jobDuration"]["minValue"], document["jobDuration"]["maxValue"]) == (6, 12)
    assert marked(duration_min_months=6)["jobDuration"] == "P6M"


def test_no_text_can_end_the_element_that_holds_it() -> None:
    text = "</script><script>alert(1)</script> & \u2028\u2029"
    written = script_safe({"title": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"title": text}
