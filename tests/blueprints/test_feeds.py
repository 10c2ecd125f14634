"""Feeds of a search, the partners' feed, sitemap, robots and OpenSearch through the client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient

from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.domain.taxonomy import DeadlineKind, PayKind, PayPeriod
from jobboard.formats.feed import ITEMS_AT_MOST
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from tests.support.listings import listing
from tests.support.people import NOW

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
KINDS = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
    "ics": "text/calendar",
}
MACHINE_READ = (
    *(f"/jobs/feed.{kind}" for kind in KINDS),
    "/feeds/jobs.xml",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/sitemap-jobs-1.xml",
    "/sitemap-organisations-1.xml",
    "/robots.txt",
    "/opensearch.xml",
)

PAY: dict[str, Any] = {"pay_max": 9_000_000, "pay_currency": "EUR", "pay_period": PayPeriod.YEAR}


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def add(
    app: Flask, title: str = "Analyst", status: Status = Status.PUBLISHED, **columns: Any
) -> int:
    with app.app_context():
        return listing(db.session, status, title=title, **columns).id


def atom(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/jobs/feed.atom{query}")
    assert answer.status_code == 200, answer.text
    return ElementTree.fromstring(answer.data)


def titles(feed: Any) -> list[str]:
    return [
        str(entry.findtext(f"{ATOM}title")).split(" – ")[0] for entry in feed.iter(f"{ATOM}entry")
    ]


def locations(client: FlaskClient, path: str) -> dict[str, str | None]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    return {
        str(one.findtext(f"{SITEMAP}loc")).removeprefix("http://localhost"): one.findtext(
            f"{SITEMAP}lastmod"
        )
        for one in root
    }


# --------------------------------------------------------------------------------------- feeds


def test_every_kind_of_feed_answers_the_same_search(app: Flask, client: FlaskClient) -> None:
    add(app, "Glacier analyst")
    add(app, "Cook")
    for kind, mimetype in KINDS.items():
        answer = client.get(f"/jobs/feed.{kind}?q=glacier")
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert "Glacier analyst" in answer.text
        assert "Cook" not in answer.text


def test_a_feed_names_itself_its_page_and_its_search(app: Flask, client: FlaskClient) -> None:
    add(app, "Glacier analyst")
    feed = atom(client, "?type=staff&q=glacier&q=")
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": "http://localhost/jobs/feed.atom?q=glacier&type=staff",
        "alternate": "http://localhost/jobs/?q=glacier&type=staff",
    }
    assert feed.findtext(f"{ATOM}id") == "tag:localhost,2026:jobs?q=glacier&type=staff"
    assert feed.findtext(f"{ATOM}title") == "Staff positions for “glacier” – Geopolist Jobs"
    assert atom(client).findtext(f"{ATOM}title") == "Geopolist Jobs"


def test_an_entry_keeps_its_id_and_its_publication_when_it_is_changed(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    number = add(app)
    [before] = atom(client).iter(f"{ATOM}entry")
    later = NOW + timedelta(hours=2)
    at.move_to(later)
    with app.app_context():
        row = db.session.get(Listing, number)
        assert row is not None
        row.title, row.updated_at = "Chief analyst", later
        db.session.commit()
    feed = atom(client)
    [after] = feed.iter(f"{ATOM}entry")
    for name in ("id", "published"):
        assert after.findtext(f"{ATOM}{name}") == before.findtext(f"{ATOM}{name}")
    assert before.findtext(f"{ATOM}updated") == "2027-02-19T12:00:00Z"
    assert after.findtext(f"{ATOM}updated") == "2027-03-01T14:00:00Z"
    assert feed.findtext(f"{ATOM}updated") == "2027-03-01T14:00:00Z"


def test_what_is_new_comes_first_however_well_it_matches(app: Flask, client: FlaskClient) -> None:
    add(app, "Glacier analyst, glacier, glacier", first_published_at=NOW - timedelta(days=3))
    add(app, "Cook", description="On a glacier. " * 40, first_published_at=NOW - timedelta(days=1))
    assert titles(atom(client, "?q=glacier"))[0] == "Cook"
    assert titles(atom(client, "?q=glacier&sort=best"))[0] == "Glacier analyst, glacier, glacier"


def test_partial_matches_are_no_entries(app: Flask, client: FlaskClient) -> None:
    add(app, "Glacier analyst")
    assert titles(atom(client, "?q=glacier+submarine")) == []


def test_a_feed_has_pages_of_fifty(app: Flask, client: FlaskClient) -> None:
    for number in range(53):
        add(app, f"Analyst {number}", first_published_at=NOW - timedelta(minutes=number))
    first = atom(client)
    assert titles(first) == [f"Analyst {number}" for number in range(50)]
    links = {one.get("rel"): one.get("href") for one in first.findall(f"{ATOM}link")}
    assert links["next"] == "http://localhost/jobs/feed.atom?page=2"
    second = atom(client, "?page=2")
    assert titles(second) == ["Analyst 50", "Analyst 51", "Analyst 52"]
    assert second.findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
    assert client.get("/jobs/feed.atom?page=3").status_code == 404
    assert client.get("/jobs/feed.json?page=1000000000").status_code == 404


def test_the_calendar_holds_deadlines_only_the_soonest_first(
    app: Flask, client: FlaskClient
) -> None:
    add(app, "Later")
    sooner = NOW + timedelta(days=3)
    add(app, "Sooner", apply_by=sooner, ends_at=sooner)
    add(app, "Whenever", deadline_kind=DeadlineKind.ROLLING)
    calendar = icalendar.Calendar.from_ical(client.get("/jobs/feed.ics").data)
    events = calendar.walk("VEVENT")
    assert [str(event["SUMMARY"]).split(" (")[0] for event in events] == [
        "Deadline: Sooner",
        "Deadline: Later",
    ]
    assert events[0].decoded("dtstart") == sooner


@pytest.mark.one_database
def test_the_order_of_the_page_leaves_no_deadline_out_of_the_calendar(
    app: Flask, client: FlaskClient
) -> None:
    """Nothing without a date takes a place in it, though it comes first in the order asked for."""
    add(app, "Later")
    for _ in range(ITEMS_AT_MOST):
        add(app, "Whenever", deadline_kind=DeadlineKind.ROLLING, pay_kind=PayKind.SALARY, **PAY)
    for sort in ("newest", "pay", "best", "deadline"):
        body = client.get(f"/jobs/feed.ics?sort={sort}").data
        events = icalendar.Calendar.from_ical(body).walk("VEVENT")
        assert [str(event["SUMMARY"]).split(" (")[0] for event in events] == ["Deadline: Later"]


@pytest.mark.one_database
def test_a_search_that_is_not_understood_is_refused_by_name(client: FlaskClient) -> None:
    for kind in KINDS:
        answer = client.get(f"/jobs/feed.{kind}?foo=1&type=nonsense&sort=pay&sort=newest")
        assert answer.status_code == 400, kind
        assert answer.mimetype == "application/problem+json"
        document = answer.get_json(force=True)
        assert [one["pointer"] for one in document["errors"]] == ["foo", "type", "sort"]
    assert client.get("/jobs/feed.xml").status_code == 404


# ------------------------------------------------------------------------------------ partners


def test_the_partners_feed_holds_every_live_listing(app: Flask, client: FlaskClient) -> None:
    numbers = [add(app, f"Analyst {n} <&> ]]>", reference=f"R-{n}") for n in range(3)]
    add(app, "Draft", Status.DRAFT)
    answer = client.get("/feeds/jobs.xml")
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    jobs = root.findall("job")
    assert [job.findtext("referencenumber") for job in jobs] == [str(n) for n in numbers[::-1]]
    first = {child.tag: child.text for child in jobs[-1]}
    assert first["title"] == "Analyst 0 <&> ]]>"
    assert first["requisitionid"] == "R-0"
    assert first["url"] == f"http://localhost/job/analyst-0-{numbers[0]}/"
    assert first["company"] == "Centre for Grand Strategy"
    assert (first["city"], first["country"]) == ("Istanbul", "TR")
    assert first["date"] == "2027-02-19T12:00:00Z"
    assert first["expirationdate"] == "2027-03-31T12:00:00Z"
    assert first["remotetype"] == "Hybrid remote"
    assert "<p>" in str(first["description"])
    assert "salary" not in first


def test_more_listings_than_a_batch_are_all_in_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobboard.queries.whole_board._BATCH", 2)
    numbers = [add(app, f"Analyst {n}") for n in range(5)]
    root = ElementTree.fromstring(client.get("/feeds/jobs.xml").data)
    found = [int(str(job.findtext("referencenumber"))) for job in root.findall("job")]
    assert found == numbers[::-1]


# ------------------------------------------------------------------------------------- sitemap


def test_the_sitemap_leads_to_every_public_page(app: Flask, client: FlaskClient) -> None:
    number = add(app)
    add(app, "Ended", Status.EXPIRED)
    add(app, "Draft", Status.DRAFT)
    index = locations(client, "/sitemap.xml")
    pages: dict[str, str | None] = {}
    for part in index:
        pages |= locations(client, part)
    assert set(pages) == {
        "/jobs/",
        "/organisations/",
        "/api/docs",
        "/about/",
        "/privacy/",
        "/terms/",
        "/contact/",
        f"/job/analyst-{number}/",
        "/organisation/centre-for-grand-strategy/",
    }
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "noindex" not in answer.text, path


def test_the_last_change_is_that_of_the_content(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    number = add(app)
    path = f"/job/analyst-{number}/"
    assert locations(client, "/sitemap-jobs-1.xml") == {path: "2027-02-19T12:00:00Z"}
    at.move_to(NOW + timedelta(days=1))
    assert locations(client, "/sitemap-jobs-1.xml") == {path: "2027-02-19T12:00:00Z"}
    assert locations(client, "/sitemap.xml")["/sitemap-jobs-1.xml"] == "2027-02-19T12:00:00Z"
    with app.app_context():
        db.session.query(Listing).one().updated_at = datetime(2027, 3, 2, tzinfo=UTC)
        db.session.commit()
    assert locations(client, "/sitemap-jobs-1.xml") == {path: "2027-03-02T00:00:00Z"}
    assert locations(client, "/sitemap.xml")["/sitemap-jobs-1.xml"] == "2027-03-02T00:00:00Z"


def test_a_scheduled_page_changed_when_it_began(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    number = add(app, status=Status.SCHEDULED)
    at.move_to(NOW + timedelta(days=5))
    assert locations(client, "/sitemap-jobs-1.xml") == {
        f"/job/analyst-{number}/": "2027-03-03T12:00:00Z"
    }


def test_listings_stand_in_parts_by_their_number(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobboard.blueprints.feeds.routes._PART", 2)
    numbers = [add(app, f"Analyst {n}") for n in range(4)]
    parts = [path for path in locations(client, "/sitemap.xml") if "jobs" in path]
    assert parts == ["/sitemap-jobs-1.xml", "/sitemap-jobs-2.xml", "/sitemap-jobs-3.xml"]
    found = [list(locations(client, path)) for path in parts]
    assert [len(part) for part in found] == [1, 2, 1]
    assert [path for part in found for path in part] == [
        f"/job/analyst-{n}-{number}/" for n, number in enumerate(numbers)
    ]
    for path in ("/sitemap-jobs-4.xml", "/sitemap-organisations-2.xml"):
        assert client.get(path).status_code == client.head(path).status_code == 404, path


def test_a_part_without_live_listings_is_none(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    add(app)
    tag = client.get("/sitemap-jobs-1.xml").headers["ETag"]
    at.move_to(NOW + timedelta(days=400))
    answer = client.get("/sitemap-jobs-1.xml", headers={"If-None-Match": tag})
    assert answer.status_code == 404


def test_an_organisation_with_nothing_to_show_is_left_out(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for slug, description in (("bare", ""), ("told", "We study straits.")):
            db.session.add(
                Organisation(
                    slug=slug,
                    name=slug,
                    name_key=slug,
                    description=description,
                    created_at=NOW,
                    updated_at=NOW,
                )
            )
        db.session.commit()
    assert list(locations(client, "/sitemap-organisations-1.xml")) == ["/organisation/told/"]
    assert "noindex" in client.get("/organisation/bare/").text
    assert "noindex" not in client.get("/organisation/told/").text


@pytest.mark.one_database
def test_an_empty_board_has_a_sitemap_of_its_texts(client: FlaskClient) -> None:
    assert list(locations(client, "/sitemap.xml")) == ["/sitemap-pages.xml"]
    for path in (
        *("/sitemap-organisations-1.xml", "/sitemap-organisations-0.xml", "/sitemap-x.xml"),
        *("/sitemap-jobs-0.xml", "/sitemap-jobs-1.xml", "/sitemap-jobs-9999999999.xml"),
    ):
        assert client.get(path).status_code == 404, path


# ---------------------------------------------------------------------------------- the others


@pytest.mark.one_database
def test_robots_learn_where_nothing_is_and_where_the_sitemap_is(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Sitemap: http://localhost/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    assert {"/admin/", "/moderation/", "/job/*/apply/"} <= set(closed)
    # What is disallowed is never read, so its noindex would not be either; feeds are for robots.
    assert not any(path.startswith(("/jobs/", "/job/a", "/feeds", "/org")) for path in closed)


@pytest.mark.one_database
def test_a_browser_can_search_the_board_by_itself(client: FlaskClient) -> None:
    answer = client.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    templates = [
        one.get("template") for one in ElementTree.fromstring(answer.data) if one.get("template")
    ]
    assert templates == [
        "http://localhost/jobs/?q={searchTerms}",
        "http://localhost/jobs/feed.rss?q={searchTerms}",
    ]


def test_whoever_has_an_answer_is_told_so_until_it_changes(app: Flask, client: FlaskClient) -> None:
    add(app)
    marks = {}
    for path in MACHINE_READ:
        answer = client.get(path, buffered=True)
        assert answer.status_code == 200, path
        marks[path] = answer.headers["ETag"]
        again = client.get(path, buffered=True, headers={"If-None-Match": marks[path]})
        assert (again.status_code, again.data) == (304, b""), path
        head = client.head(path)
        assert (head.status_code, head.headers["ETag"]) == (200, marks[path]), path
    add(app, "Another")
    for path in MACHINE_READ[:-2]:
        answer = client.get(path, buffered=True, headers={"If-None-Match": marks[path]})
        assert answer.status_code == 200, path


def test_an_ended_listing_changes_the_answers_without_any_write(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    add(app)
    add(app, "Longer", ends_at=NOW + timedelta(days=60))
    paths = ("/feeds/jobs.xml", "/sitemap-jobs-1.xml", "/jobs/feed.atom")
    marks = {path: client.get(path, buffered=True).headers["ETag"] for path in paths}
    at.move_to(NOW + timedelta(days=30))
    for path in paths:
        answer = client.get(path, buffered=True, headers={"If-None-Match": marks[path]})
        assert answer.status_code == 200, path
        assert "analyst" not in answer.text.lower().split("longer")[0], path
