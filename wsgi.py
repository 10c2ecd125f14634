"""The WSGI entry point: ``wsgi:app`` for any server."""

from jobboard.app import create_app

app = create_app()
