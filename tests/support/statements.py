"""What the database is asked, and how it answers: the statements of a block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from jobboard.db import db


@contextmanager
def asked(about: str = "") -> Iterator[list[str]]:
    """Collect the statements of a block, in the application's context, that hold some words."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if about in statement:
            statements.append(statement)

    with _before_each(note):
        yield statements


@contextmanager
def plans(about: str) -> Iterator[list[str]]:
    """Collect how the database answers the statements of a block that hold some words.

    PostgreSQL, which reads small tables whole, is asked how it would answer if they were large.
    """
    told: list[str] = []

    def explain(
        connection: Connection, _cursor: object, statement: str, values: Any, *_others: object
    ) -> None:
        if about not in statement:
            return
        own = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            own.execute("SET LOCAL enable_seqscan = off")
            own.execute(f"EXPLAIN {statement}", values)
        else:
            own.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        told.append("\n".join(str(row[-1]) for row in own.fetchall()))
        own.close()

    with _before_each(explain):
        yield told


@contextmanager
def _before_each(look: Callable[..., None]) -> Iterator[None]:
    """Show each statement of a block, before it runs, to whoever wants to look."""
    engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)
