"""The terms notice and the mailbox in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.board import LiveBoard
from tests.support.visitor import Visitor, posting

pytestmark = pytest.mark.one_database


def test_the_notice_goes_and_stays_away(
    live_board: LiveBoard, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{live_board.url}/about/")
    notice = page.locator("[data-terms-notice]")
    with page.expect_response(re.compile("/notice/dismiss/")):
        notice.get_by_role("button").click()
    expect(notice).to_be_hidden()
    expect(page).to_have_url(f"{live_board.url}/about/")
    page.reload()
    expect(notice).to_be_hidden()

    plain = open_page(script=False)
    plain.goto(f"{live_board.url}/about/")
    plain.locator("[data-terms-notice]").get_by_role("button").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Noted")
    plain.get_by_role("link", name="Back to where you were").click()
    expect(plain).to_have_url(f"{live_board.url}/about/")


@pytest.mark.parametrize("script", [True, False])
def test_a_mail_is_read_and_its_link_followed_from_the_frame(
    live_board: LiveBoard, open_page: Callable[..., Page], script: bool
) -> None:
    guest = Visitor(live_board.url)
    fields = {**guest.hidden("/post-a-job/"), **posting("Analyst", "guest@think.example")}
    assert guest.post("/post-a-job/", fields).status == 200
    page = open_page(script=script)
    subject = page.get_by_role("link", name="Confirm your listing: Analyst")
    page.goto(f"{live_board.url}/_mailbox/")
    while not subject.count():  # The worker looks every second.
        page.reload()
    subject.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your listing: Analyst")
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("Until then nobody sees it.")).to_be_visible()
    mail.get_by_role("link", name="See it and confirm").click()
    expect(page).to_have_url(re.compile(r"/post-a-job/[^/]{43}/$"))
