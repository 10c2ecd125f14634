"""Writing a listing and handing it in, with an account or as a guest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from jobboard import content as contents
from jobboard import history, links
from jobboard.db import commit, db
from jobboard.domain.address import email_key
from jobboard.domain.errors import RuleBroken
from jobboard.domain.listing import Status, Verb, check_move
from jobboard.domain.submission import check
from jobboard.going_live import go_live
from jobboard.holding import hold
from jobboard.mail import messages
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.words import N_


@dataclass(frozen=True)
class Envelope:
    """What comes with the text: the form's key, the terms accepted, a wish for later.

    Attributes:
        submission_key: the same form sent twice carries the same key and makes one listing.
        terms_version: the version of the terms that was accepted.
        publish_from: the moment before which the listing must not be public; None for at once.
    """

    submission_key: str
    terms_version: str
    publish_from: datetime | None = None


class KeyTaken(RuleBroken):
    """The form's key belongs to a listing of somebody else."""

    def __init__(self) -> None:
        super().__init__(N_("This form was already used. Open a new one and copy your text over."))


class AlreadyHandedIn(RuleBroken):
    """The form was sent before, and what came of it is past the stage of writing."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This listing was already handed in with another text. "
                "To change it, use the address in the mail you got."
            )
        )


def submit_as_guest(
    content: Mapping[str, Any],
    *,
    email: str,
    envelope: Envelope,
    now: datetime,
    secret: str,
) -> Listing:
    """Keep a guest's listing as a draft and mail the link with the confirming button.

    Sending the same form again (a double click, the back button) finds the same listing: a text
    corrected meanwhile takes the first one's place, a corrected address gets a link of its own
    and the mistyped one's link ends.

    Raises:
        SubmissionIncomplete: fields are missing or make no sense; nothing is written.
        KeyTaken: the form's key is another person's.
        AlreadyHandedIn: the listing was confirmed meanwhile, and this is another text.
    """
    check(content, now, publish_from=envelope.publish_from)
    known = _by_key(envelope.submission_key)
    if known is not None:
        return _sent_again(known, content, email=email, envelope=envelope, now=now, secret=secret)
    listing = Listing(
        submission_key=envelope.submission_key,
        poster_email=email_key(email),
        publish_from=envelope.publish_from,
        terms_version=envelope.terms_version,
        status=Status.DRAFT,
        created_at=now,
        updated_at=now,
    )
    contents.write(listing, content)
    if not _added(listing):
        twin = _by_key(envelope.submission_key)
        if twin is None:
            raise KeyTaken
        return _sent_again(twin, content, email=email, envelope=envelope, now=now, secret=secret)
    history.record(listing, Verb.CREATE, actor=ActorKind.GUEST, at=now)
    _mail_link(listing, now=now, secret=secret)
    commit()
    return listing


def confirm(listing: Listing, *, now: datetime) -> None:
    """Hand in a guest's draft: the mailed button was pressed, so the address is theirs.

    Where that address has an account, the listing becomes the account's.

    Raises:
        MoveRefused: it was handed in already.
        SubmissionIncomplete: it is no longer complete, say its deadline has passed.
    """
    hold(listing)
    check(contents.read(listing), now, publish_from=listing.publish_from)
    listing.move_to(Status.PENDING, Verb.SUBMIT, now)
    listing.submitted_at = now
    contents.link_organisation(listing)
    history.record(listing, Verb.CONFIRM, actor=ActorKind.GUEST, at=now)
    _give_to_account(listing, now)
    messages.listing_received(listing, at=now)
    commit()


def save_draft(
    content: Mapping[str, Any],
    *,
    by: User,
    submission_key: str,
    now: datetime,
    publish_from: datetime | None = None,
) -> Listing:
    """Keep what a signed-in person has written so far, complete or not.

    Raises:
        KeyTaken: the form's key is another person's.
        MoveRefused: the listing is past the stage of writing.
    """
    listing = _own(submission_key, by)
    if listing is None:
        listing = _fresh(content, by=by, submission_key=submission_key, now=now)
    else:
        hold(listing)
        _rewrite(listing, content, now)
    listing.publish_from = publish_from
    commit()
    return listing


def autosave(
    listing: Listing,
    content: Mapping[str, Any],
    *,
    now: datetime,
    publish_from: datetime | None,
    version: int | None,
) -> None:
    """Keep a stored draft quietly while its poster, or a colleague, writes on.

    Raises:
        MoveRefused: the listing is past the stage of writing.
        ChangedMeanwhile: somebody else saved since the page was opened.
    """
    hold(listing, version)
    _rewrite(listing, content, now)
    listing.publish_from = publish_from
    commit()


def submit(
    content: Mapping[str, Any],
    *,
    by: User,
    envelope: Envelope,
    now: datetime,
    life_days: int,
) -> Listing:
    """Hand in a signed-in person's listing: to the moderators, or straight to the board.

    Raises:
        SubmissionIncomplete: fields are missing or make no sense; nothing is written.
        KeyTaken: the form's key is another person's.
        AlreadyHandedIn: the listing was handed in before, and this is another text.
    """
    check(content, now, publish_from=envelope.publish_from)
    listing = _own(envelope.submission_key, by)
    if listing is None:
        listing = _fresh(content, by=by, submission_key=envelope.submission_key, now=now)
    if listing.status not in (Status.DRAFT, Status.CHANGES_REQUESTED):
        # The same form a second time: what it asked for has happened.
        if contents.changed(listing, content):
            raise AlreadyHandedIn
        return listing
    hold(listing)
    contents.write(listing, content)
    listing.publish_from = envelope.publish_from
    _accept_terms(listing, by, envelope.terms_version, now)
    _hand_in(listing, by=by, actor=ActorKind.POSTER, now=now, life_days=life_days)
    commit()
    return listing


def resubmit(
    listing: Listing,
    content: Mapping[str, Any],
    *,
    by: User | None,
    actor: ActorKind,
    now: datetime,
    life_days: int,
    publish_from: datetime | None,
    terms_version: str,
) -> None:
    """Hand in a draft, or a listing that a moderator asked to change, with its new text.

    Raises:
        SubmissionIncomplete: fields are missing or make no sense; nothing is written.
        MoveRefused: the listing is not waiting for its poster.
    """
    hold(listing)
    check_move(Verb.SUBMIT, listing.life, now)
    check(content, now, publish_from=publish_from)
    contents.write(listing, content)
    listing.publish_from = publish_from
    _accept_terms(listing, by, terms_version, now)
    _hand_in(listing, by=by, actor=actor, now=now, life_days=life_days)
    commit()


def _hand_in(
    listing: Listing, *, by: User | None, actor: ActorKind, now: datetime, life_days: int
) -> None:
    listing.submitted_at = now
    if by is not None and by.is_trusted:
        go_live(listing, Verb.SUBMIT, now=now, life_days=life_days)
    else:
        listing.move_to(Status.PENDING, Verb.SUBMIT, now)
        contents.link_organisation(listing)
        messages.listing_received(listing, at=now)
    history.record(listing, Verb.SUBMIT, actor=actor, by=by, at=now)


def _accept_terms(listing: Listing, by: User | None, version: str, now: datetime) -> None:
    listing.terms_version = version
    if by is not None and by.terms_version != version:
        by.terms_version = version
        by.terms_accepted_at = now


def _rewrite(listing: Listing, content: Mapping[str, Any], now: datetime) -> None:
    """Put another text on a listing that waits for its poster; no other one is written so.

    A form left open after it was sent must not change, unread, what a moderator reads or what is
    live.
    """
    check_move(Verb.SUBMIT, listing.life, now)
    contents.write(listing, content)
    listing.updated_at = now


def _sent_again(
    listing: Listing,
    content: Mapping[str, Any],
    *,
    email: str,
    envelope: Envelope,
    now: datetime,
    secret: str,
) -> Listing:
    hold(listing)
    is_same_address = listing.poster_email == email_key(email)
    if listing.status is not Status.DRAFT or listing.poster_id is not None:
        if not is_same_address:
            raise KeyTaken
        if contents.changed(listing, content):
            raise AlreadyHandedIn
        return listing
    if contents.changed(listing, content):
        _rewrite(listing, content, now)
    listing.publish_from = envelope.publish_from
    listing.terms_version = envelope.terms_version
    if not is_same_address:
        listing.poster_email = email_key(email)
        _end_links(listing, now)
        _mail_link(listing, now=now, secret=secret)
    commit()
    return listing


def _mail_link(listing: Listing, *, now: datetime, secret: str) -> None:
    link = links.issue(
        db.session,
        Purpose.LISTING_MANAGE,
        secret=secret,
        now=now,
        email=listing.poster_email,
        listing=listing,
    )
    db.session.flush()
    messages.listing_confirm(listing, link, at=now)


def _end_links(listing: Listing, now: datetime) -> None:
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.purpose == Purpose.LISTING_MANAGE,
            OneTimeLink.listing_id == listing.id,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def _give_to_account(listing: Listing, now: datetime) -> None:
    owner = db.session.scalar(
        select(User).where(
            User.email == listing.poster_email,
            User.email_confirmed_at.is_not(None),
            User.is_suspended.is_(False),
        )
    )
    if owner is None:
        return
    listing.poster = owner
    history.record(listing, Verb.CLAIM, actor=ActorKind.POSTER, by=owner, at=now)
    db.session.flush()
    _end_links(listing, now)


def _fresh(content: Mapping[str, Any], *, by: User, submission_key: str, now: datetime) -> Listing:
    listing = Listing(
        submission_key=submission_key,
        poster=by,
        poster_email=by.email,
        status=Status.DRAFT,
        created_at=now,
        updated_at=now,
    )
    contents.write(listing, content)
    if not _added(listing):
        twin = _own(submission_key, by)
        if twin is None:
            raise KeyTaken
        return twin
    history.record(listing, Verb.CREATE, actor=ActorKind.POSTER, by=by, at=now)
    return listing


def _added(listing: Listing) -> bool:
    """Insert a listing; False when its key is taken: the unique row decides, not a look-up."""
    try:
        with db.session.begin_nested():
            db.session.add(listing)
    except IntegrityError:
        return False
    return True


def _by_key(submission_key: str) -> Listing | None:
    return db.session.scalar(select(Listing).where(Listing.submission_key == submission_key))


def _own(submission_key: str, by: User) -> Listing | None:
    listing = _by_key(submission_key)
    if listing is not None and listing.poster_id != by.id:
        raise KeyTaken
    return listing
