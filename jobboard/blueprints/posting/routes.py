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
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock, links
from jobboard.domain import address, token
from jobboard.domain.errors import ChangedMeanwhile, RuleBroken
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
from jobboard.web import (
    access,
    beside,
    comparison,
    errors,
    history_words,
    limits,
    listing_form,
    listing_stored,
    listing_view,
    moves,
    refusals,
)
from jobboard.web.listing_form import ListingForm

bp = Blueprint("posting", __name__, url_prefix="/post-a-job")

GUEST = Actor(ActorKind.GUEST)

_LONGEST_PREVIEW = 50_000


@bp.url_value_preprocessor
def take_long_texts(_endpoint: str | None, _values: object) -> None:
    """Let a text that is far too long come in, so that the page can say so and keep it."""
    listing_form.take_long_texts()


@bp.route("/", methods=["GET", "POST"])
def write_listing() -> AnyResponse:
    """The form: submit, preview or, with an account, save what is there so far."""
    user = access.person()
    form = ListingForm()
    if request.method != "POST":
        return _first_page(form, user)
    if not form.submission_key.data:
        form.submission_key.data = listing_form.fresh_key()
    action = request.form.get("action", "submit")
    if action == "edit":
        return _form_page(form, user)
    if action == "save" and user is not None:
        return _save(form, user)
    if not _is_complete(form, user, to_send=action != "preview"):
        return _form_page(form, user, status=400)
    if action == "preview":
        return _preview_page(form, user)
    try:
        _count(form, user)
    except HTTPException as refusal:
        return _too_many(form, user, refusal)
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
    if not form.submission_key.data:
        return jsonify(why="")
    # What is not valid yet is left out; the rest is kept.
    form.validate()
    try:
        posting.save_draft(
            form.content(),
            by=access.signed_in(),
            submission_key=form.submission_key.data,
            now=clock.now(),
            publish_from=form.publish_from(),
        )
    except RuleBroken as refusal:
        return jsonify(why=refusals.said(refusal))
    return jsonify(saved=gettext("Draft saved"))


@bp.post("/beside/")
def show_beside() -> str:
    """The card as seekers will see it, and advice, for what is in the form right now."""
    form = ListingForm()
    form.validate()
    return render_template(
        "posting/_beside.html",
        beside=beside.beside(form.content(), clock.now(), moves.life_days()),
    )


@bp.post("/description-preview/")
def preview_description() -> str:
    """Show how the description will look, for the preview in the place of the box."""
    return to_html(request.form.get("description", "")[:_LONGEST_PREVIEW])


@bp.get("/sent/")
def sent() -> str | AnyResponse:
    """Tell a guest to look for the mail with the button."""
    to = session.get("posted_to")
    if not to:
        return redirect(url_for("posting.write_listing"))
    return render_template(
        "posting/sent.html",
        to=to,
        title=session.get("posted_title", ""),
        review_hours=moves.review_hours(),
    )


@bp.get("/<token_text>/")
def manage(token_text: str) -> str:
    """A guest's own page for one listing: preview, state, history, and what can be done."""
    listing = _listing_of(token_text)
    now = clock.now()
    revision = find.waiting_revision(listing)
    return render_template(
        "posting/manage.html",
        listing=listing,
        listing_home=address.manage(token_text),
        view=listing_view.view(listing, now),
        moves=moves.open_moves(listing.life, now, has_revision=revision is not None),
        is_editable=moves.is_editable(listing.life, now),
        revision=revision,
        changes=listing_stored.waiting_changes(listing, revision),
        history=history_words.lines(find.history_of(listing), now),
        review_hours=moves.review_hours(),
        now=now,
    )


@bp.post("/<token_text>/confirm/")
def confirm(token_text: str) -> AnyResponse:
    """The button of the mailed link: the address is the guest's, so the listing is handed in."""
    listing = _listing_of(token_text)
    home = address.manage(token_text)
    if listing.status is not Status.DRAFT:
        # A second click: what the button promised has happened.
        return redirect(home, 303)
    try:
        posting.confirm(listing, now=clock.now())
    except ChangedMeanwhile as refusal:
        # Two clicks at one moment: the other one has done it, or the page says what stands.
        refusals.said(refusal)
        return redirect(home, 303)
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
        return redirect(f"{home}edit/?check=1", 303)
    if listing.poster_id is not None:
        flash(gettext("Confirmed. The listing is in the job dashboard of your account."), "ok")
        return redirect(address.dashboard(listing.id), 303)
    flash(gettext("Confirmed. A moderator will look at it now; you will hear by e-mail."), "ok")
    return redirect(home, 303)


@bp.route("/<token_text>/edit/", methods=["GET", "POST"])
def edit(token_text: str) -> AnyResponse:
    """Change the text of a guest's listing."""
    listing = _listing_of(token_text)
    now = clock.now()
    if not moves.is_editable(listing.life, now):
        abort(404)
    revision = find.waiting_revision(listing)
    form = ListingForm()
    form.know(listing, revision)
    if request.method != "POST":
        form.fill(listing, revision)
        if request.args.get("check"):
            form.take(form.faults(now))
        return _edit_page(form, listing, token_text)
    action = request.form.get("action", "submit")
    if action == "edit":
        return _edit_page(form, listing, token_text)
    form.email.data = listing.poster_email
    is_valid = form.validate()
    if not form.take(form.faults(now)) or not is_valid:
        return _edit_page(form, listing, token_text, status=400)
    if action == "preview":
        return _edit_preview_page(form, listing, token_text)
    is_overtaken = listing_stored.is_overtaken(form.version.data, listing, revision)
    if is_overtaken and not moves.is_done(listing, revision, form.content()):
        form.form_errors = [listing_form.changed_meanwhile()]
        return _edit_page(form, listing, token_text, status=409)
    try:
        # Overtaken by itself, by a double click: what the button promised has happened.
        said = (
            moves.said_of_edit(waits=revision is not None)
            if is_overtaken
            else _save_edit(form, listing)
        )
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _edit_page(form, _listing_of(token_text), token_text, status=409)
    flash(said, "ok")
    return redirect(address.manage(token_text), 303)


@bp.route("/<token_text>/<verb>/", methods=["GET", "POST"])
def act(token_text: str, verb: str) -> str | AnyResponse:
    """One move of a guest's listing: a page with a button, and what the button does."""
    listing = _listing_of(token_text)
    move = moves.MOVES.get(verb)
    if move is None:
        abort(404)
    now = clock.now()
    home = address.manage(token_text)
    if not moves.is_open(move, listing, now):
        return moves.too_late(listing, home, now)
    form = move.form()
    if request.method != "POST":
        form.start_from(listing, now, moves.life_days())
    elif form.validate():
        try:
            if isinstance(form, moves.CopyForm):
                return _copy(listing, form)
            moves.act(listing, move, form, GUEST, now)
        except RuleBroken as refusal:
            moves.show_refusal(form, refusal)
            listing = _listing_of(token_text)
        else:
            flash(gettext(move.done), "ok")
            is_gone = move.verb is Verb.DELETE
            return redirect(url_for("posting.write_listing") if is_gone else home, 303)
    page = render_template(
        "posting/act.html", listing=listing, listing_home=home, move=move, form=form, now=now
    )
    return Response(page, 200 if request.method != "POST" else 400)


@bp.errorhandler(404)
def no_such_listing(_error: HTTPException) -> AnyResponse:
    """A management link that opens nothing: say why that may be, and what to do."""
    return Response(render_template("posting/no_such_listing.html"), 404)


@bp.errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> AnyResponse:
    """A form whose cookie has gone: what was typed comes back, with a fresh token."""
    form = ListingForm()
    form.form_errors = [listing_form.stale()]
    if request.endpoint == "posting.write_listing":
        return _form_page(form, access.person(), status=403)
    if request.endpoint == "posting.edit":
        token_text = str((request.view_args or {})["token_text"])
        listing = find.by_manage_token(token.hashed(token_text), clock.now())
        if listing is not None:
            return _edit_page(form, listing, token_text, status=403)
    return errors.answer(403)


def _is_complete(form: ListingForm, user: User | None, *, to_send: bool) -> bool:
    """Check the fields and the rules together, so that every fault is named at once.

    To look at a preview is no posting: what only sending needs is asked for there.
    """
    is_valid = form.validate()
    faults = form.faults(clock.now())
    if to_send:
        faults |= _missing_to_send(form, user)
    return form.take(faults) and is_valid


def _missing_to_send(form: ListingForm, user: User | None) -> dict[str, str]:
    missing = form.terms_faults(user)
    if user is None and not form.email.data:
        missing["email"] = gettext("Give your e-mail address: the link to confirm goes there.")
    return missing


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
        session["posted_key"] = listing.submission_key
        return redirect(url_for("posting.sent"), 303)
    listing = posting.submit(
        form.content(),
        by=user,
        envelope=envelope,
        now=clock.now(),
        life_days=moves.life_days(),
    )
    flash(moves.said_of_handing_in(listing), "ok")
    return redirect(address.dashboard(listing.id), 303)


def _first_page(form: ListingForm, user: User | None) -> AnyResponse:
    form.start()
    if user is not None:
        _fill_organisation(form, user)
    if request.args.get("again"):
        _fill_again(form)
    page = _form_page(form, user)
    # Nobody has written in it yet; the browser may keep it, and with it what gets typed.
    page.headers["Cache-Control"] = "private, no-cache"
    return page


def _fill_organisation(form: ListingForm, user: User) -> None:
    """Name the organisation of somebody who acts for one only: nothing to remember or mistype."""
    organisations = find.organisations_of(user)
    if len(organisations) == 1:
        [own] = organisations
        form.organisation.data = own.name
        form.organisation_kind.data = own.kind
        form.organisation_website.data = own.website


def _fill_again(form: ListingForm) -> None:
    """Show what this browser sent a moment ago and nobody has confirmed yet, to be corrected."""
    listing = find.unconfirmed(str(session.get("posted_key", "")))
    if listing is not None:
        form.fill(listing)
        form.email.data = listing.poster_email


def _save(form: ListingForm, user: User) -> AnyResponse:
    if not form.validate():
        return _form_page(form, user, status=400)
    try:
        listing = posting.save_draft(
            form.content(),
            by=user,
            submission_key=str(form.submission_key.data),
            now=clock.now(),
            publish_from=form.publish_from(),
        )
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _form_page(form, user, status=409)
    flash(gettext("Draft saved. It waits for you here."), "ok")
    return redirect(address.dashboard(listing.id, "edit"), 303)


def _save_edit(form: ListingForm, listing: Listing) -> str:
    """Save a guest's new text and return the sentence that tells what became of it."""
    now = clock.now()
    if listing.status is Status.CHANGES_REQUESTED:
        posting.resubmit(
            listing,
            form.content(),
            by=None,
            actor=ActorKind.GUEST,
            now=now,
            life_days=moves.life_days(),
            publish_from=form.publish_from(),
            terms_version=listing.terms_version,
        )
        return gettext("Sent back to the moderators.")
    revision = listings.edit(
        listing,
        form.content(),
        actor=GUEST,
        now=now,
        life_days=moves.life_days(),
        publish_from=form.publish_from(),
    )
    return moves.said_of_edit(waits=revision is not None)


def _copy(listing: Listing, form: moves.CopyForm) -> AnyResponse:
    secret = current_app.config["SECRET_KEY"]
    _twin, link = listings.copy(
        listing, actor=GUEST, now=clock.now(), secret=secret, submission_key=form.key()
    )
    if link is None:
        abort(404)
    flash(gettext(moves.MOVES[Verb.COPY].done), "ok")
    return redirect(f"{address.manage(links.token_of(link, secret))}edit/", 303)


def _listing_of(token_text: str) -> Listing:
    listing = find.by_manage_token(token.hashed(token_text), clock.now())
    if listing is None:
        # Only misses count: whoever has the link may come as often as they like.
        limits.check("token", limits.visitor())
        abort(404)
    return listing


def _count(form: ListingForm, user: User | None) -> None:
    """Count a listing that is handed in, by its visitor and by the address that a guest typed.

    Raises:
        TooManyTries: it was one too many.
    """
    limits.check("post", limits.visitor())
    if user is None:
        limits.check("post_from_address", address.email_key(str(form.email.data)))


def _too_many(form: ListingForm, user: User | None, refusal: HTTPException) -> AnyResponse:
    """Answer 429 with the form and all that is in it."""
    if refusal.response is None:
        raise refusal
    form.form_errors = [
        gettext(
            "Too many listings came from your network or address. Wait a little and send it again."
        )
    ]
    page = _form_page(form, user, status=429)
    page.headers["Retry-After"] = refusal.response.headers.get("Retry-After", "60")
    return page


def _form_page(form: ListingForm, user: User | None, status: int = 200) -> AnyResponse:
    page = render_template(
        "posting/write_listing.html",
        form=form,
        user=user,
        beside=beside.beside(form.content(), clock.now(), moves.life_days()),
        lists=form.choices(),
        needs_email=user is None,
        needs_terms=listing_form.needs_terms(user),
        review_hours=moves.review_hours(),
    )
    return Response(page, status)


def _edit_page(
    form: ListingForm, listing: Listing, token_text: str, status: int = 200
) -> AnyResponse:
    now = clock.now()
    revision = find.waiting_revision(listing)
    stored = listing_stored.stored_content(listing, revision)
    if status == 409:
        form.version.data = listing_stored.version_of(listing, revision)
    page = render_template(
        "posting/edit.html",
        form=form,
        listing=listing,
        listing_home=address.manage(token_text),
        beside=beside.beside(form.content(), now, moves.life_days()),
        changes=comparison.compared(stored, stored | form.content()) if status == 409 else [],
        note=find.last_note(listing),
        revision=revision,
        is_public=moves.is_public(listing, now),
        lists=form.choices(),
        now=now,
    )
    return Response(page, status)


def _preview_page(form: ListingForm, user: User | None) -> AnyResponse:
    now = clock.now()
    missing = _missing_to_send(form, user)
    page = render_template(
        "posting/preview.html",
        form=form,
        user=user,
        needs_email="email" in missing,
        needs_terms="accept_terms" in missing,
        kept=[pair for pair in listing_form.kept_fields() if pair[0] not in missing],
        view=listing_view.preview(form.content(), now),
        beside=beside.beside(form.content(), now, moves.life_days()),
        review_hours=moves.review_hours(),
        now=now,
    )
    return Response(page)


def _edit_preview_page(form: ListingForm, listing: Listing, token_text: str) -> AnyResponse:
    now = clock.now()
    page = render_template(
        "posting/edit_preview.html",
        listing=listing,
        listing_home=address.manage(token_text),
        kept=listing_form.kept_fields(),
        view=listing_view.preview(form.content(), now),
        beside=beside.beside(form.content(), now, moves.life_days()),
        now=now,
    )
    return Response(page)
