"""JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it) from the types that answers are made of.

An answer of the API is a ``TypedDict``: the type checker sees that the code fills it, and its
schema is read from it here, so that the document cannot promise what the answer does not hold.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
    type(None): {"type": "null"},
}


@dataclass(frozen=True, slots=True)
class Say:
    """More about a type than Python says: used in ``Annotated``.

    Attributes:
        description: what it means, in words.
        format: how the text is written: ``date-time``, ``uri``.
        enum: the only values there are.
    """

    description: str = ""
    format: str = ""
    enum: tuple[str, ...] = ()


def words(vocabulary: type[StrEnum]) -> Say:
    """Return what annotates a text that is one of a vocabulary's words."""
    return Say(enum=tuple(word.value for word in vocabulary))


def schemas_of(*answers: type[Any]) -> dict[str, Schema]:
    """Return the schemas of typed dictionaries and of all that stand in them, by name."""
    found: dict[str, Schema] = {}
    for answer in answers:
        _referred(answer, found)
    return found


def reference(name: str) -> Schema:
    """Return what stands for a named schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _referred(answer: type[Any], found: dict[str, Schema]) -> Schema:
    name = answer.__name__
    if name not in found:
        found[name] = {}
        hints = get_type_hints(answer, include_extras=True)
        found[name] |= {
            "type": "object",
            "description": _first_line(answer),
            "properties": {key: _schema(hint, found) for key, hint in hints.items()},
            "required": [key for key in hints if key in answer.__required_keys__],
        }
    return reference(name)


def _schema(hint: Any, found: dict[str, Schema]) -> Schema:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if is_typeddict(hint):
        return _referred(hint, found)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [word.value for word in hint]}
    return _composed(get_origin(hint), get_args(hint), found)


def _composed(origin: Any, arguments: tuple[Any, ...], found: dict[str, Schema]) -> Schema:
    if origin in (NotRequired, Required):
        return _schema(arguments[0], found)
    if origin is Annotated:
        return _said(_schema(arguments[0], found), arguments[1:])
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], found)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], found)}
    if origin in (Union, types.UnionType):
        return _either([_schema(one, found) for one in arguments])
    if origin is Literal:
        return {"enum": list(arguments)}
    raise TypeError(f"no schema for {origin} of {arguments}")


def _said(schema: Schema, notes: tuple[Any, ...]) -> Schema:
    for note in notes:
        if isinstance(note, Say):
            members = {
                "enum": list(note.enum),
                "format": note.format,
                "description": note.description,
            }
            schema |= {key: value for key, value in members.items() if value}
    return schema


def _either(ways: list[Schema]) -> Schema:
    """Join what may be null or of two kinds: by a list of types where each is no more than one."""
    if all(set(way) == {"type"} for way in ways):
        return {"type": [way["type"] for way in ways]}
    null = {"type": "null"}
    rest = [way for way in ways if way != null]
    if len(rest) == 1 and null in ways and "type" in rest[0]:
        nullable = dict(rest[0], type=[rest[0]["type"], "null"])
        if "enum" in nullable:
            nullable["enum"] = [*nullable["enum"], None]
        return nullable
    return {"anyOf": ways}


def _first_line(answer: type[Any]) -> str:
    return (answer.__doc__ or "").strip().split("\n", maxsplit=1)[0]
