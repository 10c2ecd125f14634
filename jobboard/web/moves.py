"""What a poster can do with a listing: one table for the dashboard and a guest's own page.

Each move has a page with a button (a link in a mail leads there, and a GET changes nothing); the
POST acts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, TextAreaField, TimeField
from wtforms.validators import DataRequired, Length, Optional

from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import (
    LONGEST_LIFE,
    PUBLIC,
    CloseReason,
    EndRefused,
    Life,
    Status,
    Verb,
    end_of_day,
    may,
    shown_status,
)
from jobboard.domain.taxonomy import LABELS, DeadlineKind
from jobboard.markup.text import clean_block
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision
from jobboard.services import listings
from jobboard.services.listings import Actor, Deadline
from jobboard.tables import zones
from jobboard.web import filters, listing_stored, refusals
from jobboard.web.forms import BoardForm, options
from jobboard.web.listing_choices import ZONES, ZONES_WRITTEN
from jobboard.web.listing_fields import END_OF_DAY, sensible_day
from jobboard.web.listing_form import fresh_key
from jobboard.words import N_


class MoveForm(BoardForm):
    """A move that asks nothing."""

    def start_from(self, listing: Listing, now: datetime, life_days: int) -> None:
        """Show what the fields hold when the page is opened."""


class CopyForm(MoveForm):
    """A copy; the form sent twice makes one."""

    submission_key = HiddenField(default=fresh_key, validators=[Length(max=64)])

    def key(self) -> str:
        """Return the new draft's key."""
        return self.submission_key.data or fresh_key()


class EndForm(MoveForm):
    """A new end, for extend and renew."""

    deadline_kind = SelectField(
        _l("Deadline"),
        choices=options((value, _l(text)) for value, text in LABELS[DeadlineKind].items()),
    )
    deadline_date = DateField(_l("Last day to apply"), validators=[Optional(), sensible_day])
    deadline_time = TimeField(_l("Time"), validators=[Optional()], default=END_OF_DAY)
    deadline_zone = SelectField(_l("Time zone"), choices=ZONES, widget=ZONES_WRITTEN)

    def start_from(self, listing: Listing, now: datetime, life_days: int) -> None:
        """Propose the board's usual life more, in the listing's own kind and zone."""
        if listing.deadline_kind in LABELS[DeadlineKind]:
            self.deadline_kind.data = listing.deadline_kind.value
        if listing.deadline_zone in zones.zones():
            self.deadline_zone.data = listing.deadline_zone
        else:
            self.deadline_zone.data = "UTC"
        if listing.deadline_kind is DeadlineKind.DATE:
            last = max(now, listing.ends_at or now) + timedelta(days=life_days)
            proposed = min(last, now + LONGEST_LIFE - timedelta(days=1))
            self.deadline_date.data = proposed.astimezone(
                filters.zone_of(listing.deadline_zone)
            ).date()

    def deadline(self, listing: Listing) -> Deadline | None:
        """Return the end asked for, or None when nothing was chosen.

        Raises:
            EndRefused: a date was chosen as the kind, but no day given, though others were sent.
        """
        day = self.deadline_date.data
        kind = DeadlineKind(self.deadline_kind.data or listing.deadline_kind)
        zone = self.deadline_zone.data or listing.deadline_zone
        if kind is DeadlineKind.DATE and day is not None:
            at = self.deadline_time.data or END_OF_DAY
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the zone follows
            return Deadline(DeadlineKind.DATE, end_of_day(midnight, zone, at), zone)
        if kind is DeadlineKind.DATE:
            if self.deadline_date.raw_data:
                raise EndRefused(N_("Give the last day to apply."))
            return None
        return Deadline(kind)


class CloseForm(MoveForm):
    """Why a listing closes."""

    reason = SelectField(
        _l("Why it closes"),
        choices=options(
            (
                (CloseReason.FILLED.value, _l("The post is filled")),
                (CloseReason.CANCELLED.value, _l("The post is cancelled")),
            )
        ),
        default=CloseReason.FILLED.value,
    )


class NoteForm(MoveForm):
    """Words to the moderators."""

    note = TextAreaField(
        _l("Why the decision is wrong"),
        description=_l("The moderators read this. Say what they may have missed."),
        validators=[DataRequired(), Length(max=5000)],
    )


@dataclass(frozen=True)
class Move:
    """One thing a poster can do: its words and what it asks."""

    verb: Verb
    label: str
    explanation: str
    done: str
    form: type[MoveForm] = MoveForm
    is_danger: bool = False
    #: What it does to a listing that still waits for a moderator, where that is something else.
    explanation_in_review: str = ""

    def explained(self, status: Status) -> str:
        """Return what the move does to a listing of this status."""
        if status is Status.PENDING and self.explanation_in_review:
            return self.explanation_in_review
        return self.explanation


#: In the order in which pages offer them.
MOVES: Mapping[str, Move] = {
    move.verb.value: move
    for move in (
        Move(
            Verb.EXTEND,
            N_("Extend"),
            N_("The listing stays live until the new end."),
            N_("Extended."),
            EndForm,
        ),
        Move(
            Verb.RENEW,
            N_("Renew"),
            N_("The listing goes live again at the same address, with a new end."),
            N_("Renewed: the listing is live again."),
            EndForm,
        ),
        Move(
            Verb.REOPEN,
            N_("Reopen"),
            N_("The listing goes live again until the end it had."),
            N_("Reopened: the listing is live again."),
        ),
        Move(
            Verb.CLOSE,
            N_("Close"),
            N_("The listing leaves the board now. Its page stays and says that it is closed."),
            N_("Closed."),
            CloseForm,
        ),
        Move(
            Verb.OBJECT,
            N_("Object"),
            N_("Another moderator will look at the decision."),
            N_("Sent: another moderator will decide."),
            NoteForm,
        ),
        Move(
            Verb.COPY,
            N_("Copy"),
            N_("A new draft with the same text. The old listing stays as it is."),
            N_("Copied: this is the new draft."),
            CopyForm,
        ),
        Move(
            Verb.WITHDRAW_REVISION,
            N_("Take the new text back"),
            N_("The changed text leaves the moderators' queue. The live text stays as it is."),
            N_("Taken back. The live text stays."),
        ),
        Move(
            Verb.WITHDRAW,
            N_("Withdraw"),
            N_("The listing ends now, and nobody can apply any more."),
            N_("Withdrawn."),
            is_danger=True,
            explanation_in_review=N_(
                "The listing leaves the review and is a draft again: change it, and send it later."
            ),
        ),
        Move(
            Verb.DELETE,
            N_("Delete"),
            N_("The draft is deleted for good."),
            N_("Deleted."),
            is_danger=True,
        ),
    )
}


def open_moves(life: Life, now: datetime, *, has_revision: bool = False) -> list[Move]:
    """Return the moves that a listing allows at ``now``, in page order.

    Args:
        life: where the listing stands.
        now: the moment, aware UTC.
        has_revision: whether a changed text of it waits for a moderator.
    """
    return [
        move
        for move in MOVES.values()
        if may(move.verb, life, now) and (has_revision or move.verb is not Verb.WITHDRAW_REVISION)
    ]


def act(listing: Listing, move: Move, form: MoveForm, actor: Actor, now: datetime) -> None:
    """Do what the person asked, for every move but copy, which makes a new listing.

    Raises:
        RuleBroken: the listing does not allow it, or the new end makes no sense.
    """
    _ACTIONS[move.verb](listing, form, actor, now)


def _extend(listing: Listing, form: MoveForm, actor: Actor, now: datetime) -> None:
    assert isinstance(form, EndForm)  # noqa: S101 - the table above pairs them
    listings.extend(listing, form.deadline(listing), actor=actor, now=now, life_days=life_days())


def _renew(listing: Listing, form: MoveForm, actor: Actor, now: datetime) -> None:
    assert isinstance(form, EndForm)  # noqa: S101 - the table above pairs them
    listings.renew(listing, form.deadline(listing), actor=actor, now=now, life_days=life_days())


def _close(listing: Listing, form: MoveForm, actor: Actor, now: datetime) -> None:
    assert isinstance(form, CloseForm)  # noqa: S101 - the table above pairs them
    listings.close(listing, CloseReason(form.reason.data), actor=actor, now=now)


def _object(listing: Listing, form: MoveForm, actor: Actor, now: datetime) -> None:
    assert isinstance(form, NoteForm)  # noqa: S101 - the table above pairs them
    listings.object_to(listing, clean_block(form.note.data or ""), actor=actor, now=now)


def _reopen(listing: Listing, _form: MoveForm, actor: Actor, now: datetime) -> None:
    listings.reopen(listing, actor=actor, now=now)


def _withdraw(listing: Listing, _form: MoveForm, actor: Actor, now: datetime) -> None:
    listings.withdraw(listing, actor=actor, now=now)


def _withdraw_revision(listing: Listing, _form: MoveForm, actor: Actor, now: datetime) -> None:
    listings.withdraw_revision(listing, actor=actor, now=now)


def _delete(listing: Listing, _form: MoveForm, _actor: Actor, now: datetime) -> None:
    listings.delete(listing, now=now)


_ACTIONS: dict[Verb, Callable[[Listing, MoveForm, Actor, datetime], None]] = {
    Verb.EXTEND: _extend,
    Verb.RENEW: _renew,
    Verb.REOPEN: _reopen,
    Verb.CLOSE: _close,
    Verb.OBJECT: _object,
    Verb.WITHDRAW: _withdraw,
    Verb.WITHDRAW_REVISION: _withdraw_revision,
    Verb.DELETE: _delete,
}


def life_days() -> int:
    """Return the setting ``LISTING_LIFE_DAYS``."""
    return int(current_app.config["LISTING_LIFE_DAYS"])


def review_hours() -> int:
    """Return the setting ``REVIEW_HOURS``: the time in which a decision is promised."""
    return int(current_app.config["REVIEW_HOURS"])


def is_editable(life: Life, now: datetime) -> bool:
    """Tell whether the text may be changed at ``now``."""
    return may(Verb.EDIT, life, now)


def is_unsubmitted(listing: Listing) -> bool:
    """Tell whether the listing waits for its poster to hand it in."""
    return listing.status in (Status.DRAFT, Status.CHANGES_REQUESTED)


def is_done(listing: Listing, revision: Revision | None, content: Mapping[str, Any]) -> bool:
    """Tell whether an edit's text was handed in and stands as it was sent."""
    return not is_unsubmitted(listing) and listing_stored.is_stored(listing, revision, content)


def is_public(listing: Listing, now: datetime) -> bool:
    """Tell whether the listing is on the board, or approved for a later day."""
    return shown_status(listing.life, now) in PUBLIC


def is_open(move: Move, listing: Listing, now: datetime) -> bool:
    """Tell whether the listing's state allows the move at ``now``."""
    return may(move.verb, listing.life, now)


def too_late(listing: Listing, page_address: str, now: datetime) -> Response:
    """Answer somebody whose move the listing's state no longer allows: say so, and what is open.

    Such are mails read late and buttons pressed twice.
    """
    page = render_template(
        "errors/too_late.html",
        title=listing.title,
        language=listing.language,
        label=filters.life_label(listing.life, now),
        page_address=page_address,
        listing_home=page_address.removesuffix("show/"),
        moves=open_moves(listing.life, now),
    )
    return Response(page, 409)


def show_refusal(form: BoardForm, refusal: RuleBroken) -> None:
    """Show why a move was refused on its own page, at the field it is about."""
    sentence = refusals.said(refusal)
    if isinstance(refusal, EndRefused) and isinstance(form, EndForm):
        form.deadline_date.errors = [sentence]
    else:
        form.form_errors = [sentence]


def said_of_handing_in(listing: Listing) -> str:
    """Return what became of a listing that was handed in."""
    if listing.status is Status.PENDING:
        return gettext("Sent. A moderator will look at it; you will hear by e-mail.")
    if listing.status is Status.SCHEDULED:
        return gettext("Your listing will be on the board on the day you chose.")
    return gettext("Your listing is on the board.")


def said_of_edit(*, waits: bool) -> str:
    """Return what became of a changed text."""
    if waits:
        return gettext("Saved. The live text stays until a moderator has read the new one.")
    return gettext("Saved.")
