"""The Jobs page and the page of a listing."""

from dataclasses import replace
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
)
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.listings import results
from jobboard.blueprints.listings.jobs_page import jobs_page, pages_of
from jobboard.blueprints.listings.listing_page import listing_page
from jobboard.domain import address
from jobboard.domain.criteria import Criteria, from_wpjm
from jobboard.domain.listing import ENDED, GONE, PUBLIC, Status, is_live
from jobboard.domain.slug import id_of
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.formats import icalendar
from jobboard.markup.markdown import text_to_html
from jobboard.models.listing import Listing
from jobboard.queries import listing_page as find_page
from jobboard.queries import listings as find
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.web import api_items, limits, listing_view
from jobboard.web.public import answer, search_pairs

bp = Blueprint("listings", __name__)


@bp.get("/")
def home() -> AnyResponse:
    """The way to the Jobs page; WordPress gave every listing a second address here."""
    number, name = request.args.get("p"), request.args.get("job_listing")
    if number or name:
        former = _former(f"?p={number}" if number else address.former(f"/job/{name}"), clock.now())
        return former or abort(404)
    if request.args.get("feed") == "job_feed":
        return redirect("/jobs/feed.rss", 301)
    return redirect(results.PATH, 302)


@bp.before_app_request
def lead_on() -> AnyResponse | None:
    """Lead a former site's address of a listing, where this board has no page, to the listing."""
    if request.method not in ("GET", "HEAD") or not isinstance(request.routing_exception, NotFound):
        return None
    return _former(address.former(request.path), clock.now())


@bp.get("/jobs/")
def index() -> AnyResponse:
    """The Jobs page: search, facets, map, list."""
    pairs = search_pairs()
    former = from_wpjm(pairs)
    if former is not None:
        return redirect(results.address(former), 301)
    criteria, problems = Criteria.parse(_without_idle_radius(pairs))
    now = clock.now()
    hits = engine.search(criteria, now)
    if not hits.ids and criteria.page > 1:
        return answer(_beyond(criteria, hits), status=404)
    return answer(jobs_page(criteria, problems, hits, now))


@bp.get("/jobs/places.json")
def places() -> AnyResponse:
    """Places whose names begin with ``q``, for the box of places while somebody types."""
    found = results.places(request.args.get("q", ""))
    return answer(current_app.json.dumps({"places": found}), "application/json", is_open=True)


@bp.get("/job/<slug>/")
def show(slug: str) -> AnyResponse:
    """One listing: live, or closed and said so."""
    now = clock.now()
    number = id_of(slug)
    listing, open_count = find_page.shown(number, now) if number is not None else (None, 0)
    if listing is None or listing.slug != slug:
        # "-2" at the end may be a number of the former site's, so its addresses come first.
        former = _former(address.former(address.listing(slug)), now)
        if former is not None:
            return former
    if listing is None or not _is_public(listing, now):
        abort(404)
    if listing.slug != slug:
        return redirect(address.listing(listing.slug), 301)
    live = is_live(listing.life, now)
    response = answer(listing_page(listing, open_count, now))
    if not live:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/job/<slug>.ics")
def calendar(slug: str) -> AnyResponse:
    """The deadline of one listing, for a calendar: cancelled if it was closed before."""
    now = clock.now()
    listing = _public_or_none(slug, now)
    if listing is None or listing.deadline_kind is not DeadlineKind.DATE:
        abort(404)
    is_cancelled = _was_closed_early(listing)
    if not (is_cancelled or is_live(listing.life, now)):
        abort(404)
    event = replace(api_items.deadline_event(listing), is_cancelled=is_cancelled)
    body = icalendar.calendar([event], name=event.title)
    response = answer(body, icalendar.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{listing.slug}.ics"'
    return response


@bp.get("/job/<slug>.json")
def item(slug: str) -> AnyResponse:
    """One live listing as the API gives it."""
    now = clock.now()
    listing = _live_or_404(slug, now)
    sources = find.source_ids([listing.id])
    written = current_app.json.dumps(api_items.item(listing, sources.get(listing.id)))
    return answer(written, "application/json", changed_at=listing.updated_at, is_open=True)


@bp.get("/job/<slug>/apply/")
def apply_closed(slug: str) -> AnyResponse:
    """Lead back to the listing: the address is shown after a press on the button only."""
    return redirect(address.listing(slug), 302)


@bp.post("/job/<slug>/apply/")
def show_apply(slug: str) -> AnyResponse:
    """Show how to apply by mail; robots do not press buttons. Nothing is changed."""
    limits.check("show_apply", limits.visitor())
    now = clock.now()
    listing = _live_or_404(slug, now)
    if listing.slug != slug:
        # A POST is not repeated elsewhere by itself: the page has the button again.
        return redirect(address.listing(listing.slug), 303)
    page = render_template(
        "listings/show_apply.html",
        listing=listing,
        view=listing_view.view(listing, now),
        instructions=Markup(text_to_html(listing.apply_instructions)),  # noqa: S704
        subject=listing.title,
    )
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _without_idle_radius(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of a search without the radius that an emptied box of places sends along.

    Whoever emptied it did nothing wrong, and need not be told that there is nothing to look around.
    """
    is_emptied = any(key == "where" and not value.strip() for key, value in pairs)
    return [pair for pair in pairs if not (is_emptied and pair[0] == "radius")]


def _former(old: str, now: datetime) -> AnyResponse | None:
    """Return the way from an address of old to its listing; None if there was none."""
    listing = find.by_old_address(old)
    if listing is None or not _is_public(listing, now):
        return None
    return redirect(address.listing(listing.slug), 301)


def _at(slug: str) -> Listing | None:
    """Return the listing whose id ends the address, in whatever state."""
    number = id_of(slug)
    return find.by_id(number) if number is not None else None


def _public_or_none(slug: str, now: datetime) -> Listing | None:
    """Return the listing of an address if strangers may see its page; 410 for one taken down."""
    listing = _at(slug)
    return listing if listing is not None and _is_public(listing, now) else None


def _is_public(listing: Listing, now: datetime) -> bool:
    """Tell whether strangers may see a listing's page; 410 for one taken down."""
    if listing.status in GONE:
        abort(410)
    return _is_shown(listing, now)


def _is_shown(listing: Listing, now: datetime) -> bool:
    if listing.status in ENDED:
        return not _was_closed_unseen(listing)
    has_ended = listing.ends_at is not None and listing.ends_at <= now
    return listing.status in PUBLIC and (has_ended or is_live(listing.life, now))


def _was_closed_unseen(listing: Listing) -> bool:
    """Tell whether a listing was closed before the day on which it was to appear first."""
    return (
        listing.closed_at is not None
        and listing.first_published_at is not None
        and listing.closed_at < listing.first_published_at
    )


def _was_closed_early(listing: Listing) -> bool:
    """Tell whether a listing was closed before its end: who holds its deadline should drop it."""
    return (
        listing.status is Status.CLOSED
        and listing.closed_at is not None
        and listing.ends_at is not None
        and listing.closed_at < listing.ends_at
    )


def _live_or_404(slug: str, now: datetime) -> Listing:
    listing = _public_or_none(slug, now)
    if listing is None or not is_live(listing.life, now):
        abort(404)
    return listing


def _beyond(criteria: Criteria, hits: Hits) -> str:
    pages = pages_of(criteria, hits)
    return render_template(
        "listings/no_such_page.html",
        pages=pages,
        last=results.address(criteria.with_page(pages.last)),
        first=results.address(criteria.with_page(1)),
    )
