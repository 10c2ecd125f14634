import gc
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from jobboard import change_watch, wal_index
from jobboard.db import db
from tests.support.watching import count_questions

pytestmark = pytest.mark.one_database

#: Runs a statement on a database in a process of its own, and tells what became of it.
_ELSEWHERE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute(sys.argv[2])
except sqlite3.OperationalError as error:
    print(error)
"""


#: Forks while a watch is open; the child tells which files of the database it has inherited.
_FORKING = """
import os, sqlite3, sys
from sqlalchemy import URL
from jobboard.change_watch import ChangeWatch
path = sys.argv[1]
made = sqlite3.connect(path, isolation_level=None)
made.execute("PRAGMA journal_mode = wal")
made.execute("CREATE TABLE change_counter (id, value)")
made.execute("INSERT INTO change_counter VALUES (1, 1)")
made.close()
watch = ChangeWatch(URL.create("sqlite", database=path), {"check_same_thread": False})
assert [watch.number(), watch.number()] == [1, 1]
if os.fork() == 0:
    opened = {os.readlink(f"/proc/self/fd/{one.name}") for one in os.scandir("/proc/self/fd")
              if os.path.islink(one.path)}
    print(sorted(os.path.basename(one) for one in opened if one in (path, path + "-wal")))
    print(watch.number(), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.fixture(autouse=True)
def more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for the databases of this file, whatever other tests have opened in this process."""
    monkeypatch.setattr(wal_index, "_MOST_MAPPED", len(wal_index._headers) + 10)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "one.sqlite")


@pytest.fixture
def connection(path: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode = wal")
        opened.execute("CREATE TABLE one (value)")
        yield opened


def _elsewhere(path: str, statement: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, path, statement],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_a_commit_changes_the_header(path: str, connection: sqlite3.Connection) -> None:
    header = wal_index.header_of(path)
    assert header is not None
    for commit in (
        lambda: connection.execute("INSERT INTO one VALUES (1)"),
        lambda: _elsewhere(path, "INSERT INTO one VALUES (2)"),
    ):
        before = header.read()
        assert header.read() == before
        commit()
        assert header.read() != before


def test_nothing_else_does(path: str, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO one VALUES (1)")
    header = wal_index.header_of(path)
    assert header is not None
    before = header.read()
    connection.execute("SELECT * FROM one").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO one VALUES (2)")
    assert header.read() == before
    connection.execute("ROLLBACK")
    assert header.read() == before


def test_a_commit_after_the_log_was_emptied_shows_too(
    path: str, connection: sqlite3.Connection
) -> None:
    header = wal_index.header_of(path)
    assert header is not None
    for mode in ("PASSIVE", "RESTART", "TRUNCATE"):
        connection.execute(f"PRAGMA wal_checkpoint({mode})")
        before = header.read()
        _elsewhere(path, "INSERT INTO one VALUES (1)")
        assert header.read() != before, mode


def test_locks_of_the_process_are_kept(path: str, connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        header = wal_index.header_of(path)
        assert header is not None
        del header
    gc.collect()
    assert "locked" in _elsewhere(path, "BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
    assert _elsewhere(path, "BEGIN IMMEDIATE") == ""


def test_what_cannot_be_mapped(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wal_index.header_of(path) is None
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE one (value)")
        assert wal_index.header_of(path) is None
        opened.execute("PRAGMA journal_mode = wal")
        opened.execute("INSERT INTO one VALUES (1)")
        opened.commit()
        monkeypatch.setattr(wal_index, "_MOST_MAPPED", 0)
        assert wal_index.header_of(path) is None


def test_the_watch_asks_only_after_a_commit(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = count_questions(monkeypatch, "sqlite")
    with app.app_context():
        path = str(db.engine.url.database)
        watch = change_watch.watch()
        assert watch is not None
        before = watch.number()
        known = len(asked)
        assert [watch.number() for _ in range(5)] == [before] * 5
        assert len(asked) == known
        for number in range(1, 4):
            _elsewhere(path, "UPDATE change_counter SET value = value + 1")
            assert [watch.number() for _ in range(3)] == [before + number] * 3
        assert len(asked) == known + 3
        # After its connection was closed nothing that was mapped counts.
        watch.close()
        db.session.execute(text("UPDATE change_counter SET value = value + 1"))
        db.session.commit()
        assert watch.number() == before + 4
        watch.close()


def test_a_fork_inherits_no_open_database(path: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FORKING, path], check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == ["[]", "1"]
