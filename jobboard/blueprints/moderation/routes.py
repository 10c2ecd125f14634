"""The queue, decisions and the log: moderators only."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from jobboard import clock, content
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import Status, Verb, may
from jobboard.markup.text import clean_block
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision, RevisionStatus
from jobboard.queries import moderation as find
from jobboard.services import moderation
from jobboard.services.moderation import REASON_LABELS, Reason
from jobboard.web import access, listing_view, moves, paging, refusals
from jobboard.web.forms import BoardForm

bp = Blueprint("moderation", __name__, url_prefix="/moderation")

#: Decisions on a listing in review, then on one that is or was public.
DECISIONS = (
    Verb.APPROVE,
    Verb.REQUEST_CHANGES,
    Verb.REFUSE,
    Verb.MARK_DUPLICATE,
    Verb.REMOVE,
)


class DecisionForm(BoardForm):
    """The words that go with a decision."""

    version = HiddenField()
    reason = SelectField(
        _l("Reason"),
        choices=[("", _l("Choose")), *((value, _l(text)) for value, text in REASON_LABELS.items())],
        default="",
    )
    note = TextAreaField(
        _l("Words to the poster"),
        description=_l("The poster reads this in a mail and in the history."),
        validators=[Length(max=5000)],
    )

    def words(self) -> str:
        """Return the note without what cannot be seen."""
        return clean_block(self.note.data or "").strip()

    def version_read(self) -> int | None:
        """Return the version that the page showed."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@bp.get("/")
@access.moderators_only
def queue() -> str:
    """The listings in review, oldest first."""
    page = paging.number(request.args)
    waiting, total = find.queue(page)
    return render_template(
        "moderation/queue.html",
        waiting=waiting,
        total=total,
        edits=find.revisions(1)[1],
        pages=paging.pages(page, total, find.PAGE),
        now=clock.now(),
        review_hours=moves.review_hours(),
    )


@bp.get("/edits/")
@access.moderators_only
def edits() -> str:
    """Changed texts of live listings that wait, oldest first."""
    page = paging.number(request.args)
    waiting, total = find.revisions(page)
    return render_template(
        "moderation/edits.html",
        waiting=waiting,
        total=total,
        in_review=find.queue(1)[1],
        pages=paging.pages(page, total, find.PAGE),
        now=clock.now(),
    )


@bp.get("/log/")
@access.moderators_only
def log() -> str:
    """Every decision, latest first."""
    page = paging.number(request.args)
    decisions, total = find.log(page)
    return render_template(
        "moderation/log.html",
        decisions=decisions,
        total=total,
        pages=paging.pages(page, total, find.PAGE),
        reasons=REASON_LABELS,
        now=clock.now(),
    )


@bp.get("/<int:listing_id>/")
@access.moderators_only
def show(listing_id: int) -> str | AnyResponse:
    """One case: the listing, its history, what its poster did before, the decisions."""
    return _case_page(_case_or_404(listing_id), DecisionForm(formdata=None))


@bp.post("/<int:listing_id>/<verb>/")
@access.moderators_only
def decide(listing_id: int, verb: str) -> AnyResponse:
    """Take a decision; two moderators cannot both take one."""
    decision = _DECIDE.get(verb)
    if decision is None:
        abort(404)
    listing = _case_or_404(listing_id)
    following = find.next_waiting(listing) if listing.submitted_at else None
    form = DecisionForm()
    if not form.validate() or not _has_reason(form, verb):
        return _case_page(listing, form, status=400)
    try:
        decision(listing, form)
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _case_page(_case_or_404(listing_id), form, status=409)
    flash(gettext(_DONE[verb]), "ok")
    if following is not None:
        return redirect(url_for("moderation.show", listing_id=following.id), 303)
    return redirect(url_for("moderation.queue"), 303)


@bp.get("/edits/<int:revision_id>/")
@access.moderators_only
def show_edit(revision_id: int) -> str | AnyResponse:
    """A changed text beside the live one."""
    return _edit_page(_revision_or_404(revision_id), DecisionForm(formdata=None))


@bp.post("/edits/<int:revision_id>/<verb>/")
@access.moderators_only
def decide_edit(revision_id: int, verb: str) -> AnyResponse:
    """Accept or refuse a changed text."""
    if verb not in (Verb.ACCEPT_REVISION, Verb.REFUSE_REVISION):
        abort(404)
    revision = _revision_or_404(revision_id)
    form = DecisionForm()
    if not form.validate():
        return _edit_page(revision, form, status=400)
    by, now, version = access.signed_in(), clock.now(), form.version_read()
    try:
        if verb == Verb.ACCEPT_REVISION:
            moderation.accept_revision(revision, by=by, version=version, now=now)
        else:
            moderation.refuse_revision(revision, form.words(), by=by, version=version, now=now)
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _edit_page(_revision_or_404(revision_id), form, status=409)
    flash(gettext(_DONE[verb]), "ok")
    return redirect(url_for("moderation.edits"), 303)


def _approve(listing: Listing, form: DecisionForm) -> None:
    moderation.approve(
        listing,
        by=access.signed_in(),
        version=form.version_read(),
        now=clock.now(),
        life_days=moves.life_days(),
    )


def _request_changes(listing: Listing, form: DecisionForm) -> None:
    moderation.request_changes(
        listing,
        form.words(),
        by=access.signed_in(),
        version=form.version_read(),
        now=clock.now(),
    )


def _refuse(listing: Listing, form: DecisionForm) -> None:
    moderation.refuse(
        listing,
        Reason(form.reason.data),
        form.words(),
        by=access.signed_in(),
        version=form.version_read(),
        now=clock.now(),
    )


def _mark_duplicate(listing: Listing, form: DecisionForm) -> None:
    moderation.mark_duplicate(
        listing,
        form.words(),
        by=access.signed_in(),
        version=form.version_read(),
        now=clock.now(),
    )


def _remove(listing: Listing, form: DecisionForm) -> None:
    moderation.remove(
        listing,
        Reason(form.reason.data),
        form.words(),
        by=access.signed_in(),
        version=form.version_read(),
        now=clock.now(),
    )


_DECIDE: dict[str, Callable[[Listing, DecisionForm], None]] = {
    Verb.APPROVE: _approve,
    Verb.REQUEST_CHANGES: _request_changes,
    Verb.REFUSE: _refuse,
    Verb.MARK_DUPLICATE: _mark_duplicate,
    Verb.REMOVE: _remove,
}

_DONE: dict[str, str] = {
    Verb.APPROVE: _l("Approved. The poster is told by e-mail."),
    Verb.REQUEST_CHANGES: _l("Sent back to the poster with your words."),
    Verb.REFUSE: _l("Refused. The poster is told why."),
    Verb.MARK_DUPLICATE: _l("Marked as a duplicate. The poster is told."),
    Verb.REMOVE: _l("Taken down. The poster is told why."),
    Verb.ACCEPT_REVISION: _l("Accepted: the new text is live."),
    Verb.REFUSE_REVISION: _l("Refused: the live text stays. The poster is told why."),
}


def _has_reason(form: DecisionForm, verb: str) -> bool:
    if verb in (Verb.REFUSE, Verb.REMOVE) and not form.reason.data:
        form.reason.errors = [gettext("Choose a reason.")]
        return False
    return True


def _case_or_404(listing_id: int) -> Listing:
    listing = find.listing(listing_id)
    if listing is None:
        abort(404)
    return listing


def _revision_or_404(revision_id: int) -> Revision:
    revision = find.revision(revision_id)
    if revision is None:
        abort(404)
    return revision


def _case_page(listing: Listing, form: DecisionForm, status: int = 200) -> AnyResponse:
    now = clock.now()
    waiting, total = find.queue(1)
    form.version.data = str(listing.version)
    page = render_template(
        "moderation/show.html",
        listing=listing,
        view=listing_view.view(listing, now),
        form=form,
        decisions=[verb for verb in DECISIONS if may(verb, listing.life, now)],
        history=find.history_of(listing),
        standing=find.standing(listing),
        reasons=REASON_LABELS,
        waiting=waiting,
        total=total,
        following=find.next_waiting(listing) if listing.status is Status.PENDING else None,
        now=now,
    )
    return Response(page, status)


def _edit_page(revision: Revision, form: DecisionForm, status: int = 200) -> AnyResponse:
    now = clock.now()
    form.version.data = str(revision.version)
    proposed = content.from_json(revision.content)
    page = render_template(
        "moderation/show_edit.html",
        revision=revision,
        listing=revision.listing,
        live=listing_view.view(revision.listing, now),
        proposed=listing_view.preview(proposed, now),
        changed=content.changed(revision.listing, proposed),
        is_waiting=revision.status is RevisionStatus.WAITING,
        form=form,
        now=now,
    )
    return Response(page, status)
