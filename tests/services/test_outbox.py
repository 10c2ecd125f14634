"""Parked mails are sent again, one or all, and nothing else is."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from jobboard.mail import outbox as owed
from jobboard.models.message import Message, MessageStatus
from jobboard.services import outbox
from jobboard.services.outbox import NotParked
from tests.support.people import NOW

Db = scoped_session[Session]
LATER = NOW + timedelta(hours=9)


def message(session: Db, key: str, status: MessageStatus) -> Message:
    owed.queue(session, "listing_posted", f"{key}@think.example", {}, dedupe_key=key, at=NOW)
    row = session.scalars(select(Message).where(Message.dedupe_key == key)).one()
    row.status, row.attempts, row.last_error = status, 9, "550 No such mailbox"
    session.commit()
    return row


def test_a_parked_mail_starts_anew_with_its_message_id(session: Db) -> None:
    parked = message(session, "a", MessageStatus.PARKED)
    other = message(session, "b", MessageStatus.PARKED)
    message_id = parked.message_id
    assert outbox.send_again([parked.id], now=LATER) == 1

    session.expire_all()
    assert (parked.status, parked.attempts) == (MessageStatus.WAITING, 0)
    assert (parked.next_try_at, parked.message_id) == (LATER, message_id)
    assert other.status is MessageStatus.PARKED


@pytest.mark.parametrize(
    "status", [MessageStatus.WAITING, MessageStatus.SENDING, MessageStatus.SENT]
)
def test_what_is_not_parked_is_left_alone(session: Db, status: MessageStatus) -> None:
    row = message(session, "a", status)
    with pytest.raises(NotParked):
        outbox.send_again([row.id], now=LATER)
    session.expire_all()
    assert (row.status, row.attempts) == (status, 9)


def test_all_parked_mails(session: Db) -> None:
    for key in "abc":
        message(session, key, MessageStatus.PARKED)
    sent = message(session, "d", MessageStatus.SENT)
    assert outbox.send_all_again(now=LATER) == 3
    assert outbox.send_all_again(now=LATER) == 0
    session.expire_all()
    assert sent.status is MessageStatus.SENT
