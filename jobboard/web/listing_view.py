"""One listing as seekers see it: on its page, in the poster's preview, before a moderator."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from markupsafe import Markup

from jobboard import content as contents
from jobboard.domain import address
from jobboard.domain.listing import CloseReason, Status, is_live, shown_status
from jobboard.domain.taxonomy import (
    ApplyMethod,
    Clearance,
    ContractTerm,
    DeadlineKind,
    Eligibility,
    GradeSystem,
    GrossNet,
    Hours,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    Region,
    Topic,
    VisaSponsorship,
    direction,
)
from jobboard.markup.markdown import clean_html, text_to_html
from jobboard.models.listing import Listing
from jobboard.models.organisation import Verification
from jobboard.web import cards, filters
from jobboard.web.wording import gettext, ngettext

#: Letters from which a title is set smaller.
_LONG_TITLE = 90

# Tried only where a run of letters begins: else the work grows with the square of a long run.
_EMAIL = re.compile(r"(?<![^\s@<>()\[\],;:\"'/])[^\s@<>()\[\],;:\"'/]+@(?:[\w-]+\.)+[\w-]{2,}")
_MAILTO = re.compile(r"<a\b[^>]*href=\"mailto:[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Apply:
    """How to apply. The mail address itself is shown only after a press on a button."""

    method: str
    url: str
    site: str
    #: Where the button that shows the address sends its form; empty in a preview.
    show_url: str
    instructions: Markup
    has_hidden_words: bool


@dataclass(frozen=True)
class ListingView:
    """Everything that ``macros/listing.html`` shows of a listing at one moment."""

    id: int | None
    url: str
    full_url: str
    title: str
    has_long_title: bool
    language: str
    dir: str
    summary: str
    organisation: str
    organisation_url: str
    organisation_website: str
    organisation_kind: str
    is_verified: bool
    verified_text: str
    initials: str
    pills: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    pay_text: str
    #: What is said above the text where nothing, or only what one spends, is paid.
    unpaid_text: str
    description: Markup
    apply: Apply
    deadline: cards.Deadline
    time_left: str
    is_live: bool
    closed_text: str
    posted_text: str
    posted_iso: str
    updated_text: str
    updated_iso: str
    has_calendar: bool


def view(listing: Listing, now: datetime) -> ListingView:
    """Return what people see of a listing at ``now``; it need not be live, or even stored."""
    organisation = listing.organisation
    name = organisation.name if organisation is not None else listing.organisation_name
    has_page = listing.id is not None
    url = address.listing(listing.slug) if has_page else ""
    live = is_live(listing.life, now)
    end = listing.ends_at or listing.apply_by
    has_ended = listing.status is Status.CLOSED or (
        shown_status(listing.life, now) is Status.EXPIRED
    )
    kind = organisation.kind if organisation is not None else listing.organisation_kind
    posted = listing.first_published_at
    pay = pay_text(listing)
    return ListingView(
        id=listing.id,
        url=url,
        full_url=f"{current_app.config['SITE_URL'].rstrip('/')}{url}" if url else "",
        title=listing.title,
        has_long_title=len(listing.title) > _LONG_TITLE,
        language=listing.language or "en",
        dir=direction(listing.language or "en"),
        summary=listing.summary or "",
        organisation=name or gettext("Organisation not stated"),
        organisation_url=address.organisation(organisation.slug) if organisation else "",
        organisation_website=organisation.website if organisation else listing.organisation_website,
        organisation_kind=filters.stated(kind),
        is_verified=organisation is not None and organisation.verified_at is not None,
        verified_text=_verified(listing, now),
        initials=cards.initials(name or ""),
        pills=_pills(listing, kind),
        facts=tuple(_facts(listing, pay)),
        pay_text=pay,
        unpaid_text=_unpaid(listing, pay),
        # The stored HTML was cleaned when it was saved; once more costs little and trusts nobody.
        description=Markup(clean_html(listing.description_html or "")),  # noqa: S704
        apply=_apply(listing, url),
        deadline=cards.deadline(
            listing.deadline_kind, end, listing.deadline_zone, now, is_full=True
        ),
        time_left=_time_left(listing, end, now),
        is_live=live,
        closed_text=_closed(listing, now) if has_ended else "",
        posted_text=filters.day(posted, listing.deadline_zone, now),
        posted_iso=filters.iso(posted),
        updated_text=_updated(listing, now),
        updated_iso=filters.iso(listing.updated_at),
        has_calendar=live and listing.deadline_kind is DeadlineKind.DATE,
    )


def preview(content: Mapping[str, Any], now: datetime) -> ListingView:
    """Return what people would see of what was written, as ``content.write`` takes it."""
    return view(unsaved(content, now), now)


def unsaved(content: Mapping[str, Any], now: datetime) -> Listing:
    """Return a listing made of what was written, which is in no session and never saved."""
    listing = Listing()
    for column in Listing.__table__.columns:
        if column.default is not None and column.default.is_scalar:
            setattr(listing, column.key, column.default.arg)
    listing.title = ""
    listing.created_at = listing.updated_at = now
    contents.write(listing, content)
    return listing


def pay_text(listing: Listing) -> str:
    """Return the pay of a listing in one line, "Pay not stated" included."""
    words = filters.pay(
        kind=listing.pay_kind,
        low=listing.pay_min,
        high=listing.pay_max,
        currency=listing.pay_currency,
        period=listing.pay_period,
        text=listing.pay_text,
    )
    if not words:
        return gettext("Pay not stated")
    if listing.pay_gross_net != GrossNet.NOT_STATED:
        words = f"{words}, {filters.label(listing.pay_gross_net)}"
    return words


def without_addresses(text: str) -> str:
    """Return HTML or text without mail addresses, for programs: robots read those outputs."""
    if "@" not in text and "mailto:" not in text.lower():
        return text
    unlinked = _MAILTO.sub(r"\1", text)
    return _EMAIL.sub(gettext("[e-mail address on the listing's page]"), unlinked)


def _pills(listing: Listing, kind: OrganisationKind) -> tuple[tuple[str, str], ...]:
    pills = [(filters.stated(kind), "navy"), (filters.stated(listing.opportunity_type), "navy")]
    if listing.pay_kind in (PayKind.UNPAID, PayKind.EXPENSES_ONLY):
        pills.append((filters.label(listing.pay_kind), "accent"))
    elif listing.pay_min is not None or listing.pay_max is not None:
        pills.append((gettext("Pay stated"), "ok"))
    return tuple(pill for pill in pills if pill[0])


def _unpaid(listing: Listing, pay: str) -> str:
    if listing.pay_kind not in (PayKind.UNPAID, PayKind.EXPENSES_ONLY):
        return ""
    return gettext("This position is unpaid.") if pay == gettext("Unpaid") else pay


def _facts(listing: Listing, pay: str) -> list[tuple[str, str]]:
    return [
        (gettext("Place"), _place(listing)),
        (gettext("Contract"), _contract(listing)),
        (gettext("Pay"), pay),
        (
            gettext("Languages"),
            " · ".join(cards.language_text(need) for need in listing.languages or ()),
        ),
        (gettext("Experience"), _experience(listing)),
        (gettext("Open to"), _open_to(listing)),
        (gettext("Education"), filters.stated(listing.education_min)),
        (gettext("Grade"), _grade(listing)),
        (gettext("Starts"), listing.start_date or ""),
        (gettext("Clearance"), _clearance(listing)),
        (gettext("Function"), filters.stated(listing.job_function)),
        (gettext("Topics"), " · ".join(_words(Topic, listing.topics))),
        (gettext("About"), _focus(listing)),
        (gettext("Reference"), listing.reference or ""),
    ]


def _place(listing: Listing) -> str:
    place = cards.place_text(listing.places, listing.remote_countries, listing.mode)
    mode = cards.mode_text(listing.places, listing.mode)
    if listing.mode is Mode.REMOTE and listing.places:
        mode = cards.remote_text(listing.remote_countries)
    return f"{place} · {mode}" if mode else place


def _contract(listing: Listing) -> str:
    words = [filters.stated(listing.opportunity_type)]
    if listing.contract_term != ContractTerm.NOT_STATED:
        words.append(filters.label(listing.contract_term))
    if listing.duration_months:
        words.append(ngettext("%(num)s month", "%(num)s months", listing.duration_months))
    words += _words(Hours, listing.hours)
    said = [word for word in words if word]
    if listing.opportunity_type == OpportunityType.NOT_STATED and not said:
        return ""
    return ", ".join([said[0], *(word[:1].lower() + word[1:] for word in said[1:])])


def _experience(listing: Listing) -> str:
    seniority = filters.stated(listing.seniority)
    years = listing.experience_years_min
    if years is None:
        return seniority
    least = (
        gettext("No experience needed")
        if years == 0
        else ngettext("%(num)s year or more", "%(num)s years or more", years)
    )
    return f"{seniority}, {least}" if seniority else least


def _open_to(listing: Listing) -> str:
    words = filters.stated(listing.eligibility)
    if listing.eligibility == Eligibility.CITIZENS_OF and listing.eligible_nationalities:
        names = ", ".join(filters.country_name(code) for code in listing.eligible_nationalities)
        words = gettext("Citizens of %(countries)s", countries=names)
    visa = (
        filters.label(listing.visa_sponsorship)
        if listing.visa_sponsorship != VisaSponsorship.NOT_STATED
        else ""
    )
    return " · ".join(filter(None, (words, visa)))


def _clearance(listing: Listing) -> str:
    if listing.security_clearance in (Clearance.NOT_STATED, None):
        return ""
    return filters.label(listing.security_clearance)


def _grade(listing: Listing) -> str:
    system = "" if listing.grade_system == GradeSystem.OTHER else listing.grade_system
    name = filters.stated(listing.grade_system) if system else ""
    return " ".join(filter(None, (listing.grade, f"({name})" if name and listing.grade else name)))


def _focus(listing: Listing) -> str:
    countries = [filters.country_name(code) for code in listing.focus_countries or ()]
    return " · ".join([*_words(Region, listing.focus_regions), *countries])


def _words(vocabulary: Any, values: Any) -> list[str]:
    known = set(vocabulary)
    return [filters.label(vocabulary(value)) if value in known else value for value in values or ()]


def _verified(listing: Listing, now: datetime) -> str:
    organisation = listing.organisation
    if organisation is None or organisation.verified_at is None:
        return ""
    return verified_text(organisation.verified_how, organisation.verified_at, now)


def verified_text(how: Verification | None, at: datetime, now: datetime) -> str:
    """Return how and when the board made sure that an organisation is what it says."""
    day = filters.day(at, now=now)
    if how is Verification.DOMAIN:
        return gettext("Verified by its domain on %(day)s", day=day)
    return gettext("Verified by a moderator on %(day)s", day=day)


def _apply(listing: Listing, url: str) -> Apply:
    written = (listing.apply_instructions or "").strip()
    is_hidden = listing.apply_method != ApplyMethod.URL or _EMAIL.search(written) is not None
    method = listing.apply_method
    needs_button = method is ApplyMethod.EMAIL or (bool(written) and is_hidden)
    shown = written if not is_hidden else ""
    return Apply(
        method=str(method),
        url=listing.apply_url if _is_web(listing.apply_url) else "",
        site=site_of(listing.apply_url),
        show_url=f"{url}apply/" if url and needs_button else "",
        instructions=Markup(text_to_html(shown)) if shown else Markup(""),  # noqa: S704
        has_hidden_words=needs_button,
    )


def site_of(url: str | None) -> str:
    """Return the host of an address as people read it, without ``www.``."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _is_web(url: str | None) -> bool:
    return bool(url) and str(url).lower().startswith(("https://", "http://"))


def _time_left(listing: Listing, end: datetime | None, now: datetime) -> str:
    if listing.deadline_kind is DeadlineKind.DATE and end is not None and end > now:
        return filters.time_left(end, now)
    return ""


def _closed(listing: Listing, now: datetime) -> str:
    at = listing.closed_at or listing.ends_at
    day = filters.day(at, listing.deadline_zone, now)
    sentences = {
        CloseReason.FILLED: gettext("This position was filled on %(day)s.", day=day),
        CloseReason.CANCELLED: gettext("This position was cancelled on %(day)s.", day=day),
        CloseReason.WITHDRAWN: gettext("This listing was withdrawn on %(day)s.", day=day),
    }
    if listing.close_reason is not None:
        return sentences[listing.close_reason]
    return gettext("This listing closed on %(day)s.", day=day)


def _updated(listing: Listing, now: datetime) -> str:
    posted, updated = listing.first_published_at, listing.updated_at
    if posted is None or (updated - posted).days < 1:
        return ""
    return filters.day(updated, listing.deadline_zone, now)
