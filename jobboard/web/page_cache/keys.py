"""Which addresses have a page that is kept, and the key it is kept under.

Pages that are the same for everyone, and only these, are named here by their endpoints. Nothing of
a request but its path and the keys of its query that matter becomes part of a key, so that the
same page is not kept twice, and nobody can fill the cache with one page under many addresses.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from werkzeug.routing import Rule

from jobboard.domain.criteria import Criteria
from jobboard.web.public import without_tracking

#: Stands for the keys of a search: order and repeats of them make no other page.
_SEARCH = ("search",)
#: The endpoints whose answers are kept, with the keys of the query that matter to each; other
#: keys never reach the page. Not among them: the API, which counts each visitor's requests, and
#: what is as long as the board is large (sitemap, partners' feed), which has its own way.
CACHEABLE_ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "api.docs": (),
    "feeds.deadlines": _SEARCH,
    "feeds.description": (),
    "feeds.robots": (),
    "feeds.search": _SEARCH,
    "listings.calendar": (),
    "listings.index": _SEARCH,
    "listings.item": (),
    "listings.places": ("q",),
    "listings.show": (),
    "organisations.index": ("all", "letter", "page", "q"),
    "organisations.show": ("page",),
    "pages.about": (),
    "pages.contact": (),
    "pages.privacy": (),
    "pages.terms": (),
}

#: How long words that tell the time may stand ("3 hours left"), and how long counts of what ends
#: within days or began within hours. Beginnings and ends themselves need no margin.
_LIFE = timedelta(seconds=60)
_LIFE_OF_COUNTS = timedelta(seconds=10)
#: Addresses whose reading is remembered, and the longest of a page that is kept: what people ask
#: for and link to is shorter, and made-up ones must not fill the memory.
_MOST_ADDRESSES = 5_000
_LONGEST_ADDRESS = 1_000


class CacheKey(NamedTuple):
    """What tells one kept page from another: its path, the query as the page sees it, its life."""

    path: str
    query: str
    life: timedelta


class CacheableRoutes:
    """The routes whose pages are kept; tells the key of a page by the address asked for."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._patterns: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
        self._known: dict[str, CacheKey | None] = {}
        for rule in rules:
            keys = CACHEABLE_ENDPOINTS.get(rule.endpoint)
            if keys is None or "GET" not in (rule.methods or ()):
                continue
            if rule.arguments:
                self._patterns.append((_pattern(rule.rule), keys))
            else:
                self._exact[rule.rule] = keys

    def key(self, path: str, query: str) -> CacheKey | None:
        """Return the key of an address, or None where answers are not kept."""
        address = f"{path}?{query}"
        try:
            return self._known[address]
        except KeyError:
            pass
        keys = self._keys(path)
        if keys is None or len(address) > _LONGEST_ADDRESS:
            return None
        read = _read_query(keys, query)
        life = _LIFE_OF_COUNTS if keys is _SEARCH else _LIFE
        key = CacheKey(path, read, life) if read is not None else None
        if len(self._known) >= _MOST_ADDRESSES:
            self._known.clear()
        self._known[address] = key
        return key

    def _keys(self, path: str) -> tuple[str, ...] | None:
        keys = self._exact.get(path)
        if keys is not None:
            return keys
        return next((keys for pattern, keys in self._patterns if pattern.fullmatch(path)), None)


def _pattern(rule: str) -> re.Pattern[str]:
    """Return what matches the paths of a rule: ``/job/<slug>/``."""
    parts = re.split(r"<([^>]*)>", rule)
    return re.compile(
        "".join(
            re.escape(part) if at % 2 == 0 else (".+" if part.startswith("path:") else "[^/]+")
            for at, part in enumerate(parts)
        )
    )


def _read_query(keys: tuple[str, ...], query: str) -> str | None:
    """Return the query as the page will see it; None for one that is answered, but not kept."""
    if not keys or not query:
        return ""
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
    if keys is not _SEARCH:
        return urlencode([pair for key in keys for pair in pairs if pair[0] == key])
    criteria, problems = Criteria.parse(without_tracking(pairs))
    # The page says what it did not understand, each time in other words.
    return None if problems else urlencode(criteria.query_pairs())
