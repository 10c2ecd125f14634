"""The site's texts, the health checks, the mailbox, the dismissed notice, the figures."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from jobboard import clock
from jobboard.db import db
from jobboard.mail import delivery, messages
from jobboard.models.message import Message
from jobboard.tables import site_texts
from tests.support.listings import listing
from tests.support.postgres import Postgres


def mailed(app: Flask, *titles: str) -> None:
    """Send a mail about a listing of each title, as the demo does."""
    with app.app_context():
        for title in titles:
            row = listing(db.session, title=title, now=clock.now())
            messages.listing_posted(row, at=clock.now())
        db.session.commit()
        assert delivery.deliver(clock.now()).sent == len(titles)


@pytest.fixture
def demo(make_app: Callable[..., Flask]) -> Flask:
    return make_app(DEMO="1")


# ---------------------------------------------------------------------------------------- texts


@pytest.mark.one_database
@pytest.mark.parametrize("name", site_texts.NAMES)
def test_every_text_is_finished_and_says_its_version(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/{name}/")
    text = site_texts.text(name)
    assert answer.status_code == 200
    assert f"<h1>{text.title}</h1>" in answer.text
    assert f'datetime="{text.version}' in answer.text
    assert "To be written" not in answer.text
    assert not re.search(r"\{[a-z_]+\}", answer.text)
    assert len(text.markdown) > 800
    assert answer.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.one_database
def test_texts_name_the_operator_of_the_settings(make_app: Callable[..., Flask]) -> None:
    app = make_app(
        SITE_NAME="Orbis <i>Jobs</i>", SITE_EMAIL="desk@orbis.example", SITE_LEGAL_LINE="Permit 12"
    )
    page = app.test_client().get("/contact/").text
    assert '<a href="mailto:desk@orbis.example">desk@orbis.example</a>' in page
    assert "Permit 12" in page
    assert "<i>Jobs</i>" not in page
    unnamed = make_app(SITE_EMAIL="").test_client().get("/contact/").text
    assert "still to be set" in unnamed


@pytest.mark.one_database
def test_every_link_of_a_text_leads_somewhere(client: FlaskClient) -> None:
    for name in site_texts.NAMES:
        for path in re.findall(r"\]\((/[^)]*)\)", site_texts.text(name).markdown):
            assert client.get(path).status_code in (200, 302), (name, path)


# --------------------------------------------------------------------------------------- notice


@pytest.mark.one_database
def test_the_notice_is_dismissed_without_script(client: FlaskClient) -> None:
    page = client.get("/about/")
    assert 'action="/notice/dismiss/"' in page.text
    answer = client.post(
        "/notice/dismiss/", headers={"Referer": "http://localhost/jobs/?q=a%26b&page=2"}
    )
    assert answer.status_code == 303
    cookie = client.get_cookie("terms_notice")
    assert cookie is not None
    assert cookie.value == site_texts.version("terms")
    after = client.get(answer.headers["Location"])
    assert 'href="/jobs/?q=a%26b&amp;page=2"' in after.text
    assert "/notice/dismiss/" not in after.text
    # Public pages stay the same for everyone.
    assert client.get("/about/").data == page.data


@pytest.mark.one_database
@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example//evil.example/", "http://localhost//evil.example/"]
)
def test_the_notice_leads_nowhere_else(client: FlaskClient, referer: str) -> None:
    answer = client.post("/notice/dismiss/", headers={"Referer": referer})
    assert answer.headers["Location"] == "/notice/dismissed/?back=%2Fjobs%2F"
    page = client.get("/notice/dismissed/?back=https://evil.example/")
    assert "evil.example" not in page.text


@pytest.mark.one_database
def test_another_site_cannot_dismiss_the_notice(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    headers = {"Origin": "https://elsewhere.example"}
    assert client.post("/notice/dismiss/", headers=headers).status_code == 403
    assert client.post("/notice/dismiss/").status_code == 303


@pytest.mark.one_database
def test_over_https_the_cookie_is_secure(make_app: Callable[..., Flask]) -> None:
    client = make_app(SITE_URL="https://jobs.example.org").test_client()
    assert "Secure" in client.post("/notice/dismiss/").headers["Set-Cookie"]


# --------------------------------------------------------------------------------------- mailbox


def test_the_mailbox_tells_programs_what_was_sent(demo: Flask) -> None:
    mailed(demo, "First", "Second")
    answer = demo.test_client().get("/_mailbox/messages.json")
    found = json.loads(answer.data)
    assert [mail["subject"] for mail in found] == ["Live: Second", "Live: First"]
    mail = found[0]
    assert set(mail) == {"kind", "to", "subject", "text", "html", "links", "message_id", "at"}
    assert (mail["kind"], mail["to"]) == ("listing_posted", "guest@think.example")
    assert mail["links"][0].startswith("http://localhost/job/second-")
    assert all(link in mail["text"] for link in mail["links"])
    assert re.fullmatch(r"<[0-9a-f]{32}@[a-z0-9.]+>", mail["message_id"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_mailbox_is_a_page_with_a_page_for_each_mail(demo: Flask) -> None:
    mailed(demo, "Analyst <script>alert(1)</script>")
    client = demo.test_client()
    listed = client.get("/_mailbox/").text
    assert "Live: Analyst &lt;script&gt;" in listed
    (path,) = set(re.findall(r'href="(/_mailbox/\d+/)"', listed))
    page = client.get(path)
    assert "<script>alert" not in page.text
    assert re.search(r'<a href="http://localhost/job/analyst-[^"]+">', page.text)
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = client.get(f"{path}html/")
    assert "<script>" not in frame.text
    assert '<a target="_top" href="http://localhost/job/analyst-' in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", ["/register/sent/", "/lost-password/sent/"])
def test_who_waits_for_a_mail_of_the_demo_is_led_to_its_mailbox(
    demo: Flask, client: FlaskClient, path: str
) -> None:
    assert 'href="/_mailbox/"' in demo.test_client().get(path).text
    # A board for real people has no such page.
    assert "_mailbox" not in client.get(path).text


def test_an_empty_mailbox_says_so(demo: Flask) -> None:
    client = demo.test_client()
    assert "No mail yet" in client.get("/_mailbox/").text
    assert json.loads(client.get("/_mailbox/messages.json").data) == []
    assert client.get("/_mailbox/1/").status_code == 404


@pytest.mark.one_database
def test_a_board_for_real_people_has_no_mailbox(app: Flask) -> None:
    app.config["TESTING"] = False
    client = app.test_client()
    for path in ("/_mailbox/", "/_mailbox/messages.json", "/_mailbox/1/", "/_mailbox/1/html/"):
        assert client.get(path).status_code == 404, path


def test_a_mail_without_templates_is_left_out(demo: Flask) -> None:
    mailed(demo, "First")
    with demo.app_context():
        (row,) = db.session.query(Message)
        row.kind = "gone_kind"
        row.message_id = "f" * 32
        db.session.commit()
    assert json.loads(demo.test_client().get("/_mailbox/messages.json").data) == []


# ---------------------------------------------------------------------------------------- health


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "alive\n"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.text == "database: answers\nmigrations: up to date\nqueue: ready\n"


def test_not_ready_behind_the_migrations(app: Flask) -> None:
    with app.app_context():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "migrations: not those of this program" in answer.text


@pytest.mark.one_database
def test_without_a_database_alive_but_not_ready(
    make_app: Callable[..., Flask], postgres: Postgres
) -> None:
    app = make_app(DATABASE_URL=postgres.url("no_such_database"))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.text.startswith("database: does not answer\n")


# --------------------------------------------------------------------------------------- metrics


def test_figures_for_this_machine(app: Flask) -> None:
    with app.app_context():
        row = listing(db.session, now=clock.now())
        messages.listing_posted(row, at=clock.now() - timedelta(minutes=5))
        db.session.commit()
    text = app.test_client().get("/metrics").text
    assert 'board_listings{status="published"} 1.0\n' in text
    assert 'board_mails{status="waiting"} 1.0\n' in text
    (late,) = re.findall(r"^board_mail_late_seconds ([\d.]+)$", text, re.MULTILINE)
    assert 300 <= float(late) < 360


@pytest.mark.one_database
def test_figures_are_nobody_elses(make_app: Callable[..., Flask]) -> None:
    client = make_app(METRICS_TOKEN="correct horse").test_client()
    away = {"REMOTE_ADDR": "203.0.113.9"}

    def status(**headers: str) -> int:
        return client.get("/metrics", environ_base=away, headers=headers).status_code

    assert status() == 404
    assert status(Authorization="Bearer wrong") == 404
    assert status(Authorization="Bearer correct horse") == 200
    # A proxy on this machine speaks for somebody else.
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
