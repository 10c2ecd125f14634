"""What the API answers: typed promises, of which its document is made."""

from typing import Annotated, NotRequired, TypedDict

from jobboard.domain import address
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.formats.json_schema import Say
from jobboard.models.organisation import Verification
from jobboard.queries.organisations import Row
from jobboard.web import api_items, filters
from jobboard.web.api_items import Address, Item, Moment
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import whole

Cursor = Annotated[str | None, Say("Bring it back as cursor; null at the end")]


class Jobs(TypedDict):
    """Live listings that answer a search, in its order."""

    items: list[Item]
    total: Annotated[int, Say("How many listings match in all, partial matches left out")]
    next: Cursor
    facets: Annotated[
        dict[str, dict[str, int]],
        Say(
            "For each key and value, how many listings it would give beside the other keys; of the"
            " organisations those with the most, and those asked for"
        ),
    ]


class Organisation(TypedDict):
    """An organisation that has published on this board."""

    slug: str
    name: str
    url: Annotated[Address, Say("Its page on this board")]
    kind: OrganisationKind
    country: Annotated[str | None, Say("ISO 3166-1 alpha-2")]
    website: Address | None
    description: str
    verified: Annotated[bool, Say("The board made sure that it is who it says")]
    verified_how: Verification | None
    verified_at: Moment | None
    open_listings: Annotated[int, Say("Its live listings")]
    jobs_url: Annotated[Address, Say("Its live listings, from this API")]


class Organisations(TypedDict):
    """Organisations by name."""

    items: list[Organisation]
    total: int
    next: Cursor


class TaxonomyValue(TypedDict):
    """One value of a key of the search, with its name."""

    value: str
    label: str


class ProblemError(TypedDict):
    """One fault of a request."""

    pointer: Annotated[str, Say("The key of the query that it is about")]
    detail: str


class Problem(TypedDict):
    """What went wrong, as RFC 9457 writes it."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
    instance: NotRequired[str]
    errors: NotRequired[list[ProblemError]]
    request_id: Annotated[str, Say("To name when you write to us about it")]


def organisation(row: Row) -> Organisation:
    """Return an organisation as the API gives it; there is never a mail address in it."""
    return {
        "slug": row.slug,
        "name": without_addresses(row.name),
        "url": whole(address.organisation(row.slug)),
        "kind": row.kind,
        "country": row.country,
        "website": api_items.public_url(row.website),
        "description": without_addresses(row.description),
        "verified": row.verified_at is not None,
        "verified_how": row.verified_how if row.verified_at is not None else None,
        "verified_at": filters.iso(row.verified_at) or None,
        "open_listings": row.open_count,
        "jobs_url": whole("/api/v1/jobs", [("organisation", row.slug)]),
    }
