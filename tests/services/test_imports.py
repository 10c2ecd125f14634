"""Imports: stored once, found again, updated when their source changed; nobody is mailed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session, scoped_session

from jobboard.db import change_number, db, start_writing
from jobboard.domain.listing import CloseReason, Status, Verb
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.formats.imported import (
    ImportedDeadline,
    ImportedListing,
    ImportedOrganisation,
)
from jobboard.models.event import ActorKind, Event
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.message import Message
from jobboard.models.old_address import OldAddress
from jobboard.models.organisation import Organisation
from jobboard.services import clock_jobs, imports
from jobboard.services.imports import Line, Outcome, Run, Terms, Unanswered
from tests.support.people import NOW

Db = scoped_session[Session]

DAY = timedelta(days=1)
LIFE = 60 * DAY


def made(number: int = 1, **fields: Any) -> ImportedListing:
    """A record of a source that changes with its fields."""
    return ImportedListing(
        **{
            "source": "made",
            "source_id": str(number),
            "title": f"Policy Officer {number}",
            "description": "<p>Brief ministries.</p>",
            "organisation": ImportedOrganisation("Centre for Grand Strategy", "https://a.example"),
            "places": (Place("TR", "Istanbul", 41.01, 28.95),),
            "posted_at": NOW - DAY,
            "publish_at": NOW - DAY,
            "raw": {"number": number, **{name: str(value) for name, value in fields.items()}},
            **fields,
        }
    )


def until(at: datetime) -> dict[str, Any]:
    """The fields of a record with a stated deadline."""
    text = at.date().isoformat()
    return {"ends_at": at, "deadline": ImportedDeadline("date", at, "Europe/Istanbul", text)}


def load(*batch: ImportedListing, run: Run | None = None, **terms: Any) -> list[Line]:
    return imports.load(batch, run or Run(Terms(**{"now": NOW, "life": LIFE, **terms})))


def outcomes(lines: list[Line]) -> list[Outcome]:
    return [line.outcome for line in lines]


def only(session: Db) -> Listing:
    return session.scalars(select(Listing)).one()


def rows(session: Db) -> dict[str, list[Any]]:
    """Everything an import could touch."""
    tables = (Listing, Organisation, ImportRecord, Event, OldAddress, Message)
    return {
        model.__tablename__: [tuple(row) for row in session.execute(select(model.__table__))]
        for model in tables
    }


# ---------------------------------------------------------------------------------- what is stored


def test_created(session: Db) -> None:
    (line,) = load(made(**until(NOW + 10 * DAY), poster_email="Ulla@Baltic.example"))
    listing = only(session)

    assert line == Line("made:1", "Policy Officer 1", Outcome.CREATED, "published", listing.id)
    assert listing.status is Status.PUBLISHED
    assert listing.slug == f"policy-officer-1-{listing.id}"
    assert listing.description_html == "<p>Brief ministries.</p>"
    assert listing.summary == "Brief ministries."
    assert listing.places == (Place("TR", "Istanbul", 41.01, 28.95),)
    assert listing.ends_at == listing.apply_by == NOW + 10 * DAY
    assert (listing.deadline_kind, listing.deadline_zone) == (DeadlineKind.DATE, "Europe/Istanbul")
    assert listing.publish_at == listing.first_published_at == NOW - DAY
    assert (listing.is_muted, listing.poster_id) == (True, None)
    assert listing.poster_email == "ulla@baltic.example"
    assert listing.change_number == change_number(session) > 0
    assert listing.version == 1
    organisation = session.scalars(select(Organisation)).one()
    assert listing.organisation_id == organisation.id
    assert (organisation.name, organisation.slug, organisation.country, organisation.website) == (
        "Centre for Grand Strategy",
        "centre-for-grand-strategy",
        "TR",
        "https://a.example",
    )
    told = session.scalars(select(Event)).one()
    assert (told.verb, told.actor, told.at) == (Verb.IMPORT, ActorKind.IMPORT, NOW)
    record = session.scalars(select(ImportRecord)).one()
    assert (record.source, record.source_id, record.listing_id) == ("made", "1", listing.id)
    assert record.raw["number"] == 1


def test_title_is_enough(session: Db) -> None:
    load(ImportedListing("made", "1", "Analyst"))
    listing = only(session)
    assert (listing.title, listing.status) == ("Analyst", Status.PUBLISHED)
    assert (listing.organisation_name, listing.organisation_id, listing.places) == ("", None, ())
    assert (listing.deadline_kind, listing.apply_by) == (DeadlineKind.NOT_STATED, None)
    assert listing.ends_at == NOW + LIFE
    assert session.scalar(select(func.count()).select_from(Organisation)) == 0


@pytest.mark.parametrize(
    ("fields", "status", "ends_at"),
    [
        (until(NOW + DAY), Status.PUBLISHED, NOW + DAY),
        (until(NOW), Status.EXPIRED, NOW),
        (until(NOW - DAY), Status.EXPIRED, NOW - DAY),
        ({}, Status.PUBLISHED, NOW - DAY + LIFE),
        ({"publish_at": NOW - LIFE}, Status.EXPIRED, NOW),
        ({"publish_at": NOW - LIFE + DAY}, Status.PUBLISHED, NOW + DAY),
        ({"status": "expired"}, Status.EXPIRED, NOW - DAY + LIFE),
        ({"status": "closed"}, Status.CLOSED, NOW - DAY + LIFE),
        ({"status": "scheduled", "publish_at": NOW + DAY}, Status.SCHEDULED, NOW + DAY + LIFE),
        ({"status": "scheduled", "publish_at": NOW - DAY}, Status.PUBLISHED, NOW - DAY + LIFE),
        ({"status": "draft"}, Status.DRAFT, None),
        ({"status": "pending"}, Status.PENDING, None),
    ],
)
def test_the_sources_own_end_decides(
    session: Db, fields: dict[str, Any], status: Status, ends_at: datetime | None
) -> None:
    (line,) = load(made(**fields))
    listing = only(session)
    assert (line.status, listing.status, listing.ends_at) == (status, status, ends_at)
    assert (listing.close_reason is CloseReason.FILLED) == (status is Status.CLOSED)
    assert (listing.submitted_at is not None) == (status is Status.PENDING)
    # A name that nobody approved gets no page.
    has_page = session.scalar(select(func.count()).select_from(Organisation)) == 1
    assert has_page == (status not in (Status.DRAFT, Status.PENDING))


def test_what_was_shown_until_today_lives_from_now(session: Db) -> None:
    load(
        made(1, publish_at=NOW - 900 * DAY),
        made(2, publish_at=NOW - 900 * DAY, status="expired"),
        lives_from_now=True,
    )
    ends = session.execute(select(Listing.status, Listing.ends_at).order_by(Listing.id)).all()
    assert [tuple(row) for row in ends] == [
        (Status.PUBLISHED, NOW + LIFE),
        (Status.EXPIRED, NOW - 900 * DAY + LIFE),
    ]


def test_live_for(session: Db) -> None:
    lines = load(
        made(1, **until(NOW - 900 * DAY)),
        made(2, status="closed", **until(NOW + 300 * DAY)),
        made(3, status="draft"),
        made(4, status="scheduled", publish_at=NOW + DAY),
        live_for=30 * DAY,
    )
    assert [line.status for line in lines] == ["published", "published", "draft", "published"]
    first = session.scalars(select(Listing).order_by(Listing.id)).first()
    assert first is not None
    assert (first.ends_at, first.deadline_kind) == (NOW + 30 * DAY, DeadlineKind.NOT_STATED)
    assert (first.apply_by, first.deadline_text) == (
        None,
        (NOW - 900 * DAY).date().isoformat(),
    )
    ends = session.scalars(select(Listing.ends_at).where(Listing.status == Status.PUBLISHED))
    assert set(ends) == {NOW + 30 * DAY}


def test_a_deadline_beyond_all_ends_stays_as_text(session: Db) -> None:
    load(made(**until(NOW + 5_000 * DAY)))
    listing = only(session)
    assert listing.ends_at == NOW + 365 * DAY
    assert (listing.deadline_kind, listing.apply_by) == (DeadlineKind.NOT_STATED, None)
    assert listing.deadline_text == (NOW + 5_000 * DAY).date().isoformat()


def test_moments_ahead_are_not_believed(session: Db) -> None:
    load(made(posted_at=NOW + DAY, publish_at=NOW + DAY, updated_at=NOW + DAY))
    listing = only(session)
    assert listing.created_at == listing.updated_at == listing.publish_at == NOW
    assert listing.status is Status.PUBLISHED


def test_organisations_are_found_by_their_folded_name(session: Db) -> None:
    names = ("İstanbul Merkezi", "istanbul merkezi", "İSTANBUL MERKEZİ", "Istanbul-Merkezi")
    load(*(made(n, organisation=ImportedOrganisation(name)) for n, name in enumerate(names)))
    load(made(9, organisation=ImportedOrganisation("ISTANBUL MERKEZI")))
    found = session.scalars(select(Organisation.slug).order_by(Organisation.id)).all()
    assert len(found) == 2
    assert found[0] == "istanbul-merkezi"
    assert found[1].startswith("istanbul-merkezi-")
    used = session.execute(
        select(Listing.organisation_id, func.count()).group_by(Listing.organisation_id)
    )
    assert sorted(count for _, count in used) == [1, 4]


# -------------------------------------------------------------------------------- a second time


def test_repeating_changes_nothing(session: Db) -> None:
    batch = [made(n, old_addresses=(f"/job/{n}/",), **until(NOW + DAY)) for n in range(5)]
    first = load(*batch)
    before = rows(session)
    second = load(*batch, now=NOW + timedelta(hours=1))
    assert outcomes(second) == [Outcome.UNCHANGED] * 5
    assert [line.id for line in second] == [line.id for line in first]
    assert rows(session) == before


def test_repeating_takes_no_lock(session: Db) -> None:
    load(made())
    session.remove()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    load(made())
    assert statements
    assert all(statement.lstrip().startswith(("SELECT", "BEGIN")) for statement in statements)


def test_others_wait_for_the_last_step_alone(session: Db) -> None:
    load(made(1), made(2))
    session.remove()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    load(made(1, title="Lead 1"), made(2, title="Lead 2"), made(3))
    numbers = [at for at, said in enumerate(statements) if said.startswith("UPDATE change_counter")]
    # One for what is new, one for what changed; after the first of them nothing is looked up.
    assert len(numbers) == 2
    assert not [said for said in statements[numbers[0] :] if said.startswith("SELECT")]


def test_the_database_goes_away_while_it_writes(session: Db, database_name: str) -> None:
    if database_name != "postgresql":
        pytest.skip("SQLite cannot go away")

    def leave(*args: Any) -> None:
        if args[2].startswith("UPDATE change_counter"):
            with db.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    pid = session.scalar(text("SELECT pg_backend_pid()"))
    event.listen(db.engine, "after_cursor_execute", leave)
    with pytest.raises(Unanswered):
        load(made(1), made(2))
    event.remove(db.engine, "after_cursor_execute", leave)
    assert session.scalar(select(func.count()).select_from(Listing)) == 0
    assert outcomes(load(made(1), made(2))) == [Outcome.CREATED, Outcome.CREATED]


def test_changed_source_updates(session: Db) -> None:
    (first,) = load(made(**until(NOW + DAY)))
    before = only(session).first_published_at
    later = NOW + timedelta(hours=1)
    (line,) = load(
        made(
            title="Senior Policy Officer",
            publish_at=NOW - 9 * DAY,
            organisation=ImportedOrganisation("Another Centre"),
            old_addresses=("/job/senior/",),
            **until(NOW + 20 * DAY),
        ),
        now=later,
    )
    listing = only(session)
    assert line == Line("made:1", "Senior Policy Officer", Outcome.UPDATED, "published", first.id)
    assert (listing.title, listing.slug) == (
        "Senior Policy Officer",
        f"senior-policy-officer-{first.id}",
    )
    assert (listing.ends_at, listing.updated_at) == (NOW + 20 * DAY, later)
    # The day of first publication never moves.
    assert listing.first_published_at == before
    assert listing.organisation is not None
    assert listing.organisation.name == "Another Centre"
    assert session.scalars(select(OldAddress.address)).all() == ["/job/senior/"]
    told = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert told is not None
    assert told.details == {
        "fields": [
            "title",
            "organisation_name",
            "organisation_website",
            "apply_by",
            "deadline_text",
        ]
    }
    assert listing.change_number == change_number(session)
    assert outcomes(
        load(
            made(
                title="Senior Policy Officer",
                publish_at=NOW - 9 * DAY,
                organisation=ImportedOrganisation("Another Centre"),
                old_addresses=("/job/senior/",),
                **until(NOW + 20 * DAY),
            )
        )
    ) == [Outcome.UNCHANGED]


def test_source_that_reopens_or_withdraws(session: Db) -> None:
    load(made(**until(NOW - DAY)))
    assert only(session).status is Status.EXPIRED
    load(made(**until(NOW + DAY)))
    assert only(session).status is Status.PUBLISHED
    load(made(status="closed", **until(NOW + DAY)))
    assert only(session).close_reason is CloseReason.FILLED
    load(made(status="draft"))
    listing = only(session)
    assert (listing.status, listing.close_reason, listing.ends_at) == (Status.DRAFT, None, None)


def test_claimed_listing_is_left_alone(session: Db) -> None:
    load(made())
    only(session).is_muted = False
    session.commit()
    (line,) = load(made(title="Another"))
    assert (line.outcome, line.reason) == (
        Outcome.SKIPPED,
        "claimed: its poster looks after it now",
    )
    assert only(session).title == "Policy Officer 1"


@pytest.mark.parametrize("actor", [ActorKind.MODERATOR, ActorKind.POSTER])
def test_what_a_person_did_here_is_left_alone(session: Db, actor: ActorKind) -> None:
    load(made())
    listing = only(session)
    listing.status = Status.REMOVED
    session.add(Event(listing=listing, verb=Verb.REMOVE, actor=actor, at=NOW, details={}))
    session.commit()
    (line,) = load(made(title="Another"))
    assert (line.outcome, line.status) == (Outcome.SKIPPED, "removed")
    assert only(session).status is Status.REMOVED


def test_what_the_clock_did_is_not_in_the_way(session: Db) -> None:
    load(made(**until(NOW + DAY)))
    later = NOW + 2 * DAY
    assert clock_jobs.expire(later) == 1
    (line,) = load(made(**until(NOW + 9 * DAY)), now=later)
    assert (line.outcome, only(session).status) == (Outcome.UPDATED, Status.PUBLISHED)


def test_two_records_with_one_id(session: Db) -> None:
    run = Run(Terms(NOW, LIFE))
    lines = load(made(1), made(1, title="Another"), run=run) + load(made(1, title="Third"), run=run)
    assert outcomes(lines) == [Outcome.CREATED, Outcome.SKIPPED, Outcome.SKIPPED]
    assert only(session).title == "Policy Officer 1"
    # And so a second run changes nothing.
    before = rows(session)
    assert outcomes(load(made(1), made(1, title="Another"))) == [
        Outcome.UNCHANGED,
        Outcome.SKIPPED,
    ]
    assert rows(session) == before


def test_a_refused_record_does_not_stand_for_its_id(session: Db) -> None:
    run = Run(Terms(NOW, LIFE))
    assert outcomes(load(made(1, refusal="no title"), run=run)) == [Outcome.REFUSED]
    assert outcomes(load(made(1), run=run)) == [Outcome.CREATED]


def test_the_same_id_of_two_sources(session: Db) -> None:
    lines = load(made(1), made(1, source="other"))
    assert outcomes(lines) == [Outcome.CREATED, Outcome.CREATED]


# --------------------------------------------------------------------------- refused and left out


def test_left_out_and_refused_keep_their_place(session: Db) -> None:
    lines = load(
        made(1),
        made(2, refusal="no title"),
        made(3, skip="in the trash"),
        made(4, is_preview=True, updated_at=NOW - 40 * DAY),
        made(5),
    )
    assert [(line.source, line.outcome, line.reason) for line in lines] == [
        ("made:1", Outcome.CREATED, ""),
        ("made:2", Outcome.REFUSED, "no title"),
        ("made:3", Outcome.SKIPPED, "in the trash"),
        ("made:4", Outcome.SKIPPED, "preview older than 30 days"),
        ("made:5", Outcome.CREATED, ""),
    ]
    assert session.scalar(select(func.count()).select_from(Listing)) == 2


def test_one_bad_record_does_not_take_the_batch_with_it(session: Db) -> None:
    # A lone half of a pair of surrogates is text to Python and to no database.
    bad = made(2, apply=replace(made().apply, url="https://a.example/\ud800"))
    lines = load(made(1), bad, made(3))
    assert outcomes(lines) == [Outcome.CREATED, Outcome.REFUSED, Outcome.CREATED]
    assert lines[1].reason.startswith("the database does not take it: ")
    assert session.scalar(select(func.count()).select_from(Listing)) == 2
    assert outcomes(load(made(1), bad, made(3)))[1] is Outcome.REFUSED


def test_odd_characters_in_what_is_kept_raw(session: Db) -> None:
    batch = made(raw={"nul": "a\x00b", "half": "\ud800", "deep": [{"x": "\x00"}]})
    assert outcomes(load(batch)) == [Outcome.CREATED]
    assert session.scalars(select(ImportRecord.raw)).one()["nul"] == "ab"
    assert outcomes(load(batch)) == [Outcome.UNCHANGED]


def test_markup_in_every_field_stays_text(session: Db) -> None:
    bad = '"><img src=x onerror=alert(1)>'
    load(made(title=bad, organisation=ImportedOrganisation(bad), summary=bad))
    listing = only(session)
    assert (listing.title, listing.organisation_name, listing.summary) == (bad, bad, bad)
    assert "<" not in listing.slug


def test_somebody_else_makes_the_organisation_meanwhile(
    session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisations: Callable[..., dict[str, int]] = imports._organisation_ids
    asked = []

    def late(keys: Any) -> dict[str, int]:
        # The first look comes before the other one's commit.
        asked.append(list(keys))
        return {} if len(asked) == 1 else organisations(asked[-1])

    load(made(1))
    monkeypatch.setattr(imports, "_organisation_ids", late)
    assert outcomes(load(made(2))) == [Outcome.CREATED]
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1


# ------------------------------------------------------------------------------------- dry run


def test_dry_run_foretells_and_writes_nothing(session: Db) -> None:
    load(made(1), made(2, **until(NOW + DAY)))
    before = rows(session)
    run = Run(Terms(NOW + 2 * DAY, LIFE, is_dry_run=True))
    batch = [
        made(1),
        made(2, title="Another", **until(NOW + DAY)),
        made(3),
        made(3),
        made(4, refusal="no title"),
    ]
    foretold = load(*batch, run=run)
    assert rows(session) == before
    assert [(line.outcome, line.status, line.id is None) for line in foretold] == [
        (Outcome.UNCHANGED, "published", False),
        (Outcome.UPDATED, "expired", False),
        (Outcome.CREATED, "published", True),
        (Outcome.SKIPPED, "", True),
        (Outcome.REFUSED, "", True),
    ]
    happened = load(*batch, now=NOW + 2 * DAY)
    assert outcomes(happened) == outcomes(foretold)
    assert [line.status for line in happened] == [line.status for line in foretold]


# ------------------------------------------------------------------------------- nobody is mailed


def test_nobody_is_mailed_now_or_later(session: Db) -> None:
    load(
        made(1, poster_email="ulla@baltic.example", **until(NOW + 10 * DAY)),
        made(2, poster_email="ulla@baltic.example", status="scheduled", publish_at=NOW + DAY),
        made(3, poster_email="ulla@baltic.example", **until(NOW - DAY)),
        made(4, poster_email="ulla@baltic.example", status="pending"),
    )
    for days in (0, 2, 4, 9, 10, 30, 100):
        moment = NOW + days * DAY
        clock_jobs.publish_due(moment)
        clock_jobs.remind(moment)
        clock_jobs.expire(moment)
    assert session.scalars(select(Message.kind)).all() == []
    statuses = session.scalars(select(Listing.status).order_by(Listing.id)).all()
    assert statuses == [Status.EXPIRED, Status.EXPIRED, Status.EXPIRED, Status.PENDING]


def test_a_record_is_kept_without_what_no_database_takes(session: Db) -> None:
    raw = {"pay": float("nan"), "most": float("inf"), "said": "a\x00b", "code": r"\u0000 is a NUL"}
    (line,) = imports.load([made(raw=raw)], Run(Terms(now=NOW, life=LIFE)))
    assert (line.outcome, line.reason) == (Outcome.CREATED, "")
    kept = session.scalars(select(ImportRecord.raw)).one()
    assert kept == {"pay": None, "most": None, "said": "ab", "code": r"\u0000 is a NUL"}


def test_a_record_nested_beyond_all_sense_is_refused_alone(session: Db) -> None:
    deep: Any = []
    for _level in range(5_000):
        deep = [deep]
    lines = imports.load(
        [made(1), replace(made(2), raw={"deep": deep})], Run(Terms(now=NOW, life=LIFE))
    )
    assert [line.outcome for line in lines] == [Outcome.CREATED, Outcome.REFUSED]


def test_a_listing_claimed_while_it_is_imported_is_its_posters(
    session: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.load([made(1)], Run(Terms(now=NOW, life=LIFE)))
    look = imports._touched

    def while_it_is_claimed(ids: Any) -> set[int]:
        session.rollback()
        start_writing()
        session.execute(update(Listing).values(is_muted=False))
        session.commit()
        return look(ids)

    monkeypatch.setattr(imports, "_touched", while_it_is_claimed)
    (line,) = imports.load([made(1, title="Changed at its source")], Run(Terms(NOW, LIFE)))
    assert (line.outcome, line.reason) == (
        Outcome.SKIPPED,
        "claimed: its poster looks after it now",
    )
    assert session.scalars(select(Listing.title)).one() == "Policy Officer 1"
