"""The number of the last change: never older than the question, whoever made the change."""

import threading

from flask import Flask
from sqlalchemy import text

from jobboard import change_watch
from jobboard.db import db, next_change
from jobboard.models.organisation import Organisation
from tests.support.people import NOW


def test_the_number_is_never_older_than_a_commit_before_the_question(app: Flask) -> None:
    with app.app_context():
        watch = change_watch.watch()
    assert watch is not None
    behind: list[tuple[int, int]] = []

    def change() -> None:
        with app.app_context():
            for _ in range(25):
                number = _next_number()
                seen = watch.number()
                if seen < number:
                    behind.append((number, seen))

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert behind == []
    assert watch.number() == 100
    watch.close()


def test_a_watch_connects_again(app: Flask, database_name: str) -> None:
    with app.app_context():
        watch = change_watch.watch()
        assert watch is not None
        assert watch.number() == 0
        if database_name == "postgresql":
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
            mine = "pg_backend_pid() AND datname = current_database()"
            db.session.execute(text(others + mine))
        else:
            watch.close()
        _next_number()
        assert watch.number() == 1
        watch.close()


def test_an_organisation_without_listings_moves_the_number_too(app: Flask) -> None:
    with app.app_context():
        watch = change_watch.watch()
        assert watch is not None
        before = watch.number()
        db.session.add(
            Organisation(slug="one", name="One", name_key="one", created_at=NOW, updated_at=NOW)
        )
        db.session.commit()
        assert watch.number() > before
        watch.close()


def _next_number() -> int:
    """Commit a change, as a transaction that changes a listing does, and return its number."""
    number = next_change(db.session)
    db.session.commit()
    return number
