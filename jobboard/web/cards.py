"""Listings as cards: what a card says."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from jobboard.domain import address
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.places import ANYWHERE
from jobboard.domain.taxonomy import DeadlineKind, Hours, LanguageLevel, Mode, direction
from jobboard.queries.cards import CardRow
from jobboard.web import filters
from jobboard.web.wording import gettext, ngettext

#: Places named on a card; the rest is counted.
_PLACES_ON_CARD = 3
_HOURS, _LEVELS = frozenset(Hours), frozenset(LanguageLevel)
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


class Deadline(NamedTuple):
    """When a listing ends, as ``macros/deadline.html`` shows it."""

    relative: str
    is_urgent: bool
    absolute: str
    iso: str
    zone: str
    kind: str


class Card(NamedTuple):
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
    snippet: str = ""
    logo_url: str = ""


def card(row: CardRow, now: datetime) -> Card:
    """Return what the card of a listing says at ``now``."""
    name = row.registered_name or row.organisation_name
    slug = row.organisation_slug
    return Card(
        url=address.listing(row.slug),
        title=row.title,
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
    if ANYWHERE in codes:
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
    if need.level in _LEVELS and need.level != LanguageLevel.NOT_STATED:
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
    hours = [filters.label(Hours(word)) for word in row.hours if word in _HOURS]
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
