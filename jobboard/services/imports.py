"""Listings from elsewhere: stored once, found again, updated when their source changed.

Nobody is mailed, now or later, until somebody claims or renews what was imported.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, tuple_

from jobboard import content as contents
from jobboard import history
from jobboard.db import db
from jobboard.domain.address import email_key
from jobboard.domain.listing import CloseReason, Status, Verb
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
from jobboard.markup.text import fold
from jobboard.models.event import ActorKind
from jobboard.models.import_record import ImportRecord
from jobboard.models.listing import Listing
from jobboard.models.old_address import OldAddress
from jobboard.models.organisation import Organisation

#: Rows a transaction. With 100, somebody else's write waits for some hundredths of a second.
BATCH = 100

_PUBLIC = frozenset({Status.PUBLISHED, Status.SCHEDULED, Status.EXPIRED, Status.CLOSED})


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
class _Prepared:
    """A record with all that can be worked out before the database is asked."""

    imported: ImportedListing
    hash: str
    content: dict[str, Any]
    listing: Listing
    raw: Mapping[str, Any]


def load(batch: Sequence[ImportedListing], terms: Terms) -> list[Line]:
    """Store a batch of records in one transaction and report each.

    Args:
        batch: at most ``BATCH`` records; more work, but make other writers wait longer.
        terms: how to treat them.
    """
    lines: list[Line] = []
    ready: list[_Prepared] = []
    for imported in batch:
        refusal, skip = imported.refusal, imported.skipped_at(terms.now)
        if refusal or skip:
            outcome = Outcome.REFUSED if refusal else Outcome.SKIPPED
            lines.append(_line(imported, outcome, reason=refusal or skip))
        else:
            ready.append(_prepared(imported, terms))
    if ready:
        lines.extend(_store(ready, terms))
    return lines


def _store(ready: list[_Prepared], terms: Terms) -> list[Line]:
    known = _known(ready)
    lines: list[tuple[_Prepared, Outcome, Listing, str]] = []
    fresh: list[_Prepared] = []
    for each in ready:
        key = (each.imported.source, each.imported.source_id)
        record = known.get(key)
        if record is None:
            known[key] = _new_record(each, terms)
            fresh.append(each)
            lines.append((each, Outcome.CREATED, each.listing, ""))
            continue
        listing = db.session.get(Listing, record.listing_id) if record.listing_id else None
        if listing is None or record.content_hash == each.hash:
            # Either unchanged, or a second copy of a record within this very batch.
            lines.append((each, Outcome.UNCHANGED, listing or each.listing, ""))
        elif not listing.is_muted:
            lines.append((each, Outcome.SKIPPED, listing, "claimed: its poster looks after it now"))
        else:
            _update(listing, each, record, terms)
            lines.append((each, Outcome.UPDATED, listing, ""))
    _settle_organisations([each.listing for each in fresh], terms.now)
    db.session.add_all(each.listing for each in fresh)
    db.session.flush()
    for each in fresh:
        record = known[each.imported.source, each.imported.source_id]
        record.listing_id = each.listing.id
        db.session.add(record)
        history.record(
            each.listing,
            Verb.IMPORT,
            actor=ActorKind.IMPORT,
            at=terms.now,
            details={"notes": list(each.imported.notes)} if each.imported.notes else {},
        )
    _add_old_addresses(fresh)
    report = [
        _line(each.imported, outcome, listing=listing, reason=reason)
        for each, outcome, listing, reason in lines
    ]
    if terms.is_dry_run:
        db.session.rollback()
        return [_without_id(line) if line.outcome is Outcome.CREATED else line for line in report]
    db.session.commit()
    db.session.expunge_all()
    return report


def _prepared(imported: ImportedListing, terms: Terms) -> _Prepared:
    raw = json.loads(json.dumps(imported.raw, default=str, sort_keys=True).replace("\\u0000", ""))
    content = _content(imported, terms)
    listing = Listing(
        poster_email=email_key(imported.poster_email),
        is_muted=True,
        created_at=imported.posted_at or terms.now,
        updated_at=imported.updated_at or imported.posted_at or terms.now,
    )
    contents.write(listing, content)
    _set_times(listing, imported, terms)
    return _Prepared(imported, _hash(raw), content, listing, raw)


def _new_record(each: _Prepared, terms: Terms) -> ImportRecord:
    return ImportRecord(
        source=each.imported.source,
        source_id=each.imported.source_id,
        content_hash=each.hash,
        raw=each.raw,
        imported_at=terms.now,
    )


def _update(listing: Listing, each: _Prepared, record: ImportRecord, terms: Terms) -> None:
    changed = contents.changed(listing, each.content)
    contents.write(listing, each.content)
    _set_times(listing, each.imported, terms)
    listing.updated_at = terms.now
    contents.settle_organisation(listing, terms.now)
    record.content_hash = each.hash
    record.raw = dict(each.raw)
    record.imported_at = terms.now
    history.record(
        listing,
        Verb.IMPORT,
        actor=ActorKind.IMPORT,
        at=terms.now,
        details={"fields": list(changed)},
    )


def _known(ready: Sequence[_Prepared]) -> dict[tuple[str, str], ImportRecord]:
    keys = [(each.imported.source, each.imported.source_id) for each in ready]
    rows = db.session.scalars(
        select(ImportRecord).where(tuple_(ImportRecord.source, ImportRecord.source_id).in_(keys))
    )
    return {(row.source, row.source_id): row for row in rows}


def _settle_organisations(listings: Iterable[Listing], now: datetime) -> None:
    """Tie public listings to their organisations, making the new ones, in two statements."""
    public = [row for row in listings if row.status in _PUBLIC and row.organisation_name]
    by_key = {fold(row.organisation_name): row for row in public}
    by_key.pop("", None)
    if not by_key:
        return
    found = db.session.execute(
        select(Organisation.name_key, Organisation.id).where(Organisation.name_key.in_(by_key))
    )
    ids = {row.name_key: row.id for row in found}
    fresh = [
        Organisation(
            slug="",
            name=row.organisation_name,
            name_key=key,
            website=row.organisation_website or "",
            country=next((place.country for place in row.places if place.country), None),
            created_at=now,
            updated_at=now,
        )
        for key, row in by_key.items()
        if key not in ids
    ]
    _give_slugs(fresh)
    db.session.add_all(fresh)
    db.session.flush()
    ids |= {row.name_key: row.id for row in fresh}
    for row in public:
        row.organisation_id = ids.get(fold(row.organisation_name))


def _give_slugs(fresh: Sequence[Organisation]) -> None:
    """Give each new organisation a free slug; twins get a number behind it."""
    wanted = {row.name_key: slug(row.name, "organisation") for row in fresh}
    taken = set(
        db.session.scalars(
            select(Organisation.slug).where(Organisation.slug.in_(set(wanted.values())))
        )
    )
    for row in fresh:
        front = wanted[row.name_key]
        # A number that depends on the name alone needs no search for the next free one.
        row.slug = front if front not in taken else f"{front}-{_hash(row.name_key)[:8]}"
        taken.add(row.slug)


def _add_old_addresses(fresh: Sequence[_Prepared]) -> None:
    wanted = {
        address[:500]: each.listing.id for each in fresh for address in each.imported.old_addresses
    }
    if not wanted:
        return
    taken = set(
        db.session.scalars(select(OldAddress.address).where(OldAddress.address.in_(wanted)))
    )
    db.session.add_all(
        OldAddress(address=address, listing_id=listing_id)
        for address, listing_id in wanted.items()
        if address not in taken
    )


def _content(imported: ImportedListing, terms: Terms) -> dict[str, Any]:
    organisation = imported.organisation
    deadline = imported.deadline
    is_date = deadline.kind == DeadlineKind.DATE and terms.live_for is None
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


def _set_times(listing: Listing, imported: ImportedListing, terms: Terms) -> None:
    """Say where an imported listing stands, by its source's own end or by ``live_for``."""
    now = terms.now
    status = Status(imported.status_at(now))
    began = imported.publish_at or imported.posted_at or now
    if status in (Status.DRAFT, Status.PENDING):
        listing.status = status
        listing.submitted_at = (imported.posted_at or now) if status is Status.PENDING else None
        return
    if terms.live_for is not None:
        listing.status = Status.PUBLISHED
        listing.close_reason = listing.closed_at = None
        began = min(began, now)
        listing.ends_at = now + terms.live_for
    else:
        ends_at = imported.ends_at or (now if terms.lives_from_now else began) + terms.life
        if status in (Status.PUBLISHED, Status.SCHEDULED) and ends_at <= now:
            status = Status.EXPIRED
        listing.status = status
        listing.ends_at = ends_at
        if status is Status.CLOSED:
            listing.close_reason = CloseReason(imported.close_reason or CloseReason.FILLED)
            listing.closed_at = imported.updated_at or now
        if status is Status.PUBLISHED:
            began = min(began, now)
    listing.publish_at = began
    listing.first_published_at = began


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(
    imported: ImportedListing,
    outcome: Outcome,
    *,
    listing: Listing | None = None,
    reason: str = "",
) -> Line:
    return Line(
        source=f"{imported.source}:{imported.source_id}",
        title=imported.title,
        outcome=outcome,
        status=listing.status.value if listing is not None and listing.status else "",
        id=listing.id if listing is not None else None,
        reason=reason or "; ".join(imported.notes if outcome is Outcome.CREATED else ()),
    )


def _without_id(line: Line) -> Line:
    return Line(line.source, line.title, line.outcome, line.status, None, line.reason)
