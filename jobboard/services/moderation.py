"""What moderators decide; every decision is an event, and a mail to the poster."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from jobboard import content as contents
from jobboard import history
from jobboard.db import commit, db
from jobboard.domain.errors import ChangedMeanwhile, FieldsBroken, RuleBroken
from jobboard.domain.listing import (
    DECIDED,
    HANDED_IN,
    PUBLIC,
    Status,
    Verb,
    check_move,
    is_live,
)
from jobboard.domain.objection import Turn, turn
from jobboard.going_live import follow_deadline, go_live
from jobboard.holding import hold
from jobboard.mail import messages
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.words import N_


class Reason(StrEnum):
    """Why a listing is refused or taken down."""

    NOT_IN_SCOPE = "not_in_scope"
    INCOMPLETE = "incomplete"
    NOT_AUTHORISED = "not_authorised"
    MISLEADING = "misleading"
    FEE_FOR_APPLICANTS = "fee_for_applicants"
    DISCRIMINATION = "discrimination"
    NOT_A_JOB = "not_a_job"
    SPAM = "spam"
    UNLAWFUL = "unlawful"
    OTHER = "other"


REASON_LABELS: dict[str, str] = {
    Reason.NOT_IN_SCOPE: N_("Not about international affairs"),
    Reason.INCOMPLETE: N_("Too little is said about the work"),
    Reason.NOT_AUTHORISED: N_("Posted without the organisation's consent"),
    Reason.MISLEADING: N_("Misleading or wrong"),
    Reason.FEE_FOR_APPLICANTS: N_("Applicants would have to pay"),
    Reason.DISCRIMINATION: N_("Excludes people without a lawful reason"),
    Reason.NOT_A_JOB: N_("Advertises something other than an opportunity"),
    Reason.SPAM: N_("Spam"),
    Reason.UNLAWFUL: N_("Against the law"),
    Reason.OTHER: N_("Another reason, given below"),
}


class OwnDecision(RuleBroken):
    """An objection goes to another moderator than the one who decided."""

    def __init__(self) -> None:
        super().__init__(
            N_("You took the decision that this objects to; another moderator must decide.")
        )


class ObjectionRests(RuleBroken):
    """The only moderator looks at an objection against their own decision on another day."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "You took the decision that this objects to, and nobody else moderates: "
                "it can be decided 24 hours after the objection."
            )
        )


class WordsMissing(FieldsBroken):
    """A decision against the poster needs words that say what to do or why."""

    def __init__(self) -> None:
        sentence = N_("Tell the poster why, or what to change.")
        super().__init__(sentence, {"note": sentence})


class OriginalUnknown(FieldsBroken):
    """The listing that is to stay is not there, is gone itself, or is the duplicate."""

    def __init__(self) -> None:
        sentence = N_("No other listing on the board or in review has this number or address.")
        super().__init__(sentence, {"original": sentence})


def approve(
    listing: Listing, *, by: User, version: int | None, now: datetime, life_days: int
) -> None:
    """Put a listing on the board.

    Args:
        listing: one that waits.
        by: the moderator.
        version: the version that was read on the page; None skips the comparison.
        now: the moment, aware UTC.
        life_days: the setting ``LISTING_LIFE_DAYS``.

    Raises:
        ChangedMeanwhile: the listing changed, or somebody decided, since the page was read.
        EndRefused: its deadline has passed while it waited.
    """
    is_single = _check(listing, by, version, now)
    go_live(listing, Verb.APPROVE, now=now, life_days=life_days)
    listing.decided_by_id = by.id
    _record(listing, Verb.APPROVE, by, now, is_single=is_single)
    commit()


def request_changes(
    listing: Listing, note: str, *, by: User, version: int | None, now: datetime
) -> None:
    """Ask the poster for changes; with them the listing returns by itself.

    Raises:
        WordsMissing: it must be said what to change.
        ChangedMeanwhile: somebody else decided first.
    """
    if not note.strip():
        raise WordsMissing
    is_single = _check(listing, by, version, now)
    listing.move_to(Status.CHANGES_REQUESTED, Verb.REQUEST_CHANGES, now)
    listing.decided_by_id = by.id
    _record(listing, Verb.REQUEST_CHANGES, by, now, note=note, is_single=is_single)
    messages.listing_changes_requested(listing, note=note, at=now)
    commit()


def refuse(
    listing: Listing, reason: Reason, note: str, *, by: User, version: int | None, now: datetime
) -> None:
    """Refuse a listing, with the reason and words.

    Raises:
        WordsMissing: "another reason" needs words.
        ChangedMeanwhile: somebody else decided first.
    """
    if reason is Reason.OTHER and not note.strip():
        raise WordsMissing
    is_single = _check(listing, by, version, now)
    listing.move_to(Status.REFUSED, Verb.REFUSE, now)
    listing.decided_by_id = by.id
    _record(listing, Verb.REFUSE, by, now, reason=reason, note=note, is_single=is_single)
    messages.listing_refused(listing, reason=REASON_LABELS[reason], note=note, at=now)
    commit()


def mark_duplicate(
    listing: Listing,
    note: str,
    *,
    original: Listing | None = None,
    by: User,
    version: int | None,
    now: datetime,
) -> None:
    """Take a listing out because the same opportunity is on the board already.

    Args:
        listing: the one that goes.
        note: words to the poster, may be empty.
        original: the one that stays. The poster is told which it is if everybody can read it.
        by: the moderator.
        version: the version that was read on the page; None skips the comparison.
        now: the moment, aware UTC.

    Raises:
        OriginalUnknown: the one that stays is this very one, or neither public nor in review.
        ChangedMeanwhile: somebody else decided first.
    """
    if original is not None and not _may_stay(original, listing):
        raise OriginalUnknown
    is_single = _check(listing, by, version, now)
    listing.move_to(Status.DUPLICATE, Verb.MARK_DUPLICATE, now)
    listing.decided_by_id = by.id
    _record(
        listing,
        Verb.MARK_DUPLICATE,
        by,
        now,
        note=note,
        is_single=is_single,
        details=_named(original, now),
    )
    is_shown = original is not None and is_live(original.life, now)
    messages.listing_marked_duplicate(
        listing, note=note, at=now, original=original if is_shown else None
    )
    commit()


def remove(
    listing: Listing, reason: Reason, note: str, *, by: User, version: int | None, now: datetime
) -> None:
    """Take a public or ended listing down for good.

    Raises:
        WordsMissing: "another reason" needs words.
        ChangedMeanwhile: it changed since the page was read.
    """
    if reason is Reason.OTHER and not note.strip():
        raise WordsMissing
    is_single = _check(listing, by, version, now)
    listing.move_to(Status.REMOVED, Verb.REMOVE, now)
    listing.decided_by_id = by.id
    _record(listing, Verb.REMOVE, by, now, reason=reason, note=note, is_single=is_single)
    messages.listing_removed(listing, reason=REASON_LABELS[reason], note=note, at=now)
    commit()


def accept_revision(
    revision: Revision, *, by: User, version: int | None, now: datetime, life_days: int
) -> None:
    """Let the waiting text take the live one's place.

    Args:
        revision: what waits.
        by: the moderator.
        version: the version that was read on the page; None skips the comparison.
        now: the moment, aware UTC.
        life_days: the setting ``LISTING_LIFE_DAYS``.

    Raises:
        ChangedMeanwhile: the poster wrote again, or somebody decided first.
        MoveRefused: the listing has ended meanwhile.
        EndRefused: the new text's deadline has passed.
    """
    listing = _check_revision(revision, version)
    check_move(Verb.ACCEPT_REVISION, listing.life, now)
    former = listing.deadline_kind
    contents.write(listing, contents.from_json(revision.content))
    follow_deadline(listing, former, now=now, life_days=life_days)
    listing.updated_at = now
    contents.settle_organisation(listing, now)
    revision.status = RevisionStatus.ACCEPTED
    revision.decided_at = now
    _record(listing, Verb.ACCEPT_REVISION, by, now)
    messages.listing_text_accepted(listing, at=now)
    commit()


def refuse_revision(
    revision: Revision, note: str, *, by: User, version: int | None, now: datetime
) -> None:
    """Turn the waiting text down; the live one stays.

    Raises:
        WordsMissing: the poster must be told why.
        ChangedMeanwhile: the poster wrote again, or somebody decided first.
        MoveRefused: the listing has ended meanwhile.
    """
    if not note.strip():
        raise WordsMissing
    listing = _check_revision(revision, version)
    check_move(Verb.REFUSE_REVISION, listing.life, now)
    revision.status = RevisionStatus.REFUSED
    revision.decided_at = now
    _record(listing, Verb.REFUSE_REVISION, by, now, note=note)
    messages.listing_changes_requested(listing, note=note, at=now, is_live=True)
    commit()


def _may_stay(original: Listing, listing: Listing) -> bool:
    return original.id != listing.id and original.status in PUBLIC | {Status.PENDING}


def _named(original: Listing | None, now: datetime) -> dict[str, Any]:
    """Return what the history keeps of the listing that stays: how it was called then."""
    if original is None:
        return {}
    return {
        "original": {
            "id": original.id,
            "title": original.title,
            "slug": original.slug,
            "is_live": is_live(original.life, now),
        }
    }


def _check(listing: Listing, by: User, version: int | None, now: datetime) -> bool:
    """Raise unless the moderator may decide now; the row stays locked until the commit.

    Returns:
        Whether it is the only moderator's second decision, on an objection to the first.
    """
    hold(listing, version)
    objected_at = _open_objection(listing)
    if objected_at is None:
        return False
    whose = turn(
        objected_at=objected_at,
        decided_by_id=listing.decided_by_id,
        moderator_id=by.id,
        others_moderate=_others_moderate(by),
        now=now,
    )
    _check_turn(whose)
    return whose.is_single


def _check_turn(whose: Turn) -> None:
    if whose.is_open:
        return
    raise OwnDecision if whose.opens_at is None else ObjectionRests


def _open_objection(listing: Listing) -> datetime | None:
    """Return when the objection came in that this listing waits for; None for any other case."""
    if listing.status is not Status.PENDING or listing.decided_by_id is None:
        return None
    last = db.session.scalar(
        select(Event)
        .where(Event.listing_id == listing.id, Event.verb.in_((*DECIDED, *HANDED_IN)))
        .order_by(Event.id.desc())
        .limit(1)
    )
    return last.at if last is not None and last.verb is Verb.OBJECT else None


def _others_moderate(by: User) -> bool:
    """Tell whether there is another moderator at all; alone, one decides on one's own again."""
    return (
        db.session.scalar(
            select(User.id)
            .where(
                User.id != by.id,
                User.is_suspended.is_(False),
                User.email_confirmed_at.is_not(None),
                User.is_moderator | User.is_administrator,
            )
            .limit(1)
        )
        is not None
    )


def _check_revision(revision: Revision, version: int | None) -> Listing:
    hold(revision.listing)
    db.session.refresh(revision)
    if revision.status is not RevisionStatus.WAITING or (
        version is not None and revision.version != version
    ):
        raise ChangedMeanwhile
    return revision.listing


def _record(
    listing: Listing,
    verb: Verb,
    by: User,
    now: datetime,
    *,
    reason: str = "",
    note: str = "",
    is_single: bool = False,
    details: dict[str, Any] | None = None,
) -> None:
    history.record(
        listing,
        verb,
        actor=ActorKind.MODERATOR,
        by=by,
        at=now,
        reason=reason,
        note=note,
        details={**(details or {}), **({"is_single": True} if is_single else {})},
    )
