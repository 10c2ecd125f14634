import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from jobboard import change_lease, change_watch
from jobboard.change_watch import ChangeWatch
from jobboard.db import db, next_change
from tests.support.watching import count_questions


@pytest.fixture(autouse=True)
def _only_where_there_are_leases(database_name: str) -> None:
    if database_name != "postgresql":
        pytest.skip("SQLite tells by itself what was committed (test_wal_index)")


@pytest.fixture
def make_watch(app: Flask) -> Iterator[Callable[[], ChangeWatch]]:
    """Makes watches as other processes have them: each with a connection of its own."""
    made: list[ChangeWatch] = []
    with app.app_context():
        url = db.engine.url

    def make() -> ChangeWatch:
        made.append(ChangeWatch(url, {"autocommit": True}))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _is_lasting(watch: ChangeWatch) -> bool:
    """Tell whether an answer that is fetched now holds for whoever comes next."""
    # A new connection, since an old one does without for a moment after it was refused.
    watch.close()
    watch.number()
    assert watch._answer is not None
    return not isinstance(watch._answer, change_watch._Unwarranted)


def test_no_process_shows_an_older_number_once_a_change_is_committed(
    app: Flask, make_watch: Callable[[], ChangeWatch]
) -> None:
    watches = [make_watch() for _ in range(3)]
    with app.app_context():
        for _ in range(30):
            # Each has just been told, and goes by that for a while.
            assert all(_is_lasting(watch) for watch in watches)
            number = next_change(db.session)
            db.session.commit()
            assert [watch.number() for watch in watches] == [number] * 3


def test_while_nothing_changes_few_questions_are_asked(
    monkeypatch: pytest.MonkeyPatch, make_watch: Callable[[], ChangeWatch]
) -> None:
    asked = count_questions(monkeypatch, "postgresql")
    watch = make_watch()
    began = time.monotonic()
    for _ in range(20_000):
        watch.number()
    assert len(asked) <= (time.monotonic() - began) / change_lease.HOLDS + 1


def test_nothing_lasts_while_a_change_is_under_way(
    app: Flask, make_watch: Callable[[], ChangeWatch]
) -> None:
    watch = make_watch()
    assert _is_lasting(watch)
    with app.app_context():
        next_change(db.session)
        assert not _is_lasting(watch)
        db.session.commit()
        assert _is_lasting(watch)
        assert watch.number() == 1
        next_change(db.session)
        db.session.rollback()
        assert _is_lasting(watch)
        assert watch.number() == 1


def test_what_was_said_in_a_savepoint_is_said_again_after_it_is_gone(
    app: Flask, make_watch: Callable[[], ChangeWatch]
) -> None:
    watch = make_watch()
    with app.app_context():
        with db.session.begin_nested() as savepoint:
            next_change(db.session)
            savepoint.rollback()
        assert _is_lasting(watch)
        next_change(db.session)
        assert not _is_lasting(watch)
        db.session.commit()
    assert watch.number() == 1


def test_a_change_waits_once_and_longer_than_answers_hold(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    with app.app_context():
        for _ in range(3):
            next_change(db.session)
        db.session.commit()
    assert len(naps) == 1
    assert naps[0] > change_lease.HOLDS
