"""A poster's listings and what can be done with them."""

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.domain import address
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import Status, Verb
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.user import User
from jobboard.queries import dashboard as find
from jobboard.services import listings, posting
from jobboard.services.listings import Actor
from jobboard.web import access, listing_view, moves, paging, refusals
from jobboard.web.listing_form import ListingForm

bp = Blueprint("dashboard", __name__, url_prefix="/job-dashboard")

_LONGEST_WORDS = 100


@bp.get("/")
@access.members_only
def index() -> str:
    """Every listing of mine and of the organisations I act for."""
    user = access.signed_in()
    now = clock.now()
    view = request.args.get("view", "all")
    if view not in find.VIEWS:
        abort(404)
    words = request.args.get("q", "").strip()[:_LONGEST_WORDS]
    page = paging.number(request.args)
    found = find.mine(user, view=view, words=words, page=page, now=now)
    return render_template(
        "dashboard/index.html",
        found=found,
        view=view,
        words=words,
        pages=paging.pages(page, found.total, find.PAGE),
        counts=find.counts(user, now),
        organisations=find.organisations_of(user),
        user=user,
        now=now,
        moves_of=lambda listing: moves.open_moves(listing.life, now),
        is_editable=lambda listing: moves.is_editable(listing.life, now),
    )


@bp.get("/<int:listing_id>/show/")
@access.members_only
def show(listing_id: int) -> str:
    """One listing as its poster sees it: preview, state, history, moves."""
    listing = _mine_or_404(listing_id)
    now = clock.now()
    return render_template(
        "dashboard/show.html",
        listing=listing,
        view=listing_view.view(listing, now),
        moves=moves.open_moves(listing.life, now),
        is_editable=moves.is_editable(listing.life, now),
        is_unsubmitted=moves.is_unsubmitted(listing),
        revision=find.waiting_revision(listing),
        history=find.history_of(listing),
        now=now,
    )


@bp.route("/<int:listing_id>/edit/", methods=["GET", "POST"])
@access.members_only
def edit(listing_id: int) -> str | AnyResponse:
    """Change the text; for what was not handed in yet, hand it in or save it."""
    listing = _mine_or_404(listing_id)
    now = clock.now()
    if not moves.is_editable(listing.life, now):
        abort(404)
    form = ListingForm()
    if request.method == "GET":
        form.fill(listing)
        return _edit_page(form, listing)
    action = request.form.get("action", "submit")
    is_valid = form.validate()
    must_be_complete = action != "save" or not moves.is_unsubmitted(listing)
    if not (form.take(form.faults(now)) if must_be_complete else True) or not is_valid:
        return _edit_page(form, listing, status=400)
    if action == "preview":
        return _preview_page(form, listing)
    if form.version.data and form.version.data != str(listing.version):
        form.form_errors = [
            gettext("A colleague changed this listing meanwhile. Your text is below; compare.")
        ]
        form.version.data = str(listing.version)
        return _edit_page(form, listing, status=409)
    try:
        said = _save(form, listing, action)
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _edit_page(form, _mine_or_404(listing_id), status=409)
    flash(said, "ok")
    return redirect(address.dashboard(listing_id), 303)


@bp.route("/<int:listing_id>/submit/", methods=["GET", "POST"])
@access.members_only
def submit(listing_id: int) -> str | AnyResponse:
    """Hand in a draft as it stands."""
    listing = _mine_or_404(listing_id)
    if request.method == "GET":
        return redirect(address.dashboard(listing_id))
    form = ListingForm(formdata=None)
    form.fill(listing)
    try:
        posting.resubmit(
            listing,
            form.content(),
            by=access.signed_in(),
            actor=_actor(listing).kind,
            now=clock.now(),
            life_days=moves.life_days(),
        )
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(address.dashboard(listing_id, "edit"))
    flash(_said_of_handing_in(listing), "ok")
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
    form = move.form()
    if request.method == "GET" or not form.validate():
        if isinstance(form, moves.EndForm) and request.method == "GET":
            form.start_from(listing)
        return render_template("dashboard/act.html", listing=listing, move=move, form=form, now=now)
    try:
        if move.verb is Verb.COPY:
            return _copy(listing)
        moves.act(listing, move, form, _actor(listing), now)
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(address.dashboard(listing_id))
    flash(gettext(move.done), "ok")
    return redirect(
        address.dashboard() if move.verb is Verb.DELETE else address.dashboard(listing_id), 303
    )


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
        )
        return _said_of_handing_in(listing)
    revision = listings.edit(listing, form.content(), actor=_actor(listing), now=now)
    if revision is not None:
        return gettext("Saved. The live text stays until a moderator has read the new one.")
    return gettext("Saved.")


def _said_of_handing_in(listing: Listing) -> str:
    if listing.status is Status.PENDING:
        return gettext("Sent. A moderator will look at it; you will hear by e-mail.")
    return gettext("Your listing is on the board.")


def _copy(listing: Listing) -> AnyResponse:
    twin, _link = listings.copy(
        listing,
        actor=_actor(listing),
        now=clock.now(),
        secret=current_app.config["SECRET_KEY"],
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
    page = render_template(
        "dashboard/edit.html",
        form=form,
        listing=listing,
        is_unsubmitted=moves.is_unsubmitted(listing),
        now=clock.now(),
    )
    return Response(page, status)


def _preview_page(form: ListingForm, listing: Listing) -> str:
    now = clock.now()
    return render_template(
        "dashboard/preview.html",
        form=form,
        listing=listing,
        view=listing_view.preview(form.content(), now),
        now=now,
    )
