"""What a poster does with a listing once it is written: every move of its life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from jobboard import content as contents
from jobboard import history, links
from jobboard.db import commit, db
from jobboard.domain.errors import ChangedMeanwhile, RuleBroken
from jobboard.domain.listing import (
    PUBLIC,
    CloseReason,
    EndRefused,
    Status,
    Verb,
    check_end,
    check_move,
    shown_status,
)
from jobboard.domain.submission import check
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.going_live import follow_deadline
from jobboard.holding import hold
from jobboard.mail import messages
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.words import N_


@dataclass(frozen=True)
class Deadline:
    """The end that a person asks for: its kind, and for a date the instant and its zone."""

    kind: DeadlineKind
    apply_by: datetime | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Actor:
    """Who acts on a listing, and in what capacity."""

    kind: ActorKind
    user: User | None = None


class WordsMissing(RuleBroken):
    """An objection must say what is wrong with the decision."""

    def __init__(self) -> None:
        super().__init__(N_("Say what is wrong with the decision."))


class NothingWaits(RuleBroken):
    """No changed text waits for a moderator any more."""

    def __init__(self) -> None:
        super().__init__(N_("No changed text waits: a moderator has decided on it."))


def edit(
    listing: Listing,
    content: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    life_days: int,
    publish_from: datetime | None = None,
) -> Revision | None:
    """Change the text of a listing.

    What is not public yet, and whatever a trusted person writes, changes at once. Otherwise the
    new text waits as a revision while the live text stays; a further edit replaces it, and one
    that goes back to the live text takes the revision back.

    ``publish_from`` counts only while the listing is not public, ``life_days`` (the setting
    ``LISTING_LIFE_DAYS``) only where the text of a public one names no date any more.

    Returns:
        The revision that now waits, or None when the text changed at once or not at all.

    Raises:
        MoveRefused: an ended or refused listing is not edited.
        SubmissionIncomplete: a text that is in review or live must stay complete.
    """
    hold(listing)
    check_move(Verb.EDIT, listing.life, now)
    status = shown_status(listing.life, now)
    is_public = status in PUBLIC
    wanted_from = listing.publish_from if is_public else publish_from
    if status not in (Status.DRAFT, Status.CHANGES_REQUESTED):
        check(content, now, publish_from=wanted_from)
    changed = contents.changed(listing, content)
    is_trusted = actor.user is not None and actor.user.is_trusted
    if is_public and not is_trusted:
        revision = _revise(listing, content, changed, actor, now)
        commit()
        return revision
    if not changed and wanted_from == listing.publish_from:
        return None
    former = listing.deadline_kind
    contents.write(listing, content)
    listing.publish_from = wanted_from
    listing.updated_at = now
    if is_public:
        follow_deadline(listing, former, now=now, life_days=life_days)
        contents.settle_organisation(listing, now)
        # What waited was written for the text that this one replaces.
        _take_back(listing, actor, now)
    elif status is Status.PENDING:
        contents.link_organisation(listing)
    _record(listing, Verb.EDIT, actor, now, details={"fields": list(changed)})
    commit()
    return None


def withdraw_revision(listing: Listing, *, actor: Actor, now: datetime) -> None:
    """Take a changed text back before a moderator has read it; the live one stays.

    Raises:
        NothingWaits: there is none, or somebody decided first.
    """
    hold(listing)
    if not _take_back(listing, actor, now):
        raise NothingWaits
    commit()


def withdraw(listing: Listing, *, actor: Actor, now: datetime) -> None:
    """Take a listing back: out of the queue into the drafts, or off the board.

    Raises:
        MoveRefused: it is neither in review nor live.
    """
    hold(listing)
    if listing.status is Status.PENDING:
        listing.move_to(Status.DRAFT, Verb.WITHDRAW, now)
    else:
        listing.move_to(Status.CLOSED, Verb.WITHDRAW, now, reason=CloseReason.WITHDRAWN)
    _record(listing, Verb.WITHDRAW, actor, now)
    commit()


def close(listing: Listing, reason: CloseReason, *, actor: Actor, now: datetime) -> None:
    """End a live listing before its time, as filled or cancelled.

    Raises:
        MoveRefused: it is not live.
    """
    hold(listing)
    listing.move_to(Status.CLOSED, Verb.CLOSE, now, reason=reason)
    _record(listing, Verb.CLOSE, actor, now, reason=reason.value)
    commit()


def reopen(listing: Listing, *, actor: Actor, now: datetime) -> None:
    """Put a closed listing back on the board, while its end still lies ahead.

    Raises:
        MoveRefused: it is not closed, or its end has passed: renew it instead.
    """
    hold(listing)
    is_later = listing.publish_at is not None and listing.publish_at > now
    listing.move_to(Status.SCHEDULED if is_later else Status.PUBLISHED, Verb.REOPEN, now)
    _record(listing, Verb.REOPEN, actor, now)
    commit()


def extend(
    listing: Listing,
    deadline: Deadline | None,
    *,
    actor: Actor,
    now: datetime,
    life_days: int,
) -> None:
    """Give a live listing a later end.

    Args:
        listing: a live listing.
        deadline: the new end; None adds the board's usual life from now.
        actor: who asks.
        now: the moment, aware UTC.
        life_days: the setting ``LISTING_LIFE_DAYS``.

    Raises:
        MoveRefused: it is not live.
        EndRefused: the new end is not later, or too far away.
    """
    hold(listing)
    check_move(Verb.EXTEND, listing.life, now)
    before = listing.ends_at
    # A listing that waits for its day lives its life from that day on.
    begins_at = max(now, listing.publish_at or now)
    ends_at = _end_of(listing, deadline, begins_at, life_days)
    if before is not None and ends_at <= before:
        raise EndRefused(N_("The new end must be later than the present one."))
    listing.ends_at = ends_at
    listing.updated_at = now
    _carry_end_over(listing)
    _record(listing, Verb.EXTEND, actor, now, details={"ends_at": ends_at.isoformat()})
    commit()


def renew(
    listing: Listing,
    deadline: Deadline | None,
    *,
    actor: Actor,
    now: datetime,
    life_days: int,
) -> None:
    """Put an ended listing back on the board under its address, with a new end.

    Its first publication does not move, so it neither jumps to the top nor looks new.

    Raises:
        MoveRefused: it has not ended.
        EndRefused: the new end is past or too far away.
    """
    hold(listing)
    check_move(Verb.RENEW, listing.life, now)
    ends_at = _end_of(listing, deadline, now, life_days)
    listing.move_to(Status.PUBLISHED, Verb.RENEW, now)
    listing.ends_at = ends_at
    listing.publish_at = min(listing.publish_at or now, now)
    listing.first_published_at = min(
        listing.first_published_at or listing.publish_at, listing.publish_at
    )
    listing.is_muted = False
    _carry_end_over(listing)
    contents.settle_organisation(listing, now)
    _record(listing, Verb.RENEW, actor, now, details={"ends_at": ends_at.isoformat()})
    commit()


def copy(
    listing: Listing, *, actor: Actor, now: datetime, secret: str, submission_key: str
) -> tuple[Listing, OneTimeLink | None]:
    """Make a new draft with the same text; the date, being the old one's, is left out.

    The same key twice (a double click) makes one copy. A guest gets the copy's own address by
    mail, so that it is not lost with the open page.

    Returns:
        The draft, and for a guest the link that manages it.

    Raises:
        ChangedMeanwhile: the key belongs to something else.
    """
    known = _copied(submission_key, listing, actor)
    if known is not None:
        return known
    content = contents.read(listing)
    content["apply_by"] = None
    twin = Listing(
        submission_key=submission_key,
        poster=actor.user,
        poster_email=actor.user.email if actor.user else listing.poster_email,
        status=Status.DRAFT,
        created_at=now,
        updated_at=now,
    )
    contents.write(twin, content)
    try:
        with db.session.begin_nested():
            db.session.add(twin)
    except IntegrityError:
        known = _copied(submission_key, listing, actor)
        if known is None:
            raise ChangedMeanwhile from None
        return known
    link = None
    if actor.user is None:
        link = links.issue(
            db.session,
            Purpose.LISTING_MANAGE,
            secret=secret,
            now=now,
            email=listing.poster_email,
            listing=twin,
        )
        db.session.flush()
        messages.listing_confirm(twin, link, at=now)
    _record(twin, Verb.COPY, actor, now, details={"from": listing.id})
    commit()
    return twin, link


def object_to(listing: Listing, note: str, *, actor: Actor, now: datetime) -> None:
    """Send a refused, duplicate or removed listing back to the queue, for another moderator.

    Raises:
        MoveRefused: there is no decision to object to.
        WordsMissing: nothing is said against it.
    """
    hold(listing)
    check_move(Verb.OBJECT, listing.life, now)
    if not note.strip():
        raise WordsMissing
    listing.move_to(Status.PENDING, Verb.OBJECT, now)
    listing.submitted_at = now
    _record(listing, Verb.OBJECT, actor, now, note=note)
    commit()


def delete(listing: Listing, *, now: datetime) -> None:
    """Delete a draft for good.

    Raises:
        MoveRefused: it is no draft, or moderators have decided on it: their decisions stay.
    """
    hold(listing)
    check_move(Verb.DELETE, listing.life, now)
    db.session.delete(listing)
    commit()


def _record(
    listing: Listing,
    verb: Verb,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    note: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    history.record(
        listing,
        verb,
        actor=actor.kind,
        by=actor.user,
        at=now,
        reason=reason,
        note=note,
        details=details,
    )


def _waiting_revision(listing: Listing) -> Revision | None:
    return db.session.scalar(
        select(Revision).where(
            Revision.listing_id == listing.id, Revision.status == RevisionStatus.WAITING
        )
    )


def _revise(
    listing: Listing,
    content: Mapping[str, Any],
    changed: tuple[str, ...],
    actor: Actor,
    now: datetime,
) -> Revision | None:
    if not changed:
        _take_back(listing, actor, now)
        return None
    revision = _waiting_revision(listing)
    kept = contents.to_json(content)
    if revision is None:
        revision = Revision(listing=listing, content={}, created_at=now)
        db.session.add(revision)
    elif revision.content == kept:
        return revision
    revision.content = kept
    revision.created_at = now
    _record(listing, Verb.REVISE, actor, now, details={"fields": list(changed)})
    return revision


def _take_back(listing: Listing, actor: Actor, now: datetime) -> bool:
    revision = _waiting_revision(listing)
    if revision is None:
        return False
    revision.status = RevisionStatus.WITHDRAWN
    revision.decided_at = now
    _record(listing, Verb.WITHDRAW_REVISION, actor, now)
    return True


def _carry_end_over(listing: Listing) -> None:
    """Write the new end into a text that waits: its acceptance must not bring the old one back."""
    revision = _waiting_revision(listing)
    if revision is None:
        return
    end = {name: getattr(listing, name) for name in ("deadline_kind", "apply_by", "deadline_zone")}
    revision.content = {**revision.content, **contents.to_json(end)}


def _copied(
    submission_key: str, listing: Listing, actor: Actor
) -> tuple[Listing, OneTimeLink | None] | None:
    """Return what an earlier click on the same button made, if it did."""
    twin = db.session.scalar(select(Listing).where(Listing.submission_key == submission_key))
    if twin is None:
        return None
    if actor.user is not None:
        if twin.poster_id != actor.user.id:
            raise ChangedMeanwhile
        return twin, None
    if twin.id == listing.id or twin.poster_email != listing.poster_email:
        raise ChangedMeanwhile
    link = db.session.scalar(
        select(OneTimeLink)
        .where(
            OneTimeLink.listing_id == twin.id,
            OneTimeLink.purpose == Purpose.LISTING_MANAGE,
            OneTimeLink.used_at.is_(None),
        )
        .order_by(OneTimeLink.id.desc())
        .limit(1)
    )
    return twin, link


def _end_of(listing: Listing, deadline: Deadline | None, now: datetime, life_days: int) -> datetime:
    """Write the deadline asked for on the listing and return the end that follows from it."""
    if deadline is None or deadline.kind is not DeadlineKind.DATE or deadline.apply_by is None:
        if deadline is not None and deadline.kind is DeadlineKind.DATE:
            raise EndRefused(N_("Give the last day to apply."))
        if deadline is not None:
            listing.deadline_kind = deadline.kind
        elif listing.deadline_kind is DeadlineKind.DATE:
            listing.apply_by = now + timedelta(days=life_days)
            return listing.apply_by
        listing.apply_by = None
        return now + timedelta(days=life_days)
    check_end(deadline.apply_by, now)
    listing.deadline_kind = deadline.kind
    listing.apply_by = deadline.apply_by
    listing.deadline_zone = deadline.zone
    return deadline.apply_by
