"""A poster's listings and what can be done with them."""

from flask import Blueprint

bp = Blueprint("dashboard", __name__, url_prefix="/job-dashboard")
