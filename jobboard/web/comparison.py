"""Two texts of a listing side by side, for its poster: what waits, or what a colleague saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobboard.markup import differences
from jobboard.markup.differences import Stretch
from jobboard.web import content_words


@dataclass(frozen=True)
class Difference:
    """One part that differs.

    Attributes:
        label: what it is called.
        before: the first text's words.
        after: the second text's words.
        stretches: for prose, both as one: what stays, what went, what came; else empty.
    """

    label: str
    before: str
    after: str
    stretches: tuple[Stretch, ...]


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the parts in which two contents differ, in page order."""
    return [
        Difference(
            change.label,
            change.before,
            change.after,
            tuple(differences.shortened(differences.compared(change.before, change.after)))
            if change.is_long
            else (),
        )
        for change in content_words.changes(before, after)
    ]
