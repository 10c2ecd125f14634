"""Grades of posts in the form that their own organisation gives them: P-3, GS-13, AD7."""

import re

#: Series whose numbers are written after a hyphen: the United Nations' and the civil service's.
_HYPHENATED = frozenset({"P", "D", "G", "L", "FS", "GS"})
_NUMBERED = re.compile(r"([A-Z]{1,5})[ -]?(\d{1,2})")


def canonical_grade(typed: str) -> str:
    """Return a grade as everybody finds it, however it was typed: "p3" and "P 3" are P-3."""
    grade = typed.upper().strip()
    found = _NUMBERED.fullmatch(grade)
    if found is None:
        return grade
    series, number = found.groups()
    return f"{series}-{number}" if series in _HYPHENATED else series + number
