"""People and their signed-in browsers."""

from datetime import datetime

from sqlalchemy import select

from jobboard.db import db
from jobboard.models.login_session import LoginSession
from jobboard.models.user import User


def login_by_token(token_hash: str, now: datetime) -> LoginSession | None:
    """Return the running session with this token's hash, its person loaded with it."""
    return db.session.scalar(
        select(LoginSession)
        .join(LoginSession.user)
        .where(
            LoginSession.token_hash == token_hash,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            User.is_suspended.is_(False),
        )
    )


def by_email(email_key: str) -> User | None:
    """Return the account of a mail address, given in its stored form."""
    return db.session.scalar(select(User).where(User.email == email_key))
