"""Listings as cards: what a card says, and the cards of a page ready made.

A list shows the same cards again and again, so a drawn card is kept as long as nothing in it
changes: its listing's version, its organisation's profile, the words of its deadline, the words
marked in its title.
"""

import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from types import MappingProxyType
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from jobboard.domain import address
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import DeadlineKind, Hours, LanguageLevel, Mode, direction
from jobboard.queries.listings import CardRow
from jobboard.search.analysis import spans
from jobboard.web import filters
from jobboard.web.wording import gettext, ngettext

#: Places named on a card; the rest is counted.
_PLACES_ON_CARD = 3
#: Bytes of drawn cards and other pieces kept in one process, and of what goes with each.
_KEPT_BYTES = 8 * 1024 * 1024
_OF_A_KEY = 700
#: Stand in a drawn card where its title and its snippet come; no text of the board holds a NUL.
_TITLE_GAP, _SNIPPET_GAP = "\x00title", "\x00snippet"
#: The clocks of the world differ from UTC by this at most.
_ZONES = timedelta(hours=14)
#: Words of a name that are no initials.
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "de",
        "der",
        "des",
        "di",
        "du",
        "et",
        "for",
        "für",
        "la",
        "le",
        "les",
        "of",
        "on",
        "the",
        "to",
        "und",
        "ve",
        "von",
        "için",
    ]
)

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Deadline:
    """When a listing ends, as ``macros/deadline.html`` shows it."""

    relative: str
    is_urgent: bool
    absolute: str
    iso: str
    zone: str
    kind: str


@dataclass(frozen=True)
class Card:
    """One listing in a list, as ``macros/card.html`` shows it."""

    url: str
    title: str
    organisation: str
    organisation_url: str
    is_verified: bool
    initials: str
    place_text: str
    mode_text: str
    facts: tuple[str, ...]
    pay_text: str
    is_unpaid: bool
    deadline: Deadline
    language: str
    dir: str
    is_partial: bool = False
    snippet: str = ""
    logo_url: str = ""


class Kept:
    """Drawn pieces of pages, the ones not asked for longest given up first."""

    def __init__(self, most: int) -> None:
        """Remember how many bytes to keep at most."""
        self._most = most
        self._bytes = 0
        self._pieces: OrderedDict[Any, Markup] = OrderedDict()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Bytes of all pieces kept."""
        return self._bytes

    def find(self, key: Any) -> Markup | None:
        """Return a piece, or None when it must be drawn."""
        with self._lock:
            piece = self._pieces.get(key)
            if piece is not None:
                self._pieces.move_to_end(key)
            return piece

    def keep(self, key: Any, piece: Markup) -> Markup:
        """Keep a piece and return it."""
        with self._lock:
            former = self._pieces.pop(key, None)
            self._bytes += _size(piece) - (_size(former) if former is not None else 0)
            self._pieces[key] = piece
            while self._bytes > self._most:
                _, oldest = self._pieces.popitem(last=False)
                self._bytes -= _size(oldest)
        return piece


def kept() -> Kept:
    """Return the drawn pieces of the present application."""
    found: Kept = current_app.extensions.setdefault("kept_pieces", Kept(_KEPT_BYTES))
    return found


def _size(piece: Markup) -> int:
    """Return the bytes that a piece takes, its key and its place in the order counted roughly."""
    return sys.getsizeof(piece) + _OF_A_KEY


def drawn(
    rows: Iterable[CardRow],
    now: datetime,
    *,
    terms: frozenset[str] = frozenset(),
    partial_ids: Sequence[int] = (),
    snippets: Mapping[int, Markup] = MappingProxyType({}),
) -> list[Markup]:
    """Return cards as HTML.

    Args:
        rows: the listings in order.
        now: the moment from which time left is counted.
        terms: folded words and stems to mark in titles.
        partial_ids: listings that match some words only, which their cards say.
        snippets: pieces of their texts with words marked, by id (``web/snippets.py``).
    """
    pieces, language = kept(), filters.language()
    partial = frozenset(partial_ids)
    # A day of this year is said without it, and the new year begins in the poster's zone.
    years = ((now - _ZONES).year, (now + _ZONES).year)
    cards = []
    for row in rows:
        snippet = snippets.get(row.id)
        key = (
            "card",
            row.id,
            row.version,
            row.updated_at,
            row.registered_name,
            row.organisation_slug,
            row.verified_at,
            language,
            _time_left(row, now),
            row.id in partial,
            bool(snippet),
            years,
        )
        piece = pieces.find(key)
        if piece is None:
            piece = pieces.keep(key, _drawn(row, now, row.id in partial, bool(snippet)))
        marks = tuple(spans(row.title, terms, row.language)) if terms else ()
        cards.append(_filled(piece, marked(row.title, marks), snippet or ""))
    return cards


def _drawn(row: CardRow, now: datetime, is_partial: bool, has_snippet: bool) -> Markup:
    """Draw a card with gaps for what each search marks otherwise: its title, its snippet."""
    draw = current_app.jinja_env.get_template("macros/card.html").module.card  # type: ignore[attr-defined]
    shown = card(row, now, is_partial=is_partial)
    snippet = _SNIPPET_GAP if has_snippet else ""
    return Markup(draw(replace(shown, title=_TITLE_GAP, snippet=snippet)))  # noqa: S704


def _filled(piece: Markup, title: Markup, snippet: str) -> Markup:
    before, _, rest = str(piece).partition(_TITLE_GAP)
    if not snippet:
        return Markup(f"{before}{title}{rest}")  # noqa: S704 - all are escaped already
    between, _, after = rest.partition(_SNIPPET_GAP)
    return Markup(f"{before}{title}{between}{snippet}{after}")  # noqa: S704


def card(row: CardRow, now: datetime, *, marks: Spans = (), is_partial: bool = False) -> Card:
    """Return what the card of a listing says at ``now``, some letters of the title marked."""
    name = row.registered_name or row.organisation_name
    slug = row.organisation_slug
    return Card(
        url=address.listing(row.slug),
        title=marked(row.title, marks) if marks else row.title,
        organisation=name or gettext("Organisation not stated"),
        organisation_url=address.organisation(slug) if slug else "",
        is_verified=row.verified_at is not None,
        initials=initials(name),
        place_text=place_text(row.places, row.remote_countries, row.mode, most=_PLACES_ON_CARD),
        mode_text=mode_text(row.places, row.mode),
        facts=_facts(row),
        pay_text=_pay_text(row),
        is_unpaid=row.pay_kind in ("unpaid", "expenses_only"),
        deadline=deadline(row.deadline_kind, row.ends_at, row.deadline_zone, now),
        language=row.language,
        dir=direction(row.language),
        is_partial=is_partial,
    )


def deadline(
    kind: DeadlineKind, ends_at: datetime | None, zone: str, now: datetime, *, is_full: bool = False
) -> Deadline:
    """Return when a listing ends in words.

    Args:
        kind: what ends it.
        ends_at: the instant at which it goes away.
        zone: the poster's zone.
        now: the moment from which time left is counted.
        is_full: say day and hour however far away it is, for the listing's own page.
    """
    if ends_at is not None and ends_at <= now:
        words = gettext("Closed on %(day)s", day=filters.day(ends_at, zone, now))
        return Deadline(words, False, "", filters.iso(ends_at), zone, kind)
    if kind is DeadlineKind.ROLLING:
        return Deadline(gettext("Rolling"), False, "", "", zone, kind)
    if kind is DeadlineKind.UNTIL_FILLED:
        return Deadline(gettext("Until filled"), False, "", "", zone, kind)
    if kind is not DeadlineKind.DATE or ends_at is None:
        return Deadline(gettext("No deadline stated"), False, "", "", zone, kind)
    rest = ends_at - now
    relative = filters.closes_in(*filters.left(ends_at, now))
    is_near = rest.days < 7
    if is_full or is_near:
        absolute = filters.moment(ends_at, zone, None if is_full else now)
        return Deadline(relative, rest < filters.URGENT, absolute, filters.iso(ends_at), zone, kind)
    return Deadline(relative, False, filters.day(ends_at, zone, now), "", zone, kind)


def place_text(
    places: Sequence[Place] | None,
    remote_countries: Sequence[str] | None,
    mode: Mode | None,
    *,
    most: int = 100,
) -> str:
    """Return the duty stations in words, or from where one may work; at most ``most`` of them."""
    named = [_place(place) for place in places or ()]
    if not named and mode is Mode.REMOTE:
        return remote_text(remote_countries, most=most)
    if not named:
        return gettext("Place not stated")
    text = " · ".join(named[:most])
    if len(named) > most:
        text += " " + ngettext("and %(num)s more", "and %(num)s more", len(named) - most)
    return text


def remote_text(remote_countries: Sequence[str] | None, *, most: int = 100) -> str:
    """Return "Remote" and from where."""
    codes = list(remote_countries or ())
    if "anywhere" in codes:
        return gettext("Remote, anywhere")
    if not codes:
        return gettext("Remote")
    names = ", ".join(filters.country_name(code) for code in codes[:most])
    if len(codes) > most:
        names += " " + ngettext("and %(num)s more", "and %(num)s more", len(codes) - most)
    return gettext("Remote from %(countries)s", countries=names)


def mode_text(places: Sequence[Place] | None, mode: Mode | None) -> str:
    """Return the way of working where the place does not say it already."""
    if mode is Mode.HYBRID or (mode is Mode.REMOTE and places):
        return filters.label(mode)
    return ""


def language_text(need: LanguageNeed) -> str:
    """Return a language asked for: "Turkish B2", "Russian (an asset)"."""
    words = filters.language_name(need.code)
    if need.level in set(LanguageLevel) and need.level != LanguageLevel.NOT_STATED:
        words = f"{words} {filters.label(LanguageLevel(need.level))}"
    if not need.is_required:
        words = gettext("%(language)s (an asset)", language=words)
    return words


def initials(name: str) -> str:
    """Return one or two letters that stand for an organisation."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    weighty = [word for word in words if word.lower() not in _SMALL] or words
    if not weighty:
        return "–"
    if len(weighty) == 1:
        return weighty[0][:2].upper()
    return (weighty[0][0] + weighty[1][0]).upper()


def marked(text: str, marks: Spans) -> Markup:
    """Return a text as HTML with some of its letters marked; everything is escaped."""
    parts: list[Markup] = []
    end = 0
    for start, stop in _joined(text, marks):
        parts += (
            escape(text[end:start]),
            Markup("<mark>"),
            escape(text[start:stop]),
            Markup("</mark>"),
        )
        end = stop
    return Markup("").join([*parts, escape(text[end:])])


def _joined(text: str, marks: Spans) -> list[tuple[int, int]]:
    """Join marks that only a space parts, so that a phrase is marked as one."""
    joined: list[tuple[int, int]] = []
    for start, stop in marks:
        if joined and text[joined[-1][1] : start].isspace():
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _place(place: Place) -> str:
    country = filters.country_name(place.country) if place.country else ""
    city = f"{place.city}, {place.area}" if place.city and place.area else place.city
    if city and country and city != country:
        return f"{city}, {country}"
    return city or country


def _facts(row: CardRow) -> tuple[str, ...]:
    kind = filters.stated(row.opportunity_type)
    if kind and row.duration_months:
        months = ngettext("%(num)s month", "%(num)s months", row.duration_months)
        kind = f"{kind}, {months}"
    hours = [filters.label(Hours(word)) for word in row.hours if word in set(Hours)]
    facts = [kind, row.grade, " / ".join(hours)]
    facts.append(", ".join(language_text(need) for need in row.languages[:3]))
    return tuple(fact for fact in facts if fact)


def _pay_text(row: CardRow) -> str:
    return filters.pay(
        kind=row.pay_kind,
        low=row.pay_min,
        high=row.pay_max,
        currency=row.pay_currency,
        period=row.pay_period,
        text=row.pay_text if len(row.pay_text) <= 80 else "",
    )


def _time_left(row: CardRow, now: datetime) -> tuple[str, int] | None:
    if row.deadline_kind is not DeadlineKind.DATE:
        return None
    # Three days and an hour is urgent like three days; the unit and its number decide it all.
    return filters.left(row.ends_at, now)
