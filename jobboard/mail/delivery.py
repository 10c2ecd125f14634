"""Renders and sends what the outbox holds: outside any transaction, repeated until it went."""

import logging
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.charset import QP, Charset
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import flask_mail
from flask import Flask, current_app
from flask_babel import force_locale, gettext

from jobboard.db import db
from jobboard.domain import address, token
from jobboard.mail import outbox
from jobboard.mail.outbox import Claim
from jobboard.markup import dates

log = logging.getLogger(__name__)

#: How long a worker holds a message; a killed worker's messages are taken again after it.
LEASE = timedelta(seconds=60)
#: Waits between tries; after the last one the message is parked. Nearly eight hours in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60, 120, 240))
BATCH = 20

#: Seconds to reach the mail server; then, for each of its answers. A server that thinks for 20
#: seconds is slow, not broken: giving up on it would only send the same mail again.
_CONNECT_SECONDS = 10
_ANSWER_SECONDS = 25
#: Seconds for the whole of a letter, however many answers it takes and however slowly they trickle.
_LONGEST_TRY = 35.0
#: Seconds after which a batch begins no other letter. With the longest try that is less than the
#: lease: nobody else takes a letter that is still on its way.
_LONGEST_BATCH = 20.0
_LONGEST_SUBJECT = 200

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_GAP = re.compile(r"\n{3,}")

# Quoted-printable: no line is too long and no byte too high for any server on the way.
_CHARSET = Charset("utf-8")
_CHARSET.body_encoding = QP

mail = flask_mail.Mail()


class Unreachable(Exception):
    """The mail server cannot be reached or does not let us in; no message is to blame."""


class Owed(Protocol):
    """What a mail is made from: a claim, or a row of the outbox."""

    @property
    def kind(self) -> str:
        """The template pair."""

    @property
    def params(self) -> Mapping[str, Any]:
        """The snapshot that its function in ``messages`` took."""

    @property
    def language(self) -> str:
        """The reader's language."""


@dataclass(frozen=True)
class Written:
    """A mail in words."""

    subject: str
    text: str
    html: str
    #: The board's own addresses in it, in their order, each once.
    links: tuple[str, ...]


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


def install(app: Flask) -> None:
    """Prepare Flask-Mail; whether mail really leaves is decided by ``MAIL_SERVER`` alone."""
    app.config["MAIL_SUPPRESS_SEND"] = False
    mail.init_app(app)


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
    post = _post_office()
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


def written(owed: Owed) -> Written:
    """Return a mail in words; the same row gives the same words whenever it is written.

    Raises:
        jinja2.TemplateError: the templates of its kind are missing or broken.
    """
    with force_locale(owed.language):
        values = _values(owed)
        subject = _line(_block(f"mail/{owed.kind}.txt", "subject", values))
        values["subject"] = subject
        text = _text(_render(owed.kind, "txt", values))
        own = (each for each in _ADDRESS.findall(text) if each.startswith(values["site_url"]))
        html = _render(owed.kind, "html", values)
        return Written(subject, text, html, tuple(dict.fromkeys(own)))


def header_id(local_part: str) -> str:
    """Return the Message-ID header of a message; the host is the site's."""
    host = urlsplit(str(current_app.config["SITE_URL"])).hostname or "localhost"
    return outbox.full_message_id(local_part, host)


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many tries, or None when that was the last one."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


# ---------------------------------------------------------------------------------- one message


def _deliver_one(post: "_PostOffice", claimed: Claim, now: datetime, tally: Tally) -> None:
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
    words = written(claimed)
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
    letter.msgId = header_id(claimed.message_id)
    return letter


def _decoded(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


# --------------------------------------------------------------------------------- post offices


class NoServer(Exception):
    """No mail server is set."""


class _PostOffice(Protocol):
    def open(self) -> None:
        """Be ready for a letter.

        Raises:
            Unreachable: the mail server is away or does not let us in.
        """

    def send(self, letter: flask_mail.Message) -> None:
        """Hand a letter over."""

    def close(self) -> None:
        """Say goodbye."""


def _post_office() -> _PostOffice:
    if current_app.config["MAIL_SERVER"]:
        return _Smtp()
    return _Kept() if current_app.config["DEMO"] else _Nobody()


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
            with self._connection.within(_LONGEST_TRY):
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


# ---------------------------------------------------------------------------------------- words


def _values(owed: Owed) -> dict[str, Any]:
    site_url = str(current_app.config["SITE_URL"])
    values: dict[str, Any] = {
        **_NO_VALUES,
        **owed.params,
        "language": owed.language,
        "site_url": site_url,
        "ends_words": _moment(owed, "ends_at"),
        "expires_words": _moment(owed, "expires_at"),
        "at_words": _moment(owed, "at"),
    }
    return {**values, **{name: site_url + path for name, path in _paths(owed).items()}}


#: What a template may ask for, though not every kind has it.
_NO_VALUES = dict.fromkeys(
    (
        "is_guest",
        "is_live",
        "is_known",
        "is_new_text",
        "note",
        "reason",
        "listing_url",
        "live_url",
        "manage_url",
        "edit_url",
        "extend_url",
        "close_url",
        "renew_url",
        "copy_url",
        "object_url",
        "original_title",
        "original_url",
        "link_url",
    ),
    "",
)

_LISTING_VERBS = ("edit", "extend", "close", "renew", "copy", "object")
_LIVE_KINDS = frozenset({"listing_posted", "listing_ending"})


def _paths(owed: Owed) -> dict[str, str]:
    params = owed.params
    link = params.get("link")
    raw = _token(link) if link else ""
    if "listing_id" not in params:
        if not link:
            return {}
        make = address.reset_password if owed.kind == "password_reset" else address.confirm_address
        return {"link_url": make(raw)}
    page = address.listing(params["slug"])
    paths = {"listing_url": page}
    if owed.kind in _LIVE_KINDS or params.get("is_live"):
        paths["live_url"] = page
    if "original_slug" in params:
        paths["original_url"] = address.listing(params["original_slug"])
    if params["is_guest"] and not raw:
        return paths
    number = params["listing_id"]
    home = address.manage(raw) if raw else address.dashboard(number)
    paths["manage_url"] = home
    for verb in _LISTING_VERBS:
        paths[f"{verb}_url"] = f"{home}{verb}/" if raw else address.dashboard(number, verb)
    return paths


def _token(link: Mapping[str, str]) -> str:
    """Make a link's token: the database holds only its hash (``links.token_of`` for rows)."""
    return token.derived(str(current_app.config["SECRET_KEY"]), link["purpose"], link["nonce"])


def _moment(owed: Owed, name: str) -> str:
    written_as = owed.params.get(name)
    if not written_as:
        return ""
    return dates.in_words(
        datetime.fromisoformat(written_as),
        owed.params.get("zone") or str(current_app.config["SITE_ZONE"]),
        locale=owed.language,
        with_city=gettext(dates.WITH_CITY),
        without_city=gettext(dates.WITHOUT_CITY),
    )


def _render(kind: str, form: str, values: Mapping[str, Any]) -> str:
    environment = current_app.jinja_env
    template = environment.get_template(f"mail/{kind}.{form}")
    return template.render(_context(form, values))


def _block(name: str, block: str, values: Mapping[str, Any]) -> str:
    template = current_app.jinja_env.get_template(name)
    context = template.new_context(_context("txt", values))
    return "".join(template.blocks[block](context))


def _context(form: str, values: Mapping[str, Any]) -> dict[str, Any]:
    parts = current_app.jinja_env.get_template(f"mail/_parts.{form}").module
    return {
        **values,
        "config": current_app.config,
        "layout": f"mail/_layout.{form}",
        "parts": parts,
    }


def _line(subject: str) -> str:
    """Return a subject that is one line and fits one, whatever stands in a title."""
    line = " ".join("".join(each if each.isprintable() else " " for each in subject).split())
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1]}…"


def _text(text: str) -> str:
    lines = "\n".join(line if line == "-- " else line.rstrip() for line in text.splitlines())
    return _GAP.sub("\n\n", lines).strip() + "\n"
