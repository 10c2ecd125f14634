"""Requests that no browser sends: forged hosts, odd methods, doubled lengths, bodies without end.

ASVS 3.3, 3.4, 4.1, 4.2.1, 5.2.1, 13.4; faults 31, 32, 36, 39, 46.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from jobboard import clock
from jobboard.domain.address import own_path
from jobboard.mail import delivery
from tests.security.conftest import MakeApp
from tests.support.board import LiveBoard
from tests.support.databases import Databases
from tests.support.people import PASSWORD
from tests.support.world import World, build

pytestmark = pytest.mark.one_database

EVIL = "evil.example"


@pytest.fixture(scope="module")
def board(make_shared_app: MakeApp) -> tuple[Flask, World]:
    app = make_shared_app(DEMO="1")
    return app, build(app)


@pytest.fixture
def nobody(board: tuple[Flask, World]) -> FlaskClient:
    return board[0].test_client()


# -------------------------------------------------------------------------- who one claims to be

FORGED = {
    "Host": EVIL,
    "Forwarded": f"for=1.2.3.4;host={EVIL};proto=https",
    "X-Forwarded-For": "1.2.3.4",
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Port": "99",
    "X-Forwarded-Prefix": f"/{EVIL}",
    "X-Forwarded-Proto": "https",
    "X-HTTP-Method-Override": "POST",
    "X-Original-URL": f"/{EVIL}",
    "X-Real-IP": "1.2.3.4",
    "X-Rewrite-URL": f"/{EVIL}",
}


def test_a_forged_host_is_in_no_answer(board: tuple[Flask, World], nobody: FlaskClient) -> None:
    _, world = board
    paths = (
        *("/", "/jobs", "/jobs/", "/jobs//", "/login", "/login/", "/account/", "/account"),
        *("/nothing", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/jobs/feed.atom"),
        *("/jobs/feed.ics", "/feeds/jobs.xml", "/api/v1/jobs", "/api/v1/openapi.json"),
        f"/job/{world.live_slug}/",
        f"/job/{world.live_slug}",
        f"/job/wrong-front-{world.live_id}/",
        f"/organisation/{world.organisation_slug}/",
        f"/post-a-job/{world.guest_token}",
    )
    for path in paths:
        answer = nobody.get(path, headers=FORGED)
        told = f"{answer.headers}{answer.text}"
        assert EVIL not in told, path
        assert "1.2.3.4" not in told, path
        assert answer.status_code < 500, path


def test_the_routers_own_redirects_keep_to_the_path(nobody: FlaskClient) -> None:
    answer = nobody.get("/jobs?q=a%26b&sort=newest", headers=FORGED)
    assert (answer.status_code, answer.location) == (308, "/jobs/?q=a%26b&sort=newest")
    assert nobody.post("/login?next=/account/").location == "/login/?next=/account/"


def test_a_forged_host_is_in_no_mail(board: tuple[Flask, World], nobody: FlaskClient) -> None:
    headers = {**FORGED, "Origin": f"http://{EVIL}"}
    data = {"email": "alice@think.example"}
    assert nobody.post("/lost-password/", data=data, headers=headers).status_code == 303
    with board[0].app_context():
        delivery.deliver(clock.now())
    [mail] = [
        each
        for each in nobody.get("/_mailbox/messages.json").get_json()
        if each["kind"] == "password_reset"
    ]
    assert EVIL not in json.dumps(mail)
    assert {link.split("/")[2] for link in mail["links"]} == {"localhost"}


def test_figures_are_told_to_no_one_behind_a_proxy(nobody: FlaskClient) -> None:
    assert nobody.get("/metrics").status_code == 200
    for name in ("X-Forwarded-For", "Forwarded"):
        assert nobody.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert nobody.get("/metrics", environ_overrides=elsewhere).status_code == 404


# ------------------------------------------------------------------------------------- addresses

#: Shapes in which `next=` may lead elsewhere (ASVS 3.7.2).
ELSEWHERE = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "//[::1]:0/",
    "//[",
    "/\x00/evil.example",
    "/\r\nLocation: https://evil.example",
    "/\x7f/evil.example",
    "//\u3002evil.example",
)


def test_next_leads_to_paths_of_this_site_only(nobody: FlaskClient) -> None:
    for wanted in ELSEWHERE:
        assert own_path(wanted, "/jobs/") == "/jobs/", repr(wanted)
        page = nobody.get("/login/", query_string={"next": wanted}).text
        assert 'name="next" value="/job-dashboard/"' in page.replace('type="hidden" ', ""), wanted
        page = nobody.get("/notice/dismissed/", query_string={"back": wanted}).text
        assert EVIL not in page, wanted


def test_signing_in_leads_to_paths_of_this_site_only(board: tuple[Flask, World]) -> None:
    """Both the field and the address of the form; once for each would cost a password's hash."""
    for at, wanted in (
        ("/login/", ELSEWHERE[5]),
        ("/login/?next=//evil.example", "//evil.example"),
    ):
        data = {"email": "alice@think.example", "password": PASSWORD, "next": wanted}
        assert board[0].test_client().post(at, data=data).location == "/job-dashboard/"


def test_what_must_not_be_there_is_not_there(nobody: FlaskClient) -> None:
    """ASVS 13.4: sources, settings, consoles, folders."""
    for path in (
        *("/.git/config", "/.git/HEAD", "/.env", "/config.py", "/wsgi.py", "/console", "/debug"),
        *("/static/", "/static/css/", "/static/..%2fconfig.py", "/static/../config.py"),
        *("/static/%2e%2e/config.py", "/static/%00", "/server-status"),
        *("/instance/secret_key", "/instance/board.sqlite", "/templates/layouts/page.html"),
        *("/job-dashboard/x.css", "/account/x.css", "/account/..%2fx.css", "/login/x.js"),
    ):
        answer = nobody.get(path)
        assert answer.status_code == 404, path
        assert "no-store" in answer.headers["Cache-Control"] or (
            answer.headers["Cache-Control"] == "no-cache"
        ), path


def test_odd_paths_are_not_found(nobody: FlaskClient) -> None:
    for path in (
        *("/job/%00/", "/job/%ff/", "/job/x-%D9%A1/", f"/job/x-{'9' * 30}/", "/job/x--1/"),
        *(
            f"/job/{'x' * 9000}-1/",
            "/job/%22%3E%3Cx-y%3E/",
            "/%22%3E%3Cx-y%3E/",
            "/organisation/%00/",
        ),
        *(f"/organisation/{'x' * 9000}/", f"/api/v1/jobs/{'9' * 30}", "/api/v1/jobs/-1"),
        *("/api/v1/organisations/%00", "/post-a-job/%00/", "/post-a-job/%F0%9F%98%80/"),
        *("/sitemap-jobs-0.xml", f"/sitemap-jobs-{'9' * 30}.xml", f"/_mailbox/{'9' * 30}/"),
        *("/?p=%00&post_type=job_listing", f"/?p={'9' * 40}", "/?p=-1", "/?p=1%27", "/JOBS/"),
    ):
        answer = nobody.get(path)
        assert answer.status_code == 404, path
        assert "<x-y" not in answer.text, path


# --------------------------------------------------------------------------------------- methods


def test_methods_that_no_page_knows(nobody: FlaskClient) -> None:
    for method in ("TRACE", "TRACK", "FOO", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"):
        for path in ("/jobs/", "/login/", "/api/v1/jobs", "/static/favicon.svg"):
            answer = nobody.open(path, method=method, headers={"Cookie": "board=echo-me"})
            assert answer.status_code == 405, (method, path)
            assert "echo-me" not in answer.text, (method, path)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["Content-Type"] in (
                "text/html; charset=utf-8",
                "application/problem+json",
            ), path


# ------------------------------------------------------------------------- the server on the wire

FORM = (
    b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
)
MOST = 1024 * 1024

Say = Callable[[bytes], list[tuple[int, bytes]]]


@pytest.fixture(scope="module")
def live(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveBoard]:
    folder = tmp_path_factory.mktemp("live")
    url = databases.new(folder)
    board = LiveBoard(url, folder, {})
    board.start("web")
    yield board
    board.kill()
    databases.drop(url)


@pytest.fixture
def say(live: LiveBoard) -> Say:
    """Sends bytes as they are; returns the status and body of each answer that came back."""

    def talk(raw: bytes) -> list[tuple[int, bytes]]:
        answers: list[tuple[int, bytes]] = []
        # Whoever is refused in the middle of a body is hung up on.
        with socket.create_connection(("127.0.0.1", live.port), timeout=10) as line:
            with suppress(ConnectionError):
                line.sendall(raw)
            with suppress(ConnectionError), line.makefile("rb") as reader:
                while first := reader.readline():
                    answers.append((int(first.split()[1]), _body(reader)))
        return answers

    return talk


def _body(reader: BufferedReader) -> bytes:
    length = 0
    while header := reader.readline().strip():
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return reader.read(length)


def test_two_lengths_are_one_too_many(say: Say) -> None:
    """A second request must not hide in the body of the first (ASVS 4.2.1)."""
    hidden = b"GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for lengths in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 36\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 9999999999999999999999\r\n\r\n",
    ):
        [(status, _)] = say(FORM.replace(b"close", b"keep-alive") + lengths + hidden)
        # The server leaves the one length that counts, and hangs up.
        assert status == (411 if b": chunked\r" in lengths else 400), lengths


def test_a_body_over_the_limit_is_refused(say: Say, live: LiveBoard) -> None:
    """One byte over it, a hundred megabytes, pieces without end: refused, and memory stays flat."""
    before = memory(live)
    over = MOST + 1
    [(status, _)] = say(FORM + b"Content-Length: %d\r\n\r\n" % over + b"x" * over)
    assert status == 413
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    [(status, page)] = say(FORM + b"Transfer-Encoding: chunked\r\n\r\n" + piece + b"0\r\n\r\n")
    assert status == 411
    assert b"made no sense" in page
    for path in (b"/login/", b"/post-a-job/", b"/nothing"):
        head = FORM.replace(b"/login/", path)
        for endless in (
            b"Transfer-Encoding: chunked\r\n\r\n" + piece * 1000,
            b"Content-Length: 100000000\r\n\r\n" + b"x" * 65_000_000,
        ):
            assert {status for status, _ in say(head + endless)} <= {404, 411, 413}, path
    assert memory(live) - before < 30_000
    assert say(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") == [
        (200, b"alive\n")
    ]


def memory(board: LiveBoard) -> int:
    """The most kilobytes that the server's processes ever held together."""
    main = board.pid("web")
    children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
    found = [
        re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        for pid in children
    ]
    return sum(int(one[1]) for one in found if one)


def test_bytes_that_make_no_request_are_refused(say: Say) -> None:
    close = b"Host: x\r\nConnection: close\r\n\r\n"
    for raw, status in {
        b"GET /jobs/?q=\xff\xfe\x00 HTTP/1.1\r\n" + close: 400,
        b"GET //evil.example/jobs HTTP/1.1\r\n" + close: 404,
        b"GET /jobs/ HTTP/1.1\r\nX: a\r\n b\r\n" + close: 400,
        b"GET /jobs/ HTTP/1.1\r\nX : a\r\n" + close: 400,
        b"GET /jobs/ HTTP/1.1\r\nX: a\x00b\r\n" + close: 400,
        b"GET /jobs/?" + b"q=a&" * 12_000 + b" HTTP/1.1\r\n" + close: 200,
        b"TRACE / HTTP/1.1\r\n" + close: 405,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n": 400,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": None,  # hung up on
    }.items():
        assert [each for each, _ in say(raw)] == ([status] if status else []), raw[:60]
