"""What a listing must say before it can be handed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobboard.domain.place import Place
from jobboard.domain.submission import SubmissionIncomplete, check, faults_of
from jobboard.domain.taxonomy import ApplyMethod, DeadlineKind, Mode, OpportunityType, PayKind

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

COMPLETE: dict[str, Any] = {
    "title": "Senior Analyst",
    "organisation_name": "Centre for Grand Strategy",
    "opportunity_type": OpportunityType.STAFF,
    "mode": Mode.HYBRID,
    "places": (Place("TR", "Istanbul"),),
    "remote_countries": (),
    "description": "x" * 400,
    "apply_method": ApplyMethod.URL,
    "apply_url": "https://grand.example/jobs/1",
    "apply_email": "",
    "deadline_kind": DeadlineKind.DATE,
    "apply_by": NOW + 30 * DAY,
    "pay_kind": PayKind.NOT_STATED,
    "pay_min": None,
    "pay_max": None,
    "pay_currency": "",
    "pay_period": None,
}


def faults(publish_from: datetime | None = None, **columns: Any) -> list[str]:
    return list(faults_of({**COMPLETE, **columns}, NOW, publish_from=publish_from))


def test_complete() -> None:
    assert faults() == []
    check(COMPLETE, NOW)


def test_nothing_at_all_names_every_part_once() -> None:
    assert list(faults_of({}, NOW)) == [
        "title",
        "organisation",
        "opportunity_type",
        "mode",
        "description",
        "apply_method",
        "deadline_kind",
    ]
    with pytest.raises(SubmissionIncomplete):
        check({}, NOW)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"title": "Abcd"}, ["title"]),
        ({"title": "Abcde"}, []),
        ({"title": "x" * 150}, []),
        ({"title": "x" * 151}, ["title"]),
        ({"description": "x" * 399}, ["description"]),
        ({"description": "x" * 50_000}, []),
        ({"description": "x" * 50_001}, ["description"]),
    ],
)
def test_lengths(columns: dict[str, Any], expected: list[str]) -> None:
    assert faults(**columns) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"places": ()}, ["place"]),
        ({"places": (Place(None, "Istanbul"),)}, ["country"]),
        ({"places": (Place("TR"),)}, []),
        ({"places": (), "opportunity_type": OpportunityType.ROSTER}, []),
        ({"mode": Mode.REMOTE, "places": ()}, ["country"]),
        ({"mode": Mode.REMOTE, "places": (), "remote_countries": ("anywhere",)}, []),
        ({"mode": Mode.NOT_STATED, "places": ()}, ["mode"]),
    ],
)
def test_where(columns: dict[str, Any], expected: list[str]) -> None:
    assert faults(**columns) == expected


AMOUNT = {
    "pay_kind": PayKind.SALARY,
    "pay_min": 100,
    "pay_max": 200,
    "pay_currency": "EUR",
    "pay_period": "year",
}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        ({"pay_max": None}, []),
        ({"pay_min": 201}, ["pay_max"]),
        ({"pay_currency": ""}, ["pay_currency"]),
        ({"pay_period": None}, ["pay_period"]),
        ({"pay_kind": PayKind.UNPAID}, ["pay_kind"]),
        ({"pay_kind": PayKind.UNPAID, "pay_min": None, "pay_max": None}, []),
    ],
)
def test_pay(columns: dict[str, Any], expected: list[str]) -> None:
    assert faults(**{**AMOUNT, **columns}) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"apply_method": ApplyMethod.NOT_STATED}, ["apply_method"]),
        ({"apply_url": ""}, ["apply_url"]),
        ({"apply_method": ApplyMethod.EMAIL}, ["apply_email"]),
        ({"apply_method": ApplyMethod.EMAIL, "apply_email": "jobs@grand.example"}, []),
    ],
)
def test_how_to_apply(columns: dict[str, Any], expected: list[str]) -> None:
    assert faults(**columns) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"apply_by": None}, ["deadline_date"]),
        ({"apply_by": NOW}, ["deadline_date"]),
        ({"apply_by": NOW + timedelta(seconds=1)}, []),
        ({"apply_by": NOW + 365 * DAY}, []),
        ({"apply_by": NOW + 366 * DAY}, ["deadline_date"]),
        ({"deadline_kind": DeadlineKind.ROLLING, "apply_by": None}, []),
        ({"deadline_kind": DeadlineKind.UNTIL_FILLED, "apply_by": None}, []),
        # Only an import may leave it unsaid.
        ({"deadline_kind": DeadlineKind.NOT_STATED}, ["deadline_kind"]),
    ],
)
def test_deadline(columns: dict[str, Any], expected: list[str]) -> None:
    assert faults(**columns) == expected


@pytest.mark.parametrize(
    ("publish_from", "columns", "expected"),
    [
        (NOW - DAY, {}, []),
        (NOW + 29 * DAY, {}, []),
        (NOW + 30 * DAY, {}, ["publish_on"]),
        (NOW + 300 * DAY, {"deadline_kind": DeadlineKind.ROLLING}, []),
        (NOW + 366 * DAY, {"deadline_kind": DeadlineKind.ROLLING}, ["publish_on"]),
    ],
)
def test_publication_comes_before_the_deadline(
    publish_from: datetime, columns: dict[str, Any], expected: list[str]
) -> None:
    assert faults(publish_from, **columns) == expected
