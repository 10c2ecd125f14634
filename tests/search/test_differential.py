"""The engine against a naive scan of the rows: same listings, same counts, same facets."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import scoped_session

from jobboard.search import engine, question
from tests.support import naive, searching
from tests.support.people import NOW


def _compare(
    session: scoped_session[Any],
    url: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    listings: int,
    searches: int,
    rounds: int,
) -> None:
    chance = random.Random(20)  # noqa: S311 - the same chance at each run
    searching.fill(session, chance, listings)
    for number in range(rounds):
        # In turns: facets counted after the listings were looked for, and meanwhile.
        monkeypatch.setattr(question, "_WORTH_AHEAD", 0 if number % 2 else listings + searches)
        asked = [naive.criteria(chance) for _ in range(searches // rounds)]
        found = searching.differences(session, asked, naive.moment(chance, NOW))
        assert found == [], found[:5]
        session.rollback()
        writers = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.support.searching", url, str(folder)),
                    *(str(100 * number + writer), "10"),
                ],
                cwd=Path(__file__).parents[2],
            )
            for writer in range(2)
        ]
        for _ in range(10):
            searching.change(session, chance)
            engine.search(naive.criteria(chance), NOW)
            session.rollback()
        assert [writer.wait(50) for writer in writers] == [0, 0]
    asked = [naive.criteria(chance) for _ in range(20)]
    assert searching.differences(session, asked, NOW) == []


@pytest.mark.timeout(240)
def test_the_engine_answers_as_a_naive_scan_does_while_three_processes_write(
    session: scoped_session[Any],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _compare(session, database_url, tmp_path, monkeypatch, listings=800, searches=300, rounds=3)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_two_thousand_searches_over_five_thousand_listings(
    session: scoped_session[Any],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _compare(
        session, database_url, tmp_path, monkeypatch, listings=5_000, searches=2_000, rounds=10
    )
