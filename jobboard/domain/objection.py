"""Who may decide on an objection, and when.

An objection goes to another moderator than the one it is about. Where only one moderates there is
no other: then it rests for a day, so that it is read with fresh eyes, and comes back to the same
person marked ``single``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: How long an objection rests where nobody else can read it.
REST_ALONE = timedelta(hours=24)


@dataclass(frozen=True)
class Turn:
    """Whether a moderator may decide on an objection.

    Attributes:
        is_open: whether it is this moderator's to decide now.
        is_single: whether the same person decides a second time because there is no other.
        opens_at: when it opens to the only moderator; None where waiting changes nothing.
    """

    is_open: bool
    is_single: bool = False
    opens_at: datetime | None = None


def turn(
    *,
    objected_at: datetime,
    decided_by_id: int | None,
    moderator_id: int,
    others_moderate: bool,
    now: datetime,
) -> Turn:
    """Return whether a moderator may decide on an objection at ``now``.

    Args:
        objected_at: when the poster objected.
        decided_by_id: the moderator whose decision it is about; None when nobody is known.
        moderator_id: who asks.
        others_moderate: whether anybody else could decide.
        now: the moment, aware UTC.
    """
    if decided_by_id != moderator_id:
        return Turn(is_open=True)
    if others_moderate:
        return Turn(is_open=False)
    opens_at = objected_at + REST_ALONE
    return Turn(is_open=now >= opens_at, is_single=True, opens_at=opens_at)
