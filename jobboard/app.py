"""Puts the house together: the application factory and the command line's entry."""

from collections.abc import Mapping
from pathlib import Path

import click
from flask import Flask, request
from flask.cli import FlaskGroup
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from jobboard import clock, db
from jobboard.blueprints.admin.routes import bp as admin
from jobboard.blueprints.api.routes import bp as api
from jobboard.blueprints.auth.routes import bp as auth
from jobboard.blueprints.dashboard.routes import bp as dashboard
from jobboard.blueprints.feeds.routes import bp as feeds
from jobboard.blueprints.listings.routes import bp as listings
from jobboard.blueprints.moderation.routes import bp as moderation
from jobboard.blueprints.organisations.routes import bp as organisations
from jobboard.blueprints.pages.routes import bp as pages
from jobboard.blueprints.posting.routes import bp as posting
from jobboard.cli import commands
from jobboard.mail import post_office
from jobboard.search import engine
from jobboard.web import (
    access,
    assets,
    bodies,
    compression,
    errors,
    filters,
    headers,
    limits,
    routing,
    turns,
    wording,
)
from jobboard.web.page_cache import middleware as page_cache

#: What changes nothing though it is a POST: it waits for nobody who writes.
_ONLY_READING = frozenset({"listings.show_apply"})

_BLUEPRINTS = (
    listings,
    posting,
    dashboard,
    organisations,
    auth,
    moderation,
    admin,
    api,
    feeds,
    pages,
)

csrf = CSRFProtect()


def create_app(settings: Mapping[str, object] | None = None) -> Flask:
    """Return the board as a Flask application.

    Args:
        settings: stands in the environment's place, under the same names; tests pass it.

    Raises:
        config.SettingsRefused: the settings do not allow a start.
    """
    app = Flask(
        "jobboard",
        root_path=str(Path(__file__).parent),
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "static"),
    )
    app.config.from_mapping(config.load(_as_environment(settings)) if settings else config.load())
    Path(str(app.config["INSTANCE_DIR"])).mkdir(parents=True, exist_ok=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # The catalogue's extractor (babel.cfg) folds line breaks in texts; pages must ask for the same.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.json.sort_keys = False  # type: ignore[attr-defined]

    proxies = int(app.config["TRUSTED_PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0
        )

    @app.before_request
    def choose_transaction() -> None:
        """Law: a GET changes nothing. Its transaction takes no write lock either."""
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in _ONLY_READING:
            db.start_reading()
        else:
            db.start_writing()

    @app.teardown_request
    def forget_transaction(_fault: BaseException | None) -> None:
        """What comes after a request in the same thread says for itself what it does."""
        db.start_writing()

    bodies.install(app)
    db.install(app)
    Babel(app, default_translation_directories=str(Path(__file__).parent / "translations"))
    csrf.init_app(app)
    # Its form stands on public pages, which carry no token; forms of other sites are refused.
    csrf.exempt("jobboard.blueprints.pages.routes.dismiss_notice")
    # Shows a listing's address of mail from a page that is the same for everyone; changes nothing.
    csrf.exempt("jobboard.blueprints.listings.routes.show_apply")
    for part in (
        routing,
        compression,
        headers,
        errors,
        limits,
        wording,
        filters,
        assets,
        access,
        post_office,
        engine,
    ):
        part.install(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in commands.ALL:
        app.cli.add_command(command)
    turns.install(app)
    page_cache.install(app, clock.now)
    return app


def _as_environment(settings: Mapping[str, object]) -> dict[str, str]:
    """Write settings as environment values, so that there is one reader and one check."""
    return {name: _as_text(value) for name, value in settings.items()}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


class _Commands(FlaskGroup):
    """The board's own commands in their order, listed where the settings allow no start too."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names of the commands."""
        return list(self.commands)


@click.group(cls=_Commands, create_app=create_app, add_default_commands=False)
def cli() -> None:
    """Run and look after the job board."""


# Here too: `--help` then works where the settings do not allow a start.
for _command in commands.ALL:
    cli.add_command(_command)


def main() -> None:
    """Run the command line; settings that do not allow a start are told in words."""
    try:
        cli()
    except config.SettingsRefused as refusal:
        raise SystemExit(f"The settings do not allow a start:\n{refusal}") from None
