"""The command line as an operator meets it: words, exit codes, nothing done twice."""

import re
import socket
import subprocess
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from jobboard import clock
from jobboard.cli import commands, worker
from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.mail import outbox
from jobboard.models.worker_run import Job
from jobboard.queries import outbox as queries
from jobboard.services import retention
from tests.support.board import LiveBoard
from tests.support.listings import listing
from tests.support.people import PASSWORD, person
from tests.support.smtp import MailServer
from tests.support.valkey import Valkey


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    """Run one command in this process: its exit code and what it says."""
    result = app.test_cli_runner().invoke(args=list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_demo_once(make_app: Callable[..., Flask]) -> None:
    app = make_app(DEMO="1")
    assert run(app, "demo") == (0, "demo: 236 listings\n")
    assert run(app, "demo") == (0, "demo: loaded already\n")


@pytest.mark.one_database
def test_no_demo_on_a_board_for_real_people(app: Flask) -> None:
    code, told = run(app, "demo")
    assert code == 1
    assert "only where DEMO=1 is set" in told


def test_the_first_administrator(app: Flask) -> None:
    code, told = run(app, "create-admin", "Ada@Think.Example")
    assert code == 0
    assert told.startswith("ada@think.example is an administrator.")
    (path,) = re.findall(r"^http://localhost(/lost-password/[^/]+/)$", told, re.MULTILINE)
    client = app.test_client()
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": PASSWORD}).status_code == 303
    signed_in = client.post("/login/", data={"email": "ada@think.example", "password": PASSWORD})
    assert signed_in.status_code == 303
    assert client.get("/moderation/").status_code == 200


def test_a_person_becomes_administrator_and_keeps_the_password(app: Flask) -> None:
    with app.app_context():
        person(db.session, "alice")
    assert run(app, "create-admin", "alice@think.example")[0] == 0
    client = app.test_client()
    client.post("/login/", data={"email": "alice@think.example", "password": PASSWORD})
    assert client.get("/moderation/").status_code == 200


@pytest.mark.one_database
@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@think.example\nBcc: all@x.example"])
def test_an_administrator_needs_an_address(app: Flask, email: str) -> None:
    code, told = run(app, "create-admin", email)
    assert code == 2
    assert "Invalid value for EMAIL" in told


def test_the_clock_by_hand(app: Flask) -> None:
    now = clock.now()
    with app.app_context():
        listing(db.session, now=now, ends_at=now)
        listing(db.session, Status.SCHEDULED, now=now, publish_at=now)
        listing(db.session, now=now, ends_at=now + timedelta(hours=20))
    assert run(app, "expire") == (0, "published: 1, expired: 1\n")
    assert run(app, "expire") == (0, "published: 0, expired: 0\n")
    assert run(app, "remind") == (0, "reminders: 1\n")
    assert run(app, "remind") == (0, "reminders: 0\n")
    with app.app_context():
        assert list(queries.last_runs()) == [Job.CLOCK]


def test_what_has_been_kept_for_its_time_is_deleted_by_hand(app: Flask) -> None:
    _forgotten(app)
    assert run(app, "purge") == (0, "deleted: 1\n")
    assert run(app, "purge") == (0, "deleted: 0\n")


def test_the_worker_deletes_what_has_been_kept_for_its_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _forgotten(app)
    stop, purge, done = threading.Event(), retention.purge, []

    def purge_and_stop(now: datetime) -> int:
        done.append(purge(now))
        stop.set()
        return 0

    monkeypatch.setattr(retention, "purge", purge_and_stop)
    worker.run(app, stop)
    assert done == [1]


def _forgotten(app: Flask) -> None:
    """Add an account that nobody confirmed within a month."""
    month_ago = clock.now() - timedelta(days=31)
    with app.app_context():
        person(
            db.session,
            "nobody",
            email_confirmed_at=None,
            created_at=month_ago,
            password_changed_at=month_ago,
        )


def test_mail_by_hand(make_app: Callable[..., Flask], smtp_server: MailServer) -> None:
    app = make_app(**smtp_server.settings)
    smtp_server.refused["b@think.example"] = "550 Gone"

    def owe(*names: str) -> None:
        with app.app_context():
            for name in names:
                outbox.queue(
                    db.session,
                    "device_new",
                    f"{name}@think.example",
                    {"device": "x", "at": clock.now().isoformat()},
                    dedupe_key=name,
                    at=clock.now(),
                )
            db.session.commit()

    assert run(app, "deliver") == (0, "sent: 0, to be tried again: 0, parked: 0\n")
    with app.app_context():
        assert list(queries.last_runs()) == [Job.MAIL]
    owe(*(f"n{number}" for number in range(30)))
    assert run(app, "deliver") == (0, "sent: 30, to be tried again: 0, parked: 0\n")
    owe("b")
    assert run(app, "deliver") == (1, "sent: 0, to be tried again: 0, parked: 1\n")
    smtp_server.stop()
    owe("c")
    code, told = run(app, "deliver")
    assert code == 1
    assert "the mail server cannot be reached" in told


def test_reindex(app: Flask) -> None:
    with app.app_context():
        for number in range(3):
            listing(db.session, now=clock.now(), title=f"Analyst {number}")
        listing(db.session, Status.DRAFT, now=clock.now())
    assert run(app, "reindex") == (0, "indexed: 3\n")


def test_check_says_how_all_stands(make_app: Callable[..., Flask], smtp_server: MailServer) -> None:
    code, told = run(make_app(**smtp_server.settings), "check")
    assert code == 0, told
    assert [line.split()[:2] for line in told.splitlines()] == [
        ["ok", "settings"],
        ["ok", "database"],
        ["ok", "migrations"],
        ["ok", "queue"],
        ["ok", "search"],
        ["ok", "mails"],
        ["ok", "mail"],
        ["ok", "redis"],
    ]


@pytest.mark.one_database
def test_check_says_what_is_broken(make_app: Callable[..., Flask]) -> None:
    code, told = run(make_app(REDIS_URL="redis://127.0.0.1:1/0"), "check")
    assert code == 1
    bad = [line.split("  ", 1)[1].strip() for line in told.splitlines() if line.startswith("BAD")]
    assert len(bad) == 2
    assert re.match(r"mail server +MAIL_SERVER is not set: every mail is parked", bad[0])
    assert re.match(r"redis +does not answer", bad[1])


@pytest.mark.one_database
def test_check_asks_valkey_where_one_is_set(
    make_app: Callable[..., Flask], valkey_server: Valkey
) -> None:
    told = run(make_app(DEMO="1", REDIS_URL=valkey_server.url), "check")
    assert told[0] == 0, told[1]
    assert re.search(r"^ok   redis +answers$", told[1], re.MULTILINE)


@pytest.mark.one_database
def test_upgrade_repeats(app: Flask) -> None:
    assert run(app, "db", "upgrade")[0] == 0
    assert run(app, "db", "upgrade")[0] == 0


@pytest.mark.one_database
@pytest.mark.parametrize("command", commands.ALL, ids=lambda command: str(command.name))
def test_every_command_explains_itself(app: Flask, command: object) -> None:
    name = str(getattr(command, "name", ""))
    code, told = run(app, name, "--help")
    assert code == 0
    assert told.startswith("Usage: ")
    assert len(told.splitlines()) > 4


@pytest.mark.one_database
def test_settings_that_allow_no_start_are_told_in_words(
    make_board: Callable[..., LiveBoard],
) -> None:
    board = make_board(DEMO="", SITE_URL="", SECRET_KEY="dev")
    for command in ("web", "check"):
        done = board.run(command)
        assert done.returncode == 1, command
        assert "SITE_URL is not set" in done.stderr
        assert "SECRET_KEY must be" in done.stderr
        assert "Traceback" not in done.stderr
    helped = board.run("--help")
    assert helped.returncode == 0
    assert "create-admin" in helped.stdout
    assert "Traceback" not in helped.stdout + helped.stderr


@pytest.mark.one_database
def test_a_port_in_use_is_told(make_board: Callable[..., LiveBoard]) -> None:
    board = make_board()
    with socket.socket() as other:
        other.bind(("127.0.0.1", board.port))
        other.listen()
        done: subprocess.CompletedProcess[str] = board.run("web")
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{board.port}" in done.stderr
    assert "PORT" in done.stderr
