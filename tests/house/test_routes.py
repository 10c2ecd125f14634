"""Every route says whom it is for, and strangers stay out."""

from collections.abc import Iterator

import pytest
from flask import Flask, template_rendered
from jinja2 import Template

from tests.house.audiences import AUDIENCES, Audience
from tests.house.walk import Door, doors
from tests.support.world import World, build, everything, signed_in

_CLOSED = frozenset({Audience.MEMBER, Audience.POSTER, Audience.MODERATOR, Audience.ADMINISTRATOR})


@pytest.fixture
def world(app: Flask) -> World:
    return build(app)


@pytest.fixture
def shown(app: Flask) -> Iterator[list[str]]:
    """The names of the templates that answers were made of."""
    names: list[str] = []

    def remember(_app: Flask, template: Template, **_more: object) -> None:
        names.append(template.name or "")

    with template_rendered.connected_to(remember, app):
        yield names


def gets(app: Flask, world: World) -> list[Door]:
    return [door for door in doors(app, world) if "GET" in door.methods]


@pytest.mark.one_database
def test_every_route_has_a_declared_audience(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(AUDIENCES)


def test_nobody_is_sent_to_sign_in_from_what_is_not_public(app: Flask, world: World) -> None:
    nobody = app.test_client()
    for door in doors(app, world):
        if door.audience not in _CLOSED:
            continue
        method = "GET" if "GET" in door.methods else "POST"
        answer = nobody.open(door.path, method=method)
        assert answer.status_code in (302, 303), (door, answer.status_code)
        assert answer.headers["Location"].startswith("/login/?next="), door


def test_a_stranger_finds_nothing_of_others(app: Flask, world: World) -> None:
    charlie = signed_in(app, "charlie")
    for door in doors(app, world):
        if door.audience not in _CLOSED - {Audience.MEMBER}:
            continue
        for method in sorted(door.methods):
            answer = charlie.open(door.path, method=method)
            assert answer.status_code == 404, (door, method, answer.status_code)


def test_a_poster_and_a_moderator_have_their_own_doors_only(app: Flask, world: World) -> None:
    bob, maryam = signed_in(app, "bob"), signed_in(app, "maryam")
    for door in gets(app, world):
        if door.audience in (Audience.MODERATOR, Audience.ADMINISTRATOR):
            assert bob.get(door.path).status_code == 404, door
        if door.audience is Audience.ADMINISTRATOR:
            assert maryam.get(door.path).status_code == 404, door
        if door.audience is Audience.MODERATOR:
            assert maryam.get(door.path).status_code == 200, door
        if door.audience is Audience.POSTER:
            assert bob.get(door.path).status_code in (200, 302, 303), door
            assert maryam.get(door.path).status_code == 404, door


def test_a_wrong_link_opens_nothing(app: Flask, world: World) -> None:
    nobody = app.test_client()
    for door in doors(app, world):
        if door.audience is not Audience.HOLDER:
            continue
        for wrong in ("x", "0" * 43, "é" * 20, "a" * 5000):
            path = door.path.replace(world.guest_token, wrong)
            for method in sorted(door.methods):
                answer = nobody.open(path, method=method)
                assert answer.status_code in (404, 410, 414), (door, method, wrong)


def test_no_get_changes_a_row(app: Flask, world: World) -> None:
    people = [app.test_client(), *(signed_in(app, name) for name in ("alice", "maryam", "ada"))]
    before = everything(app)
    for door in gets(app, world):
        paths = [
            door.path,
            door.path.replace(world.guest_token, world.confirm_token),
            door.path.replace(world.guest_token, world.reset_token),
        ]
        for path in dict.fromkeys(paths):
            for visitor in people:
                answer = visitor.get(path, buffered=True)
                assert answer.status_code < 500, (door, answer.status_code)
                visitor.head(path)
    assert everything(app) == before


def test_a_page_is_named_like_its_endpoint(app: Flask, world: World, shown: list[str]) -> None:
    ada = signed_in(app, "ada")
    alice = signed_in(app, "alice")
    for door in gets(app, world):
        visitor = alice if door.audience is Audience.POSTER else ada
        shown.clear()
        answer = visitor.get(door.path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        pages = [name for name in shown if not name.startswith(("errors/", "macros/"))]
        whole = [name for name in pages if not name.split("/")[-1].startswith("_")]
        if not whole:  # a mail in the demo's mailbox
            assert door.audience is Audience.DEMO, door
            continue
        assert whole[-1:] == [f"{door.endpoint.replace('.', '/')}.html"], door


def test_every_page_has_one_title_and_one_heading(app: Flask, world: World) -> None:
    ada, alice = signed_in(app, "ada"), signed_in(app, "alice")
    for door in gets(app, world):
        visitor = alice if door.audience is Audience.POSTER else ada
        answer = visitor.get(door.path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        title = answer.text.split("<title>")[1].split("</title>")[0]
        assert title.split(" – ")[0].strip(), door
        assert answer.text.count("<h1") == 1, door


def test_public_pages_touch_no_session(app: Flask, world: World) -> None:
    alice, nobody = signed_in(app, "alice"), app.test_client()
    for door in gets(app, world):
        if door.audience is not Audience.EVERYONE:
            continue
        answer = alice.get(door.path, buffered=True)
        same = nobody.get(door.path, buffered=True)
        assert "Set-Cookie" not in answer.headers, door
        assert "Cookie" not in answer.headers.get("Vary", ""), door
        assert "csrf_token" not in answer.text, door
        assert answer.data == same.data, door


def test_an_answer_is_as_long_as_it_says(app: Flask, world: World) -> None:
    alice = signed_in(app, "alice")
    for door in gets(app, world):
        answer = alice.get(door.path, buffered=True)
        assert answer.headers.get("Content-Length", str(len(answer.data))) == str(
            len(answer.data)
        ), door
