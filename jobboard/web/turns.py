"""Pages are made one after the other in a process, not all at once.

Python's threads take turns anyway; but each read from the database gives the turn away and must
win it back from threads that are drawing their pages. Measured with sixteen readers, that doubled
what a page costs. Whoever writes is not held up, and nobody waits long for a page that takes long.
"""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from jobboard import change_watch
from jobboard.db import db

#: Pages made at once, by database: while one waits for a server's answer, another is drawn.
_AT_ONCE = {"sqlite": 1, "postgresql": 2}
#: Asked by machines that must not wait for people's pages, as little as files must.
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
#: Seconds after which a page is made without its turn.
LONGEST_WAIT = 0.1


class Turns:
    """The layer around the application; see the module."""

    def __init__(
        self, inner: WSGIApplication, at_once: int, longest_wait: float = LONGEST_WAIT
    ) -> None:
        """Wrap an application.

        Args:
            inner: the application.
            at_once: pages that it makes at the same time.
            longest_wait: seconds after which a page is made all the same.
        """
        self._inner = inner
        self._longest_wait = longest_wait
        # A plain lock costs a tenth of the other.
        self._gate = threading.Lock() if at_once == 1 else threading.BoundedSemaphore(at_once)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, in turn if it is a page."""
        if not _is_page(environ):
            return self._inner(environ, start_response)
        has_turn = self._gate.acquire(timeout=self._longest_wait)
        try:
            with change_watch.once():
                return self._inner(environ, start_response)
        finally:
            if has_turn:
                self._gate.release()


def _is_page(environ: WSGIEnvironment) -> bool:
    path = environ.get("PATH_INFO", "")
    is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    return is_read and path not in _PROBES and not path.startswith("/static/")


def install(app: Flask) -> None:
    """Put the layer around an application whose database is known."""
    with app.app_context():
        at_once = _AT_ONCE[db.engine.dialect.name]
    app.wsgi_app = Turns(app.wsgi_app, at_once)  # type: ignore[method-assign]
