"""Writing a listing, and a guest's management page."""

from flask import Blueprint

bp = Blueprint("posting", __name__, url_prefix="/post-a-job")
