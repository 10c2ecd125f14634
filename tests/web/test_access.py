"""Who is asking: what a browser is called, and that public pages do not ask."""

import gc
import weakref
from typing import Any

import pytest
from flask import Flask, Request, request, request_started

from jobboard.web import access

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
            ),
            "Edge, Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            ),
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Linux",
        ),
        ("curl/8.5", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_browsers_by_name(app: Flask, agent: str, name: str) -> None:
    with app.test_request_context(headers={"User-Agent": agent}):
        assert access.device() == name


def test_only_pages_that_ask_know_who_asks(app: Flask) -> None:
    with app.test_request_context("/jobs/"):
        assert not access.knows_who_asks()
        assert access.person() is None
        assert access.knows_who_asks()


def test_nothing_of_a_request_outlives_its_answer(app: Flask) -> None:
    seen: list[weakref.ref[Request]] = []

    def note(_sender: Flask, **_extra: Any) -> None:
        seen.append(weakref.ref(request._get_current_object()))  # type: ignore[attr-defined]

    client = app.test_client()
    client.get("/jobs/?q=the-first-builds-the-index")
    gc.collect()
    gc.disable()
    try:
        with request_started.connected_to(note, app):
            for path in ("/jobs/?q=analyst", "/about/", "/healthz"):
                client.get(path).close()
        assert [one() for one in seen] == [None] * 3
    finally:
        gc.enable()
