"""Fresh databases for tests: migrated once, then copied, on SQLite and on PostgreSQL."""

import importlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import flask_migrate
from flask import Flask
from jinja2 import FileSystemBytecodeCache

import config
from jobboard import db
from jobboard.search import engine
from tests.support.postgres import Postgres

#: What every test application is told; named as in the environment.
SETTINGS: Mapping[str, str] = {
    "SITE_URL": "http://localhost",
    "SECRET_KEY": "0123456789abcdef" * 3,
    "RATE_LIMITS": "off",
}


_COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="board-templates-"))


class Databases(Protocol):
    """A maker of fresh, migrated databases."""

    def new(self, folder: Path) -> str:
        """Return the address of an empty database at the newest migration."""

    def drop(self, url: str) -> None:
        """Delete a database that `new` made."""


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite"
        migrate(f"sqlite:///{self._template}", folder)

    def new(self, folder: Path) -> str:
        path = folder / "board.sqlite"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """The test's own temporary folder goes as a whole."""


class PostgresDatabases:
    """Copies of one migrated database, made by the server."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server = server
        self._template = server.create()
        migrate(server.url(self._template), folder)

    def new(self, folder: Path) -> str:
        return self._server.url(self._server.create(template=self._template))

    def drop(self, url: str) -> None:
        self._server.drop(url.rpartition("/")[2])


def migrate(url: str, folder: Path) -> None:
    """Bring a database to the newest migration and leave no connection open."""
    app = ground_floors({"DATABASE_URL": url}, folder)
    with app.app_context():
        flask_migrate.upgrade()
    close(app)


def ground_floors(settings: Mapping[str, str], folder: Path) -> Flask:
    """Make an application of database and search alone: what services and queries stand on."""
    app = Flask("ground_floors", root_path=str(Path(db.__file__).parent))
    app.config.from_mapping(config.load({**_own(folder), **settings}))
    Path(str(app.config["INSTANCE_DIR"])).mkdir(parents=True, exist_ok=True)
    db.install(app)
    engine.install(app)
    return app


def application(settings: Mapping[str, str], folder: Path) -> Flask:
    """Make the whole board with the tests' settings and an instance folder of its own.

    The import stands here so that tests of the lower floors run while the upper ones are changed.
    """
    create_app = importlib.import_module("jobboard.app").create_app
    app: Flask = create_app({**_own(folder), **settings})
    app.config["TESTING"] = True
    # Templates are compiled once a run, not once a test.
    app.jinja_env.bytecode_cache = _COMPILED
    return app


def close(app: Flask) -> None:
    """Close an application's connections to its database."""
    with app.app_context():
        db.db.session.remove()
        for bound in db.db.engines.values():
            bound.dispose()


def _own(folder: Path) -> dict[str, str]:
    return {**SETTINGS, "INSTANCE_DIR": str(folder / "instance")}
