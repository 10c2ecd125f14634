"""Real advertisements as the index takes them, read from files that are no part of the project.

``BOARD_DATA`` names their folder: ``ads/*.jsonl.zst``, ``queries.tsv``, ``qrels.tsv``.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnDefault, Row

from jobboard import content
from jobboard.formats import jsonl
from jobboard.formats.imported import BrokenRecord, ImportedListing
from jobboard.models.listing import Listing
from jobboard.search.document import SearchDocument
from jobboard.search.listings import document_of
from jobboard.services import imports

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
_LIFE = timedelta(days=60)
_TERMS = imports.Terms(now=NOW, life=_LIFE, live_for=_LIFE)


def folder() -> Path | None:
    """Return the folder of the data, or None where there is none."""
    path = os.environ.get("BOARD_DATA", "")
    return Path(path) if path and (Path(path) / "ads").is_dir() else None


def files(data: Path) -> list[Path]:
    """Return the files of advertisements."""
    return sorted((data / "ads").glob("*.jsonl*"))


def documents(data: Path) -> Iterator[tuple[str, SearchDocument]]:
    """Read every advertisement: its id in the data, and what the index takes of it, all live."""
    number = 0
    for path in files(data):
        for record in jsonl.read(path):
            if isinstance(record, BrokenRecord):
                continue
            imported = jsonl.to_imported(record, ZoneInfo("UTC"))
            if imported.refusal:
                continue
            number += 1
            yield str(record["id"]), document_of(_row(imported, number))


def _row(imported: ImportedListing, number: int) -> Row[Any]:
    """Return the columns that a search document is made of, without a database."""
    listing = Listing()
    content.write(listing, imports.written(imported, _TERMS))
    values = {column.key: _default(column.default) for column in Listing.__table__.columns}
    values |= {name: value for name, value in vars(listing).items() if not name.startswith("_")}
    began = min(imported.publish_at or imported.posted_at or NOW, NOW)
    values |= {
        "id": number,
        "publish_at": began,
        "first_published_at": began,
        "ends_at": NOW + _LIFE,
        "registered_name": None,
        "organisation_slug": None,
        "organisation_kind": None,
    }
    return cast("Row[Any]", SimpleNamespace(**values))


def _default(default: Any) -> Any:
    if not isinstance(default, ColumnDefault):
        return None
    return () if default.is_callable else default.arg
