"""The demo: people, organisations and listings that make a board worth looking at.

Listings in every state, with the history and the mails that would have led there; their days
count from the moment of loading. Loaded once, in one transaction, and into a demo only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from jobboard import content as contents
from jobboard import history, links, passwords
from jobboard.db import commit, db
from jobboard.domain.address import email_key
from jobboard.domain.errors import RuleBroken
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Status, Verb, due_reminder, end_of_day
from jobboard.domain.place import Place
from jobboard.domain.slug import slug
from jobboard.domain.taxonomy import (
    ApplyMethod,
    Clearance,
    ContractTerm,
    DeadlineKind,
    Education,
    Eligibility,
    GradeSystem,
    GrossNet,
    JobFunction,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Seniority,
    VisaSponsorship,
)
from jobboard.going_live import go_live
from jobboard.mail import messages
from jobboard.markup.text import fold
from jobboard.models.event import ActorKind
from jobboard.models.listing import Listing
from jobboard.models.message import Message, MessageStatus
from jobboard.models.one_time_link import Purpose
from jobboard.models.organisation import Membership, Organisation, Role, Verification
from jobboard.models.revision import Revision
from jobboard.models.user import User
from jobboard.tables import currencies, demo_listings, site_texts
from jobboard.words import N_

PASSWORD = "geopolist demo"  # noqa: S105 - printed by `make run`; the accounts are the demo's only
#: Composed listings, beside those written for the demo.
COMPOSED = 150

#: Called with the listings done and those there are.
Progress = Callable[[int, int], None]

_HOME = "geopolist"
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_VERIFIED = {"domain_mail": Verification.DOMAIN, "moderator": Verification.MODERATOR}
_LONG_AGO = timedelta(days=400)

#: The board's words for why a listing was refused or taken down; the file has whole sentences.
_REASONS = {
    "geopolist-refused-trainee": ("unlawful", N_("Against the law")),
    "passport-refused": ("fee_for_applicants", N_("Applicants would have to pay")),
    "fieldmap-removed": (
        "not_authorised",
        N_("Posted without the organisation's consent"),
    ),
}


@dataclass(frozen=True)
class Account:
    """A person of the demo, who may sign in with ``PASSWORD``."""

    key: str
    email: str
    name: str
    told: str
    is_moderator: bool = False
    is_administrator: bool = False


ACCOUNTS = (
    Account("poster", "poster@demo.example", "Deniz Poster", N_("posts listings")),
    Account("colleague", "colleague@demo.example", "Kerem Colleague", N_("acts for the same body")),
    Account(
        "moderator",
        "moderator@demo.example",
        "Maryam Moderator",
        N_("decides what goes live"),
        is_moderator=True,
    ),
    Account(
        "admin",
        "admin@demo.example",
        "Ada Administrator",
        N_("may do everything"),
        is_moderator=True,
        is_administrator=True,
    ),
)


class NoDemo(RuleBroken):
    """A board for real people is no place for invented ones."""

    def __init__(self) -> None:
        super().__init__(
            N_("The demo is loaded only where DEMO=1 is set: its accounts have a known password.")
        )


def is_loaded() -> bool:
    """Tell whether the demo's people are here already."""
    return db.session.scalar(select(User.id).where(User.email == ACCOUNTS[0].email)) is not None


def load(
    now: datetime,
    *,
    is_demo: bool,
    secret: str,
    life_days: int,
    progress: Progress | None = None,
) -> int:
    """Load the demo, unless it is here already; return how many listings it has now brought.

    Args:
        now: the moment, aware UTC.
        is_demo: the setting ``DEMO``.
        secret: the setting ``SECRET_KEY``.
        life_days: the setting ``LISTING_LIFE_DAYS``.
        progress: told from time to time how far it has come.

    Raises:
        NoDemo: this board is none.
    """
    if not is_demo:
        raise NoDemo
    if is_loaded():
        db.session.rollback()
        return 0
    last_message = db.session.scalar(select(func.max(Message.id))) or 0
    stage = _Stage(now, secret, life_days, _people(now), _organisations(now))
    _add_members(stage)
    records = list(chain(demo_listings.written(), demo_listings.composed(COMPOSED)))
    # The oldest first: so do ids grow on a board that has lived.
    records.sort(key=lambda record: -record["posted_days_ago"])
    for number, record in enumerate(records, 1):
        _add(stage, record)
        if progress is not None and number % 20 == 0:
            progress(number, len(records))
    _count_as_sent(last_message)
    commit()
    return len(records)


@dataclass(frozen=True)
class _Stage:
    """What every listing of the demo is put on."""

    now: datetime
    secret: str
    life_days: int
    people: Mapping[str, User]
    bodies: Mapping[str, Organisation]


@dataclass(frozen=True)
class _Poster:
    """Who posted a listing: an account, a guest whose mails are told, or nobody to be told."""

    user: User | None
    email: str
    actor: ActorKind
    is_told: bool


# -------------------------------------------------------------------------- people, organisations


def _people(now: datetime) -> dict[str, User]:
    since = now - _LONG_AGO
    # One hash for all: everybody knows the password, and each takes its time.
    kept = passwords.hashed(PASSWORD)
    people = {
        each.key: User(
            email=each.email,
            name=each.name,
            password_hash=kept,
            email_confirmed_at=since,
            password_changed_at=since,
            created_at=since,
            terms_version=site_texts.version("terms"),
            terms_accepted_at=since,
            is_moderator=each.is_moderator,
            is_administrator=each.is_administrator,
        )
        for each in ACCOUNTS
    }
    db.session.add_all(people.values())
    return people


def _organisations(now: datetime) -> dict[str, Organisation]:
    since = now - _LONG_AGO
    bodies = {}
    for record in demo_listings.organisations():
        how = _VERIFIED.get(record["verified"])
        bodies[record["key"]] = Organisation(
            slug=slug(record["name"], "organisation"),
            name=record["name"],
            name_key=fold(record["name"]),
            kind=OrganisationKind(record["kind"]),
            country=record["country"],
            website=record["website"],
            description=record["description"],
            verified_how=how,
            verified_at=since if how else None,
            created_at=since,
            updated_at=since,
        )
    db.session.add_all(bodies.values())
    db.session.flush()
    return bodies


def _add_members(stage: _Stage) -> None:
    for key, role in (("poster", Role.OWNER), ("colleague", Role.EDITOR)):
        db.session.add(
            Membership(
                organisation=stage.bodies[_HOME],
                user=stage.people[key],
                role=role,
                created_at=stage.now - _LONG_AGO,
            )
        )


# ------------------------------------------------------------------------------ one listing's life


def _add(stage: _Stage, record: Mapping[str, Any]) -> None:
    status = Status(record.get("status", Status.PUBLISHED))
    poster = _poster(stage, record)
    began = _began(stage, record)
    body = stage.bodies[record["organisation"]]
    listing = Listing(
        organisation_id=body.id,
        poster=poster.user,
        poster_email=poster.email,
        # Nobody is told while the past is written, but those whose mailbox the demo shows.
        is_muted=not poster.is_told,
        terms_version=site_texts.version("terms"),
        status=Status.DRAFT,
        created_at=began,
        updated_at=began,
    )
    contents.write(listing, _content(stage, record, body))
    db.session.add(listing)
    db.session.flush()
    _write_history(stage, listing, record, poster, status)
    listing.is_muted = record["key"].startswith("composed-")
    _remind(listing, stage.now)


def _poster(stage: _Stage, record: Mapping[str, Any]) -> _Poster:
    who = record.get("posted_by", "")
    if who == "guest":
        return _Poster(None, email_key(record["guest_email"]), ActorKind.GUEST, is_told=True)
    if who:
        user = stage.people[who]
        return _Poster(user, user.email, ActorKind.POSTER, is_told=True)
    host = urlsplit(stage.bodies[record["organisation"]].website).hostname
    return _Poster(None, f"careers@{host}", ActorKind.GUEST, is_told=False)


def _began(stage: _Stage, record: Mapping[str, Any]) -> datetime:
    """Return when the listing was written: some hours before it was handed in."""
    submitted: int | None = record.get("submitted_hours_ago")
    if submitted is not None:
        return stage.now - timedelta(hours=submitted + 1)
    hours = sum(map(ord, record["key"])) % 9
    return stage.now - timedelta(days=record["posted_days_ago"], hours=3 + hours)


def _write_history(
    stage: _Stage,
    listing: Listing,
    record: Mapping[str, Any],
    poster: _Poster,
    status: Status,
) -> None:
    at = listing.created_at
    history.record(listing, Verb.CREATE, actor=poster.actor, by=poster.user, at=at)
    if poster.actor is ActorKind.GUEST:
        link = links.issue(
            db.session,
            Purpose.LISTING_MANAGE,
            secret=stage.secret,
            now=at,
            email=listing.poster_email,
            listing=listing,
        )
        db.session.flush()
        messages.listing_confirm(listing, link, at=at)
    if status is Status.DRAFT:
        return
    _hand_in(listing, poster, at + _HOUR / 2)
    if status is Status.PENDING:
        return
    if status in (Status.CHANGES_REQUESTED, Status.REFUSED, Status.DUPLICATE):
        _decide_against(stage, listing, record, status)
        return
    _publish(stage, listing, record, at + 2 * _HOUR)
    if status is Status.CLOSED:
        _close(stage, listing, record, poster)
    elif status is Status.EXPIRED:
        _expire(listing)
    elif status is Status.REMOVED:
        _decide_against(stage, listing, record, status)
    if "revision" in record:
        _revise(stage, listing, record["revision"], poster)


def _hand_in(listing: Listing, poster: _Poster, at: datetime) -> None:
    listing.move_to(Status.PENDING, Verb.SUBMIT, at)
    listing.submitted_at = at
    verb = Verb.CONFIRM if poster.actor is ActorKind.GUEST else Verb.SUBMIT
    history.record(listing, verb, actor=poster.actor, by=poster.user, at=at)
    messages.listing_received(listing, at=at)


def _publish(stage: _Stage, listing: Listing, record: Mapping[str, Any], at: datetime) -> None:
    if "publish_in_days" in record:
        day = stage.now + record["publish_in_days"] * _DAY
        listing.publish_from = day.replace(hour=7, minute=0, second=0, microsecond=0)
    go_live(listing, Verb.APPROVE, now=at, life_days=stage.life_days)
    _decided(stage, listing, Verb.APPROVE, at)
    ended = record.get("ended_days_ago")
    if ended is not None and listing.deadline_kind is not DeadlineKind.DATE:
        listing.ends_at = stage.now - ended * _DAY


def _close(stage: _Stage, listing: Listing, record: Mapping[str, Any], poster: _Poster) -> None:
    at = stage.now - record["closed_days_ago"] * _DAY - _HOUR
    reason = CloseReason(record["close_reason"])
    verb = Verb.WITHDRAW if reason is CloseReason.WITHDRAWN else Verb.CLOSE
    listing.move_to(Status.CLOSED, verb, at, reason=reason)
    history.record(
        listing,
        verb,
        actor=poster.actor,
        by=poster.user,
        at=at,
        reason=reason.value,
        note=record.get("note", ""),
    )


def _expire(listing: Listing) -> None:
    if listing.ends_at is None:
        raise ValueError("an expired listing had an end")
    listing.move_to(Status.EXPIRED, Verb.EXPIRE, listing.ends_at)
    history.record(listing, Verb.EXPIRE, actor=ActorKind.CLOCK, at=listing.ends_at)
    messages.listing_expired(listing, at=listing.ends_at)


def _decide_against(
    stage: _Stage, listing: Listing, record: Mapping[str, Any], status: Status
) -> None:
    at = stage.now - record["decided_hours_ago"] * _HOUR
    note = f"{record['reason']} {record['note']}"
    word, label = _REASONS.get(record["key"], ("", ""))
    if status is Status.CHANGES_REQUESTED:
        verb = Verb.REQUEST_CHANGES
        listing.move_to(status, verb, at)
        messages.listing_changes_requested(listing, note=note, at=at)
    elif status is Status.DUPLICATE:
        verb = Verb.MARK_DUPLICATE
        listing.move_to(status, verb, at)
        messages.listing_marked_duplicate(listing, note=note, at=at)
    elif status is Status.REFUSED:
        verb = Verb.REFUSE
        listing.move_to(status, verb, at)
        messages.listing_refused(listing, reason=label, note=note, at=at)
    else:
        verb = Verb.REMOVE
        listing.move_to(status, verb, at)
        messages.listing_removed(listing, reason=label, note=note, at=at)
    _decided(stage, listing, verb, at, reason=word, note=note)


def _decided(
    stage: _Stage, listing: Listing, verb: Verb, at: datetime, reason: str = "", note: str = ""
) -> None:
    moderator = stage.people["moderator"]
    listing.decided_by_id = moderator.id
    history.record(
        listing, verb, actor=ActorKind.MODERATOR, by=moderator, at=at, reason=reason, note=note
    )


def _revise(stage: _Stage, listing: Listing, wanted: Mapping[str, Any], poster: _Poster) -> None:
    at = stage.now - wanted["proposed_hours_ago"] * _HOUR
    content = contents.read(listing)
    old, new = wanted["replace"]
    content |= {
        "title": wanted["title"],
        "description": content["description"].replace(old, new),
    }
    changed = contents.changed(listing, content)
    db.session.add(Revision(listing=listing, content=contents.to_json(content), created_at=at))
    history.record(
        listing,
        Verb.REVISE,
        actor=poster.actor,
        by=poster.user,
        at=at,
        details={"fields": list(changed)},
    )


def _remind(listing: Listing, now: datetime) -> None:
    """Owe the reminder that the clock has sent by now."""
    if listing.status is not Status.PUBLISHED or not listing.publish_at or not listing.ends_at:
        return
    days = due_reminder(listing.publish_at, listing.ends_at, now)
    if days is not None:
        messages.listing_ending(listing, days=days, at=listing.ends_at - days * _DAY)


def _count_as_sent(after: int) -> None:
    """Let the mails of the past be past; the worker sends none of them."""
    db.session.flush()
    db.session.execute(
        update(Message)
        .where(Message.id > after, Message.status == MessageStatus.WAITING)
        .values(status=MessageStatus.SENT, sent_at=Message.created_at, attempts=1)
        .execution_options(synchronize_session=False)
    )


# --------------------------------------------------------------------------------- what is written


def _content(stage: _Stage, record: Mapping[str, Any], body: Organisation) -> dict[str, Any]:
    cities = [(name, demo_listings.places()[name]) for name in record.get("places", ())]
    zone = record.get("deadline_zone") or (cities[0][1]["zone"] if cities else "UTC")
    kind, apply_by = _deadline(stage.now, record, zone)
    return {
        "title": record["title"],
        "organisation_name": body.name,
        "organisation_kind": body.kind,
        "organisation_website": body.website,
        "language": record.get("language", "en"),
        "description": record["description"].strip(),
        "description_format": "markdown",
        "summary": record.get("summary", ""),
        "opportunity_type": OpportunityType(record["opportunity_type"]),
        "mode": Mode(record["mode"]),
        "places": tuple(
            Place(city["country"], name, city["lat"], city["lon"]) for name, city in cities
        ),
        "remote_countries": tuple(record.get("remote_countries", ())),
        "topics": tuple(record.get("topics", ())),
        "focus_regions": tuple(record.get("focus_regions", ())),
        "focus_countries": tuple(record.get("focus_countries", ())),
        "job_function": JobFunction(record["function"]),
        "seniority": Seniority(record["seniority"]),
        "experience_years_min": record.get("experience_years_min"),
        "hours": tuple(record.get("hours", ("full_time",))),
        "contract_term": ContractTerm(record.get("contract_term", "not_stated")),
        "duration_months": record.get("duration_min_months"),
        "grade_system": GradeSystem(record.get("grade_system", "not_stated")),
        "grade": record.get("grade", ""),
        "education_min": Education(record.get("education_min", "not_stated")),
        "languages": tuple(map(_language, record.get("languages", ()))),
        "eligibility": Eligibility(record.get("eligibility", "not_stated")),
        "eligible_nationalities": tuple(record.get("eligible_nationalities", ())),
        "visa_sponsorship": VisaSponsorship(record.get("visa_sponsorship", "not_stated")),
        "security_clearance": Clearance(record.get("security_clearance", "not_stated")),
        **_pay(record.get("pay", {"kind": "not_stated"})),
        "reference": record.get("reference", ""),
        "apply_method": ApplyMethod(record["apply_method"]),
        "apply_url": record.get("apply_url", ""),
        "apply_email": record.get("apply_email", ""),
        "deadline_kind": kind,
        "apply_by": apply_by,
        "deadline_zone": zone,
    }


def _deadline(
    now: datetime, record: Mapping[str, Any], zone: str
) -> tuple[DeadlineKind, datetime | None]:
    kind = DeadlineKind(record.get("deadline_kind", DeadlineKind.DATE))
    if kind is not DeadlineKind.DATE:
        return kind, None
    days = record["ends_in_days"] if "ends_in_days" in record else -record["ended_days_ago"]
    day = (now + days * _DAY).astimezone(ZoneInfo(zone))
    at = time.fromisoformat(record.get("deadline_time", "23:59"))
    return kind, end_of_day(day, zone, at)


def _language(words: str) -> LanguageNeed:
    code, level, *rest = words.split()
    return LanguageNeed(code, level, is_required=rest != ["desirable"])


def _pay(pay: Mapping[str, str]) -> dict[str, Any]:
    currency = pay.get("currency", "")

    def minor(name: str) -> int | None:
        amount = pay.get(name)
        return int(Decimal(amount).scaleb(currencies.digits(currency))) if amount else None

    return {
        "pay_kind": PayKind(pay["kind"]),
        "pay_min": minor("min"),
        "pay_max": minor("max"),
        "pay_currency": currency,
        "pay_period": PayPeriod(pay["period"]) if "period" in pay else None,
        "pay_gross_net": GrossNet(pay.get("gross_net", "not_stated")),
    }
