"""Addresses that listings had on a former site lead to them."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jobboard import clock
from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.formats.imported import ImportedListing
from jobboard.models.listing import Listing
from jobboard.services import imports
from jobboard.services.imports import Run, Terms


@pytest.fixture
def place(app: Flask) -> str:
    """Where an imported listing stands now; its former addresses are those of `OLD`."""
    return imported(app)


OLD = ("/job/analyst-2/", "/job/تحليل/", "/vacancies/tallinn/analyst/", "?p=4711")


def imported(app: Flask, **fields: str) -> str:
    record = ImportedListing("made", "1", "Analyst", old_addresses=OLD, **fields)  # type: ignore[arg-type]
    with app.app_context():
        imports.load([record], Run(Terms(clock.now(), timedelta(days=60))))
        listing = db.session.scalars(select(Listing)).one()
        return f"/job/{listing.slug}/"


def set_status(app: Flask, status: Status) -> None:
    with app.app_context():
        db.session.scalars(select(Listing)).one().status = status
        db.session.commit()


def test_former_addresses(client: FlaskClient, place: str) -> None:
    for address in (
        "/job/analyst-2/",
        "/job/تحليل/",
        "/job/%d8%aa%d8%ad%d9%84%d9%8a%d9%84/",
        "/vacancies/tallinn/analyst/",
        "/vacancies/tallinn/analyst",
        "/?p=4711",
        "/?p=4711&post_type=job_listing",
        "/?post_type=job_listing&p=4711",
        "/?job_listing=analyst-2",
    ):
        answer = client.get(address)
        assert (address, answer.status_code, answer.location) == (address, 301, place)
    assert client.get(place).status_code == 200


def test_the_former_number_at_the_end_is_not_ours(app: Flask, client: FlaskClient) -> None:
    place = imported(app)
    number = place.rstrip("/").rpartition("-")[2]
    other = ImportedListing("made", "2", "Else", old_addresses=(f"/job/else-{number}/",))
    with app.app_context():
        imports.load([other], Run(Terms(clock.now(), timedelta(days=60))))
    answer = client.get(f"/job/else-{number}/")
    assert answer.status_code == 301
    assert answer.location != place
    # While any other front before our own number leads to our listing.
    assert client.get(f"/job/whatever-{number}/").location == place


def test_ended_and_removed(app: Flask, client: FlaskClient, place: str) -> None:
    set_status(app, Status.EXPIRED)
    assert client.get("/?p=4711").location == place
    set_status(app, Status.REMOVED)
    for address in ("/?p=4711", "/job/analyst-2/", "/vacancies/tallinn/analyst/"):
        assert client.get(address).status_code == 410


def test_drafts_are_not_found(app: Flask, client: FlaskClient) -> None:
    imported(app, status="draft")
    for address in ("/?p=4711", "/job/analyst-2/", "/vacancies/tallinn/analyst/"):
        assert client.get(address).status_code == 404


def test_unknown_addresses(client: FlaskClient, place: str) -> None:
    for address in (
        "/?p=1",
        "/?p=%00",
        "/?p=" + "9" * 600,
        "/?job_listing=x",
        "/nowhere/",
        "/%ff/",
    ):
        assert client.get(address).status_code in (400, 404)


def test_home(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, "/jobs/")
    answer = client.get("/?feed=job_feed")
    assert (answer.status_code, answer.location) == (301, "/jobs/feed.rss")


def test_a_post_is_led_nowhere(client: FlaskClient, place: str) -> None:
    assert client.post("/vacancies/tallinn/analyst/").status_code == 404
