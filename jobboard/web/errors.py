"""Errors become a page for people and a problem document for programs; never a traceback."""

import logging
import uuid

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolUsedUp
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    ServiceUnavailable,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from jobboard.db import db
from jobboard.words import N_

log = logging.getLogger(__name__)

_RETRY_AFTER = "5"

#: Title and advice for each page; anything else reads as 500.
PAGES: dict[int, tuple[str, str]] = {
    400: (
        N_("That request made no sense to us"),
        N_("Go back, check what you sent and try again."),
    ),
    403: (
        N_("This form has become stale"),
        N_("Go back, reload the page and send it again."),
    ),
    404: (N_("Page not found"), N_("Check the address, or search the open positions.")),
    405: (N_("That does not work here"), N_("Use the buttons of the page instead.")),
    410: (
        N_("This listing was removed"),
        N_("It will not come back. See the open positions."),
    ),
    413: (N_("That is too much at once"), N_("Shorten the text and send it again.")),
    429: (N_("Too many tries"), N_("Wait a little and try again.")),
    500: (
        N_("Something broke on our side"),
        N_("Nothing you entered before was lost. Try again."),
    ),
    503: (N_("The board is busy"), N_("Wait a few seconds and send it again.")),
}


def wants_problem() -> bool:
    """Tell whether the request came to the API, which answers in problem documents."""
    return request.path.startswith("/api/")


def problem(
    status: int,
    title: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """Return a problem document (RFC 9457), with ``errors`` of ``{pointer, detail}``."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
    }
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def install(app: Flask) -> None:
    """Answer every error as a page or a problem document."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolUsedUp, _database_away)
    app.register_error_handler(DataError, _value_refused)
    app.register_error_handler(Exception, _unforeseen)


def _http_error(error: HTTPException) -> WerkzeugResponse:
    if isinstance(error.response, WerkzeugResponse):
        return error.response
    status = error.code or 500
    if isinstance(error, CSRFError):
        status = 403
    return _answer(status, headers=error.get_headers(request.environ))


def _database_away(error: DBAPIError | PoolUsedUp) -> WerkzeugResponse:
    log.warning("database not available: %s", type(error).__name__)
    db.session.rollback()
    response = _answer(ServiceUnavailable.code)
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


def _value_refused(error: DataError) -> WerkzeugResponse:
    """Answer 400 for a value that no column can hold, such as an id beyond 64 bits."""
    log.info("value refused by the database: %s", type(error).__name__)
    db.session.rollback()
    return _answer(BadRequest.code)


def _unforeseen(error: Exception) -> WerkzeugResponse:
    number = uuid.uuid4().hex[:12]
    log.error("unforeseen error %s at %s", number, request.endpoint, exc_info=error)
    db.session.rollback()
    return _answer(InternalServerError.code, number=number)


def _answer(
    status: int, *, headers: list[tuple[str, str]] | None = None, number: str = ""
) -> WerkzeugResponse:
    title, advice = (gettext(words) for words in PAGES.get(status, PAGES[500]))
    if wants_problem():
        response = problem(status, title, advice)
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            title=title,
            advice=advice,
            number=number,
        )
        response = Response(page, status)
    for name, value in headers or ():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response
