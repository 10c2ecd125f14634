"""The API described for programs: OpenAPI 3.1, from what reads the query and fills the answer."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext

from jobboard.blueprints.api import answers, parameters
from jobboard.blueprints.api.parameters import Parameter
from jobboard.domain.criteria import MOST_VALUES
from jobboard.domain.slug import GREATEST_ID
from jobboard.formats import problem
from jobboard.formats.json_schema import Schema, reference, schemas_of
from jobboard.web.public import whole
from jobboard.words import N_

VERSION = "1.0.0"
BASE = "/api/v1"

Document = dict[str, Any]

#: Headers of answers: what they hold, in words.
_HEADERS = {
    "ETag": N_("The answer's mark; send it back as If-None-Match"),
    "Link": N_("The first and the next stretch (RFC 8288)"),
    "RateLimit-Limit": N_("Requests allowed in a window"),
    "RateLimit-Remaining": N_("Requests left in the present window"),
    "RateLimit-Reset": N_("Seconds until the window ends"),
}
_PROBLEMS = {
    400: N_("Something in the query is not known, or is given twice"),
    404: N_("There is no such thing"),
    410: N_("It was here and was taken down"),
    429: N_("Too many requests; Retry-After says when to come back"),
}


def document() -> Document:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": gettext("%(site)s Jobs", site=current_app.config["SITE_NAME"]),
            "version": VERSION,
            "description": gettext(
                "Open positions, as everybody may read them. No key is needed. Unknown keys and "
                "values are refused, so that a mistyped filter is noticed."
            ),
        },
        "servers": [{"url": whole(BASE)}],
        "paths": {
            "/jobs": _operation(
                "searchJobs",
                gettext("Search the live listings"),
                parameters.JOBS,
                reference("Jobs"),
            ),
            "/jobs/{id}": _operation(
                "readJob",
                gettext("One live listing"),
                parameters.NONE,
                reference("Item"),
                path=_in_path("id", {"type": "integer", "minimum": 1, "maximum": GREATEST_ID}),
                problems=(400, 404, 410, 429),
            ),
            "/organisations": _operation(
                "listOrganisations",
                gettext("Organisations by name"),
                parameters.ORGANISATIONS,
                reference("Organisations"),
            ),
            "/organisations/{slug}": _operation(
                "readOrganisation",
                gettext("One organisation"),
                parameters.NONE,
                reference("Organisation"),
                path=_in_path("slug", {"type": "string", "minLength": 1}),
                problems=(400, 404, 429),
            ),
            "/taxonomies": _operation(
                "readTaxonomies",
                gettext("Values of the keys, with their names"),
                parameters.NONE,
                {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": reference("TaxonomyValue"),
                    },
                },
            ),
        },
        "components": {
            "schemas": schemas_of(
                answers.Jobs,
                answers.Organisations,
                answers.TaxonomyValue,
                answers.Problem,
            ),
        },
    }


def _operation(
    name: str,
    summary: str,
    query: Sequence[Parameter],
    answer: Schema,
    *,
    path: Schema | None = None,
    problems: Sequence[int] = (400, 429),
) -> Document:
    described = [_in_query(one) for one in query]
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": [*([path] if path else []), *described],
            "responses": {
                "200": {
                    "description": gettext("Found"),
                    "headers": {
                        header: {"description": gettext(words), "schema": {"type": "string"}}
                        for header, words in _HEADERS.items()
                    },
                    "content": {"application/json": {"schema": answer}},
                },
                "304": {"description": gettext("Unchanged since the mark in If-None-Match")},
                **{str(status): _problem(status) for status in problems},
            },
        }
    }


def _problem(status: int) -> Document:
    return {
        "description": gettext(_PROBLEMS[status]),
        "content": {problem.MEDIA_TYPE: {"schema": reference("Problem")}},
    }


def _in_path(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(parameter: Parameter) -> Schema:
    schema = dict(parameter.schema)
    if parameter.is_list:
        schema = {"type": "array", "items": schema, "maxItems": MOST_VALUES}
    described: Schema = {
        "name": parameter.name,
        "in": "query",
        "description": gettext(parameter.description) if parameter.description else "",
        "schema": schema,
    }
    if parameter.is_list:
        described |= {"style": "form", "explode": True}
    return described
