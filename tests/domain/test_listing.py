"""The life of a listing: when it is live, which move is open when, when it ends."""

from datetime import UTC, datetime, time, timedelta

import pytest

from jobboard.domain.listing import (
    LONGEST_LIFE,
    MOVES,
    CloseReason,
    EndRefused,
    Life,
    MoveRefused,
    Status,
    Verb,
    check_end,
    check_move,
    due_reminder,
    end_of_day,
    end_of_life,
    is_live,
    may,
    shown_status,
    status_label,
)
from jobboard.domain.taxonomy import DeadlineKind

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def life(status: Status, begins: timedelta = -DAY, ends: timedelta = DAY) -> Life:
    reason = CloseReason.FILLED if status is Status.CLOSED else None
    return Life(status, NOW + begins, NOW + ends, reason)


@pytest.mark.parametrize("status", list(Status))
def test_only_what_is_public_is_live(status: Status) -> None:
    assert is_live(life(status), NOW) == (status in (Status.PUBLISHED, Status.SCHEDULED))


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (timedelta(), DAY, True),
        (SECOND, DAY, False),
        (-DAY, timedelta(), False),
        (-DAY, SECOND, True),
    ],
)
def test_live_from_the_first_second_to_the_last(
    begins: timedelta, ends: timedelta, *, expected: bool
) -> None:
    assert is_live(life(Status.PUBLISHED, begins, ends), NOW) is expected


def test_a_listing_without_times_is_never_live() -> None:
    assert not is_live(Life(Status.PUBLISHED, None, None), NOW)


@pytest.mark.parametrize(
    ("stored", "begins", "ends", "shown"),
    [
        (Status.SCHEDULED, DAY, 2 * DAY, Status.SCHEDULED),
        (Status.SCHEDULED, timedelta(), DAY, Status.PUBLISHED),
        (Status.SCHEDULED, -DAY, timedelta(), Status.EXPIRED),
        (Status.PUBLISHED, -DAY, timedelta(), Status.EXPIRED),
        (Status.PUBLISHED, -DAY, SECOND, Status.PUBLISHED),
        (Status.CLOSED, -DAY, -SECOND, Status.CLOSED),
    ],
)
def test_what_is_shown_needs_no_clock_job(
    stored: Status, begins: timedelta, ends: timedelta, shown: Status
) -> None:
    assert shown_status(life(stored, begins, ends), NOW) is shown


def test_labels() -> None:
    assert {status: status_label(life(status), NOW) for status in Status} == {
        Status.DRAFT: "Draft",
        Status.PENDING: "In review",
        Status.CHANGES_REQUESTED: "Needs changes",
        Status.SCHEDULED: "Live",
        Status.PUBLISHED: "Live",
        Status.CLOSED: "Filled",
        Status.EXPIRED: "Expired",
        Status.REFUSED: "Refused",
        Status.DUPLICATE: "Duplicate",
        Status.REMOVED: "Taken down",
    }
    assert status_label(life(Status.SCHEDULED, DAY), NOW) == "Scheduled"


#: What a poster may do in each state, written out once more: the table in the house must agree.
OPEN_TO_POSTERS = {
    Status.DRAFT: {Verb.EDIT, Verb.SUBMIT, Verb.COPY, Verb.DELETE},
    Status.PENDING: {Verb.EDIT, Verb.WITHDRAW, Verb.COPY},
    Status.CHANGES_REQUESTED: {Verb.EDIT, Verb.SUBMIT, Verb.COPY},
    Status.SCHEDULED: {
        Verb.EDIT,
        Verb.WITHDRAW,
        Verb.CLOSE,
        Verb.EXTEND,
        Verb.COPY,
        Verb.WITHDRAW_REVISION,
    },
    Status.PUBLISHED: {
        Verb.EDIT,
        Verb.WITHDRAW,
        Verb.CLOSE,
        Verb.EXTEND,
        Verb.COPY,
        Verb.WITHDRAW_REVISION,
    },
    Status.CLOSED: {Verb.REOPEN, Verb.RENEW, Verb.COPY},
    Status.EXPIRED: {Verb.RENEW, Verb.COPY},
    Status.REFUSED: {Verb.OBJECT, Verb.COPY},
    Status.DUPLICATE: {Verb.OBJECT, Verb.COPY},
    Status.REMOVED: {Verb.OBJECT, Verb.COPY},
}
POSTERS = set().union(*OPEN_TO_POSTERS.values())


@pytest.mark.parametrize("status", list(Status))
def test_moves_of_a_poster(status: Status) -> None:
    begins = DAY if status is Status.SCHEDULED else -DAY
    standing = life(status, begins, 2 * DAY)
    assert {verb for verb in POSTERS if may(verb, standing, NOW)} == OPEN_TO_POSTERS[status]


def test_moves_of_moderators() -> None:
    decisions = {Verb.APPROVE, Verb.REQUEST_CHANGES, Verb.REFUSE, Verb.MARK_DUPLICATE, Verb.REMOVE}
    found = {
        status: {verb for verb in decisions if may(verb, life(status), NOW)} for status in Status
    }
    taken_down = {Verb.MARK_DUPLICATE, Verb.REMOVE}
    assert {status: verbs for status, verbs in found.items() if verbs} == {
        Status.PENDING: {Verb.APPROVE, Verb.REQUEST_CHANGES, Verb.REFUSE, Verb.MARK_DUPLICATE},
        Status.PUBLISHED: taken_down,
        Status.SCHEDULED: taken_down,
        Status.CLOSED: {Verb.REMOVE},
        Status.EXPIRED: {Verb.REMOVE},
    }


def test_what_has_ended_a_second_ago_counts_as_ended() -> None:
    ended = life(Status.PUBLISHED, -DAY, timedelta())
    assert {verb for verb in MOVES if may(verb, ended, NOW)} == {
        Verb.RENEW,
        Verb.COPY,
        Verb.REMOVE,
        Verb.EXPIRE,
    }


def test_reopening_needs_an_end_ahead() -> None:
    assert may(Verb.REOPEN, life(Status.CLOSED, -DAY, SECOND), NOW)
    assert not may(Verb.REOPEN, life(Status.CLOSED, -DAY, timedelta()), NOW)


def test_a_refused_move_says_the_state() -> None:
    with pytest.raises(MoveRefused) as refusal:
        check_move(Verb.CLOSE, life(Status.CLOSED), NOW)
    assert refusal.value.sentence % refusal.value.values == (
        "This can't be done with a listing that is “Filled”."
    )


@pytest.mark.parametrize("ends", [timedelta(), -SECOND, LONGEST_LIFE + SECOND])
def test_an_end_lies_ahead_and_within_a_year(ends: timedelta) -> None:
    with pytest.raises(EndRefused):
        check_end(NOW + ends, NOW)


def test_the_first_and_the_last_end_allowed() -> None:
    check_end(NOW + SECOND, NOW)
    check_end(NOW + LONGEST_LIFE, NOW)


def test_end_of_life() -> None:
    later = NOW + 40 * DAY
    assert end_of_life(DeadlineKind.DATE, later, NOW, 60) == later
    for kind in (DeadlineKind.ROLLING, DeadlineKind.UNTIL_FILLED, DeadlineKind.NOT_STATED):
        assert end_of_life(kind, later, NOW, 60) == NOW + 60 * DAY
    with pytest.raises(EndRefused):
        end_of_life(DeadlineKind.DATE, NOW, NOW, 60)


@pytest.mark.parametrize(
    ("day", "zone", "at", "expected"),
    [
        # Winter and summer in Paris; Istanbul keeps one time all year.
        ((2027, 1, 15), "Europe/Paris", time(23, 59), (2027, 1, 15, 22, 59)),
        ((2027, 7, 15), "Europe/Paris", time(23, 59), (2027, 7, 15, 21, 59)),
        ((2027, 7, 15), "Europe/Istanbul", time(23, 59), (2027, 7, 15, 20, 59)),
        # The night of 28 March has no 02:30, that of 31 October has two.
        ((2027, 3, 28), "Europe/Paris", time(2, 30), (2027, 3, 28, 1, 30)),
        ((2027, 10, 31), "Europe/Paris", time(2, 30), (2027, 10, 31, 0, 30)),
        # Across the date line and with three quarters of an hour.
        ((2027, 3, 1), "Pacific/Kiritimati", time(0, 0), (2027, 2, 28, 10, 0)),
        ((2027, 3, 1), "Asia/Kathmandu", time(12, 0), (2027, 3, 1, 6, 15)),
    ],
)
def test_end_of_day_is_the_wall_clocks(
    day: tuple[int, int, int], zone: str, at: time, expected: tuple[int, int, int, int, int]
) -> None:
    assert end_of_day(datetime(*day, tzinfo=UTC), zone, at) == datetime(*expected, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (8 * DAY, None),
        (7 * DAY, 7),
        (7 * DAY + SECOND, None),
        (2 * DAY, 7),
        (DAY, 1),
        (SECOND, 1),
        (timedelta(), None),
    ],
)
def test_due_reminder(left: timedelta, expected: int | None) -> None:
    assert due_reminder(NOW - 30 * DAY, NOW + left, NOW) == expected


def test_a_short_listing_owes_no_reminder_from_before_it_was_open() -> None:
    assert due_reminder(NOW - DAY, NOW + 5 * DAY, NOW) is None
    assert due_reminder(NOW - DAY, NOW + DAY / 2, NOW) == 1
