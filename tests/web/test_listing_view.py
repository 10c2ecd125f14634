"""What a listing's page says, from a listing that need not even be stored."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ApplyMethod,
    Clearance,
    ContractTerm,
    DeadlineKind,
    Eligibility,
    GradeSystem,
    GrossNet,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
    Seniority,
    VisaSponsorship,
)
from jobboard.models.listing import Listing
from jobboard.web import listing_view
from tests.support.listings import written
from tests.support.people import NOW

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def preview(**columns: Any) -> listing_view.ListingView:
    return listing_view.preview(written(**columns), NOW)


def unstored(**columns: Any) -> Listing:
    """A listing with the defaults of its columns, as it is before it meets a database."""
    row = Listing(**written())
    for column in Listing.__table__.columns:
        is_unset = getattr(row, column.key) is None
        if is_unset and column.default is not None and column.default.is_scalar:
            setattr(row, column.key, column.default.arg)
    row.updated_at = NOW
    for name, value in columns.items():
        setattr(row, name, value)
    return row


def facts(**columns: Any) -> dict[str, str]:
    return {label: value for label, value in preview(**columns).facts if value}


def test_facts_say_what_is_stated_and_nothing_else() -> None:
    assert facts() == {
        "Place": "Istanbul, Türkiye · Hybrid",
        "Contract": "Staff",
        "Pay": "Pay not stated",
    }


def test_facts_of_a_full_listing() -> None:
    told = facts(
        contract_term=ContractTerm.FIXED_TERM,
        duration_months=12,
        hours=("full_time", "part_time"),
        pay_kind=PayKind.SALARY,
        pay_min=100_000_00,
        pay_currency="USD",
        pay_period=PayPeriod.YEAR,
        pay_gross_net=GrossNet.NET,
        languages=(LanguageNeed("fr", "C1", True), LanguageNeed("ar", "B2", False)),
        seniority=Seniority.MID,
        experience_years_min=0,
        eligibility=Eligibility.CITIZENS_OF,
        eligible_nationalities=("TR", "GE"),
        visa_sponsorship=VisaSponsorship.YES,
        grade="P-3",
        grade_system=GradeSystem.UN,
        security_clearance=Clearance.REQUIRED,
        focus_regions=("eurasia",),
        focus_countries=("KZ",),
        topics=("energy",),
        reference="A/1",
    )
    assert told == {
        "Place": "Istanbul, Türkiye · Hybrid",
        "Contract": "Staff, fixed term, 12 months, full-time, part-time",
        "Pay": "from $100,000 a year, after tax",
        "Languages": "French C1 · Arabic B2 (an asset)",
        "Experience": "Mid-career, No experience needed",
        "Open to": "Citizens of Türkiye, Georgia · Visa support",
        "Grade": "P-3 (United Nations)",
        "Clearance": "Clearance required",
        "Topics": "Energy",
        "About": "Eurasia · Kazakhstan",
        "Reference": "A/1",
    }


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        (
            {"mode": Mode.REMOTE, "places": (), "remote_countries": ("anywhere",)},
            "Remote, anywhere",
        ),
        (
            {"mode": Mode.REMOTE, "places": (), "remote_countries": ("DE", "FR")},
            "Remote from Germany, France",
        ),
        (
            {"mode": Mode.REMOTE, "remote_countries": ("TR",)},
            "Istanbul, Türkiye · Remote from Türkiye",
        ),
        ({"mode": Mode.ONSITE}, "Istanbul, Türkiye"),
        ({"mode": Mode.ONSITE, "places": (Place("SG", "Singapore"),)}, "Singapore"),
        ({"mode": Mode.NOT_STATED, "places": (Place(None, "Ruritania"),)}, "Ruritania"),
        ({"mode": Mode.NOT_STATED, "places": ()}, "Place not stated"),
    ],
)
def test_places_in_words(columns: dict[str, Any], place: str) -> None:
    assert facts(**columns)["Place"] == place


def test_a_way_to_apply_with_an_address_of_mail_in_it_is_hidden_until_asked_for() -> None:
    open_words = preview(apply_instructions="Send a letter by the form.").apply
    assert "Send a letter" in open_words.instructions
    assert not open_words.has_hidden_words
    for hidden in (
        preview(apply_instructions="Write to jobs@grand.example today.").apply,
        preview(apply_method=ApplyMethod.EMAIL, apply_url="", apply_email="a@grand.example").apply,
    ):
        assert hidden.has_hidden_words
        assert hidden.instructions == ""
        assert "@" not in hidden.url


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/", ""])
def test_only_addresses_of_the_web_become_a_button(url: str) -> None:
    assert preview(apply_url=url).apply.url == ""


def test_a_text_is_cleaned_once_more_when_it_is_shown() -> None:
    row = unstored(description_html="<p onclick=x>Text<script>alert(1)</script></p>")
    assert listing_view.view(row, NOW).description == "<p>Text</p>"


def test_what_ends_a_listing_in_words() -> None:
    dated = preview(apply_by=NOW + timedelta(days=3, hours=4))
    assert dated.time_left == "3 days, 4 hours left"
    assert dated.deadline.absolute == "Thu 4 Mar 2027, 19:00 in Istanbul"
    assert dated.deadline.is_urgent
    later = preview(apply_by=NOW + timedelta(days=30))
    assert later.deadline.absolute == "Wed 31 Mar 2027, 15:00 in Istanbul"
    assert not later.deadline.is_urgent
    rolling = preview(deadline_kind=DeadlineKind.ROLLING, apply_by=None)
    assert (rolling.time_left, rolling.deadline.relative) == ("", "Rolling")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (CloseReason.FILLED, "This position was filled on 28 Feb."),
        (CloseReason.CANCELLED, "This position was cancelled on 28 Feb."),
        (CloseReason.WITHDRAWN, "This listing was withdrawn on 28 Feb."),
    ],
)
def test_a_closed_listing_says_why(reason: CloseReason, words: str) -> None:
    yesterday = NOW - timedelta(days=1)
    row = unstored(status=Status.CLOSED, close_reason=reason, closed_at=yesterday)
    shown = listing_view.view(row, NOW)
    assert shown.closed_text == words
    assert not shown.is_live


def test_a_preview_leads_nowhere() -> None:
    shown = preview(opportunity_type=OpportunityType.FELLOWSHIP)
    assert (shown.url, shown.full_url, shown.apply.show_url) == ("", "", "")
    assert not shown.has_calendar


def test_addresses_of_mail_are_left_out_for_programs() -> None:
    html = 'Write to <a href="mailto:a.b@grand.example">a.b@grand.example</a> or c@grand.example.'
    assert "@grand" not in listing_view.without_addresses(html)
