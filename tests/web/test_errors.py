"""Errors as pages and as problem documents: the number of the request, never a traceback."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolUsedUp
from werkzeug.exceptions import HTTPException

from jobboard.web.errors import PAGES, REQUEST_ID

pytestmark = pytest.mark.one_database

STATUSES = (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)
SECRET = "a secret of the program"


class Strange(HTTPException):
    """A status that has no page of its own."""

    code = 418


def _raise(fault: Exception) -> Callable[[], str]:
    def view() -> str:
        raise fault

    return view


@pytest.fixture
def failing(app: Flask) -> Flask:
    """The board with addresses that fail, for people (/fail/) and for programs (/api/v1/fail/)."""
    app.config["TESTING"] = False
    faults: dict[str, Exception] = {
        "unforeseen": RuntimeError(SECRET),
        "away": OperationalError(SECRET, {}, Exception(SECRET)),
        "used-up": PoolUsedUp(SECRET),
        "value": DataError(SECRET, {}, Exception(SECRET)),
        "strange": Strange(SECRET),
    }
    for prefix in ("/fail", "/api/v1/fail"):
        for name, fault in faults.items():
            app.add_url_rule(f"{prefix}/{name}", f"{prefix}{name}", _raise(fault))
        app.add_url_rule(
            f"{prefix}/<int:status>", f"{prefix}status", lambda status: abort(status, SECRET)
        )
    return app


def test_every_status_has_a_page_with_what_to_do(failing: Flask) -> None:
    client = failing.test_client()
    for status in STATUSES:
        answer = client.get(f"/fail/{status}")
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        title, advice = PAGES[status]
        assert f"<h1>{title}</h1>" in answer.text
        assert advice in answer.text
        assert SECRET not in answer.text
        assert '<meta name="robots" content="noindex">' in answer.text
        number = answer.headers[REQUEST_ID]
        assert re.fullmatch(r"[0-9a-f]{12}", number)
        assert (number in answer.text) == (status not in (404, 410))


def test_programs_get_a_problem_document(failing: Flask) -> None:
    client = failing.test_client()
    for status in STATUSES:
        answer = client.get(f"/api/v1/fail/{status}")
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        document = answer.get_json(force=True)
        assert document["status"] == status
        assert document["title"] == PAGES[status][0]
        assert document["detail"] == PAGES[status][1]
        assert document["instance"] == f"/api/v1/fail/{status}"
        assert document["request_id"] == answer.headers[REQUEST_ID]
        assert SECRET not in answer.text


def test_what_broke_is_in_the_log_under_the_number_and_nowhere_else(
    failing: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/fail/unforeseen", "/api/v1/fail/unforeseen"):
        caplog.clear()
        answer = failing.test_client().get(path)
        assert answer.status_code == 500
        assert SECRET not in answer.text
        assert "Traceback" not in answer.text
        number = answer.headers[REQUEST_ID]
        [record] = [one for one in caplog.records if one.levelname == "ERROR"]
        assert number in record.getMessage()
        assert record.exc_info is not None


def test_a_database_that_is_away_is_said_to_be_back_soon(failing: Flask) -> None:
    for name in ("away", "used-up"):
        answer = failing.test_client().get(f"/fail/{name}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert SECRET not in answer.text


def test_a_value_that_no_column_holds_is_a_bad_request(failing: Flask) -> None:
    answer = failing.test_client().get("/api/v1/fail/value")
    assert answer.status_code == 400
    assert SECRET not in answer.text


def test_a_status_without_a_page_reads_as_a_bad_request(failing: Flask) -> None:
    answer = failing.test_client().get("/fail/strange")
    assert answer.status_code == 418
    assert PAGES[400][0] in answer.text


def test_no_two_requests_share_a_number(client: FlaskClient) -> None:
    numbers = {client.get("/nothing").headers[REQUEST_ID] for _ in range(5)}
    assert len(numbers) == 5


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    answer = client.post("/jobs/")
    assert answer.status_code == 405
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "OPTIONS"}


def test_feeds_are_read_by_programs_too(client: FlaskClient) -> None:
    for path in ("/jobs/feed.atom?page=99", "/feeds/nothing.xml", "/api/v1/nothing"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.mimetype == "application/problem+json", path
    assert client.get("/nothing").mimetype == "text/html"
