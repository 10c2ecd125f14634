"""Whether the board can serve: the database answers and is at the newest migration."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from jobboard.db import db, reading
from jobboard.models.message import Message

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@dataclass(frozen=True)
class Check:
    """One thing that the board needs, and how it stands in a few words for the operator."""

    name: str
    is_well: bool
    told: str


def checks() -> tuple[Check, ...]:
    """Look at the database, its migrations and the outbox; a failure is told, never raised.

    What is told names no address and no account: the page that shows it is open.
    """
    with reading():
        found = (
            _check("database", database_answers, "answers", "does not answer"),
            _check(
                "migrations",
                lambda: not missing_migrations(),
                "up to date",
                "not those of this program: run `jobboard db upgrade`",
            ),
            _check("queue", _outbox_answers, "ready", "not readable"),
        )
        db.session.rollback()
    return found


def database_answers() -> bool:
    """Ask the database the smallest question.

    Raises:
        sqlalchemy.exc.DBAPIError: it does not answer.
    """
    return bool(db.session.scalar(text("SELECT 1")) == 1)


def missing_migrations() -> bool:
    """Tell whether the database is behind (or ahead of) the program's migrations."""
    present = MigrationContext.configure(db.session.connection()).get_current_heads()
    return frozenset(present) != _wanted()


@lru_cache(maxsize=1)
def _wanted() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(_MIGRATIONS)).get_heads())


def _check(name: str, is_well: Callable[[], bool], well: str, ill: str) -> Check:
    try:
        answer = is_well()
    except SQLAlchemyError:
        db.session.rollback()
        answer = False
    return Check(name, answer, well if answer else ill)


def _outbox_answers() -> bool:
    db.session.execute(select(Message.id).limit(1)).all()
    return True
