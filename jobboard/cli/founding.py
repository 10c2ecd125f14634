"""``demo``, ``create-admin``, ``check``: a board's first day, and whether all is in its place."""

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext

from jobboard import clock, links
from jobboard.cli import progress
from jobboard.domain import address
from jobboard.domain.errors import RuleBroken
from jobboard.mail import post_office
from jobboard.queries import health
from jobboard.services import accounts
from jobboard.services import demo as demos


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demo's people and listings, once; needs DEMO=1."""
    load_demo()


def load_demo() -> None:
    """Load the demo and say how many listings it has."""
    settings = current_app.config
    try:
        with progress.moving("Loading the demo's listings:") as tell:
            count = demos.load(
                clock.now(),
                is_demo=settings["DEMO"],
                secret=settings["SECRET_KEY"],
                life_days=settings["LISTING_LIFE_DAYS"],
                progress=tell,
            )
    except RuleBroken as fault:
        raise click.ClickException(gettext(fault.sentence)) from None
    if count:
        click.echo(f"demo: {count} listings")
    else:
        click.echo("demo: loaded already")


@click.command("create-admin")
@click.argument("email")
@with_appcontext
def create_admin(email: str) -> None:
    """Make EMAIL an administrator, with an account made if need be.

    Prints the address at which the person chooses a password. It works once, for 24 hours.
    """
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as fault:
        raise click.BadParameter(str(fault), param_hint="EMAIL") from None
    secret = current_app.config["SECRET_KEY"]
    link = accounts.make_administrator(email, secret=secret, now=clock.now())
    path = address.reset_password(links.token_of(link, secret))
    click.echo(f"{link.email} is an administrator. To choose a password (within 24 hours):")
    click.echo(f"{current_app.config['SITE_URL']}{path}")


@click.command()
@with_appcontext
def check() -> None:
    """Say how settings and services stand; exit code 1 when something is broken."""
    settings = current_app.config
    found = (
        _settings(),
        *health.checks(),
        health.search_index(),
        health.outbox_standing(),
        _mail_server(),
        health.shared_memory(settings["REDIS_URL"]),
    )
    width = max(len(each.name) for each in found)
    for each in found:
        click.echo(f"{'ok ' if each.is_well else 'BAD'}  {each.name:<{width}}  {each.told}")
    if not all(each.is_well for each in found):
        raise SystemExit(1)


def _settings() -> health.Check:
    # Those that do not allow a start have stopped this program before.
    settings = current_app.config
    kind = "the demo: accounts with a known password, open mailbox" if settings["DEMO"] else "set"
    return health.Check("settings", True, f"{kind}; {settings['SITE_URL']}")


def _mail_server() -> health.Check:
    settings = current_app.config
    server = f"{settings['MAIL_SERVER']}:{settings['MAIL_PORT']}"
    if settings["MAIL_SERVER"]:
        fault = post_office.fault_of_server()
        return health.Check("mail server", not fault, fault or f"{server} answers")
    if settings["DEMO"]:
        return health.Check("mail server", True, "none: the demo keeps its mail at /_mailbox/")
    return health.Check("mail server", False, "MAIL_SERVER is not set: every mail is parked")
