"""What moderators find: the queue, one case, every listing, the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.domain.listing import DECIDED, HANDED_IN, PUBLIC, Status, Verb
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.organisation import Membership
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.queries.typed_words import contains_in_listing

PAGE = 25
#: Listings with the same title that a case names.
_MOST_TWINS = 5

#: What the list of all listings can be narrowed to.
GROUPS: dict[str, tuple[Status, ...]] = {
    "waiting": (Status.PENDING,),
    "changes": (Status.CHANGES_REQUESTED,),
    "public": (Status.PUBLISHED, Status.SCHEDULED),
    "ended": (Status.CLOSED, Status.EXPIRED),
    "gone": (Status.REFUSED, Status.DUPLICATE, Status.REMOVED),
}

#: The decisions that the log can be narrowed to: those on listings and those on changed texts.
LOGGED = (*sorted(DECIDED), Verb.ACCEPT_REVISION, Verb.REFUSE_REVISION)

_TALLIED = {Verb.APPROVE: "approved", Verb.REFUSE: "refused"}


@dataclass(frozen=True)
class Standing:
    """What is known about a listing's poster, counted without the listing itself.

    Attributes:
        approved: listings of the same address that were approved.
        refused: listings of the same address that were refused.
        is_member: the poster acts for the listing's organisation.
        objected_at: since when the listing waits on an objection, if it does.
    """

    approved: int = 0
    refused: int = 0
    is_member: bool = False
    objected_at: datetime | None = None


def queue(page: int) -> tuple[list[Listing], int]:
    """Return a page of the listings in review, oldest first, and how many wait in all."""
    waiting = select(Listing).where(Listing.status == Status.PENDING)
    rows = db.session.scalars(
        waiting.options(joinedload(Listing.organisation), joinedload(Listing.poster))
        .order_by(Listing.submitted_at, Listing.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), _count(waiting)


def page_of(listing: Listing) -> int:
    """Return the page of the queue on which a listing stands; 1 for one that does not wait."""
    if listing.status is not Status.PENDING or listing.submitted_at is None:
        return 1
    before = select(Listing.id).where(
        Listing.status == Status.PENDING,
        (Listing.submitted_at < listing.submitted_at)
        | ((Listing.submitted_at == listing.submitted_at) & (Listing.id < listing.id)),
    )
    return 1 + _count(before) // PAGE


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
    waiting = _waiting_revisions()
    rows = db.session.scalars(
        waiting.options(joinedload(Revision.listing).joinedload(Listing.organisation))
        .order_by(Revision.created_at, Revision.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), _count(waiting)


def next_revision(after: Revision) -> Revision | None:
    """Return the changed text that stands behind this one."""
    return db.session.scalar(
        _waiting_revisions()
        .where(
            (Revision.created_at > after.created_at)
            | ((Revision.created_at == after.created_at) & (Revision.id > after.id))
        )
        .order_by(Revision.created_at, Revision.id)
        .limit(1)
    )


def counts() -> tuple[int, int]:
    """Return how many listings and how many changed texts wait."""
    waiting = select(Listing.id).where(Listing.status == Status.PENDING)
    return _count(waiting), _count(_waiting_revisions())


def listings(*, words: str, group: str, page: int) -> tuple[list[Listing], int]:
    """Return a page of what has ever been handed in, latest first, and how much there is.

    Args:
        words: a part of the title, the organisation's name or the poster's address, or the number
            at the end of a listing's address.
        group: a key of ``GROUPS``, or empty for everything.
        page: from 1.
    """
    query = select(Listing).where(Listing.status != Status.DRAFT)
    if group:
        query = query.where(Listing.status.in_(GROUPS.get(group, ())))
    if words:
        query = query.where(_names(words))
    rows = db.session.scalars(
        query.options(joinedload(Listing.organisation))
        .order_by(Listing.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), _count(query)


def listing(listing_id: int) -> Listing | None:
    """Return any listing that has been handed in; drafts are their poster's alone."""
    return db.session.scalar(
        select(Listing)
        .where(Listing.id == listing_id, Listing.status != Status.DRAFT)
        .options(joinedload(Listing.organisation), joinedload(Listing.poster))
    )


def twins(listing: Listing) -> list[Listing]:
    """Return other listings with the same title that are on the board or wait, latest first."""
    return list(
        db.session.scalars(
            select(Listing)
            .where(
                func.lower(Listing.title) == func.lower(listing.title),
                Listing.id != listing.id,
                Listing.status.in_((*PUBLIC, Status.PENDING)),
            )
            .options(joinedload(Listing.organisation))
            .order_by(Listing.id.desc())
            .limit(_MOST_TWINS)
        )
    )


def revision(revision_id: int) -> Revision | None:
    """Return a revision with its listing."""
    return db.session.scalar(
        select(Revision)
        .where(Revision.id == revision_id)
        .options(
            joinedload(Revision.listing).options(
                joinedload(Listing.organisation), joinedload(Listing.poster)
            )
        )
    )


def waiting_revision(listing: Listing) -> Revision | None:
    """Return the changed text that waits for this listing."""
    return db.session.scalar(
        select(Revision).where(
            Revision.listing_id == listing.id, Revision.status == RevisionStatus.WAITING
        )
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


def log(*, words: str, verb: str, page: int) -> tuple[list[Event], int]:
    """Return a page of the moderators' decisions, latest first, and how many there are.

    Args:
        words: a part of the listing's title or organisation, or of the moderator's name or address.
        verb: one of ``LOGGED``, or empty for all.
        page: from 1.
    """
    query = select(Event).where(
        Event.actor == ActorKind.MODERATOR, Event.verb.in_([verb] if verb in LOGGED else LOGGED)
    )
    if words:
        query = (
            query.join(Event.listing)
            .outerjoin(Event.by)
            .where(contains_in_listing(words, User.name, User.email))
        )
    rows = db.session.scalars(
        query.options(joinedload(Event.by), joinedload(Event.listing))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return list(rows), _count(query)


def standings(of: Sequence[Listing]) -> dict[int, Standing]:
    """Return what is known about the posters of some listings, in a fixed number of queries."""
    tallies = _tallies({listing.poster_email for listing in of} - {""})
    own = _own_tallies([listing.id for listing in of])
    members = _members(of)
    objections = _objections([listing.id for listing in of if listing.decided_by_id is not None])
    found = {}
    for listing in of:
        counted = {
            name: tallies.get((listing.poster_email, name), 0) - own.get((listing.id, name), 0)
            for name in _TALLIED.values()
        }
        found[listing.id] = Standing(
            **counted,
            is_member=(listing.organisation_id, listing.poster_id) in members,
            objected_at=objections.get(listing.id),
        )
    return found


def others_moderate(moderator: User) -> bool:
    """Tell whether anybody else could take a decision."""
    others = select(User.id).where(
        User.id != moderator.id,
        User.is_suspended.is_(False),
        User.email_confirmed_at.is_not(None),
        User.is_moderator | User.is_administrator,
    )
    return db.session.scalar(others.limit(1)) is not None


def waiting_since(now: datetime) -> float | None:
    """Return for how many hours the oldest listing has waited; None for an empty queue."""
    oldest = db.session.scalar(
        select(func.min(Listing.submitted_at)).where(Listing.status == Status.PENDING)
    )
    return (now - oldest).total_seconds() / 3600 if oldest is not None else None


def _waiting_revisions() -> Select[Revision]:
    return (
        select(Revision)
        .join(Revision.listing)
        .where(Revision.status == RevisionStatus.WAITING, Listing.status.in_(PUBLIC))
    )


def _tallies(emails: Iterable[str]) -> dict[tuple[str, str], int]:
    """Count the approved and the refused listings of some addresses; each listing once."""
    rows = db.session.execute(
        select(Listing.poster_email, Event.verb, func.count(Event.listing_id.distinct()))
        .join(Listing, Event.listing_id == Listing.id)
        .where(Listing.poster_email.in_(emails), Event.verb.in_(_TALLIED))
        .group_by(Listing.poster_email, Event.verb)
    )
    return {(email, _TALLIED[verb]): count for email, verb, count in rows}


def _own_tallies(ids: Sequence[int]) -> dict[tuple[int, str], int]:
    rows = db.session.execute(
        select(Event.listing_id, Event.verb)
        .where(Event.listing_id.in_(ids), Event.verb.in_(_TALLIED))
        .distinct()
    )
    return {(listing_id, _TALLIED[verb]): 1 for listing_id, verb in rows}


def _members(of: Sequence[Listing]) -> set[tuple[int | None, int | None]]:
    organisations = {each.organisation_id for each in of if each.organisation_id is not None}
    posters = {each.poster_id for each in of if each.poster_id is not None}
    rows = db.session.execute(
        select(Membership.organisation_id, Membership.user_id).where(
            Membership.organisation_id.in_(organisations), Membership.user_id.in_(posters)
        )
    )
    return {(organisation_id, user_id) for organisation_id, user_id in rows}


def _objections(ids: Sequence[int]) -> dict[int, datetime]:
    """Return since when listings wait on an objection that nobody has answered."""
    rows = db.session.execute(
        select(Event.listing_id, Event.verb, Event.at)
        .where(Event.listing_id.in_(ids), Event.verb.in_((*DECIDED, *HANDED_IN)))
        .order_by(Event.id)
    )
    latest = {listing_id: (verb, at) for listing_id, verb, at in rows}
    return {listing_id: at for listing_id, (verb, at) in latest.items() if verb is Verb.OBJECT}


def _names(words: str) -> ColumnElement[bool]:
    number = words.rstrip("/").rpartition("-")[2]
    by_text = contains_in_listing(words, Listing.poster_email)
    if number.isascii() and number.isdigit() and len(number) <= 15:
        return or_(by_text, Listing.id == int(number))
    return by_text


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
