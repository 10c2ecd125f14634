"""The servers that other tests stand on do what they promise."""

import smtplib
import socket
from collections.abc import Callable

import psycopg
import pytest
import redis
from playwright.sync_api import Page

from tests.support import processes
from tests.support.postgres import Postgres
from tests.support.smtp import DROP, MailServer
from tests.support.valkey import Valkey


def send(server: MailServer, recipient: str = "alice@example.org") -> None:
    with smtplib.SMTP(server.host, server.port, timeout=5) as connection:
        connection.sendmail("board@example.org", [recipient], "Subject: Hello\r\n\r\nHow are you?")


def libpq(server: Postgres, database: str) -> str:
    return server.url(database).replace("+psycopg", "")


def test_postgres_copies_the_template_for_each_test(postgres: Postgres) -> None:
    template = postgres.create()
    with psycopg.connect(libpq(postgres, template)) as connection:
        connection.execute("CREATE TABLE listing (title text)")
    copy = postgres.create(template=template)
    with psycopg.connect(libpq(postgres, copy)) as connection:
        assert connection.execute("SELECT count(*) FROM listing").fetchone() == (0,)
    for database in (copy, template):
        postgres.drop(database)


def test_postgres_comes_back_after_a_kill() -> None:
    server = Postgres()
    server.start()
    try:
        database = server.create()
        server.kill()
        server.start()
        with psycopg.connect(libpq(server, database)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.remove()


def test_smtp_keeps_messages(smtp_server: MailServer) -> None:
    send(smtp_server)
    (mail,) = smtp_server.wait_for(1)
    assert (mail.sender, mail.recipients, mail.subject, mail.text().strip()) == (
        "board@example.org",
        ("alice@example.org",),
        "Hello",
        "How are you?",
    )


def test_smtp_answers_as_told(smtp_server: MailServer) -> None:
    smtp_server.answers.extend(["451 Later", "250 Kept"])
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(smtp_server)
    assert refusal.value.smtp_code == 451
    send(smtp_server)
    assert (len(smtp_server.wait_for(1)), smtp_server.attempts) == (1, 2)


def test_smtp_refuses_one_address(smtp_server: MailServer) -> None:
    smtp_server.refused["bob@example.org"] = "550 No such person"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(smtp_server, "bob@example.org")
    send(smtp_server)
    assert len(smtp_server.wait_for(1)) == 1


def test_smtp_takes_and_hangs_up(smtp_server: MailServer) -> None:
    smtp_server.answers.append(DROP)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp_server)
    assert len(smtp_server.wait_for(1)) == 1


def test_smtp_outage(smtp_server: MailServer) -> None:
    smtp_server.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_server)
    smtp_server.start()
    send(smtp_server)
    assert len(smtp_server.wait_for(1)) == 1


def test_valkey_is_empty_at_first_and_dies(valkey_server: Valkey) -> None:
    with redis.Redis.from_url(valkey_server.url) as client:
        assert client.keys() == []
        client.set("tries", 1)
        valkey_server.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("tries")


def test_the_network_is_closed() -> None:
    with (
        pytest.warns(UserWarning, match=r"connect.*192\.0\.2\.1"),
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
        socket.socket() as outside,
    ):
        outside.connect(("192.0.2.1", 80))  # an address for documentation: RFC 5737


def test_a_program_that_ends_early_is_told_with_its_log(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    log = tmp_path_factory.mktemp("log") / "log"
    process = processes.launch(["/bin/sh", "-c", "echo no database; exit 3"], log=log)
    with pytest.raises(AssertionError, match="no database"):
        processes.wait_until(lambda: False, "it starts", process=process, log=log)


def test_the_browser_reads_a_page_and_runs_its_script(open_page: Callable[..., Page]) -> None:
    address = "data:text/html,<title>Off</title><script>document.title='On'</script>"
    titles = []
    for script in (True, False):
        page = open_page(script=script)
        page.goto(address)
        titles.append(page.title())
    assert titles == ["On", "Off"]
