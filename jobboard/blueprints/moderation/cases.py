"""What the pages of moderation show: lines of the queue, a case, a changed text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from jobboard import content as contents
from jobboard.blueprints.moderation.forms import WITH_REASON, DecisionForm
from jobboard.domain.listing import Status, Verb, may
from jobboard.domain.objection import Turn, turn
from jobboard.domain.signals import Case, Signal, Tone, signals, weightiest
from jobboard.markup import differences
from jobboard.markup.differences import Kind, Stretch
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.models.user import User
from jobboard.queries import moderation as find
from jobboard.queries.moderation import Standing
from jobboard.web import content_words, filters, history_words, listing_view, moves
from jobboard.web.history_words import Line
from jobboard.web.listing_view import ListingView

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offer:
    """How a decision is offered: its words, its key, and whether it is the usual one."""

    verb: Verb
    label: str
    key: str
    button: str = "plain"
    note_label: str = ""


#: In the order in which a case offers them.
DECISIONS = (
    Offer(Verb.APPROVE, _l("Approve"), "A", "tool"),
    Offer(
        Verb.REQUEST_CHANGES,
        _l("Ask for changes"),
        "C",
        note_label=_l("What the poster is to change"),
    ),
    Offer(Verb.REFUSE, _l("Refuse"), "R"),
    Offer(Verb.MARK_DUPLICATE, _l("Duplicate"), "D", note_label=_l("Words to the poster")),
    Offer(Verb.REMOVE, _l("Take down"), "T", "danger"),
)
EDIT_DECISIONS = (
    Offer(Verb.ACCEPT_REVISION, _l("Accept the new text"), "A", "tool"),
    Offer(Verb.REFUSE_REVISION, _l("Refuse it"), "R", note_label=_l("Why, and what to change")),
)


@dataclass(frozen=True)
class Decision:
    """A decision that is open, with its form."""

    offer: Offer
    action: str
    form: DecisionForm
    has_reason: bool
    has_original: bool
    has_note: bool
    is_open: bool


@dataclass(frozen=True)
class QueueLine:
    """One line of the queue."""

    url: str
    title: str
    organisation: str
    age: str
    is_late: bool
    pill: tuple[str, str] | None
    is_current: bool


@dataclass(frozen=True)
class SignalLine:
    """A signal in the reader's language."""

    tone: str
    words: str


@dataclass(frozen=True)
class Shown:
    """A case as its page shows it."""

    listing: Listing
    view: ListingView
    status_text: str
    age: str
    is_late: bool
    poster: str
    poster_name: str
    decisions: tuple[Decision, ...]
    signals: tuple[SignalLine, ...]
    twins: tuple[QueueLine, ...]
    history: tuple[Line, ...]
    #: Why nothing, or not everything, can be decided by this moderator now.
    hindrance: str
    is_single: bool
    revision_url: str
    next_url: str


@dataclass(frozen=True)
class Changed:
    """One part of a text that changed, both versions with their changes marked."""

    label: str
    before: tuple[Stretch, ...]
    after: tuple[Stretch, ...]
    is_long: bool


def queue_lines(
    waiting: Sequence[Listing], *, reader: User, now: datetime, current: Listing | None = None
) -> list[QueueLine]:
    """Return the lines of the queue, each with the one thing to know about it."""
    standings = find.standings(waiting)
    is_alone = not find.others_moderate(reader)
    return [
        QueueLine(
            url=url_for("moderation.show", listing_id=listing.id),
            title=listing.title,
            organisation=_organisation(listing),
            age=age(listing.submitted_at, now),
            is_late=is_late(listing.submitted_at, now),
            pill=_pill(listing, standings[listing.id], reader, is_alone, now),
            is_current=current is not None and listing.id == current.id,
        )
        for listing in waiting
    ]


def edit_lines(
    waiting: Sequence[Revision], now: datetime, current: Revision | None = None
) -> list[QueueLine]:
    """Return the lines of the changed texts that wait."""
    return [
        QueueLine(
            url=url_for("moderation.show_edit", revision_id=revision.id),
            title=revision.listing.title,
            organisation=_organisation(revision.listing),
            age=age(revision.created_at, now),
            is_late=is_late(revision.created_at, now),
            pill=None,
            is_current=current is not None and revision.id == current.id,
        )
        for revision in waiting
    ]


def shown(
    listing: Listing,
    *,
    reader: User,
    now: datetime,
    tried: tuple[Verb, DecisionForm] | None = None,
) -> Shown:
    """Return a case as its page shows it.

    Args:
        listing: handed in at some time.
        reader: the moderator who reads it.
        now: the moment, aware UTC.
        tried: the decision that failed, with its form, which stays open with its words.
    """
    standing = find.standings([listing])[listing.id]
    twins = find.twins(listing)
    whose = _turn(standing, listing, reader, not find.others_moderate(reader), now)
    revision = find.waiting_revision(listing)
    following = find.next_waiting(listing) if listing.status is Status.PENDING else None
    return Shown(
        listing=listing,
        view=listing_view.view(listing, now),
        status_text=filters.life_label(listing.life, now),
        age=age(listing.submitted_at, now),
        is_late=listing.status is Status.PENDING and is_late(listing.submitted_at, now),
        poster=listing.notice_address,
        poster_name=listing.poster.name if listing.poster is not None else "",
        decisions=tuple(_decisions(listing, whose, now, tried)),
        signals=tuple(_said(signals(_facts(listing, standing, len(twins))))),
        twins=tuple(queue_lines(twins, reader=reader, now=now)),
        history=tuple(history_words.lines(find.history_of(listing), now, has_names=True)),
        hindrance=_hindrance(whose),
        is_single=whose is not None and whose.is_single and whose.is_open,
        revision_url=(
            url_for("moderation.show_edit", revision_id=revision.id) if revision is not None else ""
        ),
        next_url=url_for("moderation.show", listing_id=following.id) if following else "",
    )


def edit_decisions(
    revision: Revision, tried: tuple[Verb, DecisionForm] | None
) -> tuple[Decision, ...]:
    """Return what can be decided on a changed text."""
    if revision.status is not RevisionStatus.WAITING:
        return ()
    return tuple(
        _decision(
            offer,
            url_for("moderation.decide_edit", revision_id=revision.id, verb=offer.verb.value),
            revision.version,
            tried,
        )
        for offer in EDIT_DECISIONS
    )


def changes(revision: Revision) -> list[Changed]:
    """Return what a changed text changes, part by part, both versions side by side."""
    live = contents.read(revision.listing)
    proposed = {**live, **contents.from_json(revision.content)}
    if not proposed.get("summary"):
        # Left empty it is made from the text again, as the live one was.
        proposed["summary"] = live["summary"]
    return [_changed(change) for change in content_words.changes(live, proposed)]


def poster_signals(listing: Listing) -> list[SignalLine]:
    """Return the signals of a listing whose text is compared."""
    standing = find.standings([listing])[listing.id]
    return _said(signals(_facts(listing, standing, twins=0)))


def age(since: datetime | None, now: datetime) -> str:
    """Return how long something has waited: "20 min", "5 h", "3 days"."""
    waited = now - since if since is not None else timedelta()
    if waited < _HOUR:
        return gettext("%(num)s min", num=max(0, waited // _MINUTE))
    if waited < 2 * _DAY:
        return gettext("%(num)s h", num=waited // _HOUR)
    return ngettext("%(num)s day", "%(num)s days", waited // _DAY)


def is_late(since: datetime | None, now: datetime) -> bool:
    """Tell whether the promised time for a decision has passed."""
    return since is not None and now - since > timedelta(hours=moves.review_hours())


def _organisation(listing: Listing) -> str:
    if listing.organisation is not None:
        return listing.organisation.name
    return listing.organisation_name or gettext("Organisation not stated")


def _pill(
    listing: Listing, standing: Standing, reader: User, is_alone: bool, now: datetime
) -> tuple[str, str] | None:
    whose = _turn(standing, listing, reader, is_alone, now)
    if whose is not None:
        if whose.is_open:
            return gettext("objection, single") if whose.is_single else gettext("objection"), "navy"
        if whose.opens_at is not None:
            return gettext("objection, rests"), "muted"
        return gettext("objection, for others"), "muted"
    signal = weightiest(_facts(listing, standing, twins=0))
    return (gettext(signal.short), signal.tone.value) if signal is not None else None


def _turn(
    standing: Standing, listing: Listing, reader: User, is_alone: bool, now: datetime
) -> Turn | None:
    if standing.objected_at is None or listing.status is not Status.PENDING:
        return None
    return turn(
        objected_at=standing.objected_at,
        decided_by_id=listing.decided_by_id,
        moderator_id=reader.id,
        others_moderate=not is_alone,
        now=now,
    )


def _hindrance(whose: Turn | None) -> str:
    if whose is None or whose.is_open:
        return ""
    if whose.opens_at is None:
        return gettext("The poster objects to your own decision: another moderator decides.")
    zone = str(current_app.config["SITE_ZONE"])
    return gettext(
        "The poster objects to your own decision, and nobody else moderates. "
        "You can decide again from %(moment)s.",
        moment=filters.moment(whose.opens_at, zone),
    )


def _facts(listing: Listing, standing: Standing, twins: int) -> Case:
    organisation = listing.organisation
    stated = organisation.website if organisation is not None else ""
    return Case(
        poster_email=listing.notice_address,
        name=listing.organisation_name,
        is_member=standing.is_member,
        approved=standing.approved,
        refused=standing.refused,
        site=stated or listing.organisation_website,
        is_known=organisation is not None,
        is_verified=organisation is not None and organisation.verified_at is not None,
        title=listing.title,
        text=f"{listing.description} {listing.apply_instructions}",
        apply_url=listing.apply_url,
        apply_email=listing.apply_email,
        twins=twins,
    )


def _said(found: Sequence[Signal]) -> list[SignalLine]:
    return [
        SignalLine(
            "plain" if signal.tone is Tone.PLAIN else signal.tone.value,
            _filled(signal.sentence, dict(signal.values)),
        )
        for signal in found
    ]


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    words = gettext(sentence)
    return words % values if values else words


def _decisions(
    listing: Listing, whose: Turn | None, now: datetime, tried: tuple[Verb, DecisionForm] | None
) -> list[Decision]:
    if whose is not None and not whose.is_open:
        return []
    return [
        _decision(
            offer,
            url_for("moderation.decide", listing_id=listing.id, verb=offer.verb.value),
            listing.version,
            tried,
        )
        for offer in DECISIONS
        if may(offer.verb, listing.life, now)
    ]


def _decision(
    offer: Offer, action: str, version: int, tried: tuple[Verb, DecisionForm] | None
) -> Decision:
    is_open = tried is not None and tried[0] is offer.verb
    form = tried[1] if is_open and tried is not None else DecisionForm(formdata=None)
    form.version.data = str(version)
    form.set_apart(offer.verb)
    return Decision(
        offer=offer,
        action=action,
        form=form,
        has_reason=offer.verb in WITH_REASON,
        has_original=offer.verb is Verb.MARK_DUPLICATE,
        has_note=offer.verb not in (Verb.APPROVE, Verb.ACCEPT_REVISION),
        is_open=is_open,
    )


def _changed(change: content_words.Change) -> Changed:
    stretches = differences.compared(change.before, change.after)
    if change.is_long:
        stretches = differences.shortened(stretches)
    return Changed(
        label=change.label,
        before=tuple(differences.one_side(stretches, without=Kind.NEW)),
        after=tuple(differences.one_side(stretches, without=Kind.GONE)),
        is_long=change.is_long,
    )
