"""What a listing must say before it can be submitted: the form's first screen.

An import needs a title only; these rules are for people at the form.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobboard.domain.errors import FieldsBroken
from jobboard.domain.listing import LONGEST_LIFE, EndRefused, check_end
from jobboard.domain.taxonomy import (
    NOT_STATED,
    ApplyMethod,
    DeadlineKind,
    Mode,
    OpportunityType,
    PayKind,
)
from jobboard.words import N_

SHORTEST_TITLE = 5
LONGEST_TITLE = 150
SHORTEST_DESCRIPTION = 400
LONGEST_DESCRIPTION = 50_000

#: Kinds of pay that need no amount beside them.
_WITHOUT_AMOUNT = frozenset({PayKind.UNPAID, PayKind.NOT_DISCLOSED, PayKind.EXPENSES_ONLY})


class SubmissionIncomplete(FieldsBroken):
    """Something that a listing must say is missing or makes no sense."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(N_("Some answers are missing or need a change."), errors)


def check(
    content: Mapping[str, Any], now: datetime, *, publish_from: datetime | None = None
) -> None:
    """Raise SubmissionIncomplete, naming the fields, unless the content can be submitted."""
    faults = faults_of(content, now, publish_from=publish_from)
    if faults:
        raise SubmissionIncomplete(faults)


def faults_of(
    content: Mapping[str, Any], now: datetime, *, publish_from: datetime | None = None
) -> dict[str, str]:
    """Return what is wrong with a listing's content: form field to sentence, in page order.

    Args:
        content: what was written, by the names of its columns.
        now: the moment, aware UTC.
        publish_from: the moment before which it must not be public, if the poster wants one.
    """
    faults: dict[str, str] = {}
    title = content.get("title") or ""
    if len(title) < SHORTEST_TITLE:
        faults["title"] = N_("Write the job's title, in at least 5 characters.")
    elif len(title) > LONGEST_TITLE:
        faults["title"] = N_("Shorten the title to at most 150 characters.")
    if not content.get("organisation_name"):
        faults["organisation"] = N_("Name the organisation that offers this.")
    if content.get("opportunity_type") in (None, NOT_STATED):
        faults["opportunity_type"] = N_("Choose what kind of opportunity this is.")
    _check_where(content, faults)
    length = len(content.get("description") or "")
    if length < SHORTEST_DESCRIPTION:
        faults["description"] = N_(
            "Describe the work in at least 400 characters: duties, requirements, conditions."
        )
    elif length > LONGEST_DESCRIPTION:
        faults["description"] = N_("Shorten the description to at most 50,000 characters.")
    _check_pay(content, faults)
    method = content.get("apply_method")
    if method in (None, ApplyMethod.NOT_STATED):
        faults["apply_method"] = N_("Choose how to apply.")
    elif method == ApplyMethod.URL and not content.get("apply_url"):
        faults["apply_url"] = N_("Give the address of the page where people apply.")
    elif method == ApplyMethod.EMAIL and not content.get("apply_email"):
        faults["apply_email"] = N_("Give the e-mail address that applications go to.")
    _check_deadline(content, now, faults)
    _check_publication(content, publish_from, now, faults)
    return faults


def _check_where(content: Mapping[str, Any], faults: dict[str, str]) -> None:
    mode = content.get("mode")
    if mode in (None, Mode.NOT_STATED):
        faults["mode"] = N_("Choose where the work is done from.")
        return
    places = content.get("places") or ()
    if mode == Mode.REMOTE:
        if not content.get("remote_countries"):
            faults["country"] = N_("Choose the countries people may work from, or “anywhere”.")
    elif not places and content.get("opportunity_type") != OpportunityType.ROSTER:
        faults["place"] = N_("Name at least one place of work.")
    elif any(not place.country for place in places):
        faults["country"] = N_("Choose the country of each place.")


def _check_pay(content: Mapping[str, Any], faults: dict[str, str]) -> None:
    least, most = content.get("pay_min"), content.get("pay_max")
    if least is None and most is None:
        return
    if content.get("pay_kind") in _WITHOUT_AMOUNT:
        faults["pay_kind"] = N_("Unpaid work has no amount: choose another kind, or clear it.")
    elif least is not None and most is not None and least > most:
        faults["pay_max"] = N_("The upper amount must not be below the lower one.")
    elif not content.get("pay_currency"):
        faults["pay_currency"] = N_("Choose the currency of the amount.")
    elif not content.get("pay_period"):
        faults["pay_period"] = N_("Say what the amount covers: a month, a year…")


def _check_deadline(content: Mapping[str, Any], now: datetime, faults: dict[str, str]) -> None:
    kind = content.get("deadline_kind")
    if kind in (None, DeadlineKind.NOT_STATED):
        faults["deadline_kind"] = N_("Choose what ends the time to apply.")
        return
    if kind != DeadlineKind.DATE:
        return
    apply_by = content.get("apply_by")
    if apply_by is None:
        faults["deadline_date"] = N_("Give the last day to apply.")
        return
    try:
        check_end(apply_by, now)
    except EndRefused as refusal:
        faults["deadline_date"] = refusal.sentence


def _check_publication(
    content: Mapping[str, Any],
    publish_from: datetime | None,
    now: datetime,
    faults: dict[str, str],
) -> None:
    if publish_from is None:
        return
    apply_by = content.get("apply_by")
    is_date = content.get("deadline_kind") == DeadlineKind.DATE
    if is_date and apply_by is not None and publish_from >= apply_by:
        faults["publish_on"] = N_("Publish it before the deadline, or leave this empty.")
    elif publish_from > now + LONGEST_LIFE:
        faults["publish_on"] = N_("Publish it within 365 days, or leave this empty.")
