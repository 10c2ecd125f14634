"""The history of listings and of accounts: every change of state leaves a line.

A poster reads a listing's history, administrators an account's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import object_session

from jobboard.domain.listing import Verb
from jobboard.models.account_event import AccountChange, AccountEvent
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.user import User


def record(
    listing: Listing,
    verb: Verb,
    *,
    actor: ActorKind,
    at: datetime,
    by: User | None = None,
    reason: str = "",
    note: str = "",
    details: dict[str, Any] | None = None,
) -> Event:
    """Add a line to a listing's history, in the present transaction.

    Args:
        listing: what it happened to; already in a session.
        verb: what happened.
        actor: in what capacity somebody acted.
        at: when, aware UTC.
        by: the account that acted, if any; never shown to posters.
        reason: a word of a closed set (a reason for refusal, a reason for closing).
        note: words for the poster.
        details: plain values that tell more, such as the new end.
    """
    line = Event(
        listing=listing,
        verb=verb,
        actor=actor,
        by=by,
        at=at,
        reason=reason,
        note=note,
        details=details or {},
    )
    session = object_session(listing)
    if session is None:
        raise ValueError("the listing is in no session")
    session.add(line)
    return line


def record_account(
    user: User, change: AccountChange, *, by: User | None, at: datetime
) -> AccountEvent:
    """Add a line to an account's history, in the present transaction.

    Args:
        user: whose account; already in a session.
        change: what was changed.
        by: the administrator who did; None for the command line.
        at: when, aware UTC.
    """
    session = object_session(user)
    if session is None:
        raise ValueError("the account is in no session")
    line = AccountEvent(user=user, change=change, by=by, at=at)
    session.add(line)
    return line
