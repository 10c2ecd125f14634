"""The Jobs page and the page of a listing, as a visitor without script reads them."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy import text as sql

from jobboard.db import db
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ApplyMethod,
    DeadlineKind,
    Eligibility,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
)
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation, Verification
from tests.support.listings import listing
from tests.support.people import NOW

CARD = re.compile(r'class="card__title">\s*<a href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
CHIP = re.compile(r'<a class="chip" href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
ROW = re.compile(
    r'<input class="tick__box" type="\w+" name="(\w+)" value="([^"]*)"( checked)?'
    r'><span class="facet__word"><bdi>(.*?)</bdi></span>'
    r'(?: <span class="facet__count">([\d,]+)</span>)?'
)
TURKEY = (Place("TR", "Istanbul", 41.01, 28.95),)
FRANCE = (Place("FR", "Paris", 48.85, 2.35),)


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def publish(app: Flask, *titles: str, **columns: Any) -> list[str]:
    """Publish listings and return their addresses."""
    with app.app_context():
        rows = [listing(db.session, title=title, **columns) for title in titles]
        return [f"/job/{row.slug}/" for row in rows]


def words(text: str) -> str:
    return " ".join(html.unescape(TAG.sub(" ", text)).split())


def page(client: FlaskClient, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/jobs/{query}")
    assert answer.status_code == status, query
    return answer.text


def titles(text: str) -> list[str]:
    return [words(title) for _, title in CARD.findall(text)]


def heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return words(found[1])


def title_of(text: str) -> str:
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert found is not None
    return words(found[1])


def rows(text: str, key: str) -> dict[str, tuple[str, str, bool]]:
    """Return label, count and whether it is chosen of each value of a facet."""
    return {
        value: (html.unescape(label), count, bool(checked))
        for name, value, checked, label, count in ROW.findall(text)
        if name == key
    }


def legends(text: str) -> dict[str, str]:
    """Return the question before each facet's first answer, by the facet's key."""
    found = re.findall(
        r'<legend class="facet__legend">(.*?)</legend>\s*<label[^>]*><input[^>]*? name="(\w+)"',
        text,
    )
    return {key: words(legend) for legend, key in found}


def chips(text: str) -> dict[str, str]:
    """Return where each chip leads, by its words."""
    return {
        words(label).removeprefix("Remove the filter "): html.unescape(href)
        for href, label in CHIP.findall(text)
    }


# ----------------------------------------------------------------------------------- Jobs page


def test_the_bare_page_counts_and_shows_everything_newest_first(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Older post", first_published_at=NOW - timedelta(days=3))
    publish(app, "Newer post", first_published_at=NOW - timedelta(days=1))
    text = page(client)
    assert heading(text) == "2 open positions in international affairs"
    assert titles(text) == ["Newer post", "Older post"]
    assert title_of(text) == "2 open positions in international affairs – Geopolist Jobs"
    assert 'content="noindex' not in text
    assert "world-map" in text.partition('<details class="jobs-head__map"')[0]


@pytest.mark.one_database
def test_a_query_makes_the_heading_and_folds_the_map(app: Flask, client: FlaskClient) -> None:
    publish(app, "Maritime Analyst", places=TURKEY)
    publish(app, "Energy Adviser", places=FRANCE)
    text = page(client, "?q=maritime&country=TR")
    assert heading(text) == "1 job for “maritime” in Türkiye"
    assert titles(text) == ["Maritime Analyst"]
    assert "<mark>Maritime</mark> Analyst" in text
    assert '<details class="jobs-head__map" id="map">' in text
    assert '<meta name="robots" content="noindex,follow">' in text
    assert (
        '<link rel="canonical" href="http://localhost/jobs/?q=maritime&amp;country=TR">' in text
        or ("/jobs/?q=maritime&amp;country=TR" in text)
    )


@pytest.mark.one_database
def test_chips_say_each_filter_and_lead_to_the_search_without_it(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst", places=TURKEY, mode=Mode.HYBRID)
    text = page(client, "?q=analyst&country=TR&mode=hybrid&page=1")
    assert chips(text) == {
        "Türkiye": "/jobs/?q=analyst&mode=hybrid",
        "Hybrid": "/jobs/?q=analyst&country=TR",
    }
    assert 'href="/jobs/?q=analyst" data-in-place>Clear all<' in text


def test_facets_show_counts_and_what_is_chosen(app: Flask, client: FlaskClient) -> None:
    publish(app, "A", "B", opportunity_type=OpportunityType.STAFF)
    publish(app, "C", opportunity_type=OpportunityType.FELLOWSHIP)
    text = page(client, "?type=fellowship")
    assert titles(text) == ["C"]
    assert rows(text, "type") == {
        "staff": ("Staff", "2", False),
        "fellowship": ("Fellowship", "1", True),
    }


def test_every_filter_that_the_page_offers_is_understood(app: Flask, client: FlaskClient) -> None:
    publish(
        app,
        "Analyst one",
        places=TURKEY,
        topics=("energy",),
        focus_regions=("eurasia",),
        languages=(LanguageNeed("en", "C1", True),),
        eligibility=Eligibility.OPEN_TO_ALL,
        hours=("full_time",),
        grade="P-4",
        pay_kind=PayKind.SALARY,
        pay_min=100_00,
        pay_currency="EUR",
        pay_period=PayPeriod.MONTH,
    )
    publish(app, "Analyst two", places=FRANCE, mode=Mode.REMOTE, remote_countries=("FR", "DE"))
    text = page(client)
    offered = {(name, value) for name, value, *_ in ROW.findall(text) if value}
    assert {name for name, _ in offered} >= {
        "type", "country", "topic", "deadline", "paid", "pay_stated", "eligible", "mode",
        "org_kind", "remote", "since",
    } - {"type", "topic", "eligible", "org_kind"}  # fmt: skip
    for name, value in sorted(offered):
        answer = page(client, f"?{name}={value}")
        assert "Part of the address was not understood" not in answer, (name, value)
        assert rows(answer, name)["1" if name in {"paid", "pay_stated"} else value][2], (
            name,
            value,
        )
    assert '<select class="control" id="facet-passport" name="passport">' in text


@pytest.mark.one_database
def test_a_form_of_facets_keeps_the_words_and_works_by_submit(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst")
    text = page(
        client, "?q=analyst&near=Istanbul&radius=100&organisation=centre-for-grand-strategy"
    )
    form = text[
        text.index('<form id="filters-form"') : text.index(
            "</form>", text.index('id="filters-form"')
        )
    ]
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert kept == {"q": "analyst", "where": "Istanbul, TR"}
    name = "Centre for Grand Strategy"
    assert rows(form, "organisation") == {"centre-for-grand-strategy": (name, "1", True)}
    assert name in chips(text)


def test_organisations_are_asked_by_name(app: Flask, client: FlaskClient) -> None:
    publish(app, "A", "B", organisation_name="Institute of Peace")
    publish(app, "C", organisation_name="War Room")
    publish(app, "D", organisation_name="")
    text = page(client)
    assert rows(text, "organisation") == {
        "institute-of-peace": ("Institute of Peace", "2", False),
        "war-room": ("War Room", "1", False),
    }
    assert legends(text)["organisation"] == "Organisation"
    chosen = page(client, "?organisation=war-room")
    assert titles(chosen) == ["C"]
    assert rows(chosen, "organisation") == {
        "institute-of-peace": ("Institute of Peace", "2", False),
        "war-room": ("War Room", "1", True),
    }
    assert '<details class="filters__more" id="more-filters" open>' in chosen
    assert titles(page(client, "?organisation=war-room&organisation=institute-of-peace")) == [
        *("C", "B", "A"),
    ]


def test_one_organisation_is_no_question(app: Flask, client: FlaskClient) -> None:
    publish(app, "A", "B", organisation_name="Institute of Peace")
    assert rows(page(client), "organisation") == {}
    # Whoever asks for it can ask for everything again.
    assert rows(page(client, "?organisation=institute-of-peace"), "organisation") == {
        "institute-of-peace": ("Institute of Peace", "2", True)
    }


def test_a_form_of_facets_shows_the_present_name_of_an_organisation(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "A", organisation_name="Institute of Peace")
    publish(app, "B", organisation_name="War Room")
    for query in ("", "?organisation=war-room"):
        assert rows(page(client, query), "organisation")["war-room"][0] == "War Room"
    with app.app_context():
        found = db.session.scalars(select(Organisation).filter_by(slug="war-room")).one()
        found.name, found.name_key = "Peace Room", "peace room"
        db.session.commit()
    for query in ("", "?organisation=war-room"):
        assert rows(page(client, query), "organisation")["war-room"][0] == "Peace Room"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        """"><img src=x onerror='a()'>&amp;""",
        "</fieldset></form><bdi>",
        "مركز السلام \u202e\u2066 Centre",
        "{{ 7 * 7 }} {% raw %} %(count)s",
        "  Two   spaces  ",
    ],
)
def test_an_organisations_name_is_only_ever_text(
    app: Flask, client: FlaskClient, name: str
) -> None:
    publish(app, "A", organisation_name="Institute of Peace")
    publish(app, "B", organisation_name="Other")
    with app.app_context():
        found = db.session.scalars(select(Organisation).filter_by(slug="other")).one()
        found.name = name
        db.session.commit()
    expected = f'<span class="facet__word"><bdi>{escape(name)}</bdi></span>'
    for query in ("", "?organisation=other", "?q=b&organisation=other"):
        text = page(client, query)
        assert text.count(expected) == 1
        assert len(re.findall("<bdi[ >]", text)) == text.count("</bdi>")
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert rows(text, "organisation")["other"][0] == name
    # Nobody else's row is drawn with it.
    peace = rows(page(client), "organisation")["institute-of-peace"]
    assert peace == ("Institute of Peace", "1", False)
    unknown = page(client, "?organisation=nobody-has-this")
    assert rows(unknown, "organisation")["nobody-has-this"] == ("nobody-has-this", "0", True)


def test_of_many_organisations_those_with_the_most_are_offered_and_the_rest_is_folded(
    app: Flask, client: FlaskClient
) -> None:
    for number in range(25):
        titles_of_it = [f"Analyst {one}" for one in range(1 + number // 10)]
        publish(app, *titles_of_it, organisation_name=f"Office {number:02}")
    shown = rows(page(client), "organisation")
    assert list(shown) == [
        f"office-{number:02}" for number in (*range(20, 25), *range(10, 20), *range(5))
    ]
    assert [count for _, count, _ in shown.values()] == ["3"] * 5 + ["2"] * 10 + ["1"] * 5
    assert 'id="facet-organisation-more">' in page(client)
    chosen = page(client, "?organisation=office-09")
    assert rows(chosen, "organisation") == {**shown, "office-09": ("Office 09", "1", True)}
    assert 'id="facet-organisation-more" open>' in chosen


def test_how_far_from_a_city_is_asked(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=TURKEY)
    publish(app, "Clerk", places=(Place("TR", "Izmit", 40.77, 29.92),))
    publish(app, "Adviser", places=FRANCE)
    near = page(client, "?where=Istanbul")
    assert titles(near) == ["Analyst"]
    assert rows(near, "radius") == {
        "": ("In the city itself", "1", True),
        "25": ("Within 25 km", "1", False),
        "50": ("Within 50 km", "1", False),
        "100": ("Within 100 km", "2", False),
        "250": ("Within 250 km", "2", False),
    }
    # What the form sends, with a radius and again without.
    far = page(client, "?where=Istanbul&radius=100")
    assert sorted(titles(far)) == ["Analyst", "Clerk"]
    assert heading(far) == "2 jobs within 100 km of Istanbul, Türkiye"
    assert rows(far, "radius")["100"][2]
    assert titles(page(client, "?where=Istanbul%2C+TR&radius=")) == ["Analyst"]


@pytest.mark.one_database
@pytest.mark.parametrize("query", ["", "?where=France", "?where=remote", "?radius=100"])
def test_how_far_from_nowhere_is_not_asked(app: Flask, client: FlaskClient, query: str) -> None:
    publish(app, "Analyst", places=FRANCE)
    assert rows(page(client, query), "radius") == {}


@pytest.mark.one_database
def test_the_box_of_places_keeps_the_radius(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=TURKEY)
    text = page(client, "?near=Istanbul&radius=250")
    box = text[text.index('class="search-box"') : text.index("</form>")]
    assert 'value="Istanbul, TR"' in box
    assert '<input type="hidden" name="radius" value="250">' in box
    # Sent with a country, it is told about; with nothing, it asks for nothing.
    sentence = "A radius needs a city"
    assert sentence in page(client, "?where=France&radius=250")
    assert sentence in page(client, "?radius=250")
    assert sentence not in page(client, "?where=&radius=250")
    assert sentence not in page(client, "?where=Istanbul&radius=250")


@pytest.mark.one_database
def test_empty_fields_of_a_submitted_form_change_nothing(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst")
    text = page(client, "?q=&where=&sort=&deadline=&passport=&since=")
    assert heading(text) == "1 open position in international affairs"
    assert "not understood" not in text


@pytest.mark.one_database
def test_what_is_not_understood_is_said_and_the_rest_is_searched(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst", places=TURKEY)
    publish(app, "Adviser", places=FRANCE)
    text = page(client, "?country=TR&typ=staff&deadline=soon&sort=password&country=Narnia")
    assert titles(text) == ["Analyst"]
    assert words(text).count("Part of the address was not understood") == 1
    for said in ("typ=staff", "deadline=soon", "sort=password", "country=Narnia"):
        assert f"<bdi>{said}</bdi>" in text


@pytest.mark.one_database
def test_markup_in_the_address_stays_words(client: FlaskClient) -> None:
    evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for query in (
        f"?q={evil}",
        f"?where={evil}",
        f"?{evil}=1",
        f"?country={evil}",
        f"?grade={evil}",
    ):
        assert "<script>alert" not in page(client, query)


def test_pages_are_numbered_and_the_last_is_the_last(app: Flask, client: FlaskClient) -> None:
    publish(app, *(f"Post {number:02}" for number in range(41)))
    first, last = page(client), page(client, "?page=3")
    assert len(titles(first)) == 20
    assert "Positions 1 to 20" in first
    assert 'href="/jobs/?page=2"' in first
    assert len(titles(last)) == 1
    assert title_of(last).startswith("41 open positions in international affairs (page 3)")
    for beyond in ("4", "1000000000", "1" + "0" * 30):
        text = page(client, f"?page={beyond}", status=404)
        assert 'href="/jobs/?page=3"' in text
        assert 'content="noindex"' in text


@pytest.mark.one_database
def test_regions_are_tabs_with_counts_of_their_own(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=TURKEY)
    publish(app, "Adviser", places=FRANCE)
    text = page(client, "?region=europe")
    tabs = dict(
        re.findall(r'class="tabs__tab"\s+href="[^"]*"[^>]*>\s*([^<]+?)\s*<span[^>]*>(\d+)<', text)
    )
    assert tabs["Europe"] == "1"
    assert tabs["Middle East &amp; Africa"] == "1"
    assert tabs["Eurasia"] == "1"
    assert tabs["Americas"] == "0"
    assert re.search(r'href="/jobs/\?region=europe" aria-current="page"', text)


def test_nothing_found_offers_the_nearest_looser_searches(app: Flask, client: FlaskClient) -> None:
    publish(app, "Maritime Analyst", places=TURKEY, description="Ships. " * 80)
    publish(app, "Maritime Adviser", "Maritime Clerk", places=FRANCE, description="Harbours. " * 80)
    text = page(client, "?q=maritime+analyst&country=FR")
    assert heading(text) == "No jobs for “maritime analyst” in France"
    ways = re.findall(
        r'class="button button--\w+"\s+href="(/jobs/[^"]*)"[^>]*>([^<]*Without[^<]*)<', text
    )
    assert [(words(label), html.unescape(href)) for href, label in ways] == [
        ("Without France (1)", "/jobs/?q=maritime+analyst"),
        ("Without “analyst” (2)", "/jobs/?q=maritime&country=FR"),
        ("Without “maritime analyst” (2)", "/jobs/?country=FR"),
    ]


@pytest.mark.one_database
def test_where_there_is_nothing_to_choose_no_button_shows_the_choice(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Maritime Analyst")
    assert "Show results" in page(client, "?q=maritime")
    assert "Show results" in page(client, "?q=zyxxor&mode=remote")
    assert "Show results" not in page(client, "?q=zyxxor")


@pytest.mark.one_database
def test_a_looser_search_names_the_organisation_that_it_leaves_out(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst", organisation_name="Institute of Straits", places=TURKEY)
    publish(app, "Clerk", places=FRANCE)
    text = page(client, "?country=TR&organisation=centre-for-grand-strategy")
    assert "Without Centre for Grand Strategy" in text


@pytest.mark.one_database
def test_one_word_that_finds_nothing_beside_one_filter_may_be_left_out(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst", places=TURKEY)
    text = page(client, "?q=zyxxor&country=TR")
    assert "Without “zyxxor” (1)" in words(text)


@pytest.mark.one_database
def test_close_matches_stand_under_a_heading_of_their_own(app: Flask, client: FlaskClient) -> None:
    publish(app, "Maritime Insurance Analyst", description="Ships." * 80)
    publish(app, "Maritime Law Adviser", description="Courts." * 80)
    text = page(client, "?q=maritime+insurance")
    found, _, close = text.partition("Close matches")
    assert titles(found) == ["Maritime Insurance Analyst"]
    assert titles(close) == ["Maritime Law Adviser"]
    assert heading(text) == "1 job for “maritime insurance”"


@pytest.mark.one_database
def test_a_slip_is_forgiven_said_and_may_be_insisted_on(app: Flask, client: FlaskClient) -> None:
    publish(app, "Sanctions Analyst")
    text = page(client, "?q=sanctoins")
    assert titles(text) == ["Sanctions Analyst"]
    assert heading(text) == "1 job for “sanctions”"
    assert "Showing results for “sanctions”." in words(text)
    insisting = re.search(r'<a href="([^"]+)">Search for “sanctoins” as typed</a>', text)
    assert insisting is not None
    assert titles(page(client, html.unescape(insisting[1]).removeprefix("/jobs/"))) == []


@pytest.mark.one_database
def test_words_that_name_a_filter_are_offered_as_it(app: Flask, client: FlaskClient) -> None:
    publish(app, "Remote sensing analyst", mode=Mode.ONSITE, places=TURKEY)
    publish(app, "Analyst of treaties", mode=Mode.REMOTE, places=(), remote_countries=("anywhere",))
    text = page(client, "?q=remote+analyst")
    offered = re.search(r'class="chip chip--way" href="([^"]+)">(.*?)</a>', text, re.DOTALL)
    assert offered is not None
    assert words(offered[2]) == "“remote” as a filter: Remote 1"
    assert html.unescape(offered[1]) == "/jobs/?q=analyst&mode=remote"


@pytest.mark.one_database
def test_a_name_of_several_places_is_asked_back(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=(Place("GE", "Tbilisi", 41.69, 44.83),))
    publish(app, "Clerk", places=(Place("US", "Atlanta", 33.75, -84.39, area="GA"),))
    text = page(client, "?where=Georgia")
    assert "“Georgia” is the name of several places. Which one?" in words(text)
    ways = [words(label) for label in re.findall(r"chip--way[^>]*>(.*?)</a>", text, re.DOTALL)]
    assert ways == ["Georgia 1", "Georgia, United States 1"]


@pytest.mark.one_database
def test_a_piece_of_the_text_shows_the_words_and_nothing_of_it_is_code(
    app: Flask, client: FlaskClient
) -> None:
    filler = "Something about nothing in particular. " * 60
    evil = "<b>Bathymetry</b> &lt;script&gt;alert(1)&lt;/script&gt; of the straits"
    publish(app, "Officer", description=f"<p>{filler}</p><p>{evil}</p>", description_format="html")
    text = page(client, "?q=bathymetry")
    snippet = re.search(r'card__snippet">(.*?)</p>', text, re.DOTALL)
    assert snippet is not None
    assert "<mark>Bathymetry</mark>" in snippet[1]
    assert "&lt;script&gt;" in snippet[1]
    assert "<script>alert" not in text
    assert "card__snippet" not in page(client, "?q=officer"), "the title says it"


@pytest.mark.one_database
def test_feeds_of_the_same_search_are_announced_and_offered(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst", places=TURKEY)
    text = page(client, "?country=TR&page=1&sort=deadline")
    links = re.findall(
        r'<link rel="alternate"\s+type="([^"]+)"\s+href="([^"]+)"\s+title="([^"]+)"', text
    )
    assert [(kind, html.unescape(href)) for kind, href, _ in links] == [
        ("application/atom+xml", "/jobs/feed.atom?country=TR&sort=deadline"),
        ("application/rss+xml", "/jobs/feed.rss?country=TR&sort=deadline"),
        ("application/feed+json", "/jobs/feed.json?country=TR&sort=deadline"),
        ("text/calendar", "/jobs/feed.ics?country=TR&sort=deadline"),
    ]
    assert {words(title) for _, _, title in links} >= {"Jobs in Türkiye (Atom)"}
    for _, href, _ in links:
        assert client.get(html.unescape(href)).status_code == 200, href


def test_addresses_of_the_former_search_lead_to_the_same_one(client: FlaskClient) -> None:
    answer = client.get("/jobs/?search_keywords=analyst&search_location=Ankara")
    assert (answer.status_code, answer.location) == (301, "/jobs/?q=analyst&where=Ankara")


def test_the_page_is_the_same_for_everyone_and_touches_no_session(
    app: Flask, client: FlaskClient
) -> None:
    publish(app, "Analyst")
    answer = client.get("/jobs/?q=analyst")
    assert "Set-Cookie" not in answer.headers
    assert "csrf" not in answer.text
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = client.get("/jobs/?q=analyst", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.one_database
def test_an_empty_board_invites_the_first_listing(client: FlaskClient) -> None:
    text = page(client)
    assert "No open positions yet" in text
    assert 'href="/post-a-job/"' in text


# ----------------------------------------------------------------------- places while typing


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "label", "value"),
    [
        ("istan", "Istanbul, Türkiye", "Istanbul, Türkiye"),
        ("georgi", "Georgia", "Georgia"),
        ("turki", "Türkiye", "Türkiye"),
        ("cambridge", "Cambridge, Massachusetts, United States", "Cambridge, MA, United States"),
        ("remo", "Remote", "Remote"),
        ("horn of", "Horn of Africa", "Horn of Africa"),
    ],
)
def test_places_are_suggested(client: FlaskClient, typed: str, label: str, value: str) -> None:
    answer = client.get("/jobs/places.json", query_string={"q": typed})
    assert answer.mimetype == "application/json"
    assert (label, value) in {(one["label"], one["value"]) for one in answer.json["places"]}  # type: ignore[index]
    assert len(answer.json["places"]) <= 8  # type: ignore[index]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "city", "country"),
    [("istan", "Istanbul", "TR"), ("cambridge", "Cambridge, MA", "US"), ("estoni", "", "EE")],
)
def test_a_suggested_place_has_its_parts(
    client: FlaskClient, typed: str, city: str, country: str
) -> None:
    answer = client.get("/jobs/places.json", query_string={"q": typed})
    assert (city, country) in {(one["city"], one["country"]) for one in answer.json["places"]}  # type: ignore[index]


@pytest.mark.one_database
@pytest.mark.parametrize("typed", ["", "i", "\x00", "%", "x" * 5000, "🏝️🏝️", "' or 1=1"])
def test_nothing_is_suggested_for_nonsense(client: FlaskClient, typed: str) -> None:
    answer = client.get("/jobs/places.json", query_string={"q": typed})
    assert answer.json == {"places": []}


def test_a_suggested_place_is_found_when_it_is_searched(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=TURKEY)
    publish(app, "Clerk", places=(Place("US", "Cambridge", 42.37, -71.1, area="MA"),))
    publish(app, "Fellow", places=(Place("GB", "Cambridge", 52.2, 0.12),))
    # Imported without its state.
    publish(app, "Envoy", places=(Place("US", "Washington", 38.9, -77.04),))
    publish(app, "Editor", places=(), mode=Mode.REMOTE, remote_countries=("anywhere",))
    for value, found in (
        ("Remote", ["Editor"]),
        ("Washington, DC, United States", ["Envoy"]),
        ("washington, dc", ["Envoy"]),
        ("Eastern Mediterranean", ["Analyst"]),
        ("Istanbul, Türkiye", ["Analyst"]),
        ("Cambridge, MA, United States", ["Clerk"]),
        ("Cambridge, United Kingdom", ["Fellow"]),
    ):
        answer = client.get("/jobs/", query_string={"where": value})
        assert titles(answer.text) == found, value


# ------------------------------------------------------------------------------- one listing


def shown(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.text


def facts(text: str) -> dict[str, str]:
    return {
        words(label): words(value)
        for label, value in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", text, re.DOTALL)
    }


def test_a_live_listing_says_what_matters(app: Flask, client: FlaskClient) -> None:
    [path] = publish(
        app,
        "Senior Analyst, Black Sea Security",
        places=TURKEY,
        mode=Mode.HYBRID,
        languages=(LanguageNeed("en", "C1", True), LanguageNeed("tr", "B2", False)),
        pay_kind=PayKind.SALARY,
        pay_min=48_000_00,
        pay_max=58_000_00,
        pay_currency="EUR",
        pay_period=PayPeriod.YEAR,
        eligibility=Eligibility.OPEN_TO_ALL,
        experience_years_min=5,
        ends_at=NOW + timedelta(days=3, hours=4),
    )
    text = shown(client, path)
    assert heading(text) == "Senior Analyst, Black Sea Security"
    told = facts(text)
    assert told["Place"] == "Istanbul, Türkiye · Hybrid"
    assert told["Pay"] == "€48,000–58,000 a year"
    assert told["Languages"] == "English C1 · Turkish B2 (an asset)"
    assert told["Experience"] == "5 years or more"
    assert told["Open to"] == "Any nationality"
    said = words(text)
    assert "3 days, 4 hours left" in said
    assert "Closes Thu 4 Mar 2027, 19:00 in Istanbul" in said
    assert 'data-local data-zone="Europe/Istanbul"' in " ".join(text.split())
    assert 'href="https://grand.example/jobs/1"' in text
    assert "Apply on grand.example" in said
    assert f'href="{path[:-1]}.ics"' in text
    assert '<script type="application/ld+json">' in text
    assert 'property="og:title" content="Senior Analyst, Black Sea Security – Centre for' in text
    assert "noindex" not in text


def test_an_address_of_mail_is_shown_after_a_press_only(app: Flask, client: FlaskClient) -> None:
    [path] = publish(
        app,
        "Analyst",
        apply_method=ApplyMethod.EMAIL,
        apply_url="",
        apply_email="jobs@grand.example",
        reference="GS/12",
    )
    text = shown(client, path)
    assert "jobs@grand.example" not in text
    assert f'<form method="post" action="{path}apply/">' in text
    assert client.get(f"{path}apply/").location == path
    pressed = client.post(f"{path}apply/")
    assert pressed.status_code == 200
    assert "mailto:jobs@grand.example?subject=" in pressed.text
    assert "GS/12" in pressed.text
    assert pressed.headers["Cache-Control"] == "no-store"


@pytest.mark.one_database
@pytest.mark.one_database
def test_the_press_waits_for_nobody_who_writes(app: Flask, client: FlaskClient) -> None:
    [path] = publish(
        *(app, "Analyst"),
        apply_method=ApplyMethod.EMAIL,
        apply_url="",
        apply_email="jobs@grand.example",
    )
    with app.app_context(), db.engine.connect() as writer:
        writer.execute(sql("UPDATE change_counter SET value = value"))
        assert client.post(f"{path}apply/").status_code == 200


def test_the_press_works_without_a_token_since_the_page_has_none(make_app: Any) -> None:
    app = make_app()
    [path] = publish(
        app, "Analyst", apply_method=ApplyMethod.EMAIL, apply_url="", apply_email="a@grand.example"
    )
    assert app.test_client().post(f"{path}apply/").status_code == 200


@pytest.mark.parametrize(
    ("status", "columns", "words_said"),
    [
        (Status.EXPIRED, {}, "This listing closed on 28 Feb."),
        (Status.CLOSED, {}, "This position was filled on 28 Feb."),
        (
            Status.CLOSED,
            {"close_reason": CloseReason.CANCELLED},
            "This position was cancelled on 28 Feb.",
        ),
        (Status.PUBLISHED, {"ends_at": NOW}, "This listing closed on 1 Mar."),
    ],
)
def test_an_ended_listing_keeps_its_text_and_loses_its_way_to_apply(
    app: Flask, client: FlaskClient, status: Status, columns: dict[str, Any], words_said: str
) -> None:
    [other] = publish(app, "Analyst of sea security")
    [path] = publish(app, "Analyst of sea lanes", status=status, **columns)
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.text
    assert words_said in words(text)
    assert "The Centre's Black Sea programme" in html.unescape(text)
    assert "Apply on" not in text
    assert ".ics" not in text.replace("feed.ics", "")
    assert "ld+json" not in text
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert f'href="{other}"' in text
    was_closed = status is Status.CLOSED
    assert client.get(f"{path[:-1]}.ics").status_code == (200 if was_closed else 404)
    assert client.get(f"{path[:-1]}.json").status_code == 404
    assert client.post(f"{path}apply/").status_code == 404


def test_what_was_withdrawn_before_its_first_day_is_nobody_elses(
    client: FlaskClient, app: Flask, at: time_machine.Traveller
) -> None:
    planned = NOW + timedelta(days=2)
    (path,) = publish(
        app,
        "Not yet",
        status=Status.CLOSED,
        close_reason=CloseReason.WITHDRAWN,
        closed_at=NOW,
        publish_at=planned,
        first_published_at=planned,
    )
    for address in (path, f"{path[:-1]}.ics", f"{path[:-1]}.json"):
        assert client.get(address).status_code == 404
    at.move_to(planned + timedelta(days=1))
    assert client.get(path).status_code == 404


def test_a_calendar_that_holds_the_deadline_of_a_closed_listing_is_told_to_drop_it(
    app: Flask, client: FlaskClient
) -> None:
    [path] = publish(app, "Analyst")
    number = int(path.rstrip("/").rpartition("-")[2])

    def event() -> Any:
        [only] = icalendar.Calendar.from_ical(client.get(f"{path[:-1]}.ics").data).walk("VEVENT")
        return only

    before = event()
    assert before["STATUS"] == "CONFIRMED"
    with app.app_context():
        row = db.session.get_one(Listing, number)
        row.status, row.closed_at, row.close_reason = Status.CLOSED, NOW, CloseReason.FILLED
        row.version += 1
        db.session.commit()
    after = event()
    assert (after["STATUS"], after["UID"]) == ("CANCELLED", before["UID"])
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_listing_is_closed_at_the_second_it_ends(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    [path] = publish(app, "Analyst", ends_at=NOW + timedelta(minutes=1))
    at.move_to(NOW + timedelta(seconds=59))
    assert "Closes in 1 minute" in page(client)
    assert "Apply on" in shown(client, path)
    at.move_to(NOW + timedelta(seconds=60))
    assert titles(page(client)) == []
    assert "This listing closed on 1 Mar." in shown(client, path)


@pytest.mark.parametrize("status", [Status.REMOVED, Status.REFUSED, Status.DUPLICATE])
def test_what_was_taken_down_is_gone(app: Flask, client: FlaskClient, status: Status) -> None:
    [path] = publish(app, "Analyst of secrets", status=status)
    text = shown(client, path, 410)
    assert "secrets" not in text
    assert 'href="/jobs/"' in text


@pytest.mark.parametrize(
    "status", [Status.DRAFT, Status.PENDING, Status.CHANGES_REQUESTED, Status.SCHEDULED]
)
def test_what_was_never_public_is_not_found(
    app: Flask, client: FlaskClient, status: Status
) -> None:
    [path] = publish(app, "Analyst of secrets", status=status)
    assert "secrets" not in shown(client, path, 404)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "slug",
    ["x", "1", "analyst-", f"analyst-{2**70}", "analyst-0", "analyst-١", "%00-1", "a" * 3000],
)
def test_no_such_listing(client: FlaskClient, slug: str) -> None:
    assert client.get(f"/job/{slug}/").status_code == 404


def test_another_front_leads_to_the_right_address(app: Flask, client: FlaskClient) -> None:
    [path] = publish(app, "Analyst")
    number = path.rstrip("/").rpartition("-")[2]
    answer = client.get(f"/job/something-else-{number}/")
    assert (answer.status_code, answer.location) == (301, path)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"deadline_kind": DeadlineKind.ROLLING}, "Rolling"),
        ({"deadline_kind": DeadlineKind.UNTIL_FILLED}, "Until filled"),
        ({"deadline_kind": DeadlineKind.NOT_STATED}, "No deadline stated"),
    ],
)
def test_kinds_of_deadline_without_a_date(
    app: Flask, client: FlaskClient, columns: dict[str, Any], said: str
) -> None:
    [path] = publish(app, "Analyst", apply_by=None, **columns)
    text = shown(client, path)
    assert f'<p class="time-left">{said}</p>' in text
    assert "Add to calendar" not in text
    assert client.get(f"{path[:-1]}.ics").status_code == 404


@pytest.mark.one_database
def test_unpaid_is_said_loudly(app: Flask, client: FlaskClient) -> None:
    [path] = publish(app, "Intern", pay_kind=PayKind.UNPAID)
    text = shown(client, path)
    assert re.search(r'notice--accent">.*?This position is unpaid\.', text, re.DOTALL)
    assert 'class="card__unpaid"' in page(client)


def test_a_title_alone_makes_a_finished_page(app: Flask, client: FlaskClient) -> None:
    [path] = publish(
        app,
        "Clerk",
        organisation_name="",
        description="",
        opportunity_type=OpportunityType.NOT_STATED,
        mode=Mode.NOT_STATED,
        places=(),
        apply_method=ApplyMethod.NOT_STATED,
        apply_url="",
        deadline_kind=DeadlineKind.NOT_STATED,
        apply_by=None,
    )
    text = shown(client, path)
    said = words(text)
    assert facts(text) == {"Place": "Place not stated", "Pay": "Pay not stated"}
    for honest in (
        "Organisation not stated",
        "No deadline stated",
        "This listing came without a text.",
        "How to apply is not stated; see the text.",
    ):
        assert honest in said
    assert "None" not in said
    assert titles(page(client)) == ["Clerk"]


@pytest.mark.one_database
def test_a_text_bears_its_language_and_direction(app: Flask, client: FlaskClient) -> None:
    [path] = publish(app, "باحث أول", language="ar")
    text = shown(client, path)
    assert re.search(r'<h1 class="listing__title"\s+lang="ar"\s+dir="rtl">باحث أول</h1>', text)
    assert '<div class="prose" lang="ar" dir="rtl">' in text
    assert re.search(r'lang="ar"\s+dir="rtl">باحث أول', page(client))


def test_neighbours_and_related_ones_are_live(app: Flask, client: FlaskClient) -> None:
    first, second, third = (
        publish(app, f"Analyst {number}", first_published_at=NOW - timedelta(days=number))[0]
        for number in (3, 2, 1)
    )
    publish(
        app, "Analyst 0", status=Status.EXPIRED, first_published_at=NOW - timedelta(days=2, hours=1)
    )
    text = shown(client, second)
    nav = text[text.index('<nav class="neighbours"') :]
    assert re.findall(r'rel="(\w+)"\s+href="([^"]+)"', nav) == [("prev", third), ("next", first)]
    related = text[text.index("You might also like") : text.index('class="listing__body"')]
    assert set(re.findall(r'href="(/job/[^"]+)"', related)) == {first, third}


def also_liked(text: str) -> list[str]:
    if "You might also like" not in text:
        return []
    related = text[text.index("You might also like") : text.index('class="listing__body"')]
    return re.findall(r'href="(/job/[^"]+)"', related)


def test_what_ends_makes_room_among_what_may_please(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    soon = NOW + timedelta(hours=1)
    [path] = publish(app, "Analyst of straits")
    [ending] = publish(app, "Analyst of straits", ends_at=soon)
    others = publish(app, *["Analyst of straits"] * 4)
    # Remembered for this state of the index: four are shown, and what ends makes room.
    before = also_liked(shown(client, path))
    assert (len(before), set(before) <= {ending, *others}) == (4, True)
    at.move_to(soon)
    assert set(also_liked(shown(client, path))) == set(others)


def test_what_is_published_joins_those_that_may_please(app: Flask, client: FlaskClient) -> None:
    path, other = publish(app, *["Analyst of straits"] * 2)
    assert also_liked(shown(client, path)) == [other]
    [third] = publish(app, "Analyst of straits")
    assert set(also_liked(shown(client, path))) == {other, third}


def test_a_page_joined_of_pieces_shows_no_other_listing(app: Flask, client: FlaskClient) -> None:
    tricks = ("<b>{{ title }}</b>", "%(site)s & \\1", "title")
    for path, title in zip(publish(app, *tricks), tricks, strict=True):
        text = shown(client, path)
        assert heading(text) == title
        assert "\x00" not in text
        assert "<b>" not in text


@pytest.mark.one_database
def test_how_an_organisation_was_verified_is_said(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        row = listing(db.session, title="Analyst")
        organisation = db.session.get(Organisation, row.organisation_id)
        assert organisation is not None
        organisation.verified_at = NOW - timedelta(days=60)
        organisation.verified_how = Verification.DOMAIN
        db.session.commit()
        path = f"/job/{row.slug}/"
    text = words(shown(client, path))
    assert "Verified by its domain on 31 Dec 2026 · 1 open position" in text


@pytest.mark.one_database
def test_ways_to_pass_a_listing_on_ask_nobody_before_they_are_pressed(
    app: Flask, client: FlaskClient
) -> None:
    [path] = publish(app, 'Analyst & "Adviser"')
    text = shown(client, path)
    share = text[
        text.index('<ul class="share">') : text.index("</ul>", text.index('class="share"'))
    ]
    hosts = re.findall(r'href="(?:https://)?([^/?"]+)', share)
    assert hosts == ["mailto:", "www.linkedin.com", "x.com", "www.facebook.com", "wa.me"]
    assert "%26" in share
    assert '"Adviser"' not in share
    assert set(re.findall(r'<(?:script|img|iframe)[^>]*src="(https?:[^"]*)', text)) == set()


@pytest.mark.one_database
def test_every_text_of_a_person_is_escaped(app: Flask, client: FlaskClient) -> None:
    evil = "<script>alert(1)</script><b onmouseover=alert(2)>"
    [path] = publish(
        app,
        f"Analyst {evil}",
        organisation_name=f"Centre {evil}",
        description=evil * 9,
        reference=evil,
        pay_text=evil,
        apply_instructions=evil,
        places=(Place("TR", evil[:100], 41.0, 29.0),),
        summary=evil,
    )
    for text in (shown(client, path), page(client), page(client, "?q=analyst")):
        assert "<script>alert" not in text
        assert "<b onmouseover" not in text


@pytest.mark.one_database
def test_links_of_the_map_keep_the_order_of_the_list(app: Flask, client: FlaskClient) -> None:
    publish(app, "Analyst", places=TURKEY)
    for order in ("deadline", "pay", "newest"):
        text = page(client, f"?sort={order}" if order != "newest" else "")
        dot = re.search(r'class="world-map__dot"\s+href="([^"]+)"', text)
        assert dot is not None
        kept = f"&sort={order}" if order != "newest" else ""
        assert html.unescape(dot[1]) == f"/jobs/?country=TR{kept}"
