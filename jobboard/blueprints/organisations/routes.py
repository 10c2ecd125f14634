"""The index of organisations and their pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, abort, redirect, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from jobboard import clock
from jobboard.blueprints.organisations import profile
from jobboard.domain import address
from jobboard.domain.criteria import PAGE_SIZE
from jobboard.markup.text import clean_line
from jobboard.queries import cards as find_cards
from jobboard.queries import organisations as find
from jobboard.queries.organisations import LETTERS, OTHER, Wanted
from jobboard.web import drawn_cards, paging
from jobboard.web.public import answer, whole, with_query

bp = Blueprint("organisations", __name__)

_PATH = "/organisations/"
_ON_PAGE = 60
_LONGEST_WORDS = 100


@dataclass(frozen=True)
class Letter:
    """A letter of the index; no name begins with it where it has no address."""

    label: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Tab:
    """One of the two lists: who is hiring, and everybody."""

    label: str
    href: str
    is_current: bool


@bp.get("/organisations/")
def index() -> AnyResponse:
    """Organisations from A to Z, each with how many positions it has open."""
    now = clock.now()
    wanted = _wanted()
    total = find.count(wanted, now)
    pages = paging.pages(paging.number(request.args), total, _ON_PAGE)
    offset = (pages.page - 1) * _ON_PAGE
    rows = find.page(wanted, now, limit=_ON_PAGE, offset=offset)
    pairs = _pairs(wanted)
    page = render_template(
        "organisations/index.html",
        wanted=wanted,
        found=_found(wanted, total),
        entries=[profile.entry(row) for row in rows],
        letters=_letters(wanted, find.letters(wanted, now)),
        tabs=_tabs(wanted),
        pages=pages,
        path=_PATH,
        pager_query=with_query("", pairs).removeprefix("?"),
        canonical=whole(_PATH, [*pairs, *([("page", str(pages.page))] if pages.page > 1 else [])]),
        is_indexed=not wanted.words and wanted.is_hiring,
        every_letter=_to(wanted, letter="") if wanted.letter else "",
        everybody=_to(wanted, is_hiring=False, letter="") if wanted.is_hiring else _PATH,
    )
    return answer(page)


@bp.get("/organisation/<slug>/")
def show(slug: str) -> AnyResponse:
    """One organisation: who it is, how the board knows, and its live listings."""
    now = clock.now()
    row = find.by_slug(slug.lower(), now)
    if row is None:
        abort(404)
    if row.slug != slug:
        return redirect(address.organisation(row.slug), 301)
    pages = paging.pages(paging.number(request.args), row.open_count, PAGE_SIZE)
    listings = find_cards.of_organisation(
        row.id, now, limit=PAGE_SIZE, offset=(pages.page - 1) * PAGE_SIZE
    )
    path = address.organisation(row.slug)
    page = render_template(
        "organisations/show.html",
        organisation=profile.view(row, now),
        cards=drawn_cards.drawn(listings, now),
        pages=pages,
        path=path,
        found=_open(row.open_count),
        feeds=profile.feeds(row.slug),
        search=with_query("/jobs/", [("organisation", row.slug)]),
        canonical=whole(path, [("page", str(pages.page))] if pages.page > 1 else []),
        is_indexed=bool(row.open_count or row.description),
    )
    return answer(page)


def _wanted() -> Wanted:
    """Read what the index is asked for; what no link of ours leads to is a 404."""
    letter = request.args.get("letter", "")
    if letter and (len(letter) > 1 or letter not in LETTERS) and letter != OTHER:
        abort(404)
    everyone = request.args.get("all", "")
    if everyone not in ("", "1"):
        abort(404)
    return Wanted(
        words=clean_line(request.args.get("q", "")[:_LONGEST_WORDS]),
        letter=letter,
        is_hiring=not everyone,
    )


def _pairs(wanted: Wanted) -> list[tuple[str, str]]:
    pairs = [
        ("q", wanted.words),
        ("letter", wanted.letter),
        ("all", "" if wanted.is_hiring else "1"),
    ]
    return [pair for pair in pairs if pair[1]]


def _letters(wanted: Wanted, known: Mapping[str, int]) -> list[Letter]:
    return [
        Letter(
            label=letter.upper() if letter != OTHER else "#",
            name=letter.upper() if letter != OTHER else gettext("Other letters and figures"),
            href=_to(wanted, letter=letter) if letter in known else "",
            is_current=letter == wanted.letter,
        )
        for letter in (*LETTERS, OTHER)
    ]


def _tabs(wanted: Wanted) -> list[Tab]:
    return [
        Tab(gettext("With open positions"), _to(wanted, is_hiring=True), wanted.is_hiring),
        Tab(gettext("All"), _to(wanted, is_hiring=False), not wanted.is_hiring),
    ]


def _to(wanted: Wanted, **changes: object) -> str:
    return with_query(_PATH, _pairs(replace(wanted, **changes)))  # type: ignore[arg-type]


def _found(wanted: Wanted, total: int) -> str:
    if wanted.is_hiring:
        return ngettext(
            "%(num)s organisation with open positions",
            "%(num)s organisations with open positions",
            total,
        )
    return ngettext("%(num)s organisation", "%(num)s organisations", total)


def _open(count: int) -> str:
    if not count:
        return gettext("No open positions now")
    return ngettext("%(num)s open position", "%(num)s open positions", count)
