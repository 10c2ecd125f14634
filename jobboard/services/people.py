"""What administrators set: people's rights, suspensions, members and verified organisations.

What changes about an account is a line of its history.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from jobboard import history, logins
from jobboard.db import commit, db
from jobboard.domain.address import email_key
from jobboard.domain.errors import FieldsBroken, RuleBroken
from jobboard.models.account_event import AccountChange
from jobboard.models.organisation import Membership, Organisation, Role, Verification
from jobboard.models.user import User
from jobboard.words import N_


@dataclass(frozen=True)
class Rights:
    """The flags of an account."""

    is_trusted: bool
    is_moderator: bool
    is_administrator: bool


#: Each flag with what its being set, and its being taken, is called.
_CHANGES = {
    "is_trusted": (AccountChange.TRUSTED, AccountChange.NOT_TRUSTED),
    "is_moderator": (AccountChange.MODERATOR, AccountChange.NOT_MODERATOR),
    "is_administrator": (AccountChange.ADMINISTRATOR, AccountChange.NOT_ADMINISTRATOR),
}


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


def set_rights(user: User, rights: Rights, *, by: User, now: datetime) -> None:
    """Set the flags of an account; each that changes is a line of its history.

    Raises:
        LastAdministrator: it is the last administrator, and would be one no longer.
    """
    if not rights.is_administrator:
        _keep_one(user)
    for flag, (given, taken) in _CHANGES.items():
        wanted = getattr(rights, flag)
        if getattr(user, flag) != wanted:
            setattr(user, flag, wanted)
            history.record_account(user, given if wanted else taken, by=by, at=now)
    commit()


def suspend(user: User, *, by: User, now: datetime) -> None:
    """Lock a person out, everywhere and at once; their listings stay as they are.

    Raises:
        LastAdministrator: nobody else could administer the board.
    """
    _keep_one(user)
    if not user.is_suspended:
        user.is_suspended = True
        history.record_account(user, AccountChange.SUSPENDED, by=by, at=now)
    logins.end_all(db.session, user, now=now)
    commit()


def restore(user: User, *, by: User, now: datetime) -> None:
    """Let a suspended person sign in again."""
    if user.is_suspended:
        user.is_suspended = False
        history.record_account(user, AccountChange.RESTORED, by=by, at=now)
    commit()


def sign_out_everywhere(user: User, *, by: User, now: datetime) -> None:
    """End all of a person's signed-in browsers."""
    history.record_account(user, AccountChange.SIGNED_OUT, by=by, at=now)
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
