"""What the clock does to listings: publish what was scheduled, remind, tell that one has ended.

Nothing depends on it for what readers see: a listing is live, and stops being live, by the moment
alone. So each job may run late, twice, or twice at once: a listing is taken under a lock while it
still stands where the job found it, and each mail is owed once by its key in the outbox.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from jobboard import history
from jobboard.db import commit, db, reading
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import (
    PUBLIC,
    REMINDER_DAYS,
    Status,
    Verb,
    due_reminder,
)
from jobboard.mail import messages
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.message import Message

log = logging.getLogger(__name__)

#: Rows a transaction; on SQLite other writers wait for it.
BATCH = 200

_REMINDER = "listing_ending"


def publish_due(now: datetime) -> int:
    """Tell that scheduled listings have gone live; return how many.

    One whose whole life passed while nobody ran the clock is left to ``expire``.
    """
    due = (
        (Listing.status == Status.SCHEDULED) & (Listing.publish_at <= now) & (Listing.ends_at > now)
    )

    def publish(listing: Listing) -> bool:
        listing.move_to(Status.PUBLISHED, Verb.PUBLISH, now)
        history.record(listing, Verb.PUBLISH, actor=ActorKind.CLOCK, at=now)
        messages.listing_posted(listing, at=now)
        return True

    return _for_each(_ids(due), due, publish)


def expire(now: datetime) -> int:
    """Store that listings have ended and tell their posters; return how many."""
    due = Listing.status.in_(PUBLIC) & (Listing.ends_at <= now)

    def end(listing: Listing) -> bool:
        listing.move_to(Status.EXPIRED, Verb.EXPIRE, now)
        history.record(listing, Verb.EXPIRE, actor=ActorKind.CLOCK, at=now)
        messages.listing_expired(listing, at=now)
        return True

    return _for_each(_ids(due), due, end)


def remind(now: datetime, *, since: datetime | None = None) -> int:
    """Owe the reminders before the end, each once for each end; return how many.

    A clock that was away past the first reminder sends only the one that is still true.

    Args:
        now: the moment, aware UTC.
        since: only those whose moment has come since then; None for all that are owed. Whoever runs
            this every few seconds says it, and so looks at a handful of listings.
    """
    live = (
        Listing.status.in_(PUBLIC)
        & (Listing.publish_at <= now)
        & (Listing.ends_at > now)
        & Listing.is_muted.is_(False)
    )

    def tell(listing: Listing) -> bool:
        days = _days(listing.publish_at, listing.ends_at, now)
        if days is None:
            return False
        messages.listing_ending(listing, days=days, at=now)
        return True

    return _for_each(_not_reminded(live, now, since), live, tell)


def _ids(due: ColumnElement[bool]) -> list[int]:
    with reading():
        ids = list(db.session.scalars(select(Listing.id).where(due).order_by(Listing.id)))
        db.session.rollback()
    return ids


def _not_reminded(live: ColumnElement[bool], now: datetime, since: datetime | None) -> list[int]:
    """Return the listings that owe a reminder which is not in the outbox yet."""
    with reading():
        owed: dict[int, str] = {}
        for before in map(timedelta, REMINDER_DAYS):
            # A range of the index on ends: what ends later or was reminded of long ago is not read.
            ends = Listing.ends_at <= now + before
            if since is not None:
                ends &= Listing.ends_at > since + before
            rows = db.session.execute(
                select(Listing.id, Listing.publish_at, Listing.ends_at).where(live, ends)
            )
            for listing_id, publish_at, ends_at in rows:
                days = _days(publish_at, ends_at, now)
                if days is not None and ends_at is not None:
                    owed[listing_id] = messages.ending_key(listing_id, ends_at, days)
        known = _known_reminders(sorted(owed))
        db.session.rollback()
    return sorted(each for each, key in owed.items() if f"{_REMINDER}:{key}" not in known)


def _known_reminders(ids: Sequence[int]) -> set[str]:
    """Return the keys of the reminders of some listings that are in the outbox."""
    known: set[str] = set()
    for start in range(0, len(ids), BATCH):
        known |= set(
            db.session.scalars(
                select(Message.dedupe_key).where(
                    Message.listing_id.in_(ids[start : start + BATCH]), Message.kind == _REMINDER
                )
            )
        )
    return known


def _days(publish_at: datetime | None, ends_at: datetime | None, now: datetime) -> int | None:
    if publish_at is None or ends_at is None:
        return None
    return due_reminder(publish_at, ends_at, now)


def _for_each(ids: Sequence[int], due: ColumnElement[bool], act: Callable[[Listing], bool]) -> int:
    """Act on listings in small transactions; one that fails is logged and stops no other."""
    done = 0
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        try:
            done += _act(batch, due, act)
        except (RuleBroken, ValueError, TypeError):
            db.session.rollback()
            done += _one_by_one(batch, due, act)
    return done


def _one_by_one(
    ids: Sequence[int], due: ColumnElement[bool], act: Callable[[Listing], bool]
) -> int:
    done = 0
    for listing_id in ids:
        try:
            done += _act([listing_id], due, act)
        except (RuleBroken, ValueError, TypeError):
            db.session.rollback()
            log.exception("the clock cannot move listing %d", listing_id)
    return done


def _act(ids: Sequence[int], due: ColumnElement[bool], act: Callable[[Listing], bool]) -> int:
    """Act, in one transaction, on those of the listings that still stand where they were found.

    On PostgreSQL rows that another worker holds are left to it; SQLite has one writer at a time.
    """
    listings = db.session.scalars(
        select(Listing)
        .where(Listing.id.in_(ids), due)
        .options(joinedload(Listing.poster))
        .order_by(Listing.id)
        .with_for_update(skip_locked=True, of=Listing)
        .execution_options(populate_existing=True)
    ).all()
    done = sum(act(listing) for listing in listings)
    commit()
    db.session.expunge_all()
    return done
