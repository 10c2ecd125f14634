"""Feeds of listings: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, from one shape."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from jobboard.markup.text import xml_safe

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"
JSON_FEED_TYPE = "application/feed+json"

#: Readers fetch feeds often; more than this belongs in the API.
ITEMS_AT_MOST = 50

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One listing in a feed.

    ``id`` is a ``tag:`` URI that never changes (see ``tag``); ``updated`` is the last real
    change of the content. Both moments are aware.
    """

    id: str
    url: str
    title: str
    content_html: str
    published: datetime
    updated: datetime
    summary: str = ""
    author: str = ""
    #: Pairs of scheme address and term; the scheme may be empty.
    categories: Sequence[tuple[str, str]] = ()
    language: str = ""
    #: The board's own fields, under ``_job`` in JSON Feed.
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: where it is, what it is about, and its items in the order shown.

    Writers keep the first 50 items. ``updated`` is the newest change among them; a feed
    without items uses a moment of the caller's choice that does not move by itself.
    """

    id: str
    title: str
    self_url: str
    home_url: str
    updated: datetime
    items: Sequence[FeedItem]
    description: str = ""
    author: str = ""
    language: str = "en"
    next_url: str = ""
    icon_url: str = ""


def tag(host: str, since: str, specific: str) -> str:
    """Return a tag URI (RFC 4151), for example ``tag:jobs.example,2026:listing/7``.

    ``since`` is a year or date at which the host was the board's.
    """
    return f"tag:{host.lower()},{since}:{specific}"


def write_atom(feed: Feed) -> bytes:
    """Return the feed as an Atom document in UTF-8 (RFC 4287)."""
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {f"{{{_XML}}}lang": feed.language})
    _put(root, "id", feed.id)
    _put(root, "title", feed.title)
    if feed.description:
        _put(root, "subtitle", feed.description)
    _put(root, "updated", _rfc3339(feed.updated))
    _link(root, "self", feed.self_url, ATOM_TYPE)
    _link(root, "alternate", feed.home_url, "text/html")
    if feed.next_url:
        _link(root, "next", feed.next_url, ATOM_TYPE)
    # RFC 4287 4.1.1: an author in the feed, or in each entry; both are given here.
    _person(root, feed.author or feed.title)
    for item in feed.items[:ITEMS_AT_MOST]:
        entry = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        if item.language:
            entry.set(f"{{{_XML}}}lang", item.language)
        _put(entry, "id", item.id)
        _put(entry, "title", item.title)
        _put(entry, "published", _rfc3339(item.published))
        _put(entry, "updated", _rfc3339(item.updated))
        _link(entry, "alternate", item.url, "text/html")
        if item.author:
            _person(entry, item.author)
        for scheme, term in item.categories:
            category = ElementTree.SubElement(entry, f"{{{_ATOM}}}category")
            category.set("term", xml_safe(term))
            if scheme:
                category.set("scheme", xml_safe(scheme))
        if item.summary:
            _put(entry, "summary", item.summary)
        _put(entry, "content", item.content_html).set("type", "html")
    return _document(root, {"": _ATOM})


def write_rss(feed: Feed) -> bytes:
    """Return the feed as an RSS 2.0 document in UTF-8 (rssboard.org/rss-specification)."""
    root = ElementTree.Element("rss", {"version": "2.0"})
    channel = ElementTree.SubElement(root, "channel")
    _plain(channel, "title", feed.title)
    _plain(channel, "link", feed.home_url)
    _plain(channel, "description", feed.description or feed.title)
    _plain(channel, "language", feed.language)
    _plain(channel, "lastBuildDate", _rfc822(feed.updated))
    _link(channel, "self", feed.self_url, RSS_TYPE)
    for item in feed.items[:ITEMS_AT_MOST]:
        entry = ElementTree.SubElement(channel, "item")
        _plain(entry, "title", item.title)
        _plain(entry, "link", item.url)
        _plain(entry, "guid", item.id).set("isPermaLink", "false")
        _plain(entry, "pubDate", _rfc822(item.published))
        if item.author:
            _plain(entry, f"{{{_DUBLIN_CORE}}}creator", item.author)
        for scheme, term in item.categories:
            category = _plain(entry, "category", term)
            if scheme:
                category.set("domain", xml_safe(scheme))
        if item.summary:
            _plain(entry, "description", item.summary)
        _plain(entry, f"{{{_CONTENT}}}encoded", item.content_html)
    return _document(root, {"atom": _ATOM, "content": _CONTENT, "dc": _DUBLIN_CORE})


def write_json_feed(feed: Feed) -> bytes:
    """Return the feed as JSON Feed 1.1 (jsonfeed.org/version/1.1) in UTF-8."""
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.self_url,
        "language": feed.language,
    }
    if feed.description:
        document["description"] = feed.description
    if feed.next_url:
        document["next_url"] = feed.next_url
    if feed.icon_url:
        document["icon"] = feed.icon_url
    if feed.author:
        document["authors"] = [{"name": feed.author}]
    document["items"] = [_json_item(item) for item in feed.items[:ITEMS_AT_MOST]]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _json_item(item: FeedItem) -> dict[str, object]:
    entry: dict[str, object] = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.content_html,
        "date_published": _rfc3339(item.published),
        "date_modified": _rfc3339(item.updated),
    }
    if item.summary:
        entry["summary"] = item.summary
    if item.author:
        entry["authors"] = [{"name": item.author}]
    if item.categories:
        entry["tags"] = [term for _, term in item.categories]
    if item.language:
        entry["language"] = item.language
    if item.extra:
        entry["_job"] = dict(item.extra)
    return entry


def _put(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    return _plain(parent, f"{{{_ATOM}}}{name}", text)


def _plain(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name)
    child.text = xml_safe(text)
    return child


def _link(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    link = ElementTree.SubElement(parent, f"{{{_ATOM}}}link")
    link.set("rel", rel)
    link.set("type", media_type)
    link.set("href", xml_safe(href))


def _person(parent: ElementTree.Element, name: str) -> None:
    _put(ElementTree.SubElement(parent, f"{{{_ATOM}}}author"), "name", name)


def _document(root: ElementTree.Element, prefixes: Mapping[str, str]) -> bytes:
    # ElementTree's register_namespace is global to the process and refuses "" for one
    # document only, so the prefixes are set on names here instead.
    for name, uri in prefixes.items():
        root.set(f"xmlns:{name}" if name else "xmlns", uri)
    by_uri = {uri: name for name, uri in prefixes.items()} | {_XML: "xml"}
    for element in root.iter():
        element.tag = _prefixed(element.tag, by_uri)
        for key in [key for key in element.attrib if key.startswith("{")]:
            element.attrib[_prefixed(key, by_uri)] = element.attrib.pop(key)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _prefixed(name: str, by_uri: Mapping[str, str]) -> str:
    if not name.startswith("{"):
        return name
    uri, local = name[1:].split("}", 1)
    prefix = by_uri[uri]
    return f"{prefix}:{local}" if prefix else local


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
