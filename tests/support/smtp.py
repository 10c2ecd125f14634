"""A real SMTP server on loopback that keeps what it is given and answers as it is told."""

import asyncio
import threading
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support import processes

#: An answer that means: take the message, then hang up without a word.
DROP = "drop"


@dataclass(frozen=True)
class Mail:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"]).strip()

    def text(self, kind: str = "plain") -> str:
        """The `plain` or the `html` part."""
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part else ""


class MailServer:
    """What `smtp_server` yields.

    `answers` is a queue of replies to the next messages (such as ``"451 Later"`` or `DROP`), each
    used once; `refused` maps an address to the reply that its RCPT always gets; `delay` is how
    many seconds pass before each reply to a message.
    """

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = processes.free_port()
        self.mails: list[Mail] = []
        self.attempts = 0
        self.answers: deque[str] = deque()
        self.refused: dict[str, str] = {}
        self.delay = 0.0
        self._changed = threading.Condition()
        self._controller: Controller | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What the board must be set to, to send its mail here."""
        return {"MAIL_SERVER": self.host, "MAIL_PORT": str(self.port)}

    def start(self) -> None:
        self._controller = Controller(_Handler(self), hostname=self.host, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """An outage: connections are refused until `start`."""
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    def wait_for(self, count: int, *, seconds: float = 20) -> list[Mail]:
        """Wait until so many messages were kept, and return them all."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, seconds):
                raise AssertionError(
                    f"{len(self.mails)} of {count} mails after {seconds} s: "
                    f"{[mail.subject for mail in self.mails]}"
                )
            return list(self.mails)

    def keep(self, sender: str, recipients: list[str], raw: bytes) -> None:
        message = message_from_bytes(raw, policy=policy.default)
        if not isinstance(message, EmailMessage):
            raise TypeError(message)
        with self._changed:
            self.mails.append(Mail(sender, tuple(recipients), message, raw))
            self._changed.notify_all()


class _Handler:
    """aiosmtpd calls these by name: https://aiosmtpd.aio-libs.org/en/latest/handlers.html."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self._server.refused:
            return self._server.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self._server.attempts += 1
        await asyncio.sleep(self._server.delay)
        answer = self._server.answers.popleft() if self._server.answers else "250 Kept"
        if answer == DROP or answer.startswith("2"):
            self._server.keep(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        if answer == DROP:
            server.transport.abort()
        return answer if answer != DROP else "421 Gone"
