"""JSON Lines: every careless way to write a record."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobboard.domain.place import Place
from jobboard.formats import jsonl
from jobboard.formats.imported import BrokenFile, BrokenRecord, ImportedListing
from tests.support.exports import json_lines, record, write

ISTANBUL = ZoneInfo("Europe/Istanbul")


def imported(**fields: object) -> ImportedListing:
    return jsonl.to_imported(record(**fields), ISTANBUL)  # type: ignore[arg-type]


def read(path: Path) -> tuple[list[Any], str]:
    """What the file gives, and why it broke, if it did."""
    found: list[Any] = []
    try:
        found.extend(jsonl.read(path))
    except BrokenFile as fault:
        return found, str(fault)
    return found, ""


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, json_lines(record(1), "", record(2)))
    assert read(path) == ([record(1), record(2)], "")
    assert jsonl.count(path) == 2


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
@pytest.mark.parametrize("missing", [1, 400])
def test_cut_archive(tmp_path: Path, name: str, missing: int) -> None:
    path = write(tmp_path / name, json_lines(*(record(n, noise=f"{n**9}") for n in range(900))))
    path.write_bytes(path.read_bytes()[:-missing])
    found, fault = read(path)
    assert "the file is damaged" in fault
    assert found == [record(n, noise=f"{n**9}") for n in range(len(found))]


def test_archive_that_is_none(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "a.jsonl.zst"):
        path = tmp_path / name
        path.write_bytes(json_lines(record()))
        assert read(path)[0] == []
        assert "the file is damaged" in read(path)[1]


def test_several_frames_in_one_file(tmp_path: Path) -> None:
    one, two = (write(tmp_path / f"{n}.zst", json_lines(record(n))) for n in (1, 2))
    both = tmp_path / "both.jsonl.zst"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    assert read(both) == ([record(1), record(2)], "")


def test_broken_lines_are_told_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + json_lines(record(1), "{cut", '["a list"]', "[" * 100_000)
        + '{"title": "Café"}\n'.encode("latin-1")
        + json_lines(record(2))
    )
    found, fault = read(path)
    assert fault == ""
    assert [each for each in found if not isinstance(each, BrokenRecord)] == [record(1), record(2)]
    broken = [each for each in found if isinstance(each, BrokenRecord)]
    assert [(each.line_number, each.reason.split(":")[0]) for each in broken] == [
        (2, "not JSON"),
        (3, "not a JSON object"),
        (4, "not JSON"),
        (5, "not UTF-8"),
    ]
    assert broken[0].excerpt.startswith("{cut")


def test_endless_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.zst", json_lines(record()) + b"x" * (jsonl.LINE_BYTES + 10))
    found, fault = read(path)
    assert found == [record()]
    assert fault == "a line is longer than 8 MB (line 2)"


def test_title_only() -> None:
    made = jsonl.to_imported({"title": "Analyst"}, ISTANBUL)
    again = jsonl.to_imported({"title": "Analyst", "posted": "2026-01-01"}, ISTANBUL)
    assert (made.refusal, made.source, made.status) == ("", "jsonl", "published")
    assert (made.places, made.organisation, made.deadline.kind) == ((), None, "not_stated")
    # Without an id, what it is about finds it again.
    assert made.source_id == again.source_id != ""
    assert jsonl.to_imported({"title": "Analyst"}, ISTANBUL, "elsewhere").source == "elsewhere"


def test_refused_without_a_title() -> None:
    titles: tuple[object, ...] = ("", "  ", "\u200b\x00", None, {}, True)
    for title in titles:
        assert imported(title=title).refusal == "no title"


def test_name_in_a_report() -> None:
    assert imported().name == "made:1"
    assert jsonl.to_imported({"title": "A", "id": "7", "set": "x"}, ISTANBUL).name == "x:7"


def test_long_ids_are_still_told_apart() -> None:
    one, two = imported(id="x" * 300 + "1"), imported(id="x" * 300 + "2")
    assert len(one.source_id) <= jsonl.NAME_LENGTH
    assert one.source_id != two.source_id


def test_titles_are_repaired() -> None:
    assert imported(title="Officer â\x80\x93 Direct Hire").title == "Officer – Direct Hire"
    assert imported(title="R&amp;D Lead &#8211; Energy").title == "R&D Lead – Energy"
    assert imported(title="AT&T; <b>analyst</b>").title == "AT&T; <b>analyst</b>"
    long = imported(title="word " * 100)
    assert (len(long.title), long.title[-1]) == (300, "…")
    assert long.notes == ("The title was cut to 300 characters.",)


@pytest.mark.parametrize(
    ("written", "kind", "at"),
    [
        ("2026-06-15", "date", datetime(2026, 6, 15, 20, 59, tzinfo=UTC)),
        ("2026-06-15T10:00:00", "date", datetime(2026, 6, 15, 20, 59, tzinfo=UTC)),
        ("15/06/2026", "date", datetime(2026, 6, 15, 20, 59, tzinfo=UTC)),
        ("06/15/2026", "date", datetime(2026, 6, 15, 20, 59, tzinfo=UTC)),
        ("Rolling basis", "rolling", None),
        ("open until filled", "until_filled", None),
        ("soon", "not_stated", None),
        ("2026-02-31", "not_stated", None),
        ("0000-00-00", "not_stated", None),
        ("", "not_stated", None),
    ],
)
def test_deadlines(written: str, kind: str, at: datetime | None) -> None:
    made = imported(deadline=written)
    assert (made.deadline.kind, made.deadline.at, made.ends_at) == (kind, at, at)
    if written and kind == "not_stated" and not written.startswith("0000"):
        assert made.notes == (f"The deadline was not understood: {written}",)
        assert made.deadline.text == written


def test_deadline_on_the_night_of_summer_time() -> None:
    paris = ZoneInfo("Europe/Paris")
    made = jsonl.to_imported(record(deadline="2027-03-28"), paris)
    assert made.deadline.at == datetime(2027, 3, 28, 21, 59, tzinfo=UTC)
    assert made.deadline.zone == "Europe/Paris"


def test_places_and_remote() -> None:
    made = imported(location="Tallinn, Estonia")
    assert [(place.country, place.city) for place in made.places] == [("EE", "Tallinn")]
    assert made.mode == "not_stated"
    made = imported(location="Remote, Germany", remote=True)
    assert (made.mode, made.remote_countries, made.places) == ("remote", ("DE",), ())
    assert imported(location="Remote", remote=False).mode == "not_stated"
    assert imported(country="TR").places == (Place("TR"),)


def test_wrong_types_are_taken_as_what_they_say() -> None:
    made = imported(title=["Analyst", 2], posted=20260101, remote="yes", salary=None, raw=[1])
    assert (made.title, made.mode) == ("Analyst; 2", "not_stated")
    assert made.posted_at == datetime(2025, 12, 31, 21, tzinfo=UTC)
    assert imported(posted={}, location={"city": "Berlin"}).posted_at is None


@pytest.mark.parametrize(
    ("written", "method", "value"),
    [
        ("https://a.example/x?y=1", "url", "https://a.example/x?y=1"),
        ("www.a.example/jobs", "url", "https://www.a.example/jobs"),
        ("jobs@a.example", "email", "jobs@a.example"),
        ("mailto:jobs@a.example?subject=x", "email", "jobs@a.example"),
        ("javascript:alert(1)", "not_stated", "javascript:alert(1)"),
        ("Send your CV to jobs@a.example.", "email", "jobs@a.example"),
        ("In person at the gate", "not_stated", "In person at the gate"),
    ],
)
def test_ways_to_apply(written: str, method: str, value: str) -> None:
    made = imported(apply=written).apply
    assert made.method == method
    assert value in (made.url, made.email, made.instructions)
    assert method == "url" or not made.url


def test_descriptions_in_three_formats() -> None:
    bad = "<p onclick='x()'>Lead <b>research</b><script>x()</script></p>"
    assert imported(description=bad, description_format="html").description == (
        "<p>Lead <strong>research</strong></p>"
    )
    plain = imported(description="a < b\n\nnext", description_format="text")
    assert (plain.description_format, plain.description) == ("html", "<p>a &lt; b</p>\n<p>next</p>")
    marked = imported(description="**a** <script>", description_format="markdown")
    assert (marked.description_format, marked.description) == ("markdown", "**a** <script>")


def test_raw_keeps_everything() -> None:
    assert imported(odd={"deep": [1]}).raw == record(odd={"deep": [1]})


def test_long_runs_of_letters_in_the_way_to_apply_cost_no_time() -> None:
    begun = time.perf_counter()
    for _ in range(20):
        assert imported(apply="a" * 10_000).apply.method == "not_stated"
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01", "31.12.9999"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_day_that_stands_for_none_is_none(day: str, zone: str) -> None:
    record = {"title": "Analyst", "posted": day, "deadline": day}
    made = jsonl.to_imported(record, ZoneInfo(zone))
    assert (made.posted_at, made.deadline.at, made.ends_at) == (None, None, None)
    assert made.deadline.text == day


def test_a_number_that_is_none_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nan.jsonl"
    path.write_text('{"title": "Analyst", "salary": NaN, "location": NaN, "country": Infinity}')
    (record,) = jsonl.read(path)
    assert record == {"title": "Analyst", "salary": None, "location": None, "country": None}
