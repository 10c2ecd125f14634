"""Sitemaps (sitemaps.org protocol 0.9): parts of at most 50,000 addresses, and an index."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from jobboard.markup.text import xml_safe

MEDIA_TYPE = "application/xml"

#: Both are the protocol's limits for one file before compression.
PAGES_AT_MOST = 50_000
BYTES_AT_MOST = 50_000_000
#: "The value must be less than 2,048 characters."
ADDRESS_LENGTH = 2_048

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """One page or part: its whole address, and when its content last changed (aware)."""

    url: str
    changed_at: datetime | None = None


def write_part(pages: Iterable[SitemapPage]) -> bytes:
    """Return one sitemap file.

    Raises ``ValueError`` when the pages do not fit into one: the caller cuts parts by
    ``PAGES_AT_MOST``, so that the index can be written without writing the parts.
    """
    return _write("urlset", "url", pages)


def write_index(parts: Iterable[SitemapPage]) -> bytes:
    """Return the sitemap index that names the parts."""
    return _write("sitemapindex", "sitemap", parts)


def parts_for(count: int) -> int:
    """Return how many parts ``count`` pages need; an empty part would be no sitemap."""
    return -(-count // PAGES_AT_MOST)


def _write(root: str, entry: str, pages: Iterable[SitemapPage]) -> bytes:
    lines = [_HEAD, f"<{root} {_NAMESPACE}>\n"]
    written = 0
    for page in pages:
        if len(page.url) >= ADDRESS_LENGTH:
            continue
        written += 1
        moment = ""
        if page.changed_at is not None:
            at = page.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            moment = f"<lastmod>{at}</lastmod>"
        lines.append(f"<{entry}><loc>{escape(xml_safe(page.url))}</loc>{moment}</{entry}>\n")
    lines.append(f"</{root}>\n")
    document = "".join(lines).encode()
    if written > PAGES_AT_MOST or len(document) > BYTES_AT_MOST:
        raise ValueError(f"{written} pages, {len(document)} bytes do not fit into one sitemap")
    return document
