"""What the database is asked: the statements of a block."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from jobboard.db import db


@contextmanager
def asked(about: str = "") -> Iterator[list[str]]:
    """Collect the statements of a block, in the application's context, that hold some words."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if about in statement:
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
