"""Writing a listing, and a guest's management page."""

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
    session,
    url_for,
)
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock, links
from jobboard.domain import address, token
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import Status, Verb
from jobboard.markup.markdown import to_html
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.user import User
from jobboard.queries import dashboard as find
from jobboard.services import listings, posting
from jobboard.services.listings import Actor
from jobboard.services.posting import Envelope
from jobboard.tables import site_texts
from jobboard.web import access, limits, listing_view, moves, refusals
from jobboard.web.listing_form import ListingForm, fresh_key

bp = Blueprint("posting", __name__, url_prefix="/post-a-job")

GUEST = Actor(ActorKind.GUEST)


@bp.route("/", methods=["GET", "POST"])
def write_listing() -> str | AnyResponse:
    """The form: submit, preview or, with an account, save what is there so far."""
    user = access.person()
    form = ListingForm()
    if request.method == "GET":
        form.submission_key.data = fresh_key()
        form.deadline_zone.data = str(current_app.config["SITE_ZONE"])
        return _form_page(form, user)
    if not form.submission_key.data:
        form.submission_key.data = fresh_key()
    action = request.form.get("action", "submit")
    if action == "edit":
        return _form_page(form, user)
    if action == "save" and user is not None:
        return _save(form, user)
    if not _is_complete(form, user):
        return _form_page(form, user, status=400)
    if action == "preview":
        return _preview_page(form)
    limits.check("post", limits.visitor())
    try:
        return _submit(form, user)
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _form_page(form, user, status=409)


@bp.post("/autosave/")
@access.members_only
def autosave() -> Response:
    """Keep a signed-in person's draft quietly, while they write."""
    form = ListingForm()
    if not form.submission_key.data or not form.validate():
        return jsonify(saved=False)
    try:
        posting.save_draft(
            form.content(),
            by=access.signed_in(),
            submission_key=form.submission_key.data,
            now=clock.now(),
        )
    except RuleBroken as refusal:
        return jsonify(saved=False, why=refusals.said(refusal))
    return jsonify(saved=True)


@bp.post("/description-preview/")
def preview_description() -> str:
    """Show how the description will look, for the preview beside the box."""
    return to_html(request.form.get("description", "")[:50_000])


@bp.get("/sent/")
def sent() -> str | AnyResponse:
    """Tell a guest to look for the mail with the button."""
    to = session.get("posted_to")
    if not to:
        return redirect(url_for("posting.write_listing"))
    return render_template("posting/sent.html", to=to, title=session.get("posted_title", ""))


@bp.get("/<token_text>/")
def manage(token_text: str) -> str:
    """A guest's own page for one listing: preview, state, history, and what can be done."""
    listing = _listing_of(token_text)
    now = clock.now()
    return render_template(
        "posting/manage.html",
        listing=listing,
        token=token_text,
        view=listing_view.view(listing, now),
        moves=moves.open_moves(listing.life, now),
        is_editable=moves.is_editable(listing.life, now),
        needs_confirmation=listing.status is Status.DRAFT,
        needs_changes=listing.status is Status.CHANGES_REQUESTED,
        revision=find.waiting_revision(listing),
        history=find.history_of(listing),
        now=now,
    )


@bp.post("/<token_text>/confirm/")
def confirm(token_text: str) -> AnyResponse:
    """The button of the mailed link: the address is the guest's, so the listing is handed in."""
    listing = _listing_of(token_text)
    if listing.status is not Status.DRAFT:
        # A second click: what the button promised has happened.
        return redirect(address.manage(token_text))
    try:
        posting.confirm(listing, now=clock.now())
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(f"{address.manage(token_text)}edit/")
    flash(gettext("Confirmed. A moderator will look at it now; you will hear by e-mail."), "ok")
    return redirect(address.manage(token_text))


@bp.route("/<token_text>/edit/", methods=["GET", "POST"])
def edit(token_text: str) -> str | AnyResponse:
    """Change the text of a guest's listing."""
    listing = _listing_of(token_text)
    now = clock.now()
    if not moves.is_editable(listing.life, now):
        abort(404)
    form = ListingForm()
    is_returned = listing.status is Status.CHANGES_REQUESTED
    if request.method == "GET":
        form.fill(listing)
        return _edit_page(form, listing, token_text)
    form.email.data = listing.poster_email
    if not form.validate() or not form.take(form.faults(now)):
        return _edit_page(form, listing, token_text, status=400)
    try:
        if is_returned:
            posting.resubmit(
                listing,
                form.content(),
                by=None,
                actor=ActorKind.GUEST,
                now=now,
                life_days=moves.life_days(),
            )
            flash(gettext("Sent back to the moderators."), "ok")
        else:
            revision = listings.edit(listing, form.content(), actor=GUEST, now=now)
            flash(_said_of_edit(revision is not None), "ok")
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _edit_page(form, _listing_of(token_text), token_text, status=409)
    return redirect(address.manage(token_text))


@bp.route("/<token_text>/<verb>/", methods=["GET", "POST"])
def act(token_text: str, verb: str) -> str | AnyResponse:
    """One move of a guest's listing: a page with a button, and what the button does."""
    listing = _listing_of(token_text)
    move = moves.MOVES.get(verb)
    if move is None:
        abort(404)
    now = clock.now()
    form = move.form()
    if request.method == "GET" or not form.validate():
        if isinstance(form, moves.EndForm) and request.method == "GET":
            form.start_from(listing)
        return render_template(
            "posting/act.html", listing=listing, token=token_text, move=move, form=form, now=now
        )
    try:
        if move.verb is Verb.COPY:
            return _copy(listing)
        moves.act(listing, move, form, GUEST, now)
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(address.manage(token_text))
    flash(gettext(move.done), "ok")
    if move.verb is Verb.DELETE:
        return redirect(url_for("posting.write_listing"))
    return redirect(address.manage(token_text))


def _is_complete(form: ListingForm, user: User | None) -> bool:
    """Check the fields and the rules together, so that every fault is named at once."""
    is_valid = form.validate()
    faults = form.faults(clock.now())
    if user is None and not form.email.data:
        faults["email"] = gettext("Give your e-mail address: the link to confirm goes there.")
    has_accepted = user is not None and user.terms_version == site_texts.version("terms")
    if not form.accept_terms.data and not has_accepted:
        faults["accept_terms"] = gettext("Accept the terms of use to post.")
    return form.take(faults) and is_valid


def _submit(form: ListingForm, user: User | None) -> AnyResponse:
    envelope = Envelope(
        submission_key=str(form.submission_key.data),
        terms_version=site_texts.version("terms"),
        publish_from=form.publish_from(),
    )
    if user is None:
        listing = posting.submit_as_guest(
            form.content(),
            email=str(form.email.data),
            envelope=envelope,
            now=clock.now(),
            secret=current_app.config["SECRET_KEY"],
        )
        session["posted_to"] = listing.poster_email
        session["posted_title"] = listing.title
        return redirect(url_for("posting.sent"), 303)
    listing = posting.submit(
        form.content(),
        by=user,
        envelope=envelope,
        now=clock.now(),
        life_days=moves.life_days(),
    )
    if listing.status is Status.PENDING:
        flash(gettext("Sent. A moderator will look at it; you will hear by e-mail."), "ok")
    else:
        flash(gettext("Your listing is on the board."), "ok")
    return redirect(address.dashboard(listing.id), 303)


def _save(form: ListingForm, user: User) -> str | AnyResponse:
    if not form.validate():
        return _form_page(form, user, status=400)
    try:
        listing = posting.save_draft(
            form.content(),
            by=user,
            submission_key=str(form.submission_key.data),
            now=clock.now(),
        )
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _form_page(form, user, status=409)
    flash(gettext("Draft saved."), "ok")
    return redirect(address.dashboard(listing.id, "edit"), 303)


def _copy(listing: Listing) -> AnyResponse:
    secret = current_app.config["SECRET_KEY"]
    _twin, link = listings.copy(listing, actor=GUEST, now=clock.now(), secret=secret)
    if link is None:
        abort(404)
    flash(gettext(moves.MOVES[Verb.COPY].done), "ok")
    return redirect(f"{address.manage(links.token_of(link, secret))}edit/")


def _listing_of(token_text: str) -> Listing:
    limits.check("token", limits.visitor())
    listing = find.by_manage_token(token.hashed(token_text), clock.now())
    if listing is None:
        abort(404)
    return listing


def _said_of_edit(waits: bool) -> str:
    if waits:
        return gettext("Saved. The live text stays until a moderator has read the new one.")
    return gettext("Saved.")


def _form_page(form: ListingForm, user: User | None, status: int = 200) -> AnyResponse:
    page = render_template("posting/write_listing.html", form=form, user=user)
    return Response(page, status)


def _edit_page(
    form: ListingForm, listing: Listing, token_text: str, status: int = 200
) -> AnyResponse:
    page = render_template("posting/edit.html", form=form, listing=listing, token=token_text)
    return Response(page, status)


def _preview_page(form: ListingForm) -> str:
    now = clock.now()
    return render_template(
        "posting/preview.html", form=form, view=listing_view.preview(form.content(), now), now=now
    )
