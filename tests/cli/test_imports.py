"""``jobboard import`` as an operator meets it: words, report, exit codes."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from jobboard import clock
from jobboard.db import db
from jobboard.domain.criteria import Criteria
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.search import engine
from tests.support.exports import item, json_lines, record, write, wxr

Import = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Import:
    """Runs ``jobboard import`` with arguments."""

    def invoke(*args: str | Path) -> Result:
        return app.test_cli_runner().invoke(args=["import", *map(str, args)])

    return invoke


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Listing)) or 0


def report(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_jsonl_twice(app: Flask, run: Import, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl.zst", json_lines(*(record(n) for n in range(250))))
    result = run("jsonl", file)
    assert (result.exit_code, count(app)) == (0, 250)
    assert "250 records: 250 created" in result.output
    assert "status: 250 published" in result.output
    result = run("jsonl", file)
    assert (result.exit_code, count(app)) == (0, 250)
    assert "250 records: 250 unchanged" in result.output


def test_wxr_and_its_report(app: Flask, run: Import, tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.xml",
        wxr(
            item(1, "Analyst"),
            item(2, "Trashed", status="trash"),
            item(3, ""),
            item(4, "Old", meta=[("_job_expires", "2020-01-01")]),
        ),
    )
    result = run("wxr", file, "--report", tmp_path / "report.jsonl")
    assert result.exit_code == 1
    assert "4 records: 2 created, 1 skipped, 1 refused" in result.output
    assert "refused: https://thinktank.example/?p=3: no title" in result.output
    lines = report(tmp_path / "report.jsonl")
    assert [list(line) for line in lines] == [
        ["source", "title", "outcome", "status", "id", "reason"]
    ] * 4
    assert [(line["title"], line["outcome"], line["status"]) for line in lines] == [
        ("Analyst", "created", "published"),
        ("Trashed", "skipped", ""),
        ("", "refused", ""),
        ("Old", "created", "expired"),
    ]
    assert lines[0]["source"] == "https://thinktank.example/?p=1"
    assert lines[0]["id"] is not None
    assert lines[1]["reason"] == "in the trash"


def test_search_knows_what_was_imported(app: Flask, run: Import, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", json_lines(record(title="Zanzibar Correspondent")))
    run("jsonl", tmp_path / "a.jsonl")
    with app.app_context():
        hits = engine.search(Criteria(q="zanzibar"), clock.now())
        assert hits.total == 1


def test_dry_run(app: Flask, run: Import, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl.gz", json_lines(record(1), record(2, title="")))
    result = run("jsonl", file, "--dry-run", "--report", tmp_path / "report.jsonl")
    assert (result.exit_code, count(app)) == (1, 0)
    assert "Dry run, nothing was changed: 2 records: 1 created, 1 refused" in result.output
    assert [line["id"] for line in report(tmp_path / "report.jsonl")] == [None, None]


def test_live_for_and_zone(app: Flask, run: Import, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", json_lines(record(deadline="2016-05-01")))
    assert run("jsonl", file, "--live-for", "30", "--zone", "Asia/Tokyo").exit_code == 0
    with app.app_context():
        listing = db.session.scalars(select(Listing)).one()
        assert (listing.status, listing.deadline_text) == ("published", "2016-05-01")
        assert listing.deadline_zone == "Asia/Tokyo"
        assert listing.ends_at is not None
        assert (listing.ends_at - listing.created_at).days == 30


def test_file_that_breaks_half_way(app: Flask, run: Import, tmp_path: Path) -> None:
    whole = wxr(*(item(n, content=f"{n**60}") for n in range(1, 300)))
    broken = tmp_path / "broken.xml"
    broken.write_bytes(whole[: len(whole) // 2])
    result = run("wxr", broken, "--report", tmp_path / "report.jsonl")
    assert result.exit_code == 1
    lines = report(tmp_path / "report.jsonl")
    assert count(app) == len(lines) - 1 > 100
    assert (lines[-1]["source"], lines[-1]["outcome"]) == ("broken.xml", "refused")
    assert "the XML breaks here" in lines[-1]["reason"]
    # The whole file afterwards adds only what is missing.
    broken.write_bytes(whole)
    again = run("wxr", broken)
    assert (again.exit_code, count(app)) == (0, 299)
    assert f"{300 - len(lines)} created, {len(lines) - 1} unchanged" in again.output


def test_broken_lines_are_refused_and_the_rest_loaded(
    app: Flask, run: Import, tmp_path: Path
) -> None:
    content = json_lines(record(1), "{", record(2)) + '{"title": "Ö"}'.encode("latin-1")
    result = run("jsonl", write(tmp_path / "a.jsonl", content))
    assert (result.exit_code, count(app)) == (1, 2)
    assert "refused: a.jsonl:2: not JSON" in result.output
    assert "refused: a.jsonl:4: not UTF-8" in result.output


def test_many_refused_are_not_all_told(run: Import, tmp_path: Path) -> None:
    bad = [record(n, title="") for n in range(50)]
    result = run("jsonl", write(tmp_path / "a.jsonl", json_lines(record(99), *bad)))
    assert result.output.count("refused: ") == 20
    assert "and 30 more; --report FILE writes all of them" in result.output


NOTHING = (
    ("wxr", b""),
    ("wxr", b"\x00\x01"),
    ("wxr", b"<html></html>"),
    ("wxr", wxr()),
    ("jsonl", b""),
    ("jsonl", b"\n\n"),
    ("jsonl", json_lines(record()).decode().encode("utf-16")),
    ("jsonl", b"\x28\xb5\x2f\xfd"),
)


@pytest.mark.one_database
def test_nothing_done(app: Flask, run: Import, tmp_path: Path) -> None:
    for kind, content in NOTHING:
        result = run(kind, write(tmp_path / "file", content))
        assert (content, result.exit_code) == (content, 2)
        assert "refused: file" in result.output
    assert count(app) == 0


@pytest.mark.one_database
def test_one_good_file_among_bad_ones(app: Flask, run: Import, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.jsonl", b"no json")
    good = write(tmp_path / "good.jsonl", json_lines(record()))
    assert (run("jsonl", bad, good).exit_code, count(app)) == (1, 1)


WRONG = (
    ("jsonl",),
    ("jsonl", "missing.jsonl"),
    ("jsonl", "."),
    ("jsonl", "a.jsonl", "--live-for", "0"),
    ("jsonl", "a.jsonl", "--live-for", "366"),
    ("jsonl", "a.jsonl", "--live-for", "soon"),
    ("jsonl", "a.jsonl", "--zone", "Mars/Olympus"),
    ("jsonl", "a.jsonl", "--zone", "../../etc/passwd"),
    ("jsonl", "a.jsonl", "--report", "no/such/folder/report"),
    ("tarot", "a.jsonl"),
)


@pytest.mark.one_database
def test_wrong_orders_do_nothing(
    app: Flask, run: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.jsonl", json_lines(record()))
    monkeypatch.chdir(tmp_path)
    for args in WRONG:
        result = run(*args)
        assert (args, result.exit_code) == (args, 2)
        assert isinstance(result.exception, SystemExit)
    assert count(app) == 0


@pytest.mark.one_database
def test_help_says_what_it_does(run: Import) -> None:
    for kind in ("wxr", "jsonl"):
        result = run(kind, "--help")
        for option in ("--dry-run", "--report", "--zone", "--live-for"):
            assert option in result.output


def test_nobody_is_mailed(app: Flask, run: Import, tmp_path: Path) -> None:
    run("wxr", write(tmp_path / "a.xml", wxr(item(1), item(2, status="pending"))))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.one_database
def test_database_that_is_not_there(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    file = write(tmp_path / "a.jsonl", json_lines(record()))
    result = app.test_cli_runner().invoke(args=["import", "jsonl", str(file)])
    assert result.exit_code == 2
    assert "does not answer, repeat to go on" in result.output
    assert "Traceback" not in result.output


@pytest.mark.one_database
def test_progress_on_a_terminal(database_url: str, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", json_lines(*(record(n) for n in range(150))))
    main, side = pty.openpty()
    subprocess.run(
        [Path(sys.executable).with_name("jobboard"), "import", "jsonl", file],
        env={
            "DEMO": "1",
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(tmp_path / "instance"),
            "PATH": os.environ["PATH"],
        },
        stdout=subprocess.DEVNULL,
        stderr=side,
        check=True,
    )
    os.close(side)
    shown = os.read(main, 100_000).decode()
    os.close(main)
    assert "a.jsonl 100 of 150 (66 %)" in shown
    assert "a.jsonl 150 of 150 (100 %)" in shown


# ------------------------------------------------------------------------------ real collections


@pytest.mark.skipif("BOARD_ADS" not in os.environ, reason="BOARD_ADS=FOLDER names a collection")
@pytest.mark.timeout(3_600)
def test_real_advertisements_twice(app: Flask, run: Import, tmp_path: Path) -> None:
    files = sorted(Path(os.environ["BOARD_ADS"]).glob("*.jsonl*"))
    first = run("jsonl", "--report", tmp_path / "first", *files)
    assert first.exit_code == 0
    assert {line["outcome"] for line in report(tmp_path / "first")} == {"created"}
    second = run("jsonl", "--report", tmp_path / "second", *files)
    assert second.exit_code == 0
    assert {line["outcome"] for line in report(tmp_path / "second")} == {"unchanged"}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0
