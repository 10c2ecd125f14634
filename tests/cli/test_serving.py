"""Web and worker as real processes: ended politely, killed, started again."""

import http.client
import json
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobboard.db import db
from jobboard.domain.listing import Status
from tests.support import processes
from tests.support.board import LiveBoard
from tests.support.databases import close, ground_floors
from tests.support.listings import listing
from tests.support.people import PASSWORD, person
from tests.support.smtp import Mail, MailServer
from tests.support.visitor import Visitor, posting

#: The board with real processes takes its time on a busy machine.
pytestmark = pytest.mark.timeout(120)


def rows(board: LiveBoard, statement: str) -> list[tuple[Any, ...]]:
    """Look into the board's database from outside."""
    url = board.database_url
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            found = file.execute(statement).fetchall()
        file.close()
        return found
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(statement.encode()).fetchall()


def submit(board: LiveBoard, title: str, *, fields: dict[str, str] | None = None) -> int:
    """Post a listing as a guest; the status of the page that one ends on."""
    guest = Visitor(board.url)
    if fields is None:
        fields = {**guest.hidden("/post-a-job/"), **posting(title, "guest@think.example")}
    answer = guest.post("/post-a-job/", fields)
    assert answer.status != 200 or answer.url.endswith("/sent/"), answer.text[:3000]
    return answer.status


def eight_who_write(board: LiveBoard) -> tuple[list[Visitor], list[dict[str, str]]]:
    """Return guests who have the form before them, and what each will send."""
    guests = [Visitor(board.url) for _ in range(8)]
    forms = [
        {**guest.hidden("/post-a-job/"), **posting(f"Analyst {number}", "guest@think.example")}
        for number, guest in enumerate(guests)
    ]
    return guests, forms


def break_amid(
    end: Callable[[str], None], send: Callable[[int], None], acknowledged: list[int]
) -> None:
    """Let eight send at once, and end the web server when some of them have their answer."""
    with ThreadPoolExecutor(8) as sending:
        done = [sending.submit(send, number) for number in range(8)]
        processes.wait_until(lambda: len(acknowledged) >= 2, "some are acknowledged")
        end("web")
        for each in done:
            each.result()


def children(pid: int) -> set[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in listed}


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


# ----------------------------------------------------------------------------------------- web


@pytest.mark.one_database
def test_sigterm_under_load_loses_no_request(make_board: Callable[..., LiveBoard]) -> None:
    """Whoever was let in gets the whole answer; later ones find nobody, and may come again.

    Connections that still wait in the listening socket's queue when it is closed are reset by
    the kernel without a byte: the server never saw them, and browsers and proxies ask again by
    themselves (RFC 9110, 9.2.2). That nothing of theirs was begun, the next test shows.
    """
    board = make_board()
    board.start("web")
    ends: Counter[str] = Counter()
    is_over = threading.Event()

    def visit(_number: int) -> None:
        while not is_over.is_set():
            end = one_answer(board)
            ends[end] += 1
            if end != "whole":
                return

    with ThreadPoolExecutor(6) as visitors:
        done = [visitors.submit(visit, number) for number in range(6)]
        processes.wait_until(lambda: ends["whole"] > 60, "there is load")
        board.stop("web")
        is_over.set()
        for each in done:
            each.result()
    assert set(ends) <= {"whole", "not let in", "refused"}
    assert ends["not let in"] < ends["whole"] / 10


def one_answer(board: LiveBoard) -> str:
    """Ask for a page over a connection of its own; how that ended."""
    with closing(http.client.HTTPConnection("127.0.0.1", board.port, timeout=20)) as connection:
        try:
            connection.connect()
        except ConnectionRefusedError:
            return "refused"
        try:
            connection.request("GET", "/about/")
            answer = connection.getresponse()
        except (ConnectionResetError, BrokenPipeError):
            return "not let in"
        try:
            is_whole = answer.status == 200 and answer.read().rstrip().endswith(b"</html>")
        except (OSError, http.client.HTTPException) as fault:
            return f"{type(fault).__name__}: {fault}"
        return "whole" if is_whole else "broken"


def test_sigterm_while_guests_submit(make_board: Callable[..., LiveBoard]) -> None:
    """What was acknowledged is there, and nothing of those who were turned away."""
    board = make_board()
    board.start("web")
    guests, forms = eight_who_write(board)
    acknowledged: list[int] = []

    def send(number: int) -> None:
        try:
            # The address alone acknowledges: the page it leads to may find nobody.
            answer = guests[number].post("/post-a-job/", forms[number], follow=False)
        except OSError:
            return  # Turned away.
        assert answer.status == 303, answer.text[:3000]
        acknowledged.append(number)

    break_amid(board.stop, send, acknowledged)
    there = {title for (title,) in rows(board, "SELECT title FROM listing")}
    assert there == {f"Analyst {number}" for number in acknowledged}


def test_web_killed_while_guests_submit(make_board: Callable[..., LiveBoard]) -> None:
    """What was acknowledged is there once; what was not can be sent again and makes no twin."""
    board = make_board()
    board.start("web")
    guests, forms = eight_who_write(board)
    acknowledged: list[int] = []

    def send(number: int) -> None:
        try:
            if guests[number].post("/post-a-job/", forms[number]).status == 200:
                acknowledged.append(number)
        except OSError:
            return  # The board died under it.

    break_amid(board.kill, send, acknowledged)
    count = "SELECT title, count(*) FROM listing GROUP BY title"
    there = dict(rows(board, count))
    assert {f"Analyst {number}" for number in acknowledged} <= set(there)
    owed = rows(board, "SELECT count(*) FROM message WHERE kind = 'listing_confirm'")
    assert owed == [(len(there),)]

    board.start("web")
    for guest, form in zip(guests, forms, strict=True):
        assert guest.post("/post-a-job/", form).status == 200
    assert dict(rows(board, count)) == {f"Analyst {number}": 1 for number in range(8)}
    assert rows(board, "SELECT count(*) FROM message") == [(8,)]


def test_web_killed_while_a_moderator_approves(make_board: Callable[..., LiveBoard]) -> None:
    """A decision is there whole (listing, history, mail) or not at all, and can be taken again."""
    board = make_board()
    app = ground_floors({"DATABASE_URL": board.database_url}, board.folder)
    with app.app_context():
        person(db.session, "maryam", is_moderator=True)
        now = datetime.now(UTC)
        waiting = [
            listing(db.session, Status.PENDING, now=now, title=f"Analyst {number}").id
            for number in range(8)
        ]
    close(app)
    board.start("web")
    maryam = [Visitor(board.url) for _ in waiting]
    forms = []
    for browser, number in zip(maryam, waiting, strict=True):
        signing = browser.hidden("/login/")
        browser.post("/login/", {**signing, "email": "maryam@think.example", "password": PASSWORD})
        forms.append(browser.hidden(f"/moderation/{number}/"))
    acknowledged: list[int] = []

    def approve(at: int) -> None:
        try:
            if maryam[at].post(f"/moderation/{waiting[at]}/approve/", forms[at]).status == 200:
                acknowledged.append(waiting[at])
        except OSError:
            return  # The board died under it.

    break_amid(board.kill, approve, acknowledged)
    published = "SELECT id, 1 FROM listing WHERE status = 'published'"
    decisions = "SELECT listing_id, count(*) FROM event WHERE verb = 'approve' GROUP BY listing_id"
    mails = "SELECT count(*) FROM message WHERE kind = 'listing_posted'"
    there = dict(rows(board, published))
    assert set(acknowledged) <= set(there)
    assert dict(rows(board, decisions)) == there
    assert rows(board, mails) == [(len(there),)]

    board.start("web")
    for at in range(8):
        approve(at)
    assert dict(rows(board, published)) == dict.fromkeys(waiting, 1)
    assert dict(rows(board, decisions)) == dict.fromkeys(waiting, 1)
    assert rows(board, mails) == [(8,)]


@pytest.mark.one_database
def test_a_killed_server_leaves_nobody_on_its_port(make_board: Callable[..., LiveBoard]) -> None:
    board = make_board(WEB_WORKERS="2")
    board.start("web")
    main = board.pid("web")
    # The first one answers before the second is there.
    processes.wait_until(lambda: len(children(main)) == 2, "both its processes are there")
    workers = children(main)
    os.kill(main, signal.SIGKILL)
    processes.wait_until(lambda: all(map(is_gone, workers)), "its processes end")
    board.kill("web")
    board.start("web")


# --------------------------------------------------------------------------------------- worker


def owing(make_board: Callable[..., LiveBoard], server: MailServer, count: int) -> LiveBoard:
    """A board that owes some mails to a real server, with no worker yet."""
    board = make_board(DEMO="", **server.settings)
    board.start("web")
    for number in range(count):
        assert submit(board, f"Analyst {number}") == 200
    return board


def by_id(mails: list[Mail]) -> Counter[str]:
    return Counter(mail.message_id for mail in mails)


def all_sent(board: LiveBoard) -> bool:
    return rows(board, "SELECT DISTINCT status FROM message") == [("sent",)]


def test_worker_killed_between_the_answer_and_the_commit(
    make_board: Callable[..., LiveBoard], smtp_server: MailServer
) -> None:
    """At most the one mail in hand is repeated, under its own id; none is lost."""
    board = owing(make_board, smtp_server, 3)
    smtp_server.delay = 0.3
    board.start("worker")
    smtp_server.wait_for(2)
    board.kill("worker")
    smtp_server.delay = 0.0
    # Its lease has a minute to run; the test does not wait for it.
    update = "UPDATE message SET lease_until = '2001-01-01 00:00:00' WHERE status = 'sending'"
    change(board, update)
    board.start("worker")
    processes.wait_until(lambda: all_sent(board), "all is sent")
    seen = by_id(smtp_server.mails)
    assert len(seen) == 3
    assert sorted(seen.values()) in ([1, 1, 1], [1, 1, 2])


def change(board: LiveBoard, statement: str) -> None:
    url = board.database_url
    if url.startswith("sqlite"):
        file = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
        with file:
            file.execute(statement)
        file.close()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(statement.encode())


@pytest.mark.one_database
def test_sigterm_lets_the_mail_in_hand_finish(
    make_board: Callable[..., LiveBoard], smtp_server: MailServer
) -> None:
    board = owing(make_board, smtp_server, 3)
    smtp_server.delay = 0.5
    board.start("worker")
    processes.wait_until(lambda: smtp_server.attempts == 1, "the first mail is in hand")
    board.stop("worker")
    states = rows(board, "SELECT status, attempts FROM message ORDER BY id")
    assert states == [("sent", 1), ("waiting", 0), ("waiting", 0)]
    assert len(smtp_server.mails) == 1


@pytest.mark.one_database
def test_a_mail_goes_out_within_seconds(
    make_board: Callable[..., LiveBoard], smtp_server: MailServer
) -> None:
    board = make_board(DEMO="", **smtp_server.settings)
    board.start()
    submit(board, "Analyst")
    began = time.monotonic()
    (mail,) = smtp_server.wait_for(1)
    assert time.monotonic() - began < 8
    assert mail.subject == "Confirm your listing: Analyst"


@pytest.mark.one_database
def test_a_slow_mail_server_holds_up_no_page(
    make_board: Callable[..., LiveBoard], smtp_server: MailServer
) -> None:
    smtp_server.delay = 10
    board = owing(make_board, smtp_server, 2)
    board.start("worker")
    processes.wait_until(lambda: smtp_server.attempts == 1, "the worker waits for the server")
    began = time.monotonic()
    assert submit(board, "Analyst meanwhile") == 200
    assert Visitor(board.url).get("/jobs/").status == 200
    assert time.monotonic() - began < 8
    assert smtp_server.mails == []


@pytest.mark.one_database
def test_an_outage_is_waited_out(
    make_board: Callable[..., LiveBoard], smtp_server: MailServer
) -> None:
    board = owing(make_board, smtp_server, 2)
    smtp_server.stop()
    board.start("worker")
    processes.wait_until(
        lambda: "cannot be reached" in board.log("worker").read_text(), "the worker says so"
    )
    smtp_server.start()
    smtp_server.wait_for(2, seconds=40)
    assert [mail.subject for mail in smtp_server.mails] == [
        "Confirm your listing: Analyst 0",
        "Confirm your listing: Analyst 1",
    ]


# ---------------------------------------------------------------------------------------- serve


@pytest.mark.one_database
def test_serve_watches_over_web_and_worker(make_board: Callable[..., LiveBoard]) -> None:
    board = make_board()
    board.start("serve")
    told = board.log("serve")
    processes.wait_until(lambda: "Ctrl-C stops it" in told.read_text(), "it says where it is")
    text = told.read_text()
    assert f"{board.url}/jobs/" in text
    assert f"{board.url}/_mailbox/" in text
    assert "moderator@demo.example" in text
    assert "geopolist demo" in text
    submit(board, "Analyst")
    mailbox = Visitor(board.url)
    processes.wait_until(
        lambda: len(json.loads(mailbox.get("/_mailbox/messages.json").text)) == 1, "it is mailed"
    )
    main = board.pid("serve")
    parts = children(main)
    assert len(parts) == 2
    grandchildren = {child for part in parts for child in children(part)}
    os.kill(main, signal.SIGINT)
    processes.wait_until(
        lambda: all(map(is_gone, {main, *parts, *grandchildren})), "Ctrl-C stops all"
    )
    assert "Traceback" not in told.read_text()


@pytest.mark.one_database
def test_serve_prepares_an_empty_folder(tmp_path: Path) -> None:
    """What `make run` starts: nothing but a folder that may be written to."""
    board = LiveBoard(f"sqlite:///{tmp_path / 'fresh.sqlite'}", tmp_path, {})
    try:
        board.start("serve", arguments=("--prepare",))
        assert rows(board, "SELECT count(*) FROM listing") == [(236,)]
        assert "demo: 236 listings" in board.log("serve").read_text()
        assert Visitor(board.url).get("/readyz").status == 200
    finally:
        board.kill()


@pytest.mark.one_database
def test_what_breaks_under_serve_comes_back_and_nothing_outlives_it(
    make_board: Callable[..., LiveBoard],
) -> None:
    board = make_board()
    board.start("serve")
    main = board.pid("serve")
    before = children(main)
    told = board.log("serve")
    processes.wait_until(lambda: "Ctrl-C stops it" in told.read_text(), "all is well")
    victim = max(before)
    os.kill(victim, signal.SIGKILL)
    processes.wait_until(
        lambda: len(children(main)) == 2 and victim not in children(main), "it is started again"
    )
    parts = children(main)
    os.kill(main, signal.SIGKILL)
    processes.wait_until(lambda: all(map(is_gone, parts)), "the parts end with it")
