"""What an imported listing means at a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from jobboard.formats.imported import ImportedListing

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def listing(**fields: object) -> ImportedListing:
    return ImportedListing("made", "1", "Analyst", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "published"),
        ({"ends_at": NOW + MINUTE}, "published"),
        ({"ends_at": NOW}, "expired"),
        ({"status": "scheduled", "publish_at": NOW + MINUTE}, "scheduled"),
        ({"status": "scheduled", "publish_at": NOW}, "published"),
        ({"status": "scheduled"}, "published"),
        ({"status": "draft", "ends_at": NOW}, "draft"),
        ({"status": "closed", "ends_at": NOW}, "closed"),
    ],
)
def test_status_at(fields: dict[str, object], status: str) -> None:
    assert listing(**fields).status_at(NOW) == status


def test_old_previews_are_left_out() -> None:
    month = timedelta(days=30)
    assert listing(is_preview=True, updated_at=NOW - month).skipped_at(NOW) == ""
    old = listing(is_preview=True, updated_at=NOW - month - MINUTE)
    assert old.skipped_at(NOW) == "preview older than 30 days"
    assert listing(is_preview=True).skipped_at(NOW) == "preview older than 30 days"
    assert listing(skip="in the trash").skipped_at(NOW) == "in the trash"


@pytest.mark.parametrize(
    ("source", "source_id", "name"),
    [
        ("made", "7", "made:7"),
        ("made", "made:7", "made:7"),
        ("https://a.example", "7", "https://a.example/?p=7"),
        ("https://a.example", "https://a.example/job/x/", "https://a.example/job/x/"),
    ],
)
def test_name(source: str, source_id: str, name: str) -> None:
    assert ImportedListing(source, source_id, "Analyst").name == name
