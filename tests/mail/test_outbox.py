"""The outbox: owed with what it tells about, once, and held by one worker at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from jobboard.db import db
from jobboard.mail import outbox
from jobboard.models.message import Message, MessageStatus
from tests.support.people import NOW

LEASE = timedelta(seconds=60)

Rows = scoped_session[Any]


def owe(session: Rows, key: str = "a") -> bool:
    return outbox.queue(
        session, "device_new", f"{key}@think.example", {"n": 1}, dedupe_key=key, at=NOW
    )


def statuses(session: Rows) -> list[tuple[str, MessageStatus, int]]:
    rows = session.execute(
        select(Message.dedupe_key, Message.status, Message.attempts).order_by(Message.id)
    )
    found = [(key, status, attempts) for key, status, attempts in rows]
    session.rollback()
    return found


def test_a_mail_goes_with_its_transaction(session: Rows) -> None:
    owe(session)
    session.rollback()
    assert statuses(session) == []
    owe(session)
    session.commit()
    assert statuses(session) == [("a", MessageStatus.WAITING, 0)]


def test_the_same_notice_is_owed_once_even_after_it_went(session: Rows) -> None:
    assert [owe(session), owe(session)] == [True, False]
    session.commit()
    (claim,) = outbox.claim(session, NOW, lease=LEASE, limit=5)
    assert outbox.mark_sent(session, claim, NOW)
    session.commit()
    assert owe(session) is False
    session.commit()
    assert statuses(session) == [("a", MessageStatus.SENT, 1)]


def test_each_mail_has_an_id_of_its_own(session: Rows) -> None:
    owe(session, "a")
    owe(session, "b")
    session.commit()
    ids = session.scalars(select(Message.message_id)).all()
    assert len(set(ids)) == 2


def test_a_held_mail_is_not_due_until_its_lease_ends(session: Rows) -> None:
    owe(session)
    session.commit()
    (first,) = outbox.claim(session, NOW, lease=LEASE, limit=5)
    session.commit()
    assert outbox.claim(session, NOW + LEASE / 2, lease=LEASE, limit=5) == []
    (second,) = outbox.claim(session, NOW + LEASE, lease=LEASE, limit=5)
    session.commit()
    assert (second.id, second.message_id, second.attempts) == (first.id, first.message_id, 2)


def test_whoever_lost_the_lease_decides_nothing(session: Rows) -> None:
    owe(session)
    session.commit()
    (slow,) = outbox.claim(session, NOW, lease=LEASE, limit=5)
    (quick,) = outbox.claim(session, NOW + LEASE, lease=LEASE, limit=5)
    session.commit()
    assert outbox.mark_sent(session, quick, NOW + LEASE)
    assert not outbox.park(session, slow, "too late")
    assert not outbox.retry(session, slow, NOW, "too late")
    session.commit()
    assert statuses(session) == [("a", MessageStatus.SENT, 2)]


def test_what_was_not_tried_counts_no_try(session: Rows) -> None:
    owe(session)
    session.commit()
    claims = outbox.claim(session, NOW, lease=LEASE, limit=5)
    outbox.put_back(session, claims, "the server is away")
    session.commit()
    assert statuses(session) == [("a", MessageStatus.WAITING, 0)]
    assert outbox.is_due(session, NOW)


def test_the_oldest_go_first_and_only_what_is_due(session: Rows) -> None:
    for key in "abc":
        owe(session, key)
    outbox.queue(
        session, "device_new", "d@think.example", {}, dedupe_key="d", at=NOW + timedelta(hours=1)
    )
    session.commit()
    taken = outbox.claim(session, NOW, lease=LEASE, limit=2)
    assert [each.to_address for each in taken] == ["a@think.example", "b@think.example"]
    rest = outbox.claim(session, NOW, lease=LEASE, limit=5)
    assert [each.to_address for each in rest] == ["c@think.example"]
    session.commit()


def test_workers_at_once_never_hold_the_same_mail(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        for number in range(60):
            owe(db.session, f"m{number}")
        db.session.commit()

    def take(_worker: int) -> list[int]:
        mine: list[int] = []
        with app.app_context():
            while claims := outbox.claim(db.session, NOW, lease=LEASE, limit=5):
                db.session.commit()
                mine.extend(each.id for each in claims)
            db.session.rollback()
        return mine

    with ThreadPoolExecutor(4) as workers:
        taken = [number for mine in workers.map(take, range(4)) for number in mine]
    # On PostgreSQL a worker may stop early because others hold what is left; nothing is lost.
    assert len(taken) == len(set(taken))
    assert len(taken) == 60
