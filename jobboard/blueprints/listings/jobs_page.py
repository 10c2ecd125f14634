"""The Jobs page, put together of pieces drawn once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask import render_template
from markupsafe import Markup, escape

from jobboard.blueprints.listings import results
from jobboard.blueprints.listings.facet_form import facet_form, hidden_inputs
from jobboard.blueprints.listings.openings_map import world_map
from jobboard.blueprints.listings.results import PATH, SORTS, address, address_halves
from jobboard.domain.criteria import PAGE_SIZE, Criteria, Problem
from jobboard.domain.taxonomy import Region
from jobboard.queries import cards as find
from jobboard.queries import organisations
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.web import criteria_words, drawn_cards, filters
from jobboard.web.paging import Pages
from jobboard.web.pieces import gap, macro, pieces
from jobboard.web.public import whole, with_query
from jobboard.web.snippets import snippets
from jobboard.web.wording import gettext, ngettext
from jobboard.words import N_

#: After so many cards the reader is told how to follow the search.
_OFFER_AFTER = 3
#: A page so far on from the present one is shown only if it is the last.
_FAR = 4
_FEEDS = (
    ("atom", "Atom", "application/atom+xml"),
    ("rss", "RSS", "application/rss+xml"),
    ("json", "JSON Feed", "application/feed+json"),
    ("ics", N_("Calendar"), "text/calendar"),
)
_FRAME_GAPS = (
    *("title", "headline", "described", "canonical", "q", "where", "kept", "world_map", "tabs"),
    *("facets", "positions", "chips", "said", "first_cards", "other_cards", "pager"),
    *("nothing", "partial"),
)


@dataclass(frozen=True)
class _Feed:
    """A feed of the same search."""

    name: str
    mimetype: str
    href: str


class _Tab(NamedTuple):
    """A region or another way to narrow the list."""

    href: str
    found: str | None
    is_current: bool


def pages_of(criteria: Criteria, hits: Hits) -> Pages:
    """Return where the page of a search stands among the others."""
    return Pages(criteria.page, max(1, -(-hits.total // PAGE_SIZE)), hits.total)


def jobs_page(criteria: Criteria, problems: Sequence[Problem], hits: Hits, now: datetime) -> Markup:
    """Return the page of a search.

    Args:
        criteria: what was asked for.
        problems: what of the address was not understood.
        hits: what was found.
        now: the moment from which time left is counted.
    """
    # The cards first: what is counted is counted meanwhile.
    cards = _cards(criteria, hits, hits.ids, now)
    names = organisations.names({*criteria.organisation, *hits.facets.get("organisation", ())}, now)
    pages = pages_of(criteria, hits)
    # What the list holds, not what was mistyped; the line above the list says both.
    shown = criteria.replaced(q=results.corrected(criteria, hits)) if hits.corrections else criteria
    headline = _headline(shown, hits.total, names)
    described = criteria_words.describe(criteria, names)
    values: dict[str, str] = {
        "title": escape(_title(criteria, headline, described, pages)),
        "headline": escape(headline),
        "described": escape(described),
        "canonical": escape(whole(PATH, criteria.query_pairs())),
        "q": escape(criteria.q),
        "where": escape(criteria.where or criteria.near),
        "kept": hidden_inputs(_kept(criteria)),
        "world_map": _world_map(criteria, hits),
        "tabs": _tabs(criteria, hits),
        "facets": facet_form(criteria, hits, names, now),
        "positions": escape(_positions(criteria, hits, len(cards))),
        "chips": _chips(criteria, names),
        "said": _said(criteria, problems, hits, now),
        "first_cards": "".join(cards[:_OFFER_AFTER]),
        "other_cards": "".join(cards[_OFFER_AFTER:]),
        "pager": _pager(criteria, pages) if cards else "",
        "nothing": "" if cards else _nothing(criteria, hits, now),
        "partial": _partial(criteria, hits, now) if hits.partial_ids else "",
        **_feed_addresses(criteria),
    }
    is_indexed = criteria.is_empty and criteria.sort is None and not problems
    shape = (criteria.is_empty, bool(criteria.q), criteria.order, is_indexed)
    found = (bool(hits.total), min(len(cards), _OFFER_AFTER))
    return pieces().form("jobs_page", _frame, *shape, *found).filled(values)


def _frame(
    is_empty: bool, has_words: bool, order: str, is_indexed: bool, has_hits: bool, card_count: int
) -> str:
    """Draw the page with gaps for all that differs between two searches of the same shape."""
    return render_template(
        "listings/index.html",
        is_empty=is_empty,
        has_words=has_words,
        order=order,
        is_indexed=is_indexed,
        has_hits=has_hits,
        has_cards=card_count > 0,
        has_few_cards=card_count < _OFFER_AFTER,
        sorts=[(word, gettext(label)) for word, label in SORTS.items()],
        feeds=[_Feed(gettext(name), mimetype, gap(kind)) for kind, name, mimetype in _FEEDS],
        **{name: gap(name) for name in _FRAME_GAPS},
    )


def _title(criteria: Criteria, headline: str, described: str, pages: Pages) -> str:
    title = headline if criteria.is_empty else described
    if pages.page == 1:
        return title
    return f"{title} ({gettext('page %(number)s', number=pages.page)})"


def _headline(criteria: Criteria, total: int, names: Mapping[str, str]) -> str:
    if not criteria.is_empty:
        return criteria_words.heading(criteria, total, names)
    return ngettext(
        "%(count)s open position in international affairs",
        "%(count)s open positions in international affairs",
        total,
        count=filters.number(total),
    )


def _positions(criteria: Criteria, hits: Hits, shown: int) -> str:
    if not shown or hits.total <= shown:
        return gettext("Open positions")
    first = criteria.offset + 1
    return gettext("Positions %(first)s to %(last)s", first=first, last=criteria.offset + shown)


def _kept(criteria: Criteria) -> list[tuple[str, str]]:
    """Return what a new search of the box keeps: the filters, and how far one looks around."""
    own = {"q", "where", "near", "radius", "page", "sort"}
    radius = [("radius", str(criteria.radius))] if criteria.near else []
    return [*(pair for pair in criteria.query_pairs() if pair[0] not in own), *radius]


def _feed_addresses(criteria: Criteria) -> dict[str, str]:
    pairs = [pair for pair in criteria.query_pairs() if pair[0] != "page"]
    return {kind: escape(with_query(f"/jobs/feed.{kind}", pairs)) for kind, _, _ in _FEEDS}


def _cards(criteria: Criteria, hits: Hits, ids: Sequence[int], now: datetime) -> list[Markup]:
    rows = find.by_ids(ids, now)
    marks = drawn_cards.marks_in_titles(rows, hits.terms)
    found = snippets(rows, criteria.q, hits.terms, marks)
    return drawn_cards.drawn(rows, now, marks=marks, snippets=found)


def _world_map(criteria: Criteria, hits: Hits) -> Markup:
    counts = hits.facets.get("country", {})
    if criteria.q:
        return world_map(criteria, counts)
    # As with the form of facets; its links keep the order, though.
    key = ("world_map", criteria, *counts.items())
    return pieces().kept(key, lambda: world_map(criteria, counts))


def _tabs(criteria: Criteria, hits: Hits) -> Markup:
    """Return the regions and remote work as tabs, with how many listings each has."""
    if criteria.q:
        return _made_tabs(criteria, hits)
    regions = tuple(hits.facets.get("region", {}).items())
    remote = hits.facets.get("mode", {}).get("remote", 0)
    key = ("tabs", criteria, hits.total, regions, remote)
    return pieces().kept(key, lambda: _made_tabs(criteria, hits))


def _made_tabs(criteria: Criteria, hits: Hits) -> Markup:
    tabs = list(_tabs_of(criteria, hits))
    shape = tuple((tab.is_current, tab.found is not None) for tab in tabs)
    values: dict[str, str] = {}
    for number, tab in enumerate(tabs):
        values[f"href{number}"] = tab.href
        values[f"count{number}"] = tab.found or ""
    return pieces().form("tabs", _drawn_tabs, *shape).filled(values)


def _tabs_of(criteria: Criteria, hits: Hits) -> Iterable[_Tab]:
    is_remote = criteria.mode == ("remote",) and not criteria.region
    everywhere = criteria.replaced(region=(), mode=() if is_remote else criteria.mode)
    is_whole = not criteria.region and not is_remote
    total = filters.number(hits.total) if is_whole else None
    yield _Tab(escape(address(everywhere)), total, is_whole)
    counts = hits.facets.get("region", {})
    before, after = address_halves(criteria, "region")
    for region in Region:
        count = filters.number(counts.get(region.value, 0))
        yield _Tab(f"{before}{region.value}{after}", count, criteria.region == (region,))
    remote = filters.number(hits.facets.get("mode", {}).get("remote", 0))
    href = escape(address(criteria.replaced(region=(), mode=("remote",))))
    yield _Tab(href, None if criteria.region else remote, is_remote)


def _drawn_tabs(*shape: tuple[bool, bool]) -> str:
    labels = (gettext("Everywhere"), *map(filters.label, Region), gettext("Remote"))
    items = [
        {
            "label": label,
            "href": gap(f"href{number}"),
            "count": gap(f"count{number}") if has_count else None,
            "is_current": is_current,
        }
        for number, (label, (is_current, has_count)) in enumerate(zip(labels, shape, strict=True))
    ]
    return macro("tabs", "tabs")(items, gettext("Regions"))


def _chips(criteria: Criteria, names: Mapping[str, str]) -> Markup:
    """Return what narrows the list, each with the search without it."""
    chosen = [pair for pair in criteria.filter_pairs() if pair[0] != "q"]
    values: dict[str, str] = {"clear": escape(address(Criteria(q=criteria.q)))}
    for number, (key, value) in enumerate(chosen):
        values[f"label{number}"] = escape(criteria_words.chip_label(criteria, key, value, names))
        values[f"href{number}"] = escape(address(criteria.without(key, value)))
    return pieces().form("chips", _drawn_chips, len(chosen)).filled(values)


def _drawn_chips(count: int) -> str:
    items = [
        {"label": gap(f"label{number}"), "href": gap(f"href{number}")} for number in range(count)
    ]
    return macro("chip", "chips")(items, gap("clear"))


def _pager(criteria: Criteria, pages: Pages) -> Markup:
    if pages.last == 1:
        return Markup("")
    first = with_query(PATH, criteria.with_page(1).query_pairs())
    # However far away the last page is, its number is all that differs.
    last = min(pages.last, pages.page + _FAR)
    pager = pieces().form("pager", _drawn_pager, pages.page, last)
    base = f"{first}{'&' if '?' in first else '?'}page="
    values: dict[str, str] = {"first": escape(first), "base": escape(base)}
    return pager.filled({**values, "last": str(pages.last)})


def _drawn_pager(page: int, last: int) -> str:
    pages = Pages(page, last, 0)
    given = {
        "page": page,
        "shown": [gap("last") if number == page + _FAR else number for number in pages.shown],
        "has_previous": pages.has_previous,
        "has_next": pages.has_next,
    }
    return macro("pager", "pager_of")(given, gap("first"), gap("base"))


def _said(criteria: Criteria, problems: Sequence[Problem], hits: Hits, now: datetime) -> Markup:
    """Return what there is to say about the search before its cards; most often nothing."""
    offers, meanings = results.offers(criteria, now), results.meanings(criteria, now)
    if not (problems or hits.corrections or offers or meanings):
        return Markup("")
    page = render_template(
        "listings/_said.html",
        criteria=criteria,
        problems=[(one.key, one.value, gettext(one.sentence)) for one in problems],
        corrected=results.corrected(criteria, hits) if hits.corrections else "",
        insisting=address(engine.insisting(criteria, hits)) if hits.corrections else "",
        offers=offers,
        meanings=meanings,
    )
    return Markup(page)  # noqa: S704 - a template's own output


def _nothing(criteria: Criteria, hits: Hits, now: datetime) -> Markup:
    page = render_template(
        "listings/_nothing.html",
        is_empty=criteria.is_empty,
        again=whole(PATH, criteria.query_pairs()) if hits.total else "",
        looser=results.looser(criteria, now) if not hits.total else [],
    )
    return Markup(page)  # noqa: S704 - a template's own output


def _partial(criteria: Criteria, hits: Hits, now: datetime) -> Markup:
    cards = _cards(criteria, hits, hits.partial_ids, now)
    if not cards:
        return Markup("")
    part = pieces().form("partial", _drawn_partial)
    return part.filled({"cards": "".join(cards)})


def _drawn_partial() -> str:
    return render_template("listings/_partial.html", cards=gap("cards"))
