"""Accounts: registering, confirming the address, lost and changed passwords."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from jobboard import claiming, history, links, logins, passwords
from jobboard.db import commit, db
from jobboard.domain import token
from jobboard.domain.address import email_key
from jobboard.domain.errors import ChangedMeanwhile, FieldsBroken, RuleBroken
from jobboard.logins import SignedIn
from jobboard.mail import messages
from jobboard.models.account_event import AccountChange
from jobboard.models.login_session import LoginSession
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.words import N_

CONFIRM_FOR = timedelta(hours=24)
RESET_FOR = timedelta(hours=6)
#: The same registration sent twice within this time is one (a double click).
_TWICE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Registration:
    """What a person registers with.

    Attributes:
        email: the address as typed, checked for its form.
        password: as typed.
        name: what the board calls the person; may be empty.
        terms_version: the version of the terms that was accepted.
    """

    email: str
    password: str
    name: str
    terms_version: str


class PasswordRefused(FieldsBroken):
    """A password breaks a rule, or the present one was not given; ``errors`` says which."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, {field: sentence})


class LinkEnded(RuleBroken):
    """A mailed link was used, replaced by a newer one, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__(N_("This link no longer works."))


def register(asked: Registration, *, site_name: str, secret: str, now: datetime) -> None:
    """Make an account that waits for its address to be confirmed, and mail the link.

    Nothing that the caller sees differs between a new and a known address: the mail tells its
    owner. Registering an unconfirmed address again puts the new password in the old one's place
    and ends the older links, so that nobody confirms a password that somebody else chose before.

    Raises:
        PasswordRefused: the password breaks a rule.
    """
    email = email_key(asked.email)
    _check_password(asked.password, email=email, site_name=site_name)
    kept = passwords.hashed(asked.password)
    user = _by_email(email) or _added(email, kept, now)
    if user is None:
        user = db.session.scalars(select(User).where(User.email == email)).one()
    if user.email_confirmed_at is not None:
        messages.account_exists(user, at=now)
        commit()
        return
    if _asked_just_now(user, asked.password, now):
        commit()
        return
    user.password_hash = kept
    user.password_changed_at = now
    user.name = asked.name
    user.terms_version = asked.terms_version
    user.terms_accepted_at = now
    _end_links(user, Purpose.ADDRESS_CONFIRM, now)
    link = _issue(user, Purpose.ADDRESS_CONFIRM, CONFIRM_FOR, now=now, secret=secret)
    messages.address_confirm(user, link, at=now)
    commit()


def confirm_address(raw_token: str, *, now: datetime) -> User:
    """Confirm an account's address, and give it the listings posted from there as a guest.

    Raises:
        LinkEnded: the link does not work, or no longer.
    """
    link = _open_link(raw_token, Purpose.ADDRESS_CONFIRM, now)
    user = _owner(link)
    link.used_at = now
    _confirm(user, now)
    commit()
    return user


def request_reset(email: str, *, secret: str, now: datetime) -> None:
    """Mail a link that sets a new password, if there is such an account; say nothing about it.

    A new link ends the older ones.
    """
    user = _by_email(email_key(email))
    if user is not None and not user.is_suspended:
        _end_links(user, Purpose.PASSWORD_RESET, now)
        link = _issue(user, Purpose.PASSWORD_RESET, RESET_FOR, now=now, secret=secret)
        messages.password_reset(user, link, at=now)
    commit()


def reset_password(raw_token: str, password: str, *, site_name: str, now: datetime) -> User:
    """Set a new password by a mailed link; every browser is signed out.

    The link came by mail, so the address counts as confirmed too.

    Raises:
        LinkEnded: the link does not work, or no longer.
        PasswordRefused: the password breaks a rule; the link still works.
    """
    user = _owner(_open_link(raw_token, Purpose.PASSWORD_RESET, now))
    _check_password(password, email=user.email, site_name=site_name)
    # Hashing takes its time; meanwhile others may write.
    db.session.rollback()
    kept = passwords.hashed(password)
    user = _owner(_open_link(raw_token, Purpose.PASSWORD_RESET, now))
    user.password_hash = kept
    user.password_changed_at = now
    _end_links(user, Purpose.PASSWORD_RESET, now)
    _end_links(user, Purpose.ADDRESS_CONFIRM, now)
    logins.end_all(db.session, user, now=now)
    if user.email_confirmed_at is None:
        _confirm(user, now)
    commit()
    return user


def change_password(
    login: LoginSession, current: str, password: str, *, site_name: str, now: datetime
) -> SignedIn:
    """Change the password of whoever is signed in; all browsers end, this one starts anew.

    Returns:
        The browser's new session: its token changes too (ASVS 7.2.4).

    Raises:
        PasswordRefused: the present password is wrong, or the new one breaks a rule.
        ChangedMeanwhile: the password was changed elsewhere just now, or the account suspended.
    """
    user_id, email, kept = login.user_id, login.user.email, login.user.password_hash
    is_remembered, device = login.is_remembered, login.device
    db.session.rollback()
    if not passwords.is_right(current, kept):
        raise PasswordRefused("current_password", N_("This is not your present password."))
    _check_password(password, email=email, site_name=site_name)
    fresh = passwords.hashed(password)
    # Hashing takes its time; meanwhile the owner may have set another one, by a mailed link.
    user = db.session.scalar(
        select(User).where(User.id == user_id, User.password_hash == kept).with_for_update()
    )
    if user is None or user.is_suspended:
        raise ChangedMeanwhile
    user.password_hash = fresh
    user.password_changed_at = now
    _end_links(user, Purpose.PASSWORD_RESET, now)
    logins.end_all(db.session, user, now=now)
    signed_in = logins.start(db.session, user, now=now, is_remembered=is_remembered, device=device)
    commit()
    return signed_in


def rename(user: User, name: str) -> None:
    """Set what the board calls a person."""
    user.name = name
    commit()


def make_administrator(email: str, *, secret: str, now: datetime) -> OneTimeLink:
    """Give an address an administrator's account, made if need be, for the command line.

    Returns:
        A link that sets the account's password; there is no default one (ASVS 6.3.2).
    """
    key = email_key(email)
    user = _by_email(key) or _added(key, passwords.hashed(token.fresh()), now)
    if user is None:
        user = db.session.scalars(select(User).where(User.email == key)).one()
    if not user.is_administrator:
        user.is_administrator = True
        history.record_account(user, AccountChange.ADMINISTRATOR, by=None, at=now)
    if user.is_suspended:
        user.is_suspended = False
        history.record_account(user, AccountChange.RESTORED, by=None, at=now)
    if user.email_confirmed_at is None:
        # Anybody may have registered the address with a password of their own: it opens nothing.
        user.password_hash = passwords.hashed(token.fresh())
        user.password_changed_at = now
        _end_links(user, Purpose.ADDRESS_CONFIRM, now)
        _confirm(user, now)
    _end_links(user, Purpose.PASSWORD_RESET, now)
    link = _issue(user, Purpose.PASSWORD_RESET, CONFIRM_FOR, now=now, secret=secret)
    commit()
    return link


def _check_password(password: str, *, email: str, site_name: str) -> None:
    fault = passwords.fault_of(password, email=email, site_name=site_name)
    if fault:
        raise PasswordRefused("password", fault)


def _by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email))


def _added(email: str, kept: str, now: datetime) -> User | None:
    """Insert an account; None when somebody was faster: the unique row decides, not a look-up."""
    user = User(email=email, password_hash=kept, password_changed_at=now, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        return None
    return user


def _asked_just_now(user: User, password: str, now: datetime) -> bool:
    newest = db.session.scalar(
        select(OneTimeLink.created_at)
        .where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == Purpose.ADDRESS_CONFIRM,
            OneTimeLink.used_at.is_(None),
        )
        .order_by(OneTimeLink.created_at.desc())
        .limit(1)
    )
    if newest is None or newest <= now - _TWICE_WITHIN:
        return False
    return passwords.is_right(password, user.password_hash)


def _issue(
    user: User, purpose: Purpose, lasts: timedelta, *, now: datetime, secret: str
) -> OneTimeLink:
    link = links.issue(
        db.session,
        purpose,
        secret=secret,
        now=now,
        email=user.email,
        user=user,
        expires_at=now + lasts,
    )
    db.session.flush()
    return link


def _end_links(user: User, purpose: Purpose, now: datetime) -> None:
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=now)
    )


def _open_link(raw_token: str, purpose: Purpose, now: datetime) -> OneTimeLink:
    link = db.session.scalar(
        select(OneTimeLink)
        .where(
            OneTimeLink.token_hash == token.hashed(raw_token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .with_for_update()
    )
    if link is None:
        raise LinkEnded
    return link


def _owner(link: OneTimeLink) -> User:
    if link.user is None or link.user.is_suspended:
        raise LinkEnded
    return link.user


def _confirm(user: User, now: datetime) -> None:
    """Note that the address is the person's, and hand over what was posted from it."""
    user.email_confirmed_at = now
    claiming.take_over(db.session, user, now=now)
