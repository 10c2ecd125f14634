"""Problem details for the API (RFC 9457)."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemError:
    """One fault within a problem; ``pointer`` names the field or query key."""

    pointer: str
    detail: str


def problem(
    status: int,
    detail: str = "",
    *,
    title: str = "",
    type_url: str = "about:blank",
    instance: str = "",
    errors: Sequence[ProblemError] = (),
    request_id: str = "",
) -> dict[str, object]:
    """Return the document's members.

    Without a title of its own the problem bears the status phrase, as RFC 9457 4.2.1 asks
    of ``about:blank``. ``request_id`` is an extension member: the number to write to us about.
    """
    document: dict[str, object] = {
        "type": type_url,
        "title": title or _phrase(status),
        "status": status,
    }
    if detail:
        document["detail"] = detail
    if instance:
        document["instance"] = instance
    if errors:
        document["errors"] = [
            {"pointer": error.pointer, "detail": error.detail} for error in errors
        ]
    if request_id:
        document["request_id"] = request_id
    return document


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
