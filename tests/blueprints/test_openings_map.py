"""The map of openings: every country counts, and counts stand where they have room."""

import re

import pytest
from flask import Flask

from jobboard.blueprints.listings.openings_map import world_map
from jobboard.domain.criteria import Criteria

_COUNT = re.compile(r"<text[^>]*>([^<]*)</text>")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("counts", "written"),
    [
        ({"US": 17_003, "EG": 4_290, "FR": 10, "DE": 1}, ["17,003"]),
        ({"US": 40, "EG": 12, "FR": 1}, ["40", "12"]),
        ({"TR": 7}, ["7"]),
        ({}, []),
    ],
)
def test_a_count_is_written_only_where_its_dot_has_room(
    app: Flask, counts: dict[str, int], written: list[str]
) -> None:
    with app.test_request_context():
        drawn = world_map(Criteria(), counts)
    assert _COUNT.findall(drawn) == written
    # Whoever hears or cannot see the map is told all of them.
    for number in counts.values():
        assert f"{number:,}" in drawn
