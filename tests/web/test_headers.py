"""Security headers stand on every answer: pages, errors, files, documents for programs."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from jobboard.web.headers import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.one_database

PATHS = (
    "/jobs/",
    "/organisations/",
    "/login/",
    "/nothing",
    "/api/docs",
    "/api/v1/jobs",
    "/api/v1/jobs?foo=1",
    "/jobs/feed.atom",
    "/jobs/feed.atom?foo=1",
    "/feeds/jobs.xml",
    "/sitemap.xml",
    "/robots.txt",
    "/static/favicon.svg",
    "/static/nothing",
)


def test_every_answer_is_guarded(app: Flask, client: FlaskClient) -> None:
    answers = {path: client.get(path) for path in PATHS}
    answers["post"] = client.post("/jobs/")
    for path, answer in answers.items():
        headers = answer.headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"].startswith("strict-origin"), path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path
        assert "Cache-Control" in headers, path
        assert "Strict-Transport-Security" not in headers, path


def test_an_answer_that_is_sent_again_is_guarded_too(client: FlaskClient) -> None:
    mark = client.get("/jobs/").headers["ETag"]
    answer = client.get("/jobs/", headers={"If-None-Match": mark})
    assert answer.status_code == 304
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_nothing_inline_and_nothing_from_elsewhere_may_run() -> None:
    policy = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }


def test_a_board_on_https_stays_there(make_app: Callable[..., Flask]) -> None:
    client = make_app(SITE_URL="https://jobs.example").test_client()
    for path in ("/jobs/", "/nothing"):
        header = client.get(path).headers["Strict-Transport-Security"]
        assert header == "max-age=31536000; includeSubDomains"


def test_what_is_of_one_person_is_not_kept(client: FlaskClient) -> None:
    assert client.get("/login/").headers["Cache-Control"] == "no-store"
    assert client.post("/login/", data={"email": "x"}).headers["Cache-Control"] == "no-store"
    assert client.get("/jobs/").headers["Cache-Control"] == "public, no-cache"
