"""Applications and databases that other tests stand on."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from tests.support.board import LiveBoard


def test_a_test_has_an_empty_migrated_database(
    session: scoped_session[Session], database_name: str
) -> None:
    assert session.get_bind().dialect.name == database_name
    assert session.scalar(text("SELECT count(*) FROM listing")) == 0
    assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_two_applications_share_the_test_s_database(make_app: Callable[..., Flask]) -> None:
    addresses = set()
    for app in (make_app(), make_app(SITE_NAME="Other")):
        addresses.add(app.config["SQLALCHEMY_DATABASE_URI"])
    assert len(addresses) == 1


@pytest.mark.one_database
def test_the_board_answers_in_this_process(client: FlaskClient) -> None:
    assert client.get("/no-such-page").status_code == 404


@pytest.mark.one_database
def test_the_board_answers_as_real_processes(live_board: LiveBoard) -> None:
    first = live_board.pid("web")
    live_board.kill("web")
    live_board.start("web")
    assert live_board.pid("web") != first
    live_board.stop("web", "worker")
