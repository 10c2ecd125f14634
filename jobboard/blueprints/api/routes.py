"""The read API for programs."""

import json
from collections.abc import Iterable, Mapping

from flask import Blueprint, Response, abort, g, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.api import answers, guide, parameters
from jobboard.blueprints.api.answers import Jobs, Organisations, TaxonomyValue
from jobboard.blueprints.api.document import document
from jobboard.blueprints.api.parameters import QueryRefused
from jobboard.domain.criteria import VOCABULARIES
from jobboard.domain.listing import GONE, is_live
from jobboard.domain.slug import id_of
from jobboard.domain.taxonomy import LISTING_LANGUAGES
from jobboard.formats.problem import ProblemError
from jobboard.queries import listings as find
from jobboard.queries import organisations as find_organisations
from jobboard.search import engine
from jobboard.search.cursors import BadCursor
from jobboard.tables import gazetteer
from jobboard.web import api_items, criteria_words, errors, filters, limits
from jobboard.web.listing_view import without_addresses
from jobboard.web.public import answer, query_pairs, whole

bp = Blueprint("api", __name__, url_prefix="/api")

_JOBS = "/api/v1/jobs"
_ORGANISATIONS = "/api/v1/organisations"
#: Read by people: these count as pages.
_PAGES = frozenset({"api.docs", "api.home"})

Pairs = Iterable[tuple[str, str]]


@bp.before_request
def count() -> None:
    """Count the requests of each visitor."""
    if request.endpoint not in _PAGES and request.method != "OPTIONS":
        g.allowance = limits.check("api", limits.visitor())


@bp.after_request
def tell_allowance(response: Response) -> Response:
    """Say how many requests are left."""
    allowance: limits.Allowance | None = g.get("allowance")
    if allowance is not None:
        response.headers.update(allowance.headers())
    return response


@bp.errorhandler(QueryRefused)
def refuse(refusal: QueryRefused) -> Response:
    """Answer every fault of a query at once."""
    return errors.bad_query(refusal.faults)


@bp.get("/v1/jobs")
def jobs() -> Response:
    """Search the live listings."""
    pairs = query_pairs()
    criteria, stretch = parameters.read_jobs(pairs)
    now = clock.now()
    try:
        hits, following = engine.stretch(criteria, now, after=stretch.after, limit=stretch.limit)
    except BadCursor:
        raise QueryRefused(
            [ProblemError("cursor", gettext(parameters.NOT_A_CURSOR))],
        ) from None
    if not hits.ids and criteria.page > 1:
        return _beyond(pairs, -(-hits.total // stretch.limit))
    # The closest matches follow where the full ones end, and only for whoever began here.
    is_whole = stretch.after is None and following is None
    partial = hits.partial_ids[: stretch.limit - len(hits.ids)] if is_whole else ()
    found = find.live_by_ids((*hits.ids, *partial), now)
    sources = find.source_ids([listing.id for listing in found])
    body: Jobs = {
        "items": [
            api_items.item(listing, sources.get(listing.id), is_partial=listing.id in partial)
            for listing in found
        ],
        "total": hits.total,
        "next": following,
        "facets": {key: _told(counts) for key, counts in hits.facets.items()},
    }
    return _list(body, _JOBS, pairs, following)


@bp.get("/v1/jobs/<listing_id>")
def job(listing_id: str) -> Response:
    """One live listing."""
    _take_no_query()
    number = id_of(listing_id) if listing_id.isdigit() else None
    listing = find.by_id(number) if number is not None else None
    if listing is not None and listing.status in GONE:
        abort(410)
    if listing is None or not is_live(listing.life, clock.now()):
        abort(404)
    sources = find.source_ids([listing.id])
    return _written(api_items.item(listing, sources.get(listing.id)))


@bp.get("/v1/organisations")
def organisations() -> Response:
    """Organisations by name."""
    pairs = query_pairs()
    wanted, stretch = parameters.read_organisations(pairs)
    now = clock.now()
    try:
        begin = parameters.read_cursor(stretch.after) if stretch.after is not None else ""
    except ValueError:
        raise QueryRefused(
            [ProblemError("cursor", gettext(parameters.NOT_A_CURSOR))],
        ) from None
    rows = find_organisations.after(wanted, now, name_key=begin, limit=stretch.limit + 1)
    shown = rows[: stretch.limit]
    has_more = len(rows) > stretch.limit
    following = parameters.write_cursor(shown[-1].name_key) if has_more else None
    body: Organisations = {
        "items": [answers.organisation(row) for row in shown],
        "total": find_organisations.count(wanted, now),
        "next": following,
    }
    return _list(body, _ORGANISATIONS, pairs, following)


@bp.get("/v1/organisations/<slug>")
def organisation(slug: str) -> Response:
    """One organisation."""
    _take_no_query()
    row = find_organisations.by_slug(slug, clock.now())
    if row is None:
        abort(404)
    return _written(answers.organisation(row))


@bp.get("/v1/taxonomies")
def taxonomies() -> Response:
    """The values that the keys of a search take, with their names."""
    _take_no_query()
    body: dict[str, list[TaxonomyValue]] = {
        key: [
            {"value": word.value, "label": criteria_words.value_label(key, word.value)}
            for word in vocabulary
        ]
        for key, vocabulary in VOCABULARIES.items()
        if key != "sort"
    }
    body["country"] = [
        {"value": one.code, "label": filters.country_name(one.code)}
        for one in gazetteer.countries()
    ]
    body["language"] = [
        {"value": code, "label": filters.language_name(code)} for code in LISTING_LANGUAGES
    ]
    return _written(body)


@bp.get("/v1/openapi.json")
def openapi() -> Response:
    """The API described for programs."""
    _take_no_query()
    return _written(document())


@bp.get("/docs")
def docs() -> Response:
    """The API described for people."""
    described = document()
    page = render_template(
        "api/docs.html",
        calls=guide.calls(described),
        things=guide.things(described),
        allowed=limits.RULES["api"][0],
        example=whole(_JOBS, [("q", "black sea"), ("type", "fellowship"), ("limit", "5")]),
        feeds=[whole(f"/jobs/feed.{kind}") for kind in ("atom", "rss", "json", "ics")],
        everything=whole("/feeds/jobs.xml"),
        canonical=whole("/api/docs"),
    )
    return answer(page)


@bp.get("/")
def home() -> AnyResponse:
    """Lead to the description."""
    return redirect("/api/docs", 302)


def _told(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of a facet without values that hold a mail address, as a grade could."""
    return {value: count for value, count in counts.items() if without_addresses(value) == value}


def _take_no_query() -> None:
    faults = parameters.check(query_pairs(), parameters.NONE)
    if faults:
        raise QueryRefused(faults)


def _beyond(pairs: Pairs, last: int) -> Response:
    """Return the refusal of a page beyond the last one, with a link to that (RFC 8288)."""
    fault = ProblemError("page", gettext("This search has fewer pages."))
    response = errors.problem(404, errors=[fault])
    kept = [pair for pair in pairs if pair[0] != "page"]
    last_page = [("page", str(last))] if last > 1 else []
    response.headers["Link"] = f'<{whole(_JOBS, [*kept, *last_page])}>; rel="last"'
    return response


def _list(body: object, path: str, pairs: Pairs, following: str | None) -> Response:
    """Return a stretch of a list, with links to the first and the next one (RFC 8288)."""
    kept = [pair for pair in pairs if pair[0] not in ("cursor", "page")]
    links = [f'<{whole(path, kept)}>; rel="first"']
    if following is not None:
        links.append(f'<{whole(path, [*kept, ("cursor", following)])}>; rel="next"')
    text = _text(body)
    # The cursor of a list that goes on holds the instant of its first stretch.
    same_as = text.replace(following, "", 1) if following is not None else None
    response = answer(text, "application/json", same_as=same_as)
    response.headers["Link"] = ", ".join(links)
    return response


def _written(body: object) -> Response:
    return answer(_text(body), "application/json")


def _text(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
