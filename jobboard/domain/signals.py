"""What speaks for or against a listing that waits, each in words that a moderator can check.

Signals say what is so and decide nothing: a free-mail address is no fault, only a reason to look.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from jobboard.words import N_

#: Services that give an address to anybody.
FREE_MAIL = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "mail.ru",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "ukr.net",
        "web.de",
        "yahoo.com",
        "yandex.com",
        "yandex.ru",
    }
)

_ADDRESS = re.compile(r"https?://[^\s<>\"')\],;،]+", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
#: Latin, Greek and Cyrillic. The micro sign is no Greek letter to whoever writes it.
_LIKE_EACH_OTHER = (
    re.compile("[a-zA-Z\u00c0-\u024f]"),
    re.compile("[\u0370-\u03ff]"),
    re.compile("[\u0400-\u052f]"),
)
#: A title with fewer letters than this may be an abbreviation.
_LEAST_LETTERS = 10
_LOUD_SHARE = 0.7


class Tone(StrEnum):
    """Which way a signal points."""

    GOOD = "ok"
    LOOK = "warn"
    PLAIN = "navy"


@dataclass(frozen=True)
class Signal:
    """One thing to know.

    Attributes:
        tone: which way it points.
        sentence: in English, marked for the catalogues.
        values: what the sentence's ``%(name)s`` stand for.
        short: two or three words for the queue; empty when it is not worth a place there.
    """

    tone: Tone
    sentence: str
    values: tuple[tuple[str, object], ...] = ()
    short: str = ""


@dataclass(frozen=True)
class Case:
    """The facts that signals are drawn from.

    Attributes:
        poster_email: where the listing came from.
        name: of the organisation, as the poster writes it.
        is_member: an administrator let the poster act for the organisation.
        approved: listings of this address that were approved before.
        refused: listings of this address that were refused before.
        site: the organisation's website, as its profile or else as the poster states it.
        is_known: the organisation has a profile on the board.
        is_verified: the board made sure that it is what it says.
        title: of the listing.
        text: what the poster wrote, with the links in it.
        apply_url: where applications go.
        apply_email: where applications are mailed.
        twins: other listings with the same title that are on the board or wait.
    """

    poster_email: str = ""
    name: str = ""
    is_member: bool = False
    approved: int = 0
    refused: int = 0
    site: str = ""
    is_known: bool = False
    is_verified: bool = False
    title: str = ""
    text: str = ""
    apply_url: str = ""
    apply_email: str = ""
    twins: int = 0


def signals(case: Case) -> list[Signal]:
    """Return what is to be known about a listing, the weightiest first."""
    found = [
        *_twins(case),
        *_letters(case),
        *_record(case),
        *_organisation(case),
        *_address(case),
        *_applications(case),
        *_links(case),
        *_title(case),
    ]
    order = {Tone.LOOK: 0, Tone.GOOD: 1, Tone.PLAIN: 2}
    return sorted(found, key=lambda signal: order[signal.tone])


def weightiest(case: Case) -> Signal | None:
    """Return the one signal for the queue's line; the first with short words."""
    return next((signal for signal in signals(case) if signal.short), None)


def host_of(address: str) -> str:
    """Return the host of a web address in lower case, without ``www.``; nothing for none."""
    try:
        return (urlsplit(address.strip()).hostname or "").lower().strip(".").removeprefix("www.")
    except ValueError:
        return ""


def domain_of(email: str) -> str:
    """Return the part of a mail address behind its last ``@``."""
    return email.rpartition("@")[2].strip().lower()


def is_same_house(one: str, other: str) -> bool:
    """Tell whether two hosts are the same, or one lies below the other."""
    if not one or not other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def mixes_scripts(text: str) -> bool:
    """Tell whether a word is spelled with letters of two scripts whose letters look alike.

    "Сentre" with a Cyrillic С reads like "Centre"; no word of any language is written so.
    """
    if text.isascii():
        return False
    return any(
        sum(script.search(word) is not None for script in _LIKE_EACH_OTHER) > 1
        for word in _WORD.findall(text)
    )


def _twins(case: Case) -> list[Signal]:
    if not case.twins:
        return []
    return [
        Signal(
            Tone.LOOK,
            N_("The same title stands on the board or waits already: see below."),
            short=N_("same title"),
        )
    ]


def _letters(case: Case) -> list[Signal]:
    if not (mixes_scripts(case.name) or mixes_scripts(case.title)):
        return []
    sentence = N_(
        "A word of the name or the title mixes letters of two scripts that look alike; "
        "it may imitate another."
    )
    return [Signal(Tone.LOOK, sentence, short=N_("look-alike letters"))]


def _record(case: Case) -> list[Signal]:
    values = (("approved", case.approved), ("refused", case.refused))
    if case.refused:
        sentence = N_("Of this address %(approved)s were approved and %(refused)s refused before.")
        return [Signal(Tone.LOOK, sentence, values, N_("refused before"))]
    if case.approved:
        sentence = N_("Of this address %(approved)s were approved before, none refused.")
        return [Signal(Tone.GOOD, sentence, values, N_("known address"))]
    return [Signal(Tone.LOOK, N_("First listing of this address."), short=N_("first listing"))]


def _organisation(case: Case) -> list[Signal]:
    found = []
    if case.is_member:
        found.append(Signal(Tone.GOOD, N_("An administrator lets the poster act for it.")))
    if case.is_verified:
        found.append(Signal(Tone.GOOD, N_("The organisation is verified.")))
    elif not case.is_known:
        found.append(Signal(Tone.LOOK, N_("The organisation is new to the board.")))
    return found


def _address(case: Case) -> list[Signal]:
    domain, site = domain_of(case.poster_email), host_of(case.site)
    if not domain:
        return []
    values = (("domain", domain), ("site", site))
    if domain in FREE_MAIL:
        sentence = N_("The poster's address is at a free mail service, %(domain)s.")
        return [Signal(Tone.LOOK, sentence, values, N_("free mail"))]
    if not site:
        sentence = N_("The poster's address is at %(domain)s; no site to compare it with is given.")
        return [Signal(Tone.PLAIN, sentence, values)]
    if is_same_house(domain, site):
        # The poster may have made up both, unless the profile says so too.
        sentence = (
            N_("The e-mail domain matches the organisation's site, %(site)s.")
            if case.is_known
            else N_("The e-mail domain matches the site that the poster states, %(site)s.")
        )
        return [Signal(Tone.GOOD, sentence, values, N_("domain matches"))]
    sentence = N_("The e-mail domain %(domain)s is not that of the organisation's site, %(site)s.")
    return [Signal(Tone.LOOK, sentence, values, N_("other domain"))]


def _applications(case: Case) -> list[Signal]:
    site, own = host_of(case.site), domain_of(case.poster_email)
    found = []
    target = host_of(case.apply_url)
    if target and not (is_same_house(target, site) or is_same_house(target, own)):
        sentence = N_("Applications go to another site, %(host)s.")
        found.append(Signal(Tone.PLAIN, sentence, (("host", target),)))
    mailed = domain_of(case.apply_email)
    if mailed in FREE_MAIL:
        sentence = N_("Applications are mailed to a free mail service, %(host)s.")
        found.append(Signal(Tone.LOOK, sentence, (("host", mailed),), N_("free mail")))
    elif mailed and not (is_same_house(mailed, site) or is_same_house(mailed, own)):
        sentence = N_("Applications are mailed to another house, %(host)s.")
        found.append(Signal(Tone.LOOK, sentence, (("host", mailed),)))
    return found


def _links(case: Case) -> list[Signal]:
    site = host_of(case.site)
    hosts = {host_of(address) for address in _ADDRESS.findall(case.text)} - {""}
    elsewhere = sorted(host for host in hosts if not is_same_house(host, site))
    if not elsewhere:
        return []
    sentence = N_("The text links elsewhere: %(hosts)s.")
    shown = ", ".join(elsewhere[:5]) + (" …" if len(elsewhere) > 5 else "")
    return [Signal(Tone.PLAIN, sentence, (("hosts", shown),))]


def _title(case: Case) -> list[Signal]:
    letters = _LETTER.findall(case.title)
    loud = sum(letter.isupper() for letter in letters)
    if len(letters) < _LEAST_LETTERS or loud < _LOUD_SHARE * len(letters):
        return []
    return [Signal(Tone.LOOK, N_("The title shouts: it is in capitals."), short=N_("capitals"))]
