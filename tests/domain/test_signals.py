"""Signals: what speaks for or against a listing, in words that are true."""

from dataclasses import replace

import pytest

from jobboard.domain.signals import (
    Case,
    Signal,
    Tone,
    host_of,
    is_same_house,
    mixes_scripts,
    signals,
    weightiest,
)

#: A poster known to the board, at a known organisation, from its own domain.
KNOWN = Case(
    poster_email="alice@grand.example",
    approved=14,
    site="https://www.grand.example/about",
    is_known=True,
    is_verified=True,
    title="Senior Analyst, Black Sea Security",
    text="See https://grand.example/jobs/1 for more.",
    apply_url="https://jobs.grand.example/1",
)


def said(case: Case) -> list[tuple[Tone, str]]:
    return [(signal.tone, filled(signal)) for signal in signals(case)]


def filled(signal: Signal) -> str:
    return signal.sentence % dict(signal.values) if signal.values else signal.sentence


def test_nothing_speaks_against_a_known_house() -> None:
    assert said(KNOWN) == [
        (Tone.GOOD, "Of this address 14 were approved before, none refused."),
        (Tone.GOOD, "The organisation is verified."),
        (Tone.GOOD, "The e-mail domain matches the organisation's site, grand.example."),
    ]


def test_a_first_listing_of_a_new_organisation() -> None:
    case = replace(KNOWN, approved=0, is_known=False, is_verified=False)
    assert said(case) == [
        (Tone.LOOK, "First listing of this address."),
        (Tone.LOOK, "The organisation is new to the board."),
        (Tone.GOOD, "The e-mail domain matches the site that the poster states, grand.example."),
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"poster_email": "alice@gmail.com"},
            "The poster's address is at a free mail service, gmail.com.",
        ),
        (
            {"poster_email": "alice@other.example"},
            (
                "The e-mail domain other.example is not that of the organisation's site, "
                "grand.example."
            ),
        ),
        (
            {"poster_email": "alice@notgrand.example"},
            (
                "The e-mail domain notgrand.example is not that of the organisation's site, "
                "grand.example."
            ),
        ),
        ({"refused": 2}, "Of this address 14 were approved and 2 refused before."),
        ({"twins": 1}, "The same title stands on the board or waits already: see below."),
        (
            {"apply_url": "", "apply_email": "hr@gmail.com"},
            "Applications are mailed to a free mail service, gmail.com.",
        ),
        (
            {"apply_url": "", "apply_email": "hr@other.example"},
            "Applications are mailed to another house, other.example.",
        ),
        ({"title": "ANALYST WANTED NOW, Kyiv"}, "The title shouts: it is in capitals."),
    ],
)
def test_reasons_to_look(changed: dict[str, object], sentence: str) -> None:
    found = said(replace(KNOWN, **changed))  # type: ignore[arg-type]
    assert (Tone.LOOK, sentence) in found
    assert [words for tone, words in found if tone is Tone.LOOK] == [sentence]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"site": ""},
            "The poster's address is at grand.example; no site to compare it with is given.",
        ),
        ({"apply_url": "https://ats.example/9"}, "Applications go to another site, ats.example."),
        (
            {"text": "https://a.example, https://b.example/x and https://grand.example"},
            "The text links elsewhere: a.example, b.example.",
        ),
    ],
)
def test_plain_facts(changed: dict[str, object], sentence: str) -> None:
    assert (Tone.PLAIN, sentence) in said(replace(KNOWN, **changed))  # type: ignore[arg-type]


def test_an_abbreviation_does_not_shout() -> None:
    assert said(replace(KNOWN, title="NATO HQ, P-3")) == said(KNOWN)


def test_an_import_has_no_poster() -> None:
    assert said(Case()) == [
        (Tone.LOOK, "First listing of this address."),
        (Tone.LOOK, "The organisation is new to the board."),
    ]


def test_the_queue_shows_the_weightiest() -> None:
    signal = weightiest(replace(KNOWN, refused=1))
    assert signal is not None
    assert (signal.tone, signal.short) == (Tone.LOOK, "refused before")
    signal = weightiest(KNOWN)
    assert signal is not None
    assert (signal.tone, signal.short) == (Tone.GOOD, "known address")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Grand.Example/x", "grand.example"),
        ("grand.example", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_hosts(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.example", "a.example", True),
        ("jobs.a.example", "a.example", True),
        ("a.example", "jobs.a.example", True),
        ("ba.example", "a.example", False),
        ("", "a.example", False),
    ],
)
def test_the_same_house(one: str, other: str, same: bool) -> None:
    assert is_same_house(one, other) is same


@pytest.mark.parametrize(
    ("text", "mixes"),
    [
        ("\u0421entre for Grand Strategy", True),  # a Cyrillic letter in front
        ("Centre for Grand Str\u0430tegy", True),
        ("\u0391tlantic Council", True),  # a Greek one
        ("Centre for Grand Strategy", False),
        ("Институт Europa", False),
        ("Türkiye Araştırmaları Vakfı, Łódź", False),
        ("ΕΛΙΑΜΕΠ Foundation", False),
        ("مركز Carnegie 中心 No5", False),
        ("", False),
    ],
)
def test_letters_that_only_look_like_those_of_a_name(text: str, mixes: bool) -> None:
    assert mixes_scripts(text) is mixes
    found = [signal.short for signal in signals(Case(name=text))]
    assert ("look-alike letters" in found) is mixes
