"""Numbers in addresses: those that can be a row's, and no others."""

from flask import Flask
from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """A whole number of at most 18 digits; with a longer one there is no such page."""

    regex = r"\d{1,18}"


def install(app: Flask) -> None:
    """Read every ``<int:…>`` of an address so; before the first route is added."""
    app.url_map.converters["int"] = RowNumber
