"""Registering, signing in and out, lost passwords, the account.

No answer here reveals whether an address is known: what differs is in the mail to its owner.
"""

import logging

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.auth.forms import (
    ChangePasswordForm,
    LostPasswordForm,
    NameForm,
    NewPasswordForm,
    RegisterForm,
    SignInForm,
)
from jobboard.domain import token
from jobboard.domain.address import email_key, own_path
from jobboard.domain.errors import ChangedMeanwhile, FieldsBroken
from jobboard.models.one_time_link import Purpose
from jobboard.queries import people as find
from jobboard.queries.people import LinkState
from jobboard.services import accounts, sessions
from jobboard.services.accounts import LinkEnded, Registration
from jobboard.tables import site_texts
from jobboard.web import access, known_browsers, limits, refusals
from jobboard.web.forms import BoardForm, ButtonForm

bp = Blueprint("auth", __name__)

log = logging.getLogger(__name__)

HOME = "/job-dashboard/"

_GONE = 410
DEAD = LinkState(is_open=False, is_done=False)


# ------------------------------------------------------------------------------------ registering


@bp.route("/register/", methods=["GET", "POST"])
def register() -> AnyResponse:
    """Ask for an account; the answer is the same for new and for known addresses."""
    if access.person() is not None:
        return redirect(HOME)
    form = RegisterForm()
    if request.method != "POST":
        return _page("auth/register.html", form=form)
    if not form.validate():
        return _page("auth/register.html", 400, form=form)
    email = str(form.email.data)
    too_many = _tried(("register", limits.visitor()), ("mail_to_address", email_key(email)))
    if too_many is not None:
        return _too_many("auth/register.html", too_many, form)
    asked = Registration(
        email=email,
        password=str(form.password.data),
        name=form.name.data or "",
        terms_version=site_texts.version("terms"),
    )
    try:
        with limits.evened():
            accounts.register(asked, site_name=_site_name(), secret=_secret(), now=clock.now())
    except FieldsBroken as refusal:
        form.take(refusals.said_of_fields(refusal))
        return _page("auth/register.html", 400, form=form)
    return redirect(url_for("auth.registered"), 303)


@bp.get("/register/sent/")
def registered() -> AnyResponse:
    """Say that the next step is in the mailbox."""
    return _page("auth/registered.html")


@bp.route("/account/confirm/<token_text>/", methods=["GET", "POST"])
def confirm(token_text: str) -> AnyResponse:
    """The page of the mailed link, and its button."""
    limits.check("token", limits.visitor())
    state = find.link_state(token.hashed(token_text), Purpose.ADDRESS_CONFIRM, clock.now())
    form = ButtonForm()
    if not state.is_open:
        return _page("auth/confirm.html", _GONE, form=form, link=state)
    if request.method != "POST" or not form.validate():
        return _page("auth/confirm.html", form=form, link=state)
    try:
        user = accounts.confirm_address(token_text, now=clock.now())
    except LinkEnded:
        return _page("auth/confirm.html", _GONE, form=form, link=DEAD)
    log.info("address confirmed: account %s", user.id)
    flash(gettext("Your address is confirmed. Sign in now."), "ok")
    return redirect(url_for("auth.sign_in"), 303)


# ------------------------------------------------------------------------------ signing in and out


@bp.route("/login/", methods=["GET", "POST"])
def sign_in() -> AnyResponse:
    """Sign in by address and password."""
    form = SignInForm()
    if request.method != "POST":
        back = own_path(request.args.get("next"), HOME)
        if access.person() is not None:
            return redirect(back)
        form.next.data = back
        return _page("auth/sign_in.html", form=form)
    form.next.data = back = own_path(form.next.data or request.args.get("next"), HOME)
    if not form.validate():
        return _page("auth/sign_in.html", 400, form=form)
    email = email_key(str(form.email.data))
    too_many = _tried(*_tries_to_sign_in(email))
    if too_many is not None:
        return _too_many("auth/sign_in.html", too_many, form)
    signed_in = sessions.sign_in(
        email,
        str(form.password.data),
        now=clock.now(),
        secret=_secret(),
        is_remembered=bool(form.remember.data),
        device=access.device(),
    )
    if signed_in is None:
        log.warning("sign-in failed: %s", limits.keyed(email)[:12])
        form.form_errors = [gettext("The e-mail address or the password is not right.")]
        return _page("auth/sign_in.html", 400, form=form)
    access.enter(signed_in)
    log.info("signed in: account %s", signed_in.login.user_id)
    response = redirect(back, 303)
    known_browsers.remember(response, email)
    return response


@bp.route("/logout/", methods=["GET", "POST"])
def sign_out() -> AnyResponse:
    """A page with a button for those who come by address; the button signs out."""
    user = access.person()
    if request.method != "POST" and user is not None:
        return _page("auth/sign_out.html", form=ButtonForm())
    if user is not None:
        user_id = user.id
        sessions.sign_out(access.browser(), now=clock.now())
        log.info("signed out: account %s", user_id)
    if request.method == "POST":
        access.leave()
        flash(gettext("You are signed out."), "ok")
    return redirect(url_for("auth.sign_in"), 303)


# ---------------------------------------------------------------------------------- lost password


@bp.route("/lost-password/", methods=["GET", "POST"])
def lost_password() -> AnyResponse:
    """Ask for a link that sets a new password; the answer is the same for every address."""
    form = LostPasswordForm()
    if request.method != "POST":
        return _page("auth/lost_password.html", form=form)
    if not form.validate():
        return _page("auth/lost_password.html", 400, form=form)
    email = email_key(str(form.email.data))
    too_many = _tried(("lost_password", limits.visitor()), ("mail_to_address", email))
    if too_many is not None:
        return _too_many("auth/lost_password.html", too_many, form)
    with limits.evened():
        accounts.request_reset(email, secret=_secret(), now=clock.now())
    log.info("password link asked for: %s", limits.keyed(email)[:12])
    return redirect(url_for("auth.lost_password_sent"), 303)


@bp.get("/lost-password/sent/")
def lost_password_sent() -> AnyResponse:
    """Say that the next step is in the mailbox."""
    return _page("auth/lost_password_sent.html")


@bp.route("/lost-password/<token_text>/", methods=["GET", "POST"])
def reset_password(token_text: str) -> AnyResponse:
    """The page of the mailed link: a new password."""
    limits.check("token", limits.visitor())
    state = find.link_state(token.hashed(token_text), Purpose.PASSWORD_RESET, clock.now())
    form = NewPasswordForm()
    if not state.is_open:
        return _page("auth/reset_password.html", _GONE, form=form, link=state)
    if request.method != "POST":
        return _page("auth/reset_password.html", form=form, link=state)
    if not form.validate():
        return _page("auth/reset_password.html", 400, form=form, link=state)
    try:
        user = accounts.reset_password(
            token_text, str(form.password.data), site_name=_site_name(), now=clock.now()
        )
    except LinkEnded:
        return _page("auth/reset_password.html", _GONE, form=form, link=DEAD)
    except FieldsBroken as refusal:
        form.take(refusals.said_of_fields(refusal))
        return _page("auth/reset_password.html", 400, form=form, link=state)
    email = user.email
    log.info("password set by link: account %s", user.id)
    access.leave()
    flash(gettext("Your new password is set. Sign in with it."), "ok")
    response = redirect(url_for("auth.sign_in"), 303)
    # Whoever has the mailbox gets in, however many others guess meanwhile.
    known_browsers.remember(response, email)
    return response


# ------------------------------------------------------------------------------------- the account


@bp.get("/account/")
@access.members_only
def account() -> AnyResponse:
    """Name, password and signed-in browsers."""
    return _account_page()


@bp.post("/account/name/")
@access.members_only
def rename() -> AnyResponse:
    """Change the name."""
    form = NameForm()
    if not form.validate():
        return _account_page(400, name_form=form)
    accounts.rename(access.signed_in(), form.name.data or "")
    flash(gettext("Saved."), "ok")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/password/")
@access.members_only
def change_password() -> AnyResponse:
    """Change the password; other browsers are signed out."""
    form = ChangePasswordForm()
    if not form.validate():
        return _account_page(400, password_form=form)
    user_id = access.signed_in().id
    limits.check("sign_in", "account", str(user_id))
    try:
        signed_in = accounts.change_password(
            access.browser(),
            str(form.current_password.data),
            str(form.password.data),
            site_name=_site_name(),
            now=clock.now(),
        )
    except FieldsBroken as refusal:
        log.warning("password change refused: account %s", user_id)
        form.take(refusals.said_of_fields(refusal))
        return _account_page(400, password_form=form)
    except ChangedMeanwhile as refusal:
        log.warning("password change came too late: account %s", user_id)
        flash(refusals.said(refusal), "error")
        return redirect(url_for("auth.account"), 303)
    access.enter(signed_in)
    log.info("password changed: account %s", user_id)
    flash(gettext("Your password is changed. Other browsers are signed out."), "ok")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/browsers/<int:login_id>/end/")
@access.members_only
def end_browser(login_id: int) -> AnyResponse:
    """Sign out one of one's own browsers."""
    sessions.end_one(access.signed_in(), login_id, now=clock.now())
    flash(gettext("That browser is signed out."), "ok")
    return redirect(url_for("auth.account"), 303)


@bp.post("/account/browsers/end-others/")
@access.members_only
def end_other_browsers() -> AnyResponse:
    """Sign out all browsers but this one."""
    sessions.end_others(access.signed_in(), keep=access.browser(), now=clock.now())
    flash(gettext("All other browsers are signed out."), "ok")
    return redirect(url_for("auth.account"), 303)


def _account_page(
    status: int = 200,
    *,
    name_form: NameForm | None = None,
    password_form: ChangePasswordForm | None = None,
) -> AnyResponse:
    user = access.signed_in()
    return _page(
        "auth/account.html",
        status,
        user=user,
        name_form=name_form or NameForm(formdata=None, obj=user),
        password_form=password_form or ChangePasswordForm(formdata=None),
        browsers=find.logins_of(user, clock.now()),
        this_browser=access.browser(),
        memberships=find.memberships_of(user),
    )


def _tries_to_sign_in(email: str) -> tuple[tuple[str, ...], ...]:
    """Return what a try counts for: the name's tries, or in a known browser that browser's own."""
    own = known_browsers.mark(email)
    visitor = ("sign_in_visitor", limits.visitor())
    if own is not None:
        return ("sign_in", "browser", own), visitor
    return ("sign_in", limits.visitor(), email), visitor, ("sign_in_name", email)


def _tried(*tries: tuple[str, ...]) -> limits.TooManyTries | None:
    """Count tries, each a rule of ``web.limits`` and its names; return the first refusal."""
    try:
        for rule, *names in tries:
            limits.check(rule, *names)
    except limits.TooManyTries as refusal:
        return refusal
    return None


def _too_many(template: str, refusal: limits.TooManyTries, form: BoardForm) -> AnyResponse:
    """Show the form again with what was typed, passwords apart, and say how long to wait."""
    form.form_errors = [refusal.sentence()]
    response = _page(template, refusal.code, form=form)
    response.headers.update(refusal.headers)
    return response


def _page(template: str, status: int = 200, **values: object) -> AnyResponse:
    """Render a page that no cache keeps and whose address no other site learns."""
    response = Response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    # Some of these addresses hold a token (ASVS 14.2.1). "no-referrer" would hide the form's own
    # origin too, and the form would be refused as a foreign one.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _site_name() -> str:
    return str(current_app.config["SITE_NAME"])
