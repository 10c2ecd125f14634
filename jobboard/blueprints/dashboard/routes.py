"""A poster's listings and what can be done with them."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.dashboard import rows
from jobboard.domain import address
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import Status, Verb
from jobboard.markup.text import clean_line
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.user import User
from jobboard.queries import dashboard as find
from jobboard.services import listings, posting
from jobboard.services.listings import Actor
from jobboard.tables import site_texts
from jobboard.web import (
    access,
    beside,
    comparison,
    errors,
    history_words,
    listing_form,
    listing_stored,
    listing_view,
    moves,
    paging,
    refusals,
)
from jobboard.web.listing_form import ListingForm

bp = Blueprint("dashboard", __name__, url_prefix="/job-dashboard")

_LONGEST_WORDS = 100


@bp.url_value_preprocessor
def take_long_texts(_endpoint: str | None, _values: object) -> None:
    """Let a text that is far too long come in, so that the page can say so and keep it."""
    listing_form.take_long_texts()


@bp.get("/")
@access.members_only
def index() -> str:
    """Every listing of mine and of the organisations I act for."""
    user = access.signed_in()
    now = clock.now()
    view = request.args.get("view", "all")
    if view not in find.VIEWS:
        abort(404)
    words = clean_line(request.args.get("q", ""))[:_LONGEST_WORDS]
    page = paging.number(request.args)
    found = find.mine(user, view=view, words=words, page=page, now=now)
    return render_template(
        "dashboard/index.html",
        rows=[rows.row(listing, user, found.waiting_revisions, now) for listing in found.listings],
        total=found.total,
        view=view,
        words=words,
        pages=paging.pages(page, found.total, find.PAGE),
        counts=find.counts(user, now),
        organisations=find.organisations_of(user),
    )


@bp.get("/<int:listing_id>/show/")
@access.members_only
def show(listing_id: int) -> str:
    """One listing as its poster sees it: preview, state, history, moves."""
    listing = _mine_or_404(listing_id)
    now = clock.now()
    revision = find.waiting_revision(listing)
    waiting = frozenset({listing.id} if revision is not None else ())
    return render_template(
        "dashboard/show.html",
        listing=listing,
        row=rows.row(listing, access.signed_in(), waiting, now),
        view=listing_view.view(listing, now),
        moves=moves.open_moves(listing.life, now, has_revision=revision is not None),
        is_editable=moves.is_editable(listing.life, now),
        revision=revision,
        changes=listing_stored.waiting_changes(listing, revision),
        history=history_words.lines(find.history_of(listing), now),
        review_hours=moves.review_hours(),
        now=now,
    )


@bp.route("/<int:listing_id>/edit/", methods=["GET", "POST"])
@access.members_only
def edit(listing_id: int) -> AnyResponse:
    """Change the text; for what was not handed in yet, hand it in or save it."""
    listing = _mine_or_404(listing_id)
    now = clock.now()
    if not moves.is_editable(listing.life, now):
        return moves.too_late(listing, address.dashboard(listing_id), now)
    revision = find.waiting_revision(listing)
    form = ListingForm()
    form.know(listing, revision)
    if request.method != "POST":
        form.fill(listing, revision)
        if request.args.get("check"):
            form.take(form.faults(now) | _terms_faults(form, listing))
        return _edit_page(form, listing)
    action = request.form.get("action", "submit")
    if action == "edit":
        return _edit_page(form, listing)
    if not _is_fit(form, listing, action):
        return _edit_page(form, listing, status=400)
    if action == "preview":
        return _preview_page(form, listing)
    is_overtaken = listing_stored.is_overtaken(form.version.data, listing, revision)
    if is_overtaken and not moves.is_done(listing, revision, form.content()):
        form.form_errors = [listing_form.changed_meanwhile()]
        return _edit_page(form, listing, status=409)
    try:
        # Overtaken by itself, by a double click: what the button promised has happened.
        said = (
            moves.said_of_edit(waits=revision is not None)
            if is_overtaken
            else _save(form, listing, action)
        )
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _edit_page(form, _mine_or_404(listing_id), status=409)
    flash(said, "ok")
    is_saved_only = action == "save" and moves.is_unsubmitted(listing)
    return redirect(address.dashboard(listing_id, "edit" if is_saved_only else "show"), 303)


@bp.post("/<int:listing_id>/autosave/")
@access.members_only
def autosave(listing_id: int) -> Response:
    """Keep a draft quietly, while its poster or a colleague writes."""
    listing = _mine_or_404(listing_id)
    form = ListingForm()
    form.know(listing)
    # What is not valid yet is left out; the rest is kept.
    form.validate()
    typed = form.version.data or ""
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 10
    try:
        posting.autosave(
            listing,
            form.content(),
            now=clock.now(),
            publish_from=form.publish_from(),
            version=int(typed) if is_number else None,
        )
    except RuleBroken as refusal:
        return jsonify(why=refusals.said(refusal))
    return jsonify(saved=gettext("Draft saved"), version=str(listing.version))


@bp.route("/<int:listing_id>/submit/", methods=["GET", "POST"])
@access.members_only
def submit(listing_id: int) -> AnyResponse:
    """Hand in a draft as it stands."""
    listing = _mine_or_404(listing_id)
    if request.method != "POST" or not moves.is_unsubmitted(listing):
        return redirect(address.dashboard(listing_id), 303)
    form = ListingForm(formdata=None)
    form.fill(listing)
    if _terms_faults(form, listing):
        flash(gettext("Accept the terms of use to hand it in."), "error")
        return redirect(f"{address.dashboard(listing_id, 'edit')}?check=1", 303)
    try:
        said = _save(form, listing, "submit")
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(f"{address.dashboard(listing_id, 'edit')}?check=1", 303)
    flash(said, "ok")
    return redirect(address.dashboard(listing_id), 303)


@bp.route("/<int:listing_id>/<verb>/", methods=["GET", "POST"])
@access.members_only
def act(listing_id: int, verb: str) -> str | AnyResponse:
    """One move: a page with a button, and what the button does."""
    listing = _mine_or_404(listing_id)
    move = moves.MOVES.get(verb)
    if move is None:
        abort(404)
    now = clock.now()
    if not moves.is_open(move, listing, now):
        return moves.too_late(listing, address.dashboard(listing_id), now)
    form = move.form()
    if request.method != "POST":
        form.start_from(listing, now, moves.life_days())
    elif form.validate():
        try:
            if isinstance(form, moves.CopyForm):
                return _copy(listing, form)
            moves.act(listing, move, form, _actor(listing), now)
        except RuleBroken as refusal:
            moves.show_refusal(form, refusal)
            listing = _mine_or_404(listing_id)
        else:
            flash(gettext(move.done), "ok")
            is_gone = move.verb is Verb.DELETE
            return redirect(address.dashboard(None if is_gone else listing_id), 303)
    page = render_template("dashboard/act.html", listing=listing, move=move, form=form, now=now)
    return Response(page, 200 if request.method != "POST" else 400)


@bp.errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> AnyResponse:
    """A form whose cookie has gone: what was typed comes back, with a fresh token."""
    user = access.person()
    if request.endpoint != "dashboard.edit" or user is None:
        return errors.answer(403)
    listing = find.one_of_mine(user, int((request.view_args or {})["listing_id"]))
    if listing is None:
        return errors.answer(404)
    form = ListingForm()
    form.form_errors = [listing_form.stale()]
    return _edit_page(form, listing, status=403)


def _is_fit(form: ListingForm, listing: Listing, action: str) -> bool:
    """Check the fields, and the rules too unless a draft is only saved."""
    is_valid = form.validate()
    if action == "save" and moves.is_unsubmitted(listing):
        return is_valid
    faults = form.faults(clock.now())
    if action != "preview":
        faults |= _terms_faults(form, listing)
    return form.take(faults) and is_valid


def _terms_faults(form: ListingForm, listing: Listing) -> dict[str, str]:
    return form.terms_faults(access.signed_in()) if moves.is_unsubmitted(listing) else {}


def _save(form: ListingForm, listing: Listing, action: str) -> str:
    """Do what the pressed button says and return the sentence that tells it."""
    now = clock.now()
    if moves.is_unsubmitted(listing) and action != "save":
        posting.resubmit(
            listing,
            form.content(),
            by=access.signed_in(),
            actor=_actor(listing).kind,
            now=now,
            life_days=moves.life_days(),
            publish_from=form.publish_from(),
            terms_version=site_texts.version("terms"),
        )
        return moves.said_of_handing_in(listing)
    revision = listings.edit(
        listing,
        form.content(),
        actor=_actor(listing),
        now=now,
        life_days=moves.life_days(),
        publish_from=form.publish_from(),
    )
    if listing.status is Status.DRAFT:
        return gettext("Draft saved. It waits for you here.")
    return moves.said_of_edit(waits=revision is not None)


def _copy(listing: Listing, form: moves.CopyForm) -> AnyResponse:
    twin, _link = listings.copy(
        listing,
        actor=_actor(listing),
        now=clock.now(),
        secret=current_app.config["SECRET_KEY"],
        submission_key=form.key(),
    )
    flash(gettext(moves.MOVES[Verb.COPY].done), "ok")
    return redirect(address.dashboard(twin.id, "edit"), 303)


def _mine_or_404(listing_id: int) -> Listing:
    listing = find.one_of_mine(access.signed_in(), listing_id)
    if listing is None:
        abort(404)
    return listing


def _actor(listing: Listing) -> Actor:
    user: User = access.signed_in()
    kind = ActorKind.POSTER if listing.poster_id == user.id else ActorKind.COLLEAGUE
    return Actor(kind, user)


def _edit_page(form: ListingForm, listing: Listing, status: int = 200) -> AnyResponse:
    now = clock.now()
    user = access.signed_in()
    revision = find.waiting_revision(listing)
    stored = listing_stored.stored_content(listing, revision)
    if status == 409:
        form.version.data = listing_stored.version_of(listing, revision)
    page = render_template(
        "dashboard/edit.html",
        form=form,
        listing=listing,
        user=user,
        is_unsubmitted=moves.is_unsubmitted(listing),
        is_public=moves.is_public(listing, now),
        beside=beside.beside(form.content(), now, moves.life_days()),
        changes=comparison.compared(stored, stored | form.content()) if status == 409 else [],
        note=find.last_note(listing),
        revision=revision,
        needs_terms=moves.is_unsubmitted(listing) and listing_form.needs_terms(user),
        lists=form.choices(),
        now=now,
    )
    return Response(page, status)


def _preview_page(form: ListingForm, listing: Listing) -> AnyResponse:
    now = clock.now()
    page = render_template(
        "dashboard/preview.html",
        listing=listing,
        kept=listing_form.kept_fields(),
        view=listing_view.preview(form.content(), now),
        beside=beside.beside(form.content(), now, moves.life_days()),
        is_unsubmitted=moves.is_unsubmitted(listing),
        user=access.signed_in(),
        now=now,
    )
    return Response(page)
