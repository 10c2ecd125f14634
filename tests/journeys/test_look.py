"""Every part of the pages in every state, in a real browser: the style guide holds them all."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.board import LiveBoard

pytestmark = pytest.mark.one_database

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def board(make_board: Callable[..., LiveBoard]) -> LiveBoard:
    board = make_board(SITE_LINKS="News=https://example.org/,Analysis=https://example.org/a")
    board.start()
    return board


def test_every_part_is_accessible_in_every_theme_and_width(
    board: LiveBoard, open_page: Callable[..., Page]
) -> None:
    for width, theme, size in (
        (1280, "", ""),
        (1280, "dark", ""),
        (1280, "contrast", ""),
        (320, "", "125"),
        (320, "dark", ""),
    ):
        page = open_page(viewport={"width": width, "height": 800}, bypass_csp=True)
        page.add_init_script(
            f"localStorage.setItem('board.theme', '{theme}');"
            f"localStorage.setItem('board.size', '{size}');"
        )
        page.goto(f"{board.url}/style-guide/")
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options=_RULES)
        state = f"{width} px, {theme or 'light'}, {size or 100} %"
        assert found.violations_count == 0, f"{state}: {found.generate_report()}"
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{state}: the page is {beyond} px wider than the screen"


def test_a_chosen_theme_and_text_size_stay(board: LiveBoard, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{board.url}/style-guide/")
    page.locator(".header__tools summary").click()
    page.locator(".header__tools").get_by_role("button", name="Dark").click()
    page.locator(".header__tools").get_by_role("button", name="125 %").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


def test_without_script_the_menu_and_the_preferences_say_what_they_do(
    board: LiveBoard, plain_page: Page
) -> None:
    plain_page.set_viewport_size({"width": 360, "height": 700})
    plain_page.goto(f"{board.url}/style-guide/")
    plain_page.locator(".header__more > summary").click()
    assert plain_page.locator(".header__sheet").get_by_role("link", name="Jobs").is_visible()
    plain_page.locator(".header__sheet .reading summary").click()
    assert plain_page.locator(".header__sheet [data-reading-plain]").is_visible()
    assert not plain_page.locator(".header__sheet [data-reading]").is_visible()


def test_right_to_left_turns_the_page_and_nothing_sticks_out(board: LiveBoard, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{board.url}/style-guide/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    brand = page.locator(".brand").bounding_box()
    assert brand is not None
    assert brand["x"] > 100
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
