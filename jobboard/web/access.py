"""Who is asking, and may they: Flask-Login over session rows that the server can end.

Only pages marked here touch the session; public pages are the same for everyone.
"""

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from flask import Flask, Request, Response, abort, current_app, redirect, request, session
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from itsdangerous import BadSignature

from jobboard import clock, logins
from jobboard.domain import token
from jobboard.logins import SignedIn
from jobboard.models.login_session import LoginSession
from jobboard.models.user import User
from jobboard.queries import people as find_people

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)


class _Logins(LoginManager):
    """Flask-Login, but for pages that touch no session: it would look into it after each answer.

    That look alone would make every page vary by its cookie, and so keep it out of all caches.
    """

    def _update_remember_cookie(self, response: Response) -> Response:
        if not knows_who_asks():
            return response
        return cast(Response, super()._update_remember_cookie(response))


login_manager = _Logins()

#: How a browser and its system call themselves; the first that matches counts.
_BROWSERS = (
    ("Edge", re.compile("Edg")),
    ("Opera", re.compile("OPR/|Opera")),
    ("Samsung Internet", re.compile("SamsungBrowser")),
    ("Firefox", re.compile("Firefox/|FxiOS")),
    ("Chrome", re.compile("Chrome/|CriOS")),
    ("Safari", re.compile("Safari/")),
)
_SYSTEMS = (
    ("Android", re.compile("Android")),
    ("iPhone", re.compile("iPhone")),
    ("iPad", re.compile("iPad")),
    ("Windows", re.compile("Windows")),
    ("macOS", re.compile("Macintosh")),
    ("ChromeOS", re.compile("CrOS")),
    ("Linux", re.compile("Linux|X11")),
)


class _Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie, without its look at the clock.

    Flask takes a cookie from the future for a forged one: with a clock put back, or two machines
    whose clocks differ by a second, whoever has just signed in would be nobody. Sign-ins end by
    their row.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        if not cookie:
            # To refuse nothing as a forged cookie leaves a circle (the fault, its trace, its frame)
            # that keeps the request and its page alive until the collector comes.
            return self.session_class()
        try:
            kept = signer.loads(cookie)
        except BadSignature:
            kept = {}
        return self.session_class(kept)


class Visitor:
    """A signed-in person as Flask-Login sees them: the account and the browser's session row.

    ``get_id`` is the session's token, not the account's number: that is what both cookies carry,
    and it stops working the moment the row is ended (ASVS 7.4).
    """

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, login: LoginSession, raw_token: str) -> None:
        self.login = login
        self.user: User = login.user
        self._token = raw_token

    def get_id(self) -> str:
        """Return the session's token, for the cookie."""
        return self._token


def install(app: Flask) -> None:
    """Teach Flask-Login to find people by their session's token."""
    app.session_interface = _Sessions()
    # Its context processor would look for the person, and so read the session, on every page.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None
    app.jinja_env.globals["person"] = person
    app.before_request(_refuse_foreign_forms)

    @login_manager.user_loader
    def load(raw_token: str) -> Visitor | None:
        login = find_people.login_by_token(token.hashed(raw_token), clock.now())
        return Visitor(login, raw_token) if login is not None else None


def knows_who_asks() -> bool:
    """Tell whether this answer looked into the session, so that it is this visitor's alone."""
    kept = request_ctx._session  # through the proxy it would count as looked into
    return kept is not None and bool(kept.accessed)


def person() -> User | None:
    """Return the signed-in person's account, or None."""
    return cast(Visitor, current_user).user if current_user.is_authenticated else None


def signed_in() -> User:
    """Return the signed-in person; only for views under ``members_only`` and its kin."""
    user = person()
    if user is None:
        abort(401)
    return user


def browser() -> LoginSession:
    """Return the row of the browser that asks; only for views under ``members_only``."""
    signed_in()
    return cast(Visitor, current_user).login


def device() -> str:
    """Return what its owner will know a browser by, such as "Firefox, Windows"."""
    agent = request.user_agent.string
    found = [
        next((name for name, sign in names if sign.search(agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def enter(started: SignedIn) -> None:
    """Give the browser its cookie; what the old session held is dropped (no fixation)."""
    session.clear()
    login = started.login
    login_user(
        Visitor(login, started.token),
        remember=login.is_remembered,
        duration=logins.REMEMBERED,
    )


def leave() -> None:
    """Take the browser's cookies away; the caller has ended the session's row."""
    session.clear()
    logout_user()


def members_only(view: View) -> View:
    """Let signed-in people in; others are sent to sign in and come back."""
    return _guard(view, lambda _user: True)


def moderators_only(view: View) -> View:
    """Let moderators and administrators in; for other signed-in people there is no such page."""
    return _guard(view, lambda user: user.may_moderate)


def administrators_only(view: View) -> View:
    """Let administrators in; for other signed-in people there is no such page."""
    return _guard(view, lambda user: user.is_administrator)


def _guard(view: View, may: Callable[[User], bool]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        user = person()
        if user is None:
            back = request.full_path.rstrip("?") if request.method != "POST" else _page_above()
            return redirect(f"/login/?{urlencode({'next': back})}")
        if not may(user):
            log.warning("refused: account %s at %s", user.id, request.endpoint)
            abort(404)
        return view(*args, **kwargs)

    return cast(View, guarded)


def _page_above() -> str:
    """Return the nearest page above a form's address that can be looked at, its own included."""
    routes = request_ctx.url_adapter
    path = request.path
    while routes is not None and path != "/" and not routes.test(path, "GET"):
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
    return path


def _refuse_foreign_forms() -> None:
    """A form on another site must not act here, whatever token it has got hold of (ASVS 3.5.1).

    Browsers send ``Origin`` with every POST; programs such as a mail server that unsubscribes
    somebody send none.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    site = urlsplit(str(current_app.config["SITE_URL"]))
    own = {request.host_url.rstrip("/"), f"{site.scheme}://{site.netloc}"}
    is_foreign = origin is not None and origin.rstrip("/") not in own
    if is_foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        log.warning("refused: foreign form at %s", request.endpoint)
        abort(403)
