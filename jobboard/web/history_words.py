"""The history of a listing in sentences, for its poster and, with names, for moderators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from flask_babel import gettext

from jobboard.domain.listing import STATUS_LABELS, CloseReason, Verb
from jobboard.models.event import ActorKind, Event
from jobboard.services.moderation import REASON_LABELS
from jobboard.web import content_words, filters
from jobboard.words import N_

#: What happened; ``%(who)s`` is who did it.
SENTENCES: dict[Verb, str] = {
    Verb.CREATE: N_("Written by %(who)s"),
    Verb.EDIT: N_("Text changed by %(who)s"),
    Verb.SUBMIT: N_("Handed in by %(who)s"),
    Verb.CONFIRM: N_("Confirmed from the mailbox and handed in"),
    Verb.WITHDRAW: N_("Withdrawn by %(who)s"),
    Verb.APPROVE: N_("Approved by %(who)s"),
    Verb.REQUEST_CHANGES: N_("Changes asked for by %(who)s"),
    Verb.REFUSE: N_("Refused by %(who)s"),
    Verb.MARK_DUPLICATE: N_("Marked as a duplicate by %(who)s"),
    Verb.REMOVE: N_("Taken down by %(who)s"),
    Verb.CLOSE: N_("Closed by %(who)s"),
    Verb.REOPEN: N_("Reopened by %(who)s"),
    Verb.EXTEND: N_("Extended by %(who)s"),
    Verb.RENEW: N_("Renewed by %(who)s"),
    Verb.COPY: N_("Copied from an older listing by %(who)s"),
    Verb.OBJECT: N_("Objection by %(who)s"),
    Verb.DELETE: N_("Deleted by %(who)s"),
    Verb.CLAIM: N_("Taken into an account by %(who)s"),
    Verb.PUBLISH: N_("Went live at the set moment"),
    Verb.EXPIRE: N_("Ended"),
    Verb.IMPORT: N_("Imported"),
    Verb.REVISE: N_("New text written by %(who)s; it waits for a moderator"),
    Verb.ACCEPT_REVISION: N_("New text accepted by %(who)s"),
    Verb.REFUSE_REVISION: N_("New text refused by %(who)s"),
    Verb.WITHDRAW_REVISION: N_("New text withdrawn by %(who)s"),
}

_ACTORS: dict[ActorKind, str] = {
    ActorKind.POSTER: N_("the poster"),
    ActorKind.GUEST: N_("the poster"),
    ActorKind.COLLEAGUE: N_("a colleague"),
    ActorKind.MODERATOR: N_("a moderator"),
    ActorKind.CLOCK: N_("the clock"),
    ActorKind.IMPORT: N_("an import"),
}


@dataclass(frozen=True)
class Line:
    """One line of ``macros/history.html``."""

    text: str
    at_text: str
    iso: str
    note: str
    #: Another listing that the line is about: its title and its address.
    other: str = ""
    other_url: str = ""


def lines(events: Sequence[Event], now: datetime, *, has_names: bool = False) -> list[Line]:
    """Return a history in words.

    Args:
        events: in the order to be shown.
        now: the moment, aware UTC.
        has_names: say who acted. For moderators only: a poster never learns a moderator's name.
    """
    zone = str(current_app.config["SITE_ZONE"])
    return [
        Line(
            text=sentence(event, has_names=has_names),
            at_text=filters.moment(event.at, zone, now),
            iso=filters.iso(event.at),
            note=event.note,
            **_other(event, has_names=has_names),
        )
        for event in events
    ]


def sentence(event: Event, *, has_names: bool = False) -> str:
    """Return what an event says: what happened, who did it, why, and what is new."""
    words = gettext(SENTENCES[event.verb])
    said = words % {"who": _who(event, has_names)} if "%(who)s" in words else words
    more = "; ".join(filter(None, (_reason(event.reason), *_details(event))))
    return f"{said}: {more}" if more else said


def _other(event: Event, *, has_names: bool) -> dict[str, str]:
    """Return the listing of which this one is a duplicate: its poster learns of public ones."""
    original = event.details.get("original")
    if not original or not (has_names or original["is_live"]):
        return {}
    if has_names:
        address = url_for("moderation.show", listing_id=original["id"])
    else:
        address = url_for("listings.show", slug=original["slug"])
    return {"other": original["title"], "other_url": address}


def _who(event: Event, has_names: bool) -> str:
    if has_names and event.by is not None:
        return event.by.name or event.by.email
    return gettext(_ACTORS[event.actor])


def _reason(reason: str) -> str:
    words = REASON_LABELS.get(reason)
    if words is None and reason in set(CloseReason):
        words = STATUS_LABELS[CloseReason(reason)]
    return gettext(words) if words else ""


def _details(event: Event) -> list[str]:
    said = []
    fields = event.details.get("fields")
    if fields:
        said.append(", ".join(content_words.names(fields)))
    if event.details.get("ends_at"):
        ends_at = datetime.fromisoformat(event.details["ends_at"])
        said.append(gettext("open until %(day)s", day=filters.day(ends_at)))
    if event.details.get("is_single"):
        said.append(gettext("by the only moderator, on an objection to their own decision"))
    return said
