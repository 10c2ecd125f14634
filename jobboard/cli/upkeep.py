"""What the worker does, once and by hand: ``expire remind deliver purge``; and ``reindex``."""

import click
from flask.cli import with_appcontext

from jobboard import clock
from jobboard.cli import progress
from jobboard.mail import delivery
from jobboard.models.worker_run import Job
from jobboard.queries import outbox
from jobboard.search import upkeep
from jobboard.services import clock_jobs, retention, worker_runs


@click.command()
@with_appcontext
def expire() -> None:
    """Publish what was scheduled, end what is over, and owe the mails about it."""
    now = clock.now()
    published, ended = clock_jobs.publish_due(now), clock_jobs.expire(now)
    worker_runs.note([Job.CLOCK], now=now)
    click.echo(f"published: {published}, expired: {ended}")


@click.command()
@with_appcontext
def remind() -> None:
    """Owe the reminders to those whose listings end soon."""
    click.echo(f"reminders: {clock_jobs.remind(clock.now())}")


@click.command()
@with_appcontext
def deliver() -> None:
    """Send every mail that is due; exit code 1 when some could not go."""
    total = delivery.Tally()
    while outbox.is_due(clock.now()):
        tally = delivery.deliver(clock.now())
        total.sent += tally.sent
        total.waiting += tally.waiting
        total.parked += tally.parked
        if tally.fault:
            raise click.ClickException(tally.fault)
        if not tally.total:
            break
    worker_runs.note([Job.MAIL], now=clock.now())
    click.echo(f"sent: {total.sent}, to be tried again: {total.waiting}, parked: {total.parked}")
    if total.waiting or total.parked:
        raise SystemExit(1)


@click.command()
@with_appcontext
def purge() -> None:
    """Delete what has been kept for its time: old mails, links, browsers, unconfirmed addresses."""
    click.echo(f"deleted: {retention.purge(clock.now())}")


@click.command()
@with_appcontext
def reindex() -> None:
    """Build the search index anew while the present one serves."""
    try:
        with progress.moving("Indexing") as tell:
            count = upkeep.reindex(tell)
    except upkeep.BeingBuilt as fault:
        raise click.ClickException(f"{fault}; nothing was done here") from None
    click.echo(f"indexed: {count}")
