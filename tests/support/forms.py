"""Forms of the tests: what a browser sends when somebody fills in the form of a listing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.listings import DESCRIPTION
from tests.support.people import PASSWORD


def in_days(days: int) -> str:
    """A day from today, as a date field sends it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def filled(**fields: Any) -> dict[str, Any]:
    """What a complete form sends, by a guest; fields change it, None leaves one out."""
    sent = {
        "submission_key": "form-of-the-tests",
        "title": "Senior Analyst, Black Sea Security",
        "organisation": "Centre for Grand Strategy",
        "opportunity_type": "staff",
        "mode": "hybrid",
        "place": ["Istanbul", ""],
        "country": ["TR", ""],
        "description": DESCRIPTION,
        "apply_method": "url",
        "apply_url": "https://grand.example/jobs/1",
        "apply_email": "",
        "deadline_kind": "date",
        "deadline_date": in_days(30),
        "deadline_time": "23:59",
        "deadline_zone": "Europe/Istanbul",
        "email": "guest@think.example",
        "accept_terms": "y",
        "action": "submit",
        **fields,
    }
    return {name: value for name, value in sent.items() if value is not None}


def sign_in(client: FlaskClient, name: str = "alice") -> TestResponse:
    """Sign a person of the tests in."""
    answer = client.post("/login/", data={"email": f"{name}@think.example", "password": PASSWORD})
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return answer
