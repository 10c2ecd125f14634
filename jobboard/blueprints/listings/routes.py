"""The Jobs page and the page of a listing."""

from flask import Blueprint

bp = Blueprint("listings", __name__)
