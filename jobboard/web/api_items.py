"""A listing as programs get it: the API's item, a feed's entry, a calendar's event.

The typed dictionaries are the API's promise: its document is read from them.
"""

from datetime import datetime
from typing import Annotated, TypedDict
from urllib.parse import unquote, urlsplit

from flask import current_app

from jobboard.domain import address
from jobboard.domain.taxonomy import (
    ApplyMethod,
    ContractTerm,
    DeadlineKind,
    Eligibility,
    GrossNet,
    Hours,
    JobFunction,
    LanguageLevel,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Seniority,
    Topic,
)
from jobboard.formats import feed
from jobboard.formats.icalendar import DeadlineEvent
from jobboard.formats.json_schema import Say, words
from jobboard.models.listing import Listing
from jobboard.tables import currencies
from jobboard.web import cards, filters
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import whole

#: Since when the tag addresses of entries are ours (RFC 4151); never to be changed.
_TAGS_SINCE = "2026"

Moment = Annotated[str, Say(format="date-time")]
Address = Annotated[str, Say(format="uri")]


class ItemOrganisation(TypedDict):
    """Whose listing it is."""

    name: Annotated[str, Say("Empty where the source did not state it")]
    slug: Annotated[str | None, Say("Of its page and of /api/v1/organisations/<slug>")]
    kind: OrganisationKind
    verified: Annotated[bool, Say("The board made sure that it is who it says")]


class ItemPlace(TypedDict):
    """A duty station."""

    city: Annotated[str, Say("As the poster wrote it; empty where only the country is known")]
    country: Annotated[str | None, Say("ISO 3166-1 alpha-2; null where the words name none")]
    lat: float | None
    lon: float | None


class ItemLanguage(TypedDict):
    """A language asked for."""

    code: Annotated[str, Say("ISO 639")]
    level: Annotated[str, words(LanguageLevel)]
    required: Annotated[bool, Say("Else it is an asset")]


class ItemPay(TypedDict):
    """What is paid, in units of the currency."""

    kind: PayKind
    min: float | None
    max: float | None
    currency: Annotated[str | None, Say("ISO 4217")]
    period: PayPeriod | None
    gross_net: GrossNet
    text: Annotated[str, Say("In the poster's own words")]


class ItemDeadline(TypedDict):
    """What ends the time to apply."""

    kind: DeadlineKind
    at: Annotated[Moment | None, Say("The instant, where the kind is date")]
    zone: Annotated[str, Say("The poster's time zone (IANA)")]
    text: Annotated[str, Say("The deadline as an imported source words it")]


class ItemApply(TypedDict):
    """How to apply; a mail address stands on the listing's page only, behind a button."""

    method: ApplyMethod
    url: Annotated[Address | None, Say("The page to apply on, where the method is url")]


class Item(TypedDict):
    """A listing."""

    id: int
    slug: str
    url: Annotated[Address, Say("Its page on this board")]
    source_id: Annotated[str | None, Say("The record's id in the import that it came from")]
    title: str
    organisation: ItemOrganisation
    places: list[ItemPlace]
    mode: Mode
    remote_countries: Annotated[
        list[str], Say("From where one may work remotely: ISO 3166-1 alpha-2, or anywhere")
    ]
    opportunity_type: OpportunityType
    hours: list[Annotated[str, words(Hours)]]
    contract_term: ContractTerm
    topics: list[Annotated[str, words(Topic)]]
    focus: Annotated[list[str], Say("What the work is about: the board's regions and countries")]
    function: JobFunction
    seniority: Seniority
    grade: str
    languages: list[ItemLanguage]
    pay: Annotated[ItemPay | None, Say("Null where nothing is stated")]
    eligibility: Eligibility
    posted_at: Annotated[Moment, Say("First publication; it never moves")]
    updated_at: Moment
    ends_at: Annotated[Moment, Say("The instant from which the listing is gone")]
    deadline: ItemDeadline
    apply: ItemApply
    description_html: Annotated[str, Say("HTML of few elements, safe to show")]
    summary: str
    language: Annotated[str, Say("Of the text, BCP 47")]
    partial: Annotated[bool, Say("Matches only some of the words; not counted in total")]


def item(listing: Listing, source_id: str | None = None, *, is_partial: bool = False) -> Item:
    """Return a listing as the read API gives it; there is never a mail address in it."""
    return {
        "id": listing.id,
        "slug": listing.slug,
        "url": whole(address.listing(listing.slug)),
        "source_id": source_id,
        "title": without_addresses(listing.title),
        "organisation": _organisation(listing),
        "places": [
            {
                "city": without_addresses(place.city),
                "country": place.country,
                "lat": place.lat,
                "lon": place.lon,
            }
            for place in listing.places
        ],
        "mode": listing.mode,
        "remote_countries": list(listing.remote_countries),
        "opportunity_type": listing.opportunity_type,
        "hours": list(listing.hours),
        "contract_term": listing.contract_term,
        "topics": list(listing.topics),
        "focus": [*listing.focus_regions, *listing.focus_countries],
        "function": listing.job_function,
        "seniority": listing.seniority,
        "grade": without_addresses(listing.grade),
        "languages": [
            {"code": need.code, "level": need.level, "required": need.is_required}
            for need in listing.languages
        ],
        "pay": _pay(listing),
        "eligibility": listing.eligibility,
        "posted_at": filters.iso(posted_at(listing)),
        "updated_at": filters.iso(listing.updated_at),
        "ends_at": filters.iso(listing.ends_at),
        "deadline": {
            "kind": listing.deadline_kind,
            "at": _exact(listing.ends_at) if listing.deadline_kind is DeadlineKind.DATE else None,
            "zone": listing.deadline_zone,
            "text": without_addresses(listing.deadline_text),
        },
        "apply": {
            "method": listing.apply_method,
            "url": public_url(listing.apply_url)
            if listing.apply_method is ApplyMethod.URL
            else None,
        },
        "description_html": without_addresses(listing.description_html),
        "summary": without_addresses(listing.summary),
        "language": listing.language,
        "partial": is_partial,
    }


def feed_item(listing: Listing) -> feed.FeedItem:
    """Return a listing as an entry of a feed."""
    name = organisation_name(listing)
    title = without_addresses(listing.title)
    kind = filters.stated(listing.opportunity_type)
    posted = posted_at(listing)
    return feed.FeedItem(
        id=tag(f"listing/{listing.id}"),
        url=whole(address.listing(listing.slug)),
        title=f"{title} – {name}" if name else title,
        content_html=without_addresses(listing.description_html),
        published=posted,
        updated=max(posted, listing.updated_at),
        summary=without_addresses(listing.summary),
        author=name,
        categories=[("", kind)] if kind else [],
        language=listing.language,
        extra={
            "id": listing.id,
            "ends_at": _exact(listing.ends_at),
            "deadline_kind": str(listing.deadline_kind),
            "opportunity_type": str(listing.opportunity_type),
            "mode": str(listing.mode),
            "place": place_text(listing),
        },
    )


def deadline_event(listing: Listing) -> DeadlineEvent:
    """Return the deadline of a listing as an event of a calendar."""
    name = organisation_name(listing)
    title = without_addresses(listing.title)
    return DeadlineEvent(
        uid=f"listing-{listing.id}@{host()}",
        title=f"Deadline: {title}" + (f" ({name})" if name else ""),
        at=listing.ends_at or listing.updated_at,
        updated=listing.updated_at,
        url=whole(address.listing(listing.slug)),
        description=without_addresses(listing.summary),
        location=place_text(listing),
        sequence=listing.version,
    )


def organisation_name(listing: Listing) -> str:
    """Return whose listing it is, in words for programs; empty where it is not stated."""
    organisation = listing.organisation
    return without_addresses(organisation.name if organisation else listing.organisation_name)


def place_text(listing: Listing) -> str:
    """Return where the work is, in words for programs."""
    words_of_it = cards.place_text(listing.places, listing.remote_countries, listing.mode)
    return without_addresses(words_of_it)


def posted_at(listing: Listing) -> datetime:
    """Return when a listing was first published."""
    return listing.first_published_at or listing.publish_at or listing.created_at


def tag(specific: str) -> str:
    """Return an id that stays the same whatever becomes of addresses (RFC 4151)."""
    return feed.tag(host(), _TAGS_SINCE, specific)


def host() -> str:
    """Return the board's host name, for ids that outlive addresses."""
    return urlsplit(str(current_app.config["SITE_URL"])).hostname or "localhost"


def public_url(url: str) -> str | None:
    """Return an address on the web for programs; None for none, and for one with mail in it."""
    readable = unquote(url)
    return url if url and without_addresses(readable) == readable else None


def _organisation(listing: Listing) -> ItemOrganisation:
    organisation = listing.organisation
    return {
        "name": organisation_name(listing),
        "slug": organisation.slug if organisation else None,
        "kind": organisation.kind if organisation else listing.organisation_kind,
        "verified": organisation is not None and organisation.verified_at is not None,
    }


def _pay(listing: Listing) -> ItemPay | None:
    if listing.pay_kind is PayKind.NOT_STATED and not listing.pay_text:
        return None
    digits = currencies.digits(listing.pay_currency) if listing.pay_currency else 2
    return {
        "kind": listing.pay_kind,
        "min": _major(listing.pay_min, digits),
        "max": _major(listing.pay_max, digits),
        "currency": listing.pay_currency or None,
        "period": listing.pay_period,
        "gross_net": listing.pay_gross_net,
        "text": without_addresses(listing.pay_text),
    }


def _major(amount: int | None, digits: int) -> int | float | None:
    if amount is None:
        return None
    whole_units, rest = divmod(amount, 10**digits)
    return amount / 10**digits if rest else whole_units


def _exact(at: datetime | None) -> str | None:
    return filters.iso(at) if at is not None else None
