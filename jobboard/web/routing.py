"""Numbers in addresses: those that can be a row's, and no others. Redirects that stay here."""

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, request
from werkzeug.routing import IntegerConverter, RequestRedirect


class RowNumber(IntegerConverter):
    """A whole number of at most 18 digits; with a longer one there is no such page."""

    regex = r"\d{1,18}"


def install(app: Flask) -> None:
    """Read every ``<int:…>`` of an address so; before the first route is added."""
    app.url_map.converters["int"] = RowNumber
    app.after_request(_lead_by_path)


def _lead_by_path(response: Response) -> Response:
    """Take the host out of the router's own redirects (a missing slash): it is whatever was asked.

    A cache in front would hand a forged one on to others (ASVS 4.1.3).
    """
    if isinstance(request.routing_exception, RequestRedirect) and response.location:
        parts = urlsplit(response.location)
        response.location = urlunsplit(("", "", f"/{parts.path.lstrip('/')}", parts.query, ""))
        # The page with the link for old browsers names it too.
        response.set_data(b"")
    return response
