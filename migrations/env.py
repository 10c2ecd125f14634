"""Runs migrations on the board's database; they import nothing of the program."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import JSON, DateTime, Enum, String, TypeDecorator, text

target = current_app.extensions["migrate"].db

#: Seconds that a migration waits for a lock, so that it never makes the board wait behind it.
LOCK_TIMEOUT = "4s"


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write the program's own column types as plain ones, so that old migrations stay true."""
    if kind != "type":
        return False
    if isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, TypeDecorator):
        plain = item.impl
        if isinstance(plain, DateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(plain, JSON):
            return "sa.JSON()"
        if isinstance(plain, String):
            return f"sa.String(length={plain.length})"
    return False


def compare_type(
    _context: Any, _column: Any, _metadata_column: Any, inspected: Any, wanted: Any
) -> bool | None:
    """Enumerations are stored as text: only their length can differ."""
    if isinstance(wanted, Enum) and isinstance(inspected, String):
        return bool(inspected.length != wanted.length)
    return None


def run() -> None:
    """Run the migrations in one transaction each."""
    with target.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=compare_type,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
