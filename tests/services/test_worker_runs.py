"""The worker's notes that it works."""

from datetime import timedelta

from sqlalchemy.orm import Session, scoped_session

from jobboard.models.worker_run import Job
from jobboard.queries import outbox as find
from jobboard.services import worker_runs
from tests.support.people import NOW

Db = scoped_session[Session]
LATER = NOW + timedelta(minutes=1)


def test_each_job_keeps_its_last_run(session: Db) -> None:
    assert find.last_runs() == {}
    worker_runs.note([Job.MAIL, Job.CLOCK], now=NOW)
    worker_runs.note([Job.CLOCK], now=LATER)

    assert find.last_runs() == {Job.CLOCK: LATER, Job.MAIL: NOW}
