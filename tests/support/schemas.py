"""Holds an answer against its JSON Schema, as far as the API's document uses the language."""

from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}
_KNOWN = frozenset(
    {
        "$ref",
        "additionalProperties",
        "anyOf",
        "description",
        "enum",
        "format",
        "items",
        "properties",
        "required",
        "type",
    }
)


def faults(value: Any, schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """Return where a value is not what the schema says, keys that it does not name included."""
    return list(_faults(value, schema, document, "$"))


def _faults(
    value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], where: str
) -> list[str]:
    assert set(schema) <= _KNOWN, f"{where}: {set(schema) - _KNOWN} is not understood here"
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _faults(value, document["components"]["schemas"][name], document, where)
    if "anyOf" in schema:
        ways = [_faults(value, way, document, where) for way in schema["anyOf"]]
        return [] if [] in ways else ways[0]
    found = _of_type(value, schema, where)
    if isinstance(value, dict):
        found += _of_members(value, schema, document, where)
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            found += _faults(one, schema["items"], document, f"{where}[{number}]")
    return found


def _of_type(value: Any, schema: Mapping[str, Any], where: str) -> list[str]:
    found = []
    types = schema.get("type", [])
    allowed = [
        one for name in ([types] if isinstance(types, str) else types) for one in _TYPES[name]
    ]
    is_number_for_truth = isinstance(value, bool) and bool not in allowed
    if allowed and (is_number_for_truth or not isinstance(value, tuple(allowed))):
        found.append(f"{where}: {value!r} is not {types}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is not one of {schema['enum']}")
    return found


def _of_members(
    value: Mapping[str, Any], schema: Mapping[str, Any], document: Mapping[str, Any], where: str
) -> list[str]:
    named = schema.get("properties", {})
    others = schema.get("additionalProperties")
    found = [f"{where}: no {key}" for key in schema.get("required", ()) if key not in value]
    for key, one in value.items():
        member = named.get(key, others)
        if member is None:
            found.append(f"{where}: {key} is not named")
        else:
            found += _faults(one, member, document, f"{where}.{key}")
    return found
