"""What administrators set, and what they cannot."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.account_event import AccountChange
from jobboard.models.organisation import Organisation, Role, Verification
from jobboard.queries import people as find
from jobboard.services import people
from jobboard.services.people import LastAdministrator, NoSuchPerson, Rights
from tests.support.people import NOW, person

Db = scoped_session[Session]

NONE = Rights(is_trusted=False, is_moderator=False, is_administrator=False)


def organisation(session: Db) -> Organisation:
    made = Organisation(
        slug="centre",
        name="Centre for Grand Strategy",
        name_key="centre for grand strategy",
        kind=OrganisationKind.THINK_TANK,
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(made)
    session.commit()
    return made


def test_set_rights(session: Db) -> None:
    user = person(session)
    ada = person(session, "ada", is_administrator=True)
    rights = Rights(is_trusted=True, is_moderator=True, is_administrator=False)
    people.set_rights(user, rights, by=ada, now=NOW)

    assert (user.is_trusted, user.is_moderator, user.is_administrator) == (True, True, False)
    assert find.people(words="", group="moderators", page=1) == ([user], 1)
    assert find.people(words="", group="administrators", page=1) == ([ada], 1)


def test_what_changes_about_an_account_is_its_history(session: Db) -> None:
    alice = person(session)
    ada = person(session, "ada", is_administrator=True)
    trusted = Rights(is_trusted=True, is_moderator=False, is_administrator=False)
    for rights in (trusted, trusted, NONE):
        people.set_rights(alice, rights, by=ada, now=NOW)
    people.suspend(alice, by=ada, now=NOW)
    people.suspend(alice, by=ada, now=NOW)
    people.restore(alice, by=ada, now=NOW)
    people.restore(alice, by=ada, now=NOW)
    people.sign_out_everywhere(alice, by=ada, now=NOW)

    told = find.history_of(alice)
    assert [event.change for event in told] == [
        AccountChange.SIGNED_OUT,
        AccountChange.RESTORED,
        AccountChange.SUSPENDED,
        AccountChange.NOT_TRUSTED,
        AccountChange.TRUSTED,
    ]
    assert {(event.by, event.at) for event in told} == {(ada, NOW)}
    assert find.history_of(ada) == []


def test_the_last_administrator_stays(session: Db) -> None:
    user = person(session, is_administrator=True)
    person(session, "bob", is_administrator=True, is_suspended=True)

    with pytest.raises(LastAdministrator):
        people.set_rights(user, NONE, by=user, now=NOW)
    session.rollback()
    with pytest.raises(LastAdministrator):
        people.suspend(user, by=user, now=NOW)
    session.rollback()
    assert (user.is_administrator, user.is_suspended) == (True, False)
    assert find.history_of(user) == []


def test_one_of_two_administrators_may_go(session: Db) -> None:
    user = person(session, is_administrator=True)
    person(session, "bob", is_administrator=True)
    people.set_rights(user, NONE, by=user, now=NOW)

    assert not user.is_administrator


def test_members(session: Db) -> None:
    of = organisation(session)
    bob = person(session, "bob")
    people.add_member(of, "BOB@think.example", Role.EDITOR, now=NOW)
    people.add_member(of, "bob@think.example", Role.OWNER, now=NOW)

    members = find.members_of(of)
    assert [(each.user, each.role) for each in members] == [(bob, Role.OWNER)]
    assert [each.organisation for each in find.memberships_of(bob)] == [of]
    people.remove_member(of, members[0].id)
    people.remove_member(of, members[0].id)
    assert find.members_of(of) == []


@pytest.mark.parametrize("email", ["nobody@think.example", "new@think.example"])
def test_a_member_needs_a_confirmed_account(session: Db, email: str) -> None:
    person(session, "new", email_confirmed_at=None)

    with pytest.raises(NoSuchPerson):
        people.add_member(organisation(session), email, Role.EDITOR, now=NOW)


def test_verified(session: Db) -> None:
    of = organisation(session)
    people.set_verified(of, Verification.MODERATOR, now=NOW)
    people.set_verified(of, Verification.MODERATOR, now=NOW + timedelta(days=1))
    assert (of.verified_how, of.verified_at) == (Verification.MODERATOR, NOW)

    people.set_verified(of, None, now=NOW)
    assert (of.verified_how, of.verified_at) == (None, None)


@pytest.mark.parametrize(
    ("words", "found"), [("ALI", 1), ("think.example", 2), ("%", 0), ("_", 0), ("zzz", 0), ("", 2)]
)
def test_people_are_found_by_literal_words(session: Db, words: str, found: int) -> None:
    person(session)
    person(session, "bob")

    assert find.people(words=words, group="", page=1)[1] == found


def test_an_unknown_group_is_empty(session: Db) -> None:
    person(session)

    assert find.people(words="", group="password_hash", page=1) == ([], 0)
