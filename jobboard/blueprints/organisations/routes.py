"""The index of organisations and their pages."""

from flask import Blueprint

bp = Blueprint("organisations", __name__)
