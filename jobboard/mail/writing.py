"""What a mail says: its templates, filled from the row of the outbox."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, gettext

from jobboard.domain import address, token
from jobboard.mail import outbox
from jobboard.markup import dates

_LONGEST_SUBJECT = 200

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_GAP = re.compile(r"\n{3,}")


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
