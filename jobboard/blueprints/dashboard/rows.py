"""What a row of the dashboard says of a listing, and what it offers."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from jobboard.domain import address
from jobboard.domain.listing import PUBLIC, Status, Verb, shown_status
from jobboard.models.listing import Listing
from jobboard.models.user import User
from jobboard.web import cards, filters, moves


@dataclass(frozen=True)
class Action:
    """One thing to do: a link to its page, or a button that acts at once."""

    label: str
    href: str
    is_post: bool = False


@dataclass(frozen=True)
class Row:
    """One listing in the table."""

    id: int
    title: str
    language: str
    href: str
    organisation: str
    by: str
    status: str
    label: str
    has_revision: bool
    when: str
    when_more: str
    when_iso: str
    is_urgent: bool
    actions: tuple[Action, ...]


def row(listing: Listing, user: User, waiting_revisions: AbstractSet[int], now: datetime) -> Row:
    """Return the row of a listing for one of its people at ``now``."""
    has_revision = listing.id in waiting_revisions
    when, more, iso, is_urgent = _when(listing, now)
    return Row(
        id=listing.id,
        title=listing.title or gettext("Draft without a title"),
        language=listing.language,
        href=address.dashboard(listing.id),
        organisation=listing.organisation.name
        if listing.organisation
        else listing.organisation_name,
        by=_by(listing, user),
        status=str(shown_status(listing.life, now)),
        label=filters.life_label(listing.life, now),
        has_revision=has_revision,
        when=when,
        when_more=more,
        when_iso=iso,
        is_urgent=is_urgent,
        actions=tuple(_actions(listing, has_revision, now)),
    )


def _by(listing: Listing, user: User) -> str:
    """Return whose listing it is, where it is not one's own."""
    if listing.poster_id == user.id:
        return ""
    if listing.poster is not None:
        return gettext("by %(name)s", name=listing.poster.name or listing.poster.email)
    return gettext("posted without an account") if listing.poster_email else gettext("imported")


def _when(listing: Listing, now: datetime) -> tuple[str, str, str, bool]:
    """Return the moment that matters in this state: words, more words, instant, urgent or not."""
    status = shown_status(listing.life, now)
    zone = listing.deadline_zone
    if status is Status.SCHEDULED and listing.publish_at is not None:
        day = filters.day(listing.publish_at, zone, now)
        return gettext("Goes live on %(day)s", day=day), "", filters.iso(listing.publish_at), False
    if status in PUBLIC:
        end = cards.deadline(listing.deadline_kind, listing.ends_at, zone, now)
        more = end.absolute or gettext("until %(day)s", day=filters.day(listing.ends_at, zone, now))
        return end.relative, more, filters.iso(listing.ends_at), end.is_urgent
    if status in (Status.CLOSED, Status.EXPIRED):
        at = listing.closed_at or listing.ends_at
        words = gettext("Ended on %(day)s", day=filters.day(at, zone, now))
        return words, "", filters.iso(at), False
    if status is Status.PENDING:
        at = listing.submitted_at or listing.updated_at
        return gettext("Handed in"), ago(at, now), filters.iso(at), False
    if status is Status.DRAFT:
        return gettext("Last changed"), ago(listing.updated_at, now), "", False
    if status is Status.CHANGES_REQUESTED:
        return gettext("A moderator asks for changes"), "", "", True
    return gettext("Decided"), ago(listing.updated_at, now), "", False


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago something was, in words."""
    unit, count = filters.left(now, at)
    if unit == "day":
        return ngettext("%(num)s day ago", "%(num)s days ago", count)
    if unit == "hour":
        return ngettext("%(num)s hour ago", "%(num)s hours ago", count)
    return ngettext("%(num)s minute ago", "%(num)s minutes ago", count)


def _actions(listing: Listing, has_revision: bool, now: datetime) -> list[Action]:
    found = []
    unsubmitted = moves.is_unsubmitted(listing)
    if moves.is_editable(listing.life, now):
        label = gettext("Continue") if listing.status is Status.DRAFT else gettext("Edit")
        found.append(Action(label, address.dashboard(listing.id, "edit")))
    if unsubmitted:
        found.append(
            Action(gettext("Submit"), address.dashboard(listing.id, "submit"), is_post=True)
        )
    found += [
        Action(gettext(move.label), address.dashboard(listing.id, move.verb.value))
        for move in moves.open_moves(listing.life, now, has_revision=has_revision)
        if move.verb is not Verb.WITHDRAW_REVISION
    ]
    return found
