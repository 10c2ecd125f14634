"""Advice while writing: true sentences, never a condition."""

from typing import Any

import pytest

from jobboard.domain.advice import Advice, advice
from jobboard.domain.taxonomy import Eligibility, PayKind


def said(**content: Any) -> dict[str, bool]:
    return {each.sentence: each.is_good for each in advice(content)}


def test_an_empty_text_is_told_what_seekers_look_for() -> None:
    assert advice({}) == [
        Advice(False, "State the pay: many seekers ask for nothing else"),
        Advice(False, "Say which languages are needed"),
        Advice(False, "Say who may apply: nationality and permits decide"),
        Advice(False, "Choose a topic: people browse by it"),
    ]


def test_what_is_done_is_praised() -> None:
    found = advice(
        {
            "title": "Analyst",
            "pay_kind": PayKind.SALARY,
            "pay_min": 100,
            "languages": ["en"],
            "eligibility": Eligibility.OPEN_TO_ALL,
            "topics": ("energy",),
        }
    )
    assert [each.is_good for each in found] == [True] * 4


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (PayKind.UNPAID, "No pay: the card says so in red"),
        (PayKind.EXPENSES_ONLY, "No pay: the card says so in red"),
        (PayKind.NOT_DISCLOSED, "State the pay: many seekers ask for nothing else"),
        (PayKind.STIPEND, "Say how much is paid"),
    ],
)
def test_pay(kind: PayKind, sentence: str) -> None:
    assert said(pay_kind=kind)[sentence] is False


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SENIOR ANALYST", {"Title in capitals: it reads as shouting"}),
        ("UNHCR", set()),
        ("Join us now!", {"Title without an exclamation mark, please"}),
        ("Analyst at the ICG", {"Title without the organisation: it stands below anyway"}),
        ("Analyst", set()),
        ("محلل أول", set()),
    ],
)
def test_title(title: str, expected: set[str]) -> None:
    found = said(title=title, organisation_name="ICG")
    assert {sentence for sentence in found if sentence.startswith("Title")} == expected
