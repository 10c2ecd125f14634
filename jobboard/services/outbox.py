"""What an administrator does with mails that could not go."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update

from jobboard.db import commit, db
from jobboard.domain.errors import RuleBroken
from jobboard.models.message import Message, MessageStatus
from jobboard.words import N_


class NotParked(RuleBroken):
    """Only a parked message is sent again."""

    def __init__(self) -> None:
        super().__init__(N_("This mail is not parked: it waits, is being sent, or has gone."))


def send_again(message_ids: Sequence[int], *, now: datetime) -> int:
    """Let parked messages try again from the start, with the Message-ID that they had.

    Returns:
        How many were parked.

    Raises:
        NotParked: none of them was.
    """
    count = _wait_again(Message.id.in_(message_ids), now)
    if not count:
        db.session.rollback()
        raise NotParked
    commit()
    return count


def send_all_again(*, now: datetime) -> int:
    """Let every parked message try again, say after a mail server was set; return how many."""
    count = _wait_again(Message.id.is_not(None), now)
    commit()
    return count


def _wait_again(which: ColumnElement[bool], now: datetime) -> int:
    rows = db.session.scalars(
        update(Message)
        .where(which, Message.status == MessageStatus.PARKED)
        .values(status=MessageStatus.WAITING, attempts=0, next_try_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(rows)
