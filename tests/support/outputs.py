"""Every public output of the board, and whether a listing is in it."""

from dataclasses import dataclass

from flask.testing import FlaskClient

from jobboard.models.listing import Listing


@dataclass(frozen=True)
class Shown:
    """A listing as outputs name it."""

    id: int
    slug: str
    title: str
    organisation_slug: str


def shown(listing: Listing) -> Shown:
    """Return what outputs name a listing by."""
    organisation = listing.organisation
    assert organisation is not None
    return Shown(listing.id, listing.slug, listing.title, organisation.slug)


def addresses(listing: Shown) -> dict[str, tuple[str, str]]:
    """Return each output's address and the text that is in it exactly when the listing is."""
    path = f"/job/{listing.slug}/"
    return {
        "list": ("/jobs/", path),
        "search": (f"/jobs/?organisation={listing.organisation_slug}", path),
        "structured data": (path, "application/ld+json"),
        "page of its organisation": (f"/organisation/{listing.organisation_slug}/", path),
        "index of organisations": (
            "/organisations/",
            f"/organisation/{listing.organisation_slug}/",
        ),
        "atom": ("/jobs/feed.atom", path),
        "rss": ("/jobs/feed.rss", path),
        "json feed": ("/jobs/feed.json", path),
        "calendar": ("/jobs/feed.ics", f"listing-{listing.id}@"),
        "own calendar": (f"/job/{listing.slug}.ics", f"listing-{listing.id}@"),
        "own json": (f"/job/{listing.slug}.json", path),
        "partners": ("/feeds/jobs.xml", path),
        "sitemap": ("/sitemap-jobs-1.xml", path),
        "api": ("/api/v1/jobs", path),
        "api, one": (f"/api/v1/jobs/{listing.id}", path),
        "api, organisation": (
            f"/api/v1/organisations/{listing.organisation_slug}",
            '"open_listings":1',
        ),
    }


def holding(client: FlaskClient, listing: Shown) -> set[str]:
    """Return the outputs that hold a listing now; a calendar that cancels it holds it no more."""
    found = set()
    for name, (path, text) in addresses(listing).items():
        answer = client.get(path)
        # Lines of a calendar are folded.
        body = answer.text.replace("\r\n ", "")
        if answer.status_code == 200 and text in body and "STATUS:CANCELLED" not in body:
            found.add(name)
    return found
