"""The read API: what it answers, what it refuses, and that its document tells the truth."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import parse
from werkzeug.test import TestResponse

from jobboard.blueprints.api import parameters
from jobboard.db import db
from jobboard.domain.criteria import KEYS, Criteria
from jobboard.domain.listing import GONE, Status
from jobboard.domain.taxonomy import GradeSystem, OpportunityType, PayKind, PayPeriod
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.web import limits
from tests.support import schemas
from tests.support.listings import listing
from tests.support.people import NOW

JOBS = "/api/v1/jobs"
ADDRESSES = (
    JOBS,
    "/api/v1/organisations",
    "/api/v1/taxonomies",
    "/api/v1/openapi.json",
)


@pytest.fixture(autouse=True)
def at() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def add(app: Flask, *titles: str, **columns: Any) -> list[int]:
    """Add live listings, each published an hour after the one before."""
    with app.app_context():
        return [
            listing(
                db.session,
                title=title,
                **{"first_published_at": NOW - timedelta(days=5) + timedelta(hours=n), **columns},
            ).id
            for n, title in enumerate(titles)
        ]


def faults(answer: TestResponse, status: int = 400) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["status"] == status
    return {fault["pointer"]: fault["detail"] for fault in document["errors"]}


# ------------------------------------------------------------------------------------- answers


def test_a_listing_is_told_in_full(app: Flask, client: FlaskClient) -> None:
    [number] = add(
        app,
        "Analyst",
        pay_kind=PayKind.SALARY,
        pay_min=4_800_050,
        pay_max=5_800_000,
        pay_currency="EUR",
        pay_period=PayPeriod.YEAR,
    )
    item = client.get(f"{JOBS}/{number}").get_json()
    assert client.get(JOBS).get_json()["items"] == [item]
    assert item["url"] == f"http://localhost/job/analyst-{number}/"
    assert item["organisation"] == {
        "name": "Centre for Grand Strategy",
        "slug": "centre-for-grand-strategy",
        "kind": "think_tank",
        "verified": False,
    }
    assert item["places"] == [{"city": "Istanbul", "country": "TR", "lat": 41.01, "lon": 28.95}]
    assert item["pay"] == {
        "kind": "salary",
        "min": 48_000.5,
        "max": 58_000,
        "currency": "EUR",
        "period": "year",
        "gross_net": "not_stated",
        "text": "",
    }
    assert item["ends_at"] == "2027-03-31T12:00:00Z"
    assert item["deadline"] == {
        "kind": "date",
        "at": "2027-03-31T12:00:00Z",
        "zone": "Europe/Istanbul",
        "text": "",
    }
    assert item["apply"] == {"method": "url", "url": "https://grand.example/jobs/1"}
    assert item["partial"] is False
    assert item["source_id"] is None


def test_an_imported_listing_keeps_its_number_in_the_source(
    app: Flask, client: FlaskClient
) -> None:
    [number] = add(app, "Analyst")
    with app.app_context():
        db.session.add(
            ImportRecord(
                source="jsonl",
                source_id="ad-17",
                listing_id=number,
                content_hash="x",
                raw={},
                imported_at=NOW,
            )
        )
        db.session.commit()
    assert client.get(f"{JOBS}/{number}").get_json()["source_id"] == "ad-17"


def test_a_cursor_reads_everything_once(app: Flask, client: FlaskClient) -> None:
    numbers = add(app, *(f"Analyst {n}" for n in range(7)))
    read: list[int] = []
    address = f"{JOBS}?limit=3"
    totals = set()
    while address:
        answer = client.get(address)
        body = answer.get_json()
        read += [item["id"] for item in body["items"]]
        totals.add(body["total"])
        following = body["next"]
        address = f"{JOBS}?limit=3&cursor={following}" if following else ""
        links = answer.headers["Link"]
        assert '<http://localhost/api/v1/jobs?limit=3>; rel="first"' in links
        assert (f'cursor={following}>; rel="next"' in links) == bool(following)
        add(app, f"Newer than that {len(read)}", first_published_at=NOW)
    assert read == numbers[::-1]
    assert totals == {7, 8, 9}


def test_a_page_begins_where_that_of_the_search_does(app: Flask, client: FlaskClient) -> None:
    add(app, *(f"Analyst {n} of glaciers" for n in range(45)))
    for query in ("page=2", "q=glaciers&page=2", "sort=deadline&page=2", "q=glaciers&page=3"):
        page = client.get(f"/jobs/?{query}").text
        body = client.get(f"{JOBS}?{query}").get_json()
        shown = re.findall(r'class="card__title">\s*<a href="/job/[^"]*-(\d+)/', page)
        assert [str(item["id"]) for item in body["items"]] == shown, query
        assert len(shown) == (5 if "page=3" in query else 20)
        assert body["total"] == 45
        assert (body["next"] is None) == ("page=3" in query), query
    # In pages of the limit, and on from there.
    begun = client.get(f"{JOBS}?limit=10&page=4")
    rest = client.get(f"{JOBS}?limit=10&cursor={begun.get_json()['next']}").get_json()
    everything = client.get(f"{JOBS}?limit=100").get_json()["items"]
    assert begun.get_json()["items"] + rest["items"] == everything[30:]
    assert 'jobs?limit=10>; rel="first"' in begun.headers["Link"]
    assert "page" not in begun.headers["Link"]


def test_beyond_the_last_page_there_is_a_way_back(app: Flask, client: FlaskClient) -> None:
    add(app, *(f"Analyst {n}" for n in range(5)))
    for page in ("3", "1" + "0" * 30):
        answer = client.get(f"{JOBS}?q=analyst&limit=4&page={page}")
        assert list(faults(answer, 404)) == ["page"], page
        assert answer.headers["Link"].endswith('jobs?q=analyst&limit=4&page=2>; rel="last"')
    assert client.get(f"{JOBS}?q=nothing&page=2").headers["Link"].endswith('q=nothing>; rel="last"')
    assert client.get(f"{JOBS}?q=nothing&page=1").status_code == 200


def test_a_grade_is_found_however_it_is_typed(app: Flask, client: FlaskClient) -> None:
    add(app, "Analyst", grade_system=GradeSystem.UN, grade="P3")
    add(app, "Officer", grade_system=GradeSystem.UN, grade="P-3")
    add(app, "Director", grade_system=GradeSystem.UN, grade="D-1")
    for typed in ("P-3", "p3", "P 3"):
        found = client.get(f"{JOBS}?{urlencode({'grade': typed})}").get_json()
        assert {item["title"] for item in found["items"]} == {"Analyst", "Officer"}
        assert found["facets"]["grade"]["P-3"] == 2


def test_facets_are_counted(app: Flask, client: FlaskClient) -> None:
    add(app, "Analyst", "Adviser")
    add(app, "Fellow", opportunity_type=OpportunityType.FELLOWSHIP)
    body = client.get(f"{JOBS}?type=fellowship").get_json()
    assert body["total"] == 1
    assert body["facets"]["type"] == {"staff": 2, "fellowship": 1}
    assert body["facets"]["country"] == {"TR": 1}


@pytest.mark.one_database
def test_organisations_are_counted_by_slug_those_with_the_most_and_the_chosen(
    app: Flask, client: FlaskClient
) -> None:
    for number in range(25):
        add(app, "Analyst", organisation_name=f"Office {number:02}")
    add(app, "Adviser", organisation_name="Office 24")
    add(app, "Of nobody", organisation_name="")
    most = {"office-24": 2, **{f"office-{number:02}": 1 for number in range(19)}}
    assert client.get(JOBS).get_json()["facets"]["organisation"] == most
    body = client.get(f"{JOBS}?organisation=office-23&limit=1").get_json()
    assert body["total"] == 1
    assert body["facets"]["organisation"] == {**most, "office-23": 1}
    assert body["facets"]["type"] == {"staff": 1}
    both = client.get(f"{JOBS}?organisation=office-23&organisation=office-24").get_json()
    assert both["total"] == 3


def test_the_closest_partial_matches_follow_on_the_first_answer_only(
    app: Flask, client: FlaskClient
) -> None:
    both, *_ = add(app, "Sahel glacier analyst", "Glacier adviser", "Sahel adviser", "Cook")
    body = client.get(f"{JOBS}?q=sahel+glacier").get_json()
    assert body["total"] == 1
    assert [item["id"] for item in body["items"] if not item["partial"]] == [both]
    assert {item["title"] for item in body["items"] if item["partial"]} == {
        "Glacier adviser",
        "Sahel adviser",
    }
    assert body["next"] is None
    few = client.get(f"{JOBS}?q=sahel+glacier&limit=2").get_json()
    assert [item["partial"] for item in few["items"]] == [False, True]


def test_page_feed_and_api_answer_the_same(app: Flask, client: FlaskClient) -> None:
    add(app, "Glacier analyst", "Sahel analyst", "Cook", "Glacier fellow")
    for query in (
        "",
        "q=glacier",
        "q=glacier+cook",
        "type=staff&q=analyst",
        "country=TR&deadline=30",
        "paid=1",
    ):
        ids = {item["id"] for item in client.get(f"{JOBS}?{query}").get_json()["items"]}
        feed = client.get(f"/jobs/feed.json?{query}").get_json(force=True)
        page = client.get(f"/jobs/?{query}").text.split("</main>")[0]
        whole = client.get(f"{JOBS}?{query}").get_json()
        full = {item["id"] for item in whole["items"] if not item["partial"]}
        assert {item["_job"]["id"] for item in feed["items"]} == full, query
        assert all(f"-{number}/" in page for number in ids), query


def test_organisations_are_listed_by_name(app: Flask, client: FlaskClient) -> None:
    for name in ("Écoles du Monde", "Atlantic Institute", "Zeta 100%"):
        add(app, "Analyst", organisation_name=name)
    first = client.get("/api/v1/organisations?limit=2").get_json()
    assert [item["name"] for item in first["items"]] == ["Atlantic Institute", "Écoles du Monde"]
    assert first["total"] == 3
    query = urlencode({"limit": 2, "cursor": first["next"]})
    rest = client.get(f"/api/v1/organisations?{query}").get_json()
    assert [item["name"] for item in rest["items"]] == ["Zeta 100%"]
    assert rest["next"] is None
    found = client.get("/api/v1/organisations?q=ecoles").get_json()["items"]
    assert [item["slug"] for item in found] == ["ecoles-du-monde"]
    assert client.get("/api/v1/organisations?kind=ngo").get_json()["total"] == 0
    assert client.get("/api/v1/organisations?q=%25").get_json()["total"] == 1


def test_an_organisation_counts_its_live_listings(
    app: Flask, client: FlaskClient, at: time_machine.Traveller
) -> None:
    add(app, "Analyst", "Adviser")
    path = "/api/v1/organisations/centre-for-grand-strategy"
    item = client.get(path).get_json()
    assert item["open_listings"] == 2
    assert client.get(item["jobs_url"]).get_json()["total"] == 2
    at.move_to(NOW + timedelta(days=31))
    assert client.get(path).get_json()["open_listings"] == 0
    assert client.get("/api/v1/organisations?hiring=1").get_json()["total"] == 0
    assert client.get("/api/v1/organisations").get_json()["total"] == 1


def test_every_value_of_the_taxonomies_can_be_asked_for(client: FlaskClient) -> None:
    for key, values in client.get("/api/v1/taxonomies").get_json().items():
        assert values, key
        for one in values:
            pair = (key, one["value"])
            assert Criteria.parse([pair]).problems == (), pair
            assert one["label"], pair


# --------------------------------------------------------------------- what is not there, refused


def test_what_is_not_live_is_not_found_and_what_was_taken_down_is_gone(
    app: Flask, client: FlaskClient
) -> None:
    for status in Status:
        with app.app_context():
            number = listing(db.session, status).id
        expected = 410 if status in GONE else 200 if status is Status.PUBLISHED else 404
        answer = client.get(f"{JOBS}/{number}")
        assert answer.status_code == expected, status
        if expected != 200:
            assert answer.mimetype == "application/problem+json"


@pytest.mark.one_database
def test_what_is_no_id_is_not_found(client: FlaskClient) -> None:
    nines = ("9" * 19, "9" * 40, "9" * 5_000)
    for part in ("0", "-1", "01", "1.0", "x", *nines, "1%00", "%D9%A1", "²"):
        answer = client.get(f"{JOBS}/{part}")
        assert answer.status_code == 404, part
        assert answer.get_json(force=True)["status"] == 404


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/jobs/", "/api/v2/jobs", "/api/jobs"]
)
def test_an_address_that_the_api_lacks_is_a_problem_too(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json(force=True)["instance"] == path
    assert ("Access-Control-Allow-Origin" in answer.headers) == path.startswith("/api/v1")


def test_people_who_look_for_the_api_get_pages(client: FlaskClient) -> None:
    assert client.get("/api").location == "/api/"
    assert client.get("/api/").location == "/api/docs"
    for path in ("/api/docs", "/api/"):
        assert client.post(path).mimetype == "text/html", path
    assert client.get("/api/docs/").mimetype == "text/html"


def test_an_unknown_organisation_is_not_found(client: FlaskClient) -> None:
    for slug in ("x", "%00", "a" * 5_000, "%F0%9F%98%80", "'; drop table"):
        assert client.get(f"/api/v1/organisations/{slug}").status_code == 404, slug


#: Queries, and the keys that the refusal names.
REFUSED = {
    "foo=1": ["foo"],
    "foo=": ["foo"],
    "page=0": ["page"],
    "page=1.5": ["page"],
    "page=1&page=1": ["page"],
    "type=nonsense": ["type"],
    "type=": ["type"],
    "type=+staff": ["type"],
    "type=staff%00": ["type"],
    "q=a%00b": ["q"],
    "q=a%0Ab": ["q"],
    "type=staff&type=nonsense": ["type"],
    "sort=newest&sort=pay": ["sort"],
    "sort=newest&sort=newest": ["sort"],
    "q=a&q=b": ["q"],
    "limit=0": ["limit"],
    "limit=101": ["limit"],
    "limit=-1": ["limit"],
    "limit=1e1": ["limit"],
    "limit=%D9%A3": ["limit"],
    "limit=" + "9" * 5_000: ["limit"],
    "limit=5&limit=5": ["limit"],
    "cursor=": ["cursor"],
    "cursor=abc": ["cursor"],
    "cursor=" + "A" * 5_000: ["cursor"],
    "cursor=%F0%9F%98%80": ["cursor"],
    "country=XX": ["country"],
    "country=Germany": ["country"],
    "passport=1": ["passport"],
    "paid=yes": ["paid"],
    "deadline=8": ["deadline"],
    "radius=0&near=Geneva": ["radius"],
    "radius=100": ["radius"],
    "radius=100&where=": ["radius"],
    "radius=100&where=France": ["radius"],
    "q=" + "a" * 201: ["q"],
    "foo=1&bar=2&type=x&limit=0": ["bar", "foo", "limit", "type"],
    "%00=1": [""],
}


@pytest.mark.one_database
def test_what_the_search_does_not_know_is_refused_by_name(client: FlaskClient) -> None:
    told = {query: sorted(faults(client.get(f"{JOBS}?{query}"))) for query in REFUSED}
    assert told == REFUSED


@pytest.mark.one_database
def test_words_are_taken_as_people_write_them(app: Flask, client: FlaskClient) -> None:
    """Joiners spell Persian words and emoji; hard spaces and hyphens come with what is copied."""
    [persian] = add(app, "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 cartographer")
    [plain] = add(app, "Policy officer")
    found = {
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": [persian],
        "\u200fcartographer": [persian],
        "\U0001f469\u200d\U0001f4bb cartographer": [persian],
        "policy\u00a0officer": [plain],
        "pol\u00adicy": [plain],
        "\ufeffpolicy": [plain],
    }
    for words, ids in found.items():
        answer = client.get(f"{JOBS}?{urlencode({'q': words})}")
        assert answer.status_code == 200, words
        full = [item["id"] for item in answer.get_json()["items"] if not item["partial"]]
        assert full == ids, words


REFUSED_OF_ORGANISATIONS = {
    "foo=1": ["foo"],
    "kind=nonsense": ["kind"],
    "hiring=0": ["hiring"],
    "q=" + "a" * 201: ["q"],
    "limit=0": ["limit"],
    "cursor=%21": ["cursor"],
    "cursor=AAAA": ["cursor"],
    "cursor=" + "A" * 5_000: ["cursor"],
}


@pytest.mark.one_database
def test_what_the_list_of_organisations_does_not_know_is_refused(client: FlaskClient) -> None:
    told = {
        query: sorted(faults(client.get(f"/api/v1/organisations?{query}")))
        for query in REFUSED_OF_ORGANISATIONS
    }
    assert told == REFUSED_OF_ORGANISATIONS


@pytest.mark.one_database
def test_a_cursor_belongs_to_its_search(app: Flask, client: FlaskClient) -> None:
    add(app, "Analyst one", "Analyst two")
    cursor = client.get(f"{JOBS}?limit=1").get_json()["next"]
    assert cursor
    assert list(faults(client.get(f"{JOBS}?limit=1&q=analyst&cursor={cursor}"))) == ["cursor"]
    assert list(faults(client.get(f"{JOBS}?limit=1&page=2&cursor={cursor}"))) == ["page"]


@pytest.mark.one_database
def test_two_thousand_values_are_refused_in_a_short_answer(client: FlaskClient) -> None:
    query = "&".join(f"type=x{n}" for n in range(2_000))
    answer = client.get(f"{JOBS}?{query}")
    assert "type" in faults(answer)
    assert len(answer.data) < 5_000


_KEYS = st.sampled_from([one.name for one in parameters.JOBS]) | st.text(max_size=8)
_VALUES = (
    st.text(max_size=40)
    | st.integers().map(str)
    | st.sampled_from(
        ["1", "TR", "staff", '"', "a -b", "*", "(a OR b)", "x" * 8_000, "\\", "[0 TO 1]"]
    )
)


@pytest.mark.one_database
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(_KEYS, _VALUES), max_size=4))
def test_any_query_is_answered_or_refused(
    client: FlaskClient, pairs: list[tuple[str, str]]
) -> None:
    query = urlencode(pairs, errors="surrogatepass")
    for path in (JOBS, "/api/v1/organisations", "/jobs/feed.json"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code in (200, 400, 404, 414), answer.text
        assert answer.get_json(force=True)


@pytest.mark.one_database
def test_addresses_without_a_query_take_none(app: Flask, client: FlaskClient) -> None:
    [number] = add(app, "Analyst")
    for path in (
        f"{JOBS}/{number}",
        "/api/v1/organisations/centre-for-grand-strategy",
        "/api/v1/taxonomies",
        "/api/v1/openapi.json",
    ):
        assert client.get(path).status_code == 200
        assert list(faults(client.get(f"{path}?a=1"))) == ["a"]


# ------------------------------------------------------------------------------------ protocol


@pytest.mark.one_database
def test_nothing_is_sent_twice_to_whoever_has_it(client: FlaskClient) -> None:
    for path in ADDRESSES:
        answer = client.get(path)
        assert answer.status_code == 200, path
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), path
        assert again.headers["ETag"] == answer.headers["ETag"], path


@pytest.mark.parametrize("query", ["limit=1", "limit=1&q=analyst", "limit=1&sort=deadline"])
def test_a_list_that_goes_on_is_the_same_a_moment_later(
    app: Flask, client: FlaskClient, at: time_machine.Traveller, query: str
) -> None:
    add(app, "Analyst", "Analyst of grids")
    answer = client.get(f"{JOBS}?{query}")
    assert answer.get_json()["next"]
    mark = {"If-None-Match": answer.headers["ETag"]}
    at.shift(timedelta(seconds=1))
    assert client.get(f"{JOBS}?{query}", headers=mark).status_code == 304
    add(app, "Analyst of rivers")
    assert client.get(f"{JOBS}?{query}", headers=mark).status_code == 200


def test_a_change_is_a_new_answer(app: Flask, client: FlaskClient) -> None:
    add(app, "Analyst")
    mark = client.get(JOBS).headers["ETag"]
    with app.app_context():
        db.session.query(Listing).one().grade = "P3"
        db.session.commit()
    answer = client.get(JOBS, headers={"If-None-Match": mark})
    assert answer.status_code == 200
    assert answer.get_json()["items"][0]["grade"] == "P3"


@pytest.mark.one_database
def test_head_answers_like_get_without_a_body(client: FlaskClient) -> None:
    for path in ADDRESSES:
        full, head = client.get(path), client.head(path)
        assert (head.status_code, head.data) == (200, b""), path
        for name in ("Content-Type", "Content-Length", "ETag"):
            assert head.headers[name] == full.headers[name], path


@pytest.mark.one_database
def test_other_methods_are_not_allowed(client: FlaskClient) -> None:
    allowed = {"GET", "HEAD", "OPTIONS"}
    for path, method in product(ADDRESSES, ("POST", "PUT", "PATCH", "DELETE")):
        answer = client.open(path, method=method)
        assert answer.status_code == 405, (path, method)
        assert {one.strip() for one in answer.headers["Allow"].split(",")} == allowed
        assert answer.get_json(force=True)["status"] == 405


@pytest.mark.one_database
def test_scripts_of_any_site_may_read_the_api_and_nothing_else(client: FlaskClient) -> None:
    evil = {"Origin": "https://evil.example"}
    for path in (*ADDRESSES, f"{JOBS}?foo=1", f"{JOBS}/999", "/api/v1/nothing"):
        answer = client.get(path, headers=evil)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    for path in ("/jobs/", "/organisations/", "/login/", "/nothing", "/api/docs"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=evil).headers, path


@pytest.mark.one_database
def test_a_script_may_ask_first(client: FlaskClient) -> None:
    answer = client.options(
        JOBS,
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
    )
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match"


@pytest.mark.one_database
def test_a_visitor_is_told_how_many_requests_are_left(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["RATE_LIMITS"] = True
    monkeypatch.setitem(limits.RULES, "api", (parse("3/minute"),))
    client = app.test_client()
    left = []
    for _ in range(3):
        answer = client.get("/api/v1/taxonomies")
        assert answer.status_code == 200
        left.append(answer.headers["RateLimit-Remaining"])
    assert left == ["2", "1", "0"]
    assert answer.headers["RateLimit-Limit"] == "3"
    assert answer.headers["RateLimit-Policy"] == "3;w=60"
    refused = client.get("/api/v1/taxonomies")
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Remaining"] == "0"
    # The page for people is not counted, and another visitor has requests of their own.
    assert client.get("/api/docs").status_code == 200
    other = client.get("/api/v1/taxonomies", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200


# ------------------------------------------------------------------------------------ document


def test_every_answer_is_what_the_document_promises(app: Flask, client: FlaskClient) -> None:
    numbers = add(
        app,
        "Analyst",
        "Adviser",
        pay_kind=PayKind.SALARY,
        pay_min=1_000,
        pay_currency="EUR",
        pay_period=PayPeriod.MONTH,
    )
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    base = document["servers"][0]["url"]
    in_path = {"id": str(numbers[0]), "slug": "centre-for-grand-strategy"}
    for path, methods in document["paths"].items():
        answer = client.get(base + path.format(**in_path))
        assert answer.status_code == 200, path
        schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert schemas.faults(answer.get_json(), schema, document) == [], path
        refused = client.get(base + path.format(**in_path) + "?nonsense=1")
        problem = methods["get"]["responses"]["400"]["content"]["application/problem+json"]
        assert schemas.faults(refused.get_json(force=True), problem["schema"], document) == []


@pytest.mark.one_database
def test_every_route_of_the_api_is_described(app: Flask, client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()["paths"]
    routes = {
        rule.rule.removeprefix("/api/v1")
        .replace("<listing_id>", "{id}")
        .replace("<slug>", "{slug}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
    }
    assert set(described) == routes


@pytest.mark.one_database
def test_every_key_of_the_search_is_described_and_taken(client: FlaskClient) -> None:
    parameters_of_jobs = client.get("/api/v1/openapi.json").get_json()["paths"]["/jobs"]["get"]
    described = {one["name"]: one for one in parameters_of_jobs["parameters"]}
    assert set(described) == set(KEYS) | {"cursor", "limit"}
    for name, one in described.items():
        assert one["description"], name
        schema = one["schema"]
        is_list = schema.get("type") == "array"
        for value in (
            schema.get("items", schema).get("enum", ()) if is_list else schema.get("enum", ())
        ):
            assert client.get(f"{JOBS}?{urlencode({name: value})}").status_code == 200, (
                name,
                value,
            )
        assert isinstance(getattr(Criteria(), name, None), tuple) == is_list, name


@pytest.mark.one_database
def test_the_document_holds_no_reference_to_nothing(client: FlaskClient) -> None:
    text = client.get("/api/v1/openapi.json").text
    document = json.loads(text)
    for part in text.split('"$ref":"#/components/schemas/')[1:]:
        assert part.split('"')[0] in document["components"]["schemas"]


@pytest.mark.one_database
def test_the_page_for_people_describes_everything_and_needs_nobody_else(
    client: FlaskClient,
) -> None:
    page = client.get("/api/docs").text
    for parameter in parameters.JOBS:
        assert f"<code>{parameter.name}</code>" in page
    for member in ("description_html", "remote_countries", "jobs_url"):
        assert f"<code>{member}</code>" in page
    assert page.count("<script") == 2
    assert 'src="http' not in page
    assert client.get("/api/").headers["Location"] == "/api/docs"
