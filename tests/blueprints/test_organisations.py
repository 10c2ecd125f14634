"""The index of organisations and a profile, as a visitor reads them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from jobboard.db import db
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.organisation import Organisation, Verification
from tests.support.listings import listing
from tests.support.people import NOW

ENTRY = re.compile(r'organisations__name">\s*<a href="([^"]+)" dir="auto">([^<]+)</a>')


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def hiring(app: Flask, *names: str, count: int = 1, **columns: Any) -> None:
    with app.app_context():
        for name in names:
            for number in range(count):
                listing(db.session, title=f"Analyst {number}", organisation_name=name, **columns)


def known(app: Flask, slug: str = "centre", **columns: Any) -> None:
    """Add an organisation without listings."""
    with app.app_context():
        db.session.add(
            Organisation(
                **{
                    "slug": slug,
                    "name": slug.capitalize(),
                    "name_key": slug,
                    "created_at": NOW,
                    "updated_at": NOW,
                    **columns,
                }
            )
        )
        db.session.commit()


def entries(client: FlaskClient, query: str = "") -> list[str]:
    answer = client.get(f"/organisations/{query}")
    assert answer.status_code == 200, query
    return [name for _, name in ENTRY.findall(answer.text)]


# --------------------------------------------------------------------------------------- index


def test_organisations_stand_by_name_whatever_their_accents(
    app: Flask, client: FlaskClient
) -> None:
    hiring(app, "Zeta", "Écoles du Monde", "atlantic", "İzmir Institute")
    assert entries(client) == ["atlantic", "Écoles du Monde", "İzmir Institute", "Zeta"]


def test_those_with_nothing_open_are_shown_when_asked_for(app: Flask, client: FlaskClient) -> None:
    hiring(app, "Zeta")
    known(app)
    assert entries(client) == ["Zeta"]
    assert entries(client, "?all=1") == ["Centre", "Zeta"]
    page = client.get("/organisations/?all=1").text
    assert "1 open position" in page
    assert "2 organisations" in page


def test_a_letter_narrows_the_list_and_letters_without_names_lead_nowhere(
    app: Flask, client: FlaskClient
) -> None:
    hiring(app, "Zeta", "Éclair", "مركز الدراسات", "3rd Way")
    assert entries(client, "?letter=e") == ["Éclair"]
    assert entries(client, "?letter=other") == ["3rd Way", "مركز الدراسات"]
    page = client.get("/organisations/?letter=e").text
    assert 'href="/organisations/?letter=z"' in page
    assert 'href="/organisations/?letter=b"' not in page
    assert 'aria-current="true">E</a>' in page


def test_words_find_a_part_of_the_name(app: Flask, client: FlaskClient) -> None:
    hiring(app, "Écoles du Monde", "Monde Libre", "100% Peace")
    assert entries(client, "?q=monde") == ["Écoles du Monde", "Monde Libre"]
    assert entries(client, "?q=MONDE+ecoles") == ["Écoles du Monde"]
    assert entries(client, "?q=%25") == ["100% Peace"]
    assert entries(client, "?q=_") == []
    page = client.get("/organisations/?q=%3Cb%3E").text
    assert "<b>" not in page
    assert "noindex" in page


def test_a_long_index_has_pages(app: Flask, client: FlaskClient) -> None:
    for number in range(61):
        known(app, f"centre-{number:02}")
    assert len(entries(client, "?all=1")) == 60
    assert entries(client, "?all=1&page=2") == ["Centre-60"]
    assert 'rel="next"' in client.get("/organisations/?all=1").text


@pytest.mark.one_database
def test_what_no_link_leads_to_is_not_found(client: FlaskClient) -> None:
    for query in (
        "?page=2",
        "?page=0",
        "?page=x",
        "?page=" + "9" * 400,
        "?letter=aa",
        "?letter=%C3%A9",
        "?letter=%00",
        "?all=2",
    ):
        assert client.get(f"/organisations/{query}").status_code == 404, query
    for query in ("", "?q=%00", "?q=" + "a" * 5_000, "?letter=", "?nonsense=1"):
        assert client.get(f"/organisations/{query}").status_code == 200, query


@pytest.mark.one_database
def test_an_empty_board_invites_to_post(client: FlaskClient) -> None:
    page = client.get("/organisations/").text
    assert "No organisation has an open position yet" in page
    assert 'href="/post-a-job/"' in page


# ------------------------------------------------------------------------------------- profile


def test_a_profile_says_who_it_is_and_how_the_board_knows(app: Flask, client: FlaskClient) -> None:
    known(
        app,
        kind=OrganisationKind.THINK_TANK,
        country="NO",
        website="https://www.centre.example/about",
        description="We study <straits>.\n\nAnd canals.",
        verified_at=NOW - timedelta(days=3),
        verified_how=Verification.DOMAIN,
    )
    page = client.get("/organisation/centre/").text
    assert '<h1 dir="auto">Centre</h1>' in page
    assert "Verified by its domain on 26 Feb" in page
    assert "Think tank" in page
    assert "Norway" in page
    assert "<p>We study &lt;straits&gt;.</p>\n<p>And canals.</p>" in page
    link = r'<a href="https://www\.centre\.example/about"\s+rel="nofollow noopener noreferrer">'
    assert re.search(link, page)
    assert "Nothing is open here at the moment" in page


def test_who_is_not_verified_is_said_to_be_so(app: Flask, client: FlaskClient) -> None:
    hiring(app, "Zeta")
    assert "Not verified" in client.get("/organisation/zeta/").text


def test_a_profile_shows_its_live_listings_and_nobody_elses(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    hiring(app, "Zeta", count=23)
    hiring(app, "Other")
    first = client.get("/organisation/zeta/").text
    assert first.count('<article class="card') == 20
    assert "23 open positions" in first
    second = client.get("/organisation/zeta/?page=2").text
    assert second.count('<article class="card') == 3
    shown = set(re.findall(r'href="(/job/[^"]+)"', first + second))
    assert len(shown) == 23
    assert client.get("/organisation/zeta/?page=3").status_code == 404
    at.move_to(NOW + timedelta(days=30))
    later = client.get("/organisation/zeta/")
    assert later.status_code == 200
    assert "No open positions now" in later.text
    assert "/job/" not in later.text


def test_a_profile_leads_to_its_feeds_and_its_search(app: Flask, client: FlaskClient) -> None:
    hiring(app, "Zeta")
    page = client.get("/organisation/zeta/").text
    alternates = re.findall(r'<link rel="alternate"\s+type="([^"]+)"\s+href="([^"]+)"', page)
    assert alternates == [
        ("application/atom+xml", "/jobs/feed.atom?organisation=zeta"),
        ("application/rss+xml", "/jobs/feed.rss?organisation=zeta"),
        ("application/feed+json", "/jobs/feed.json?organisation=zeta"),
        ("text/calendar", "/jobs/feed.ics?organisation=zeta"),
    ]
    for _, href in alternates:
        assert client.get(href).status_code == 200
    assert 'href="/jobs/?organisation=zeta"' in page
    assert '<link rel="canonical" href="http://localhost/organisation/zeta/">' in page


def test_another_spelling_of_the_address_leads_to_the_one(app: Flask, client: FlaskClient) -> None:
    hiring(app, "Zeta")
    answer = client.get("/organisation/Zeta/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/organisation/zeta/")
    assert client.get("/organisation/zeta").headers["Location"].endswith("/organisation/zeta/")


@pytest.mark.one_database
def test_an_unknown_organisation_is_not_found(client: FlaskClient) -> None:
    for slug in ("nobody", "%00", "a" * 3_000, "%F0%9F%98%80", "%FF"):
        assert client.get(f"/organisation/{slug}/").status_code == 404, slug


@pytest.mark.one_database
def test_a_website_that_is_none_is_no_link(app: Flask, client: FlaskClient) -> None:
    known(app, website="javascript:alert(1)", description="x")
    assert "javascript:" not in client.get("/organisation/centre/").text
