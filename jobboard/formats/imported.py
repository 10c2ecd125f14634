"""The one shape into which every reader of outside listings maps what it read.

Enumerated words are those of the listing (``staff``, ``full_time``, ``not_stated`` …)
and stay plain strings here, so that a reader needs nothing but this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobboard.domain.place import Place

NOT_STATED = "not_stated"

#: A preview in WordPress is a form somebody left; after this long nobody comes back to it.
PREVIEW_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ImportedOrganisation:
    """Whom a listing is from, as far as the source says."""

    name: str
    website: str = ""
    tagline: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPay:
    """Pay as written, and in numbers only where the words leave no doubt.

    ``minimum`` and ``maximum`` are minor units of ``currency`` (ISO 4217); ``period`` is
    hour, day, week, month, year or total.
    """

    text: str = ""
    kind: str = NOT_STATED
    minimum: int | None = None
    maximum: int | None = None
    currency: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedDeadline:
    """Until when one may apply. ``at`` is an aware UTC instant, given for the kind ``date``."""

    kind: str = NOT_STATED
    at: datetime | None = None
    zone: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ImportedApply:
    """How to apply: ``method`` is url, email, or not_stated (then read ``instructions``)."""

    method: str = NOT_STATED
    url: str = ""
    email: str = ""
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class ImportedListing:
    """A listing from elsewhere, cleaned and mapped, ready to be stored or refused.

    ``source`` and ``source_id`` together name it for ever: a repeated import finds it
    again by them. ``status`` is what the source says; ask ``status_at`` for what it
    means now.
    """

    source: str
    source_id: str
    title: str
    source_url: str = ""
    #: Paths with query (``/job/x/``, ``/?post_type=job_listing&p=7``) under which it was known.
    old_addresses: tuple[str, ...] = ()
    organisation: ImportedOrganisation | None = None
    description: str = ""
    #: ``html`` (already cleaned by the allow-list) or ``markdown``.
    description_format: str = "html"
    summary: str = ""
    language: str = ""
    places: tuple[Place, ...] = ()
    #: The place as written, kept because parsing may lose something.
    location_text: str = ""
    mode: str = NOT_STATED
    remote_countries: tuple[str, ...] = ()
    opportunity_type: str = NOT_STATED
    hours: tuple[str, ...] = ()
    contract_term: str = NOT_STATED
    employment_text: str = ""
    categories: tuple[str, ...] = ()
    #: Words of the board's own topics and functions, where the category names plainly say one.
    topics: tuple[str, ...] = ()
    function: str = NOT_STATED
    pay: ImportedPay = ImportedPay()
    apply: ImportedApply = ImportedApply()
    deadline: ImportedDeadline = ImportedDeadline()
    posted_at: datetime | None = None
    updated_at: datetime | None = None
    publish_at: datetime | None = None
    #: When the source itself takes the listing down; None where it does not say.
    ends_at: datetime | None = None
    #: draft, pending, scheduled, published, closed, expired.
    status: str = "published"
    close_reason: str = ""
    is_filled: bool = False
    is_featured: bool = False
    poster_email: str = ""
    poster_name: str = ""
    #: Everything the source held, for a lossless promise; never shown.
    raw: Mapping[str, object] = field(default_factory=dict)
    #: What a person should look at, in words ("The deadline was not understood: …").
    notes: tuple[str, ...] = ()
    #: Why the record cannot be stored at all; empty when it can.
    refusal: str = ""
    #: Why the rules leave it out (trash, …); empty when they do not. See ``skipped_at``.
    skip: str = ""
    is_preview: bool = False

    @property
    def name(self) -> str:
        """The record's name in a report: its source and its id there, said once."""
        if not self.source_id or self.source_id.startswith((f"{self.source}:", f"{self.source}/")):
            return self.source_id or self.source
        if self.source.startswith(("https://", "http://")):
            return f"{self.source}/?p={self.source_id}"
        return f"{self.source}:{self.source_id}"

    def status_at(self, now: datetime) -> str:
        """Return the status at ``now``: what the source ended, or should have, is expired.

        A dead WordPress clock leaves listings ``publish`` long after their end, and a
        listing scheduled for a moment that has passed is a published one.
        """
        if self.status not in ("published", "scheduled"):
            return self.status
        if self.ends_at is not None and self.ends_at <= now:
            return "expired"
        if self.status == "scheduled" and (self.publish_at is None or self.publish_at <= now):
            return "published"
        return self.status

    def skipped_at(self, now: datetime) -> str:
        """Return the rule by which the listing is left out at ``now``, or an empty string."""
        if self.skip:
            return self.skip
        last_touched = self.updated_at or self.posted_at
        if self.is_preview and (last_touched is None or now - last_touched > PREVIEW_LIFE):
            return "preview older than 30 days"
        return ""


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """One record that could not be read; ``line_number`` counts from 1."""

    line_number: int
    reason: str
    #: The beginning of what stood there, so that a person finds it.
    excerpt: str = ""


class BrokenFile(Exception):
    """The file ends or breaks here; what came before it was whole.

    ``position`` says where in words a person can use ("line 12, column 3").
    """

    def __init__(self, reason: str, position: str = "") -> None:
        """Keep the reason and the position apart, and both in the message."""
        super().__init__(f"{reason} ({position})" if position else reason)
        self.reason = reason
        self.position = position
