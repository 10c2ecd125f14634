"""Mailed links: made here, found again by their hash, written into mails by the worker."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from jobboard.domain import token
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User


def issue(
    session: Session | scoped_session[Any],
    purpose: Purpose,
    *,
    secret: str,
    now: datetime,
    email: str,
    user: User | None = None,
    listing: Listing | None = None,
    expires_at: datetime | None = None,
) -> OneTimeLink:
    """Add a new link to the present transaction; its token is never stored.

    Args:
        session: the running transaction.
        purpose: what the holder may do.
        secret: the setting ``SECRET_KEY``.
        now: the moment, aware UTC.
        email: the address that the link is mailed to.
        user: the account it acts for.
        listing: the listing it acts for.
        expires_at: when it stops working; None for a management link, which ends with its listing.
    """
    nonce = secrets.token_urlsafe(24)
    link = OneTimeLink(
        purpose=purpose,
        nonce=nonce,
        token_hash=token.hashed(token.derived(secret, purpose, nonce)),
        email=email,
        user=user,
        listing=listing,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    return link


def token_of(link: OneTimeLink, secret: str) -> str:
    """Return the token of a link, for the mail that carries it."""
    return token.derived(secret, link.purpose, link.nonce)
