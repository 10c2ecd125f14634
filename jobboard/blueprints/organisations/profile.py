"""An organisation in words: an entry of the index, and its profile."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext
from markupsafe import Markup

from jobboard.domain import address
from jobboard.markup.markdown import text_to_html
from jobboard.queries.organisations import Row
from jobboard.web import api_items, cards, filters, listing_view
from jobboard.web.public import with_query
from jobboard.words import N_

_FEEDS = (
    ("Atom", "atom", "application/atom+xml"),
    ("RSS", "rss", "application/rss+xml"),
    ("JSON Feed", "json", "application/feed+json"),
    (N_("Calendar"), "ics", "text/calendar"),
)


@dataclass(frozen=True)
class Entry:
    """An organisation in the index."""

    name: str
    url: str
    initials: str
    is_verified: bool
    about: tuple[str, ...]
    open_text: str


@dataclass(frozen=True)
class Profile:
    """What an organisation's page says of it."""

    name: str
    initials: str
    kind: str
    country: str
    website: str
    site: str
    is_verified: bool
    verified_text: str
    description: Markup
    summary: str


@dataclass(frozen=True)
class FeedLink:
    """A feed of an organisation's listings."""

    label: str
    mimetype: str
    href: str


def entry(row: Row) -> Entry:
    """Return an organisation as the index shows it."""
    about = (filters.stated(row.kind), filters.country_name(row.country) if row.country else "")
    open_text = ngettext("%(num)s open position", "%(num)s open positions", row.open_count)
    return Entry(
        name=row.name,
        url=address.organisation(row.slug),
        initials=cards.initials(row.name),
        is_verified=row.verified_at is not None,
        about=tuple(filter(None, about)),
        open_text=open_text if row.open_count else "",
    )


def view(row: Row, now: datetime) -> Profile:
    """Return an organisation as its own page shows it."""
    is_verified = row.verified_at is not None
    website = api_items.public_url(row.website) or ""
    text = listing_view.without_addresses(row.description)
    return Profile(
        name=row.name,
        initials=cards.initials(row.name),
        kind=filters.stated(row.kind),
        country=filters.country_name(row.country) if row.country else "",
        website=website if website.startswith(("https://", "http://")) else "",
        site=listing_view.site_of(website),
        is_verified=is_verified,
        verified_text=(
            listing_view.verified_text(row.verified_how, row.verified_at, now)
            if row.verified_at is not None
            else ""
        ),
        description=Markup(text_to_html(text)),  # noqa: S704 - escaped by it
        summary=" ".join(text.split())[:200],
    )


def feeds(slug: str) -> list[FeedLink]:
    """Return the feeds of an organisation's live listings."""
    query = [("organisation", slug)]
    return [
        FeedLink(gettext(label), mimetype, with_query(f"/jobs/feed.{kind}", query))
        for label, kind, mimetype in _FEEDS
    ]
