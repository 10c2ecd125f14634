"""What a benchmark says: one line for each figure, with its floor and its target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure.

    Attributes:
        name: what was measured.
        figure: the figure with its unit, in words.
        ratio: it against its floor, or itself where the target is plain.
        target: what the ratio must reach (or stay below); None where there is none.
        is_most: whether the target is the most that is allowed.
        floor: what the ratio is against, in words.
    """

    name: str
    figure: str
    ratio: float
    target: float | None = None
    is_most: bool = False
    floor: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.ratio <= self.target if self.is_most else self.ratio >= self.target


def at_least(name: str, figure: str, ratio: float, target: float, floor: str = "") -> Line:
    """Return a line whose target is the least that must be reached."""
    return Line(name, figure, ratio, target, floor=floor)


def at_most(name: str, figure: str, value: float, target: float) -> Line:
    """Return a line whose target is the most that is allowed."""
    return Line(name, figure, value, target, is_most=True)


def only(name: str, figure: str) -> Line:
    """Return a line without a target: a floor, or something to compare by."""
    return Line(name, figure, 0.0)


def table(lines: Iterable[Line]) -> str:
    """Return the lines as a table."""
    rows = [_row(line) for line in lines]
    heads = ("what", "measured", "ratio", "target", "")
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    return "\n".join(_joined(row, widths) for row in (heads, *rows))


def _row(line: Line) -> tuple[str, str, str, str, str]:
    if line.target is None:
        return line.name, line.figure, "", "", ""
    sign = "≤" if line.is_most else "≥"
    ratio = "" if line.is_most else f"{line.ratio:.2f} × {line.floor}"
    return (
        line.name,
        line.figure,
        ratio.rstrip(" ×"),
        f"{sign} {line.target:g}",
        "pass" if line.holds else "MISS",
    )


def _joined(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
