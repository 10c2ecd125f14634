"""Administration through the client: rights, members, verified organisations, mails."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jobboard import clock, links
from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.mail import messages
from jobboard.models.message import Message, MessageStatus
from jobboard.models.one_time_link import Purpose
from jobboard.models.organisation import Membership, Organisation, Verification
from jobboard.models.user import User
from jobboard.models.worker_run import Job
from jobboard.services import worker_runs
from tests.support.listings import listing
from tests.support.people import person
from tests.support.world import signed_in

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def people(app: Flask) -> dict[str, int]:
    """Everybody's numbers."""
    with app.app_context():
        rights: dict[str, dict[str, Any]] = {
            "alice": {},
            "maryam": {"is_moderator": True},
            "ada": {"is_administrator": True},
        }
        return {name: person(db.session, name, **flags).id for name, flags in rights.items()}


@pytest.fixture
def ada(app: Flask) -> FlaskClient:
    return signed_in(app, "ada")


def user(app: Flask, user_id: int) -> User:
    with app.app_context():
        return db.session.get_one(User, user_id)


# ------------------------------------------------------------------------------------ who gets in


@pytest.mark.parametrize("path", ["", "people/", "people/1/", "organisations/", "outbox/"])
def test_for_others_there_is_no_administration(app: Flask, path: str) -> None:
    assert signed_in(app, "maryam").get(f"/admin/{path}").status_code == 404
    assert app.test_client().get(f"/admin/{path}").status_code == 302


def test_a_moderator_sets_no_rights(app: Flask, people: dict[str, int]) -> None:
    maryam = signed_in(app, "maryam")
    path = f"/admin/people/{people['maryam']}/rights/"
    assert maryam.post(path, data={"is_administrator": "y"}).status_code == 404
    assert not user(app, people["maryam"]).is_administrator


@pytest.mark.parametrize(
    "path",
    ["people/99/", "people/99999999999999999999/", "organisations/99/", "people/?group=x"],
)
def test_nothing_there(ada: FlaskClient, path: str) -> None:
    assert ada.get(f"/admin/{path}").status_code in (400, 404)


# ----------------------------------------------------------------------------------- how it stands


def test_what_is_late_or_missing_is_said_loudly(app: Flask, ada: FlaskClient) -> None:
    with app.app_context():
        now = clock.now()
        listing(db.session, Status.PENDING, now=now, submitted_at=now - timedelta(hours=40))
        listing(db.session, now=now, ends_at=now - timedelta(hours=1))
    page = ada.get("/admin/").text

    titles = re.findall(r'notice__title">(.*?)<', page)
    assert titles == ["No mail server", "The clock is late", "The queue is late"]
    assert "has waited for 40 hours; an answer is promised within 24" in page


def test_all_is_well(make_app: Any) -> None:
    app = make_app(MAIL_SERVER="127.0.0.1")
    app.config["WTF_CSRF_ENABLED"] = False
    page = signed_in(app, "ada").get("/admin/").text
    assert "notice__title" not in page


def test_it_says_when_the_worker_last_ran(app: Flask, ada: FlaskClient) -> None:
    told = r"<dt>(Clock|Outbox) last.*?</dt>\s*<dd>\s*<bdi>(.*?)</bdi>"
    page = " ".join(ada.get("/admin/").text.split())
    assert [words.strip() for _, words in re.findall(told, page)] == ["never", "never"]
    with app.app_context():
        worker_runs.note([Job.CLOCK], now=datetime(2027, 3, 1, 12, 5, tzinfo=UTC))
    page = " ".join(ada.get("/admin/").text.split())
    clock_words, mail_words = (words.strip() for _, words in re.findall(told, page))
    assert ("2027" in clock_words, mail_words) == (True, "never")


# ------------------------------------------------------------------------------------------ people


def test_people_are_found(ada: FlaskClient) -> None:
    page = ada.get("/admin/people/?q=ALI").text
    assert ("alice@think.example" in page, "maryam@think.example" in page) == (True, False)
    page = ada.get("/admin/people/?group=moderators").text
    assert ("alice@think.example" in page, "maryam@think.example" in page) == (False, True)


def test_rights_are_set_as_a_whole(app: Flask, ada: FlaskClient, people: dict[str, int]) -> None:
    path = f"/admin/people/{people['alice']}/"
    data = {"is_trusted": "y", "is_moderator": "y", "is_suspended": "y", "email": "x@x.example"}
    assert ada.post(f"{path}rights/", data=data).status_code == 303
    alice = user(app, people["alice"])
    assert (alice.is_trusted, alice.is_moderator, alice.is_administrator) == (True, True, False)
    assert (alice.is_suspended, alice.email) == (False, "alice@think.example")
    assert len(re.findall(r"<input[^>]* checked", ada.get(path).text)) == 2

    ada.post(f"{path}rights/", data={})
    assert not user(app, people["alice"]).is_trusted


def test_an_account_s_page_tells_who_changed_what(ada: FlaskClient, people: dict[str, int]) -> None:
    path = f"/admin/people/{people['alice']}/"
    assert "Nothing yet." in ada.get(path).text
    ada.post(f"{path}rights/", data={"is_moderator": "y"})
    ada.post(f"{path}rights/", data={})
    told = re.findall(r"<span>(.*?)</span>\s*<time", ada.get(path).text)
    assert told == ["No longer moderator, said Ada", "Made moderator by Ada"]


def test_a_suspended_person_is_out_and_comes_back(
    app: Flask, ada: FlaskClient, people: dict[str, int]
) -> None:
    alice = signed_in(app, "alice")
    path = f"/admin/people/{people['alice']}"
    assert ada.post(f"{path}/suspend/").status_code == 303
    assert alice.get("/account/").status_code == 302
    assert ada.post(f"{path}/restore/").status_code == 303
    signed_in(app, "alice")


def test_sign_out_everywhere(app: Flask, ada: FlaskClient, people: dict[str, int]) -> None:
    alice = signed_in(app, "alice")
    assert ada.post(f"/admin/people/{people['alice']}/sign-out/").status_code == 303
    assert alice.get("/account/").status_code == 302
    signed_in(app, "alice")


@pytest.mark.parametrize("what", ["rights", "suspend"])
def test_the_last_administrator_stays(
    app: Flask, ada: FlaskClient, people: dict[str, int], what: str
) -> None:
    answer = ada.post(f"/admin/people/{people['ada']}/{what}/")
    assert (answer.status_code, "This is the last administrator" in answer.text) == (409, True)
    assert user(app, people["ada"]).is_administrator


def test_who_gives_up_the_right_is_led_out(
    app: Flask, ada: FlaskClient, people: dict[str, int]
) -> None:
    ada.post(f"/admin/people/{people['alice']}/rights/", data={"is_administrator": "y"})
    answer = ada.post(f"/admin/people/{people['ada']}/rights/")
    assert (answer.status_code, answer.location) == (303, "/account/")
    assert ada.get("/admin/").status_code == 404


# ----------------------------------------------------------------------------------- organisations


@pytest.fixture
def centre(app: Flask) -> int:
    with app.app_context():
        listing(db.session, now=clock.now())
        return db.session.scalars(select(Organisation.id)).one()


def test_members_come_and_go(
    app: Flask, ada: FlaskClient, people: dict[str, int], centre: int
) -> None:
    assert "Centre for Grand Strategy" in ada.get("/admin/organisations/?q=grand").text
    path = f"/admin/organisations/{centre}/"
    data = {"email": "ALICE@think.example", "role": "owner"}
    assert ada.post(f"{path}members/", data=data).status_code == 303
    assert "alice@think.example" in ada.get(path).text
    assert "Senior Analyst" in signed_in(app, "alice").get("/job-dashboard/").text

    with app.app_context():
        member = db.session.scalars(select(Membership)).one()
        assert (member.user_id, member.role) == (people["alice"], "owner")
        member_id = member.id
    assert ada.post(f"{path}members/{member_id}/remove/").status_code == 303
    assert "alice@think.example" not in ada.get(path).text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"email": "nobody@think.example"}, "Nobody has a confirmed account with this address."),
        ({"email": "no address"}, "Write an e-mail address"),
        ({"email": "alice@think.example", "role": "king"}, "Choose one of the list."),
    ],
)
def test_a_member_who_cannot_be(
    ada: FlaskClient, centre: int, data: dict[str, str], told: str
) -> None:
    answer = ada.post(f"/admin/organisations/{centre}/members/", data={"role": "editor", **data})
    assert answer.status_code == 400
    assert told in answer.text
    assert f'value="{data["email"]}"' in answer.text


def test_verified_and_not(app: Flask, ada: FlaskClient, centre: int) -> None:
    def how() -> Verification | None:
        with app.app_context():
            return db.session.get_one(Organisation, centre).verified_how

    path = f"/admin/organisations/{centre}/"
    assert ada.post(f"{path}verify/").status_code == 303
    assert how() is Verification.MODERATOR
    assert ada.post(f"{path}unverify/").status_code == 303
    assert how() is None


# ------------------------------------------------------------------------------------------- mails


@pytest.fixture
def mail(app: Flask, people: dict[str, int]) -> tuple[int, str]:
    """A parked mail with a link in it: its number and the link's token."""
    with app.app_context():
        session, now = db.session, clock.now()
        alice = session.get_one(User, people["alice"])
        secret = str(app.config["SECRET_KEY"])
        link = links.issue(
            session,
            Purpose.PASSWORD_RESET,
            secret=secret,
            now=now,
            email=alice.email,
            user=alice,
            expires_at=now + timedelta(hours=1),
        )
        session.flush()
        messages.password_reset(alice, link, at=now)
        row = session.scalars(select(Message)).one()
        row.status, row.attempts = MessageStatus.PARKED, 9
        row.last_error = "550 <script>No such mailbox</script>"
        session.commit()
        return row.id, links.token_of(link, secret)


def status_of(app: Flask, message_id: int) -> MessageStatus:
    with app.app_context():
        return db.session.get_one(Message, message_id).status


def test_parked_mails_are_shown_with_the_reason_and_without_what_they_say(
    ada: FlaskClient, mail: tuple[int, str]
) -> None:
    page = ada.get("/admin/outbox/").text
    assert "password reset" in page
    assert "550 &lt;script&gt;No such mailbox" in page
    assert mail[1] not in page
    assert "1 mail could not be sent and waits for you." in ada.get("/admin/").text


@pytest.mark.parametrize("path", ["{}/send-again/", "send-all-again/"])
def test_parked_mails_are_sent_again(
    app: Flask, ada: FlaskClient, mail: tuple[int, str], path: str
) -> None:
    answer = ada.post(f"/admin/outbox/{path.format(mail[0])}")
    assert (answer.status_code, answer.location) == (303, "/admin/outbox/")
    assert status_of(app, mail[0]) is MessageStatus.WAITING
    page = ada.get("/admin/outbox/?status=waiting").text
    assert ("tried again now" in page, "password reset" in page) == (True, True)


def test_a_mail_that_is_not_parked_is_left_alone(
    app: Flask, ada: FlaskClient, mail: tuple[int, str]
) -> None:
    for _press in range(2):
        ada.post(f"/admin/outbox/{mail[0]}/send-again/")
    assert "This mail is not parked" in ada.get("/admin/outbox/").text
    assert ada.post("/admin/outbox/99/send-again/").status_code == 404
    assert ada.get("/admin/outbox/?status=everything").status_code == 404
