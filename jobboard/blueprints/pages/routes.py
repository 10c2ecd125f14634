"""The site's texts, health checks, the demo's mailbox and the style guide."""

from flask import Blueprint, Response, render_template

from jobboard.blueprints.pages import style_guide as guide
from jobboard.queries import health

bp = Blueprint("pages", __name__)


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
