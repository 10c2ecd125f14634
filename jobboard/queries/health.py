"""Whether the board can serve: the database answers and is at the newest migration."""

from functools import lru_cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from jobboard.db import db

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


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
