"""Public pages kept ready made, in front of everything else, and right at every request.

The outermost layer of the application. It answers GET and HEAD of the pages that are the same for
everyone, from memory, as long as nothing has changed: each request asks the database for its
change number, so a page is never older than the last commit of any process; and no page is kept
beyond the next instant at which a listing begins or ends, nor longer than its words of time
("closes in 3 hours") can bear. Nothing of a request but its path and the keys of its query that
matter reaches the page that is kept.
"""

import gzip
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import brotli
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags
from werkzeug.routing import Rule

from jobboard import change_watch
from jobboard.domain.criteria import Criteria
from jobboard.queries.present import present
from jobboard.search import upkeep

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

#: Stands for the keys of a search: order and repeats of them make no other page.
SEARCH = ("search",)
#: The endpoints whose answers are kept, with the keys of the query that matter to each; other
#: keys never reach the page. Not among them: the API, which counts each visitor's requests, and
#: what is as long as the board is large (sitemap, partners' feed), which has its own way.
SHOWN_TO_ALL: Mapping[str, tuple[str, ...]] = {
    "api.docs": (),
    "feeds.deadlines": SEARCH,
    "feeds.description": (),
    "feeds.robots": (),
    "feeds.search": SEARCH,
    "listings.calendar": (),
    "listings.index": SEARCH,
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

#: What an answer must say to be kept: the same for everyone, to be asked about each time.
KEPT_CONTROL = "public, no-cache"
#: Headers that an answer may have to be kept; one more, and it is somebody's own.
_KEPT_HEADERS = frozenset(
    {
        "access-control-allow-origin",
        "cache-control",
        "content-disposition",
        "content-language",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "etag",
        "last-modified",
        "link",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-robots-tag",
    }
)
#: Of one answer, not of the page: left out of what is kept. Servers write the date themselves.
_OF_AN_ANSWER = frozenset({"date", "x-request-id"})
_OF_A_BODY = frozenset({"content-length", "content-type", "content-disposition"})

#: Bytes of pages kept in one process, and of the largest one; bytes of what goes with each body;
#: how much is left when something must go.
_MOST_BYTES = 8 * 1024 * 1024
_LARGEST = 2 * 1024 * 1024
_OF_A_FORM = 3_000
_LEFT = 0.9
#: How long words that tell the time may stand ("3 hours left"), and how long counts of what ends
#: within days or began within hours. Beginnings and ends themselves need no margin.
_LIFE = timedelta(seconds=60)
_LIFE_OF_COUNTS = timedelta(seconds=10)
#: Addresses whose reading is remembered, and the longest query of a page that is kept: what people
#: ask for and link to is shorter.
_MOST_ADDRESSES = 5_000
_LONGEST_QUERY = 1_000
_LONGEST_HEADER = 200

#: In order of liking.
_ENCODINGS = ("br", "gzip")
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 6
#: Below this a compressed body gains nothing over its headers.
_SHORTEST = 600
_TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)\b")


class Key(NamedTuple):
    """What tells one kept page from another: its path, the query as the page sees it, its life."""

    path: str
    query: str
    life: timedelta


@dataclass(frozen=True)
class _Form:
    """One way to send a page: its headers, those of a 304, and its bytes."""

    etag: str
    headers: Headers
    unchanged: Headers
    body: bytes


@dataclass
class _Page:
    """A kept page, its forms by their encoding, and what it is right for."""

    number: int
    made_at: datetime
    until: datetime
    last_modified: datetime | None
    forms: dict[str, _Form]
    #: Bytes that the cache has counted for it, and when it was last asked for, in requests.
    counted: int = 0
    asked_at: int = 0

    def holds(self, number: int, now: datetime) -> bool:
        """Tell whether it is still what would be made now."""
        return self.number == number and self.made_at <= now < self.until

    @property
    def size(self) -> int:
        """Bytes that it takes: its bodies, and roughly what goes with them."""
        bodies = {id(form): len(form.body) + _OF_A_FORM for form in tuple(self.forms.values())}
        return sum(bodies.values())


@dataclass
class _Answer:
    """What the application answered."""

    status: str
    headers: Headers
    parts: Iterable[bytes]

    def whole(self) -> bytes:
        """Read the body to its end and close it."""
        try:
            return b"".join(self.parts)
        finally:
            self.close()

    def close(self) -> None:
        """Tell the application that nothing more is read."""
        close = getattr(self.parts, "close", None)
        if close is not None:
            close()


@dataclass
class _Flight:
    """Those who want the same page at the same time: one makes it, the others wait."""

    lock: Any = field(default_factory=threading.Lock)
    count: int = 0


class Addresses:
    """Tells the key of a kept page by the address asked for."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._patterns: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
        self._known: dict[str, Key | None] = {}
        for rule in rules:
            keys = SHOWN_TO_ALL.get(rule.endpoint)
            if keys is None or "GET" not in (rule.methods or ()):
                continue
            if rule.arguments:
                self._patterns.append((_pattern(rule.rule), keys))
            else:
                self._exact[rule.rule] = keys

    def key(self, path: str, query: str) -> Key | None:
        """Return the key of an address, or None where answers are not kept."""
        address = f"{path}?{query}"
        try:
            return self._known[address]
        except KeyError:
            pass
        keys = self._keys(path)
        if keys is None or len(query) > _LONGEST_QUERY:
            return None
        read = _read_query(keys, query)
        life = _LIFE_OF_COUNTS if keys is SEARCH else _LIFE
        key = Key(path, read, life) if read is not None else None
        if len(self._known) >= _MOST_ADDRESSES:
            self._known.clear()
        self._known[address] = key
        return key

    def _keys(self, path: str) -> tuple[str, ...] | None:
        keys = self._exact.get(path)
        if keys is not None:
            return keys
        return next((keys for pattern, keys in self._patterns if pattern.fullmatch(path)), None)


class PageCache:
    """The layer itself; see the module."""

    def __init__(
        self,
        app: Flask,
        number: Callable[[], int],
        clock: Callable[[], datetime],
        *,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        """Wrap an application.

        Args:
            app: the application, its routes registered before the first request.
            number: gives the number of the last committed change, or raises ``change_watch.Away``.
            clock: gives the present moment.
            most_bytes: how much is kept.
        """
        self._app = app
        #: The application without this layer.
        self.inner: Wsgi = app.wsgi_app
        self._number = number
        self._clock = clock
        self._most_bytes = most_bytes
        self._site = urlsplit(str(app.config["SITE_URL"]))
        self._addresses: Addresses | None = None
        self._pages: dict[Key, _Page] = {}
        self._requests = count()
        self._bytes = 0
        self._lock = threading.Lock()
        self._flights: dict[Key, _Flight] = {}
        self.hits = self.fills = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory where that is right, else ask the application."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
            return self.inner(environ, start_response)
        if self._addresses is None:
            self._addresses = Addresses(self._app.url_map.iter_rules())
        key = self._addresses.key(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        if key is None:
            return self.inner(environ, start_response)
        try:
            number = self._number()
        except change_watch.Away:
            # The application says so in its own words; what is kept may be old by now.
            return self.inner(environ, start_response)
        page = self._find(key, number, self._clock())
        if page is None:
            made = self._made(key, environ)
            if isinstance(made, _Answer):
                return _passed_on(made, start_response, method)
            page = made
        else:
            self.hits += 1
        return self._sent(page, key, environ, start_response)

    @property
    def size(self) -> int:
        """Bytes of all bodies kept."""
        return self._bytes

    def _find(self, key: Key, number: int, now: datetime) -> _Page | None:
        # Without the lock, which cost a third of such an answer: to look into a dict, to count on
        # and to set a number are one step each.
        page = self._pages.get(key)
        if page is None or not page.holds(number, now):
            return None
        page.asked_at = next(self._requests)
        return page

    def _made(self, key: Key, environ: Environ) -> "_Page | _Answer":
        """Have a page made, or find it made by another while waiting for the turn."""
        with self._turn(key):
            try:
                # Asked again: whoever waited long must not go back to what was before.
                number, now = self._number(), self._clock()
                page = self._find(key, number, now)
                if page is not None:
                    return page
                until = self._until(number, now, key.life)
            except (SQLAlchemyError, change_watch.Away):
                # Locked, away or out of connections: the application says so in its own words.
                return self._asked(key, environ)
            with upkeep.noting() as search:
                answer = self._asked(key, environ)
                if not _is_for_everyone(answer):
                    return answer
                body = answer.whole()
            page = _page(number, now, until, answer, body)
            self.fills += 1
            # The search may have answered from the state before, rather than wait for a writer.
            if not search.was_behind:
                self._keep(key, page)
            return page

    @contextmanager
    def _turn(self, key: Key) -> Iterator[None]:
        with self._lock:
            flight = self._flights.setdefault(key, _Flight())
            flight.count += 1
        try:
            with flight.lock:
                yield
        finally:
            with self._lock:
                flight.count -= 1
                if not flight.count:
                    self._flights.pop(key, None)

    def _until(self, number: int, now: datetime, life: timedelta) -> datetime:
        """Return how long a page made now is right if nothing is changed."""
        with self._app.app_context():
            until = present(now, number).until
        end = now + life
        return min(end, until) if until is not None else end

    def _asked(self, key: Key, environ: Environ) -> _Answer:
        """Ask the application for a page, telling it nothing of who asks."""
        inner = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
        inner |= {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": key.query,
            "HTTP_HOST": self._site.netloc,
            "wsgi.url_scheme": self._site.scheme,
        }
        # Servers write the address as it came beside its parts.
        for name in ("REQUEST_URI", "RAW_URI"):
            inner.pop(name, None)
        told: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, _fault: Any = None) -> Callable[[bytes], None]:
            told[:] = [(status, headers)]
            return _no_writing

        parts = self.inner(inner, start)
        return _Answer(*told[0], parts)

    def _keep(self, key: Key, page: _Page) -> None:
        if page.size > _LARGEST:
            return
        with self._lock:
            former = self._pages.pop(key, None)
            if former is not None:
                self._bytes -= former.counted
            page.asked_at = next(self._requests)
            self._pages[key] = page
            self._count(page)

    def _count(self, page: _Page) -> None:
        """Count a page's bytes and give up the pages not asked for longest; under the lock."""
        size = page.size
        self._bytes += size - page.counted
        page.counted = size
        if self._bytes <= self._most_bytes:
            return
        # More than must be, so that the pages need not be put in order each time.
        enough = self._most_bytes * _LEFT
        for key in sorted(self._pages, key=lambda key: self._pages[key].asked_at):
            self._bytes -= self._pages.pop(key).counted
            if self._bytes <= enough:
                break

    def _sent(
        self, page: _Page, key: Key, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", "")[:_LONGEST_HEADER])
        form = page.forms.get(encoding)
        if form is None:
            form = page.forms[encoding] = _compressed(page.forms[""], encoding)
            with self._lock:
                if self._pages.get(key) is page:
                    self._count(page)
        if _is_unchanged(form, page, environ):
            start_response("304 Not Modified", list(form.unchanged))
            return []
        start_response("200 OK", list(form.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [form.body]


def install(app: Flask, clock: Callable[[], datetime]) -> None:
    """Put the cache in front of an application whose database is known."""
    with app.app_context():
        watch = change_watch.watch()
    if watch is None:
        return
    cache = PageCache(app, watch.number, clock)
    app.extensions["page_cache"] = cache
    app.wsgi_app = cache  # type: ignore[method-assign]


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
    if keys is not SEARCH:
        return urlencode([pair for key in keys for pair in pairs if pair[0] == key])
    criteria, problems = Criteria.parse(pairs)
    # The page says what it did not understand, each time in other words.
    return None if problems else urlencode(criteria.query_pairs())


def _no_writing(_part: bytes) -> None:
    raise RuntimeError("a public page is returned, not written")


def _passed_on(answer: _Answer, start_response: StartResponse, method: str) -> Iterable[bytes]:
    start_response(answer.status, answer.headers)
    if method == "HEAD":
        answer.close()
        return []
    return answer.parts


def _is_for_everyone(answer: _Answer) -> bool:
    """Tell whether an answer says that it may be kept, and holds nothing of anybody's own."""
    named = {name.lower(): value for name, value in answer.headers}
    return (
        answer.status == "200 OK"
        and named.get("cache-control") == KEPT_CONTROL
        and named.keys() - _OF_AN_ANSWER <= _KEPT_HEADERS
        and named.get("vary", "Accept-Encoding").lower() == "accept-encoding"
        # Only a strong tag says that these are the very bytes.
        and named.get("etag", "").startswith('"')
    )


def _page(number: int, now: datetime, until: datetime, answer: _Answer, body: bytes) -> _Page:
    named = {name.lower(): value for name, value in answer.headers}
    is_text = _TEXT.match(named.get("content-type", "")) is not None
    apart = {"etag", "vary", *_OF_AN_ANSWER}
    headers = [pair for pair in answer.headers if pair[0].lower() not in apart]
    if is_text:
        headers.append(("Vary", "Accept-Encoding"))
    plain = _form(headers, named["etag"], body)
    forms = {"": plain}
    if not is_text or len(body) < _SHORTEST:
        forms |= dict.fromkeys(_ENCODINGS, plain)
    return _Page(number, now, until, parse_date(named.get("last-modified")), forms)


def _form(headers: Headers, etag: str, body: bytes) -> _Form:
    others = [(name, value) for name, value in headers if name.lower() != "content-length"]
    told = [*others, ("ETag", etag)]
    return _Form(
        etag,
        [*told, ("Content-Length", str(len(body)))],
        [(name, value) for name, value in told if name.lower() not in _OF_A_BODY],
        body,
    )


def _compressed(plain: _Form, encoding: str) -> _Form:
    if encoding == "br":
        body = bytes(brotli.compress(plain.body, quality=_BROTLI_QUALITY))
    else:
        body = gzip.compress(plain.body, _GZIP_LEVEL, mtime=0)
    headers = [pair for pair in plain.headers if pair[0] != "ETag"]
    # Another form is another representation, and so has a tag of its own (RFC 9110, 8.8.3).
    made = _form(headers, f'{plain.etag[:-1]}-{encoding}"', body)
    made.headers.append(("Content-Encoding", encoding))
    return made


@lru_cache(maxsize=500)
def _encoding(accepted: str) -> str:
    """Return the best encoding that a browser takes, or nothing."""
    return parse_accept_header(accepted, Accept).best_match(_ENCODINGS) or ""


def _is_unchanged(form: _Form, page: _Page, environ: Environ) -> bool:
    """Tell whether who asks has this form already (RFC 9110, 13.2.2)."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return tags == form.etag or _names(tags, form.etag)
    if page.last_modified is None or "HTTP_IF_MODIFIED_SINCE" not in environ:
        return False
    since = parse_date(environ["HTTP_IF_MODIFIED_SINCE"])
    return since is not None and page.last_modified <= since


def _names(tags: str, etag: str) -> bool:
    """Tell whether a list of tags holds one; a proxy may have marked it as weak."""
    return parse_etags(tags).contains_weak(etag.strip('"'))
