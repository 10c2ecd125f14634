"""The site's texts, health checks, the demo's mailbox and the style guide."""

import hmac
import ipaddress
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.pages import mailbox as mailboxes
from jobboard.blueprints.pages import style_guide as guide
from jobboard.domain.address import own_path
from jobboard.markup.markdown import own_html
from jobboard.queries import health
from jobboard.queries import outbox as find
from jobboard.tables import site_texts
from jobboard.web.headers import CONTENT_SECURITY_POLICY
from jobboard.web.public import answer, whole

bp = Blueprint("pages", __name__)

#: The cookie by which a browser remembers that the terms notice was read; ``early.js`` looks.
NOTICE_COOKIE = "terms_notice"
_A_YEAR = 365 * 24 * 3600


@bp.get("/about/")
def about() -> AnyResponse:
    """What the board is."""
    return _site_text("about")


@bp.get("/privacy/")
def privacy() -> AnyResponse:
    """What the board keeps about people, and what they may ask."""
    return _site_text("privacy")


@bp.get("/terms/")
def terms() -> AnyResponse:
    """What whoever uses the board agrees to."""
    return _site_text("terms")


@bp.get("/contact/")
def contact() -> AnyResponse:
    """How to reach the people behind the board."""
    return _site_text("contact")


@bp.post("/notice/dismiss/")
def dismiss_notice() -> AnyResponse:
    """Remember in the browser that the terms notice was read.

    Public pages carry no token, so this form has none either; one that comes from another site is
    refused, and all that it could do is to hide a line.
    """
    came_from = urlsplit(request.referrer or "")
    back = own_path(came_from.path, "/jobs/")
    if came_from.query:
        back = own_path(f"{back}?{came_from.query}", back)
    response = redirect(f"/notice/dismissed/?{urlencode({'back': back})}", 303)
    response.set_cookie(
        NOTICE_COOKIE,
        site_texts.version("terms"),
        max_age=_A_YEAR,
        secure=str(current_app.config["SITE_URL"]).startswith("https://"),
        samesite="Lax",
    )
    return response


@bp.get("/notice/dismissed/")
def notice_dismissed() -> AnyResponse:
    """Say so, for browsers without script; the others never leave their page."""
    back = own_path(request.args.get("back"), "/jobs/")
    return answer(render_template("pages/notice_dismissed.html", back=back))


@bp.get("/_mailbox/")
def mailbox() -> AnyResponse:
    """What the board has mailed, newest first."""
    _only_if_open()
    found = mailboxes.letters(find.kept(mailboxes.LATEST))
    return _kept_nowhere(Response(render_template("pages/mailbox.html", letters=found)))


@bp.get("/_mailbox/messages.json")
def mailbox_messages() -> AnyResponse:
    """The same for programs."""
    _only_if_open()
    found = mailboxes.letters(find.kept(mailboxes.LATEST))
    return _kept_nowhere(jsonify([letter.as_json() for letter in found]))


@bp.get("/_mailbox/<int:message_id>/")
def mailbox_letter(message_id: int) -> AnyResponse:
    """One mail: its words, its links, its HTML in a frame."""
    page = render_template("pages/mailbox_letter.html", letter=_letter_or_404(message_id))
    response = _kept_nowhere(Response(page))
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@bp.get("/_mailbox/<int:message_id>/html/")
def mailbox_html(message_id: int) -> AnyResponse:
    """One mail's HTML, for the frame of its page."""
    response = _kept_nowhere(Response(mailboxes.framed(_letter_or_404(message_id).html)))
    response.headers["Content-Security-Policy"] = mailboxes.FRAME_POLICY
    return response


@bp.get("/style-guide/")
def style_guide() -> str:
    """Every part of the pages in every state."""
    return render_template(
        "pages/style_guide.html", form=guide.opened(), wrong_form=guide.refused()
    )


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers; it asks nobody else, so that a slow database restarts no web server."""
    return _words("alive\n")


@bp.get("/readyz")
def readyz() -> Response:
    """The board can serve: database, migrations and outbox, each in a word."""
    checks = health.checks()
    is_ready = all(check.is_well for check in checks)
    lines = [f"{check.name}: {check.told}\n" for check in checks]
    return _words("".join(lines), 200 if is_ready else 503)


def _words(text: str, status: int = 200) -> Response:
    response = Response(text, status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/metrics")
def metrics() -> AnyResponse:
    """Figures for Prometheus, to this machine or to whoever has the token."""
    if not _may_see_metrics():
        abort(404)
    lines = []
    for figure in health.figures(clock.now()):
        lines.append(
            f"# HELP board_{figure.name} {figure.told}\n# TYPE board_{figure.name} gauge\n"
        )
        lines.extend(
            f"board_{figure.name}{labels} {value}\n" for labels, value in figure.values.items()
        )
    response = _words("".join(lines))
    response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
    return response


def _may_see_metrics() -> bool:
    """Tell whether the request may see figures; what a proxy passes on comes from elsewhere."""
    wanted = str(current_app.config["METRICS_TOKEN"])
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    is_direct = "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers
    return is_direct and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104


def _site_text(name: str) -> AnyResponse:
    settings = current_app.config
    text = site_texts.text(name)
    words = {
        "site_name": settings["SITE_NAME"],
        "site_email": _mail_link(str(settings["SITE_EMAIL"])),
        "legal_line": settings["SITE_LEGAL_LINE"],
        "review_hours": str(settings["REVIEW_HOURS"]),
        "session_cookie": settings["SESSION_COOKIE_NAME"],
        "remember_cookie": settings["REMEMBER_COOKIE_NAME"],
        "known_cookie": settings["KNOWN_COOKIE_NAME"],
    }
    markdown = text.markdown
    for place in site_texts.PLACES:
        markdown = markdown.replace(f"{{{place}}}", words[place])
    page = render_template(
        f"pages/{name}.html",
        title=gettext(text.title),
        version=datetime.fromisoformat(text.version).replace(tzinfo=UTC),
        html=own_html(markdown),
        canonical=whole(f"/{name}/"),
    )
    return answer(page)


def _mail_link(email: str) -> str:
    if not email:
        return gettext("the operator of this site, whose mail address is still to be set")
    return f"[{email}](mailto:{email})"


def _only_if_open() -> None:
    if not mailboxes.is_open():
        abort(404)


def _letter_or_404(message_id: int) -> mailboxes.Letter:
    _only_if_open()
    message = find.one(message_id)
    letter = mailboxes.letter(message) if message is not None else None
    if letter is None:
        abort(404)
    return letter


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
