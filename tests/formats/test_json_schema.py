"""Schemas read from the types of answers."""

from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest

from jobboard.formats.json_schema import Say, reference, schemas_of, words


class Colour(StrEnum):
    """A vocabulary."""

    RED = "red"
    BLUE = "blue"


class Inner(TypedDict):
    """What stands inside."""

    name: str


class Outer(TypedDict):
    """What is answered.

    More about it.
    """

    number: Annotated[int, Say("How many")]
    at: Annotated[str | None, Say("When", format="date-time")]
    colour: Colour
    other: Colour | None
    colours: list[Annotated[str, words(Colour)]]
    inner: Inner
    perhaps: Inner | None
    counts: dict[str, dict[str, int]]
    kind: Literal["a", "b"]
    left_out: NotRequired[float]
    itself: "list[Outer]"


def test_every_kind_of_member_has_its_schema() -> None:
    schemas = schemas_of(Outer)
    assert list(schemas) == ["Outer", "Inner"]
    assert schemas["Inner"] == {
        "type": "object",
        "description": "What stands inside.",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
    }
    outer = schemas["Outer"]
    assert outer["description"] == "What is answered."
    assert outer["properties"] == {
        "number": {"type": "integer", "description": "How many"},
        "at": {"type": ["string", "null"], "format": "date-time", "description": "When"},
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "other": {"type": ["string", "null"], "enum": ["red", "blue", None]},
        "colours": {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}},
        "inner": reference("Inner"),
        "perhaps": {"anyOf": [reference("Inner"), {"type": "null"}]},
        "counts": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
            },
        },
        "kind": {"enum": ["a", "b"]},
        "left_out": {"type": "number"},
        "itself": {"type": "array", "items": reference("Outer")},
    }
    assert set(outer["required"]) == set(outer["properties"]) - {"left_out"}


def test_a_type_without_a_schema_is_a_fault_of_the_program() -> None:
    broken: Any = TypedDict("broken", {"x": "tuple[int, str]"})
    with pytest.raises(TypeError, match="no schema"):
        schemas_of(broken)
