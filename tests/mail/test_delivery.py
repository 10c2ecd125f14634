"""Mails leave, once if the server behaves, and never get lost if it does not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import flask_mail
import pytest
from flask import Flask
from sqlalchemy import select, update

from jobboard.db import db
from jobboard.mail import delivery, messages, outbox, post_office, writing
from jobboard.models.message import Message, MessageStatus
from tests.support.listings import listing
from tests.support.people import NOW, person
from tests.support.smtp import DROP, MailServer


@pytest.fixture
def app(make_app: Callable[..., Flask], smtp_server: MailServer) -> Iterator[Flask]:
    """A board whose mail goes to the real server of the test."""
    app = make_app(SITE_EMAIL="desk@board.example", **smtp_server.settings)
    with app.app_context():
        yield app


def owe(*names: str) -> None:
    for name in names:
        outbox.queue(
            db.session,
            "device_new",
            f"{name}@think.example",
            {"device": f"Browser of {name}", "at": NOW.isoformat()},
            dedupe_key=name,
            at=NOW,
        )
    db.session.commit()


def rows() -> dict[str, Message]:
    db.session.rollback()
    db.session.expire_all()
    return {row.dedupe_key: row for row in db.session.scalars(select(Message))}


def counts(tally: delivery.Tally) -> tuple[int, int, int]:
    return (tally.sent, tally.waiting, tally.parked)


def test_a_mail_has_text_html_and_honest_headers(app: Flask, smtp_server: MailServer) -> None:
    owe("bob")
    assert counts(delivery.deliver(NOW)) == (1, 0, 0)
    (mail,) = smtp_server.wait_for(1)
    row = rows()["bob"]
    assert (row.status, row.sent_at) == (MessageStatus.SENT, row.sent_at)
    assert mail.recipients == ("bob@think.example",)
    assert mail.message_id == f"<{row.message_id}@localhost>"
    headers = {name: str(mail.message[name]) for name in ("From", "Reply-To", "Auto-Submitted")}
    assert headers == {
        "From": "jobs@localhost",
        "Reply-To": "desk@board.example",
        "Auto-Submitted": "auto-generated",
    }
    assert "Browser of bob" in mail.text("plain")
    assert "Browser of bob" in mail.text("html")
    assert all(len(line) < 998 for line in mail.raw.split(b"\r\n"))
    assert mail.raw.isascii()


def test_words_of_every_script_arrive_whole(app: Flask, smtp_server: MailServer) -> None:
    titles = ["باحث أول في شؤون الوساطة", "Güvenlik Araştırmacısı, İzmir", "Аналитик 🛰 <b>&amp;"]
    for number, title in enumerate(titles):
        row = listing(db.session, title=title, poster_email=f"guest{number}@think.example")
        messages.listing_posted(row, at=NOW)
    db.session.commit()
    delivery.deliver(NOW)
    mails = smtp_server.wait_for(3)
    assert [mail.subject for mail in mails] == [f"Live: {title}" for title in titles]
    assert all(title in mail.text() for mail, title in zip(mails, titles, strict=True))
    assert "&lt;b&gt;&amp;amp;" in mails[2].text("html")


def test_what_is_refused_for_good_is_parked_with_the_reason(
    app: Flask, smtp_server: MailServer
) -> None:
    smtp_server.refused["bob@think.example"] = "550 No such person"
    owe("bob")
    assert counts(delivery.deliver(NOW)) == (0, 0, 1)
    row = rows()["bob"]
    assert row.status is MessageStatus.PARKED
    assert row.last_error == "bob@think.example: 550 No such person"
    assert counts(delivery.deliver(NOW + timedelta(days=9))) == (0, 0, 0)


def test_what_is_refused_for_now_goes_later_under_the_same_id(
    app: Flask, smtp_server: MailServer
) -> None:
    smtp_server.answers.append("451 Greylisted, come back later")
    owe("bob")
    assert counts(delivery.deliver(NOW)) == (0, 1, 0)
    before = rows()["bob"]
    assert "451" in before.last_error
    # It was tried at once, and its time has not come again.
    assert counts(delivery.deliver(NOW + timedelta(seconds=30))) == (0, 0, 0)
    assert counts(delivery.deliver(NOW + timedelta(seconds=90))) == (1, 0, 0)
    (mail,) = smtp_server.wait_for(1)
    assert mail.message_id == writing.header_id(before.message_id)


def test_one_bad_address_among_fifty_holds_up_nobody(app: Flask, smtp_server: MailServer) -> None:
    smtp_server.refused["n17@think.example"] = "550 Gone"
    owe(*(f"n{number}" for number in range(50)))
    total = delivery.Tally()
    while outbox.is_due(db.session, NOW):
        db.session.rollback()
        tally = delivery.deliver(NOW)
        total.sent += tally.sent
        total.parked += tally.parked
    assert counts(total) == (49, 0, 1)
    recipients = [mail.recipients[0] for mail in smtp_server.wait_for(49)]
    assert sorted(recipients) == sorted(f"n{n}@think.example" for n in range(50) if n != 17)


def test_a_dropped_connection_repeats_one_mail_once_with_its_id(
    app: Flask, smtp_server: MailServer
) -> None:
    smtp_server.answers.append(DROP)
    owe("a", "b", "c")
    assert counts(delivery.deliver(NOW)) == (2, 1, 0)
    assert counts(delivery.deliver(NOW + timedelta(minutes=2))) == (1, 0, 0)
    mails = smtp_server.wait_for(4)
    to_a = [mail for mail in mails if mail.recipients == ("a@think.example",)]
    assert len(mails) == 4
    assert len(to_a) == 2
    assert len({mail.message_id for mail in to_a}) == 1


def test_a_letter_is_given_up_well_before_another_worker_may_take_it(
    app: Flask, smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = delivery._LONGEST_BATCH + post_office.LONGEST_TRY
    assert longest < delivery.LEASE.total_seconds()

    owe("bob", "carol")
    monkeypatch.setattr(post_office, "LONGEST_TRY", 0.2)
    smtp_server.delay = 2.0
    # The second letter has a connection of its own.
    assert counts(delivery.deliver(NOW)) == (0, 2, 0)
    assert {row.status for row in rows().values()} == {MessageStatus.WAITING}


def test_a_letter_that_another_worker_took_meanwhile_is_named_in_the_log(
    app: Flask, smtp_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    def steal(_app: Flask, **_: Any) -> None:
        connection = db.engine.connect()
        with connection.begin():
            connection.execute(update(Message).values(lease_until=NOW + 2 * delivery.LEASE))
        connection.close()

    owe("bob")
    with flask_mail.email_dispatched.connected_to(steal, app):
        delivery.deliver(NOW)
    assert "its lease was lost" in caplog.text
    assert "bob@" not in caplog.text


def test_a_server_that_is_away_is_nobodys_fault(app: Flask, smtp_server: MailServer) -> None:
    smtp_server.stop()
    owe("a", "b")
    for hours in range(30):
        tally = delivery.deliver(NOW + timedelta(hours=hours))
        assert counts(tally) == (0, 0, 0)
        assert "cannot be reached" in tally.fault
    assert {(row.status, row.attempts) for row in rows().values()} == {(MessageStatus.WAITING, 0)}
    smtp_server.start()
    delivery.deliver(NOW + timedelta(hours=30))
    recipients = [mail.recipients[0] for mail in smtp_server.wait_for(2)]
    assert recipients == ["a@think.example", "b@think.example"]


def test_it_gives_up_after_the_last_try_and_says_so(app: Flask, smtp_server: MailServer) -> None:
    owe("bob")
    now = NOW
    tries = 0
    while rows()["bob"].status is not MessageStatus.PARKED:
        smtp_server.answers.append("451 Not today")
        assert delivery.deliver(now).sent == 0
        tries += 1
        now = max(now, rows()["bob"].next_try_at)
    assert tries == len(delivery.WAITS) + 1
    assert timedelta(hours=7) < now - NOW < timedelta(hours=24)
    assert rows()["bob"].last_error.startswith(f"given up after {tries} tries")


def test_a_line_break_in_a_title_makes_no_header(app: Flask, smtp_server: MailServer) -> None:
    row = listing(db.session, title="Analyst\r\nBcc: all@think.example\r\n\r\nHello")
    messages.listing_posted(row, at=NOW)
    db.session.commit()
    delivery.deliver(NOW)
    (mail,) = smtp_server.wait_for(1)
    assert mail.subject == "Live: Analyst Bcc: all@think.example Hello"
    assert mail.recipients == ("guest@think.example",)
    assert mail.message["Bcc"] is None


def test_an_address_with_a_line_break_is_parked(app: Flask, smtp_server: MailServer) -> None:
    owe("bob\r\nBcc: all", "carla")
    assert counts(delivery.deliver(NOW)) == (1, 0, 1)
    (mail,) = smtp_server.wait_for(1)
    assert mail.recipients == ("carla@think.example",)


def test_a_mail_that_cannot_be_written_is_parked_and_stops_no_other(
    app: Flask, smtp_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.queue(db.session, "no_such_kind", "x@think.example", {}, dedupe_key="x", at=NOW)
    owe("bob")
    assert counts(delivery.deliver(NOW)) == (1, 0, 1)
    assert rows()["x"].last_error.startswith("cannot be written: TemplateNotFound")
    assert "x@think.example" not in caplog.text


def test_told_to_stop_it_lets_go_of_the_rest(app: Flask, smtp_server: MailServer) -> None:
    owe("a", "b", "c")
    answers = iter([False, True])
    assert counts(delivery.deliver(NOW, must_stop=lambda: next(answers))) == (1, 0, 0)
    left = [rows()[key] for key in "bc"]
    assert [(row.status, row.attempts) for row in left] == [(MessageStatus.WAITING, 0)] * 2
    assert counts(delivery.deliver(NOW)) == (2, 0, 0)


def test_workers_at_once_send_each_mail_once(app: Flask, smtp_server: MailServer) -> None:
    owe(*(f"n{number}" for number in range(40)))

    def work(_worker: int) -> None:
        with app.app_context():
            while delivery.deliver(NOW).total:
                pass

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(work, range(3)))
    recipients = [mail.recipients[0] for mail in smtp_server.wait_for(40)]
    assert len(smtp_server.mails) == 40
    assert len(set(recipients)) == 40


def test_without_a_mail_server_mails_are_parked(make_app: Callable[..., Flask]) -> None:
    with make_app().app_context():
        owe("bob")
        assert counts(delivery.deliver(NOW)) == (0, 0, 1)
        assert "MAIL_SERVER" in rows()["bob"].last_error


def test_the_demo_keeps_its_mail(make_app: Callable[..., Flask]) -> None:
    with make_app(DEMO="1").app_context():
        owe("bob")
        assert counts(delivery.deliver(NOW)) == (1, 0, 0)
        assert rows()["bob"].status is MessageStatus.SENT


def test_the_server_is_looked_at_without_sending(app: Flask, smtp_server: MailServer) -> None:
    assert post_office.fault_of_server() == ""
    smtp_server.stop()
    assert "cannot be reached" in post_office.fault_of_server()
    assert smtp_server.attempts == 0


@pytest.mark.one_database
@pytest.mark.parametrize("attempts", range(1, 9))
def test_waits_grow(attempts: int) -> None:
    waits: list[Any] = [delivery.wait_after(number) for number in (attempts, attempts + 1)]
    assert waits[1] is None or waits[0] < waits[1]


def test_a_person_gets_mail_in_words_of_their_account(app: Flask) -> None:
    user = person(db.session, "bob")
    messages.device_new(user, device="Firefox, Linux", at=NOW)
    db.session.commit()
    words = writing.written(next(iter(rows().values())))
    assert words.subject == "New sign-in to your account at Geopolist"
    assert words.links == ("http://localhost/lost-password/", "http://localhost/jobs/")


def test_a_duplicate_s_poster_gets_the_address_of_what_stays(
    app: Flask, smtp_server: MailServer
) -> None:
    alice = person(db.session)
    stays = listing(db.session, title="The one that stays", now=NOW)
    twice = listing(db.session, poster=alice, now=NOW)
    messages.listing_marked_duplicate(twice, note="", at=NOW, original=stays)
    db.session.commit()
    assert counts(delivery.deliver(NOW)) == (1, 0, 0)
    (mail,) = smtp_server.wait_for(1)
    for form in ("plain", "html"):
        words = mail.text(form)
        assert "The one that stays" in words
        assert f"http://localhost/job/{stays.slug}/" in words.replace("=\n", "")


def test_of_a_new_text_it_is_not_said_that_the_listing_is_new(
    app: Flask, smtp_server: MailServer
) -> None:
    row = listing(db.session, poster=person(db.session), now=NOW)
    messages.listing_posted(row, at=NOW)
    messages.listing_text_accepted(row, at=NOW + timedelta(days=1))
    db.session.commit()
    assert counts(delivery.deliver(NOW + timedelta(days=1))) == (2, 0, 0)
    first, second = (mail.text() for mail in smtp_server.wait_for(2))
    assert "is on the board" in first
    assert "is on the board" not in second
    assert "new text has taken the place" in second
