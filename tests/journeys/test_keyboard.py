"""The board by keyboard alone; where one is can always be seen (WCAG 2.1.1, 2.4.7)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_walks import GUEST, board, found, letter
from tests.support.board import LiveBoard
from tests.support.listings import DESCRIPTION
from tests.support.people import PASSWORD

__all__ = ["board"]

TITLE = "Analyst, Keys & Letters"
#: More presses than any page has things to reach.
_MOST = 150

#: What tells where one is: an outline or a ring, on the thing itself or on what it stands in.
_IS_SEEN = """() => {
  // The button within a field for days and hours has the browser's own ring.
  const field = document.activeElement;
  if (["date", "time"].includes(field.type) && !field.matches(":focus-visible")) return true;
  for (let at = document.activeElement, up = 0; at && up < 4; at = at.parentElement, up += 1) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) return true;
    if (style.boxShadow !== "none") return true;
  }
  return false;
}"""

_IS_REACHED = """([selector, words]) => {
  const here = document.activeElement;
  return here.matches(selector) && here.textContent.includes(words);
}"""


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A browser whose pointer nobody touches."""
    return open_page(script=request.param, viewport={"width": 1280, "height": 900})


def test_post_moderate_and_find_by_keyboard_alone(
    board: LiveBoard, page: Page, open_page: Callable[..., Page]
) -> None:
    page.goto(f"{board.url}/jobs/")
    reach(page, "a.skip")
    page.keyboard.press("Enter")
    page.goto(f"{board.url}/post-a-job/")
    type_into(page, "[name=title]", TITLE)
    type_into(page, "[name=organisation]", "Strait Institute")
    choose(page, "opportunity_type", "staff")
    choose(page, "mode", "onsite")
    type_into(page, "[name=place]", "Nairobi")
    # A list of suggestions may have opened; it closes and what was typed stays.
    page.keyboard.press("Escape")
    choose(page, "country", "KE")
    type_into(page, "[name=description]", DESCRIPTION)
    choose(page, "apply_method", "url")
    type_into(page, "[name=apply_url]", "https://strait.example/jobs/1")
    choose(page, "deadline_kind", "date")
    reach(page, "[name=deadline_date]")
    page.keyboard.type(f"{datetime.now(UTC) + timedelta(days=20):%m%d%Y}")
    type_into(page, "[name=email]", GUEST)
    reach(page, "[name=accept_terms]")
    page.keyboard.press("Space")
    press(page, "button[value=submit]")
    expect(page.locator("main")).to_contain_text(GUEST)

    page.goto(letter(board, GUEST, "listing_confirm")["links"][0])
    press(page, "main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("In review")

    moderator = open_page(viewport={"width": 1280, "height": 900})
    moderator.goto(f"{board.url}/login/")
    type_into(moderator, "[name=email]", "maryam@think.example")
    type_into(moderator, "[name=password]", PASSWORD)
    moderator.keyboard.press("Enter")
    expect(moderator.get_by_role("button", name="Sign out").first).to_be_visible()
    moderator.goto(f"{board.url}/moderation/")
    press(moderator, "main a", TITLE)
    expect(moderator.get_by_role("button", name="Approve")).to_be_visible()
    press(moderator, "button", "Approve")
    expect(moderator.locator("main")).to_contain_text("Approved")
    letter(board, GUEST, "listing_posted")
    assert found(board, TITLE)

    page.goto(f"{board.url}/jobs/")
    type_into(page, "[name=q]", "keys letters")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1")
    press(page, ".card__title a")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def reach(page: Page, selector: str, words: str = "") -> None:
    """Go on with Tab until something that says some words is reached; each step can be seen."""
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        assert page.evaluate(_IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate(_IS_REACHED, [selector, words]):
            return
    raise AssertionError(f"{selector} {words} is not reached by Tab")


def type_into(page: Page, selector: str, words: str) -> None:
    reach(page, selector)
    page.keyboard.insert_text(words)
    assert page.evaluate("document.activeElement.value").replace("\r\n", "\n") == words


def press(page: Page, selector: str, words: str = "") -> None:
    reach(page, selector, words)
    page.keyboard.press("Enter")


def choose(page: Page, name: str, value: str) -> None:
    """Choose an answer of a list by typing its words, or one of some buttons by the arrows."""
    selector = f"[name={name}]"
    reach(page, selector)
    control = page.locator(selector)
    if page.evaluate("document.activeElement.tagName") == "SELECT":
        page.keyboard.type(control.locator(f"option[value={value}]").inner_text())
        expect(control).to_have_value(value)
        expect(control).to_be_focused()
        return
    for _ in range(control.count() + 1):
        if control.and_(page.locator(f"[value={value}]")).is_checked():
            return
        is_chosen = page.evaluate("document.activeElement.checked")
        page.keyboard.press("ArrowDown" if is_chosen else "Space")
    raise AssertionError(f"{name}: the arrows do not reach {value}")
