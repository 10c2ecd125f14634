"""What somebody else does at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from jobboard.db import db


@contextmanager
def elsewhere() -> Iterator[Session]:
    """Give a session of somebody else, who commits at the end."""
    with Session(db.engine) as other:
        yield other
        other.commit()
