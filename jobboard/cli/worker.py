"""The worker: sends what the outbox holds and runs the clock, until it is told to stop."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event

from flask import Flask

from jobboard import clock
from jobboard.mail import delivery
from jobboard.models.worker_run import Job
from jobboard.queries import outbox
from jobboard.services import clock_jobs, retention, worker_runs

log = logging.getLogger(__name__)

#: Seconds between two runs of the clock's jobs, and between two looks into the outbox.
CLOCK_SECONDS = 15.0
LOOK_SECONDS = 1.0
#: Seconds to wait when the mail server or the database is away: at first, and at most.
AWAY_SECONDS = (2.0, 30.0)
#: Seconds between two looks for what need not be kept any longer.
PURGE_SECONDS = 3600.0
#: Seconds between two notes that the work is being done.
NOTE_SECONDS = 60.0

#: How far behind its last look the clock looks for reminders, for rows that somebody held then.
LOOK_BACK = timedelta(hours=1)


def run(app: Flask, stop: Event) -> None:
    """Work until ``stop`` is set; a mail in hand is finished first.

    Every job may run late, twice, or in two workers at once; so nothing here needs a lock.
    """
    clock_at = mail_at = note_at = purge_at = 0.0
    jobs = (clock_jobs.publish_due, clock_jobs.expire, reminding())
    done: set[Job] = set()
    away = AWAY_SECONDS[0]
    while not stop.is_set():
        if time.monotonic() >= clock_at:
            clock_at = time.monotonic() + CLOCK_SECONDS
            # Each has its turn, whatever became of the one before it.
            went_well = [_guarded(app, partial(_run_job, job)) for job in jobs]
            if all(went_well):
                done.add(Job.CLOCK)
        if time.monotonic() >= mail_at:
            if _guarded(app, partial(_deliver, stop)):
                away = AWAY_SECONDS[0]
                done.add(Job.MAIL)
            else:
                mail_at = time.monotonic() + away
                away = min(2 * away, AWAY_SECONDS[1])
        if time.monotonic() >= purge_at:
            purge_at = time.monotonic() + PURGE_SECONDS
            _guarded(app, partial(_run_job, retention.purge))
        if done and time.monotonic() >= note_at:
            note_at = time.monotonic() + NOTE_SECONDS
            _guarded(app, partial(_note, frozenset(done)))
            done.clear()
        stop.wait(LOOK_SECONDS)


def reminding() -> Callable[[datetime], int]:
    """Return the job of reminders: at first all that are owed, then those that came due since."""
    since: datetime | None = None

    def remind(now: datetime) -> int:
        nonlocal since
        count = clock_jobs.remind(now, since=since)
        since = now - LOOK_BACK
        return count

    return remind


def _run_job(job: Callable[[datetime], int]) -> bool:
    done = job(clock.now())
    if done:
        log.info("%s: %d", job.__name__, done)
    return True


def _note(done: frozenset[Job]) -> bool:
    worker_runs.note(done, now=clock.now())
    return True


def _deliver(stop: Event) -> bool:
    """Send all that is due; False when the mail server is away."""
    while not stop.is_set() and outbox.is_due(clock.now()):
        tally = delivery.deliver(clock.now(), must_stop=stop.is_set)
        if tally.fault:
            log.warning("%s", tally.fault)
            return False
        if tally.total:
            log.info(
                "mail: %d sent, %d to be tried again, %d parked",
                tally.sent,
                tally.waiting,
                tally.parked,
            )
    return True


def _guarded(app: Flask, job: Callable[[], bool]) -> bool:
    """Run a piece of work in a context of its own; what fails is logged and tried again later."""
    with app.app_context():
        try:
            return job()
        except Exception:
            log.exception("the worker cannot do its work; it tries again")
            return False
