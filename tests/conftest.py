"""What tests may ask for: databases, applications, servers, a browser.

`BOARD_DATABASES=sqlite` (or `postgresql`) runs on one database only, while working.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from sqlalchemy.orm import scoped_session

from jobboard import passwords
from jobboard.db import db, start_writing
from tests.support import browser as browsers
from tests.support.board import LiveBoard
from tests.support.databases import (
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    application,
    close,
    ground_floors,
)
from tests.support.postgres import Postgres
from tests.support.smtp import MailServer
from tests.support.valkey import Valkey

_DATABASES = tuple(
    filter(None, re.split(r"[ ,]+", os.environ.get("BOARD_DATABASES", "sqlite,postgresql")))
)
_JOURNEY_SECONDS = 180
_JOURNEYS_NOT_RUN = pytest.StashKey[int]()


# ---------------------------------------------------------------------------------- collection


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what touches a database once on each."""
    if "database_name" in metafunc.fixturenames:
        is_one = metafunc.definition.get_closest_marker("one_database")
        metafunc.parametrize(
            "database_name", _DATABASES[:1] if is_one else _DATABASES, scope="session"
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark journeys, and leave them out (saying so at the end) where there is no browser."""
    journeys = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    for item in journeys:
        item.add_marker(pytest.mark.journey)
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_JOURNEY_SECONDS))
    left_out = set() if browsers.find() else set(journeys)
    config.stash[_JOURNEYS_NOT_RUN] = len(left_out)
    if "long" not in config.getoption("markexpr"):
        left_out |= {item for item in items if item.get_closest_marker("long")}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


class Workers:
    """What the processes that run the tests tell the one that counts them."""

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Keep how many journeys a process left out; each collects them all."""
        told = getattr(node, "workeroutput", {}).get("journeys_not_run", 0)
        node.config.stash[_JOURNEYS_NOT_RUN] = told


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the other processes, if there are any."""
    if config.pluginmanager.hasplugin("xdist") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Workers())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything must be tested, a missing browser is a failure."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["journeys_not_run"] = session.config.stash.get(_JOURNEYS_NOT_RUN, 0)
        return
    if session.config.stash.get(_JOURNEYS_NOT_RUN, 0) and _is_ci() and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say, just before the counts, what did not run or failed outside pytest."""
    missing = config.stash.get(_JOURNEYS_NOT_RUN, 0)
    if missing:
        terminalreporter.write_line(f"browser journeys not run: {missing}", red=_is_ci())
    failed = os.environ.get("BOARD_FAILED_CHECKS", "").strip()
    if failed:
        terminalreporter.write_line(f"failed before the tests: {failed}", red=True)


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own settings must not decide a test."""
    for name in ("DEMO", "DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _own_transaction() -> None:
    """A test begins like a fresh thread: a page that the one before read says nothing about it."""
    start_writing()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash with the least work in this process: hundreds of tests sign in.

    The board's own processes, and so the journeys, hash as they do for people; what the parameters
    must be is in tests/test_passwords.py.
    """
    passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)


# ----------------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server, started when the first test asks for it."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def database_name() -> str:
    """`sqlite` or `postgresql`: filled in for each test by `pytest_generate_tests`."""
    raise RuntimeError("filled in by pytest_generate_tests")


@pytest.fixture(scope="session")
def databases(
    database_name: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Databases:
    """A maker of migrated databases of the present kind."""
    folder = tmp_path_factory.mktemp("template")
    if database_name == "postgresql":
        return PostgresDatabases(request.getfixturevalue("postgres"), folder)
    return SqliteDatabases(folder)


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own: migrated, empty."""
    url = databases.new(tmp_path)
    yield url
    databases.drop(url)


# --------------------------------------------------------------------------------- application


@pytest.fixture
def make_app(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Makes applications on the test's database; settings are named as in the environment."""
    made: list[Flask] = []

    def make(**settings: str) -> Flask:
        app = application({"DATABASE_URL": database_url, **settings}, tmp_path)
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The board, without CSRF tokens and throttles, which have tests of their own."""
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without script, in this process."""
    return app.test_client()


@pytest.fixture
def session(database_url: str, tmp_path: Path) -> Iterator[scoped_session[Any]]:
    """The session, for tests of services and queries: database and search, no doors and no pages.

    Not together with `client`: a request inside this context would share its session.
    """
    app = ground_floors({"DATABASE_URL": database_url}, tmp_path)
    with app.app_context():
        yield db.session
    close(app)


# ------------------------------------------------------------------------------------- servers


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A real SMTP server that keeps what it gets and can be told to refuse."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def valkey_server(_valkey: Valkey) -> Valkey:
    """A real Valkey, empty."""
    if not _valkey.is_running:
        _valkey.start()
    _valkey.empty()
    return _valkey


@pytest.fixture
def make_board(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., LiveBoard]]:
    """Makes boards as real processes on the test's database; nothing runs until `start`.

    The database is the test's one; mark the test `one_database` to run on SQLite only.
    """
    made: list[LiveBoard] = []

    def make(**settings: str) -> LiveBoard:
        folder = tmp_path / f"board-{len(made)}"
        folder.mkdir()
        board = LiveBoard(database_url, folder, settings)
        made.append(board)
        return board

    yield make
    for board in made:
        board.kill()


@pytest.fixture
def live_board(make_board: Callable[..., LiveBoard]) -> LiveBoard:
    """A demo board (open mailbox page, no listings) with web and worker running."""
    board = make_board()
    board.start()
    return board


# ------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium or Chrome of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsers.find(), args=list(browsers.ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each for a visitor of its own; `script=False` switches JavaScript off.

    The test fails at its end if a page's script failed or broke the content security policy.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            faults.append(message.text)

    def make(*, script: bool = True, **options: object) -> Page:
        context = browser.new_context(
            **{  # type: ignore[arg-type]
                "java_script_enabled": script,
                "locale": "en-GB",
                "timezone_id": "Europe/Istanbul",
                **options,
            }
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A visitor's page with script."""
    return open_page()


@pytest.fixture
def plain_page(open_page: Callable[..., Page]) -> Page:
    """A visitor's page without script."""
    return open_page(script=False)
