"""A listing as programs get it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from jobboard.db import db
from jobboard.domain.taxonomy import ApplyMethod, DeadlineKind, PayKind, PayPeriod
from jobboard.models.listing import Listing
from jobboard.web import api_items
from jobboard.web.listing_view import without_addresses
from tests.support.listings import listing
from tests.support.people import NOW

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def made(**columns: Any) -> Listing:
    return listing(db.session, **columns)


def test_pay_is_told_in_units_of_its_currency() -> None:
    paid = {"pay_kind": PayKind.SALARY, "pay_period": PayPeriod.MONTH}
    euro = api_items.item(made(**paid, pay_min=150_050, pay_max=200_000, pay_currency="EUR"))["pay"]
    yen = api_items.item(made(**paid, pay_min=300_000, pay_currency="JPY"))["pay"]
    assert euro is not None
    assert yen is not None
    assert (euro["min"], euro["max"], euro["period"]) == (1_500.5, 2_000, "month")
    assert (yen["min"], yen["max"]) == (300_000, None)
    assert api_items.item(made())["pay"] is None
    told = api_items.item(made(pay_text="By agreement"))["pay"]
    assert told is not None
    assert (told["kind"], told["text"], told["currency"]) == ("not_stated", "By agreement", None)


def test_a_deadline_is_an_instant_only_where_it_is_a_date() -> None:
    rolling = api_items.item(made(deadline_kind=DeadlineKind.ROLLING))
    assert rolling["deadline"]["at"] is None
    assert rolling["ends_at"] == "2027-03-31T12:00:00Z"


def test_a_page_to_apply_on_is_told_and_a_mail_address_is_not() -> None:
    by_mail = made(apply_method=ApplyMethod.EMAIL, apply_email="x@y.example", apply_url="https://a")
    assert api_items.item(by_mail)["apply"] == {"method": "email", "url": None}
    for url in ("https://a.example/?m=x@y.example", "https://a.example/?m=x%40y.example"):
        assert api_items.item(made(apply_url=url))["apply"] == {"method": "url", "url": None}
    handle = "https://social.example/@centre/jobs"
    assert api_items.item(made(apply_url=handle))["apply"]["url"] == handle


def test_an_organisation_that_is_not_stated_has_an_empty_name() -> None:
    assert api_items.item(made(organisation_name=""))["organisation"] == {
        "name": "",
        "slug": None,
        "kind": "think_tank",
        "verified": False,
    }


def test_an_entry_of_a_feed_is_never_older_than_its_publication() -> None:
    row = made(first_published_at=NOW, updated_at=NOW - timedelta(days=5))
    entry = api_items.feed_item(row)
    assert (entry.published, entry.updated) == (NOW, NOW)
    assert entry.id == f"tag:localhost,2026:listing/{row.id}"
    assert entry.title == "Senior Analyst, Black Sea Security – Centre for Grand Strategy"


def test_a_changed_listing_raises_the_sequence_of_its_event() -> None:
    row = made()
    before = api_items.deadline_event(row)
    row.title = "Chief analyst"
    db.session.commit()
    after = api_items.deadline_event(row)
    assert after.uid == before.uid == f"listing-{row.id}@localhost"
    assert after.sequence > before.sequence


def test_mail_addresses_are_found_in_every_shape_and_quickly() -> None:
    instead = "[e-mail address on the listing's page]"
    for text, cleaned in {
        "Ask a.b+c@d-e.example.org now": f"Ask {instead} now",
        "a@b.example,c@d.example": f"{instead},{instead}",
        "<p>(x@y.example)</p>": f"<p>({instead})</p>",
        '<a href="mailto:x@y.example?subject=z">Write</a> us': "Write us",
        "ünïcode@bücher.example": instead,
        "https://x.example/a@b.example": f"https://x.example/{instead}",
        "at @handle and a @ b": "at @handle and a @ b",
    }.items():
        assert without_addresses(text) == cleaned
    # The work must grow with the length, not with its square: this took seconds once.
    for long in ("a" * 100_000, "a@" * 50_000, "a." * 50_000 + "@", "a@" + "b." * 50_000):
        assert without_addresses(long) == long
