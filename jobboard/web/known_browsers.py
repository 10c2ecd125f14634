"""Browsers in which a person has signed in before: nobody who guesses elsewhere locks them out.

Tries at one name are counted over all networks, so that guessing from many of them is slowed too.
Alone, that would let anybody shut an owner out. So a browser that has signed in, or that came by
a mailed link and set a new password, keeps a cookie, and its tries are counted by that cookie (the
"device cookies" of OWASP). The cookie lets nobody in: the password is asked for all the same.
"""

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from jobboard.domain import token
from jobboard.web import limits

#: Seconds that a browser is known for.
KNOWN_FOR = 180 * 24 * 60 * 60


def remember(response: Response, email: str) -> None:
    """Give the browser the mark that somebody with this address has been let in here."""
    settings = current_app.config
    response.set_cookie(
        settings["KNOWN_COOKIE_NAME"],
        _signer().dumps([limits.keyed(email), token.fresh()]),
        max_age=KNOWN_FOR,
        httponly=True,
        secure=settings["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )


def mark(email: str) -> str | None:
    """Return by what this browser's tries at an address are counted; None for a strange one."""
    try:
        kept = _signer().loads(
            request.cookies.get(current_app.config["KNOWN_COOKIE_NAME"], ""), max_age=KNOWN_FOR
        )
    except BadData:
        return None
    whose, own = kept
    return str(own) if whose == limits.keyed(email) else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="known browser")
