"""What was written and what happened, in words: nothing is left out."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from jobboard import content as contents
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Verb
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import DeadlineKind, Eligibility, GrossNet, Mode, PayKind, PayPeriod
from jobboard.models.event import ActorKind, Event
from jobboard.models.listing import CONTENT, Listing
from jobboard.models.user import User
from jobboard.services.moderation import Reason
from jobboard.web import content_words, history_words
from jobboard.web.content_words import PARTS, Change
from tests.support.listings import written
from tests.support.people import NOW

pytestmark = pytest.mark.one_database


def test_every_column_belongs_to_one_part() -> None:
    assert sorted(name for part in PARTS for name in part.columns) == sorted(CONTENT)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": "Analyst"}, ("Title", "Senior Analyst, Black Sea Security", "Analyst")),
        (
            {"places": (Place("BE", "Brussels"),)},
            ("Place", "Istanbul, Türkiye", "Brussels, Belgium"),
        ),
        ({"mode": Mode.ONSITE}, ("Where the work is done", "Hybrid", "On site")),
        (
            {"apply_by": NOW + timedelta(days=31)},
            ("Deadline", "Wed 31 Mar 2027, 15:00 in Istanbul", "Thu 1 Apr 2027, 15:00 in Istanbul"),
        ),
        (
            {"deadline_kind": DeadlineKind.ROLLING, "apply_by": None},
            (
                "Deadline",
                "Wed 31 Mar 2027, 15:00 in Istanbul",
                "Rolling: applications are read as they come",
            ),
        ),
        (
            {
                "pay_kind": PayKind.SALARY,
                "pay_min": 4800000,
                "pay_currency": "EUR",
                "pay_period": PayPeriod.YEAR,
                "pay_gross_net": GrossNet.GROSS,
            },
            ("Pay", "", "from €48,000 a year, Salary, before tax"),
        ),
        ({"pay_kind": PayKind.UNPAID}, ("Pay", "", "Unpaid")),
        (
            {"eligibility": Eligibility.CITIZENS_OF, "eligible_nationalities": ("TR", "FR")},
            ("Who may apply", "", "Citizens of listed countries: Türkiye, France"),
        ),
        (
            {"languages": (LanguageNeed("tr", "B2"), LanguageNeed("ru", is_required=False))},
            ("Languages", "", "Turkish B2, Russian (an asset)"),
        ),
        ({"topics": ("energy", "no such topic")}, ("Topics", "", "Energy, no such topic")),
        ({"duration_months": 9}, ("Duration", "", "9 months")),
        ({"experience_years_min": 0}, ("Experience, at least", "", "0 years")),
        (
            {"apply_url": "https://other.example/"},
            (
                "How to apply",
                "On a web page · https://grand.example/jobs/1",
                "On a web page · https://other.example/",
            ),
        ),
    ],
)
def test_changes_in_words(app: Flask, changed: dict[str, Any], told: tuple[str, str, str]) -> None:
    before: dict[str, Any] = {"pay_kind": PayKind.NOT_STATED, **written()}
    with app.test_request_context():
        found = content_words.changes(before, {**before, **changed})
        assert found == [Change(*told, is_long=False)]


@pytest.mark.parametrize("column", ["topics", "focus_regions", "hours"])
def test_boxes_ticked_in_another_order_are_no_change(app: Flask, column: str) -> None:
    before = written(**{column: ("security", "energy")})
    after = {**before, column: ("energy", "security")}
    fewer = {**before, column: ("energy",)}
    listing = Listing(**before)
    assert contents.changed(listing, after) == ()
    assert contents.changed(listing, fewer) == (column,)
    with app.test_request_context():
        assert content_words.changes(before, after) == []
        assert len(content_words.changes(before, fewer)) == 1


def test_names_of_columns_once_and_in_page_order(app: Flask) -> None:
    with app.test_request_context():
        assert content_words.names(["pay_max", "title", "pay_min"]) == ["Title", "Pay"]


def event(verb: Verb, **columns: Any) -> Event:
    return Event(
        **{"verb": verb, "actor": ActorKind.MODERATOR, "at": NOW, "details": {}, **columns}
    )


def test_every_verb_has_its_sentence() -> None:
    assert set(history_words.SENTENCES) == set(Verb)


@pytest.mark.parametrize(
    ("happened", "told", "told_to_moderators"),
    [
        (event(Verb.APPROVE), "Approved by a moderator", "Approved by Maryam"),
        (
            event(Verb.REFUSE, reason=Reason.SPAM),
            "Refused by a moderator: Spam",
            "Refused by Maryam: Spam",
        ),
        (
            event(Verb.CLOSE, actor=ActorKind.COLLEAGUE, reason=CloseReason.FILLED),
            "Closed by a colleague: Filled",
            "Closed by Maryam: Filled",
        ),
        (
            event(Verb.EDIT, actor=ActorKind.POSTER, details={"fields": ["title", "pay_min"]}),
            "Text changed by the poster: Title, Pay",
            "Text changed by Maryam: Title, Pay",
        ),
        (event(Verb.EXPIRE, actor=ActorKind.CLOCK), "Ended", "Ended"),
        (
            event(Verb.EXTEND, details={"ends_at": "2027-03-31T20:59:00+00:00"}),
            "Extended by a moderator: open until 31 Mar 2027",
            "Extended by Maryam: open until 31 Mar 2027",
        ),
    ],
)
def test_what_happened(app: Flask, happened: Event, told: str, told_to_moderators: str) -> None:
    happened.by = User(name="Maryam")
    with app.test_request_context():
        assert history_words.sentence(happened) == told
        assert history_words.sentence(happened, has_names=True) == told_to_moderators
