"""When the worker's jobs last ran, so that whoever administers the board sees that it works."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from jobboard.models.base import Base, UtcDateTime, word


class Job(StrEnum):
    """What the worker does."""

    CLOCK = "clock"
    MAIL = "mail"


class WorkerRun(Base):
    """The last time that a job was done in any worker; one row a job."""

    __tablename__ = "worker_run"

    job: Mapped[Job] = mapped_column(word(Job), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
