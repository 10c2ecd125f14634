"""The demo's mailbox: what the board has mailed, as its readers got it.

Open to everybody who can reach the board, so it is there in the demo and in tests only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from jinja2 import TemplateError

from jobboard.mail import writing
from jobboard.models.message import Message

#: Mails shown at once; older ones are still in the outbox.
LATEST = 200

#: The mail's own page in the frame: plain elements, the reader's colours, nothing that runs.
#: ``style-src`` is for the rules that the browser's own colours need.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)

_MOST_WRITTEN = 1_000
_written: dict[str, writing.Written] = {}


@dataclass(frozen=True)
class Letter:
    """A mail as the mailbox shows it."""

    id: int
    kind: str
    to: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]
    message_id: str
    at: datetime

    def as_json(self) -> dict[str, object]:
        """Return the members that programs may rely on."""
        return {
            "kind": self.kind,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": list(self.links),
            "message_id": self.message_id,
            "at": self.at.isoformat(),
        }


def is_open() -> bool:
    """Tell whether this board shows its mails to everybody."""
    return bool(current_app.config["DEMO"] or current_app.testing)


def letters(messages: Sequence[Message]) -> list[Letter]:
    """Return mails in words; one whose templates are broken is left out."""
    found = (letter(message) for message in messages)
    return [each for each in found if each is not None]


def letter(message: Message) -> Letter | None:
    """Return one mail in words, or None when its templates are missing or broken."""
    try:
        words = _words(message)
    except (TemplateError, LookupError, ValueError):
        current_app.logger.exception("message %d cannot be written", message.id)
        return None
    return Letter(
        id=message.id,
        kind=message.kind,
        to=message.to_address,
        subject=words.subject,
        text=words.text,
        html=words.html,
        links=words.links,
        message_id=writing.header_id(message.message_id),
        at=message.sent_at or message.created_at,
    )


def _words(message: Message) -> writing.Written:
    """Return a mail in words; it never changes, and programs ask for all of them again and again.

    Its Message-ID names it even where two boards of a test number their mails alike.
    """
    kept = _written.get(message.message_id)
    if kept is None:
        if len(_written) >= _MOST_WRITTEN:
            _written.clear()
        kept = _written[message.message_id] = writing.written(message)
    return kept


def framed(html: str) -> str:
    """Return a mail's HTML for the frame: its links open the page around it."""
    return html.replace("<a href=", '<a target="_top" href=')
