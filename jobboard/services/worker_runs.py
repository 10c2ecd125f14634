"""The worker says that it works."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from jobboard.db import commit, db
from jobboard.models.worker_run import Job, WorkerRun


def note(jobs: Collection[Job], *, now: datetime) -> None:
    """Keep that these jobs have just been done.

    Args:
        jobs: those that went through, whether or not there was anything to do.
        now: the moment, aware UTC.
    """
    # In one order, so that two workers do not wait for each other crosswise.
    for job in sorted(jobs):
        _note(job, now)
    commit()


def _note(job: Job, now: datetime) -> None:
    known = db.session.scalars(
        update(WorkerRun)
        .where(WorkerRun.job == job)
        .values(at=now)
        .returning(WorkerRun.job)
        .execution_options(synchronize_session=False)
    ).all()
    if known:
        return
    try:
        with db.session.begin_nested():
            db.session.add(WorkerRun(job=job, at=now))
    except IntegrityError:
        # Another worker began at this very moment, and says the same.
        return
