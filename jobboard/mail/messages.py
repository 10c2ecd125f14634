"""One function for each mail that the board owes, named like its kind and its template pair.

Each adds one row to the outbox in the running transaction. ``params`` is a snapshot in plain JSON
values: what the mail says is what was true when it was owed. Tokens are not in it; delivery makes
them from the link's nonce and the server's secret.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from jobboard.mail import outbox
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User


def listing_confirm(listing: Listing, link: OneTimeLink, *, at: datetime) -> None:
    """Ask a guest to press the button that hands the listing in."""
    _about(listing, "listing_confirm", at, key=link.nonce, params={"link": _link(link)})


def listing_received(listing: Listing, *, at: datetime) -> None:
    """Tell the poster that the listing waits for a moderator."""
    _about(listing, "listing_received", at, key=_stamp(listing.submitted_at or at))


def listing_posted(listing: Listing, *, at: datetime) -> None:
    """Tell the poster that the listing went live: its address, its end, how to change it."""
    _about(listing, "listing_posted", at, key=_stamp(listing.publish_at or at))


def listing_text_accepted(listing: Listing, *, at: datetime) -> None:
    """Tell the poster that the changed text of a live listing has taken the former one's place.

    It has the kind of the mail that says that the listing is live.
    """
    _about(listing, "listing_posted", at, key=_stamp(at), params={"is_new_text": True})


def listing_changes_requested(
    listing: Listing, *, note: str, at: datetime, is_live: bool = False
) -> None:
    """Tell the poster what a moderator asks to change.

    Args:
        listing: what has to be changed.
        note: the moderator's words.
        at: the moment, aware UTC.
        is_live: a new text for it was refused, and the live one stays.
    """
    params = {"note": note, "is_live": is_live}
    _about(listing, "listing_changes_requested", at, key=_stamp(at), params=params)


def listing_refused(listing: Listing, *, reason: str, note: str, at: datetime) -> None:
    """Tell the poster that the listing was refused, why, and how to object.

    Args:
        listing: what was refused.
        reason: the reason's English label, marked for the catalogues.
        note: the moderator's words, may be empty.
        at: the moment, aware UTC.
    """
    params = {"reason": reason, "note": note}
    _about(listing, "listing_refused", at, key=_stamp(at), params=params)


def listing_removed(listing: Listing, *, reason: str, note: str, at: datetime) -> None:
    """Tell the poster that the listing was taken down, why, and how to object.

    The arguments are those of ``listing_refused``.
    """
    params = {"reason": reason, "note": note}
    _about(listing, "listing_removed", at, key=_stamp(at), params=params)


def listing_marked_duplicate(
    listing: Listing, *, note: str, at: datetime, original: Listing | None = None
) -> None:
    """Tell the poster that the same opportunity is on the board already, and how to object.

    Args:
        listing: the one that is not shown.
        note: the moderator's words, may be empty.
        at: the moment, aware UTC.
        original: the one that is, if the moderator named it and everybody can read it.
    """
    params: dict[str, object] = {"note": note}
    if original is not None:
        params |= {"original_title": original.title, "original_slug": original.slug}
    _about(listing, "listing_marked_duplicate", at, key=_stamp(at), params=params)


def listing_ending(listing: Listing, *, days: int, at: datetime) -> None:
    """Remind the poster that the listing ends; each reminder once for each end it had.

    Args:
        listing: a live one.
        days: which reminder it is. What is told are the days that are left: the clock may be late.
        at: the moment, aware UTC.
    """
    ends_at = listing.ends_at or at
    left = max(1, -((at - ends_at) // timedelta(days=1)))
    _about(
        listing,
        "listing_ending",
        at,
        key=ending_key(listing.id, ends_at, days),
        params={"days": min(days, left)},
    )


def listing_expired(listing: Listing, *, at: datetime) -> None:
    """Tell the poster that the listing has ended; once for each end it had."""
    _about(listing, "listing_expired", at, key=_stamp(listing.ends_at or at))


def address_confirm(user: User, link: OneTimeLink, *, at: datetime) -> None:
    """Ask a new account's owner to confirm the address."""
    params = {"link": _link(link), "is_known": False}
    _to(user, "address_confirm", at, key=link.nonce, params=params)


def account_exists(user: User, *, at: datetime) -> None:
    """Answer a registration with an address that has an account, without telling who asked.

    It has the kind of the mail that a new account gets, and at most one goes out in a quarter of
    an hour, so that nobody fills a stranger's mailbox.
    """
    key = f"known:{user.id}:{_quarter(at)}"
    _to(user, "address_confirm", at, key=key, params={"is_known": True})


def password_reset(user: User, link: OneTimeLink, *, at: datetime) -> None:
    """Send the link that sets a new password."""
    expires_at = link.expires_at.isoformat() if link.expires_at else None
    params = {"link": _link(link), "expires_at": expires_at}
    _to(user, "password_reset", at, key=link.nonce, params=params)


def address_changed(user: User, *, old_email: str, at: datetime) -> None:
    """Tell the former address that the account now has another one, which stays unnamed."""
    key = f"{user.id}:{_stamp(at)}"
    _to(user, "address_changed", at, key=key, params={"at": at.isoformat()}, to=old_email)


def device_new(user: User, *, device: str, at: datetime) -> None:
    """Tell a person that somebody signed in from a browser that was not seen before.

    Args:
        user: whose account.
        device: the browser and system in words, such as ``Firefox on Linux``.
        at: the moment, aware UTC; one mail a quarter of an hour at most.
    """
    params = {"device": device[:200], "at": at.isoformat()}
    _to(user, "device_new", at, key=f"{user.id}:{_quarter(at)}", params=params)


def ending_key(listing_id: int, ends_at: datetime, days: int) -> str:
    """Return what names a reminder among those of all listings, after the kind."""
    return f"{listing_id}:{_stamp(ends_at)}:{days}"


def _about(
    listing: Listing,
    kind: str,
    at: datetime,
    *,
    key: str,
    params: Mapping[str, object] | None = None,
) -> None:
    """Owe a mail about a listing to whoever posted it; a muted listing owes none."""
    to = listing.notice_address
    if listing.is_muted or not to:
        return
    session = _session(listing)
    own = key if key.startswith(f"{listing.id}:") else f"{listing.id}:{key}"
    outbox.queue(
        session,
        kind,
        to,
        {"link": _management_link(session, listing), **_snapshot(listing), **(params or {})},
        dedupe_key=f"{kind}:{own}",
        at=at,
        listing_id=listing.id,
        user_id=listing.poster_id,
    )


def _to(
    user: User,
    kind: str,
    at: datetime,
    *,
    key: str,
    params: Mapping[str, object],
    to: str | None = None,
) -> None:
    session = _session(user)
    outbox.queue(
        session,
        kind,
        to or user.email,
        {"name": user.name, **params},
        dedupe_key=f"{kind}:{key}",
        at=at,
        user_id=user.id,
    )


def _snapshot(listing: Listing) -> dict[str, Any]:
    return {
        "listing_id": listing.id,
        "slug": listing.slug,
        "title": listing.title,
        "organisation": listing.organisation_name,
        "ends_at": listing.ends_at.isoformat() if listing.ends_at else None,
        "zone": listing.deadline_zone,
        "is_guest": listing.poster_id is None and listing.poster is None,
    }


def _management_link(session: Session, listing: Listing) -> dict[str, str] | None:
    """Return the newest management link of a guest's listing; accounts use their dashboard."""
    if listing.poster_id is not None or listing.poster is not None:
        return None
    with session.no_autoflush:
        link = session.scalar(
            select(OneTimeLink)
            .where(
                OneTimeLink.listing_id == listing.id,
                OneTimeLink.purpose == Purpose.LISTING_MANAGE,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.email == listing.poster_email,
            )
            .order_by(OneTimeLink.id.desc())
            .limit(1)
        )
    return _link(link) if link is not None else None


def _link(link: OneTimeLink) -> dict[str, str]:
    return {"purpose": link.purpose.value, "nonce": link.nonce}


def _session(row: Listing | User) -> Session:
    """Return the session of a row, which is inserted by then: the message refers to its id."""
    session = object_session(row)
    if session is None:
        raise ValueError("the row is in no session")
    if row in session.new:
        session.flush()
    return session


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S.%f}"


def _quarter(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H}{moment.minute // 15}"
