"""Signed-in browsers: a row each, made and ended here in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from jobboard.domain import token
from jobboard.models.login_session import LoginSession
from jobboard.models.user import User

#: How long a sign-in lasts at most: with "keep me signed in", and without.
REMEMBERED = timedelta(days=60)
USUAL = timedelta(days=14)

_DEVICE_LENGTH = 200


@dataclass(frozen=True)
class SignedIn:
    """A browser that has just signed in; the token goes into its cookie and nowhere else."""

    login: LoginSession
    token: str


def start(
    session: Session | scoped_session[Any],
    user: User,
    *,
    now: datetime,
    is_remembered: bool = False,
    device: str = "",
) -> SignedIn:
    """Add a signed-in browser with a fresh token, so that none from before is worth anything.

    Args:
        session: the running transaction.
        user: who signed in.
        now: the moment, aware UTC.
        is_remembered: lasts 60 days and over the browser's end, else 14 days at most.
        device: what the owner will know the browser by.
    """
    raw = token.fresh()
    login = LoginSession(
        token_hash=token.hashed(raw),
        user=user,
        created_at=now,
        expires_at=now + (REMEMBERED if is_remembered else USUAL),
        is_remembered=is_remembered,
        device=device[:_DEVICE_LENGTH],
    )
    session.add(login)
    return SignedIn(login, raw)


def end_all(
    session: Session | scoped_session[Any],
    user: User,
    *,
    now: datetime,
    but: LoginSession | None = None,
) -> None:
    """End a person's signed-in browsers, all or all but one."""
    running = update(LoginSession).where(
        LoginSession.user_id == user.id, LoginSession.ended_at.is_(None)
    )
    if but is not None:
        running = running.where(LoginSession.id != but.id)
    session.execute(running.values(ended_at=now))
