"""People, their signed-in browsers, their links, and the organisations they act for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.orm import joinedload

from jobboard.db import db
from jobboard.markup.text import fold
from jobboard.models.account_event import AccountEvent
from jobboard.models.login_session import LoginSession
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.organisation import Membership, Organisation
from jobboard.models.user import User
from jobboard.queries.typed_words import contains

#: Rows of one page.
PAGE = 25
#: Lines of an account's history; nobody's right changes more often.
_MOST_LINES = 100

#: What the list of people can be narrowed to.
GROUPS: dict[str, ColumnElement[bool]] = {
    "administrators": User.is_administrator.is_(True),
    "moderators": User.is_moderator.is_(True),
    "trusted": User.is_trusted.is_(True),
    "suspended": User.is_suspended.is_(True),
    "unconfirmed": User.email_confirmed_at.is_(None),
}


@dataclass(frozen=True)
class LinkState:
    """What a mailed link can still do.

    Attributes:
        is_open: it works.
        is_done: it, or a later one, did what it was for.
    """

    is_open: bool
    is_done: bool


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


def person(user_id: int) -> User | None:
    """Return an account by its number."""
    return db.session.scalar(select(User).where(User.id == user_id))


def logins_of(user: User, now: datetime) -> list[LoginSession]:
    """Return the browsers in which a person is signed in, latest first."""
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(
                LoginSession.user_id == user.id,
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > now,
            )
            .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
        )
    )


def history_of(user: User) -> list[AccountEvent]:
    """Return what was changed about an account, latest first, with who did it."""
    return list(
        db.session.scalars(
            select(AccountEvent)
            .where(AccountEvent.user_id == user.id)
            .options(joinedload(AccountEvent.by))
            .order_by(AccountEvent.id.desc())
            .limit(_MOST_LINES)
        )
    )


def link_state(token_hash: str, purpose: Purpose, now: datetime) -> LinkState:
    """Return what a mailed link of an account can still do; an unknown one can do nothing."""
    link = db.session.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash, OneTimeLink.purpose == purpose)
        .options(joinedload(OneTimeLink.user))
    )
    if link is None or link.user is None or link.user.is_suspended:
        return LinkState(is_open=False, is_done=False)
    is_open = link.used_at is None and link.expires_at is not None and link.expires_at > now
    is_done = purpose == Purpose.ADDRESS_CONFIRM and link.user.email_confirmed_at is not None
    return LinkState(is_open=is_open, is_done=is_done)


def people(*, words: str, group: str, page: int) -> tuple[list[User], int]:
    """Return a page of accounts, newest first, and how many there are in all.

    Args:
        words: a part of the name or the address; empty for everybody.
        group: a key of ``GROUPS``, or empty.
        page: from 1.
    """
    query = select(User)
    if group:
        query = query.where(GROUPS.get(group, false()))
    if words:
        query = query.where(contains(words, User.email, User.name))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(query.order_by(User.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return list(rows), total


def group_counts() -> dict[str, int]:
    """Return how many accounts there are, under ``all``, and in each of ``GROUPS``."""
    columns = [func.count(), *(func.sum(case((rule, 1), else_=0)) for rule in GROUPS.values())]
    row = db.session.execute(select(*columns).select_from(User)).one()
    return {name: int(count or 0) for name, count in zip(("all", *GROUPS), row, strict=True)}


def memberships_of(user: User) -> list[Membership]:
    """Return the organisations a person acts for, by name."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Membership.organisation)
            .where(Membership.user_id == user.id)
            .options(joinedload(Membership.organisation))
            .order_by(Organisation.name)
        )
    )


def organisations(*, words: str, page: int) -> tuple[list[Organisation], int]:
    """Return a page of organisations by name, and how many there are in all."""
    query = select(Organisation)
    if words:
        found = contains(words, Organisation.name, Organisation.website)
        # Names are stored folded too: "Türkiye" is found by "turkiye".
        key = fold(words)
        by_key = Organisation.name_key.contains(key, autoescape=True)
        query = query.where(found | by_key if key else found)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.order_by(Organisation.name_key).limit(PAGE).offset((page - 1) * PAGE)
    )
    return list(rows), total


def organisation(organisation_id: int) -> Organisation | None:
    """Return an organisation by its number."""
    return db.session.scalar(select(Organisation).where(Organisation.id == organisation_id))


def members_of(of: Organisation) -> list[Membership]:
    """Return who acts for an organisation, by address."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Membership.user)
            .where(Membership.organisation_id == of.id)
            .options(joinedload(Membership.user))
            .order_by(User.email)
        )
    )
