"""What a watch over the change number asks of the database."""

from typing import Any

import pytest

from jobboard import change_watch
from jobboard.change_watch import Answer, Ask


def count_questions(monkeypatch: pytest.MonkeyPatch, dialect: str) -> list[int]:
    """Return a list that gets the answer of every question that watches ask from now on.

    Args:
        monkeypatch: takes it back at the end of the test.
        dialect: ``sqlite`` or ``postgresql``.
    """
    asked: list[int] = []
    connect = getattr(change_watch, f"_of_{dialect}")

    def connected(*arguments: Any) -> Ask:
        ask = connect(*arguments)

        def counted() -> Answer:
            answer: Answer = ask()
            asked.append(answer.number)
            return answer

        return counted

    monkeypatch.setattr(change_watch, f"_of_{dialect}", connected)
    return asked
