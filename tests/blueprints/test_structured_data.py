"""JobPosting on a listing's page: on live single pages only, complete or not at all."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.domain.taxonomy import (
    ApplyMethod,
    DeadlineKind,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
)
from jobboard.markup.markdown import plain_text
from tests.support.listings import DESCRIPTION, listing
from tests.support.people import NOW

OPENED = '<script type="application/ld+json">'


@pytest.fixture(autouse=True)
def at() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def markup(
    app: Flask, client: FlaskClient, status: Status = Status.PUBLISHED, **columns: Any
) -> Any:
    """Return what a listing's page tells search engines, or None."""
    with app.app_context():
        slug = listing(db.session, status, **columns).slug
    page = client.get(f"/job/{slug}/").text
    if OPENED not in page:
        return None
    assert page.count(OPENED) == 1
    return json.loads(page.split(OPENED)[1].split("</script>")[0])


def test_a_complete_live_listing_is_told_whole(app: Flask, client: FlaskClient) -> None:
    document = markup(
        app,
        client,
        hours=("full_time",),
        pay_kind=PayKind.SALARY,
        pay_min=4_800_000,
        pay_max=5_800_000,
        pay_currency="EUR",
        pay_period=PayPeriod.YEAR,
        reference="R-1",
    )
    assert document["title"] == "Senior Analyst, Black Sea Security"
    assert document["hiringOrganization"]["name"] == "Centre for Grand Strategy"
    assert document["hiringOrganization"]["sameAs"] == "https://grand.example/"
    assert document["datePosted"] == "2027-02-19T12:00:00+00:00"
    assert document["validThrough"] == "2027-03-31T12:00:00+00:00"
    assert document["employmentType"] == "FULL_TIME"
    assert document["jobLocation"]["address"]["addressCountry"] == "TR"
    assert document["baseSalary"]["value"]["minValue"] == 48_000
    assert document["identifier"]["value"] == "R-1"
    assert "Lead two research projects" in document["description"]
    # Hybrid is never telecommuting, and people apply elsewhere.
    assert "jobLocationType" not in document
    assert "directApply" not in document


def test_what_is_told_is_on_the_page(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug = listing(db.session).slug
    page = client.get(f"/job/{slug}/").text
    document = json.loads(page.split(OPENED)[1].split("</script>")[0])
    rest = page.split("<main")[1]
    for words in (document["title"], document["hiringOrganization"]["name"], "Istanbul"):
        assert words in rest
    assert _words(document["description"]) in _words(rest)


def _words(formatted: str) -> str:
    return " ".join(plain_text(formatted).split())


INCOMPLETE: tuple[dict[str, Any], ...] = (
    {"organisation_name": ""},
    {"description": "Too short."},
    {"places": ()},
    {"mode": Mode.NOT_STATED},
    {"mode": Mode.REMOTE, "places": (), "remote_countries": ("anywhere",)},
    {"apply_method": ApplyMethod.NOT_STATED, "apply_url": ""},
    {"deadline_kind": DeadlineKind.NOT_STATED},
    {"opportunity_type": OpportunityType.NOT_STATED},
    {"opportunity_type": OpportunityType.ROSTER},
    {"opportunity_type": OpportunityType.CALL},
    {"opportunity_type": OpportunityType.PHD},
)


def test_an_incomplete_listing_says_nothing(app: Flask, client: FlaskClient) -> None:
    for columns in INCOMPLETE:
        assert markup(app, client, **columns) is None, columns


def test_a_doctoral_post_that_is_paid_is_told(app: Flask, client: FlaskClient) -> None:
    phd: dict[str, Any] = {"opportunity_type": OpportunityType.PHD, "pay_kind": PayKind.STIPEND}
    assert markup(app, client, **phd)["employmentType"] == ["FULL_TIME", "TEMPORARY"]


def test_pay_that_the_board_imported_is_not_the_employers_word(
    app: Flask, client: FlaskClient
) -> None:
    paid: dict[str, Any] = {
        "pay_kind": PayKind.SALARY,
        "pay_min": 1_000,
        "pay_currency": "EUR",
        "pay_period": PayPeriod.MONTH,
    }
    assert "baseSalary" in markup(app, client, **paid)
    assert "baseSalary" not in markup(app, client, **paid, is_muted=True)


def test_only_live_listings_say_anything(app: Flask, client: FlaskClient) -> None:
    for status in set(Status) - {Status.PUBLISHED}:
        assert markup(app, client, status) is None, status


def test_lists_say_nothing(app: Flask, client: FlaskClient) -> None:
    assert markup(app, client) is not None
    for path in ("/jobs/", "/organisations/", "/organisation/centre-for-grand-strategy/"):
        assert "ld+json" not in client.get(path).text, path


def test_no_text_of_a_stranger_ends_the_element(app: Flask, client: FlaskClient) -> None:
    title = "</script><script>alert(1)</script> & Co"
    document = markup(app, client, title=title, description=f"`</script>` {DESCRIPTION}")
    assert document["title"] == title
