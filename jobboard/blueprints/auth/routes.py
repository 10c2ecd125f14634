"""Registering, signing in and out, lost passwords, the account."""

from flask import Blueprint

bp = Blueprint("auth", __name__)
