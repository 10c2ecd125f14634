"""The life of a listing: statuses, the table of moves, when it is live and when it ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from jobboard.domain.errors import RuleBroken
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.words import N_

LONGEST_LIFE = timedelta(days=365)
REMINDER_DAYS = (7, 1)


class Status(StrEnum):
    """Where a listing stands; stored. What a person reads is ``shown_status``."""

    DRAFT = "draft"
    PENDING = "pending"
    CHANGES_REQUESTED = "changes_requested"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CLOSED = "closed"
    EXPIRED = "expired"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    REMOVED = "removed"


class CloseReason(StrEnum):
    """Why a closed listing was closed."""

    FILLED = "filled"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class Verb(StrEnum):
    """Everything that can happen to a listing; also the words of its history."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REFUSE = "refuse"
    MARK_DUPLICATE = "mark_duplicate"
    REMOVE = "remove"
    CLOSE = "close"
    REOPEN = "reopen"
    EXTEND = "extend"
    RENEW = "renew"
    COPY = "copy"
    OBJECT = "object"
    DELETE = "delete"
    CLAIM = "claim"
    PUBLISH = "publish"
    EXPIRE = "expire"
    IMPORT = "import"
    REVISE = "revise"
    ACCEPT_REVISION = "accept_revision"
    REFUSE_REVISION = "refuse_revision"
    WITHDRAW_REVISION = "withdraw_revision"


STATUS_LABELS: dict[str, str] = {
    Status.DRAFT: N_("Draft"),
    Status.PENDING: N_("In review"),
    Status.CHANGES_REQUESTED: N_("Needs changes"),
    Status.SCHEDULED: N_("Scheduled"),
    Status.PUBLISHED: N_("Live"),
    Status.EXPIRED: N_("Expired"),
    Status.REFUSED: N_("Refused"),
    Status.DUPLICATE: N_("Duplicate"),
    Status.REMOVED: N_("Taken down"),
    CloseReason.FILLED: N_("Filled"),
    CloseReason.CANCELLED: N_("Cancelled"),
    CloseReason.WITHDRAWN: N_("Withdrawn"),
}

#: Statuses that may be live; the moment decides.
PUBLIC = frozenset({Status.PUBLISHED, Status.SCHEDULED})
#: Statuses of listings that once were public and answer with a closed page.
ENDED = frozenset({Status.CLOSED, Status.EXPIRED})
#: Statuses whose page says that it is gone for good (410).
GONE = frozenset({Status.REFUSED, Status.DUPLICATE, Status.REMOVED})

#: Verbs by which a listing comes into the queue, and those by which moderators take it out.
HANDED_IN = frozenset({Verb.SUBMIT, Verb.CONFIRM, Verb.OBJECT})
DECIDED = frozenset(
    {Verb.APPROVE, Verb.REQUEST_CHANGES, Verb.REFUSE, Verb.MARK_DUPLICATE, Verb.REMOVE}
)

_EVERY = frozenset(Status)

#: Which shown status allows which move. ``close`` and the like ask for a *live* listing: one that
#: has ended, but was not yet told so, counts as expired already.
MOVES: dict[Verb, frozenset[Status]] = {
    Verb.EDIT: frozenset(
        {
            Status.DRAFT,
            Status.PENDING,
            Status.CHANGES_REQUESTED,
            Status.SCHEDULED,
            Status.PUBLISHED,
        }
    ),
    Verb.SUBMIT: frozenset({Status.DRAFT, Status.CHANGES_REQUESTED}),
    Verb.WITHDRAW: frozenset({Status.PENDING, Status.PUBLISHED, Status.SCHEDULED}),
    Verb.APPROVE: frozenset({Status.PENDING}),
    Verb.REQUEST_CHANGES: frozenset({Status.PENDING}),
    Verb.REFUSE: frozenset({Status.PENDING}),
    Verb.MARK_DUPLICATE: frozenset({Status.PENDING, Status.PUBLISHED, Status.SCHEDULED}),
    Verb.REMOVE: frozenset({Status.PUBLISHED, Status.SCHEDULED, Status.CLOSED, Status.EXPIRED}),
    Verb.CLOSE: frozenset({Status.PUBLISHED, Status.SCHEDULED}),
    Verb.REOPEN: frozenset({Status.CLOSED}),
    Verb.EXTEND: frozenset({Status.PUBLISHED, Status.SCHEDULED}),
    Verb.RENEW: frozenset({Status.EXPIRED, Status.CLOSED}),
    Verb.COPY: _EVERY,
    Verb.OBJECT: GONE,
    Verb.WITHDRAW_REVISION: PUBLIC,
    Verb.ACCEPT_REVISION: PUBLIC,
    Verb.REFUSE_REVISION: PUBLIC,
    Verb.DELETE: frozenset({Status.DRAFT}),
    Verb.PUBLISH: frozenset({Status.PUBLISHED}),
    Verb.EXPIRE: frozenset({Status.EXPIRED}),
}


class MoveRefused(RuleBroken):
    """The listing's status does not allow the move."""


class EndRefused(RuleBroken):
    """The end asked for is past, too far away or not later than the present one."""


@dataclass(frozen=True)
class Life:
    """The stored facts that decide where a listing stands at a moment.

    Attributes:
        status: as stored.
        publish_at: from when it is public, if it is.
        ends_at: until when.
        close_reason: why it was closed, if it was.
        is_decided: moderators have decided on it, so that their decisions must stay on record.
    """

    status: Status
    publish_at: datetime | None
    ends_at: datetime | None
    close_reason: CloseReason | None = None
    is_decided: bool = False


def is_live(life: Life, now: datetime) -> bool:
    """Tell whether a listing is live at ``now``: the only visibility rule of the board."""
    return (
        life.status in PUBLIC
        and life.publish_at is not None
        and life.ends_at is not None
        and life.publish_at <= now < life.ends_at
    )


def shown_status(life: Life, now: datetime) -> Status:
    """Return the status that holds at ``now``, whether or not the clock has told it yet."""
    if life.status in PUBLIC and life.ends_at is not None and life.ends_at <= now:
        return Status.EXPIRED
    if life.status is Status.SCHEDULED and life.publish_at is not None and life.publish_at <= now:
        return Status.PUBLISHED
    return life.status


def status_label(life: Life, now: datetime) -> str:
    """Return the English word for the state at ``now``, marked for the catalogues."""
    status = shown_status(life, now)
    if status is Status.CLOSED and life.close_reason is not None:
        return STATUS_LABELS[life.close_reason]
    return STATUS_LABELS[status]


def may(verb: Verb, life: Life, now: datetime) -> bool:
    """Tell whether the move is open to a listing at ``now``."""
    if shown_status(life, now) not in MOVES[verb]:
        return False
    if verb is Verb.REOPEN:
        return life.ends_at is not None and life.ends_at > now
    # Objected to and withdrawn, a listing that was taken down is a draft again.
    return not (verb is Verb.DELETE and life.is_decided)


def check_move(verb: Verb, life: Life, now: datetime) -> None:
    """Raise MoveRefused unless the move is open to the listing at ``now``."""
    if not may(verb, life, now):
        raise MoveRefused(
            N_("This can't be done with a listing that is “%(status)s”."),
            status=status_label(life, now),
        )


def end_of_day(day: datetime, zone: str, at: time = time(23, 59)) -> datetime:
    """Return the UTC instant of a wall-clock time on a day in a zone.

    A time that the zone skips (summer time begins) is read with the offset before the gap, one
    that occurs twice as its first occurrence (PEP 495, ``fold=0``).
    """
    local = datetime.combine(day.date(), at, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def end_of_life(
    kind: DeadlineKind, apply_by: datetime | None, publish_at: datetime, life_days: int
) -> datetime:
    """Return when a listing ends: its deadline when that is a date, else a set life.

    Raises:
        EndRefused: the deadline is not after publication or more than 365 days ahead.
    """
    if kind is DeadlineKind.DATE and apply_by is not None:
        check_end(apply_by, publish_at)
        return apply_by
    return publish_at + timedelta(days=life_days)


def check_end(ends_at: datetime, now: datetime) -> None:
    """Raise EndRefused unless ``ends_at`` lies ahead, and at most 365 days ahead."""
    if ends_at <= now:
        raise EndRefused(N_("The deadline must lie in the future."))
    if ends_at > now + LONGEST_LIFE:
        raise EndRefused(N_("The deadline can be at most 365 days from now."))


def due_reminder(publish_at: datetime, ends_at: datetime, now: datetime) -> int | None:
    """Return the reminder owed at ``now``: 7 or 1 days before the end, or None.

    A listing that was never open that long before its end owes no such reminder, and when the
    worker was away past the last one only the last one is still true, so only that is owed.
    """
    for days in sorted(REMINDER_DAYS):
        moment = ends_at - timedelta(days=days)
        if publish_at < moment <= now < ends_at:
            return days
    return None
