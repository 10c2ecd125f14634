"""Organisations as everybody may see them."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import scoped_session

from jobboard.domain.listing import Status
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.organisation import Organisation
from jobboard.queries import organisations as find
from jobboard.queries.organisations import Wanted
from tests.support.elsewhere import elsewhere
from tests.support.listings import listing
from tests.support.people import NOW
from tests.support.statements import asked

Db = scoped_session[Any]

SECOND = timedelta(seconds=1)


def known(session: Db, name: str, **columns: Any) -> Organisation:
    row = Organisation(
        **{
            "slug": name,
            "name": name,
            "name_key": name,
            "created_at": NOW,
            "updated_at": NOW,
            **columns,
        }
    )
    session.add(row)
    session.commit()
    return row


def names(rows: list[find.Row]) -> list[str]:
    return [row.name for row in rows]


def test_live_listings_are_counted_at_the_moment_asked_for(session: Db) -> None:
    known(session, "bare")
    listing(session)
    listing(session, ends_at=NOW + timedelta(days=1))
    for status in (Status.DRAFT, Status.EXPIRED, Status.CLOSED, Status.SCHEDULED):
        listing(session, status)
    slug = "centre-for-grand-strategy"

    def count(days: int) -> int:
        row = find.by_slug(slug, NOW + timedelta(days=days))
        assert row is not None
        return row.open_count

    # The scheduled one begins after two days.
    assert [count(days) for days in (0, 1, 2, 30)] == [2, 1, 2, 0]
    bare = find.by_slug("bare", NOW)
    assert bare is not None
    assert bare.open_count == 0


def test_lists_counts_and_letters_agree(session: Db) -> None:
    for name in ("beta", "Alpha", "alef", "9 to 5"):
        listing(session, organisation_name=name)
    known(session, "bare", kind=OrganisationKind.NGO)
    hiring, everyone = Wanted(), Wanted(is_hiring=False)
    assert names(find.page(hiring, NOW, limit=10, offset=0)) == ["9 to 5", "alef", "Alpha", "beta"]
    assert names(find.page(hiring, NOW, limit=2, offset=1)) == ["alef", "Alpha"]
    assert names(find.after(hiring, NOW, name_key="alef", limit=1)) == ["Alpha"]
    assert (find.count(hiring, NOW), find.count(everyone, NOW)) == (4, 5)
    assert find.letters(hiring, NOW) == {"a": 2, "b": 1, "other": 1}
    assert find.letters(everyone, NOW) == {"a": 2, "b": 2, "other": 1}
    assert list(find.letters(hiring, NOW)) == ["a", "b", "other"]
    ngos = Wanted(kinds=(OrganisationKind.NGO,), is_hiring=False)
    assert names(find.page(ngos, NOW, limit=10, offset=0)) == ["bare"]
    assert find.count(Wanted(letter="a"), NOW) == 2
    assert find.count(Wanted(words="AL"), NOW) == 2
    assert find.count(Wanted(words="%"), NOW) == 0


def test_names_are_found_by_slugs(session: Db) -> None:
    known(session, "bare")
    assert find.names(["bare", "nobody"], NOW) == {"bare": "bare"}
    assert find.names([], NOW) == {}


def test_names_of_organisations_are_read_once_and_follow_a_change(session: Db) -> None:
    row = listing(session)
    organisation_id = row.organisation_id
    session.commit()
    slug = "centre-for-grand-strategy"
    assert find.names([slug, "nobody"], NOW) == {slug: "Centre for Grand Strategy"}
    with asked("FROM organisation") as statements:
        assert find.names([slug], NOW + SECOND) == {slug: "Centre for Grand Strategy"}
    assert statements == []
    with elsewhere() as other:
        other.get_one(Organisation, organisation_id).name = "Institute of Straits"
    assert find.names([slug], NOW) == {slug: "Institute of Straits"}


def test_what_no_slug_can_be_is_not_asked_for(session: Db) -> None:
    assert find.by_slug("a" * 101, NOW) is None
    assert find.by_slug("\x00", NOW) is None


def test_a_profile_changed_with_the_latest_of_its_listings(session: Db) -> None:
    known(session, "bare")
    known(session, "told", description="We study straits.")
    later = NOW + timedelta(hours=1)
    row = listing(session, updated_at=later)
    assert row.organisation is not None
    row.organisation.updated_at = NOW - timedelta(days=20)
    session.commit()
    rows = list(find.for_sitemap(later, limit=10))
    assert [(one.slug, one.changed_at) for one in rows] == [
        ("told", NOW),
        ("centre-for-grand-strategy", later),
    ]
    assert find.count_for_sitemap(later) == 2
