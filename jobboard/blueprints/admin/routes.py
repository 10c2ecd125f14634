"""How the board stands, people and their rights, organisations, the outbox: administrators only."""

import logging
from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.admin import account_words
from jobboard.blueprints.admin.forms import MemberForm, RightsForm
from jobboard.domain.errors import FieldsBroken, RuleBroken
from jobboard.markup.text import clean_line
from jobboard.models.message import MessageStatus
from jobboard.models.organisation import Organisation, Role, Verification
from jobboard.models.user import User
from jobboard.queries import moderation as find_cases
from jobboard.queries import outbox as find_mails
from jobboard.queries import people as find
from jobboard.services import outbox, people
from jobboard.services.people import Rights
from jobboard.web import access, moves, paging, refusals
from jobboard.web.forms import ButtonForm

bp = Blueprint("admin", __name__, url_prefix="/admin")

log = logging.getLogger(__name__)

_LONGEST_WORDS = 100
#: The clock tells an end within half a minute; minutes late, nobody runs it.
_CLOCK_LATE_SECONDS = 300

GROUPS = (
    ("", _l("Everybody")),
    ("administrators", _l("Administrators")),
    ("moderators", _l("Moderators")),
    ("trusted", _l("Trusted")),
    ("suspended", _l("Suspended")),
    ("unconfirmed", _l("Address not confirmed")),
)
#: What the page of the outbox can show, the one that wants a person first.
MAILS = (
    (MessageStatus.PARKED, _l("Parked")),
    (MessageStatus.WAITING, _l("Waiting")),
    (MessageStatus.SENT, _l("Sent")),
)


@bp.get("/")
@access.administrators_only
def index() -> str:
    """How the board stands: what waits, what is late, what is missing."""
    now = clock.now()
    in_review, changed_texts = find_cases.counts()
    behind = find_mails.clock_behind_since(now)
    return render_template(
        "admin/index.html",
        current_view="index",
        mails=find_mails.standing(),
        runs=find_mails.last_runs(),
        has_mail_server=bool(current_app.config["MAIL_SERVER"]),
        is_demo=bool(current_app.config["DEMO"]),
        in_review=in_review,
        changed_texts=changed_texts,
        waiting_hours=find_cases.waiting_since(now),
        review_hours=moves.review_hours(),
        clock_behind=(
            behind
            if behind is not None and (now - behind).total_seconds() > _CLOCK_LATE_SECONDS
            else None
        ),
        groups=find.group_counts(),
        now=now,
    )


# ------------------------------------------------------------------------------------------ people


@bp.get("/people/")
@access.administrators_only
def accounts() -> str:
    """Everybody with an account, newest first."""
    page = paging.number(request.args)
    words, group = _words(), request.args.get("group", "")
    if group and group not in find.GROUPS:
        abort(404)
    found, total = find.people(words=words, group=group, page=page)
    return render_template(
        "admin/accounts.html",
        current_view="accounts",
        found=found,
        total=total,
        words=words,
        group=group,
        groups=GROUPS,
        pages=paging.pages(page, total, find.PAGE),
        now=clock.now(),
    )


@bp.get("/people/<int:user_id>/")
@access.administrators_only
def account(user_id: int) -> AnyResponse:
    """One person: rights, browsers, organisations."""
    return _account_page(_person_or_404(user_id))


@bp.post("/people/<int:user_id>/rights/")
@access.administrators_only
def set_rights(user_id: int) -> AnyResponse:
    """Set what a person may do."""
    form = RightsForm()
    rights = Rights(
        is_trusted=bool(form.is_trusted.data),
        is_moderator=bool(form.is_moderator.data),
        is_administrator=bool(form.is_administrator.data),
    )
    return _change(
        user_id,
        lambda user: people.set_rights(user, rights, by=access.signed_in(), now=clock.now()),
        str(rights),
        gettext("Rights saved."),
    )


@bp.post("/people/<int:user_id>/suspend/")
@access.administrators_only
def suspend(user_id: int) -> AnyResponse:
    """Lock a person out, everywhere and at once."""
    return _change(
        user_id,
        lambda user: people.suspend(user, by=access.signed_in(), now=clock.now()),
        "suspended",
        gettext("Suspended, and signed out everywhere."),
    )


@bp.post("/people/<int:user_id>/restore/")
@access.administrators_only
def restore(user_id: int) -> AnyResponse:
    """Let a suspended person in again."""
    return _change(
        user_id,
        lambda user: people.restore(user, by=access.signed_in(), now=clock.now()),
        "restored",
        gettext("May sign in again."),
    )


@bp.post("/people/<int:user_id>/sign-out/")
@access.administrators_only
def sign_out_everywhere(user_id: int) -> AnyResponse:
    """End all of a person's browsers."""
    return _change(
        user_id,
        lambda user: people.sign_out_everywhere(user, by=access.signed_in(), now=clock.now()),
        "signed out everywhere",
        gettext("Signed out everywhere."),
    )


# ----------------------------------------------------------------------------------- organisations


@bp.get("/organisations/")
@access.administrators_only
def organisations() -> str:
    """Every organisation, by name."""
    page = paging.number(request.args)
    words = _words()
    found, total = find.organisations(words=words, page=page)
    return render_template(
        "admin/organisations.html",
        current_view="organisations",
        found=found,
        total=total,
        words=words,
        pages=paging.pages(page, total, find.PAGE),
        now=clock.now(),
    )


@bp.get("/organisations/<int:organisation_id>/")
@access.administrators_only
def organisation(organisation_id: int) -> AnyResponse:
    """One organisation: who acts for it, and whether it is verified."""
    return _organisation_page(_organisation_or_404(organisation_id), MemberForm(formdata=None))


@bp.post("/organisations/<int:organisation_id>/members/")
@access.administrators_only
def add_member(organisation_id: int) -> AnyResponse:
    """Let a person act for an organisation."""
    of = _organisation_or_404(organisation_id)
    form = MemberForm()
    if not form.validate():
        return _organisation_page(of, form, 400)
    try:
        membership = people.add_member(
            of, str(form.email.data), Role(form.role.data), now=clock.now()
        )
    except FieldsBroken as refusal:
        form.take(refusals.said_of_fields(refusal))
        return _organisation_page(_organisation_or_404(organisation_id), form, 400)
    _log("organisation %s: member %s", organisation_id, membership.user_id)
    flash(gettext("Added: they find the organisation's listings in their dashboard."), "ok")
    return redirect(url_for("admin.organisation", organisation_id=organisation_id), 303)


@bp.post("/organisations/<int:organisation_id>/members/<int:membership_id>/remove/")
@access.administrators_only
def remove_member(organisation_id: int, membership_id: int) -> AnyResponse:
    """Let a person no longer act for an organisation."""
    people.remove_member(_organisation_or_404(organisation_id), membership_id)
    _log("organisation %s: membership %s removed", organisation_id, membership_id)
    flash(gettext("Removed: they see only their own listings from now on."), "ok")
    return redirect(url_for("admin.organisation", organisation_id=organisation_id), 303)


@bp.post("/organisations/<int:organisation_id>/verify/")
@access.administrators_only
def verify(organisation_id: int) -> AnyResponse:
    """Say that a moderator made sure that an organisation is what it says."""
    of = _organisation_or_404(organisation_id)
    people.set_verified(of, Verification.MODERATOR, now=clock.now())
    _log("organisation %s: %s", organisation_id, "verified")
    flash(gettext("Verified: its listings show it."), "ok")
    return redirect(url_for("admin.organisation", organisation_id=organisation_id), 303)


@bp.post("/organisations/<int:organisation_id>/unverify/")
@access.administrators_only
def unverify(organisation_id: int) -> AnyResponse:
    """Take the mark away again."""
    people.set_verified(_organisation_or_404(organisation_id), None, now=clock.now())
    _log("organisation %s: %s", organisation_id, "not verified")
    flash(gettext("No longer verified."), "ok")
    return redirect(url_for("admin.organisation", organisation_id=organisation_id), 303)


# ------------------------------------------------------------------------------------------ outbox


@bp.get("/outbox/")
@access.administrators_only
def mails() -> str:
    """Mails that are parked, wait or have gone; never what stands in them."""
    page = paging.number(request.args)
    asked = request.args.get("status", "")
    standing = find_mails.standing()
    if asked and asked not in [status.value for status, _label in MAILS]:
        abort(404)
    default = MessageStatus.PARKED if standing.parked else MessageStatus.WAITING
    status = MessageStatus(asked) if asked else default
    total = find_mails.counts_of(status)
    return render_template(
        "admin/mails.html",
        current_view="mails",
        found=find_mails.page(status, page),
        standing=standing,
        status=status,
        statuses=MAILS,
        pages=paging.pages(page, total, find_mails.PAGE),
        has_mail_server=bool(current_app.config["MAIL_SERVER"]),
        is_demo=bool(current_app.config["DEMO"]),
        now=clock.now(),
    )


@bp.post("/outbox/<int:message_id>/send-again/")
@access.administrators_only
def send_again(message_id: int) -> AnyResponse:
    """Let one parked mail try again."""
    if find_mails.one(message_id) is None:
        abort(404)
    try:
        outbox.send_again([message_id], now=clock.now())
    except RuleBroken as refusal:
        flash(refusals.said(refusal), "error")
    else:
        _log("mail %s: %s", message_id, "sent again")
        flash(gettext("It is tried again now."), "ok")
    return redirect(url_for("admin.mails"), 303)


@bp.post("/outbox/send-all-again/")
@access.administrators_only
def send_all_again() -> AnyResponse:
    """Let every parked mail try again, say after the mail server was set."""
    count = outbox.send_all_again(now=clock.now())
    _log("mails: %s %s", count, "sent again")
    flash(
        ngettext("%(num)s mail is tried again now.", "%(num)s mails are tried again now.", count),
        "ok",
    )
    return redirect(url_for("admin.mails"), 303)


def _change(user_id: int, act: Callable[[User], None], what: str, done: str) -> AnyResponse:
    """Change an account, or show its page with the rule that forbids it."""
    user = _person_or_404(user_id)
    form = ButtonForm()
    try:
        act(user)
    except RuleBroken as refusal:
        form.form_errors = [refusals.said(refusal)]
        return _account_page(_person_or_404(user_id), form, 409)
    _log("account %s: %s", user_id, what)
    flash(done, "ok")
    reader = access.person()
    if reader is None or not reader.is_administrator:
        # Who gave up the right, or locked oneself out, finds no page here any more.
        return redirect("/account/", 303)
    return redirect(url_for("admin.account", user_id=user_id), 303)


def _account_page(user: User, refused: ButtonForm | None = None, status: int = 200) -> AnyResponse:
    now = clock.now()
    page = render_template(
        "admin/account.html",
        current_view="accounts",
        user=user,
        form=RightsForm(formdata=None, obj=user),
        refused=refused,
        browsers=find.logins_of(user, now),
        memberships=find.memberships_of(user),
        history=account_words.lines(find.history_of(user), now),
        now=now,
    )
    return Response(page, status)


def _organisation_page(of: Organisation, form: MemberForm, status: int = 200) -> AnyResponse:
    page = render_template(
        "admin/organisation.html",
        current_view="organisations",
        organisation=of,
        members=find.members_of(of),
        form=form,
        now=clock.now(),
    )
    return Response(page, status)


def _words() -> str:
    return clean_line(request.args.get("q", ""))[:_LONGEST_WORDS]


def _log(words: str, *values: object) -> None:
    """Write down what an administrator did; accounts and rows by number, never by name."""
    log.info("by account %s: %s", access.signed_in().id, words % values)


def _person_or_404(user_id: int) -> User:
    user = find.person(user_id)
    if user is None:
        abort(404)
    return user


def _organisation_or_404(organisation_id: int) -> Organisation:
    found = find.organisation(organisation_id)
    if found is None:
        abort(404)
    return found
