"""The form of a listing: what was stored comes back unchanged, what was typed is read aright."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from jobboard import content as contents
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ContractTerm,
    DeadlineKind,
    Eligibility,
    GradeSystem,
    Mode,
    PayKind,
    PayPeriod,
)
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision
from jobboard.web import listing_view
from jobboard.web.listing_choices import is_language, languages
from jobboard.web.listing_form import ListingForm
from jobboard.web.listing_stored import version_of
from tests.support.forms import filled
from tests.support.listings import written
from tests.support.people import NOW

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def request_of(app: Flask) -> Iterator[None]:
    """A request to read forms in."""
    with app.test_request_context():
        yield


@pytest.fixture
def typed(app: Flask) -> Callable[..., ListingForm]:
    """Makes forms that a browser has sent."""

    def send(**fields: Any) -> ListingForm:
        form = ListingForm(formdata=MultiDict(filled(**fields)))
        form.validate()
        return form

    return send


def stored(**columns: Any) -> Listing:
    row = listing_view.unsaved(written(**columns), NOW)
    row.version = 3
    return row


def test_what_is_stored_comes_back_unchanged() -> None:
    row = stored(
        summary="Lead the work on maritime security.",
        mode=Mode.HYBRID,
        topics=("energy", "diplomacy"),
        focus_regions=("eurasia",),
        focus_countries=("UA", "CI"),
        hours=("full_time",),
        contract_term=ContractTerm.FIXED_TERM,
        duration_months=9,
        start_date="2027-09-01",
        grade_system=GradeSystem.UN,
        grade="P-3",
        experience_years_min=5,
        languages=(LanguageNeed("en", "C1"), LanguageNeed("tr", "B2", is_required=False)),
        eligibility=Eligibility.CITIZENS_OF,
        eligible_nationalities=("TR", "GR"),
        pay_kind=PayKind.SALARY,
        pay_min=4_800_000,
        pay_max=5_800_050,
        pay_currency="EUR",
        pay_period=PayPeriod.YEAR,
        reference="GP-17",
        apply_instructions="Write to us.\n\nBriefly.",
    )
    form = ListingForm(formdata=None)
    form.fill(row)
    assert contents.changed(row, form.content()) == ()


@pytest.mark.parametrize(
    "columns",
    [
        {"mode": Mode.REMOTE, "places": (), "remote_countries": ("TR", "GR")},
        {"mode": Mode.REMOTE, "places": (), "remote_countries": ("anywhere",)},
        {"mode": Mode.ONSITE, "places": (Place("TR"),)},
        {"deadline_kind": DeadlineKind.ROLLING, "apply_by": None},
        {"deadline_zone": "Asia/Kathmandu"},
        {"language": "nl"},
        {"description": "<p>Old text</p>", "description_format": "html"},
        {"pay_kind": PayKind.FEE, "pay_min": 500_000, "pay_currency": "JPY", "pay_period": None},
    ],
)
def test_unusual_texts_come_back_unchanged(columns: dict[str, Any]) -> None:
    row = stored(**columns)
    form = ListingForm(formdata=None)
    form.fill(row)
    assert contents.changed(row, form.content()) == ()


def test_a_zone_that_the_form_does_not_offer_keeps_the_instant() -> None:
    row = stored(deadline_zone="Etc/GMT-3")
    form = ListingForm(formdata=None)
    form.fill(row)
    assert (form.content()["apply_by"], form.zone()) == (row.apply_by, "UTC")


def test_a_summary_made_from_the_text_follows_the_text() -> None:
    row = stored()
    form = ListingForm(formdata=None)
    form.fill(row)
    assert (row.summary != "", form.summary.data) == (True, "")


def test_a_waiting_text_is_what_the_form_shows() -> None:
    row = stored()
    revision = Revision(id=8, version=2, content=contents.to_json({"title": "Analyst, Levant"}))
    form = ListingForm(formdata=None)
    form.fill(row, revision)
    assert (form.title.data, form.organisation.data) == (
        "Analyst, Levant",
        "Centre for Grand Strategy",
    )
    assert form.version.data == version_of(row, revision) == "3-8.2"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("48000", "48000"),
        ("48,000", "48000"),
        ("48.000", "48000"),
        ("48 000,50", "48000.50"),
        ("48'000.5", "48000.5"),
        ("1,234,567.89", "1234567.89"),
        ("0", "0"),
    ],
)
def test_amounts_as_people_write_them(
    typed: Callable[..., ListingForm], text: str, amount: str
) -> None:
    form = typed(pay_kind="salary", pay_min=text, pay_currency="EUR", pay_period="year")
    assert form.pay_min.amount() == Decimal(amount)
    assert form.content()["pay_min"] == int(Decimal(amount) * 100)


@pytest.mark.parametrize("text", ["lots", "-5", "1e9", "٤٨٠٠٠x", "9" * 30])
def test_what_is_no_amount_is_told(typed: Callable[..., ListingForm], text: str) -> None:
    form = typed(pay_kind="salary", pay_min=text, pay_currency="EUR", pay_period="year")
    assert form.pay_min.errors
    assert form.content()["pay_min"] is None


def test_yen_have_no_cents(typed: Callable[..., ListingForm]) -> None:
    form = typed(pay_kind="salary", pay_min="480,000", pay_currency="JPY", pay_period="month")
    assert form.content()["pay_min"] == 480_000


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("example.org/jobs/12", "https://example.org/jobs/12"),
        (" www.example.org ", "https://www.example.org"),
        ("münchen.example?stelle=1", "https://münchen.example?stelle=1"),
        ("http://example.org/x", "http://example.org/x"),
    ],
)
def test_an_address_needs_no_https_before_it(
    typed: Callable[..., ListingForm], address: str, kept: str
) -> None:
    form = typed(apply_url=address, organisation_website=address)
    assert not form.apply_url.errors
    assert not form.organisation_website.errors
    assert (form.apply_url.data, form.organisation_website.data) == (kept, kept)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "bank.example@x.example", "see our site.", "x"],
)
def test_what_is_no_address_stays_as_typed_and_is_told(
    typed: Callable[..., ListingForm], address: str
) -> None:
    form = typed(apply_url=address)
    assert form.apply_url.errors
    assert form.apply_url.data == address


def test_places_in_rows(typed: Callable[..., ListingForm]) -> None:
    form = typed(place=["Istanbul", "", "Ankara", ""], country=["TR", "", "TR", "GE"])
    found = form.content()["places"]
    assert [(place.country, place.city) for place in found] == [
        ("TR", "Istanbul"),
        ("TR", "Ankara"),
        ("GE", ""),
    ]
    assert found[0].lat is not None
    assert form.rows_of_places()[-1] == ("", "")


@pytest.mark.parametrize(
    ("city", "number"), [("Springfield", 4409896), ("Springfield, IL", 4250542), ("Nowhere", None)]
)
def test_a_city_may_be_told_from_its_namesakes(
    typed: Callable[..., ListingForm], city: str, number: int | None
) -> None:
    (place,) = typed(place=[city], country=["US"]).content()["places"]
    assert (place.country, place.geoname_id) == ("US", number)


def test_countries_that_the_work_is_about(typed: Callable[..., ListingForm]) -> None:
    form = typed(focus_countries=" Mali, fr,Türkiye, Ivory Coast,, mali ")
    assert form.content()["focus_countries"] == ("ML", "FR", "TR", "CI")


def test_countries_whose_citizens_may_apply(typed: Callable[..., ListingForm]) -> None:
    form = typed(eligible_nationalities="Jordan، العراق; Lebanon")
    assert form.content()["eligible_nationalities"] == ("JO", "IQ", "LB")


def test_a_country_that_nobody_knows_is_named(typed: Callable[..., ListingForm]) -> None:
    form = typed(focus_countries="Mali, Atlantis")
    assert form.errors["focus_countries"] == ["No country is known as “Atlantis”."]
    assert form.is_open(("topics", "focus_countries"))


def test_remote_reads_countries_and_not_places(typed: Callable[..., ListingForm]) -> None:
    form = typed(mode="remote", place=["", ""], country=["TR", "GR"])
    assert (form.content()["places"], form.content()["remote_countries"]) == ((), ("TR", "GR"))
    anywhere = typed(mode="remote", place=[""], country=["anywhere"])
    assert anywhere.content()["remote_countries"] == ("anywhere",)
    assert (
        "anywhere" not in typed(mode="onsite", country=["anywhere"]).content()["remote_countries"]
    )


@pytest.mark.parametrize(
    ("day", "zone", "at", "expected"),
    [
        ("2027-03-28", "Europe/Paris", "02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("2027-10-31", "Europe/Paris", "23:59", datetime(2027, 10, 31, 22, 59, tzinfo=UTC)),
        ("2027-06-01", "America/New_York", "", datetime(2027, 6, 2, 3, 59, tzinfo=UTC)),
        ("9999-12-31", "America/New_York", "23:59", None),
        ("0001-01-01", "Asia/Tokyo", "00:00", None),
    ],
)
def test_the_deadline_as_an_instant(
    typed: Callable[..., ListingForm],
    day: str,
    zone: str,
    at: str,
    expected: datetime | None,
) -> None:
    form = typed(deadline_date=day, deadline_zone=zone, deadline_time=at)
    assert form.apply_by() == expected
    assert bool(form.deadline_date.errors) == (expected is None)


def test_publication_begins_with_the_day(typed: Callable[..., ListingForm]) -> None:
    form = typed(publish_on="2027-06-01", deadline_zone="Europe/Istanbul")
    assert form.publish_from() == datetime(2027, 6, 1, tzinfo=UTC) - timedelta(hours=3)
    late = typed(publish_on="2027-06-01", deadline_date="2027-05-31")
    assert list(late.faults(datetime(2027, 5, 1, tzinfo=UTC))) == ["publish_on"]


def test_languages() -> None:
    assert [is_language(code) for code in ("en", "pt-BR", "ckb", "e", "en\x00", "x" * 13)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert ("nl", "Dutch") in languages("nl")
    assert ("nl", "Dutch") not in languages()


def test_only_what_is_answered_stands_open(typed: Callable[..., ListingForm]) -> None:
    assert not typed().is_open(("pay_kind", "pay_min", "language_code"))
    assert typed(pay_min="5").is_open(("pay_kind", "pay_min"))
    assert typed(language_code=["en"]).is_open(("language_code",))
