"""Accounts from registering to a changed password, on real databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from jobboard import links, logins, passwords
from jobboard.domain import token
from jobboard.domain.errors import ChangedMeanwhile
from jobboard.domain.listing import Status, Verb
from jobboard.models.account_event import AccountChange
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import Listing
from jobboard.models.login_session import LoginSession
from jobboard.models.message import Message
from jobboard.models.one_time_link import OneTimeLink, Purpose
from jobboard.models.user import User
from jobboard.queries import dashboard
from jobboard.queries import people as find
from jobboard.services import accounts
from jobboard.services.accounts import LinkEnded, PasswordRefused, Registration
from tests.support.people import NOW, PASSWORD, person

Db = scoped_session[Session]

SECRET = "0123456789abcdef" * 3
SITE = "Geopolist"
NEW = "another good password"


def registration(email: str = "alice@think.example", **values: str) -> Registration:
    return Registration(
        **{"email": email, "password": PASSWORD, "name": "Alice", "terms_version": "3", **values}
    )


def register(asked: Registration | None = None, now: datetime = NOW) -> None:
    accounts.register(asked or registration(), site_name=SITE, secret=SECRET, now=now)


def mails(session: Db) -> list[tuple[str, str]]:
    rows = session.execute(select(Message.kind, Message.to_address).order_by(Message.id))
    return [(kind, to) for kind, to in rows]


def newest_token(session: Db, purpose: Purpose = Purpose.ADDRESS_CONFIRM) -> str:
    link = session.scalars(
        select(OneTimeLink).where(OneTimeLink.purpose == purpose).order_by(OneTimeLink.id.desc())
    ).first()
    assert link is not None
    return links.token_of(link, SECRET)


def alice(session: Db) -> User:
    return session.scalars(select(User).where(User.email == "alice@think.example")).one()


# ------------------------------------------------------------------------------------ registering


def test_register(session: Db) -> None:
    register(registration(" Alice@Think.Example "))

    user = alice(session)
    assert (user.name, user.terms_version, user.terms_accepted_at) == ("Alice", "3", NOW)
    assert user.email_confirmed_at is None
    assert (user.is_trusted, user.is_moderator, user.is_administrator) == (False, False, False)
    assert passwords.is_right(PASSWORD, user.password_hash)
    assert mails(session) == [("address_confirm", "alice@think.example")]


def test_no_token_is_stored(session: Db) -> None:
    register()

    raw = newest_token(session)
    link = session.scalars(select(OneTimeLink)).one()
    assert raw not in str(vars(link))
    assert raw not in str(session.scalars(select(Message.params)).one())


def test_register_with_a_known_address_changes_nothing(session: Db) -> None:
    person(session)
    before = alice(session).password_hash

    register(registration(password=NEW, name="Mallory"))

    user = alice(session)
    assert (user.name, user.password_hash) == ("Alice", before)
    assert session.scalar(select(func.count(OneTimeLink.id))) == 0
    assert mails(session) == [("address_confirm", "alice@think.example")]


def test_register_twice_at_once_is_one(session: Db) -> None:
    register()
    register(now=NOW + timedelta(seconds=2))

    assert session.scalar(select(func.count(User.id))) == 1
    assert len(mails(session)) == 1


def test_register_again_later_ends_the_older_link(session: Db) -> None:
    register()
    old = newest_token(session)
    register(registration(password=NEW), now=NOW + timedelta(hours=2))

    with pytest.raises(LinkEnded):
        accounts.confirm_address(old, now=NOW + timedelta(hours=3))
    accounts.confirm_address(newest_token(session), now=NOW + timedelta(hours=3))
    assert passwords.is_right(NEW, alice(session).password_hash)


def test_register_refuses_a_weak_password(session: Db) -> None:
    with pytest.raises(PasswordRefused) as refusal:
        register(registration(password="password123"))

    assert list(refusal.value.errors) == ["password"]
    assert session.scalar(select(func.count(User.id))) == 0


# --------------------------------------------------------------------------- confirming, claiming


def test_confirm(session: Db) -> None:
    register()
    accounts.confirm_address(newest_token(session), now=NOW + timedelta(hours=23))

    assert alice(session).email_confirmed_at == NOW + timedelta(hours=23)


@pytest.mark.parametrize("after", [timedelta(hours=24), timedelta(days=400)])
def test_confirm_too_late(session: Db, after: timedelta) -> None:
    register()

    with pytest.raises(LinkEnded):
        accounts.confirm_address(newest_token(session), now=NOW + after)
    assert alice(session).email_confirmed_at is None


def test_confirm_twice(session: Db) -> None:
    register()
    raw = newest_token(session)
    accounts.confirm_address(raw, now=NOW)

    with pytest.raises(LinkEnded):
        accounts.confirm_address(raw, now=NOW)
    state = find.link_state(token.hashed(raw), Purpose.ADDRESS_CONFIRM, NOW)
    assert (state.is_open, state.is_done) == (False, True)


@pytest.mark.parametrize("raw", ["", "x", "ü" * 40, "\ud800", "\x00", "a" * 5000])
def test_confirm_with_nonsense(session: Db, raw: str) -> None:
    register()

    with pytest.raises(LinkEnded):
        accounts.confirm_address(raw, now=NOW)


def test_a_reset_link_confirms_nothing_and_the_other_way_round(session: Db) -> None:
    register()
    confirm = newest_token(session)
    accounts.request_reset("alice@think.example", secret=SECRET, now=NOW)
    reset = newest_token(session, Purpose.PASSWORD_RESET)

    with pytest.raises(LinkEnded):
        accounts.confirm_address(reset, now=NOW)
    with pytest.raises(LinkEnded):
        accounts.reset_password(confirm, NEW, site_name=SITE, now=NOW)


@pytest.fixture
def posted(session: Db) -> Callable[..., Listing]:
    def make(email: str = "alice@think.example", **columns: Any) -> Listing:
        listing = Listing(
            title="Analyst, Black Sea",
            poster_email=email,
            status=Status.DRAFT,
            created_at=NOW,
            updated_at=NOW,
            **columns,
        )
        session.add(listing)
        links.issue(
            session,
            Purpose.LISTING_MANAGE,
            secret=SECRET,
            now=NOW,
            email=email,
            listing=listing,
        )
        session.commit()
        return listing

    return make


def test_confirming_claims_what_was_posted_as_a_guest(
    session: Db, posted: Callable[..., Listing]
) -> None:
    mine = posted(is_muted=True)
    manage = newest_token(session, Purpose.LISTING_MANAGE)
    another = posted("charlie@think.example", is_muted=True)
    other_manage = newest_token(session, Purpose.LISTING_MANAGE)
    bobs = posted(poster=person(session, "bob"))
    bob_id = bobs.poster_id
    register()
    accounts.confirm_address(newest_token(session), now=NOW)

    assert (mine.poster_id, mine.is_muted) == (alice(session).id, False)
    assert (another.poster_id, another.is_muted) == (None, True)
    assert bobs.poster_id == bob_id
    events = [(e.listing_id, e.verb, e.actor, e.by_id) for e in session.scalars(select(Event))]
    assert events == [(mine.id, Verb.CLAIM, ActorKind.POSTER, alice(session).id)]
    assert dashboard.by_manage_token(token.hashed(manage), NOW) is None
    assert dashboard.by_manage_token(token.hashed(other_manage), NOW) is another


def test_registering_alone_claims_nothing(session: Db, posted: Callable[..., Listing]) -> None:
    listing = posted()
    register()

    assert listing.poster_id is None


# ---------------------------------------------------------------------------------- lost password


def ask_reset(session: Db, now: datetime = NOW) -> str:
    accounts.request_reset("alice@think.example", secret=SECRET, now=now)
    return newest_token(session, Purpose.PASSWORD_RESET)


def test_reset(session: Db) -> None:
    user = person(session)
    logins.start(session, user, now=NOW)
    logins.start(session, person(session, "bob"), now=NOW)
    session.commit()
    accounts.reset_password(ask_reset(session), NEW, site_name=SITE, now=NOW)

    assert passwords.is_right(NEW, alice(session).password_hash)
    ended = session.execute(
        select(LoginSession.user_id, LoginSession.ended_at).order_by(LoginSession.id)
    ).all()
    assert [(user_id == user.id, at) for user_id, at in ended] == [(True, NOW), (False, None)]


def test_reset_for_nobody_mails_nobody(session: Db) -> None:
    accounts.request_reset("nobody@think.example", secret=SECRET, now=NOW)

    assert mails(session) == []
    assert session.scalar(select(func.count(OneTimeLink.id))) == 0


def test_reset_for_a_suspended_person_mails_nobody(session: Db) -> None:
    person(session, is_suspended=True)
    accounts.request_reset("alice@think.example", secret=SECRET, now=NOW)

    assert mails(session) == []


def test_a_reset_link_works_once_for_six_hours(session: Db) -> None:
    person(session)
    raw = ask_reset(session)
    with pytest.raises(LinkEnded):
        accounts.reset_password(raw, NEW, site_name=SITE, now=NOW + timedelta(hours=6))
    accounts.reset_password(raw, NEW, site_name=SITE, now=NOW + timedelta(hours=5, minutes=59))

    with pytest.raises(LinkEnded):
        accounts.reset_password(raw, "and once more, please", site_name=SITE, now=NOW)
    assert passwords.is_right(NEW, alice(session).password_hash)


def test_a_newer_reset_link_ends_the_older(session: Db) -> None:
    person(session)
    old = ask_reset(session)
    ask_reset(session, NOW + timedelta(minutes=1))

    with pytest.raises(LinkEnded):
        accounts.reset_password(old, NEW, site_name=SITE, now=NOW + timedelta(minutes=2))


def test_a_refused_new_password_leaves_the_link_open(session: Db) -> None:
    person(session)
    raw = ask_reset(session)
    with pytest.raises(PasswordRefused):
        accounts.reset_password(raw, "short", site_name=SITE, now=NOW)

    accounts.reset_password(raw, NEW, site_name=SITE, now=NOW)


def test_a_reset_confirms_the_address(session: Db, posted: Callable[..., Listing]) -> None:
    listing = posted()
    register()
    confirm = newest_token(session)
    accounts.reset_password(ask_reset(session), NEW, site_name=SITE, now=NOW)

    assert alice(session).email_confirmed_at == NOW
    assert listing.poster_id == alice(session).id
    with pytest.raises(LinkEnded):
        accounts.confirm_address(confirm, now=NOW)


# --------------------------------------------------------------------------- changing, by command


def test_change_password_needs_the_present_one(session: Db) -> None:
    user = person(session)
    login = logins.start(session, user, now=NOW).login
    session.commit()

    with pytest.raises(PasswordRefused) as refusal:
        accounts.change_password(login, "wrong password", NEW, site_name=SITE, now=NOW)
    assert list(refusal.value.errors) == ["current_password"]
    assert passwords.is_right(PASSWORD, alice(session).password_hash)
    assert login.ended_at is None


def test_change_password_ends_every_browser_and_starts_this_one_anew(session: Db) -> None:
    user = person(session)
    mine = logins.start(session, user, now=NOW, is_remembered=True, device="Firefox, Linux")
    logins.start(session, user, now=NOW)
    session.commit()
    reset = ask_reset(session)

    started = accounts.change_password(mine.login, PASSWORD, NEW, site_name=SITE, now=NOW)

    assert started.token != mine.token
    running = find.logins_of(alice(session), NOW)
    assert [(each.device, each.is_remembered) for each in running] == [("Firefox, Linux", True)]
    assert find.login_by_token(token.hashed(mine.token), NOW) is None
    assert passwords.is_right(NEW, alice(session).password_hash)
    with pytest.raises(LinkEnded):
        accounts.reset_password(reset, PASSWORD, site_name=SITE, now=NOW)


def test_a_password_set_meanwhile_is_not_overwritten(
    session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits at a browser of hers must not win against her mailed link."""
    user = person(session)
    theirs = logins.start(session, user, now=NOW)
    session.commit()
    hers, hashed = passwords.hashed("the owner's own password"), passwords.hashed

    def while_she_sets_hers(password: str) -> str:
        session.execute(update(User).values(password_hash=hers))
        session.commit()
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", while_she_sets_hers)
    with pytest.raises(ChangedMeanwhile):
        accounts.change_password(theirs.login, PASSWORD, NEW, site_name=SITE, now=NOW)
    session.rollback()
    assert alice(session).password_hash == hers


def test_make_administrator(session: Db) -> None:
    link = accounts.make_administrator("Alice@think.example", secret=SECRET, now=NOW)

    user = alice(session)
    assert (user.is_administrator, user.email_confirmed_at) == (True, NOW)
    accounts.reset_password(links.token_of(link, SECRET), NEW, site_name=SITE, now=NOW)
    assert mails(session) == []


def test_make_administrator_of_a_known_person(session: Db) -> None:
    person(session)
    accounts.make_administrator("alice@think.example", secret=SECRET, now=NOW)

    accounts.make_administrator("alice@think.example", secret=SECRET, now=NOW)
    assert alice(session).is_administrator
    told = find.history_of(alice(session))
    assert [(each.change, each.by) for each in told] == [(AccountChange.ADMINISTRATOR, None)]
    assert passwords.is_right(PASSWORD, alice(session).password_hash)


def test_a_password_chosen_before_the_address_was_confirmed_administers_nothing(
    session: Db,
) -> None:
    """Whoever registers an address that is not theirs must not become its administrator."""
    register(registration(password=NEW, name="Mallory"))
    theirs = newest_token(session)

    link = accounts.make_administrator("alice@think.example", secret=SECRET, now=NOW)

    assert not passwords.is_right(NEW, alice(session).password_hash)
    with pytest.raises(LinkEnded):
        accounts.confirm_address(theirs, now=NOW)
    accounts.reset_password(links.token_of(link, SECRET), PASSWORD, site_name=SITE, now=NOW)
    assert passwords.is_right(PASSWORD, alice(session).password_hash)
