"""What a poster finds: their own listings and those of the organisations they act for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.domain.listing import ENDED, GONE, PUBLIC, Status, Verb
from jobboard.domain.slug import GREATEST_ID
from jobboard.models.event import Event
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.organisation import Membership, Organisation
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.queries.typed_words import contains_in_listing
from jobboard.queries.visibility import live

PAGE = 25

#: A management link outlives its listing by this long.
MANAGE_AFTER_END = timedelta(days=30)

#: The views of the dashboard, in the order of its tabs.
VIEWS = ("all", "live", "scheduled", "waiting", "answer", "drafts", "ended")

#: Live listings that end within this time are counted on top.
SOON = timedelta(days=7)


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
    """Return how many listings each view holds, and how many live ones end ``soon``."""
    wanted = {view: _in_view(view, now) for view in VIEWS}
    wanted["soon"] = _in_view("live", now) & (Listing.ends_at <= now + SOON)
    row = db.session.execute(
        select(*(func.count(case((rule, 1))).label(name) for name, rule in wanted.items())).where(
            _may_act(user)
        )
    ).one()
    return dict(zip(wanted, row, strict=True))


def one_of_mine(user: User, listing_id: int) -> Listing | None:
    """Return a listing that the person may act on; None for anybody else's."""
    if listing_id > GREATEST_ID:
        return None
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


def unconfirmed(submission_key: str) -> Listing | None:
    """Return a guest's draft whose mailed button nobody has pressed, by the key of its form."""
    return db.session.scalar(
        select(Listing).where(
            Listing.submission_key == submission_key,
            Listing.status == Status.DRAFT,
            Listing.poster_id.is_(None),
        )
    )


def history_of(listing: Listing) -> list[Event]:
    """Return a listing's history, latest first."""
    return list(
        db.session.scalars(
            select(Event).where(Event.listing_id == listing.id).order_by(Event.id.desc())
        )
    )


def last_note(listing: Listing) -> str:
    """Return a moderator's last words on a listing that must be changed, or nothing."""
    if listing.status is not Status.CHANGES_REQUESTED:
        return ""
    return (
        db.session.scalar(
            select(Event.note)
            .where(Event.listing_id == listing.id, Event.verb == Verb.REQUEST_CHANGES)
            .order_by(Event.id.desc())
            .limit(1)
        )
        or ""
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
    query = query.where(_in_view(view, now))
    if not words:
        return query
    return query.where(contains_in_listing(words, Listing.reference))


def _in_view(view: str, now: datetime) -> ColumnElement[bool]:
    is_public = Listing.status.in_(sorted(PUBLIC))
    has_ended = is_public & (Listing.ends_at <= now)
    match view:
        case "live":
            return live(now)
        case "scheduled":
            return is_public & (Listing.publish_at > now)
        case "waiting":
            return Listing.status == Status.PENDING
        case "answer":
            return Listing.status == Status.CHANGES_REQUESTED
        case "drafts":
            return Listing.status == Status.DRAFT
        case "ended":
            return or_(Listing.status.in_(sorted(ENDED | GONE)), has_ended)
    return true()
