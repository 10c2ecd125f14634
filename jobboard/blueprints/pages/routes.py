"""The site's texts, health checks, the demo's mailbox and the style guide."""

from flask import Blueprint

bp = Blueprint("pages", __name__)
