"""Feeds, calendar, sitemap, robots and OpenSearch."""

from flask import Blueprint

bp = Blueprint("feeds", __name__)
