"""The page of a listing, put together of pieces drawn once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from flask import render_template
from markupsafe import Markup, escape

from jobboard.blueprints.listings import results, structured_data
from jobboard.domain import address
from jobboard.domain.criteria import Criteria
from jobboard.domain.taxonomy import direction
from jobboard.models.listing import Listing
from jobboard.queries import listing_page as find
from jobboard.search import engine
from jobboard.web import cards, filters, listing_view
from jobboard.web.listing_view import ListingView
from jobboard.web.pieces import Pieces, gap, macro, pieces
from jobboard.web.public import whole
from jobboard.web.wording import gettext, ngettext

_RELATED = 4
#: Places named of each of them; the rest is counted.
_PLACES_OF_RELATED = 3
#: Letters from which the value of a fact gets a row of its own.
_LONG_FACT = 80

#: What the frame, the head, the text and the end show, each where there is such a thing.
_FRAME_WORDS = (
    *("summary", "closed_text", "apply_url", "show_url", "posted_text", "updated_text"),
    *("related", "structured"),
)
_FRAME_GAPS = (
    *("title", "organisation", "canonical", "slug", "trail", "head", "end", "text", "neighbours"),
    *("apply_site", "posted_iso", "updated_iso", "share_to", "share_words"),
)
_HEAD_WORDS = ("organisation_url", "verified_text", "organisation_kind", "open_text")
_HEAD_GAPS = ("title", "language", "dir", "initials", "organisation")
_TEXT_WORDS = ("unpaid_text", "description", "instructions", "apply_url")
_DEADLINE = ("relative", "absolute", "iso", "zone")
_RELATED_GAPS = ("url", "language", "dir", "title", "organisation", "place_text")
_NEIGHBOUR_GAPS = ("url", "language", "title")

#: Which words of a piece there are.
_Had = tuple[bool, ...]


def listing_page(listing: Listing, open_count: int, now: datetime) -> Markup:
    """Return the page of a listing that everybody may see.

    Args:
        listing: the listing.
        open_count: how many live ones its organisation has.
        now: the moment from which time left is counted.
    """
    known = pieces()
    view = listing_view.view(listing, now)
    beside = _beside(listing, now, is_live=view.is_live)
    canonical = whole(view.url)
    structured = structured_data.markup(listing, now) if view.is_live else None
    words: dict[str, str] = {
        "summary": escape(view.summary),
        "closed_text": escape(view.closed_text),
        "apply_url": escape(view.apply.url),
        "show_url": escape(view.apply.show_url),
        "posted_text": escape(view.posted_text),
        "updated_text": escape(view.updated_text),
        "related": _related(known, beside.alike),
        "structured": structured or "",
    }
    form = known.form("listing", _frame, view.is_live, view.has_calendar, _had(words))
    return form.filled(
        {
            **words,
            "title": escape(view.title),
            "organisation": escape(view.organisation),
            "canonical": escape(canonical),
            "slug": escape(listing.slug),
            "trail": _trail(known, listing),
            "head": _head(known, view, _open_text(open_count)),
            "end": _end(known, view),
            "text": _text(known, view),
            "neighbours": _neighbours(known, beside),
            "apply_site": escape(view.apply.site),
            "posted_iso": escape(view.posted_iso),
            "updated_iso": escape(view.updated_iso),
            "share_to": escape(quote(canonical, safe="")),
            "share_words": escape(quote(view.title)),
        }
    )


def _had(words: dict[str, str]) -> _Had:
    return tuple(map(bool, words.values()))


def _gaps(names: Sequence[str], had: _Had) -> dict[str, str]:
    return {name: gap(name) if has else "" for name, has in zip(names, had, strict=True)}


def _frame(is_live: bool, has_calendar: bool, had: _Had) -> str:
    return render_template(
        "listings/show.html",
        is_live=is_live,
        has_calendar=has_calendar,
        **_gaps(_FRAME_WORDS, had),
        **{name: gap(name) for name in _FRAME_GAPS},
    )


def _head(known: Pieces, view: ListingView, open_text: str) -> Markup:
    """Return the title, the organisation and what is said about it."""
    words: dict[str, str] = {
        "organisation_url": escape(view.organisation_url),
        "verified_text": escape(view.verified_text),
        "organisation_kind": escape(view.organisation_kind),
        "open_text": escape(open_text),
    }
    tones = tuple(tone for _, tone in view.pills)
    form = known.form(
        "listing_head", _head_form, view.has_long_title, view.is_verified, tones, _had(words)
    )
    values = words | {name: escape(getattr(view, name)) for name in _HEAD_GAPS}
    for number, (said, _) in enumerate(view.pills):
        values[f"pill{number}"] = escape(said)
    return form.filled(values)


def _head_form(has_long_title: bool, is_verified: bool, tones: Sequence[str], had: _Had) -> str:
    words = _gaps(_HEAD_WORDS, had)
    form = {
        **words,
        **{name: gap(name) for name in _HEAD_GAPS},
        "has_long_title": has_long_title,
        "is_verified": is_verified,
        "pills": [(gap(f"pill{number}"), tone) for number, tone in enumerate(tones)],
    }
    return macro("listing", "listing_head")(form, 1, words["open_text"])


def _text(known: Pieces, view: ListingView) -> Markup:
    """Return the facts and the text."""
    words: dict[str, str] = {
        "unpaid_text": escape(view.unpaid_text),
        "description": escape(view.description),
        "instructions": escape(view.apply.instructions),
        # Only a listing without a text says where to look for one.
        "apply_url": "" if view.description else escape(view.apply.url),
    }
    form = known.form("listing_text", _text_form, _had(words))
    rows = "\n".join(_fact(known, label, value) for label, value in view.facts if value)
    values = {"facts": rows, "language": escape(view.language), "dir": escape(view.dir)}
    return form.filled({**words, **values})


def _text_form(had: _Had) -> str:
    words = _gaps(_TEXT_WORDS, had)
    form = {
        **words,
        "language": gap("language"),
        "dir": gap("dir"),
        "apply": {"url": words["apply_url"], "instructions": words["instructions"]},
    }
    return macro("listing", "listing_text")(form, gap("facts"))


def _fact(known: Pieces, label: str, value: str) -> Markup:
    form = known.form("fact", _fact_form, label, len(value) > _LONG_FACT)
    return form.filled({"value": escape(value)})


def _fact_form(label: str, is_long: bool) -> str:
    return macro("facts", "fact")(label, gap("value"), is_long)


def _end(known: Pieces, view: ListingView) -> Markup:
    """Return the time left and the deadline in words."""
    shape = (bool(view.closed_text), bool(view.time_left), view.deadline.is_urgent)
    values: dict[str, str] = {name: escape(getattr(view.deadline, name)) for name in _DEADLINE}
    form = known.form("listing_end", _end_form, *shape)
    return form.filled({**values, "time_left": escape(view.time_left)})


def _end_form(is_closed: bool, has_time_left: bool, is_urgent: bool) -> str:
    form = {
        "closed_text": is_closed,
        "time_left": gap("time_left") if has_time_left else "",
        "deadline": {"is_urgent": is_urgent, **{name: gap(name) for name in _DEADLINE}},
    }
    return macro("listing", "listing_end")(form)


def _trail(known: Pieces, listing: Listing) -> Markup:
    """Return the way here: the list, the country, the city or the kind."""
    values: dict[str, str] = {}
    steps = list(_steps(listing))
    for number, (label, href) in enumerate(steps):
        values |= {f"label{number}": escape(label), f"href{number}": escape(href)}
    return known.form("trail", _trail_form, *(bool(href) for _, href in steps)).filled(values)


def _trail_form(*are_links: bool) -> str:
    steps = [
        (gap(f"label{number}"), gap(f"href{number}") if is_link else "")
        for number, is_link in enumerate(are_links)
    ]
    return macro("breadcrumbs", "breadcrumbs")(steps)


def _steps(listing: Listing) -> Iterable[tuple[str, str]]:
    yield gettext("Jobs"), results.PATH
    place = next((one for one in listing.places if one.country), None)
    if place is not None and place.country is not None:
        criteria = Criteria(country=(place.country,))
        yield filters.country_name(place.country), results.address(criteria)
        if place.city:
            yield place.city, ""
            return
    kind = filters.stated(listing.opportunity_type)
    if kind:
        yield kind, ""


def _open_text(count: int) -> str:
    return ngettext("%(num)s open position", "%(num)s open positions", count) if count else ""


def _beside(listing: Listing, now: datetime, *, is_live: bool) -> find.Beside:
    ids = engine.related(listing, now, _RELATED) if is_live else _alike(listing, now)
    return find.beside(listing, [one for one in ids if one != listing.id], now)


def _neighbours(known: Pieces, beside: find.Beside) -> Markup:
    """Return the ways to the listings published just before and just after."""
    older, newer = beside.older, beside.newer
    if not (older or newer):
        return Markup("")
    values: dict[str, str] = {}
    for name, other in (("older", older), ("newer", newer)):
        if other is not None:
            values[f"{name}_url"] = escape(address.listing(other.slug))
            values[f"{name}_language"] = escape(other.language)
            values[f"{name}_title"] = escape(other.title)
    form = known.form("neighbours", _neighbours_form, newer is not None, older is not None)
    return form.filled(values)


def _neighbours_form(has_newer: bool, has_older: bool) -> str:
    newer, older = (
        {part: gap(f"{name}_{part}") for part in _NEIGHBOUR_GAPS} if has else None
        for name, has in (("newer", has_newer), ("older", has_older))
    )
    return macro("listing", "neighbours")(newer, older)


def _related(known: Pieces, rows: Sequence[find.LinkRow]) -> str:
    """Return other listings that may please whoever reads this one."""
    form = known.form("related", _related_form)
    return "\n".join(
        form.filled(
            {
                "url": escape(address.listing(row.slug)),
                "language": escape(row.language),
                "dir": direction(row.language),
                "title": escape(row.title),
                "organisation": escape(row.organisation or gettext("Organisation not stated")),
                "place_text": escape(_places(row)),
            }
        )
        for row in rows[:_RELATED]
    )


def _related_form() -> str:
    return macro("listing", "related_listing")({name: gap(name) for name in _RELATED_GAPS})


def _places(row: find.LinkRow) -> str:
    return cards.place_text(row.places, row.remote_countries, row.mode, most=_PLACES_OF_RELATED)


def _alike(listing: Listing, now: datetime) -> list[int]:
    """Return live listings like one that has ended, and so is in no index: by title, by topic."""
    questions = (
        Criteria(q=listing.title[:150].replace('"', " ")),
        Criteria.parse(("topic", topic) for topic in listing.topics).criteria,
        Criteria.parse(("country", one.country or "") for one in listing.places).criteria,
    )
    found: dict[int, None] = {}
    for question in questions:
        if question.is_empty or len(found) >= _RELATED:
            continue
        hits = engine.search(question, now, limit=_RELATED, with_facets=False)
        found |= dict.fromkeys((*hits.ids, *hits.partial_ids))
    return list(found)[:_RELATED]
