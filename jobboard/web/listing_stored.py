"""A stored listing as the form shows it, and whether somebody wrote it anew meanwhile."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from jobboard import content as contents
from jobboard.domain.taxonomy import (
    NOT_STATED,
)
from jobboard.markup.markdown import summary
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision
from jobboard.tables import zones
from jobboard.web import comparison
from jobboard.web.comparison import Difference
from jobboard.web.listing_choices import DESIRABLE
from jobboard.web.listing_fields import END_OF_DAY, countries_written, major_units

#: Form fields named like the column they show.
_SAME_NAME = (
    "title",
    "opportunity_type",
    "mode",
    "description",
    "apply_method",
    "apply_url",
    "apply_email",
    "deadline_kind",
    "deadline_zone",
    "organisation_kind",
    "organisation_website",
    "language",
    "description_format",
    "topics",
    "focus_regions",
    "seniority",
    "experience_years_min",
    "hours",
    "contract_term",
    "duration_months",
    "grade_system",
    "grade",
    "education_min",
    "eligibility",
    "visa_sponsorship",
    "security_clearance",
    "pay_kind",
    "pay_currency",
    "pay_period",
    "pay_gross_net",
    "reference",
    "apply_instructions",
)
LONGEST_SUMMARY = 300


def listing_values(listing: Listing) -> dict[str, Any]:
    """Return a stored listing's content under the names of the form's fields."""
    # Old imports may name zones that the form does not offer; the instant stays the same.
    zone = listing.deadline_zone if listing.deadline_zone in zones.zones() else "UTC"
    local = listing.apply_by.astimezone(ZoneInfo(zone)) if listing.apply_by else None
    values = {name: getattr(listing, name) for name in _SAME_NAME}
    listed = listing.places or ()
    remote = listing.remote_countries or ()
    needs = listing.languages or ()
    derived = summary(listing.description_html or "", LONGEST_SUMMARY)
    return values | {
        "organisation": listing.organisation_name,
        "function": listing.job_function,
        "place": [place.city for place in listed] + [""] * len(remote),
        "country": [place.country or "" for place in listed] + list(remote),
        "focus_countries": countries_written(listing.focus_countries),
        "eligible_nationalities": countries_written(listing.eligible_nationalities),
        "language_code": [need.code for need in needs],
        "language_level": ["" if need.level == NOT_STATED else need.level for need in needs],
        "language_need": ["" if need.is_required else DESIRABLE for need in needs],
        "pay_min": major_units(listing.pay_min, listing.pay_currency),
        "pay_max": major_units(listing.pay_max, listing.pay_currency),
        "deadline_zone": zone,
        "deadline_date": local.date() if local else None,
        "deadline_time": local.time().replace(second=0, microsecond=0) if local else END_OF_DAY,
        "start_date": _day(listing.start_date),
        # One made from the text follows the text.
        "summary": "" if listing.summary == derived else listing.summary,
    }


def version_of(listing: Listing, revision: Revision | None) -> str:
    """Return what tells whether somebody wrote since a page was opened."""
    waiting = f"-{revision.id}.{revision.version}" if revision is not None else ""
    return f"{listing.version}{waiting}"


def is_overtaken(version: str | None, listing: Listing, revision: Revision | None) -> bool:
    """Tell whether somebody wrote since the page with this version was opened."""
    return bool(version) and version != version_of(listing, revision)


def stored_content(listing: Listing, revision: Revision | None) -> dict[str, Any]:
    """Return the text as last saved: the one that waits, else the listing's own."""
    stored = contents.read(listing)
    return stored | contents.from_json(dict(revision.content)) if revision else stored


def is_stored(listing: Listing, revision: Revision | None, content: Mapping[str, Any]) -> bool:
    """Tell whether a text is the one last saved: the same form was sent a second time."""
    stored = contents.to_json(stored_content(listing, revision))
    written = contents.to_json(content)
    if not written.get("summary"):
        # It is made from the text.
        written.pop("summary", None)
    return all(stored.get(name) == value for name, value in written.items())


def waiting_changes(listing: Listing, revision: Revision | None) -> list[Difference]:
    """Return what a text that waits for a moderator would change."""
    if revision is None:
        return []
    return comparison.compared(contents.read(listing), stored_content(listing, revision))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None
