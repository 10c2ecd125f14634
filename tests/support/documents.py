"""Documents of the search index, made without a database, and an index of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from jobboard.search.document import SearchDocument
from jobboard.search.index import SearchIndex, Snapshot
from tests.support.people import NOW

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def document(number: int, title: str = "Analyst", **values: Any) -> SearchDocument:
    """A live listing; unless said otherwise all are of the same age, so that words alone count."""
    began = values.pop("began", _LONG_AGO)
    # As in the database, each slug is one organisation's.
    slugs = values.get("facets", {}).get("organisation_slug", ())
    values.setdefault("organisation_id", crc32("".join(slugs).encode()))
    return SearchDocument(
        **{
            "id": number,
            "title": title,
            "publish_at": began,
            "first_published_at": began,
            "ends_at": NOW + timedelta(days=30),
            **values,
        }
    )


def index_of(folder: Path, documents: Iterable[SearchDocument]) -> Snapshot:
    """Build an index and read it."""
    index = SearchIndex(folder / "index")
    index.rebuild(documents, 1)
    return index.reload()
