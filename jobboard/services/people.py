"""What administrators set: people's rights, suspensions, members and verified organisations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from jobboard import logins
from jobboard.db import commit, db
from jobboard.domain.address import email_key
from jobboard.domain.errors import FieldsBroken, RuleBroken
from jobboard.models.organisation import Membership, Organisation, Role, Verification
from jobboard.models.user import User
from jobboard.words import N_


@dataclass(frozen=True)
class Rights:
    """The flags of an account."""

    is_trusted: bool
    is_moderator: bool
    is_administrator: bool


class LastAdministrator(RuleBroken):
    """The board would be left without anybody who can administer it."""

    def __init__(self) -> None:
        super().__init__(
            N_("This is the last administrator. Make somebody else administrator first.")
        )


class NoSuchPerson(FieldsBroken):
    """No confirmed account has this address; ``errors`` names the field."""

    def __init__(self) -> None:
        sentence = N_("Nobody has a confirmed account with this address. Ask them to register.")
        super().__init__(sentence, {"email": sentence})


def set_rights(user: User, rights: Rights) -> None:
    """Set the flags of an account.

    Raises:
        LastAdministrator: it is the last administrator, and would be one no longer.
    """
    if not rights.is_administrator:
        _keep_one(user)
    user.is_trusted = rights.is_trusted
    user.is_moderator = rights.is_moderator
    user.is_administrator = rights.is_administrator
    commit()


def suspend(user: User, *, now: datetime) -> None:
    """Lock a person out, everywhere and at once; their listings stay as they are.

    Raises:
        LastAdministrator: nobody else could administer the board.
    """
    _keep_one(user)
    user.is_suspended = True
    logins.end_all(db.session, user, now=now)
    commit()


def restore(user: User) -> None:
    """Let a suspended person sign in again."""
    user.is_suspended = False
    commit()


def sign_out_everywhere(user: User, *, now: datetime) -> None:
    """End all of a person's signed-in browsers."""
    logins.end_all(db.session, user, now=now)
    commit()


def add_member(organisation: Organisation, email: str, role: Role, *, now: datetime) -> Membership:
    """Let a person act for an organisation; somebody who does already gets the role.

    Raises:
        NoSuchPerson: no confirmed account has this address.
    """
    user = db.session.scalar(
        select(User).where(User.email == email_key(email), User.email_confirmed_at.is_not(None))
    )
    if user is None:
        raise NoSuchPerson
    membership = _membership(organisation, user)
    if membership is None:
        membership = Membership(organisation=organisation, user=user, role=role, created_at=now)
        try:
            with db.session.begin_nested():
                db.session.add(membership)
        except IntegrityError:
            membership = _membership(organisation, user)
            if membership is None:
                raise
    membership.role = role
    commit()
    return membership


def remove_member(organisation: Organisation, membership_id: int) -> None:
    """Let a person no longer act for an organisation; repeating it changes nothing."""
    membership = db.session.scalar(
        select(Membership).where(
            Membership.id == membership_id, Membership.organisation_id == organisation.id
        )
    )
    if membership is not None:
        db.session.delete(membership)
    commit()


def set_verified(organisation: Organisation, how: Verification | None, *, now: datetime) -> None:
    """Say how the board knows that an organisation is what it says, or that it does not."""
    if how != organisation.verified_how:
        organisation.verified_how = how
        organisation.verified_at = now if how is not None else None
        organisation.updated_at = now
    commit()


def _membership(organisation: Organisation, user: User) -> Membership | None:
    return db.session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation.id, Membership.user_id == user.id
        )
    )


def _keep_one(user: User) -> None:
    """Two administrators who demote each other at once must not both succeed: rows are locked."""
    if not user.is_administrator:
        return
    administrators = db.session.scalars(
        select(User.id)
        .where(User.is_administrator.is_(True), User.is_suspended.is_(False))
        .order_by(User.id)
        .with_for_update()
    ).all()
    if set(administrators) <= {user.id}:
        raise LastAdministrator
