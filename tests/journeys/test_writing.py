"""Writing a listing in a real browser: what script adds, and that nothing typed is ever lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from jobboard.db import db
from tests.support.board import LiveBoard
from tests.support.databases import close, ground_floors
from tests.support.forms import in_days
from tests.support.listings import DESCRIPTION
from tests.support.people import PASSWORD, person

pytestmark = pytest.mark.one_database


@pytest.fixture
def board(make_board: Callable[..., LiveBoard]) -> LiveBoard:
    """A board with Alice and no listing; the web part is enough."""
    board = make_board()
    app = ground_floors({"DATABASE_URL": board.database_url}, board.folder)
    with app.app_context():
        person(db.session)
    close(app)
    board.start("web")
    return board


def write(page: Page) -> None:
    """Type most of a listing."""
    page.get_by_label("Job title").fill("Visiting Fellow, Eastern Mediterranean")
    page.get_by_label("Organisation", exact=True).fill("Centre for Grand Strategy")
    page.get_by_label("Kind of opportunity").select_option("fellowship")
    page.get_by_label("Where the work is done").select_option("hybrid")
    page.get_by_label("City, place 1").fill("Istanbul")
    page.get_by_label("Country, place 1").select_option("TR")
    page.get_by_role("button", name="Another place").click()
    expect(page.get_by_label("City, place 2")).to_be_focused()
    page.keyboard.type("Athens")
    page.get_by_label("Country, place 2").select_option("GR")
    page.get_by_role("textbox", name="Description").fill(DESCRIPTION)
    page.get_by_label("Last day to apply").fill(in_days(30))


def test_a_guests_text_comes_back_after_the_page_was_closed(board: LiveBoard, page: Page) -> None:
    page.goto(f"{board.url}/post-a-job/")
    write(page)
    expect(page.locator("[data-autosave-state]")).to_contain_text("Kept in this browser")
    card = page.locator("#beside")
    expect(card).to_contain_text("Visiting Fellow, Eastern Mediterranean")
    expect(card).to_contain_text("Istanbul, Türkiye · Athens, Greece")
    expect(card).to_contain_text("Say which languages are needed")

    page.goto(f"{board.url}/jobs/")
    page.goto(f"{board.url}/post-a-job/")
    expect(page.get_by_text("Your unsent text is back")).to_be_visible()
    expect(page.get_by_label("Job title")).to_have_value("Visiting Fellow, Eastern Mediterranean")
    expect(page.get_by_label("City, place 2")).to_have_value("Athens")
    expect(page.get_by_label("Country, place 2")).to_have_value("GR")
    expect(page.get_by_role("textbox", name="Description")).to_have_value(DESCRIPTION)

    page.get_by_role("button", name="Start afresh").click()
    expect(page.get_by_label("Job title")).to_have_value("")
    expect(page.get_by_text("Your unsent text is back")).to_have_count(0)


def test_a_city_of_the_list_brings_its_country(board: LiveBoard, page: Page) -> None:
    page.goto(f"{board.url}/post-a-job/")
    city = page.get_by_label("City, place 1")
    city.press_sequentially("springfield")
    expect(page.get_by_role("option", name="Springfield, Illinois, United States")).to_be_visible()
    page.get_by_role("option", name="Springfield, Illinois, United States").click()
    expect(city).to_have_value("Springfield, IL")
    expect(city).to_be_focused()
    expect(page.get_by_label("Country, place 1")).to_have_value("US")

    page.get_by_role("button", name="Another place").click()
    page.keyboard.type("tallin")
    expect(page.get_by_role("option", name="Tallinn, Estonia")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("City, place 2")).to_have_value("Tallinn")
    expect(page.get_by_label("Country, place 2")).to_have_value("EE")
    expect(page.locator("#beside")).to_contain_text("Springfield, IL, United States · Tallinn")


def test_what_was_sent_does_not_come_back(board: LiveBoard, page: Page) -> None:
    page.goto(f"{board.url}/post-a-job/")
    write(page)
    page.get_by_label("How to apply", exact=True).select_option("email")
    expect(page.get_by_label("Page to apply on")).to_be_hidden()
    page.get_by_label("E-mail address for applications").fill("jobs@grand.example")
    page.get_by_label("Your e-mail address").fill("ulla@strait.example")
    page.get_by_label("I accept the terms of use").check()
    page.get_by_role("button", name="Send and confirm by e-mail").click()
    expect(page).to_have_url(f"{board.url}/post-a-job/sent/")
    page.get_by_role("link", name="correct it or the text").click()
    expect(page.get_by_label("Your e-mail address")).to_have_value("ulla@strait.example")
    page.goto(f"{board.url}/post-a-job/")
    expect(page.get_by_label("Job title")).to_have_value("")


def test_a_draft_is_saved_quietly_and_found_again(
    board: LiveBoard, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{board.url}/login/")
    page.locator("main [name=email]").fill("alice@think.example")
    page.locator("main [name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.goto(f"{board.url}/post-a-job/")
    page.get_by_label("Job title").fill("Written on the train")
    expect(page.locator("[data-autosave-state]")).to_contain_text("Draft saved")
    page.goto(f"{board.url}/job-dashboard/")
    page.get_by_role("link", name="Continue Written on the train").click()
    page.get_by_label("Job title").fill("Written on the train, finished at home")
    expect(page.locator("[data-autosave-state]")).to_contain_text("Draft saved")
    # The second save carries the version that the first one told.
    page.get_by_label("Organisation", exact=True).fill("Centre")
    saved = page.locator("[data-autosave-state]")
    with page.expect_response("**/autosave/") as answer:
        pass
    assert answer.value.json()["saved"] == "Draft saved"
    expect(saved).to_contain_text("Draft saved")


def test_the_bar_writes_markdown_and_shows_how_it_reads(board: LiveBoard, page: Page) -> None:
    page.goto(f"{board.url}/post-a-job/")
    area = page.get_by_role("textbox", name="Description")
    area.fill("Duties")
    area.press("ControlOrMeta+a")
    page.get_by_role("button", name="Heading").click()
    expect(area).to_have_value("## Duties")
    area.press("End")
    area.press("Enter")
    page.keyboard.type("read")
    page.get_by_role("button", name="List", exact=True).click()
    expect(area).to_have_value("## Duties\n- read")
    page.get_by_role("button", name="How it reads").click()
    look = page.locator(".markdown-look")
    expect(look.locator("li")).to_have_text("read")
    expect(area).to_be_hidden()
    page.get_by_role("button", name="Back to the text").click()
    expect(area).to_be_focused()


def test_without_script_every_field_is_there(board: LiveBoard, plain_page: Page) -> None:
    page = plain_page
    page.goto(f"{board.url}/post-a-job/")
    page.get_by_label("Job title").fill("Analyst")
    page.get_by_label("City, place 1").fill("Istanbul")
    page.get_by_role("button", name="Another place").click()
    expect(page.get_by_label("Job title")).to_have_value("Analyst")
    page.get_by_label("City, place 2").fill("Athens")
    page.get_by_label("Page to apply on").fill("https://grand.example/")
    page.get_by_role("button", name="Send and confirm by e-mail").click()
    expect(page.get_by_role("alert")).to_contain_text("Please check")
    expect(page.get_by_label("City, place 2")).to_have_value("Athens")
    page.get_by_role("alert").get_by_role("link", name="Organisation").click()
    expect(page.get_by_label("Organisation", exact=True)).to_be_focused()
