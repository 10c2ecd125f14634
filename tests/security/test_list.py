"""docs/security.md names tests that exist, and leaves out no row."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows(part: str) -> set[int]:
    """The numbers of a table's rows: `7`, `8, 9` or `10 to 12`."""
    table = LIST.split(f"## {part}\n")[1].split("\n## ")[0]
    numbers: set[int] = set()
    for cell in re.findall(r"^\| (\d[\d, to]*) \|", table, re.MULTILINE):
        for piece in cell.split(", "):
            first, _, last = piece.partition(" to ")
            numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def test_every_row_has_its_line() -> None:
    assert rows("Requirements") == set(range(1, 63))
    assert rows("Faults") == set(range(1, 51))


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", LIST))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named - there == set()
    assert len(named) > 80
