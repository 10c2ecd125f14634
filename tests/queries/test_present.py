"""What is remembered of what is public, and the span of time that it is remembered for."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import scoped_session

from jobboard.queries.present import UntilChanged, present
from tests.support.listings import listing
from tests.support.people import NOW

Db = scoped_session[Any]

SECOND = timedelta(seconds=1)


def test_no_more_is_remembered_than_may_be(session: Db) -> None:
    now = present(NOW)
    remembered: UntilChanged[int, str] = UntilChanged(3)

    def spelled(numbers: list[int]) -> dict[int, str]:
        return {number: str(number) for number in numbers}

    for number in range(10):
        assert remembered.all(now, [number], spelled) == {number: str(number)}
        assert len(remembered.of(now, range(10))) <= 3
    assert remembered.of(now, [9]) == {9: "9"}


def test_the_present_ends_with_the_next_change_or_moment(session: Db) -> None:
    first = present(NOW)
    assert present(NOW + 5 * SECOND) is first
    listing(session, ends_at=NOW + 10 * SECOND)
    second = present(NOW)
    assert second is not first
    assert second.until == NOW + 10 * SECOND
    assert present(NOW + 9 * SECOND) is second
    assert present(NOW + 10 * SECOND) is not second
