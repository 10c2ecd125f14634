"""What stands beside the form: the card as seekers will see it, and advice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext

from jobboard.domain.advice import Advice, advice
from jobboard.domain.taxonomy import NOT_STATED, PAID_KINDS, DeadlineKind, OpportunityType
from jobboard.formats import job_posting
from jobboard.formats.job_posting import JobPosting
from jobboard.models.listing import Listing
from jobboard.queries.cards import CardRow
from jobboard.web import cards, listing_view
from jobboard.web.cards import Card
from jobboard.words import N_

#: Search engines' rules in words; what the form asks anyway is said in its own place.
_WANTED = {
    "title": N_("a title"),
    "description": N_("a full description"),
    "organisation": N_("an organisation"),
    "mode": N_("where the work is done"),
    "remote_countries": N_("a country to work from"),
    "place": N_("a place"),
    "apply": N_("a way to apply"),
    "deadline": N_("a deadline"),
}


@dataclass(frozen=True)
class Beside:
    """The card and what can be said about the text."""

    card: Card
    advice: tuple[Advice, ...]


def beside(content: Mapping[str, Any], now: datetime, life_days: int) -> Beside:
    """Return what stands beside the form for what is written in it at ``now``."""
    listing = listing_view.unsaved(content, now)
    card = _card(listing, now, life_days)
    if not listing.title and not listing.description:
        # Nobody wants advice before the first word.
        return Beside(card, ())
    said = [Advice(each.is_good, gettext(each.sentence)) for each in advice(content)]
    return Beside(card, (*said, *_for_search_engines(listing, now)))


def _card(listing: Listing, now: datetime, life_days: int) -> Card:
    is_dated = listing.deadline_kind is DeadlineKind.DATE
    has_no_end = is_dated and (listing.apply_by is None or listing.apply_by <= now)
    row = CardRow(
        id=0,
        version=0,
        slug_front=listing.slug_front,
        title=listing.title or gettext("Job title"),
        organisation_name=listing.organisation_name or gettext("Organisation"),
        language=listing.language,
        opportunity_type=listing.opportunity_type,
        mode=listing.mode,
        places=listing.places,
        remote_countries=listing.remote_countries,
        hours=listing.hours,
        contract_term=listing.contract_term,
        duration_months=listing.duration_months,
        grade=listing.grade,
        languages=listing.languages,
        pay_kind=listing.pay_kind,
        pay_min=listing.pay_min,
        pay_max=listing.pay_max,
        pay_currency=listing.pay_currency,
        pay_period=listing.pay_period,
        pay_text=listing.pay_text,
        deadline_kind=DeadlineKind.NOT_STATED if has_no_end else listing.deadline_kind,
        deadline_zone=listing.deadline_zone,
        ends_at=listing.apply_by
        if is_dated and listing.apply_by and not has_no_end
        else now + timedelta(days=life_days),
        updated_at=now,
        organisation_slug=None,
        registered_name=None,
        verified_at=None,
        organisation_updated_at=None,
    )
    # There is no page to lead to yet; the title leads to where it is written.
    return cards.card(row, now)._replace(url="#title")


def _for_search_engines(listing: Listing, now: datetime) -> list[Advice]:
    """Return what search engines' job results still miss, by the rules that the page follows."""
    kind = listing.opportunity_type
    if kind == NOT_STATED:
        return []
    missing = job_posting.missing(
        JobPosting(
            url="",
            title=listing.title,
            description_html=listing.description_html,
            opportunity_type=str(kind),
            organisation=listing.organisation_name,
            posted_at=now,
            is_live=True,
            mode=str(listing.mode),
            apply_method=str(listing.apply_method),
            deadline_kind=str(listing.deadline_kind),
            places=listing.places,
            remote_countries=listing.remote_countries,
            is_paid_post=kind is OpportunityType.PHD and listing.pay_kind in PAID_KINDS,
        )
    )
    if not missing:
        return [Advice(True, gettext("Ready for search engines' job results"))]
    if "work" in missing:
        return [Advice(False, gettext("Search engines take no study places, rosters and calls"))]
    words = ", ".join(gettext(_WANTED[name]) for name in missing if name in _WANTED)
    return [Advice(False, gettext("For search engines' job results: %(what)s", what=words))]
