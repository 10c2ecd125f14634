"""Every command of the command line, in the order in which ``--help`` lists them."""

import click
import flask_migrate
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate.cli import db as migrations

from jobboard.cli import founding, imports, serving, upkeep


@click.command()
@click.option(
    "--prepare",
    is_flag=True,
    help="First bring the database up to date and, with DEMO=1, load the demo.",
)
@with_appcontext
def serve(prepare: bool) -> None:
    """Serve the board: web server and worker together."""
    raise SystemExit(serving.serve(_app(), _prepare if prepare else None))


def _prepare(app: Flask) -> None:
    flask_migrate.upgrade()
    if app.config["DEMO"]:
        founding.load_demo()


@click.command()
@with_appcontext
def web() -> None:
    """Serve the pages on HOST and PORT with WEB_WORKERS processes."""
    serving.run_web(_app())


@click.command()
@with_appcontext
def worker() -> None:
    """Send mail and run the clock until told to stop."""
    serving.run_worker(_app())


@click.group()
def db() -> None:
    """Bring the database up to date; write and inspect migrations."""


@db.command()
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the database to the newest migration."""
    flask_migrate.upgrade(revision=revision)


for _name in ("current", "downgrade", "heads", "history", "migrate", "revision"):
    db.add_command(migrations.commands[_name])


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


ALL: tuple[click.Command, ...] = (
    serve,
    web,
    worker,
    db,
    founding.demo,
    founding.create_admin,
    imports.group,
    upkeep.expire,
    upkeep.remind,
    upkeep.deliver,
    upkeep.purge,
    upkeep.reindex,
    founding.check,
)
