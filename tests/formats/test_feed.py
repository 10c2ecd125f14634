"""Feeds: every rule of Atom, RSS and JSON Feed that readers rely on."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from jobboard.formats.feed import (
    ITEMS_AT_MOST,
    Feed,
    FeedItem,
    tag,
    write_atom,
    write_json_feed,
    write_rss,
)

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
XML = "{http://www.w3.org/XML/1998/namespace}"

#: In another zone, as feeds must tell instants whatever they were given.
PUBLISHED = datetime(2027, 3, 1, 15, 0, tzinfo=timezone(timedelta(hours=3)))
UPDATED = datetime(2027, 3, 2, 8, 30, 15, 999, tzinfo=UTC)

ITEM = FeedItem(
    id="tag:jobs.example,2026:listing/7",
    url="https://jobs.example/job/analyst-7/",
    title="Analyst <b> & “friends”\x07",
    content_html="<p>Çok & <em>az</em>]]></p>",
    published=PUBLISHED,
    updated=UPDATED,
    summary="Short",
    author="Centre",
    categories=(("https://jobs.example/types", "Staff"), ("", "Energy")),
    language="tr",
    extra={"ends_at": "2027-04-01T00:00:00Z"},
)
FEED = Feed(
    id="tag:jobs.example,2026:jobs",
    title="Jobs",
    self_url="https://jobs.example/jobs/feed.atom?q=a&type=b",
    home_url="https://jobs.example/jobs/?q=a&type=b",
    updated=UPDATED,
    items=(ITEM,),
    description="All of them",
    author="Board",
    next_url="https://jobs.example/jobs/feed.atom?page=2",
)


def text(parent: Element, name: str) -> str | None:
    found = parent.find(name)
    assert found is not None, name
    return found.text


def links(parent: Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in parent.findall(f"{ATOM}link")}


def test_atom_says_what_rfc_4287_asks() -> None:
    root = ElementTree.fromstring(write_atom(FEED))
    assert root.tag == f"{ATOM}feed"
    assert root.get(f"{XML}lang") == "en"
    assert text(root, f"{ATOM}id") == FEED.id
    assert text(root, f"{ATOM}updated") == "2027-03-02T08:30:15Z"
    assert text(root, f"{ATOM}author/{ATOM}name") == "Board"
    assert links(root) == {
        "self": FEED.self_url,
        "alternate": FEED.home_url,
        "next": FEED.next_url,
    }
    [entry] = root.findall(f"{ATOM}entry")
    assert text(entry, f"{ATOM}id") == ITEM.id
    assert text(entry, f"{ATOM}title") == "Analyst <b> & “friends”"
    assert text(entry, f"{ATOM}published") == "2027-03-01T12:00:00Z"
    assert text(entry, f"{ATOM}updated") == "2027-03-02T08:30:15Z"
    assert links(entry) == {"alternate": ITEM.url}
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", ITEM.content_html)
    assert entry.get(f"{XML}lang") == "tr"
    assert [(one.get("scheme"), one.get("term")) for one in entry.findall(f"{ATOM}category")] == [
        ("https://jobs.example/types", "Staff"),
        (None, "Energy"),
    ]


def test_rss_says_what_its_specification_asks() -> None:
    root = ElementTree.fromstring(write_rss(FEED))
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel is not None
    assert [text(channel, name) for name in ("title", "link", "description")] == [
        "Jobs",
        FEED.home_url,
        "All of them",
    ]
    assert links(channel)["self"] == FEED.self_url
    [item] = channel.findall("item")
    guid = item.find("guid")
    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == (ITEM.id, "false")
    published = text(item, "pubDate")
    assert published == "Mon, 01 Mar 2027 12:00:00 GMT"
    assert parsedate_to_datetime(published) == PUBLISHED
    assert text(item, f"{CONTENT}encoded") == ITEM.content_html
    assert text(item, f"{DUBLIN_CORE}creator") == "Centre"
    assert [(one.get("domain"), one.text) for one in item.findall("category")] == [
        ("https://jobs.example/types", "Staff"),
        (None, "Energy"),
    ]


def test_json_feed_says_what_version_1_1_asks() -> None:
    document = json.loads(write_json_feed(FEED))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == FEED.self_url
    assert document["home_page_url"] == FEED.home_url
    assert document["next_url"] == FEED.next_url
    assert document["authors"] == [{"name": "Board"}]
    [item] = document["items"]
    assert item == {
        "id": ITEM.id,
        "url": ITEM.url,
        "title": ITEM.title,
        "content_html": ITEM.content_html,
        "date_published": "2027-03-01T12:00:00Z",
        "date_modified": "2027-03-02T08:30:15Z",
        "summary": "Short",
        "authors": [{"name": "Centre"}],
        "tags": ["Staff", "Energy"],
        "language": "tr",
        "_job": {"ends_at": "2027-04-01T00:00:00Z"},
    }


def test_no_feed_holds_more_than_fifty_items() -> None:
    many = replace(FEED, items=[replace(ITEM, id=f"tag:x,2026:{n}") for n in range(60)])
    assert ITEMS_AT_MOST == 50
    assert len(ElementTree.fromstring(write_atom(many)).findall(f"{ATOM}entry")) == 50
    assert len(ElementTree.fromstring(write_rss(many)).findall("channel/item")) == 50
    assert len(json.loads(write_json_feed(many))["items"]) == 50


def test_a_feed_without_items_is_still_a_feed() -> None:
    empty = replace(FEED, items=(), next_url="", description="")
    assert ElementTree.fromstring(write_atom(empty)).findall(f"{ATOM}entry") == []
    root = ElementTree.fromstring(write_rss(empty))
    assert text(root, "channel/description") == "Jobs"
    assert json.loads(write_json_feed(empty))["items"] == []


def test_a_tag_names_a_host_in_small_letters() -> None:
    assert tag("Jobs.Example", "2026", "listing/7") == "tag:jobs.example,2026:listing/7"
