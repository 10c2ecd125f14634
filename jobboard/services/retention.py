"""What is kept no longer: personal data that has done what it was kept for.

The periods stand in the privacy notice and in ``docs/0008-retention.md``; who changes one changes
all three. Like the clock's other work it may run late, twice, or twice at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import aliased

from jobboard.db import commit, db, reading
from jobboard.domain.listing import Status
from jobboard.models.base import Base
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message, MessageStatus
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User

#: Mails that have gone, to answer questions about what was sent. Parked ones wait for a person.
MAILS = timedelta(days=180)
#: Mailed links after they were used or ended, so that their page can say what became of them.
LINKS = timedelta(days=30)
#: Signed-in browsers after their end; the last one of each person stays, to know a strange one by.
BROWSERS = timedelta(days=365)
#: Accounts whose address nobody confirmed: anybody may have typed it.
UNCONFIRMED_ACCOUNTS = timedelta(days=30)
#: Guests' drafts whose mailed button nobody pressed: the same.
UNCONFIRMED_DRAFTS = timedelta(days=90)

#: A guest's link ends so long after its listing (``queries.dashboard``), and is kept as any other.
_LINK_OUTLIVES_LISTING = timedelta(days=30)

#: Rows a transaction; on SQLite other writers wait for it.
BATCH = 200


def purge(now: datetime) -> int:
    """Delete what has been kept for its time; return how many rows.

    Args:
        now: the moment, aware UTC.
    """
    return sum(_purge(model, over) for model, over in _over(now))


def _over(now: datetime) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    yield Message, _gone_mails(now)
    yield OneTimeLink, _dead_links(now)
    yield LoginSession, _ended_browsers(now)
    yield User, _unconfirmed_accounts(now)
    yield Listing, _unconfirmed_drafts(now)


def _purge(model: type[Base], over: ColumnElement[bool]) -> int:
    number = model.__table__.c.id
    done = 0
    while True:
        # Looked for without a lock: nearly always there is nothing.
        with reading():
            ids = list(db.session.scalars(select(number).where(over).limit(BATCH)))
            db.session.rollback()
        if not ids:
            return done
        # Whatever came to life again in between stays.
        gone = db.session.scalars(
            delete(model)
            .where(number.in_(ids), over)
            .returning(number)
            .execution_options(synchronize_session=False)
        ).all()
        commit()
        done += len(gone)
        if not gone:
            return done


def _gone_mails(now: datetime) -> ColumnElement[bool]:
    # What is sent was due before: so the index on what is due finds it.
    return (
        (Message.status == MessageStatus.SENT)
        & (Message.next_try_at <= now - MAILS)
        & (Message.sent_at <= now - MAILS)
    )


def _dead_links(now: datetime) -> ColumnElement[bool]:
    ended = now - LINKS
    of_ended = select(Listing.id).where(Listing.ends_at <= ended - _LINK_OUTLIVES_LISTING)
    return or_(
        OneTimeLink.used_at <= ended,
        OneTimeLink.expires_at <= ended,
        (OneTimeLink.purpose == Purpose.LISTING_MANAGE) & OneTimeLink.listing_id.in_(of_ended),
    )


def _ended_browsers(now: datetime) -> ColumnElement[bool]:
    later = aliased(LoginSession)
    is_not_the_last = exists().where(
        later.user_id == LoginSession.user_id, later.id > LoginSession.id
    )
    ended = or_(LoginSession.ended_at <= now - BROWSERS, LoginSession.expires_at <= now - BROWSERS)
    return ended & is_not_the_last


def _unconfirmed_accounts(now: datetime) -> ColumnElement[bool]:
    has_open_link = exists().where(
        OneTimeLink.user_id == User.id,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
    )
    # Whom administrators gave a right or suspended is theirs to delete.
    is_nobody = ~or_(User.is_trusted, User.is_moderator, User.is_administrator, User.is_suspended)
    return (
        User.email_confirmed_at.is_(None)
        & (User.created_at <= now - UNCONFIRMED_ACCOUNTS)
        & (User.password_changed_at <= now - UNCONFIRMED_ACCOUNTS)
        & is_nobody
        & ~has_open_link
        # Nobody gets so far without confirming; if somebody did, one row must not stop all others.
        & ~exists().where(Listing.poster_id == User.id)
    )


def _unconfirmed_drafts(now: datetime) -> ColumnElement[bool]:
    return (
        (Listing.status == Status.DRAFT)
        & Listing.poster_id.is_(None)
        & Listing.submitted_at.is_(None)
        & Listing.first_published_at.is_(None)
        & (Listing.updated_at <= now - UNCONFIRMED_DRAFTS)
        & ~exists().where(ImportRecord.listing_id == Listing.id)
    )
