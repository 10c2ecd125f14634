"""Answers that are the same for everyone: an ETag, a 304 where nothing changed, no session."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from itertools import islice
from urllib.parse import quote_plus

from flask import Flask, Response, current_app, request
from werkzeug.http import http_date

#: What each of them says: the same for everyone, to be asked about each time.
CACHE_CONTROL = "public, no-cache"
#: Keys by which others follow people from page to page.
_TRACKING_KEY = re.compile(r"utm_[a-z_]+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|_hs(?:enc|mi)")
#: Parts of a long body that are written in one go.
_PARTS_AT_ONCE = 50


def answer(
    body: str | bytes,
    mimetype: str = "text/html",
    *,
    status: int = 200,
    changed_at: datetime | None = None,
    is_open: bool = False,
    same_as: str | None = None,
) -> Response:
    """Return a public answer that caches may keep and must ask about.

    Args:
        body: the whole of it.
        mimetype: its media type; text gets its charset.
        status: the HTTP status.
        changed_at: when what it tells last changed, for ``Last-Modified``.
        is_open: whether scripts of other sites may read it (CORS); never with credentials.
        same_as: a text that stays the same as long as the answer says the same, for one whose bytes
            differ each time; its tag is a weak one.
    """
    content = body.encode("utf-8", "replace") if isinstance(body, str) else body
    response = Response(content, status, mimetype=mimetype)
    response.headers["Cache-Control"] = CACHE_CONTROL
    if is_open:
        response.headers["Access-Control-Allow-Origin"] = "*"
    if status == 200:
        if same_as is None:
            response.set_etag(_tag(content))
        else:
            response.set_etag(_tag(same_as.encode("utf-8", "replace")), weak=True)
        if changed_at is not None:
            response.headers["Last-Modified"] = http_date(changed_at)
        response.make_conditional(request)
    return response


def answer_of_edition(
    edition: str, make: Callable[[], bytes | Iterator[bytes]], mimetype: str
) -> Response:
    """Return a public answer that is only made for whoever does not have it yet.

    Args:
        edition: a text that stays the same as long as the answer does.
        make: returns the body, whole or piece by piece.
        mimetype: its media type.
    """
    response = Response(status=200, mimetype=mimetype)
    response.headers["Cache-Control"] = CACHE_CONTROL
    tag = _tag(f"{request.path} {edition}".encode())
    # Weak: of what it is, not of its bytes, which a new version of the program may write otherwise.
    response.set_etag(tag, weak=True)
    response.make_conditional(request)
    if response.status_code == 200 and request.method != "HEAD":
        body = make()
        if isinstance(body, bytes):
            response.set_data(body)
        else:
            response.response = _in_steps(current_app._get_current_object(), body)  # type: ignore[attr-defined]
            # Counted when the body was still empty.
            response.headers.pop("Content-Length", None)
    elif response.status_code == 200:
        # How long the body would be is not known without making it; "0" would be wrong.
        response.response = iter(())
        response.headers.pop("Content-Length", None)
    return response


def _tag(content: bytes) -> str:
    # Tells versions apart, guards nothing. Half as long on the way as BLAKE2, with or without help
    # of the processor: a twentieth of a page.
    return sha1(content, usedforsecurity=False).hexdigest()


def _in_steps(app: Flask, body: Iterator[bytes]) -> Iterator[bytes]:
    """Read a body some parts at a time, each time within a context of the application.

    Flask's own way holds the request's context between the parts, and so ends that of another
    request where a reader goes away in the middle and the rest is thrown away later.
    """
    part = b" "
    while part:
        with app.app_context():
            part = b"".join(islice(body, _PARTS_AT_ONCE))
        if part:
            yield part


def whole(path: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """Return a path of this board as a whole address; the host is the setting's, no header's."""
    return f"{str(current_app.config['SITE_URL']).rstrip('/')}{with_query(path, pairs)}"


def with_query(path: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """Return a path with a query string, or without when there is nothing to ask.

    Args:
        path: the path.
        pairs: keys, which are words of the program's own, and values of any kind.
    """
    query = "&".join([f"{key}={_quoted(value)}" for key, value in pairs])
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=2_000)
def _quoted(value: str) -> str:
    return quote_plus(value)


def without_tracking(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of a query string without what newsletters and networks hang onto addresses.

    Whoever follows such a link asked for nothing by it, and is not told that there is no such
    filter.
    """
    return [pair for pair in pairs if not _TRACKING_KEY.fullmatch(pair[0])]


def query_pairs() -> list[tuple[str, str]]:
    """Return the pairs of the request's query string in order, repeats kept."""
    return list(request.args.items(multi=True))


def search_pairs() -> list[tuple[str, str]]:
    """Return the pairs of a request for a page or a feed of a search, without tracking keys."""
    return without_tracking(query_pairs())
