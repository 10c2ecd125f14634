"""Signing in and out, browser by browser."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from jobboard import claiming, links, logins, passwords
from jobboard.db import commit, db, reading
from jobboard.domain.address import email_key
from jobboard.logins import SignedIn
from jobboard.mail import messages
from jobboard.models.login_session import LoginSession
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User

#: Whoever knows the password of an unconfirmed account gets the mail again, at most this often.
_MAIL_AGAIN_AFTER = timedelta(hours=1)
_CONFIRM_FOR = timedelta(hours=24)


def sign_in(
    email: str,
    password: str,
    *,
    now: datetime,
    secret: str,
    is_remembered: bool = False,
    device: str = "",
) -> SignedIn | None:
    """Start a signed-in browser, or return None, for whatever reason.

    Unknown address, wrong password, suspended and not yet confirmed account are one answer after
    the same time, so that it tells nothing (ASVS 6.3.8). Whoever has the right password of an
    unconfirmed account finds the confirming mail once more. Whoever comes in finds what was posted
    or imported under their address since they were here last.
    """
    kept = _kept_hash(email)
    if not passwords.is_right(password, kept):
        return None
    user = db.session.scalar(
        select(User).where(User.email == email_key(email), User.password_hash == kept)
    )
    if user is None or user.is_suspended:
        db.session.rollback()
        return None
    if user.email_confirmed_at is None:
        _mail_again(user, now, secret)
        commit()
        return None
    if passwords.needs_renewal(user.password_hash):
        user.password_hash = passwords.hashed(password)
    _end_reset_links(user, now)
    if _is_strange(user, device):
        messages.device_new(user, device=device, at=now)
    claiming.take_over(db.session, user, now=now)
    signed_in = logins.start(db.session, user, now=now, is_remembered=is_remembered, device=device)
    commit()
    return signed_in


def sign_out(login: LoginSession, *, now: datetime) -> None:
    """End a signed-in browser: its cookies are worth nothing from here on."""
    login.ended_at = login.ended_at or now
    commit()


def end_one(user: User, login_id: int, *, now: datetime) -> None:
    """End one of a person's browsers; another person's, or one that has ended, is left alone."""
    db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.id == login_id,
            LoginSession.user_id == user.id,
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    commit()


def end_others(user: User, *, keep: LoginSession, now: datetime) -> None:
    """End all of a person's browsers but this one."""
    logins.end_all(db.session, user, now=now, but=keep)
    commit()


def _kept_hash(email: str) -> str | None:
    """Return the kept hash of an address's password, and hold no lock while it is compared."""
    with reading():
        kept = db.session.scalar(select(User.password_hash).where(User.email == email_key(email)))
        db.session.rollback()
    return kept


def _is_strange(user: User, device: str) -> bool:
    """Tell whether a person who has signed in before never did so from such a browser."""
    seen = set(
        db.session.scalars(select(LoginSession.device).where(LoginSession.user_id == user.id))
    )
    return bool(seen) and device not in seen


def _mail_again(user: User, now: datetime, secret: str) -> None:
    newest = db.session.scalar(
        select(OneTimeLink.created_at)
        .where(OneTimeLink.user_id == user.id, OneTimeLink.purpose == Purpose.ADDRESS_CONFIRM)
        .order_by(OneTimeLink.created_at.desc())
        .limit(1)
    )
    if newest is not None and newest > now - _MAIL_AGAIN_AFTER:
        return
    link = links.issue(
        db.session,
        Purpose.ADDRESS_CONFIRM,
        secret=secret,
        now=now,
        email=user.email,
        user=user,
        expires_at=now + _CONFIRM_FOR,
    )
    db.session.flush()
    messages.address_confirm(user, link, at=now)


def _end_reset_links(user: User, now: datetime) -> None:
    """A reset link that lies in a mailbox must not outlive a sign-in."""
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.user_id == user.id,
            OneTimeLink.purpose == Purpose.PASSWORD_RESET,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=now)
    )
