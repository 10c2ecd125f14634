"""What a poster finds: their own listings and those of the organisations they act for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.domain.listing import PUBLIC, Status
from jobboard.models.event import Event
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.organisation import Membership, Organisation
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User

PAGE = 25

#: A management link outlives its listing by this long.
MANAGE_AFTER_END = timedelta(days=30)

#: The views of the dashboard: what each shows.
VIEWS = ("all", "live", "waiting", "drafts", "ended")


@dataclass(frozen=True)
class Mine:
    """One page of a person's listings."""

    listings: list[Listing]
    total: int
    waiting_revisions: frozenset[int]


def mine(user: User, *, view: str, words: str, page: int, now: datetime) -> Mine:
    """Return a page of the listings a person may act on, last changed first."""
    query = _filtered(select(Listing).where(_may_act(user)), view, words, now)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = list(
        db.session.scalars(
            query.options(joinedload(Listing.organisation), joinedload(Listing.poster))
            .order_by(Listing.updated_at.desc(), Listing.id.desc())
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        )
    )
    waiting = db.session.scalars(
        select(Revision.listing_id).where(
            Revision.listing_id.in_([row.id for row in rows]),
            Revision.status == RevisionStatus.WAITING,
        )
    )
    return Mine(rows, total, frozenset(waiting))


def counts(user: User, now: datetime) -> dict[str, int]:
    """Return how many listings each view of the dashboard holds."""
    return {
        view: db.session.scalar(
            select(func.count()).select_from(
                _filtered(select(Listing.id).where(_may_act(user)), view, "", now).subquery()
            )
        )
        or 0
        for view in VIEWS
    }


def one_of_mine(user: User, listing_id: int) -> Listing | None:
    """Return a listing that the person may act on; None for anybody else's."""
    return db.session.scalar(
        select(Listing)
        .where(Listing.id == listing_id, _may_act(user))
        .options(joinedload(Listing.organisation), joinedload(Listing.poster))
    )


def by_manage_token(token_hash: str, now: datetime) -> Listing | None:
    """Return the listing that a guest's management link opens, or None.

    The link ends 30 days after its listing's end, or when an account claims the listing.
    """
    return db.session.scalar(
        select(Listing)
        .join(OneTimeLink, OneTimeLink.listing_id == Listing.id)
        .where(
            OneTimeLink.token_hash == token_hash,
            OneTimeLink.purpose == Purpose.LISTING_MANAGE,
            OneTimeLink.used_at.is_(None),
            or_(OneTimeLink.expires_at.is_(None), OneTimeLink.expires_at > now),
            or_(Listing.ends_at.is_(None), Listing.ends_at > now - MANAGE_AFTER_END),
        )
        .options(joinedload(Listing.organisation))
    )


def history_of(listing: Listing) -> list[Event]:
    """Return a listing's history, latest first."""
    return list(
        db.session.scalars(
            select(Event).where(Event.listing_id == listing.id).order_by(Event.id.desc())
        )
    )


def waiting_revision(listing: Listing) -> Revision | None:
    """Return the changed text that waits for a moderator, if there is one."""
    return db.session.scalar(
        select(Revision).where(
            Revision.listing_id == listing.id, Revision.status == RevisionStatus.WAITING
        )
    )


def organisations_of(user: User) -> list[Organisation]:
    """Return the organisations a person acts for, by name."""
    return list(
        db.session.scalars(
            select(Organisation)
            .join(Membership)
            .where(Membership.user_id == user.id)
            .order_by(Organisation.name)
        )
    )


def _may_act(user: User) -> ColumnElement[bool]:
    """The rule "may I?": my own listings, and my organisations' ones."""
    return or_(
        Listing.poster_id == user.id,
        Listing.organisation_id.in_(
            select(Membership.organisation_id).where(Membership.user_id == user.id)
        ),
    )


def _filtered(query: Select[Any], view: str, words: str, now: datetime) -> Select[Any]:
    has_ended = Listing.status.in_(PUBLIC) & (Listing.ends_at <= now)
    match view:
        case "live":
            query = query.where(Listing.status.in_(PUBLIC), Listing.ends_at > now)
        case "waiting":
            query = query.where(Listing.status.in_((Status.PENDING, Status.CHANGES_REQUESTED)))
        case "drafts":
            query = query.where(Listing.status == Status.DRAFT)
        case "ended":
            query = query.where(
                or_(
                    Listing.status.in_(
                        (
                            Status.CLOSED,
                            Status.EXPIRED,
                            Status.REFUSED,
                            Status.DUPLICATE,
                            Status.REMOVED,
                        )
                    ),
                    has_ended,
                )
            )
    if words:
        query = query.where(Listing.title.icontains(words, autoescape=True))
    return query
