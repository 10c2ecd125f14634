"""Boards full of listings made up by chance, and another process that writes into them.

python -m tests.support.searching DATABASE_URL FOLDER SEED WRITES
"""

import random
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, scoped_session

from jobboard.db import db, next_change
from jobboard.domain.criteria import Criteria
from jobboard.domain.listing import Status
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.search import engine
from tests.support import naive
from tests.support.databases import close, ground_floors
from tests.support.people import NOW

_BATCH = 500
#: Organisations of a few listings each.
_SEATS = 250


def fill(session: Session | scoped_session[Any], chance: random.Random, count: int) -> None:
    """Add organisations and listings made up by chance, quickly."""
    organisations = [
        Organisation(
            slug=slug, name=slug.title(), name_key=slug, kind=kind, created_at=NOW, updated_at=NOW
        )
        for slug, kind in (
            ("tano", OrganisationKind.NGO),
            ("wuwe", OrganisationKind.THINK_TANK),
            *((f"seat-{number}", OrganisationKind.MEDIA) for number in range(_SEATS)),
        )
    ]
    session.add_all(organisations)
    session.flush()
    session.commit()
    fill_more(session, chance, count)


def fill_more(session: Session | scoped_session[Any], chance: random.Random, count: int) -> None:
    """Add listings made up by chance, in one transaction."""
    ids = list(session.scalars(select(Organisation.id).order_by(Organisation.id)))
    for start in range(0, count, _BATCH):
        rows = [naive.row(chance, ids, NOW) for _ in range(min(_BATCH, count - start))]
        number = next_change(session)
        session.execute(insert(Listing), [{**row, "change_number": number} for row in rows])
    session.commit()


def change(session: Session | scoped_session[Any], chance: random.Random) -> None:
    """Change one listing as people do: another text, another end, closed, opened, or a new one."""
    ids = session.scalars(select(Listing.id)).all()
    listing = session.get(Listing, chance.choice(ids))
    assert listing is not None
    fresh = naive.row(chance, [], NOW)
    fresh.pop("organisation_id")
    deed = chance.random()
    if deed < 0.2:
        session.add(Listing(**fresh))
    elif deed < 0.5:
        listing.status = chance.choice([Status.PUBLISHED, Status.EXPIRED])
    elif deed < 0.7:
        listing.ends_at = fresh["ends_at"]
    else:
        for name, value in fresh.items():
            setattr(listing, name, value)
    session.commit()


def differences(
    session: Session | scoped_session[Any], asked: list[Criteria], now: datetime
) -> list[str]:
    """What the engine and the naive scan answer differently, in words; empty when all agrees."""
    seen = naive.look(session)
    found = []
    for criteria in asked:
        hits = engine.search(criteria, now, limit=10_000, offset=0)
        ids, facets = naive.answer(seen, criteria, now)
        same_order = criteria.order.value == "best" or list(hits.ids) == ids
        if hits.total != len(ids) or sorted(hits.ids) != sorted(ids) or not same_order:
            found.append(f"{criteria.query_pairs()}: {hits.ids[:9]} of {hits.total}, not {ids[:9]}")
        found.extend(
            f"{criteria.query_pairs()} {key}: {hits.facets.get(key)}, not {facets.get(key)}"
            for key in naive.FACETS
            if hits.facets.get(key) != facets.get(key)
        )
    return found


def main() -> None:
    """Write and search as one of several processes."""
    url, folder, seed, writes = sys.argv[1:]
    chance = random.Random(int(seed))  # noqa: S311
    app = ground_floors({"DATABASE_URL": url}, Path(folder))
    with app.app_context():
        for _ in range(int(writes)):
            change(db.session, chance)
            hits = engine.search(naive.criteria(chance), NOW, limit=50)
            assert hits.total >= len(hits.ids)
            db.session.rollback()
    close(app)


if __name__ == "__main__":
    main()
