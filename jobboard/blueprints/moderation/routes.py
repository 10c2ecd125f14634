"""The queue, decisions and the log: moderators only."""

from flask import Blueprint

bp = Blueprint("moderation", __name__, url_prefix="/moderation")
