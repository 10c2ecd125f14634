"""Listings from elsewhere: stored once, found again, updated when their source changed.

Nobody is mailed, now or later, until somebody claims or renews what was imported.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from jobboard import content as contents
from jobboard import history
from jobboard.bulk import add_rows, reserve_listing_ids, turns_are_fair
from jobboard.db import db, next_change, reading
from jobboard.domain.address import email_key
from jobboard.domain.listing import LONGEST_LIFE, PUBLIC, CloseReason, Status, Verb
from jobboard.domain.slug import slug
from jobboard.domain.taxonomy import (
    ApplyMethod,
    ContractTerm,
    DeadlineKind,
    JobFunction,
    Mode,
    OpportunityType,
    PayKind,
    PayPeriod,
)
from jobboard.formats.imported import ImportedListing
from jobboard.markup.markdown import to_html
from jobboard.markup.text import fold
from jobboard.models.event import ActorKind, Event
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.old_address import OldAddress
from jobboard.models.organisation import Organisation

#: Records a transaction. Somebody else's write waits for some hundredths of a second.
BATCH = 100

#: Statuses in which a listing was public, so that its organisation has a page.
_WERE_PUBLIC = PUBLIC | {Status.EXPIRED, Status.CLOSED}
#: How often a batch is tried again after somebody else wrote the same rows.
_TRIES = 3
#: Seconds between two batches that wrote, where writers do not get their turn by themselves.
_PAUSE = 0.02


_CLAIMED = "claimed: its poster looks after it now"


class Unanswered(Exception):
    """The database does not answer; what was reported before stays, a repeat goes on from there."""


class Outcome(StrEnum):
    """What became of one record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """One line of an import's report."""

    source: str
    title: str
    outcome: Outcome
    status: str = ""
    id: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Terms:
    """How an import treats what it reads.

    Attributes:
        now: the moment of the import, aware UTC.
        life: how long a listing without an end of its own lives.
        lives_from_now: whether that life begins now (the source showed it until today) or with
            its publication.
        live_for: publish every public record until so long from now; its stated deadline is
            kept as text. Drafts and records in review are not published unread.
        is_dry_run: report what would happen, and write nothing.
    """

    now: datetime
    life: timedelta
    lives_from_now: bool = False
    live_for: timedelta | None = None
    is_dry_run: bool = False


@dataclass
class Run:
    """One run of an import, over as many batches and files as it has.

    Attributes:
        terms: how to treat the records.
        seen: short digests of the records met so far; the second of two with one id is left out,
            else each run would find one of them changed.
    """

    terms: Terms
    seen: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class _Record:
    """A record of the batch, and what the board knows of it."""

    imported: ImportedListing
    key: tuple[str, str]
    raw: Mapping[str, Any]
    hash: str
    line: Line | None = None
    known: "_Known | None" = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What an earlier import made of a record."""

    listing_id: int
    content_hash: str
    status: Status
    is_muted: bool


def load(batch: Sequence[ImportedListing], run: Run) -> list[Line]:
    """Store a batch of records in one transaction and report each, in order.

    A record that the database does not take is refused and the others of its batch are stored.

    Args:
        batch: at most ``BATCH`` records; more work, but make other writers wait longer.
        run: the import that the batch belongs to.

    Raises:
        Unanswered: the database does not answer; nothing of the batch was stored.
    """
    try:
        lines = _load(batch, run)
    except (OperationalError, InterfaceError) as fault:
        db.session.rollback()
        raise Unanswered(str(fault.orig)) from fault
    except (StatementError, StaleDataError, ValueError, RecursionError) as fault:
        db.session.rollback()
        if len(batch) == 1:
            lines = [_line(batch[0], Outcome.REFUSED, reason=_why(fault))]
        else:
            return [line for one in batch for line in load([one], run)]
    run.seen.update(
        _digest(_key(each))
        for each, line in zip(batch, lines, strict=True)
        if line.outcome is not Outcome.REFUSED
    )
    return lines


def pause() -> float:
    """Return the seconds to leave to other writers after a batch that wrote."""
    return 0.0 if turns_are_fair(db.session) else _PAUSE


def written(imported: ImportedListing, terms: Terms) -> dict[str, Any]:
    """Return what a record says, as ``content.write`` takes it."""
    organisation = imported.organisation
    deadline = imported.deadline
    is_date = deadline.at is not None and not _is_text_only(deadline.at, terms)
    return {
        "title": imported.title,
        "organisation_name": organisation.name if organisation else "",
        "organisation_website": organisation.website[:500] if organisation else "",
        "language": imported.language or "en",
        "description": imported.description,
        "description_format": imported.description_format,
        "summary": imported.summary,
        "opportunity_type": OpportunityType(imported.opportunity_type),
        "mode": Mode(imported.mode),
        "places": imported.places,
        "remote_countries": imported.remote_countries,
        "topics": imported.topics,
        "job_function": JobFunction(imported.function),
        "hours": imported.hours,
        "contract_term": ContractTerm(imported.contract_term),
        "pay_kind": PayKind(imported.pay.kind),
        "pay_min": imported.pay.minimum,
        "pay_max": imported.pay.maximum,
        "pay_currency": imported.pay.currency or "",
        "pay_period": PayPeriod(imported.pay.period) if imported.pay.period else None,
        "pay_text": imported.pay.text[:500],
        "apply_method": ApplyMethod(imported.apply.method),
        "apply_url": imported.apply.url[:2000],
        "apply_email": imported.apply.email[:254],
        "apply_instructions": imported.apply.instructions[:10_000],
        "deadline_kind": DeadlineKind(deadline.kind)
        if is_date or deadline.kind != DeadlineKind.DATE
        else DeadlineKind.NOT_STATED,
        "apply_by": deadline.at if is_date else None,
        "deadline_zone": deadline.zone or "UTC",
        "deadline_text": deadline.text[:200],
    }


def _load(batch: Sequence[ImportedListing], run: Run) -> list[Line]:
    for attempt in range(_TRIES):
        try:
            return _store(_sorted_out(batch, run), run.terms)
        except (IntegrityError, StaleDataError):
            # Somebody else made the same organisation or record, or changed the same listing.
            db.session.rollback()
            if attempt == _TRIES - 1:
                raise
    return []


def _sorted_out(batch: Sequence[ImportedListing], run: Run) -> list[_Record]:
    """Say of each record what will become of it; nothing is written and nobody waits."""
    records = []
    here: set[tuple[str, str]] = set()
    for imported in batch:
        key = _key(imported)
        if imported.refusal:
            line = _line(imported, Outcome.REFUSED, reason=imported.refusal)
        elif reason := imported.skipped_at(run.terms.now):
            line = _line(imported, Outcome.SKIPPED, reason=reason)
        elif key in here or _digest(key) in run.seen:
            line = _line(imported, Outcome.SKIPPED, reason="a record with this id came before it")
        else:
            here.add(key)
            raw = _plain(imported.raw)
            records.append(_Record(imported, key, raw, _hash(raw)))
            continue
        records.append(_Record(imported, key, {}, "", line))
    open_ones = [record for record in records if record.line is None]
    with reading():
        _look_up(open_ones)
        db.session.rollback()
    return records


def _look_up(records: Sequence[_Record]) -> None:
    known = _known([record.key for record in records])
    changed = []
    for record in records:
        record.known = known.get(record.key)
        if record.known is None:
            continue
        if record.known.content_hash == record.hash:
            record.line = _kept_line(record, Outcome.UNCHANGED, "")
        elif not record.known.is_muted:
            record.line = _kept_line(record, Outcome.SKIPPED, _CLAIMED)
        else:
            changed.append(record)
    touched = _touched(record.known.listing_id for record in changed if record.known)
    for record in changed:
        if record.known and record.known.listing_id in touched:
            reason = "changed by a person on the board since it was imported"
            record.line = _kept_line(record, Outcome.SKIPPED, reason)


def _known(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Known]:
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, source_id in keys:
        by_source[source].append(source_id)
    known = {}
    for source, ids in by_source.items():
        for row in db.session.execute(
            select(
                ImportRecord.source_id,
                ImportRecord.listing_id,
                ImportRecord.content_hash,
                Listing.status,
                Listing.is_muted,
            )
            .join(Listing, Listing.id == ImportRecord.listing_id)
            .where(ImportRecord.source == source, ImportRecord.source_id.in_(ids))
        ):
            known[source, row.source_id] = _Known(*row[1:])
    return known


def _touched(ids: Iterable[int]) -> set[int]:
    """Return those of the listings on which somebody has acted here: decided, edited, closed."""
    wanted = list(ids)
    if not wanted:
        return set()
    by_nobody = (ActorKind.IMPORT, ActorKind.CLOCK)
    return set(
        db.session.scalars(
            select(Event.listing_id).where(
                Event.listing_id.in_(wanted), Event.actor.not_in(by_nobody)
            )
        )
    )


def _store(records: Sequence[_Record], terms: Terms) -> list[Line]:
    """Write what is new or changed, in one transaction; return a line for each record."""
    fresh = [record for record in records if record.line is None and record.known is None]
    changed = [record for record in records if record.line is None and record.known is not None]
    # Worked out before the transaction begins, so that other writers wait for the writing alone.
    rows = [_row(record.imported, terms) for record in fresh]
    contents_changed = [written(record.imported, terms) for record in changed]
    if terms.is_dry_run:
        _foretell(fresh, rows, changed, terms)
    elif fresh or changed:
        # Every other writer waits for the change number, from when it is taken to the commit: so
        # it is taken late, for new rows by ``_insert`` and for changed ones as they are flushed.
        with db.session.no_autoflush:
            _update(changed, contents_changed, terms)
            _insert(fresh, rows, terms)
            _add_old_addresses([*fresh, *changed])
        # Durable as any other commit: the report says "created", and one wait for the disk in a
        # hundred records is not where the time goes.
        db.session.commit()
        db.session.expunge_all()
    return [record.line for record in records if record.line is not None]


def _foretell(
    fresh: Sequence[_Record],
    rows: Sequence[Mapping[str, Any]],
    changed: Sequence[_Record],
    terms: Terms,
) -> None:
    for record, row in zip(fresh, rows, strict=True):
        record.line = _line(record.imported, Outcome.CREATED, status=row["status"])
    for record in changed:
        line = _kept_line(record, Outcome.UPDATED, "")
        record.line = replace(line, status=_times(record.imported, terms)["status"].value)


def _row(imported: ImportedListing, terms: Terms) -> dict[str, Any]:
    """Return the columns of a new listing."""
    content = written(imported, terms)
    return {
        **content,
        **contents.derived(content["title"], _html(imported), content["summary"]),
        **_times(imported, terms),
        "poster_email": email_key(imported.poster_email),
        "is_muted": True,
        "created_at": min(imported.posted_at or terms.now, terms.now),
        "updated_at": min(imported.updated_at or imported.posted_at or terms.now, terms.now),
    }


def _insert(fresh: Sequence[_Record], rows: Sequence[dict[str, Any]], terms: Terms) -> None:
    """Add new listings with their history and the records they came from."""
    if not fresh:
        return
    # Plain statements over many rows: a tenth of what the same costs as objects.
    organisations = _organisations(rows, terms.now)
    ids = reserve_listing_ids(db.session, len(rows))
    number = next_change(db.session)
    for row in rows:
        row["change_number"] = number
        is_public = row["status"] in _WERE_PUBLIC
        row["organisation_id"] = (
            organisations.get(fold(row["organisation_name"])) if is_public else None
        )
    add_rows(
        db.session,
        Listing,
        [{"id": listing_id, **row} for row, listing_id in zip(rows, ids, strict=True)],
    )
    add_rows(
        db.session,
        ImportRecord,
        [
            {
                "source": record.key[0],
                "source_id": record.key[1],
                "listing_id": listing_id,
                "content_hash": record.hash,
                "raw": record.raw,
                "imported_at": terms.now,
            }
            for record, listing_id in zip(fresh, ids, strict=True)
        ],
    )
    add_rows(
        db.session,
        Event,
        [
            {
                "listing_id": listing_id,
                "verb": Verb.IMPORT,
                "actor": ActorKind.IMPORT,
                "at": terms.now,
                "details": {"notes": notes} if (notes := list(record.imported.notes)) else {},
            }
            for record, listing_id in zip(fresh, ids, strict=True)
        ],
    )
    for record, row, listing_id in zip(fresh, rows, ids, strict=True):
        record.line = _line(
            record.imported,
            Outcome.CREATED,
            status=row["status"],
            listing_id=listing_id,
            reason="; ".join(record.imported.notes),
        )


def _update(
    records: Sequence[_Record], contents_changed: Sequence[dict[str, Any]], terms: Terms
) -> None:
    """Change the listings of known records; the session writes them as it commits."""
    wanted = [record.known.listing_id for record in records if record.known]
    # Locked before the change number is taken, as by everybody who changes a listing: two who take
    # the two in different orders would wait for each other.
    rows = select(Listing).where(Listing.id.in_(wanted)).order_by(Listing.id).with_for_update()
    listings = {listing.id: listing for listing in db.session.scalars(rows)}
    for record, content in zip(records, contents_changed, strict=True):
        listing = listings.get(record.known.listing_id) if record.known else None
        if listing is None or not listing.is_muted:
            # Deleted or claimed since it was looked up, a moment ago.
            record.line = _kept_line(record, Outcome.SKIPPED, _CLAIMED)
        else:
            _change(listing, record, content, terms)


def _change(listing: Listing, record: _Record, content: dict[str, Any], terms: Terms) -> None:
    changed = contents.changed(listing, content)
    contents.write(listing, content)
    for name, value in _times(record.imported, terms).items():
        # The day of first publication never moves.
        if name != "first_published_at" or listing.first_published_at is None:
            setattr(listing, name, value)
    listing.updated_at = terms.now
    if listing.status in _WERE_PUBLIC:
        contents.settle_organisation(listing, terms.now)
    db.session.execute(
        update(ImportRecord)
        .where(ImportRecord.listing_id == listing.id)
        .values(content_hash=record.hash, raw=dict(record.raw), imported_at=terms.now)
        .execution_options(synchronize_session=False)
    )
    history.record(
        listing,
        Verb.IMPORT,
        actor=ActorKind.IMPORT,
        at=terms.now,
        details={"fields": list(changed)},
    )
    record.line = replace(_kept_line(record, Outcome.UPDATED, ""), status=listing.status.value)


def _organisations(rows: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Return the organisations of public listings by the key of their name, new ones made."""
    by_key = {
        fold(row["organisation_name"]): row
        for row in rows
        if row["status"] in _WERE_PUBLIC and row["organisation_name"]
    }
    by_key.pop("", None)
    if not by_key:
        return {}
    ids = _organisation_ids(by_key)
    if by_key.keys() - ids.keys():
        # As in ``contents.settle_organisation``: nobody else makes one from here on.
        next_change(db.session)
        ids = _organisation_ids(by_key)
    fresh = [
        {
            "name": row["organisation_name"],
            "name_key": key,
            "website": row["organisation_website"],
            "country": next((place.country for place in row["places"] if place.country), None),
            "created_at": now,
            "updated_at": now,
        }
        for key, row in by_key.items()
        if key not in ids
    ]
    if fresh:
        _give_slugs(fresh)
        add_rows(db.session, Organisation, fresh)
        ids |= _organisation_ids(row["name_key"] for row in fresh)
    return ids


def _organisation_ids(keys: Iterable[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(Organisation.name_key, Organisation.id).where(Organisation.name_key.in_(list(keys)))
    )
    return {row.name_key: row.id for row in rows}


def _give_slugs(fresh: Sequence[dict[str, Any]]) -> None:
    """Give each new organisation a free slug; twins get a number behind it."""
    wanted = {row["name_key"]: slug(row["name"], "organisation") for row in fresh}
    taken = set(
        db.session.scalars(
            select(Organisation.slug).where(Organisation.slug.in_(set(wanted.values())))
        )
    )
    for row in fresh:
        front = wanted[row["name_key"]]
        # A number that depends on the name alone needs no search for the next free one.
        row["slug"] = front if front not in taken else f"{front[:90]}-{_hash(row['name_key'])[:8]}"
        taken.add(row["slug"])


def _add_old_addresses(records: Sequence[_Record]) -> None:
    wanted = {
        address[:500]: record.line.id
        for record in records
        for address in record.imported.old_addresses
        if record.line is not None
    }
    if not wanted:
        return
    taken = set(
        db.session.scalars(select(OldAddress.address).where(OldAddress.address.in_(wanted)))
    )
    new = [
        {"address": address, "listing_id": listing_id}
        for address, listing_id in wanted.items()
        if address not in taken
    ]
    if new:
        add_rows(db.session, OldAddress, new)


def _is_text_only(deadline: datetime, terms: Terms) -> bool:
    """Say whether a stated deadline does not decide the end: an order, or beyond all ends."""
    return terms.live_for is not None or deadline > terms.now + LONGEST_LIFE


def _html(imported: ImportedListing) -> str:
    if imported.description_format == "html":
        # Cleaned by its reader, and once more when it is shown.
        return imported.description
    return to_html(imported.description)


def _times(imported: ImportedListing, terms: Terms) -> dict[str, Any]:
    """Return where an imported listing stands, by its source's own end or by ``live_for``."""
    now = terms.now
    status = Status(imported.status_at(now))
    times: dict[str, Any] = {
        "status": status,
        "close_reason": None,
        "closed_at": None,
        "submitted_at": None,
        "publish_at": None,
        "first_published_at": None,
        "ends_at": None,
    }
    if status in (Status.DRAFT, Status.PENDING):
        if status is Status.PENDING:
            times["submitted_at"] = min(imported.posted_at or now, now)
        return times
    began = imported.publish_at or imported.posted_at or now
    if terms.live_for is not None:
        times["status"] = status = Status.PUBLISHED
        times["ends_at"] = now + terms.live_for
    else:
        life_begins = now if terms.lives_from_now and status in PUBLIC else began
        ends_at = min(imported.ends_at or life_begins + terms.life, now + LONGEST_LIFE)
        if status in PUBLIC and ends_at <= now:
            status = Status.EXPIRED
        times["status"], times["ends_at"] = status, ends_at
    if status is Status.CLOSED:
        times["close_reason"] = CloseReason(imported.close_reason or CloseReason.FILLED)
        times["closed_at"] = min(imported.updated_at or now, now)
    if status is not Status.SCHEDULED:
        began = min(began, now)
    times["publish_at"] = times["first_published_at"] = began
    return times


def _key(imported: ImportedListing) -> tuple[str, str]:
    return imported.source, imported.source_id


def _digest(key: tuple[str, str]) -> bytes:
    return hashlib.blake2b("\n".join(key).encode(errors="replace"), digest_size=8).digest()


def _plain(raw: Mapping[str, object]) -> Mapping[str, Any]:
    """Return the record as JSON keeps it, without what PostgreSQL does not take: NUL and NaN."""
    written = json.dumps(raw, default=str, sort_keys=True)
    plain: Mapping[str, Any] = json.loads(
        _NUL.sub(r"\1", written), parse_constant=lambda _name: None
    )
    return plain


#: The escape of a NUL; behind an odd number of backslashes "u0000" are letters that somebody wrote.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _why(fault: Exception) -> str:
    cause = getattr(fault, "orig", None) or fault
    return f"the database does not take it: {' '.join(str(cause).split())[:200]}"


def _line(
    imported: ImportedListing,
    outcome: Outcome,
    *,
    status: str = "",
    listing_id: int | None = None,
    reason: str = "",
) -> Line:
    return Line(imported.name, imported.title, outcome, str(status), listing_id, reason)


def _kept_line(record: _Record, outcome: Outcome, reason: str) -> Line:
    known = record.known
    if known is None:
        return _line(record.imported, outcome, reason=reason)
    return _line(
        record.imported, outcome, status=known.status, listing_id=known.listing_id, reason=reason
    )
