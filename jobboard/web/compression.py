"""Public answers that no layer keeps ready made are compressed on their way out.

These are the API's, which count each visitor's requests, and those as long as the board is large.
Only what is the same for everyone is compressed, and it holds no secret: how long a compressed
answer is tells nothing that the answer itself does not (BREACH). Pages that are kept have their
own, denser forms (``page_cache/representations.py``); they are asked for without an
``Accept-Encoding`` and pass through here as they are.
"""

import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import lru_cache
from typing import Protocol, cast

import zstandard
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from jobboard.web.page_cache.representations import is_text
from jobboard.web.public import CACHE_CONTROL

#: In order of liking: zstandard takes a third of gzip's time and is denser.
_CODINGS = ("zstd", "gzip")
_ZSTANDARD_LEVEL = 3
_GZIP_LEVEL = 4
#: Has zlib write gzip's header and end around what it compresses.
_AS_GZIP = zlib.MAX_WBITS | 16
#: Below this, what is gained is not worth the work.
_SHORTEST = 1_000
#: How much of an ``Accept-Encoding`` is read, and so remembered.
_LONGEST_HEADER = 200


class _Compressor(Protocol):
    """What both kinds have in common."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def install(app: Flask) -> None:
    """Compress what is for everyone and long enough, for whoever takes it so."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if (
        response.status_code not in (200, 304)
        or response.headers.get("Cache-Control") != CACHE_CONTROL
        or "Content-Encoding" in response.headers
        or not is_text(response.content_type or "")
    ):
        return response
    response.vary.add("Accept-Encoding")
    coding = _preferred(request.headers.get("Accept-Encoding", "")[:_LONGEST_HEADER])
    if coding is None:
        return response
    if response.is_streamed:
        # Without its body nobody can say how long it would be; then it is left as it is.
        if response.status_code == 200 and request.method != "HEAD":
            parts = cast(Generator[bytes], response.response)
            response.response = _in_steps(parts, _compressor(coding))
            response.headers["Content-Encoding"] = coding
        return response
    body = response.get_data()
    if len(body) < _SHORTEST:
        return response
    etag, _ = response.get_etag()
    if etag is not None:
        # One mark for all forms: weak, since their bytes differ (RFC 9110, 8.8.3).
        response.set_etag(etag, weak=True)
    if response.status_code == 200:
        compressor = _compressor(coding, len(body))
        response.set_data(compressor.compress(body) + compressor.flush())
        response.headers["Content-Encoding"] = coding
    return response


def _in_steps(parts: Generator[bytes], compressor: _Compressor) -> Iterator[bytes]:
    """Compress a body part by part, and close it when nobody reads on."""
    with closing(parts):
        for part in parts:
            ready = compressor.compress(part)
            # An empty part would end an answer that goes out in chunks.
            if ready:
                yield ready
    yield compressor.flush()


def _compressor(coding: str, size: int = -1) -> _Compressor:
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTANDARD_LEVEL).compressobj(size=size)
    return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _AS_GZIP)


@lru_cache(maxsize=500)
def _preferred(accepted: str) -> str | None:
    return parse_accept_header(accepted, Accept).best_match(_CODINGS)
