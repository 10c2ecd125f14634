"""Errors become a page for people and a problem document for programs; never a traceback."""

import json
import logging
import traceback
import uuid
from collections.abc import Iterable, Sequence

from flask import Flask, Response, g, render_template, request
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
from jobboard.domain.criteria import Problem
from jobboard.formats import problem as problems
from jobboard.formats.problem import ProblemError
from jobboard.search.upkeep import BeingBuilt
from jobboard.words import N_

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
_RETRY_AFTER = "5"

#: Title and advice for each page. Other statuses read as 400, or from 500 on as 500.
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
    409: (
        N_("Somebody else was faster"),
        N_("This was changed a moment ago. Go back, look at it again, then decide."),
    ),
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
#: Where anybody can be without anything having gone wrong: no number to write to us about.
_UNNUMBERED = frozenset({404, 410})
#: Addresses that programs read, and the page about them that people do.
_FOR_PROGRAMS = ("/api/", "/jobs/feed.", "/feeds/")
_FOR_PEOPLE = ("/api/", "/api/docs/")


def wants_problem() -> bool:
    """Tell whether the request came to what programs read, which answers in problem documents."""
    # With or without the slash at the end, which neither has to have.
    path = f"{request.path.rstrip('/')}/"
    return path.startswith(_FOR_PROGRAMS) and path not in _FOR_PEOPLE


def request_id() -> str:
    """Return the number of this request, under which the log has what went wrong."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex[:12]
    return str(g.request_id)


def problem(
    status: int, detail: str = "", *, title: str = "", errors: Sequence[ProblemError] = ()
) -> Response:
    """Return a problem document (RFC 9457)."""
    document = problems.problem(
        status,
        detail,
        title=title,
        instance=request.path,
        errors=errors,
        request_id=request_id(),
    )
    body = json.dumps(document, ensure_ascii=False)
    response = Response(body.encode("utf-8", "replace"), status, mimetype=problems.MEDIA_TYPE)
    response.headers[REQUEST_ID] = request_id()
    return response


def bad_query(faults: Sequence[ProblemError]) -> Response:
    """Return the refusal of a query string, each fault with the key that it is about."""
    return problem(
        BadRequest.code,
        gettext("Part of the query was not understood, so nothing was searched."),
        errors=faults,
    )


def faults_of(found: Iterable[Problem]) -> list[ProblemError]:
    """Return what a search did not understand, as a problem document tells it."""
    return [
        ProblemError(one.key, f"{gettext(one.sentence)} ({one.key}={one.value})") for one in found
    ]


def answer(status: int, *, headers: Iterable[tuple[str, str]] = ()) -> WerkzeugResponse:
    """Return an error as a page, or as a problem document where programs read.

    Args:
        status: the HTTP status.
        headers: of these, Allow and Retry-After are told.
    """
    title, advice = (gettext(words) for words in PAGES.get(status) or PAGES[_nearest(status)])
    if wants_problem():
        response = problem(status, advice, title=title)
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            title=title,
            advice=advice,
            number="" if status in _UNNUMBERED else request_id(),
        )
        response = Response(page, status)
        response.headers[REQUEST_ID] = request_id()
    for name, value in headers:
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def install(app: Flask) -> None:
    """Answer every error as a page or a problem document."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolUsedUp, _database_away)
    app.register_error_handler(BeingBuilt, _index_being_built)
    app.register_error_handler(DataError, _value_refused)
    app.register_error_handler(Exception, _unforeseen)


def _nearest(status: int) -> int:
    return InternalServerError.code if status >= InternalServerError.code else BadRequest.code


def _http_error(error: HTTPException) -> WerkzeugResponse:
    if isinstance(error.response, WerkzeugResponse):
        return error.response
    status = error.code or InternalServerError.code
    if isinstance(error, CSRFError):
        status = 403
    return answer(status, headers=error.get_headers(request.environ))


def _database_away(error: DBAPIError | PoolUsedUp) -> WerkzeugResponse:
    log.warning("database not available, request %s: %s", request_id(), type(error).__name__)
    db.session.rollback()
    return answer(ServiceUnavailable.code, headers=[("Retry-After", _RETRY_AFTER)])


def _index_being_built(error: BeingBuilt) -> WerkzeugResponse:
    log.warning("%s", error)
    return answer(503, headers=[("Retry-After", _RETRY_AFTER)])


def _value_refused(error: DataError) -> WerkzeugResponse:
    """Answer 400 for a value that no column can hold, such as an id beyond 64 bits."""
    log.info("value refused by the database, request %s: %s", request_id(), type(error).__name__)
    db.session.rollback()
    return answer(BadRequest.code)


def _unforeseen(error: Exception) -> WerkzeugResponse:
    if isinstance(error, DBAPIError):
        # PostgreSQL tells which value was in the way: somebody's address, it may be.
        log.error(
            "unforeseen error, request %s at %s: %s in %s\n%s",
            request_id(),
            request.endpoint,
            type(error.orig).__name__,
            error.statement,
            "".join(traceback.format_tb(error.__traceback__)),
        )
    else:
        log.error(
            "unforeseen error, request %s at %s", request_id(), request.endpoint, exc_info=error
        )
    db.session.rollback()
    return answer(InternalServerError.code)
