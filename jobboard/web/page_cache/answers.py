"""What the application answers, and whether that may be kept and shown to everyone.

A kept answer is given to strangers. So the application is asked without anything of the one who
asks, and its answer must say itself that it is for all; one header that is not known to be harmless
is enough to leave it alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult
from wsgiref.types import WSGIApplication, WSGIEnvironment

from jobboard.web.public import CACHE_CONTROL

Headers = list[tuple[str, str]]

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
OF_ONE_ANSWER = frozenset({"date", "x-request-id"})


@dataclass
class Answer:
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

    @property
    def is_for_everyone(self) -> bool:
        """Whether it says that it may be kept, and holds nothing of anybody's own."""
        named = {name.lower(): value for name, value in self.headers}
        return (
            self.status == "200 OK"
            and named.get("cache-control") == CACHE_CONTROL
            and named.keys() - OF_ONE_ANSWER <= _KEPT_HEADERS
            and named.get("vary", "Accept-Encoding").lower() == "accept-encoding"
            # Only a strong tag says that these are the very bytes.
            and named.get("etag", "").startswith('"')
        )


def ask(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Return what an application answers to a request."""
    told: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _fault: Any = None) -> Callable[[bytes], None]:
        told[:] = [(status, headers)]
        return _no_writing

    parts = application(environ, start)
    return Answer(*told[0], parts)


def anonymous(environ: WSGIEnvironment, query: str, site: SplitResult) -> WSGIEnvironment:
    """Return a request for the same path that tells nothing of who asks.

    Args:
        environ: the request as it came.
        query: the part of its query that the page may see.
        site: the board's own address, in place of what the request calls it.
    """
    asked = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
    asked |= {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": query,
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
    }
    # Servers write the address as it came beside its parts.
    for name in ("REQUEST_URI", "RAW_URI"):
        asked.pop(name, None)
    return asked


def _no_writing(_part: bytes) -> None:
    raise RuntimeError("a public page is returned, not written")
