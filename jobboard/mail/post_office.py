"""Where mails are handed over: a mail server, the demo's mailbox, or nobody."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import flask_mail
from flask import Flask, current_app

#: Seconds to reach the mail server; then, for each of its answers. A server that thinks for 20
#: seconds is slow, not broken: giving up on it would only send the same mail again.
_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 25
#: Seconds for the whole of a letter, however many answers it takes and however slowly they trickle.
LONGEST_TRY = 35.0

mail = flask_mail.Mail()


class Unreachable(Exception):
    """The mail server cannot be reached or does not let us in; no message is to blame."""


class NoServer(Exception):
    """No mail server is set."""


class PostOffice(Protocol):
    """What takes letters."""

    def open(self) -> None:
        """Be ready for a letter.

        Raises:
            Unreachable: the mail server is away or does not let us in.
        """

    def send(self, letter: flask_mail.Message) -> None:
        """Hand a letter over."""

    def close(self) -> None:
        """Say goodbye."""


def install(app: Flask) -> None:
    """Prepare Flask-Mail; whether mail really leaves is decided by ``MAIL_SERVER`` alone."""
    app.config["MAIL_SUPPRESS_SEND"] = False
    mail.init_app(app)


def at_hand() -> PostOffice:
    """Return the post office that the settings name."""
    if current_app.config["MAIL_SERVER"]:
        return _Smtp()
    return _Kept() if current_app.config["DEMO"] else _Nobody()


def fault_of_server() -> str:
    """Reach the mail server and sign in, as ``deliver`` would; return what is wrong, or nothing."""
    office = _Smtp()
    try:
        office.open()
    except Unreachable as fault:
        return str(fault)
    finally:
        office.close()
    return ""


class _Kept:
    """The demo's: a mail counts as sent and is read on the mailbox page."""

    def open(self) -> None:
        return

    def send(self, letter: flask_mail.Message) -> None:
        if letter.has_bad_headers():
            raise flask_mail.BadHeaderError

    def close(self) -> None:
        return


class _Nobody:
    def open(self) -> None:
        return

    def send(self, letter: flask_mail.Message) -> None:
        raise NoServer(f"no mail server is set (MAIL_SERVER): {letter.subject!r} stays here")

    def close(self) -> None:
        return


class _Smtp:
    """One connection for a batch, opened before its first letter and again after it broke."""

    def __init__(self) -> None:
        self._connection: _Connection | None = None

    def open(self) -> None:
        if self._connection is None:
            self._connection = self._opened()

    def send(self, letter: flask_mail.Message) -> None:
        if self._connection is None:
            raise smtplib.SMTPServerDisconnected("not open")
        try:
            with self._connection.within(LONGEST_TRY):
                self._connection.send(letter)
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()
            raise
        except smtplib.SMTPResponseException as fault:
            if fault.smtp_code == 421:  # "closing the channel"
                self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.leave()
            self._connection = None

    def _opened(self) -> "_Connection":
        connection = _Connection(current_app.extensions["mail"])
        try:
            connection.__enter__()
        except (smtplib.SMTPException, OSError) as fault:
            raise Unreachable(
                f"the mail server cannot be reached: {type(fault).__name__}: {fault}"
            ) from fault
        return connection


class _Connection(flask_mail.Connection):
    """Flask-Mail's connection with time limits, and a certificate that is checked."""

    def configure_host(self) -> smtplib.SMTP:
        host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=_CONNECT_SECONDS)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        if host.sock is not None:
            host.sock.settimeout(_ANSWER_SECONDS)
        return host

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Break the connection off if a block takes longer; the time for each answer is another."""
        end = threading.Timer(seconds, self._break_off)
        end.daemon = True
        end.start()
        try:
            yield
        finally:
            end.cancel()

    def _break_off(self) -> None:
        # Whoever waits for an answer then hears that nobody is there. A TLS socket's own method
        # would take its state away under the waiting thread.
        if self.host is not None and self.host.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.host.sock, socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye, briefly: what was sent is sent."""
        host = self.host
        if host is None:
            return
        with suppress(smtplib.SMTPException, OSError):
            if host.sock is not None:
                host.sock.settimeout(1)
            host.quit()
        host.close()
