"""What moderators find: the queue, one case, the log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.domain.listing import PUBLIC, Status, Verb
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.organisation import Membership
from jobboard.models.revision import Revision, RevisionStatus

PAGE = 25


@dataclass(frozen=True)
class Standing:
    """What a poster has done on this board before, counted."""

    approved: int
    refused: int
    is_member: bool


def queue(page: int) -> tuple[list[Listing], int]:
    """Return a page of the listings in review, oldest first, and how many wait in all."""
    waiting = select(Listing).where(Listing.status == Status.PENDING)
    total = db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    rows = db.session.scalars(
        waiting.options(joinedload(Listing.organisation), joinedload(Listing.poster))
        .order_by(Listing.submitted_at, Listing.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), total


def next_waiting(after: Listing) -> Listing | None:
    """Return the listing that stands behind this one in the queue."""
    return db.session.scalar(
        select(Listing)
        .where(
            Listing.status == Status.PENDING,
            Listing.id != after.id,
            (Listing.submitted_at > after.submitted_at)
            | ((Listing.submitted_at == after.submitted_at) & (Listing.id > after.id)),
        )
        .order_by(Listing.submitted_at, Listing.id)
        .limit(1)
    )


def revisions(page: int) -> tuple[list[Revision], int]:
    """Return a page of the changed texts that wait, oldest first, and how many in all.

    A text whose listing has ended meanwhile waits for nobody.
    """
    waiting = (
        select(Revision)
        .join(Revision.listing)
        .where(Revision.status == RevisionStatus.WAITING, Listing.status.in_(PUBLIC))
    )
    total = db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    rows = db.session.scalars(
        waiting.options(joinedload(Revision.listing).joinedload(Listing.organisation))
        .order_by(Revision.created_at, Revision.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), total


def listing(listing_id: int) -> Listing | None:
    """Return any listing that has been handed in; drafts are their poster's alone."""
    return db.session.scalar(
        select(Listing)
        .where(Listing.id == listing_id, Listing.status != Status.DRAFT)
        .options(joinedload(Listing.organisation), joinedload(Listing.poster))
    )


def revision(revision_id: int) -> Revision | None:
    """Return a revision with its listing."""
    return db.session.scalar(
        select(Revision)
        .where(Revision.id == revision_id)
        .options(joinedload(Revision.listing).joinedload(Listing.organisation))
    )


def history_of(listing: Listing) -> list[Event]:
    """Return a listing's history, latest first, with the people who acted."""
    return list(
        db.session.scalars(
            select(Event)
            .where(Event.listing_id == listing.id)
            .options(joinedload(Event.by))
            .order_by(Event.id.desc())
        )
    )


def log(page: int) -> tuple[list[Event], int]:
    """Return a page of the moderators' decisions, latest first, and how many there are."""
    decisions = select(Event).where(Event.actor == ActorKind.MODERATOR, Event.verb != Verb.EDIT)
    total = db.session.scalar(select(func.count()).select_from(decisions.subquery())) or 0
    rows = db.session.scalars(
        decisions.options(joinedload(Event.by), joinedload(Event.listing))
        .order_by(Event.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), total


def standing(listing: Listing) -> Standing:
    """Count what the same address had approved and refused before."""
    earlier = (
        select(Event.verb, func.count())
        .join(Listing, Event.listing_id == Listing.id)
        .where(
            Listing.poster_email == listing.poster_email,
            Listing.id != listing.id,
            Event.verb.in_((Verb.APPROVE, Verb.REFUSE)),
        )
        .group_by(Event.verb)
    )
    counted = dict(db.session.execute(earlier))
    is_member = (
        listing.organisation_id is not None
        and listing.poster_id is not None
        and db.session.scalar(
            select(Membership.id).where(
                Membership.organisation_id == listing.organisation_id,
                Membership.user_id == listing.poster_id,
            )
        )
        is not None
    )
    return Standing(counted.get(Verb.APPROVE, 0), counted.get(Verb.REFUSE, 0), is_member)


def waiting_since(now: datetime) -> float | None:
    """Return for how many hours the oldest listing has waited; None for an empty queue."""
    oldest = db.session.scalar(
        select(func.min(Listing.submitted_at)).where(Listing.status == Status.PENDING)
    )
    return (now - oldest).total_seconds() / 3600 if oldest is not None else None
