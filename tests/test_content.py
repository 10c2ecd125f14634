"""Several listings of one new organisation, or of names alike, that go public at one moment."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from jobboard import content as contents
from jobboard.db import db
from jobboard.domain.listing import Status
from jobboard.formats.imported import ImportedListing, ImportedOrganisation
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.models.user import User
from jobboard.services import imports, moderation
from jobboard.services.imports import Line, Outcome, Run, Terms
from tests.support.listings import listing
from tests.support.people import NOW, person

#: Two names of which one address is made, each written in two ways that are one name.
NAMES = ("Straits, Institute", "straits, institute", "Straits Institute", "STRAITS INSTITUTE") * 2


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has looked for an organisation or a free address waits for another to look too."""
    meeting = threading.Barrier(2)

    def wait() -> None:
        try:
            meeting.wait(timeout=0.3)
        except threading.BrokenBarrierError:
            meeting.reset()

    free_slug, ids_of = contents._free_slug, imports._organisation_ids

    def free_slug_together(wanted: str) -> str:
        found = free_slug(wanted)
        wait()
        return found

    def ids_together(keys: Iterable[str]) -> dict[str, int]:
        found = ids_of(keys)
        wait()
        return found

    monkeypatch.setattr(contents, "_free_slug", free_slug_together)
    monkeypatch.setattr(imports, "_organisation_ids", ids_together)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def maryam(app: Flask) -> int:
    with app.app_context():
        return person(db.session, "maryam", is_moderator=True).id


def pending(app: Flask, names: Sequence[str]) -> list[int]:
    with app.app_context():
        return [
            listing(db.session, Status.PENDING, organisation_name=name, title=name).id
            for name in names
        ]


def approve(app: Flask, number: int, by: int) -> None:
    with app.app_context():
        moderation.approve(
            db.session.get_one(Listing, number),
            by=db.session.get_one(User, by),
            version=None,
            now=NOW,
            life_days=60,
        )


def load(app: Flask, names: Sequence[str]) -> list[Line]:
    batch = [
        ImportedListing(
            source="made",
            source_id=str(number),
            title=f"Officer {number}",
            description="Brief ministries.",
            organisation=ImportedOrganisation(name),
            publish_at=NOW,
            raw={"organisation": name},
        )
        for number, name in enumerate(names)
    ]
    with app.app_context():
        return imports.load(batch, Run(Terms(now=NOW, life=timedelta(days=60))))


def check_organisations(app: Flask, count: int) -> None:
    """Each listing has the organisation of its name, and each organisation an address."""
    with app.app_context():
        rows = db.session.execute(
            select(Listing.organisation_name, Organisation.name_key, Organisation.slug)
            .outerjoin(Organisation, Organisation.id == Listing.organisation_id)
            .order_by(Listing.id)
        ).all()
        assert len(rows) == count
        assert [name.lower() for name, _, _ in rows] == [key for _, key, _ in rows]
        assert len({slug for _, _, slug in rows}) == 2


@pytest.mark.usefixtures("together")
def test_several_decisions_at_once(app: Flask, maryam: int) -> None:
    ids = pending(app, NAMES)
    with ThreadPoolExecutor(len(ids)) as deciding:
        list(deciding.map(lambda number: approve(app, number, maryam), ids))
    check_organisations(app, len(NAMES))


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_a_decision_during_an_import(app: Flask, maryam: int, is_known: bool) -> None:
    """An import of a new listing, or of a known one whose organisation is called otherwise now."""
    if is_known:
        load(app, ["Centre"])
    (number,) = pending(app, ["straits institute"])
    with ThreadPoolExecutor(2) as working:
        loading = working.submit(load, app, ["Straits, Institute"])
        working.submit(approve, app, number, maryam).result()
        outcomes = [line.outcome for line in loading.result()]
    assert outcomes == [Outcome.UPDATED if is_known else Outcome.CREATED]
    check_organisations(app, 2)
