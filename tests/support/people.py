"""People of the tests: Alice posts, Bob is her colleague, Charlie a stranger, Maryam moderates."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from jobboard import passwords
from jobboard.models.user import User

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@cache
def kept_password() -> str:
    """Hash the tests' one password once."""
    return passwords.hashed(PASSWORD)


def person(session: Session | scoped_session[Any], name: str = "alice", **columns: Any) -> User:
    """Add a person with a confirmed address `<name>@think.example`."""
    user = User(
        **{
            "email": f"{name}@think.example",
            "name": name.capitalize(),
            "password_hash": kept_password(),
            "email_confirmed_at": NOW,
            "password_changed_at": NOW,
            "created_at": NOW,
            **columns,
        }
    )
    session.add(user)
    session.commit()
    return user
