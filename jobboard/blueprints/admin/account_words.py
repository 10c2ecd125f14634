"""The history of an account in sentences, for administrators."""

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from flask_babel import gettext

from jobboard.models.account_event import AccountChange, AccountEvent
from jobboard.web import filters
from jobboard.web.history_words import Line
from jobboard.words import N_

SENTENCES: dict[AccountChange, str] = {
    AccountChange.TRUSTED: N_("Trusted by %(who)s"),
    AccountChange.NOT_TRUSTED: N_("Trusted no longer, said %(who)s"),
    AccountChange.MODERATOR: N_("Made moderator by %(who)s"),
    AccountChange.NOT_MODERATOR: N_("No longer moderator, said %(who)s"),
    AccountChange.ADMINISTRATOR: N_("Made administrator by %(who)s"),
    AccountChange.NOT_ADMINISTRATOR: N_("No longer administrator, said %(who)s"),
    AccountChange.SUSPENDED: N_("Suspended by %(who)s"),
    AccountChange.RESTORED: N_("Let in again by %(who)s"),
    AccountChange.SIGNED_OUT: N_("Signed out everywhere by %(who)s"),
}


def lines(events: Sequence[AccountEvent], now: datetime) -> list[Line]:
    """Return an account's history in words, in the order given."""
    zone = str(current_app.config["SITE_ZONE"])
    return [
        Line(
            text=gettext(SENTENCES[event.change]) % {"who": _who(event)},
            at_text=filters.moment(event.at, zone, now),
            iso=filters.iso(event.at),
            note="",
        )
        for event in events
    ]


def _who(event: AccountEvent) -> str:
    if event.by is None:
        return gettext("the command line")
    return event.by.name or event.by.email
