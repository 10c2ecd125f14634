"""What makes a listing find its readers: advice while it is written, never a condition."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobboard.domain.taxonomy import NOT_STATED, PayKind
from jobboard.words import N_

_SHORTEST_SHOUT = 10


@dataclass(frozen=True)
class Advice:
    """One sentence beside the form: something well done, or something to look at."""

    is_good: bool
    sentence: str


def advice(content: Mapping[str, Any]) -> list[Advice]:
    """Return what can be said about a text, in the order of its weight."""
    return [
        *_on_title(content.get("title") or "", content.get("organisation_name") or ""),
        _on_pay(content),
        Advice(True, N_("Languages stated"))
        if content.get("languages")
        else Advice(False, N_("Say which languages are needed")),
        Advice(True, N_("Said who may apply"))
        if content.get("eligibility") not in (None, NOT_STATED)
        else Advice(False, N_("Say who may apply: nationality and permits decide")),
        Advice(True, N_("Found under its topic"))
        if content.get("topics")
        else Advice(False, N_("Choose a topic: people browse by it")),
    ]


def _on_title(title: str, organisation: str) -> list[Advice]:
    found = []
    if len(title) >= _SHORTEST_SHOUT and title.isupper():
        found.append(Advice(False, N_("Title in capitals: it reads as shouting")))
    if "!" in title:
        found.append(Advice(False, N_("Title without an exclamation mark, please")))
    if organisation and organisation.casefold() in title.casefold():
        found.append(Advice(False, N_("Title without the organisation: it stands below anyway")))
    return found


def _on_pay(content: Mapping[str, Any]) -> Advice:
    kind = content.get("pay_kind")
    if content.get("pay_min") is not None or content.get("pay_max") is not None:
        return Advice(True, N_("Pay stated: found by everyone who asks for it"))
    if kind in (PayKind.UNPAID, PayKind.EXPENSES_ONLY):
        return Advice(False, N_("No pay: the card says so in red"))
    if kind in (None, NOT_STATED, PayKind.NOT_DISCLOSED):
        return Advice(False, N_("State the pay: many seekers ask for nothing else"))
    return Advice(False, N_("Say how much is paid"))
