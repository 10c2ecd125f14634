"""An objection goes to another moderator; where there is none it rests for a day."""

from datetime import UTC, datetime, timedelta

from jobboard.domain.objection import REST_ALONE, Turn, turn

AT = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
MARYAM, SAMIR = 7, 8


def asked(by: int, *, others: bool, now: datetime, decided: int | None = MARYAM) -> Turn:
    return turn(
        objected_at=AT,
        decided_by_id=decided,
        moderator_id=by,
        others_moderate=others,
        now=now,
    )


def test_another_moderator_decides_at_once() -> None:
    assert asked(SAMIR, others=True, now=AT) == Turn(is_open=True)


def test_who_decided_is_never_asked_again_while_there_are_others() -> None:
    for now in (AT, AT + timedelta(days=30)):
        assert asked(MARYAM, others=True, now=now) == Turn(is_open=False)


def test_the_only_moderator_waits_a_day_and_the_case_is_marked() -> None:
    opens_at = AT + REST_ALONE
    just_before = opens_at - timedelta(seconds=1)
    assert asked(MARYAM, others=False, now=just_before) == Turn(False, True, opens_at)
    assert asked(MARYAM, others=False, now=opens_at) == Turn(True, True, opens_at)


def test_a_decision_nobody_is_known_for_is_open_to_all() -> None:
    assert asked(MARYAM, others=False, now=AT, decided=None) == Turn(is_open=True)
