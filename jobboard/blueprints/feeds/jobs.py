"""A listing as aggregators of jobs get it: what its page shows, and no mail address."""

from flask_babel import gettext, ngettext

from jobboard.domain import address
from jobboard.domain.places import ANYWHERE
from jobboard.domain.taxonomy import DeadlineKind, PayKind, Topic
from jobboard.formats.indeed import IndeedJob
from jobboard.models.listing import Listing
from jobboard.web import api_items, filters, listing_view
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import whole


def job(listing: Listing) -> IndeedJob:
    """Return what the feed tells of a live listing."""
    place = next(iter(listing.places), None)
    ends_on_a_date = listing.deadline_kind is DeadlineKind.DATE
    return IndeedJob(
        id=listing.id,
        title=without_addresses(listing.title),
        url=whole(address.listing(listing.slug)),
        posted_at=api_items.posted_at(listing),
        company=api_items.organisation_name(listing),
        description_html=without_addresses(listing.description_html),
        city=without_addresses(place.city) if place else "",
        state=place.area if place else "",
        country=_country(listing),
        reference=without_addresses(listing.reference),
        opportunity_type=str(listing.opportunity_type),
        hours=tuple(listing.hours),
        contract_term=str(listing.contract_term),
        mode=str(listing.mode),
        salary=_salary(listing),
        category=", ".join(
            filters.label(Topic(word)) for word in listing.topics if word in set(Topic)
        ),
        education=filters.stated(listing.education_min),
        experience=_experience(listing),
        expires_at=listing.ends_at if ends_on_a_date else None,
    )


def _country(listing: Listing) -> str:
    codes = [place.country for place in listing.places if place.country]
    return (
        codes[0]
        if codes
        else next((code for code in listing.remote_countries if code != ANYWHERE), "")
    )


def _salary(listing: Listing) -> str:
    if listing.pay_kind is PayKind.NOT_STATED and not listing.pay_text:
        return ""
    return without_addresses(listing_view.pay_text(listing))


def _experience(listing: Listing) -> str:
    years = listing.experience_years_min
    if years is None:
        return ""
    if years == 0:
        return gettext("No experience needed")
    return ngettext("%(num)s year or more", "%(num)s years or more", years)
