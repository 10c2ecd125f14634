"""Renders and sends what the outbox holds."""

from flask import Flask


def install(app: Flask) -> None:
    """Prepare the application."""
