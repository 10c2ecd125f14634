"""Throttles: who counts as one visitor, what is stored, what happens when the counter is away."""

from collections.abc import Callable

import pytest
from flask import Flask

from jobboard.web import limits
from tests.support.valkey import Valkey

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_visitor_is_a_network(app: Flask, address: str, visitor: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.visitor() == visitor


def test_names_are_kept_as_keyed_hashes(make_app: Callable[..., Flask]) -> None:
    keys = set()
    for secret in ("0123456789abcdef" * 3, "fedcba9876543210" * 3):
        with make_app(SECRET_KEY=secret).app_context():
            keys.add(limits.keyed("alice@think.example"))
            assert limits.keyed("a", "b") != limits.keyed("ab")
    assert len(keys) == 2
    assert all("alice" not in key and len(key) == 64 for key in keys)


def tries(app: Flask, count: int) -> list[bool]:
    """Try to register from one network; whether each try was allowed."""
    allowed = []
    with app.test_request_context(environ_base={"REMOTE_ADDR": "198.51.100.7"}):
        for _try in range(count):
            try:
                limits.check("register", limits.visitor())
            except limits.TooManyTries as refusal:
                seconds = int(refusal.headers["Retry-After"])
                allowed.append(not (0 < seconds <= 3600 and refusal.minutes == -(-seconds // 60)))
            else:
                allowed.append(True)
    return allowed


def test_the_counter_of_one_process(make_app: Callable[..., Flask]) -> None:
    assert tries(make_app(RATE_LIMITS="on"), 12) == [True] * 10 + [False] * 2
    assert tries(make_app(RATE_LIMITS="off"), 12) == [True] * 12


def test_several_processes_count_together(
    make_app: Callable[..., Flask], valkey_server: Valkey
) -> None:
    first, second = (
        make_app(RATE_LIMITS="on", REDIS_URL=valkey_server.url) for _process in range(2)
    )
    assert tries(first, 6) == [True] * 6
    assert tries(second, 6) == [True] * 4 + [False] * 2


def test_a_counter_that_is_away_shuts_nobody_out(
    make_app: Callable[..., Flask], valkey_server: Valkey
) -> None:
    app = make_app(RATE_LIMITS="on", REDIS_URL=valkey_server.url)
    valkey_server.kill()
    assert tries(app, 12) == [True] * 12
