"""The JobPosting markup of a live listing's own page."""

from dataclasses import replace
from datetime import date, datetime

from markupsafe import Markup

from jobboard.domain import address
from jobboard.domain.listing import is_live
from jobboard.domain.taxonomy import (
    NOT_STATED,
    PAID_KINDS,
    Clearance,
    Eligibility,
    OpportunityType,
    Topic,
    VisaSponsorship,
)
from jobboard.formats.job_posting import JobPosting, script_safe, to_json_ld
from jobboard.models.listing import Listing
from jobboard.tables import currencies
from jobboard.web import api_items, cards, filters
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import whole
from jobboard.web.wording import gettext


def markup(listing: Listing, now: datetime) -> Markup | None:
    """Return the JSON-LD of a listing's page, or None where one of Google's rules is not met."""
    document = to_json_ld(posting(listing, now))
    return Markup(script_safe(document)) if document is not None else None  # noqa: S704


def posting(listing: Listing, now: datetime) -> JobPosting:
    """Return what the markup is made of."""
    organisation = listing.organisation
    website = organisation.website if organisation else listing.organisation_website
    kind = listing.opportunity_type
    return JobPosting(
        url=whole(address.listing(listing.slug)),
        title=without_addresses(listing.title),
        description_html=without_addresses(listing.description_html),
        opportunity_type=str(kind),
        organisation=api_items.organisation_name(listing),
        organisation_url=api_items.public_url(website) or "",
        posted_at=api_items.posted_at(listing),
        is_live=is_live(listing.life, now),
        mode=str(listing.mode),
        apply_method=str(listing.apply_method),
        deadline_kind=str(listing.deadline_kind),
        valid_through=listing.ends_at,
        language=listing.language,
        places=[replace(one, city=without_addresses(one.city)) for one in listing.places],
        remote_countries=listing.remote_countries,
        hours=listing.hours,
        contract_term=str(listing.contract_term),
        is_paid_post=kind is OpportunityType.PHD and listing.pay_kind in PAID_KINDS,
        # Muted until somebody claims it: the board imported it, no employer entered its pay.
        entered_by_staff=listing.is_muted,
        pay_kind=str(listing.pay_kind),
        pay_min=listing.pay_min,
        pay_max=listing.pay_max,
        pay_currency=listing.pay_currency,
        pay_period=str(listing.pay_period or NOT_STATED),
        currency_digits=currencies.digits(listing.pay_currency) if listing.pay_currency else 2,
        reference=without_addresses(listing.reference),
        topics=[filters.label(Topic(word)) for word in listing.topics if word in set(Topic)],
        skills=", ".join(cards.language_text(need) for need in listing.languages),
        eligibility=_eligibility(listing),
        security_clearance=_clearance(listing),
        education_min=str(listing.education_min),
        experience_years_min=listing.experience_years_min,
        duration_min_months=listing.duration_months,
        start_date=_day(listing.start_date),
    )


def _eligibility(listing: Listing) -> str:
    words = filters.stated(listing.eligibility)
    if listing.eligibility == Eligibility.CITIZENS_OF:
        names = ", ".join(filters.country_name(code) for code in listing.eligible_nationalities)
        words = gettext("Citizens of %(countries)s", countries=names)
    if listing.visa_sponsorship != VisaSponsorship.NOT_STATED:
        words = "; ".join(filter(None, (words, filters.label(listing.visa_sponsorship))))
    return words


def _clearance(listing: Listing) -> str:
    if listing.security_clearance in (Clearance.NOT_STATED, Clearance.NONE):
        return ""
    return filters.label(listing.security_clearance)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
