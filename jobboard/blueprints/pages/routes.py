"""The site's texts, health checks, the demo's mailbox and the style guide."""

from flask import Blueprint, render_template

from jobboard.blueprints.pages import style_guide as guide

bp = Blueprint("pages", __name__)


@bp.get("/style-guide/")
def style_guide() -> str:
    """Every part of the pages in every state."""
    return render_template(
        "pages/style_guide.html", form=guide.opened(), wrong_form=guide.refused()
    )
