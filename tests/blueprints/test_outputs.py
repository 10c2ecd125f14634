"""All outputs at once: they agree to the second, and none holds a mail address."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, Text

from jobboard.db import db
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import ApplyMethod, PayKind
from jobboard.models.listing import CONTENT, Listing
from jobboard.models.organisation import Organisation
from tests.support.listings import DESCRIPTION, listing
from tests.support.outputs import addresses, holding, shown
from tests.support.people import NOW, person

END = NOW + timedelta(days=30)
SECOND = timedelta(seconds=1)

# ---------------------------------------------------------------------------------------- time


def test_every_output_drops_a_listing_at_the_second_it_ends(
    app: Flask, client: FlaskClient
) -> None:
    with time_machine.travel(NOW, tick=False) as at:
        with app.app_context():
            one = shown(listing(db.session))
        at.move_to(END - SECOND)
        assert holding(client, one) == set(addresses(one))
        at.move_to(END)
        assert holding(client, one) == set()
        page = client.get(f"/job/{one.slug}/")
        assert page.status_code == 200
        assert page.headers["X-Robots-Tag"] == "noindex"


def test_every_output_takes_a_scheduled_listing_up_at_its_second(
    app: Flask, client: FlaskClient
) -> None:
    begins = NOW + timedelta(days=2)
    with time_machine.travel(NOW, tick=False) as at:
        with app.app_context():
            one = shown(listing(db.session, Status.SCHEDULED))
        at.move_to(begins - SECOND)
        assert holding(client, one) == set()
        at.move_to(begins)
        assert holding(client, one) == set(addresses(one))


def test_no_output_holds_what_is_not_live(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            rows = []
            for status in sorted(set(Status) - {Status.PUBLISHED}):
                row = listing(db.session, status)
                # Each with an organisation of its own, which then has nothing to show either.
                row.organisation = Organisation(
                    slug=status, name=status, name_key=status, created_at=NOW, updated_at=NOW
                )
                db.session.commit()
                rows.append(shown(row))
        for one in rows:
            assert holding(client, one) == set(), one


# ----------------------------------------------------------------------------------- addresses

SPY = "spy@leak.example"
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+\.[\w.-]*\w")
#: Columns of closed vocabularies, codes, days and zones, which forms check; and the longer than 12.
_UNPLANTED = {"language", "description_format", "deadline_zone", "start_date", "slug_front"}
_PROGRAMS = (
    "/jobs/feed.atom",
    "/jobs/feed.rss",
    "/jobs/feed.json",
    "/jobs/feed.ics",
    "/feeds/jobs.xml",
    "/sitemap.xml",
    "/sitemap-jobs-1.xml",
    "/sitemap-organisations-1.xml",
    "/api/v1/jobs",
    "/api/v1/organisations",
    "/api/v1/taxonomies",
    "/api/v1/openapi.json",
)


def planted(limit: int | None) -> str:
    """A text with an address in it that fits into a column."""
    return f"Ask {SPY} now" if limit is None or limit >= len(SPY) + 8 else "a@b.example"[:limit]


def plant(row: Listing) -> None:
    for name in CONTENT:
        column = Listing.__table__.c[name]
        is_text = isinstance(column.type, String | Text) and not hasattr(column.type, "enums")
        if is_text and name not in _UNPLANTED:
            setattr(row, name, planted(getattr(column.type, "length", None)))
    row.apply_url = f"https://apply.example/?to={SPY}"
    row.pay_currency = "EUR"
    row.pay_kind = PayKind.SALARY
    row.places = (Place("TR", f"Istanbul {SPY}"),)
    row.languages = (LanguageNeed("tr"),)
    row.description_html = f'<p>{SPY} <a href="mailto:{SPY}?subject=a">Write</a></p>{DESCRIPTION}'
    row.poster_email = row.apply_email = "secret@person.example"


@pytest.mark.parametrize("method", [ApplyMethod.URL, ApplyMethod.EMAIL])
def test_no_output_for_programs_holds_a_mail_address(
    app: Flask, client: FlaskClient, method: ApplyMethod
) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            poster = person(db.session, "alice")
            row = listing(db.session, poster=poster)
            plant(row)
            row.apply_method = method
            organisation = row.organisation
            assert organisation is not None
            organisation.name = f"Centre {SPY}"
            organisation.description = f"Write to {SPY}"
            organisation.website = f"https://centre.example/?{SPY}"
            db.session.commit()
            one = shown(row)
        own = [
            f"/job/{one.slug}.json",
            f"/job/{one.slug}.ics",
            f"/api/v1/jobs/{one.id}",
            f"/api/v1/organisations/{one.organisation_slug}",
        ]
        for path in (*_PROGRAMS, *own):
            answer = client.get(path)
            assert answer.status_code == 200, path
            body = answer.text.replace("\r\n ", "")
            # An event's id is written like an address: of the board's own host.
            body = body.replace(f"listing-{one.id}@localhost", "")
            assert _ADDRESS.findall(body) == [], path
        page = client.get(f"/job/{one.slug}/").text
        markup = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
        assert _ADDRESS.findall(markup) == []


def test_no_page_holds_the_address_of_a_person_or_of_applications(
    app: Flask, client: FlaskClient
) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context():
            poster = person(db.session, "alice")
            row = listing(
                db.session,
                poster=poster,
                apply_method=ApplyMethod.EMAIL,
                apply_email="secret@person.example",
                apply_instructions="Or write to other@person.example",
                poster_email="alice@think.example",
            )
            one = shown(row)
        for path in (
            "/jobs/",
            f"/job/{one.slug}/",
            "/organisations/",
            f"/organisation/{one.organisation_slug}/",
        ):
            body = client.get(path).text
            assert "person.example" not in body, path
            assert "alice@think.example" not in body, path
