"""Public pages kept ready made, in front of everything else, and right at every request.

The outermost layer of the application. It answers GET and HEAD of the pages that are the same for
everyone, from memory, as long as nothing has changed: each request asks the database for its
change number, so a page is never older than the last commit of any process; and no page is kept
beyond the next instant at which a listing begins or ends, nor longer than its words of time
("closes in 3 hours") can bear.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from jobboard import change_watch
from jobboard.queries.present import present
from jobboard.search import upkeep
from jobboard.web.page_cache import answers
from jobboard.web.page_cache.answers import Answer
from jobboard.web.page_cache.keys import CacheableRoutes, CacheKey
from jobboard.web.page_cache.representations import (
    IDENTITY,
    by_coding,
    compressed,
    preferred_coding,
)
from jobboard.web.page_cache.single_flight import SingleFlight
from jobboard.web.page_cache.store import MOST_BYTES, KeptPage, Store

#: How much of an ``Accept-Encoding`` is read, and so remembered.
_LONGEST_HEADER = 200


class PageCache:
    """The layer itself; see the module."""

    def __init__(
        self,
        app: Flask,
        number: Callable[[], int],
        clock: Callable[[], datetime],
        *,
        most_bytes: int = MOST_BYTES,
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
        self.inner: WSGIApplication = app.wsgi_app
        self._number = number
        self._clock = clock
        self._site = urlsplit(str(app.config["SITE_URL"]))
        self._routes: CacheableRoutes | None = None
        self.store = Store(most_bytes)
        self._flights = SingleFlight()
        self.hits = self.fills = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory where that is right, else ask the application."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in environ:
            return self.inner(environ, start_response)
        if self._routes is None:
            self._routes = CacheableRoutes(self._app.url_map.iter_rules())
        key = self._routes.key(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        if key is None:
            return self.inner(environ, start_response)
        try:
            number = self._number()
        except change_watch.Away:
            # The application says so in its own words; what is kept may be old by now.
            return self.inner(environ, start_response)
        page = self.store.find(key, number, self._clock())
        if page is None:
            made = self._made(key, environ)
            if isinstance(made, Answer):
                return _passed_on(made, start_response, method)
            page = made
        else:
            self.hits += 1
        return self._sent(page, key, environ, start_response)

    def _made(self, key: CacheKey, environ: WSGIEnvironment) -> KeptPage | Answer:
        """Have a page made, or find it made by another while waiting for the turn."""
        with self._flights.turn(key):
            try:
                # Asked again: whoever waited long must not go back to what was before.
                number, now = self._number(), self._clock()
                page = self.store.find(key, number, now)
                if page is not None:
                    return page
                until = self._until(number, now, key.life)
            except (SQLAlchemyError, change_watch.Away):
                # Locked, away or out of connections: the application says so in its own words.
                return self._asked(key, environ)
            with upkeep.noting() as search:
                answer = self._asked(key, environ)
                if not answer.is_for_everyone:
                    return answer
                body = answer.whole()
            page = KeptPage(number, now, until, by_coding(answer.headers, body))
            self.fills += 1
            # The search may have answered from the state before, rather than wait for a writer.
            if not search.was_behind:
                self.store.keep(key, page)
            return page

    def _until(self, number: int, now: datetime, life: timedelta) -> datetime:
        """Return how long a page made now is right if nothing is changed."""
        with self._app.app_context():
            until = present(now, number).until
        end = now + life
        return min(end, until) if until is not None else end

    def _asked(self, key: CacheKey, environ: WSGIEnvironment) -> Answer:
        """Ask the application for a page, telling it nothing of who asks."""
        return answers.ask(self.inner, answers.anonymous(environ, key.query, self._site))

    def _sent(
        self,
        page: KeptPage,
        key: CacheKey,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        coding = preferred_coding(environ.get("HTTP_ACCEPT_ENCODING", "")[:_LONGEST_HEADER])
        representation = page.representations.get(coding)
        if representation is None:
            representation = compressed(page.representations[IDENTITY], coding)
            page.representations[coding] = representation
            self.store.recount(key, page)
        if representation.is_known_to(environ):
            start_response("304 Not Modified", list(representation.unchanged))
            return []
        start_response("200 OK", list(representation.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [representation.body]


def install(app: Flask, clock: Callable[[], datetime]) -> None:
    """Put the cache in front of an application whose database is known."""
    with app.app_context():
        watch = change_watch.watch()
    if watch is None:
        return
    cache = PageCache(app, watch.number, clock)
    app.extensions["page_cache"] = cache
    app.wsgi_app = cache  # type: ignore[method-assign]


def _passed_on(answer: Answer, start_response: StartResponse, method: str) -> Iterable[bytes]:
    start_response(answer.status, answer.headers)
    if method == "HEAD":
        answer.close()
        return []
    return answer.parts
