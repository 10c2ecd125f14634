"""The outbox and the clock as administrators, the mailbox page and the health checks see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from jobboard.db import db, reading
from jobboard.domain.listing import PUBLIC
from jobboard.mail import outbox
from jobboard.models.listing import Listing
from jobboard.models.message import Message, MessageStatus
from jobboard.models.worker_run import Job, WorkerRun

PAGE = 50


@dataclass(frozen=True)
class Outbox:
    """How the outbox stands.

    Attributes:
        waiting: messages still to be sent, those in a worker's hands included.
        parked: messages laid aside.
        sent: messages gone.
        oldest_at: since when the oldest one waits; None when none does.
    """

    waiting: int
    parked: int
    sent: int
    oldest_at: datetime | None


def standing() -> Outbox:
    """Return how many messages wait, are parked and are sent."""
    rows = db.session.execute(select(Message.status, func.count()).group_by(Message.status))
    counts: dict[MessageStatus, int] = {status: count for status, count in rows}  # noqa: C416
    oldest = db.session.scalar(
        select(func.min(Message.created_at)).where(
            Message.status.in_((MessageStatus.WAITING, MessageStatus.SENDING))
        )
    )
    return Outbox(
        waiting=counts.get(MessageStatus.WAITING, 0) + counts.get(MessageStatus.SENDING, 0),
        parked=counts.get(MessageStatus.PARKED, 0),
        sent=counts.get(MessageStatus.SENT, 0),
        oldest_at=oldest,
    )


def is_due(now: datetime) -> bool:
    """Tell whether there is anything to send; asked every second, so it takes no lock."""
    with reading():
        answer = outbox.is_due(db.session, now)
        db.session.rollback()
    return answer


def page(status: MessageStatus, number: int) -> list[Message]:
    """Return a page of the messages with a status, newest first; pages count from 1."""
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.status.in_(_shown_as(status)))
            .order_by(Message.id.desc())
            .limit(PAGE)
            .offset((number - 1) * PAGE)
        )
    )


def one(message_id: int) -> Message | None:
    """Return a message, or None."""
    return db.session.get(Message, message_id)


def kept(limit: int) -> list[Message]:
    """Return the latest messages that were sent, newest first: what the demo's mailbox shows."""
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.status == MessageStatus.SENT)
            .order_by(Message.sent_at.desc(), Message.id.desc())
            .limit(limit)
        )
    )


def counts_of(status: MessageStatus) -> int:
    """Return how many messages have a status; those in a worker's hands wait."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Message).where(Message.status.in_(_shown_as(status)))
        )
        or 0
    )


def clock_behind_since(now: datetime) -> datetime | None:
    """Return the earliest end of a listing that the clock has not told yet; None when it is up."""
    return db.session.scalar(
        select(func.min(Listing.ends_at)).where(Listing.status.in_(PUBLIC), Listing.ends_at <= now)
    )


def last_runs() -> dict[Job, datetime]:
    """Return when each job of the worker was last done; one that never was is left out."""
    rows = db.session.execute(select(WorkerRun.job, WorkerRun.at))
    return {job: at for job, at in rows}  # noqa: C416


def _shown_as(status: MessageStatus) -> tuple[MessageStatus, ...]:
    if status is MessageStatus.WAITING:
        return (MessageStatus.WAITING, MessageStatus.SENDING)
    return (status,)
