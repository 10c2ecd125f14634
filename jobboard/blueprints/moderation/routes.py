"""The queue, decisions, every listing and the log: moderators only."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.moderation import cases
from jobboard.blueprints.moderation.forms import WITH_REASON, DecisionForm
from jobboard.domain.errors import FieldsBroken, RuleBroken
from jobboard.domain.listing import Verb
from jobboard.markup.text import clean_line
from jobboard.models.event import Event
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision
from jobboard.queries import moderation as find
from jobboard.services import moderation
from jobboard.services.moderation import OriginalUnknown, Reason
from jobboard.web import access, history_words, listing_view, moves, paging, refusals

bp = Blueprint("moderation", __name__, url_prefix="/moderation")

_LONGEST_WORDS = 100
#: A second press on the same button within this time asks for nothing new.
_TWICE_WITHIN = timedelta(minutes=2)

#: Names of the groups of all listings and of the decisions in the log, for their menus.
GROUPS = (
    ("", _l("Everything")),
    ("waiting", _l("In review")),
    ("changes", _l("Needs changes")),
    ("public", _l("Live or scheduled")),
    ("ended", _l("Ended")),
    ("gone", _l("Refused, duplicate, taken down")),
)
LOGGED = (
    ("", _l("Every decision")),
    (Verb.APPROVE.value, _l("Approved")),
    (Verb.REQUEST_CHANGES.value, _l("Changes asked for")),
    (Verb.REFUSE.value, _l("Refused")),
    (Verb.MARK_DUPLICATE.value, _l("Marked as duplicate")),
    (Verb.REMOVE.value, _l("Taken down")),
    (Verb.ACCEPT_REVISION.value, _l("New text accepted")),
    (Verb.REFUSE_REVISION.value, _l("New text refused")),
)


@bp.get("/")
@access.moderators_only
def queue() -> str:
    """The listings in review, oldest first; on wide screens the first one is open beside them."""
    page = paging.number(request.args)
    waiting, total = find.queue(page)
    pages = paging.pages(page, total, find.PAGE)
    now, reader = clock.now(), access.signed_in()
    first = waiting[0] if waiting else None
    return _page(
        "moderation/queue.html",
        current_view="queue",
        lines=cases.queue_lines(waiting, reader=reader, now=now, current=first),
        case=cases.shown(first, reader=reader, now=now) if first is not None else None,
        pages=pages,
    )


@bp.get("/edits/")
@access.moderators_only
def edits() -> str:
    """Changed texts of live listings that wait, oldest first."""
    page = paging.number(request.args)
    waiting, total = find.revisions(page)
    return _page(
        "moderation/edits.html",
        current_view="edits",
        lines=cases.edit_lines(waiting, clock.now()),
        total=total,
        pages=paging.pages(page, total, find.PAGE),
    )


@bp.get("/listings/")
@access.moderators_only
def listings() -> str:
    """Every listing that was ever handed in, to be found and if need be taken down."""
    page = paging.number(request.args)
    words, group = _words(), request.args.get("group", "")
    if group and group not in find.GROUPS:
        abort(404)
    found, total = find.listings(words=words, group=group, page=page)
    return _page(
        "moderation/listings.html",
        current_view="listings",
        found=found,
        total=total,
        words=words,
        group=group,
        groups=GROUPS,
        pages=paging.pages(page, total, find.PAGE),
        now=clock.now(),
    )


@bp.get("/log/")
@access.moderators_only
def log() -> str:
    """Every decision, latest first."""
    page = paging.number(request.args)
    words, verb = _words(), request.args.get("verb", "")
    if verb and verb not in find.LOGGED:
        abort(404)
    decisions, total = find.log(words=words, verb=verb, page=page)
    now = clock.now()
    return _page(
        "moderation/log.html",
        current_view="log",
        decisions=list(
            zip(decisions, history_words.lines(decisions, now, has_names=True), strict=True)
        ),
        total=total,
        words=words,
        verb=verb,
        verbs=LOGGED,
        pages=paging.pages(page, total, find.PAGE),
    )


@bp.get("/<int:listing_id>/")
@access.moderators_only
def show(listing_id: int) -> AnyResponse:
    """One case: the listing, why it is here, its history, the decisions."""
    return _case_page(_case_or_404(listing_id))


@bp.post("/<int:listing_id>/<verb>/")
@access.moderators_only
def decide(listing_id: int, verb: str) -> AnyResponse:
    """Take a decision; two moderators cannot both take one."""
    if verb not in _DECIDE:
        abort(404)
    decision = Verb(verb)
    listing = _case_or_404(listing_id)
    following = find.next_waiting(listing) if listing.submitted_at else None
    form = DecisionForm()
    if not form.validate() or not _has_reason(form, decision):
        return _case_page(listing, 400, tried=(decision, form))
    try:
        _DECIDE[decision](listing, form)
    except FieldsBroken as refusal:
        form.take(refusals.said_of_fields(refusal))
        return _case_page(_case_or_404(listing_id), 400, tried=(decision, form))
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        listing = _case_or_404(listing_id)
        if not _is_pressed_twice(listing, decision):
            return _case_page(listing, 409, tried=(decision, form))
    flash(gettext(_DONE[decision]), "ok")
    if following is not None:
        return redirect(url_for("moderation.show", listing_id=following.id), 303)
    return redirect(url_for("moderation.queue"), 303)


@bp.get("/edits/<int:revision_id>/")
@access.moderators_only
def show_edit(revision_id: int) -> AnyResponse:
    """A changed text beside the live one."""
    return _edit_page(_revision_or_404(revision_id))


@bp.post("/edits/<int:revision_id>/<verb>/")
@access.moderators_only
def decide_edit(revision_id: int, verb: str) -> AnyResponse:
    """Accept or refuse a changed text."""
    if verb not in (Verb.ACCEPT_REVISION, Verb.REFUSE_REVISION):
        abort(404)
    decision = Verb(verb)
    revision = _revision_or_404(revision_id)
    following = find.next_revision(revision)
    form = DecisionForm()
    if not form.validate():
        return _edit_page(revision, 400, tried=(decision, form))
    by, now, version = access.signed_in(), clock.now(), form.version_read()
    try:
        if decision is Verb.ACCEPT_REVISION:
            moderation.accept_revision(
                revision, by=by, version=version, now=now, life_days=moves.life_days()
            )
        else:
            moderation.refuse_revision(revision, form.words(), by=by, version=version, now=now)
    except FieldsBroken as refusal:
        form.take(refusals.said_of_fields(refusal))
        return _edit_page(_revision_or_404(revision_id), 400, tried=(decision, form))
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        revision = _revision_or_404(revision_id)
        if not _is_pressed_twice(revision.listing, decision):
            return _edit_page(revision, 409, tried=(decision, form))
    flash(gettext(_DONE[decision]), "ok")
    if following is not None:
        return redirect(url_for("moderation.show_edit", revision_id=following.id), 303)
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
    original = None
    if form.original.data:
        number = form.original_id()
        original = find.listing(number) if number is not None else None
        if original is None:
            raise OriginalUnknown
    moderation.mark_duplicate(
        listing,
        form.words(),
        original=original,
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


def _words() -> str:
    return clean_line(request.args.get("q", ""))[:_LONGEST_WORDS]


def _has_reason(form: DecisionForm, verb: Verb) -> bool:
    if verb in WITH_REASON and not form.reason.data:
        form.reason.errors = [gettext("Choose a reason.")]
        return False
    return True


def _is_pressed_twice(listing: Listing, verb: Verb) -> bool:
    """Tell whether this moderator took this very decision a moment ago: a double click."""
    last = _last_event(listing)
    return (
        last is not None
        and last.verb is verb
        and last.by_id == access.signed_in().id
        and clock.now() - last.at < _TWICE_WITHIN
    )


def _last_event(listing: Listing) -> Event | None:
    return next(iter(find.history_of(listing)), None)


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


def _case_page(
    listing: Listing, status: int = 200, *, tried: tuple[Verb, DecisionForm] | None = None
) -> AnyResponse:
    now, reader = clock.now(), access.signed_in()
    waiting, _total = find.queue(find.page_of(listing))
    page = _page(
        "moderation/show.html",
        current_view="queue",
        lines=cases.queue_lines(waiting, reader=reader, now=now, current=listing),
        case=cases.shown(listing, reader=reader, now=now, tried=tried),
        tried=tried[1] if tried else None,
        meanwhile=_meanwhile(listing, status),
    )
    return Response(page, status)


def _edit_page(
    revision: Revision, status: int = 200, *, tried: tuple[Verb, DecisionForm] | None = None
) -> AnyResponse:
    now = clock.now()
    listing = revision.listing
    waiting, _total = find.revisions(1)
    following = find.next_revision(revision)
    page = _page(
        "moderation/show_edit.html",
        current_view="edits",
        lines=cases.edit_lines(waiting, now, current=revision),
        revision=revision,
        listing=listing,
        view=listing_view.view(listing, now),
        age=cases.age(revision.created_at, now),
        changes=cases.changes(revision),
        decisions=cases.edit_decisions(revision, tried),
        signals=cases.poster_signals(listing),
        history_lines=history_words.lines(find.history_of(listing), now, has_names=True),
        next_url=url_for("moderation.show_edit", revision_id=following.id) if following else "",
        tried=tried[1] if tried else None,
        meanwhile=_meanwhile(listing, status),
    )
    return Response(page, status)


def _meanwhile(listing: Listing, status: int) -> str:
    """Return what happened last, when a decision came too late: who did what."""
    last = _last_event(listing) if status == 409 else None
    return history_words.sentence(last, has_names=True) if last is not None else ""


def _page(template: str, **values: object) -> str:
    in_review, changed = find.counts()
    return render_template(
        template,
        in_review=in_review,
        changed_texts=changed,
        review_hours=moves.review_hours(),
        **values,
    )
