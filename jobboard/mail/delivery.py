"""Sends what the outbox holds: outside any transaction, repeated until it went."""

import logging
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.charset import QP, Charset
from typing import cast

import flask_mail
from flask import current_app

from jobboard.db import db
from jobboard.mail import outbox, post_office, writing
from jobboard.mail.outbox import Claim
from jobboard.mail.post_office import NoServer, PostOffice, Unreachable

log = logging.getLogger(__name__)

#: How long a worker holds a message; a killed worker's messages are taken again after it.
LEASE = timedelta(seconds=60)
#: Waits between tries; after the last one the message is parked. Nearly eight hours in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 120, 240))
BATCH = 20

#: Seconds after which a batch begins no other letter. With the longest try that is less than the
#: lease: nobody else takes a letter that is still on its way.
_LONGEST_BATCH = 20.0

# Quoted-printable: no line is too long and no byte too high for any server on the way.
_CHARSET = Charset("utf-8")
_CHARSET.body_encoding = QP


@dataclass
class Tally:
    """What came of a batch; ``fault`` says why the mail server could not be reached."""

    sent: int = 0
    waiting: int = 0
    parked: int = 0
    fault: str = ""

    @property
    def total(self) -> int:
        """How many messages were settled one way or the other."""
        return self.sent + self.waiting + self.parked


def deliver(now: datetime, *, must_stop: Callable[[], bool] = lambda: False) -> Tally:
    """Send one batch of due messages.

    A server that refuses a message for good parks it, one that refuses it for now or breaks off
    makes it wait. A server that cannot be reached is nobody's fault: the messages stay due, in
    their order, and no try counts.

    Args:
        now: the moment, aware UTC.
        must_stop: asked before each message; what is left is let go.
    """
    begun = time.monotonic()
    claims = outbox.claim(db.session, now, lease=LEASE, limit=BATCH)
    db.session.commit()
    tally = Tally()
    if not claims:
        return tally
    post = post_office.at_hand()
    try:
        for position, claimed in enumerate(claims):
            try:
                post.open()
            except Unreachable as fault:
                tally.fault = str(fault)
                _let_go(claims[position:], tally.fault)
                break
            elapsed = time.monotonic() - begun
            if elapsed > _LONGEST_BATCH or must_stop():
                _let_go(claims[position:])
                break
            _deliver_one(post, claimed, now + timedelta(seconds=elapsed), tally)
    finally:
        post.close()
    return tally


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many tries, or None when that was the last one."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def _deliver_one(post: PostOffice, claimed: Claim, now: datetime, tally: Tally) -> None:
    try:
        letter = _letter(claimed)
    except Exception as fault:
        log.exception("message %d cannot be written", claimed.id)
        _park(claimed, f"cannot be written: {type(fault).__name__}: {fault}", tally)
        return
    try:
        post.send(letter)
    except (NoServer, flask_mail.BadHeaderError) as fault:
        _park(claimed, str(fault) or "a line break in a header", tally)
    except smtplib.SMTPRecipientsRefused as fault:
        code, answer = next(iter(fault.recipients.values()))
        _refused(claimed, code, f"{claimed.to_address}: {code} {_decoded(answer)}", now, tally)
    except smtplib.SMTPResponseException as fault:
        told = f"{fault.smtp_code} {_decoded(fault.smtp_error)}"
        _refused(claimed, fault.smtp_code, f"{claimed.to_address}: {told}", now, tally)
    except (smtplib.SMTPException, OSError) as fault:
        # Broken off in the middle: it may have arrived. It is sent again under the same id.
        _wait(claimed, f"{type(fault).__name__}: {fault}", now, tally)
    except UnicodeError as fault:
        _park(claimed, f"{claimed.to_address}: no mail can be addressed so: {fault}", tally)
    else:
        if not outbox.mark_sent(db.session, claimed, now):
            log.warning("message %d went out, but its lease was lost: it may go twice", claimed.id)
        db.session.commit()
        tally.sent += 1


def _refused(claimed: Claim, code: int, error: str, now: datetime, tally: Tally) -> None:
    """Park what is refused for good (5xx, RFC 5321 4.2.1); what is refused for now waits."""
    if 500 <= code < 600:
        _park(claimed, error, tally)
    else:
        _wait(claimed, error, now, tally)


def _wait(claimed: Claim, error: str, now: datetime, tally: Tally) -> None:
    pause = wait_after(claimed.attempts)
    if pause is None:
        _park(claimed, f"given up after {claimed.attempts} tries; the last: {error}", tally)
        return
    log.warning("message %d waits: %s", claimed.id, type(error).__name__)
    outbox.retry(db.session, claimed, now + pause, error)
    db.session.commit()
    tally.waiting += 1


def _park(claimed: Claim, error: str, tally: Tally) -> None:
    log.warning("message %d (%s) is parked", claimed.id, claimed.kind)
    outbox.park(db.session, claimed, error)
    db.session.commit()
    tally.parked += 1


def _let_go(claims: Sequence[Claim], error: str = "") -> None:
    outbox.put_back(db.session, claims, error)
    db.session.commit()


def _letter(claimed: Claim) -> flask_mail.Message:
    words = writing.written(claimed)
    letter = flask_mail.Message(
        subject=words.subject,
        recipients=[claimed.to_address],
        body=words.text,
        html=words.html,
        reply_to=str(current_app.config["SITE_EMAIL"]) or None,
        charset=cast(str, _CHARSET),
        # RFC 3834: out-of-office answers do not reply to it.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    letter.msgId = writing.header_id(claimed.message_id)
    return letter


def _decoded(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
