"""What the Jobs page says around its cards: corrections, offers, places, a looser search."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from jobboard.domain.criteria import LONGEST_TEXT, Criteria, Sort
from jobboard.domain.places import Suggestion, area_name, suggest
from jobboard.domain.taxonomy import Mode
from jobboard.queries import organisations
from jobboard.search import engine
from jobboard.search.engine import Hits
from jobboard.search.offers import Offer
from jobboard.tables import gazetteer
from jobboard.web import criteria_words, filters
from jobboard.web.public import with_query
from jobboard.web.wording import gettext
from jobboard.words import N_

PATH = "/jobs/"
#: Longer than any value may be, so it occurs in no other one.
_ANY_VALUE = "~" * (LONGEST_TEXT + 1)

SORTS = {
    Sort.BEST: N_("Best match"),
    Sort.NEWEST: N_("Newest"),
    Sort.DEADLINE: N_("Closing soonest"),
    Sort.PAY: N_("Best paid"),
}

#: Most filters that are tried one by one for a looser search.
_MOST_TRIES = 12
#: Words of a search that are left out one by one, and looser searches that are offered.
_MOST_WORDS = 8
_MOST_LOOSER = 3


@dataclass(frozen=True)
class Link:
    """A link with its words, and how many listings it leads to where that is known."""

    label: str
    href: str
    count: str | None = None


def address(criteria: Criteria) -> str:
    """Return the one address of a search."""
    return with_query(PATH, criteria.query_pairs())


def address_halves(criteria: Criteria, key: str) -> tuple[Markup, Markup]:
    """Return what stands before and after the value in addresses that differ in one key's value.

    As HTML, for values that need no quoting; a page writes fifty such addresses.
    """
    before, _, after = address(criteria.replaced(**{key: (_ANY_VALUE,)})).partition(_ANY_VALUE)
    return escape(before), escape(after)


def looser(criteria: Criteria, now: datetime) -> list[Link]:
    """Return searches that leave out one thing and find something, the nearest first."""
    tried = []
    names = organisations.names(criteria.organisation, now)
    for words, wider in _wider(criteria, names)[:_MOST_TRIES]:
        total = engine.count(wider, now)
        if total:
            tried.append((total, words, wider))
    tried.sort(key=lambda one: one[0])
    return [
        Link(gettext("Without %(filter)s", filter=words), address(wider), filters.number(total))
        for total, words, wider in tried[:_MOST_LOOSER]
    ]


def corrected(criteria: Criteria, hits: Hits) -> str:
    """Return the words that were searched where some were taken for slips."""
    words = criteria.q
    for typed, searched in hits.corrections:
        words = words.replace(typed, searched, 1)
    return words


def _wider(criteria: Criteria, names: Mapping[str, str]) -> list[tuple[str, Criteria]]:
    """Return what may be left out, in words, each with the search without it."""
    found = [
        (criteria_words.chip_label(criteria, key, value, names), criteria.without(key, value))
        for key, value in criteria.filter_pairs()
        if key != "q"
    ]
    has_filters = bool(found)
    words = criteria.q.split()
    for number, word in enumerate(words[:_MOST_WORDS] if len(words) > 1 else []):
        rest = " ".join([*words[:number], *words[number + 1 :]])
        found.append((f"“{word}”", criteria.replaced(q=rest)))
    if words and has_filters:
        found.append((f"“{criteria.q}”", criteria.without("q")))
    return found


def offers(criteria: Criteria, now: datetime) -> list[Link]:
    """Return filters that words of the search name, each as a search with it in their place."""
    return [
        Link(_offer_words(offer), address(offer.criteria), filters.number(offer.count))
        for offer in engine.offers(criteria, now)
    ]


def meanings(criteria: Criteria, now: datetime) -> list[Link]:
    """Return the places that a name may mean, where it is asked back which one."""
    found = []
    for meaning in engine.meanings(criteria, now):
        country = filters.country_name(meaning.country)
        parts = dict.fromkeys(filter(None, (meaning.name, meaning.area, country)))
        found.append(
            Link(", ".join(parts), address(meaning.criteria), filters.number(meaning.count))
        )
    return found


def places(text: str) -> list[dict[str, str]]:
    """Return places whose names begin with a text, for the box of places."""
    return [
        {
            "label": _place_words(one),
            "kind": one.kind,
            "value": _place_value(one),
            "city": ", ".join(filter(None, (one.name, one.area))) if one.kind == "city" else "",
            "country": one.country,
        }
        for one in suggest(text)
    ]


def _offer_words(offer: Offer) -> str:
    words = criteria_words.chip_label(offer.criteria, offer.key, offer.value)
    return gettext("“%(words)s” as a filter: %(filter)s", words=offer.words, filter=words)


def _place_words(place: Suggestion) -> str:
    if place.kind == "country":
        return filters.country_name(place.country)
    if place.kind == "remote":
        return filters.label(Mode.REMOTE)
    country = filters.country_name(place.country) if place.country else ""
    parts = (place.name, area_name(place.country, place.area), country)
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _place_value(place: Suggestion) -> str:
    """Return what the box of places holds afterwards: words that people would write too."""
    if place.kind != "city":
        return place.value
    parts = (place.name, place.area, gazetteer.country_name(place.country))
    return ", ".join(dict.fromkeys(filter(None, parts)))
