"""What is deleted after its time, what stays, and that it happens in small pieces."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from jobboard import links, logins
from jobboard.domain.listing import Status
from jobboard.mail import messages
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message, MessageStatus
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.services import retention
from tests.support.listings import listing
from tests.support.people import NOW, person

Db = scoped_session[Session]

SECRET = "0123456789abcdef" * 3
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def count(session: Db, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def mail(session: Db, status: MessageStatus = MessageStatus.SENT) -> Message:
    messages.listing_expired(listing(session), at=NOW)
    row = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    row.status, row.sent_at = status, NOW if status is MessageStatus.SENT else None
    session.commit()
    return row


def link(session: Db, **columns: Any) -> OneTimeLink:
    made = links.issue(
        session,
        columns.pop("purpose", Purpose.PASSWORD_RESET),
        secret=SECRET,
        now=NOW,
        email="alice@think.example",
        listing=columns.pop("listing", None),
        expires_at=columns.pop("expires_at", NOW + DAY),
    )
    for name, value in columns.items():
        setattr(made, name, value)
    session.commit()
    return made


def browser(session: Db, user: User, **columns: Any) -> LoginSession:
    login = logins.start(session, user, now=NOW).login
    for name, value in columns.items():
        setattr(login, name, value)
    session.commit()
    return login


def test_sent_mails_go_after_half_a_year(session: Db) -> None:
    mail(session)
    assert retention.purge(NOW + 180 * DAY - SECOND) == 0
    assert retention.purge(NOW + 180 * DAY) == 1
    assert retention.purge(NOW + 180 * DAY) == 0
    assert count(session, Message) == 0
    assert count(session, Listing) == 1


@pytest.mark.parametrize(
    "status", [MessageStatus.WAITING, MessageStatus.SENDING, MessageStatus.PARKED]
)
def test_mails_that_have_not_gone_stay(session: Db, status: MessageStatus) -> None:
    mail(session, status)
    assert retention.purge(NOW + 1000 * DAY) == 0


def test_dead_links_go_after_a_month(session: Db) -> None:
    link(session, used_at=NOW + DAY / 2)
    link(session)
    assert retention.purge(NOW + 30 * DAY) == 0
    assert retention.purge(NOW + 30 * DAY + DAY / 2) == 1
    assert retention.purge(NOW + 31 * DAY) == 1
    assert count(session, OneTimeLink) == 0


def test_a_guests_link_goes_a_month_after_it_ended_with_its_listing(session: Db) -> None:
    row = listing(session, ends_at=NOW)
    link(session, purpose=Purpose.LISTING_MANAGE, listing=row, expires_at=None)
    waiting = listing(session, Status.REFUSED)
    link(session, purpose=Purpose.LISTING_MANAGE, listing=waiting, expires_at=None)
    assert retention.purge(NOW + 60 * DAY - SECOND) == 0
    assert retention.purge(NOW + 60 * DAY) == 1
    assert session.scalars(select(OneTimeLink.listing_id)).all() == [waiting.id]


def test_ended_browsers_go_after_a_year_but_for_a_persons_last(session: Db) -> None:
    alice, bob = person(session), person(session, "bob")
    browser(session, alice, ended_at=NOW)
    browser(session, alice)
    browser(session, alice)
    browser(session, bob, ended_at=NOW)
    assert retention.purge(NOW + 365 * DAY - SECOND) == 0
    assert retention.purge(NOW + 365 * DAY) == 1
    assert retention.purge(NOW + 379 * DAY) == 1
    left = session.scalars(select(LoginSession.user_id).order_by(LoginSession.user_id)).all()
    assert left == [alice.id, bob.id]


def test_an_address_that_nobody_confirmed_is_forgotten(session: Db) -> None:
    nobody = person(session, "nobody", email_confirmed_at=None)
    link(session, purpose=Purpose.ADDRESS_CONFIRM, user=nobody)
    person(session)
    person(session, "banned", email_confirmed_at=None, is_suspended=True)
    person(session, "again", email_confirmed_at=None, password_changed_at=NOW + DAY)
    assert retention.purge(NOW + 30 * DAY - SECOND) == 0
    retention.purge(NOW + 30 * DAY)
    left = session.scalars(select(User.name).order_by(User.name)).all()
    assert left == ["Again", "Alice", "Banned"]
    assert count(session, OneTimeLink) == 0


def test_an_account_with_a_listing_stays_and_stops_nothing(session: Db) -> None:
    poster = person(session, "poster", email_confirmed_at=None)
    person(session, "nobody", email_confirmed_at=None)
    listing(session, poster=poster)
    session.commit()
    assert retention.purge(NOW + 30 * DAY) == 1
    assert session.scalars(select(User.name)).all() == ["Poster"]


def test_an_account_whose_link_is_still_open_stays(session: Db) -> None:
    nobody = person(session, "nobody", email_confirmed_at=None)
    later = NOW + 31 * DAY
    link(session, purpose=Purpose.ADDRESS_CONFIRM, user=nobody, expires_at=later)
    assert retention.purge(NOW + 30 * DAY) == 0


def test_a_draft_that_no_guest_confirmed_is_forgotten(session: Db) -> None:
    old: dict[str, Any] = {"updated_at": NOW}
    listing(session, Status.DRAFT, **old)
    kept = [
        listing(session, Status.DRAFT, poster=person(session), **old),
        listing(session, Status.DRAFT, submitted_at=NOW, **old),
        listing(session, Status.PENDING, **old),
        listing(session, Status.DRAFT, is_muted=True, **old),
    ]
    session.add(
        ImportRecord(
            source="s",
            source_id="1",
            listing_id=kept[-1].id,
            content_hash="",
            raw={},
            imported_at=NOW,
        )
    )
    session.commit()
    wanted = sorted(row.id for row in kept)
    assert retention.purge(NOW + 90 * DAY - SECOND) == 0
    assert retention.purge(NOW + 90 * DAY) == 1
    assert sorted(session.scalars(select(Listing.id))) == wanted


def test_much_goes_in_pieces(session: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _number in range(5):
        link(session, used_at=NOW)
    pieces: list[int] = []

    def commit() -> None:
        session.commit()
        pieces.append(count(session, OneTimeLink))

    monkeypatch.setattr(retention, "commit", commit)
    assert retention.purge(NOW + 30 * DAY) == 5
    assert pieces == [3, 1, 0]
