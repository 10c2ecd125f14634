"""A list costs the same number of statements for three rows as for thirty."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from jobboard.db import db, next_change
from jobboard.domain.listing import Status
from jobboard.models.user import User
from jobboard.search import upkeep
from jobboard.web.page_cache.keys import CACHEABLE_ENDPOINTS
from tests.house.audiences import AUDIENCES, Audience
from tests.support.listings import listing
from tests.support.people import PASSWORD, person
from tests.support.statements import asked

FEW, MANY = 3, 30

#: Addresses of lists, and who opens them: nobody, or the person of that name.
LISTS = (
    ("/jobs/", ""),
    ("/jobs/?q=analyst&country=TR", ""),
    ("/jobs/?sort=deadline&mode=hybrid", ""),
    ("/jobs/feed.atom", ""),
    ("/jobs/feed.rss", ""),
    ("/jobs/feed.json", ""),
    ("/jobs/feed.ics", ""),
    ("/organisations/", ""),
    ("/organisation/centre-for-grand-strategy/", ""),
    ("/api/v1/jobs?limit=100", ""),
    ("/api/v1/organisations", ""),
    ("/sitemap.xml", ""),
    ("/feeds/jobs.xml", ""),
    ("/job-dashboard/", "alice"),
    ("/moderation/", "maryam"),
    ("/moderation/listings/", "maryam"),
    ("/moderation/log/", "maryam"),
    ("/admin/people/", "maryam"),
    ("/admin/organisations/", "maryam"),
    ("/admin/outbox/", "maryam"),
)


def _more(app: Flask, poster_id: int, count: int) -> None:
    """Add live and waiting listings of one poster, some of organisations of their own."""
    now = datetime.now(UTC)
    with app.app_context():
        poster = db.session.get_one(User, poster_id)
        for number in range(count):
            name = f"Institute {number}" if number % 3 else "Centre for Grand Strategy"
            listing(db.session, poster=poster, now=now, organisation_name=name)
            listing(db.session, Status.PENDING, poster=poster, now=now)


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    with app.app_context():
        alice = person(db.session, "alice")
        maryam = person(db.session, "maryam", is_moderator=True, is_administrator=True)
        return {"alice": alice.id, "maryam": maryam.id}


def _statements(app: Flask, path: str, who: str) -> list[str]:
    """Open a page that nobody opened since the last change, and return what it asked."""
    client = app.test_client()
    if who:
        form = {"email": f"{who}@think.example", "password": PASSWORD}
        assert client.post("/login/", data=form).status_code in (302, 303)
    with app.app_context():
        next_change(db.session)
        db.session.commit()
        # Not the page's own cost.
        upkeep.catch_up()
    with app.app_context(), asked() as statements:
        answer = client.get(path)
        assert answer.status_code == 200, path
        answer.get_data()
    return statements


def test_a_list_costs_the_same_for_three_rows_and_for_thirty(
    app: Flask, people: dict[str, int]
) -> None:
    counts: dict[str, list[int]] = {path: [] for path, _ in LISTS}
    for more in (FEW, MANY - FEW):
        _more(app, people["alice"], more)
        for path, who in LISTS:
            counts[path].append(len(_statements(app, path, who)))
    assert all(few > 0 for few, _ in counts.values())
    grown = {path: found for path, found in counts.items() if found[0] != found[1]}
    assert grown == {}


@pytest.mark.one_database
def test_only_what_everyone_may_see_is_kept() -> None:
    assert {
        name for name in CACHEABLE_ENDPOINTS if AUDIENCES[name] is not Audience.EVERYONE
    } == set()


@pytest.mark.one_database
def test_what_is_kept_says_so_and_knows_nobody(app: Flask, people: dict[str, int]) -> None:
    _more(app, people["alice"], FEW)
    cache = app.extensions["page_cache"]
    client = app.test_client()
    paths = {
        "listings.calendar": "/job/senior-analyst-black-sea-security-1.ics",
        "listings.item": "/job/senior-analyst-black-sea-security-1.json",
        "listings.show": "/job/senior-analyst-black-sea-security-1/",
        "feeds.search": "/jobs/feed.atom",
        "organisations.show": "/organisation/centre-for-grand-strategy/",
    }
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    for endpoint in CACHEABLE_ENDPOINTS:
        before = cache.fills
        answer = client.get(paths.get(endpoint, rules[endpoint]))
        assert (endpoint, answer.status_code, cache.fills) == (endpoint, 200, before + 1)
        assert "Set-Cookie" not in answer.headers
