"""The API's document in words, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from jobboard.blueprints.api.document import Document
from jobboard.formats.json_schema import Schema
from jobboard.words import N_

_KINDS = {
    "string": N_("text"),
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("true or false"),
    "object": N_("object"),
    "array": N_("list"),
    "null": N_("null"),
}
_LIST = N_("list of %(kind)s")
_REPEATABLE = N_("%(kind)s, repeatable")


@dataclass(frozen=True)
class Line:
    """A key of a query, or a member of an answer."""

    name: str
    kind: str
    values: tuple[str, ...]
    words: str
    #: The object that it holds, by its name.
    of: str = ""


@dataclass(frozen=True)
class Call:
    """One address of the API."""

    id: str
    path: str
    summary: str
    lines: tuple[Line, ...]
    answer: str


@dataclass(frozen=True)
class Thing:
    """An object of the answers."""

    name: str
    words: str
    lines: tuple[Line, ...]


def calls(document: Document) -> list[Call]:
    """Return the addresses with what may be asked of each."""
    base = document["servers"][0]["url"]
    return [_call(base, path, methods["get"]) for path, methods in document["paths"].items()]


def things(document: Document) -> list[Thing]:
    """Return the objects that answers are made of."""
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    return [
        Thing(
            name,
            schema["description"],
            tuple(_line(key, member) for key, member in schema["properties"].items()),
        )
        for name, schema in schemas.items()
    ]


def _call(base: str, path: str, operation: Mapping[str, Any]) -> Call:
    lines = tuple(
        _line(one["name"], one["schema"], one.get("description", ""), many=_REPEATABLE)
        for one in operation["parameters"]
        if one["in"] == "query"
    )
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return Call(operation["operationId"], base + path, operation["summary"], lines, _name(answer))


def _line(name: str, schema: Schema, words: str = "", *, many: str = _LIST) -> Line:
    inner = schema.get("items", schema)
    kind = _kind(schema)
    if schema is not inner:
        kind = gettext(many) % {"kind": _kind(inner)}
    values = tuple(str(value) for value in inner.get("enum", ()) if value is not None)
    return Line(name, kind, values, words or schema.get("description", ""), _name(inner))


def _kind(schema: Schema) -> str:
    if "anyOf" in schema:
        return gettext(" or ").join(_kind(way) for way in schema["anyOf"])
    if name := _name(schema):
        return name
    types = schema.get("type", "object")
    listed = types if isinstance(types, list) else [types]
    if schema.get("format") == "date-time":
        listed = ["moment" if one == "string" else one for one in listed]
    kinds = [gettext(_KINDS[one]) if one in _KINDS else gettext("moment in UTC") for one in listed]
    return gettext(" or ").join(kinds)


def _name(schema: Schema) -> str:
    ways = [schema, *schema.get("anyOf", ())]
    found = (str(way["$ref"]).rpartition("/")[2] for way in ways if "$ref" in way)
    return next(found, "")
