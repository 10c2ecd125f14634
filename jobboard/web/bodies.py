"""Bodies of requests: how long one is must be said before it comes, and once."""

from flask import Flask, abort, request

_LENGTH_REQUIRED = 411


def install(app: Flask) -> None:
    """Look at a body's length before anybody reads it; first of all that runs before a request."""
    app.before_request(_refuse_unmeasured)


def _refuse_unmeasured() -> None:
    """Refuse what comes in pieces, with a length beside them or none (ASVS 4.2.1, 5.2.1).

    The application would see an empty form and call it stale. Browsers always say the length, and a
    buffering proxy in front does so for everybody.
    """
    if "Transfer-Encoding" in request.headers:
        abort(_LENGTH_REQUIRED)
