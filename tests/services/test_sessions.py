"""Signed-in browsers: started, found, ended."""

from datetime import timedelta

import argon2
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from jobboard import links, logins, passwords
from jobboard.domain import token
from jobboard.domain.listing import Verb
from jobboard.logins import SignedIn
from jobboard.models.event import ActorKind, Event
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.queries import people as find
from jobboard.services import accounts, people, sessions
from jobboard.services.accounts import LinkEnded
from tests.support.listings import listing
from tests.support.people import NOW, PASSWORD, person

Db = scoped_session[Session]

SECRET = "0123456789abcdef" * 3


def sign_in(
    email: str = "alice@think.example", password: str = PASSWORD, **values: object
) -> SignedIn | None:
    return sessions.sign_in(email, password, **{"now": NOW, "secret": SECRET, **values})  # type: ignore[arg-type]


def started(**values: object) -> SignedIn:
    signed_in = sign_in(**values)  # type: ignore[arg-type]
    assert signed_in is not None
    return signed_in


def test_sign_in(session: Db) -> None:
    user = person(session)
    signed_in = started(email=" ALICE@think.example", device="Firefox, Linux")

    assert find.login_by_token(token.hashed(signed_in.token), NOW) is signed_in.login
    assert (signed_in.login.user, signed_in.login.device) == (user, "Firefox, Linux")
    assert len(signed_in.token) >= 43
    assert signed_in.token not in str(vars(signed_in.login))


def test_each_sign_in_has_a_token_of_its_own(session: Db) -> None:
    person(session)

    assert len({started().token for _ in range(3)}) == 3


@pytest.mark.parametrize("password", ["", "wrong password", PASSWORD + " ", PASSWORD.upper()])
def test_a_wrong_password(session: Db, password: str) -> None:
    person(session)

    assert sign_in(password=password) is None
    assert session.scalar(select(func.count(LoginSession.id))) == 0


def test_nobody_signs_in(session: Db) -> None:
    assert sign_in("nobody@think.example") is None


def test_a_suspended_person_does_not_sign_in(session: Db) -> None:
    person(session, is_suspended=True)

    assert sign_in() is None


def test_signing_in_claims_what_came_from_the_address_meanwhile(session: Db) -> None:
    user = person(session)
    mine = listing(session, poster_email=user.email, is_muted=True)
    manage = links.issue(
        session, Purpose.LISTING_MANAGE, secret=SECRET, now=NOW, email=user.email, listing=mine
    )
    other = listing(session, poster_email="charlie@think.example")
    bob = person(session, "bob")
    bobs = listing(session, poster=bob)
    started()
    started()

    assert (mine.poster_id, mine.is_muted) == (user.id, False)
    assert (other.poster_id, bobs.poster_id) == (None, bob.id)
    events = [(e.listing_id, e.verb, e.actor, e.by_id) for e in session.scalars(select(Event))]
    assert events == [(mine.id, Verb.CLAIM, ActorKind.POSTER, user.id)]
    session.refresh(manage)
    assert manage.used_at == NOW


def test_a_failed_sign_in_claims_nothing(session: Db) -> None:
    user = person(session)
    mine = listing(session, poster_email=user.email)
    sign_in(password="wrong password")

    assert mine.poster_id is None


@pytest.mark.parametrize(("remembered", "days"), [(False, 14), (True, 60)])
def test_a_session_ends_by_itself(session: Db, remembered: bool, days: int) -> None:
    person(session)
    signed_in = started(is_remembered=remembered)
    hashed = token.hashed(signed_in.token)

    just_before = NOW + timedelta(days=days, seconds=-1)
    assert find.login_by_token(hashed, just_before) is signed_in.login
    assert find.login_by_token(hashed, NOW + timedelta(days=days)) is None


def test_an_unconfirmed_person_gets_the_mail_again_once_an_hour(session: Db) -> None:
    person(session, email_confirmed_at=None)

    assert sign_in(password="wrong password") is None
    assert session.scalar(select(func.count(Message.id))) == 0
    assert sign_in() is None
    assert sign_in(now=NOW + timedelta(minutes=59)) is None
    assert session.scalars(select(Message.kind)).all() == ["address_confirm"]
    assert sign_in(now=NOW + timedelta(minutes=60)) is None
    assert session.scalar(select(func.count(Message.id))) == 2


def test_the_mail_sent_again_confirms(session: Db) -> None:
    person(session, email_confirmed_at=None)
    sign_in()
    link = session.scalars(select(OneTimeLink)).one()
    accounts.confirm_address(links.token_of(link, SECRET), now=NOW)

    assert sign_in() is not None


def test_signing_in_ends_a_reset_link(session: Db) -> None:
    person(session)
    accounts.request_reset("alice@think.example", secret=SECRET, now=NOW)
    link = session.scalars(
        select(OneTimeLink).where(OneTimeLink.purpose == Purpose.PASSWORD_RESET)
    ).one()
    raw = links.token_of(link, SECRET)
    started()

    with pytest.raises(LinkEnded):
        accounts.reset_password(raw, "another good password", site_name="Geopolist", now=NOW)


def test_an_old_hash_is_renewed(session: Db) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    person(session, password_hash=weak.hash(PASSWORD.encode()))
    started()

    kept = session.scalars(select(User.password_hash)).one()
    assert not passwords.needs_renewal(kept)
    assert passwords.is_right(PASSWORD, kept)


def test_a_new_device_is_told_but_not_the_first(session: Db) -> None:
    person(session)
    for device in ("Firefox, Linux", "Firefox, Linux", "Safari, iPhone"):
        started(device=device)

    kinds = session.scalars(select(Message.kind)).all()
    assert kinds == ["device_new"]


def test_sign_out_is_final_and_repeatable(session: Db) -> None:
    user = person(session)
    first, second = started(), started()
    sessions.sign_out(first.login, now=NOW)
    sessions.sign_out(first.login, now=NOW + timedelta(hours=1))

    assert first.login.ended_at == NOW
    assert find.login_by_token(token.hashed(first.token), NOW) is None
    assert find.logins_of(user, NOW) == [second.login]


def test_end_one_of_ones_own_only(session: Db) -> None:
    alice, bob = person(session), person(session, "bob")
    login = started().login
    sessions.end_one(bob, login.id, now=NOW)
    assert find.logins_of(alice, NOW) == [login]

    sessions.end_one(alice, login.id, now=NOW)
    assert find.logins_of(alice, NOW) == []


def test_end_others(session: Db) -> None:
    alice = person(session)
    bobs = logins.start(session, person(session, "bob"), now=NOW).login
    session.commit()
    mine = [started().login for _ in range(3)]
    sessions.end_others(alice, keep=mine[1], now=NOW)

    assert find.logins_of(alice, NOW) == [mine[1]]
    assert bobs.ended_at is None


def test_suspending_ends_all(session: Db) -> None:
    alice = person(session)
    signed_in = started()
    people.suspend(alice, by=alice, now=NOW)

    assert find.login_by_token(token.hashed(signed_in.token), NOW) is None
    people.restore(alice, by=alice, now=NOW)
    assert find.login_by_token(token.hashed(signed_in.token), NOW) is None
    assert sign_in() is not None
