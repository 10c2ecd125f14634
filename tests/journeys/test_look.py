"""How the board looks and behaves in a real browser: every part, and every page with the demo."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.board import LiveBoard

pytestmark = pytest.mark.one_database

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

#: Who opens a page: nobody known, or a person of the demo.
VISITOR, POSTER, MODERATOR, ADMINISTRATOR = "", "poster", "moderator", "admin"
#: Every page that must be free of faults, with who opens it. In braces: the id of a listing.
PAGES = (
    ("/jobs/", VISITOR),
    ("/jobs/?q=security+anlyst&country=TR&mode=hybrid", VISITOR),
    ("/jobs/?where=Georgia&typ=staff&passport=TR", VISITOR),
    ("/jobs/?where=Geneva&radius=100", VISITOR),
    ("/jobs/?q=nothing-like-it", VISITOR),
    ("/jobs/?page=999", VISITOR),
    ("/job/x-{published}/", VISITOR),
    ("/job/x-{expired}/", VISITOR),
    ("/job/x-{removed}/", VISITOR),
    ("/organisations/", VISITOR),
    ("/organisation/{organisation}/", VISITOR),
    ("/post-a-job/", VISITOR),
    ("/register/", VISITOR),
    ("/login/", VISITOR),
    ("/lost-password/", VISITOR),
    ("/about/", VISITOR),
    ("/api/docs", VISITOR),
    ("/_mailbox/", VISITOR),
    ("/no-such-page/", VISITOR),
    ("/account/", POSTER),
    ("/job-dashboard/", POSTER),
    ("/post-a-job/", POSTER),
    ("/moderation/", MODERATOR),
    ("/moderation/{pending}/", MODERATOR),
    ("/moderation/log/", MODERATOR),
    ("/admin/", ADMINISTRATOR),
    ("/admin/people/", ADMINISTRATOR),
)
#: Width and theme: two at every run, all of them in the long run.
_STATES = ((1280, "light"), (360, "dark"))
_ALL_STATES = tuple(
    (width, theme) for width in (320, 360, 768, 1280) for theme in ("light", "dark")
)


@dataclass(frozen=True)
class Demo:
    """A running board with the demo's listings and people."""

    board: LiveBoard
    ids: dict[str, object]
    signed_in: dict[str, Any]

    def address(self, path: str) -> str:
        """Return a page's address, what stands in braces filled in."""
        return self.board.url + path.format(**self.ids)


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    board = LiveBoard(f"sqlite:///{folder / 'board.sqlite'}", folder, {})
    for command in (("db", "upgrade"), ("demo",)):
        done = board.run(*command)
        assert done.returncode == 0, done.stderr
    board.start("web")
    signed_in = {
        name: _signed_in(browser, board, name) for name in (POSTER, MODERATOR, ADMINISTRATOR)
    }
    yield Demo(board, _ids(folder / "board.sqlite"), {VISITOR: None, **signed_in})
    board.kill()


def _signed_in(browser: Browser, board: LiveBoard, name: str) -> Any:
    """Sign a person of the demo in once and return what their browser keeps."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{board.url}/login/")
    page.get_by_label("E-mail").fill(f"{name}@demo.example")
    page.locator("input[name=password]").fill("geopolist demo")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    kept = context.storage_state()
    context.close()
    return kept


def _ids(path: Path) -> dict[str, object]:
    """Return a listing of each state, and an organisation."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT status, max(id) FROM listing GROUP BY status").fetchall()
        [slug] = database.execute(
            "SELECT slug FROM organisation JOIN listing ON organisation_id = organisation.id"
            " WHERE status = 'published' ORDER BY organisation.id LIMIT 1"
        ).fetchone()
    return {**dict(rows), "organisation": slug}


def _check(page: Page, state: str) -> None:
    found = Axe().run(page, options=_RULES)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert beyond <= 0, f"{state}: the page is {beyond} px wider than the screen"


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_every_page_is_accessible(
    demo: Demo, open_page: Callable[..., Page], path: str, who: str
) -> None:
    _check_states(demo, open_page, path, who, _STATES)


@pytest.mark.long
@pytest.mark.parametrize(("path", "who"), PAGES)
def test_every_page_is_accessible_in_every_state(
    demo: Demo, open_page: Callable[..., Page], path: str, who: str
) -> None:
    _check_states(demo, open_page, path, who, _ALL_STATES)


def _check_states(
    demo: Demo,
    open_page: Callable[..., Page],
    path: str,
    who: str,
    states: tuple[tuple[int, str], ...],
) -> None:
    page = open_page(bypass_csp=True, storage_state=demo.signed_in[who])
    for width, theme in states:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(demo.address(path))
        # What is folded must be as good as what is seen.
        page.evaluate("document.querySelectorAll('main details').forEach(fold => fold.open = true)")
        _check(page, f"{path} at {width} px, {theme}")


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


# ---------------------------------------------------------------------------- the Jobs page


def test_a_filter_changes_the_results_in_place_and_keeps_the_focus(demo: Demo, page: Page) -> None:
    page.goto(demo.address("/jobs/"))
    page.evaluate("window.stayed = true")
    page.get_by_role("checkbox", name="Fellowship").check()
    expect(page.locator("h1")).to_contain_text("fellowships")
    expect(page.locator("p[role=status]")).to_have_text(page.locator("h1").inner_text())
    expect(page.get_by_role("checkbox", name="Fellowship")).to_be_focused()
    expect(page.locator(".chip", has_text="Fellowship")).to_be_visible()
    assert page.url.endswith("/jobs/?type=fellowship")
    page.get_by_label("Order", exact=True).select_option(label="Closing soonest")
    expect(page).to_have_url(demo.address("/jobs/?type=fellowship&sort=deadline"))
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_contain_text("open positions in international affairs")
    assert page.evaluate("window.stayed")


def test_without_script_a_filter_is_a_form(demo: Demo, plain_page: Page) -> None:
    plain_page.set_viewport_size({"width": 360, "height": 700})
    plain_page.goto(demo.address("/jobs/?q=analyst"))
    plain_page.locator("#filters > summary").click()
    plain_page.get_by_role("checkbox", name="Hybrid").check()
    plain_page.get_by_role("button", name="Show results").click()
    expect(plain_page.locator("h1")).to_contain_text("for “analyst”, hybrid")
    expect(plain_page.locator("#filters > summary")).to_have_text("Filters (1)")
    plain_page.locator(".chip", has_text="Hybrid").click()
    expect(plain_page).to_have_url(demo.address("/jobs/?q=analyst"))


def test_on_a_phone_the_sheet_of_filters_leads_back_to_the_results(demo: Demo, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(demo.address("/jobs/"))
    page.locator("#filters > summary").click()
    page.get_by_role("checkbox", name="Hybrid").check()
    expect(page.locator("#filters > summary")).to_have_text("Filters (1)")
    page.locator("#filters .filters__counted").click()
    expect(page.locator("#filters > form")).to_be_hidden()
    expect(page.locator("#results-title")).to_be_focused()


def test_a_place_is_taken_by_keyboard(demo: Demo, page: Page) -> None:
    page.goto(demo.address("/jobs/"))
    box = page.get_by_role("combobox", name="Where")
    box.press_sequentially("istan")
    option = page.get_by_role("option", name="Istanbul, Türkiye")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("istan")
    box.press("ArrowDown")
    expect(option).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Istanbul, Türkiye")
    box.press("Enter")
    expect(page.locator("h1")).to_contain_text("in “Istanbul, Türkiye”")


def test_the_distance_from_a_city_is_a_filter(demo: Demo, page: Page) -> None:
    page.goto(demo.address("/jobs/?where=Istanbul"))
    page.get_by_role("radio", name="Within 100 km").check()
    expect(page.locator("h1")).to_contain_text("within 100 km of Istanbul, Türkiye")
    expect(page.get_by_role("radio", name="Within 100 km")).to_be_focused()
    page.get_by_role("radio", name="In the city itself").check()
    expect(page.locator("h1")).to_contain_text("in “Istanbul, TR”")


# ------------------------------------------------------------------------- weight and paper


def test_the_first_load_is_light_and_nothing_moves(demo: Demo, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => {"
        " for (const one of list.getEntries()) window.moved += one.value;"
        "}).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(demo.address("/jobs/"))
    page.wait_for_load_state("networkidle")
    sizes: list[tuple[str, int]] = page.evaluate(
        "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind))"
        ".map((one) => [new URL(one.name).pathname, one.encodedBodySize])"
    )
    fonts = sum(size for name, size in sizes if name.endswith(".woff2"))
    rest = sum(size for name, size in sizes if not name.endswith(".woff2"))
    scripts = sum(size for name, size in sizes if name.endswith(".js"))
    assert 0 < fonts <= 100_000
    assert 0 < rest <= 100_000
    assert 0 < scripts <= 30_000
    assert page.evaluate("window.moved") < 0.01


def test_a_printed_listing_fits_a_page(demo: Demo, page: Page) -> None:
    page.goto(demo.address("/job/x-{published}/"))
    paper = page.pdf(format="A4", margin={"top": "12mm", "bottom": "12mm"})
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.emulate_media(media="print")
    expect(page.get_by_text("This listing:")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


# ------------------------------------------------------------------------- hard things to show

#: What people wrote, by page: each is given a word without an end.
_WRITTEN = (
    ("/jobs/", VISITOR, (".card__title a", ".card__organisation > *", ".card__place bdi")),
    (
        "/job/x-{published}/",
        VISITOR,
        (".listing__title", ".listing__name > *", ".breadcrumbs li:last-child > *", ".facts dd"),
    ),
    ("/organisations/", VISITOR, (".organisations__name a",)),
    ("/organisation/{organisation}/", VISITOR, ("h1", ".breadcrumbs li:last-child > *")),
    ("/_mailbox/", VISITOR, (".table th bdi", ".table td bdi")),
    ("/job-dashboard/", POSTER, ("h1 bdi", ".table th > a", ".table th bdi")),
    ("/moderation/log/", MODERATOR, (".table th > a",)),
)


@pytest.mark.parametrize(("path", "who", "places"), _WRITTEN)
def test_a_word_without_an_end_stays_on_the_page(
    demo: Demo, open_page: Callable[..., Page], path: str, who: str, places: tuple[str, ...]
) -> None:
    page = open_page(storage_state=demo.signed_in[who])
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(demo.address(path))
        for place in places:
            found = page.locator(place).first
            before = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert before <= 0, f"{path} at {width} px: it was too wide before"
            found.evaluate("(part) => { part.textContent = 'Kapitän'.repeat(20); }")
            box = found.bounding_box()
            assert box is not None
            beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert beyond <= 0, f"{path} at {width} px, {place}: {beyond} px too wide"


def test_text_size_and_colours_are_within_reach_in_the_menu(demo: Demo, page: Page) -> None:
    page.add_init_script("localStorage.setItem('board.size', '125');")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(demo.address("/jobs/"))
    page.locator(".header__more > summary").click()
    page.locator(".header__sheet .reading summary").click()
    choices = page.locator(".header__sheet .reading__choice")
    assert choices.count() == 7
    for choice in choices.all():
        box = choice.bounding_box()
        assert box is not None
        assert box["x"] >= 0, choice.inner_text()
        assert box["x"] + box["width"] <= 320, choice.inner_text()


def test_an_arabic_text_begins_under_its_title(demo: Demo, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(demo.address("/jobs/?q=باحث"))
    page.locator(".card__title a[dir=rtl], .card__title a[lang=ar]").first.click()
    title, text = page.locator("h1").bounding_box(), page.locator(".prose").first.bounding_box()
    assert title is not None
    assert text is not None
    assert text["width"] < title["width"]
    assert text["x"] + text["width"] == pytest.approx(title["x"] + title["width"], abs=1)


def test_a_decision_by_its_letter_begins_with_its_first_field(
    demo: Demo, open_page: Callable[..., Page]
) -> None:
    page = open_page(storage_state=demo.signed_in[MODERATOR])
    page.goto(demo.address("/moderation/{pending}/"))
    for letter, field in (("d", "original"), ("r", "reason"), ("c", "note")):
        page.keyboard.press(letter)
        expect(page.locator(f"details[open] [name={field}]")).to_be_focused()
        page.keyboard.press("Escape")
