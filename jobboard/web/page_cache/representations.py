"""The representations of one page (RFC 9110): as it is, and in each content coding.

Each is put together once, with its headers, its own ETag, and the headers of the 304 for whoever
has it already, so that to send one is to pass on what is there.
"""

import gzip
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from jobboard.web.page_cache.answers import OF_ONE_ANSWER, Headers

#: The coding of what is not encoded.
IDENTITY = "identity"
#: In order of liking.
_CODINGS = ("br", "gzip")
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 6
#: Below this a compressed body gains nothing over its headers.
_SHORTEST = 600
_TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)\b")
_OF_A_BODY = frozenset({"content-length", "content-type", "content-disposition"})


@dataclass(frozen=True)
class Representation:
    """One way to send a page.

    Attributes:
        etag: names these very bytes.
        last_modified: when the page last changed, where it says so.
        headers: of the answer with its body.
        unchanged: headers of a 304.
        body: the bytes.
    """

    etag: str
    last_modified: datetime | None
    headers: Headers
    unchanged: Headers
    body: bytes

    def is_known_to(self, environ: WSGIEnvironment) -> bool:
        """Tell whether who asks has this representation already (RFC 9110, 13.2.2)."""
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags is not None:
            return tags == self.etag or _names(tags, self.etag)
        if self.last_modified is None or "HTTP_IF_MODIFIED_SINCE" not in environ:
            return False
        since = parse_date(environ["HTTP_IF_MODIFIED_SINCE"])
        return since is not None and self.last_modified <= since


def by_coding(headers: Headers, body: bytes) -> dict[str, Representation]:
    """Return the representations of an answer that need not be made, by their content codings.

    That is the answer as it is, for all codings where none is worth it.
    """
    named = {name.lower(): value for name, value in headers}
    is_compressible = is_text(named.get("content-type", ""))
    apart = {"etag", "vary", *OF_ONE_ANSWER}
    kept = [pair for pair in headers if pair[0].lower() not in apart]
    if is_compressible:
        kept.append(("Vary", "Accept-Encoding"))
    last_modified = parse_date(named.get("last-modified"))
    identity = _representation(named["etag"], last_modified, kept, body)
    codings = (IDENTITY,) if is_compressible and len(body) >= _SHORTEST else (IDENTITY, *_CODINGS)
    return dict.fromkeys(codings, identity)


def is_text(content_type: str) -> bool:
    """Tell whether compression gains anything, by a ``Content-Type``."""
    return _TEXT.match(content_type) is not None


def compressed(identity: Representation, coding: str) -> Representation:
    """Return a page in a content coding."""
    if coding == "br":
        body = bytes(brotli.compress(identity.body, quality=_BROTLI_QUALITY))
    else:
        body = gzip.compress(identity.body, _GZIP_LEVEL, mtime=0)
    headers = [pair for pair in identity.headers if pair[0] != "ETag"]
    # Another representation has a tag of its own (RFC 9110, 8.8.3).
    etag = f'{identity.etag[:-1]}-{coding}"'
    made = _representation(etag, identity.last_modified, headers, body)
    made.headers.append(("Content-Encoding", coding))
    return made


@lru_cache(maxsize=500)
def preferred_coding(accepted: str) -> str:
    """Return the best content coding that a browser takes, by its ``Accept-Encoding``."""
    return parse_accept_header(accepted, Accept).best_match(_CODINGS) or IDENTITY


def _representation(
    etag: str, last_modified: datetime | None, headers: Headers, body: bytes
) -> Representation:
    others = [(name, value) for name, value in headers if name.lower() != "content-length"]
    told = [*others, ("ETag", etag)]
    return Representation(
        etag,
        last_modified,
        [*told, ("Content-Length", str(len(body)))],
        [(name, value) for name, value in told if name.lower() not in _OF_A_BODY],
        body,
    )


def _names(tags: str, etag: str) -> bool:
    """Tell whether a list of tags holds one; a proxy may have marked it as weak."""
    return parse_etags(tags).contains_weak(etag.strip('"'))
