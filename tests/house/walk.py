"""Addresses of every route of the board, filled with what stands on the tests' small board."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from jobboard.domain.listing import Status
from tests.house.audiences import AUDIENCES, Audience
from tests.support.world import World


@dataclass(frozen=True)
class Door:
    """One route: where it is and for whom."""

    endpoint: str
    path: str
    audience: Audience
    methods: frozenset[str]


def doors(app: Flask, world: World) -> list[Door]:
    """Every route with one address that leads to something."""
    return [
        Door(
            rule.endpoint,
            _path(app, rule, world),
            AUDIENCES[rule.endpoint],
            frozenset(rule.methods or ()) - {"HEAD", "OPTIONS"},
        )
        for rule in app.url_map.iter_rules()
    ]


def _path(app: Flask, rule: Rule, world: World) -> str:
    values = {name: _value(rule.endpoint, name, world) for name in rule.arguments}
    built = rule.build(values)
    assert built is not None, rule
    return str(built[1])


def _value(endpoint: str, name: str, world: World) -> object:
    special = _SPECIAL.get((endpoint, name))
    if special is not None:
        return special
    if endpoint.startswith("organisations.") or endpoint == "api.organisation":
        return world.organisation_slug
    if endpoint.startswith("moderation.") and name == "listing_id":
        return world.ids[Status.PENDING]
    return {
        "slug": world.live_slug,
        "listing_id": world.live_id,
        "revision_id": world.revision_id,
        "message_id": world.message_id,
        "user_id": world.user_id,
        "organisation_id": world.organisation_id,
        "membership_id": world.membership_id,
        "login_id": world.login_id,
        "token_text": world.guest_token,
        "number": 1,
        "filename": "favicon.svg",
    }[name]


_SPECIAL: dict[tuple[str, str], object] = {
    ("dashboard.act", "verb"): "extend",
    ("feeds.search", "kind"): "atom",
    ("posting.act", "verb"): "delete",
    ("moderation.decide", "verb"): "approve",
    ("moderation.decide_edit", "verb"): "accept_revision",
}
