"""Cards put together of forms look as their template draws them, whatever is in them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from markupsafe import Markup, escape

from jobboard.db import db
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import DeadlineKind, Hours, Mode, PayKind, PayPeriod
from jobboard.queries import cards as find
from jobboard.queries.cards import CardRow
from jobboard.web import drawn_cards
from jobboard.web.cards import card
from jobboard.web.pieces import macro
from tests.support.listings import listing
from tests.support.people import NOW

HOSTILE = "<script>\"'&{{ 7 * 7 }}%(title)s"


@pytest.fixture(autouse=True)
def _page(app: Flask) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), app.test_request_context():
        yield


def row(**columns: Any) -> CardRow:
    made = listing(db.session, **columns)
    [found] = find.by_ids([made.id], NOW)
    return found


def squeezed(html: str) -> str:
    return " ".join(html.split()).replace("> ", ">").replace(" <", "<")


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"organisation": None, "organisation_name": HOSTILE, "title": HOSTILE},
        {"mode": Mode.HYBRID, "places": (Place("TR", "Istanbul", 41.0, 29.0),)},
        {"mode": Mode.REMOTE, "places": (), "remote_countries": ("TR", "FR")},
        {"hours": (Hours.PART_TIME, Hours.FULL_TIME), "grade": "P3", "duration_months": 24},
        {"languages": (LanguageNeed("tr", "b2"), LanguageNeed("ru", "c1", False))},
        {"pay_kind": PayKind.UNPAID},
        {
            "pay_kind": PayKind.SALARY,
            "pay_min": 4_800_000,
            "pay_max": 5_800_000,
            "pay_currency": "EUR",
            "pay_period": PayPeriod.YEAR,
        },
        {"deadline_kind": DeadlineKind.ROLLING},
        {"ends_at": NOW + timedelta(days=2)},
        {"ends_at": NOW + timedelta(minutes=5)},
        {"ends_at": NOW + timedelta(days=300)},
        {"language": "ar", "title": "محلل"},
    ],
    ids=str,
)
def test_a_card_of_forms_is_the_card_of_the_template(columns: dict[str, Any]) -> None:
    found = row(**columns)
    marks = {found.id: [(0, 3)]}
    for snippet in (Markup(""), escape(HOSTILE)):
        [drawn] = drawn_cards.drawn(
            [found], NOW, marks=marks, snippets={found.id: snippet} if snippet else {}
        )
        title = drawn_cards.marked(found.title, [(0, 3)])
        shown = card(found, NOW)._replace(title=title, snippet=snippet)
        assert squeezed(drawn) == squeezed(macro("card", "card")(shown))
        assert "<script>" not in drawn


def test_a_card_is_drawn_anew_when_something_in_it_changes() -> None:
    made = listing(db.session, organisation_name="Old Name")
    organisation = made.organisation
    assert organisation is not None

    def shown(now: Any = NOW) -> str:
        [drawn] = drawn_cards.drawn(find.by_ids([made.id], now), now)
        return drawn

    assert shown() == shown()
    assert "Old Name" in shown()
    organisation.name = "New Name"
    db.session.commit()
    assert "New Name" in shown()
    made.grade = "P4"
    db.session.commit()
    assert "P4" in shown()
    organisation.verified_at = NOW
    db.session.commit()
    assert "Verified" in shown()
    assert shown(NOW + timedelta(days=3)) != shown()


def test_letters_are_marked_and_all_the_rest_is_escaped() -> None:
    assert drawn_cards.marked("a<b c", [(2, 3), (4, 5)]) == "a&lt;<mark>b c</mark>"
    assert drawn_cards.marked("<&>", []) == "&lt;&amp;&gt;"
