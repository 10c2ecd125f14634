"""What pages offer for a listing, and what the forms of moves ask."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from jobboard.domain.listing import EndRefused, Life, Status, Verb
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.services.listings import Deadline
from jobboard.web import listing_view, moves
from jobboard.web.moves import EndForm
from tests.support.listings import written
from tests.support.people import NOW

pytestmark = pytest.mark.one_database

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def request_of(app: Flask) -> Iterator[None]:
    """A request to read forms in."""
    with app.test_request_context():
        yield


def offered(status: Status, *, has_revision: bool = False) -> list[Verb]:
    life = Life(status, NOW - DAY, NOW + DAY)
    return [move.verb for move in moves.open_moves(life, NOW, has_revision=has_revision)]


def test_dangerous_moves_stand_last() -> None:
    assert offered(Status.PUBLISHED) == [Verb.EXTEND, Verb.CLOSE, Verb.COPY, Verb.WITHDRAW]
    assert offered(Status.DRAFT) == [Verb.COPY, Verb.DELETE]


def test_a_text_is_taken_back_only_where_one_waits() -> None:
    assert Verb.WITHDRAW_REVISION in offered(Status.PUBLISHED, has_revision=True)
    assert Verb.WITHDRAW_REVISION not in offered(Status.EXPIRED, has_revision=True)


def test_every_move_says_what_it_does() -> None:
    for verb, move in moves.MOVES.items():
        assert verb == move.verb.value
        assert move.label
        assert move.explanation.endswith(".")
        assert move.done.endswith(".")


def test_a_new_end_is_proposed() -> None:
    listing = listing_view.unsaved(written(), NOW)
    listing.ends_at = NOW + 30 * DAY
    form = EndForm(formdata=None)
    form.start_from(listing, NOW, 60)
    assert (form.deadline_kind.data, form.deadline_zone.data) == ("date", "Europe/Istanbul")
    assert form.deadline_date.data == (NOW + 90 * DAY).date()
    form.start_from(listing, NOW, 365)
    assert form.deadline_date.data == (NOW + 364 * DAY).date()


def test_an_old_zone_becomes_utc_in_the_form() -> None:
    listing = listing_view.unsaved(written(deadline_zone="Etc/GMT-3"), NOW)
    form = EndForm(formdata=None)
    form.start_from(listing, NOW, 60)
    assert form.deadline_zone.data == "UTC"


def test_the_end_asked_for() -> None:
    listing = listing_view.unsaved(written(), NOW)

    def asked(**fields: str) -> Deadline | None:
        return EndForm(formdata=MultiDict({"deadline_zone": "UTC", **fields})).deadline(listing)

    dated = asked(deadline_kind="date", deadline_date="2027-06-01", deadline_time="12:00")
    assert dated is not None
    assert (dated.kind, dated.zone, dated.apply_by is not None) == (DeadlineKind.DATE, "UTC", True)
    # The kind decides; a day left in the field beside it does not.
    rolling = asked(deadline_kind="rolling", deadline_date="2027-06-01")
    assert rolling == Deadline(DeadlineKind.ROLLING)
    with pytest.raises(EndRefused):
        asked(deadline_kind="date", deadline_date="")
    # A bare POST, as a mail's button or a script may send it, asks for the usual life.
    assert asked() is None
