"""No form acts that another site sends: ASVS 3.5.1, faults 38. One walk over every POST there is.

Whoever adds a route finds it here without doing anything: the routes come from the board's map.
"""

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.house.audiences import Audience
from tests.house.walk import Door, doors
from tests.security.conftest import MakeApp
from tests.support.forms import filled
from tests.support.people import PASSWORD
from tests.support.world import World, build, everything

#: Stand on pages that are the same for everyone, so they carry no token; they change no row.
_WITHOUT_TOKEN = {"listings.show_apply", "pages.dismiss_notice"}
_WHO = {
    Audience.MEMBER: "alice",
    Audience.POSTER: "alice",
    Audience.MODERATOR: "maryam",
    Audience.ADMINISTRATOR: "ada",
}
_FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:99"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
)


@pytest.fixture(scope="module")
def board(make_shared_app: MakeApp) -> tuple[Flask, World]:
    app = make_shared_app(has_tokens=True)
    return app, build(app)


@pytest.fixture(scope="module")
def browsers(board: tuple[Flask, World]) -> dict[str, FlaskClient]:
    app, _ = board
    clients = {name: app.test_client() for name in ("nobody", *sorted(set(_WHO.values())))}
    for name, client in clients.items():
        if name != "nobody":
            data = {"email": f"{name}@think.example", "password": PASSWORD}
            answer = client.post("/login/", data={**data, "csrf_token": token(client)})
            assert answer.status_code == 303
    return clients


def token(client: FlaskClient) -> str:
    """The token of a browser's session, as its forms carry it."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/post-a-job/").text)
    assert found is not None
    return found[1]


def posts(board: tuple[Flask, World]) -> list[Door]:
    return [door for door in doors(*board) if "POST" in door.methods]


def send(client: FlaskClient, door: Door, more: str, headers: Mapping[str, str]) -> TestResponse:
    """Everything that any form asks for, so that only its token is missing."""
    words = {"note": "words", "reason": "not_relevant", "name": "Mallory", "password": PASSWORD}
    data = {**filled(**words, is_moderator="y", role="owner"), "csrf_token": more}
    return client.post(door.path, data=data, headers=headers)


@pytest.mark.one_database
def test_every_route_that_acts_is_walked(board: tuple[Flask, World]) -> None:
    assert len(posts(board)) > 30
    assert {door.endpoint for door in posts(board)} >= _WITHOUT_TOKEN


def test_no_form_acts_without_the_token_of_its_session(
    board: tuple[Flask, World], browsers: dict[str, FlaskClient]
) -> None:
    app, _ = board
    others = token(app.test_client())
    before = everything(app)
    for door in posts(board):
        client = browsers[_WHO.get(door.audience, "nobody")]
        for wrong in ("", others, "x" * 5000, "é\x00"):
            answer = send(client, door, wrong, {})
            if door.endpoint not in _WITHOUT_TOKEN:
                assert answer.status_code in (400, 403), (door, wrong[:20], answer.status_code)
    assert everything(app) == before


def test_no_form_of_another_site_acts_with_the_right_token_either(
    board: tuple[Flask, World], browsers: dict[str, FlaskClient]
) -> None:
    app, _ = board
    tokens = {name: token(client) for name, client in browsers.items()}
    before = everything(app)
    for door in posts(board):
        name = _WHO.get(door.audience, "nobody")
        for headers in _FOREIGN:
            answer = send(browsers[name], door, tokens[name], headers)
            assert answer.status_code == 403, (door, headers, answer.status_code)
    assert everything(app) == before


@pytest.mark.one_database
def test_the_same_form_acts_from_here(
    board: tuple[Flask, World], browsers: dict[str, FlaskClient]
) -> None:
    """What the walks above refuse is refused for its token alone."""
    [door] = [door for door in posts(board) if door.endpoint == "auth.rename"]
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert send(browsers["alice"], door, token(browsers["alice"]), own).status_code == 303
