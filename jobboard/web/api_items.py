"""A listing as programs get it: the API's item, a feed's entry, a calendar's event."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from jobboard.domain import address
from jobboard.domain.taxonomy import ApplyMethod, DeadlineKind, PayKind
from jobboard.formats import feed
from jobboard.formats.icalendar import DeadlineEvent
from jobboard.models.listing import Listing
from jobboard.tables import currencies
from jobboard.web import cards, filters
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import whole

#: Since when the tag addresses of entries are ours (RFC 4151); never to be changed.
_TAGS_SINCE = "2026"


def item(
    listing: Listing, source_id: str | None = None, *, is_partial: bool = False
) -> dict[str, Any]:
    """Return a listing as the read API gives it; there is never a mail address in it."""
    organisation = listing.organisation
    return {
        "id": listing.id,
        "slug": listing.slug,
        "url": whole(address.listing(listing.slug)),
        "source_id": source_id,
        "title": without_addresses(listing.title),
        "organisation": {
            "name": organisation.name if organisation else listing.organisation_name,
            "slug": organisation.slug if organisation else None,
            "kind": str(organisation.kind if organisation else listing.organisation_kind),
            "verified": organisation is not None and organisation.verified_at is not None,
        },
        "places": [
            {"city": place.city, "country": place.country, "lat": place.lat, "lon": place.lon}
            for place in listing.places
        ],
        "mode": str(listing.mode),
        "remote_countries": list(listing.remote_countries),
        "opportunity_type": str(listing.opportunity_type),
        "hours": list(listing.hours),
        "contract_term": str(listing.contract_term),
        "topics": list(listing.topics),
        "focus": [*listing.focus_regions, *listing.focus_countries],
        "function": str(listing.job_function),
        "seniority": str(listing.seniority),
        "grade": listing.grade,
        "languages": [
            {"code": need.code, "level": need.level, "required": need.is_required}
            for need in listing.languages
        ],
        "pay": _pay(listing),
        "eligibility": str(listing.eligibility),
        "posted_at": filters.iso(listing.first_published_at or listing.publish_at),
        "updated_at": filters.iso(listing.updated_at),
        "ends_at": _exact(listing.ends_at),
        "deadline": {
            "kind": str(listing.deadline_kind),
            "at": _exact(listing.ends_at) if listing.deadline_kind is DeadlineKind.DATE else None,
            "zone": listing.deadline_zone,
            "text": without_addresses(listing.deadline_text),
        },
        "apply": {
            "method": str(listing.apply_method),
            "url": listing.apply_url if listing.apply_method is ApplyMethod.URL else None,
        },
        "description_html": without_addresses(listing.description_html),
        "summary": without_addresses(listing.summary),
        "language": listing.language,
        "partial": is_partial,
    }


def feed_item(listing: Listing) -> feed.FeedItem:
    """Return a listing as an entry of a feed."""
    organisation = listing.organisation
    name = organisation.name if organisation else listing.organisation_name
    kind = filters.stated(listing.opportunity_type)
    posted = listing.first_published_at or listing.publish_at or listing.created_at
    return feed.FeedItem(
        id=feed.tag(host(), _TAGS_SINCE, f"listing/{listing.id}"),
        url=whole(address.listing(listing.slug)),
        title=f"{listing.title} – {name}" if name else listing.title,
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
            "place": cards.place_text(listing.places, listing.remote_countries, listing.mode),
        },
    )


def deadline_event(listing: Listing) -> DeadlineEvent:
    """Return the deadline of a listing as an event of a calendar."""
    organisation = listing.organisation
    name = organisation.name if organisation else listing.organisation_name
    return DeadlineEvent(
        uid=f"listing-{listing.id}@{host()}",
        title=f"Deadline: {listing.title}" + (f" ({name})" if name else ""),
        at=listing.ends_at or listing.updated_at,
        updated=listing.updated_at,
        url=whole(address.listing(listing.slug)),
        description=without_addresses(listing.summary),
        location=cards.place_text(listing.places, listing.remote_countries, listing.mode),
        sequence=listing.version,
    )


def host() -> str:
    """Return the board's host name, for ids that outlive addresses."""
    return urlsplit(str(current_app.config["SITE_URL"])).hostname or "localhost"


def _pay(listing: Listing) -> dict[str, Any] | None:
    if listing.pay_kind is PayKind.NOT_STATED and not listing.pay_text:
        return None
    digits = currencies.digits(listing.pay_currency) if listing.pay_currency else 2
    return {
        "kind": str(listing.pay_kind),
        "min": _major(listing.pay_min, digits),
        "max": _major(listing.pay_max, digits),
        "currency": listing.pay_currency or None,
        "period": str(listing.pay_period) if listing.pay_period else None,
        "gross_net": str(listing.pay_gross_net),
        "text": without_addresses(listing.pay_text),
    }


def _major(amount: int | None, digits: int) -> int | float | None:
    if amount is None:
        return None
    whole_units, rest = divmod(amount, 10**digits)
    return amount / 10**digits if rest else whole_units


def _exact(at: datetime | None) -> str | None:
    return filters.iso(at) if at is not None else None
