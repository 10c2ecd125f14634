"""Feeds, calendar, sitemap, robots and OpenSearch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from flask import Blueprint, abort, current_app
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.feeds import jobs
from jobboard.domain import address
from jobboard.domain.criteria import Criteria, Sort
from jobboard.domain.taxonomy import DeadlineKind
from jobboard.formats import feed as formats
from jobboard.formats import icalendar, indeed, opensearch, sitemap
from jobboard.formats.feed import Feed
from jobboard.formats.sitemap import SitemapPage
from jobboard.models.listing import Listing
from jobboard.queries import listings as find
from jobboard.queries import organisations, whole_board
from jobboard.search import engine
from jobboard.tables import site_texts
from jobboard.web import api_items, criteria_words, errors
from jobboard.web.public import answer, answer_of_edition, search_pairs, whole, with_query

bp = Blueprint("feeds", __name__)

_JOBS = "/jobs/"
#: Numbers of listings that share a part of the sitemap.
_PART = sitemap.PAGES_AT_MOST
#: What a feed without entries says of its last change: it must not move by itself.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

_WRITERS: Mapping[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (formats.write_atom, formats.ATOM_TYPE),
    "rss": (formats.write_rss, formats.RSS_TYPE),
    "json": (formats.write_json_feed, formats.JSON_FEED_TYPE),
}

#: Where robots find nothing: pages of one's own, and what stands behind a button.
_NOT_FOR_ROBOTS = (
    "/account/",
    "/admin/",
    "/job-dashboard/",
    "/job/*/apply/",
    "/lost-password/",
    "/moderation/",
    "/post-a-job/*/",
    "/_mailbox/",
)


@bp.get("/jobs/feed.<any(atom, rss, json):kind>")
def search(kind: str) -> AnyResponse:
    """The newest listings of a search, for feed readers; 50 a page."""
    criteria, problems = Criteria.parse(search_pairs())
    if problems:
        return errors.bad_query(errors.faults_of(problems))
    # Whoever follows a search wants what is new, however well it matches.
    asked = criteria if criteria.sort else replace(criteria, sort=Sort.NEWEST)
    now = clock.now()
    listings, total = _found(asked, now)
    write, mimetype = _WRITERS[kind]
    return answer(write(_feed(kind, criteria, listings, total, now)), mimetype)


@bp.get("/jobs/feed.ics")
def deadlines() -> AnyResponse:
    """The deadlines of a search, for calendars; the soonest first."""
    criteria, problems = Criteria.parse(search_pairs())
    if problems:
        return errors.bad_query(errors.faults_of(problems))
    # A calendar has no order of its own: whichever was asked for, the soonest go first, so that
    # listings without a date take no place of theirs.
    asked = replace(criteria, sort=Sort.DEADLINE)
    now = clock.now()
    listings, _ = _found(asked, now)
    events = [
        api_items.deadline_event(listing)
        for listing in listings
        if listing.deadline_kind is DeadlineKind.DATE
    ]
    body = icalendar.calendar(events, name=_title(criteria, now))
    return answer(body, icalendar.MEDIA_TYPE)


@bp.get("/feeds/jobs.xml")
def partners() -> AnyResponse:
    """Every live listing, in the dialect that aggregators of jobs read."""
    now = clock.now()

    def body() -> Iterator[bytes]:
        changed = whole_board.sitemap_parts(now, size=_PART)
        return indeed.write_jobs(
            (jobs.job(listing) for listing in whole_board.every_live(now)),
            publisher=_site(),
            publisher_url=whole(_JOBS),
            changed_at=max(changed.values(), default=_BEGINNING),
        )

    return answer_of_edition(whole_board.edition(now), body, indeed.MEDIA_TYPE)


@bp.get("/sitemap.xml")
def sitemap_index() -> AnyResponse:
    """The index of the sitemap's parts, each with its last change."""
    now = clock.now()

    def body() -> bytes:
        listings = whole_board.sitemap_parts(now, size=_PART)
        changed = max(listings.values(), default=None)
        parts = [SitemapPage(whole("/sitemap-pages.xml"), changed or _texts_changed())]
        profiles = sitemap.parts_for(organisations.count_for_sitemap(now))
        parts += [
            SitemapPage(whole(f"/sitemap-organisations-{part}.xml"))
            for part in range(1, profiles + 1)
        ]
        parts += [
            SitemapPage(whole(f"/sitemap-jobs-{part + 1}.xml"), at) for part, at in listings.items()
        ]
        return sitemap.write_index(parts)

    return answer_of_edition(whole_board.edition(now), body, sitemap.MEDIA_TYPE)


@bp.get("/sitemap-jobs-<int:number>.xml")
def sitemap_jobs(number: int) -> AnyResponse:
    """The live listings of one part."""
    now = clock.now()
    if not whole_board.has_sitemap_part(now, part=number - 1, size=_PART):
        abort(404)

    def body() -> bytes:
        rows = whole_board.for_sitemap(now, part=number - 1, size=_PART)
        return _part([(address.listing(row.slug), row.changed_at) for row in rows])

    return answer_of_edition(whole_board.edition(now), body, sitemap.MEDIA_TYPE)


@bp.get("/sitemap-organisations-<int:number>.xml")
def sitemap_organisations(number: int) -> AnyResponse:
    """The profiles of organisations of one part."""
    now = clock.now()
    if not 1 <= number <= sitemap.parts_for(organisations.count_for_sitemap(now)):
        abort(404)

    def body() -> bytes:
        size = sitemap.PAGES_AT_MOST
        rows = organisations.for_sitemap(now, limit=size, offset=(number - 1) * size)
        return _part([(address.organisation(row.slug), row.changed_at) for row in rows])

    return answer_of_edition(whole_board.edition(now), body, sitemap.MEDIA_TYPE)


@bp.get("/sitemap-pages.xml")
def sitemap_pages() -> AnyResponse:
    """The lists and the site's texts."""
    now = clock.now()

    def body() -> bytes:
        changed = whole_board.sitemap_parts(now, size=_PART)
        latest = max(changed.values(), default=None)
        texts = [(f"/{name}/", _in_force(name)) for name in site_texts.NAMES]
        return _part([(_JOBS, latest), ("/organisations/", latest), ("/api/docs", None), *texts])

    return answer_of_edition(whole_board.edition(now), body, sitemap.MEDIA_TYPE)


@bp.get("/robots.txt")
def robots() -> AnyResponse:
    """Where robots have nothing to look for (RFC 9309), and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS)]
    lines += ["", f"Sitemap: {whole('/sitemap.xml')}"]
    return answer("\n".join(lines) + "\n", "text/plain")


@bp.get("/opensearch.xml")
def description() -> AnyResponse:
    """How a browser searches the board by itself."""
    body = opensearch.write_description(
        short_name=_site(),
        description=gettext("Open positions on %(site)s", site=_site()),
        html_template=whole(_JOBS) + "?q={searchTerms}",
        rss_template=whole("/jobs/feed.rss") + "?q={searchTerms}",
    )
    return answer(body, opensearch.MEDIA_TYPE)


def _found(criteria: Criteria, now: datetime) -> tuple[list[Listing], int]:
    """Return the listings of a page of a feed; a page beyond the last is a 404."""
    size = formats.ITEMS_AT_MOST
    offset = (criteria.page - 1) * size
    hits = engine.search(criteria, now, limit=size, offset=offset, with_facets=False)
    if offset and offset >= hits.total:
        abort(404)
    return find.live_by_ids(hits.ids, now), hits.total


def _feed(
    kind: str, criteria: Criteria, listings: Sequence[Listing], total: int, now: datetime
) -> Feed:
    path = f"/jobs/feed.{kind}"
    items = [api_items.feed_item(listing) for listing in listings]
    has_more = criteria.page * formats.ITEMS_AT_MOST < total
    following = criteria.with_page(criteria.page + 1)
    first = criteria.with_page(1).query_pairs()
    return Feed(
        # The same for all three kinds: it names the search, not the file.
        id=api_items.tag(with_query("jobs", first)),
        title=_title(criteria, now),
        self_url=whole(path, criteria.query_pairs()),
        home_url=whole(_JOBS, first),
        updated=max((item.updated for item in items), default=_BEGINNING),
        items=items,
        author=_site(),
        next_url=whole(path, following.query_pairs()) if has_more else "",
    )


def _title(criteria: Criteria, now: datetime) -> str:
    if criteria.is_empty:
        return _site()
    names = organisations.names(criteria.organisation, now)
    return f"{criteria_words.describe(criteria, names)} – {_site()}"


def _site() -> str:
    return f"{current_app.config['SITE_NAME']} {gettext('Jobs')}"


def _part(pages: Sequence[tuple[str, datetime | None]]) -> bytes:
    base = whole("")
    return sitemap.write_part(SitemapPage(base + path, at) for path, at in pages)


def _texts_changed() -> datetime:
    return max(map(_in_force, site_texts.NAMES))


def _in_force(name: str) -> datetime:
    return datetime.combine(date.fromisoformat(site_texts.version(name)), time(), UTC)
