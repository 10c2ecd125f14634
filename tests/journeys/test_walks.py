"""The board from end to end in a real browser, with script and without: what it is there for.

A guest posts, confirms by mail, a moderator approves, everybody finds it; it ends, its poster is
told, and renews it. Another is sent back, mended and approved; another refused.
"""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from jobboard.db import db
from jobboard.models.listing import Listing
from tests.support import processes
from tests.support.board import LiveBoard
from tests.support.databases import close, ground_floors
from tests.support.listings import DESCRIPTION
from tests.support.people import PASSWORD, person

TITLE = "Analyst, Straits & <Seas>"
GUEST = "ulla@strait.example"


@pytest.fixture
def board(make_board: Callable[..., LiveBoard]) -> LiveBoard:
    """A board with a moderator and no listing, web and worker."""
    board = make_board()
    app = ground_floors({"DATABASE_URL": board.database_url}, board.folder)
    with app.app_context():
        person(db.session, "maryam", is_moderator=True)
    close(app)
    board.start()
    return board


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def has_script(request: pytest.FixtureRequest) -> bool:
    """Every walk is walked with script and without."""
    return bool(request.param)


@pytest.fixture
def seeker(has_script: bool, open_page: Callable[..., Page]) -> Page:
    """Somebody without an account."""
    return open_page(script=has_script, viewport={"width": 1280, "height": 900})


@pytest.fixture
def moderator(has_script: bool, open_page: Callable[..., Page], board: LiveBoard) -> Page:
    """Maryam, signed in."""
    page = open_page(script=has_script, viewport={"width": 1280, "height": 900})
    sign_in(page, board, "maryam@think.example")
    return page


def test_a_guest_posts_and_everybody_finds_it_until_it_ends(
    board: LiveBoard, seeker: Page, moderator: Page, tmp_path: Path
) -> None:
    write(seeker, board, title=TITLE)
    seeker.get_by_role("button", name="Preview", exact=True).click()
    expect(seeker.get_by_role("heading", name=TITLE).first).to_be_visible()
    seeker.locator("button[value=submit]").first.click()
    expect(seeker.locator("main")).to_contain_text(GUEST)
    assert not found(board, TITLE)

    asked = letter(board, GUEST, "listing_confirm")
    manage = asked["links"][0]
    seeker.goto(manage)
    assert not found(board, TITLE)
    seeker.get_by_role("button", name="Confirm and hand in").click()
    expect(seeker.locator("main")).to_contain_text("In review")
    letter(board, GUEST, "listing_received")
    assert not found(board, TITLE)

    open_case(moderator, board, TITLE)
    moderator.get_by_role("button", name="Approve").click()
    expect(moderator.locator("main")).to_contain_text("Approved")

    posted = letter(board, GUEST, "listing_posted")
    item = found(board, TITLE)[0]
    path = urllib.parse.urlsplit(item["url"]).path
    assert everywhere(board, path) == dict.fromkeys(OUTPUTS, True)
    seeker.goto(f"{board.url}/jobs/?q=straits")
    seeker.get_by_role("link", name=TITLE).first.click()
    expect(seeker.get_by_role("heading", level=1)).to_have_text(TITLE)
    data = json.loads(seeker.locator("script[type='application/ld+json']").first.inner_text())
    assert data["title"] == TITLE
    assert any(link.startswith(item["url"]) for link in posted["links"])

    end_now(board, item["id"], tmp_path)
    assert everywhere(board, path) == dict.fromkeys(OUTPUTS, False)
    seeker.goto(f"{board.url}{path}")
    expect(seeker.locator("main")).to_contain_text("closed")
    assert seeker.locator("script[type='application/ld+json']").count() == 0

    expired = letter(board, GUEST, "listing_expired", seconds=45)
    renew = next(link for link in expired["links"] if link.endswith("/renew/"))
    seeker.goto(renew)
    seeker.locator("[name=deadline_kind]").select_option("rolling")
    seeker.locator("main form button[type=submit]").last.click()
    expect(seeker.locator("main")).to_contain_text("live again")
    assert everywhere(board, path) == dict.fromkeys(OUTPUTS, True)
    assert [each["kind"] for each in letters(board, GUEST)] == [
        "listing_expired",
        "listing_posted",
        "listing_received",
        "listing_confirm",
    ]


def test_sent_back_mended_and_approved(board: LiveBoard, seeker: Page, moderator: Page) -> None:
    write(seeker, board, title="Fellow, Levant Watre")
    seeker.locator("button[value=submit]").first.click()
    manage = letter(board, GUEST, "listing_confirm")["links"][0]
    seeker.goto(manage)
    seeker.get_by_role("button", name="Confirm and hand in").click()

    open_case(moderator, board, "Fellow, Levant Watre")
    say(moderator, "Ask for changes", note="“Watre” in the title.")
    asked = letter(board, GUEST, "listing_changes_requested")
    assert "“Watre” in the title." in asked["text"]

    seeker.goto(manage)
    expect(seeker.locator("main")).to_contain_text("“Watre” in the title.")
    seeker.goto(next(link for link in asked["links"] if link.endswith("/edit/")))
    seeker.locator("[name=title]").fill("Fellow, Levant Water")
    seeker.locator("button[value=submit]").first.click()
    expect(seeker.locator("main")).to_contain_text("In review")

    open_case(moderator, board, "Fellow, Levant Water")
    moderator.get_by_role("button", name="Approve").click()
    letter(board, GUEST, "listing_posted")
    assert [item["title"] for item in found(board, "Levant Water")] == ["Fellow, Levant Water"]


def test_refused_with_a_reason_and_objected_to(
    board: LiveBoard, seeker: Page, moderator: Page
) -> None:
    write(seeker, board, title="Data Entry From Home")
    seeker.locator("button[value=submit]").first.click()
    seeker.goto(letter(board, GUEST, "listing_confirm")["links"][0])
    seeker.get_by_role("button", name="Confirm and hand in").click()

    open_case(moderator, board, "Data Entry From Home")
    say(moderator, "Refuse", reason=1, note="Not the field of this board.")
    refused = letter(board, GUEST, "listing_refused")
    assert "Not the field of this board." in refused["text"]
    assert not found(board, "Data Entry From Home")

    seeker.goto(next(link for link in refused["links"] if link.endswith("/object/")))
    seeker.locator("[name=note]").fill("It is about customs data.")
    seeker.locator("main form button[type=submit]").last.click()
    expect(seeker.locator("main")).to_contain_text("In review")


def test_a_wrong_form_keeps_every_word_and_leads_to_the_fault(
    board: LiveBoard, seeker: Page
) -> None:
    write(seeker, board, title="Desk Officer, Balkans", email="nobody at all")
    seeker.locator("[name=description]").fill("Too short.")
    seeker.locator("button[value=submit]").first.click()
    summary = seeker.locator(".error-summary")
    expect(summary).to_be_visible()
    summary.get_by_role("link").first.click()
    assert "#" in seeker.url
    for name, value in (
        ("title", "Desk Officer, Balkans"),
        ("email", "nobody at all"),
        ("description", "Too short."),
        ("organisation", "Strait Institute"),
        ("place", "Istanbul"),
    ):
        expect(seeker.locator(f"[name={name}]").first).to_have_value(value)


def test_whoever_signed_in_finds_the_account_on_public_pages(
    board: LiveBoard, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport={"width": 1280, "height": 900})
    account = page.get_by_role("link", name="My account")
    page.goto(f"{board.url}/jobs/")
    expect(account).to_be_hidden()
    sign_in(page, board, "maryam@think.example")
    page.goto(f"{board.url}/jobs/")
    expect(page.get_by_role("link", name="Sign in")).to_be_hidden()
    account.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    page.goto(f"{board.url}/jobs/")
    expect(account).to_be_hidden()


# ----------------------------------------------------------------------------------- what they do


def write(page: Page, board: LiveBoard, *, title: str, email: str = GUEST) -> None:
    """Fill in the first screen of the form, as a guest."""
    page.goto(f"{board.url}/post-a-job/")
    page.locator("[name=title]").fill(title)
    page.locator("[name=organisation]").fill("Strait Institute")
    page.locator("[name=opportunity_type]").select_option("staff")
    mode = page.locator("[name=mode]")
    if mode.first.evaluate("each => each.tagName") == "SELECT":
        mode.select_option("onsite")
    else:
        page.locator("[name=mode][value=onsite]").check()
    page.locator("[name=place]").first.fill("Istanbul")
    page.locator("[name=country]").first.select_option("TR")
    page.locator("[name=description]").fill(DESCRIPTION)
    choose(page, "apply_method", "url")
    page.locator("[name=apply_url]").fill("https://strait.example/jobs/1")
    choose(page, "deadline_kind", "date")
    day = datetime.now(UTC) + timedelta(days=20)
    page.locator("[name=deadline_date]").fill(f"{day:%Y-%m-%d}")
    page.locator("[name=email]").fill(email)
    page.locator("[name=accept_terms]").check()


def choose(page: Page, name: str, value: str) -> None:
    radio = page.locator(f"[name={name}][value={value}]")
    if radio.count():
        radio.check()
    else:
        page.locator(f"[name={name}]").select_option(value)


def sign_in(page: Page, board: LiveBoard, email: str) -> None:
    page.goto(f"{board.url}/login/")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()


def open_case(page: Page, board: LiveBoard, title: str) -> None:
    page.goto(f"{board.url}/moderation/")
    page.get_by_role("link", name=title).first.click()
    expect(page.locator("main")).to_contain_text(title)


def say(page: Page, label: str, *, note: str, reason: int | None = None) -> None:
    """Open a decision's form, fill it in and press its button."""
    decision = page.locator("details.decision__words", has=page.get_by_text(label)).first
    decision.locator("summary").click()
    if reason is not None:
        decision.locator("[name=reason]").select_option(index=reason)
    decision.locator("[name=note]").fill(note)
    decision.get_by_role("button", name=label).click()


# ------------------------------------------------------------------------------ what programs see

#: Every output that lists live listings, with the address that shows this one.
OUTPUTS: dict[str, str] = {
    "page": "/jobs/?q=straits",
    "atom": "/jobs/feed.atom?q=straits",
    "rss": "/jobs/feed.rss?q=straits",
    "json feed": "/jobs/feed.json?q=straits",
    "sitemap": "/sitemap.xml",
    "partners": "/feeds/jobs.xml",
    "api": "/api/v1/jobs?q=straits",
    "organisation": "/organisation/strait-institute/",
}


def everywhere(board: LiveBoard, path: str) -> dict[str, bool]:
    """Tell for each output whether it shows the listing with this path."""
    return {name: _shows(board, address, path) for name, address in OUTPUTS.items()}


def _shows(board: LiveBoard, address: str, path: str) -> bool:
    body = fetch(board, address)
    if "<sitemapindex" in body:
        parts = re.findall(r"<loc>([^<]+)</loc>", body)
        body = "".join(fetch(board, urllib.parse.urlsplit(part).path) for part in parts)
    unfolded = body.replace("\r\n ", "").replace("\\/", "/")
    return path in unfolded


def fetch(board: LiveBoard, address: str) -> str:
    try:
        with urllib.request.urlopen(f"{board.url}{address}", timeout=10) as answer:  # noqa: S310
            return str(answer.read().decode())
    except urllib.error.HTTPError as fault:
        if fault.code == 404 and address.startswith("/organisation/"):
            return ""
        raise


def found(board: LiveBoard, words: str) -> list[dict[str, Any]]:
    """What the API finds with all of these words."""
    query = urllib.parse.urlencode({"q": words.replace("<", "").replace(">", "")})
    items: list[dict[str, Any]] = json.loads(fetch(board, f"/api/v1/jobs?{query}"))["items"]
    return [item for item in items if not item["partial"]]


def letters(board: LiveBoard, to: str) -> list[dict[str, Any]]:
    """What the board mailed to an address, newest first."""
    everything = json.loads(fetch(board, "/_mailbox/messages.json"))
    return [each for each in everything if each["to"] == to]


def letter(board: LiveBoard, to: str, kind: str, *, seconds: float = 20) -> dict[str, Any]:
    """Wait for a mail."""
    processes.wait_until(
        lambda: any(each["kind"] == kind for each in letters(board, to)),
        f"the mail {kind} arrives",
        seconds=seconds,
        log=board.log("worker"),
    )
    return next(each for each in letters(board, to) if each["kind"] == kind)


def end_now(board: LiveBoard, listing_id: int, tmp_path: Path) -> None:
    """Turn the clock for one listing: its end was a moment ago."""
    app = ground_floors({"DATABASE_URL": board.database_url}, tmp_path / "clock")
    with app.app_context():
        listing = db.session.scalars(select(Listing).where(Listing.id == listing_id)).one()
        listing.ends_at = listing.apply_by = datetime.now(UTC)
        db.session.commit()
    close(app)
