"""WordPress exports (WXR 1.0 to 1.2) with WP Job Manager's listings.

The file is read as a stream in flat memory, and twice: what a listing refers to (authors,
terms, pictures) may stand behind it. So ``read_site`` first, then ``read_listings``.
"""

import hashlib
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from jobboard.domain import address
from jobboard.domain.place import Place
from jobboard.domain.places import whereabouts
from jobboard.formats.employment import category_words, read_employment
from jobboard.formats.imported import (
    NOT_STATED,
    BrokenFile,
    ImportedDeadline,
    ImportedListing,
    ImportedOrganisation,
)
from jobboard.formats.outside import (
    DAMAGE,
    YEARS,
    end_of_day,
    is_email,
    opened,
    read_apply,
    read_day,
    read_deadline,
    whole_url,
)
from jobboard.formats.pay_text import read_pay
from jobboard.markup.markdown import from_wordpress, plain_text
from jobboard.markup.text import clean_block, clean_line, repair_mojibake
from jobboard.tables.gazetteer import country

TITLE_LENGTH = 300
NAME_LENGTH = 200

#: More than this is no item of a site (and would fill the memory).
ITEM_BYTES = 32_000_000

#: Keys that are secrets, locks or telemetry of the old site and are not kept even raw.
DROPPED_META = frozenset(
    {
        "_submitting_key",
        "_tracked_submitted",
        "_tracked_approved",
        "_edit_lock",
        "_public_submission",
    }
)


@dataclass(frozen=True, slots=True)
class WxrAuthor:
    """A user of the exported site."""

    login: str
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class WxrTerm:
    """A term of a taxonomy; ``employment_type`` is schema.org's word, if the site set one."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""
    employment_type: str = ""


@dataclass(frozen=True, slots=True)
class WxrSite:
    """What the file says of the whole site.

    ``attachments`` maps ids to addresses of files; ``listing_count`` is for a progress line.
    """

    title: str = ""
    base_url: str = ""
    language: str = ""
    version: str = ""
    authors: Mapping[str, WxrAuthor] = field(default_factory=dict)
    terms: Mapping[tuple[str, str], WxrTerm] = field(default_factory=dict)
    attachments: Mapping[int, str] = field(default_factory=dict)
    listing_count: int = 0


@dataclass(frozen=True, slots=True)
class WxrListing:
    """One ``job_listing`` item as it stands in the file.

    ``meta`` holds the last value of each key, lists as "a; b"; ``all_meta`` all as they stand.
    ``utc_offset`` is local time minus UTC as seen on this item or, if it has no UTC date,
    on the last one before it that has.
    """

    post_id: str
    title: str
    link: str
    guid: str
    creator: str
    status: str
    post_name: str
    content: str
    excerpt: str
    posted_local: str
    posted_gmt: str
    modified_local: str
    modified_gmt: str
    has_password: bool
    terms: tuple[WxrTerm, ...]
    meta: Mapping[str, str]
    all_meta: tuple[tuple[str, str], ...]
    utc_offset: timedelta | None = None


def read_site(path: Path) -> WxrSite:
    """Read what the listings refer to; a broken file gives what stands before the break.

    Raises ``BrokenFile`` when the file is no WordPress export at all, ``OSError`` when it
    cannot be opened.
    """
    found = _SiteFacts()
    try:
        for element in _elements(path):
            found.add(element)
    except BrokenFile:
        if not found.version and not found.base_url:
            raise
    if not found.version and not found.base_url:
        raise BrokenFile("not a WordPress export (no wxr_version)")
    return found.site()


def read_listings(path: Path, site: WxrSite) -> Iterator[WxrListing]:
    """Yield every listing of the file in its order.

    Raises ``BrokenFile`` with the position where the file breaks, after every whole item
    before it; ``OSError`` when it cannot be opened.
    """
    offset: timedelta | None = None
    for element in _elements(path):
        if _local(element) != "item" or _text(element, "post_type") != "job_listing":
            continue
        listing = _listing(element, site, offset)
        offset = listing.utc_offset
        yield listing


def to_imported(listing: WxrListing, site: WxrSite, zone: ZoneInfo) -> ImportedListing:
    """Return the listing in the board's words; days without a zone are meant in ``zone``.

    Never raises: what cannot be understood stays as text and is named in ``notes``.
    """
    meta = listing.meta
    notes: list[str] = []
    content = from_wordpress(repair_mojibake(clean_block(listing.content)))
    if content.dropped_shortcodes:
        notes.append(f"Shortcodes were dropped: {', '.join(content.dropped_shortcodes)}")
    title = _title(listing)
    where_text = _line(meta.get("_job_location", ""), 500)
    where = whereabouts(where_text, _geo_country(meta))
    is_remote = meta.get("_remote_position") == "1" or where.says_remote
    places = _located(where.places, meta)
    countries = tuple(dict.fromkeys(place.country for place in places if place.country))
    if is_remote:
        places = tuple(place for place in places if place.city)
    types = [term for term in listing.terms if term.taxonomy == "job_listing_type"]
    employment = read_employment(
        [word for term in types for word in (term.employment_type, term.name, term.slug) if word],
        title,
    )
    categories = tuple(
        term.name for term in listing.terms if term.taxonomy in _CATEGORY_TAXONOMIES and term.name
    )
    topics, function = category_words(categories)
    deadline, ends_at = _end(meta, zone, notes)
    status, publish_at = _status(listing, zone, notes)
    author = site.authors.get(listing.creator)
    apply = read_apply(repair_mojibake(meta.get("_application", "")))
    name = _line(meta.get("_company_name", ""), NAME_LENGTH)
    is_filled = meta.get("_filled") == "1"
    if is_filled and status == "published":
        status = "closed"
    return ImportedListing(
        source=_source(site, listing),
        source_id=_source_id(listing, title),
        source_url=listing.link or listing.guid,
        old_addresses=_old_addresses(listing),
        title=title,
        organisation=_organisation(name, meta, site) if name else None,
        description=content.html,
        summary=_line(plain_text(listing.excerpt), 300) if listing.excerpt.strip() else "",
        language=site.language.split("-")[0].lower()[:12],
        places=places,
        location_text=where_text,
        mode="hybrid" if where.says_hybrid else "remote" if is_remote else NOT_STATED,
        remote_countries=countries if is_remote else (),
        opportunity_type=employment.opportunity_type,
        hours=employment.hours,
        contract_term=employment.contract_term,
        employment_text=", ".join(term.name for term in types),
        categories=categories,
        topics=topics,
        function=function,
        pay=read_pay(
            meta.get("_job_salary", ""),
            meta.get("_job_salary_currency", ""),
            meta.get("_job_salary_unit", ""),
            next(iter(countries), None),
        ),
        apply=apply,
        deadline=deadline,
        posted_at=_moment(listing.posted_gmt, listing.posted_local, listing.utc_offset, zone),
        updated_at=_moment(listing.modified_gmt, listing.modified_local, listing.utc_offset, zone),
        publish_at=publish_at,
        ends_at=ends_at,
        status=status,
        close_reason="filled" if status == "closed" else "",
        is_filled=is_filled,
        is_featured=meta.get("_featured") == "1",
        poster_email=_poster_email(author, apply.email),
        poster_name=author.name if author else "",
        raw=_raw(listing),
        notes=tuple(notes),
        refusal="" if title else "no title",
        skip=_skip(listing),
        is_preview=listing.status == "preview",
    )


def unserialize(written: str) -> object:
    """Return a PHP-serialized value made of scalars and arrays; others raise ``ValueError``.

    Objects and references are refused: they have no meaning here and have been a way in.
    """
    value, end = _php(written.encode(), 0, 0)
    if end != len(written.encode()):
        raise ValueError("text after the value")
    return value


_CATEGORY_TAXONOMIES = frozenset({"job_listing_category", "job_listing_tag"})


class _SiteFacts:
    """Gathers a site's facts while the file goes by."""

    def __init__(self) -> None:
        self.title = self.base_url = self.language = self.version = ""
        self.authors: dict[str, WxrAuthor] = {}
        self.terms: dict[tuple[str, str], WxrTerm] = {}
        self.attachments: dict[int, str] = {}
        self.listing_count = 0

    def add(self, element: Element) -> None:
        """Take what one child of the channel says."""
        name = _local(element)
        words = (element.text or "").strip()
        if name == "title":
            self.title = self.title or words
        elif name == "language":
            self.language = self.language or words
        elif name == "wxr_version":
            self.version = words
        elif name == "base_blog_url" or (name == "base_site_url" and not self.base_url):
            self.base_url = words.rstrip("/")
        elif name == "author":
            login = _text(element, "author_login")
            email = _text(element, "author_email").strip()
            self.authors[login] = WxrAuthor(
                login,
                email if is_email(email) else "",
                _line(_text(element, "author_display_name"), NAME_LENGTH),
            )
        elif name == "term":
            term = WxrTerm(
                taxonomy=_text(element, "term_taxonomy"),
                slug=_text(element, "term_slug"),
                name=_line(html.unescape(_text(element, "term_name")), NAME_LENGTH),
                parent=_text(element, "term_parent"),
                employment_type=dict(_meta(element, "termmeta")).get("employment_type", ""),
            )
            self.terms[term.taxonomy, term.slug] = term
        elif name == "item":
            self._add_item(element)

    def _add_item(self, element: Element) -> None:
        post_type = _text(element, "post_type")
        if post_type == "job_listing":
            self.listing_count += 1
        elif post_type == "attachment":
            post_id, url = _text(element, "post_id"), whole_url(_text(element, "attachment_url"))
            if post_id.isascii() and post_id.isdigit() and url:
                self.attachments[int(post_id)] = url

    def site(self) -> WxrSite:
        """Return what was gathered."""
        return WxrSite(
            self.title,
            self.base_url,
            self.language,
            self.version,
            self.authors,
            self.terms,
            self.attachments,
            self.listing_count,
        )


class _XmlBytes:
    """A file without the control bytes that XML forbids and old databases hold."""

    _FORBIDDEN = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        #: Bytes read since the last whole item.
        self.pending = 0

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; an empty answer means the end, as the parser reads it."""
        # One read of the file at a time: where it breaks, all before the break has been seen.
        while block := self._file.read1(size):
            self.pending += len(block)
            if self.pending > ITEM_BYTES:
                raise ValueError("an item is larger than 32 MB")
            if kept := block.translate(None, self._FORBIDDEN):
                return kept
        return b""


def _elements(path: Path) -> Iterator[Element]:
    """Yield each whole child of the channel, and forget it afterwards."""
    depth, channel = 0, None
    with opened(path) as file:
        source = _XmlBytes(file)
        try:
            for event, element in iterparse(cast(IO[bytes], source), ("start", "end")):
                if event == "start":
                    depth += 1
                    if depth == 2:
                        channel = element
                    continue
                depth -= 1
                if depth == 2 and channel is not None:
                    yield element
                    channel.clear()
                    source.pending = 0
        except ParseError as error:
            line, column = error.position
            reason = str(error).split(":")[0]
            raise BrokenFile(
                f"the XML breaks here: {reason}", f"line {line}, column {column}"
            ) from None
        except DefusedXmlException:
            raise BrokenFile("the XML declares entities, which no export does") from None
        except DAMAGE as damage:
            raise BrokenFile(f"the file is damaged: {damage}") from None
        except (LookupError, ValueError) as error:
            raise BrokenFile(f"the XML cannot be read: {error}") from None


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element, name: str, namespace: str = "") -> str:
    for child in element:
        if _local(child) == name and namespace in str(child.tag):
            return child.text or ""
    return ""


def _meta(element: Element, name: str = "postmeta") -> list[tuple[str, str]]:
    return [
        (_text(child, "meta_key"), _text(child, "meta_value"))
        for child in element
        if _local(child) == name
    ]


def _listing(element: Element, site: WxrSite, last_offset: timedelta | None) -> WxrListing:
    all_meta = tuple(pair for pair in _meta(element) if pair[0] not in DROPPED_META)
    posted_local, posted_gmt = _text(element, "post_date"), _text(element, "post_date_gmt")
    local, gmt = _naive(posted_local), _naive(posted_gmt)
    return WxrListing(
        post_id=_text(element, "post_id").strip(),
        title=_text(element, "title"),
        link=_text(element, "link").strip(),
        guid=_text(element, "guid").strip(),
        creator=_text(element, "creator").strip(),
        status=_text(element, "status").strip(),
        post_name=_text(element, "post_name").strip(),
        content=_text(element, "encoded", "content"),
        excerpt=_text(element, "encoded", "excerpt"),
        posted_local=posted_local.strip(),
        posted_gmt=posted_gmt.strip(),
        modified_local=_text(element, "post_modified").strip(),
        modified_gmt=_text(element, "post_modified_gmt").strip(),
        has_password=bool(_text(element, "post_password").strip()),
        terms=tuple(_term(child, site) for child in element if _local(child) == "category"),
        meta={key: _said(value) for key, value in all_meta},
        all_meta=all_meta,
        utc_offset=local - gmt if local and gmt else last_offset,
    )


def _said(value: str) -> str:
    """Return what a value says: form builders keep several answers as one PHP array."""
    if not _PHP_ARRAY.match(value):
        return value
    try:
        held = unserialize(value)
    except ValueError:
        return value
    answers = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    return "; ".join(str(each) for each in answers if isinstance(each, str | int | float))


_PHP_ARRAY = re.compile(r"a:\d+:\{.*\}\Z", re.DOTALL)


def _term(element: Element, site: WxrSite) -> WxrTerm:
    taxonomy, slug = element.get("domain", ""), element.get("nicename", "")
    known = site.terms.get((taxonomy, slug))
    name = _line(html.unescape(element.text or ""), NAME_LENGTH)
    return known or WxrTerm(taxonomy, slug, name)


def _naive(written: str) -> datetime | None:
    text = written.strip()
    if not text or text.startswith("0000"):
        return None
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _moment(gmt: str, local: str, offset: timedelta | None, zone: ZoneInfo) -> datetime | None:
    if (moment := _naive(gmt)) is not None:
        return moment.replace(tzinfo=UTC)
    if (moment := _naive(local)) is None:
        return None
    if offset is not None:
        return (moment - offset).replace(tzinfo=UTC)
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _line(text: str, limit: int) -> str:
    return clean_line(repair_mojibake(text[: limit * 4]))[:limit].strip()


def _title(listing: WxrListing) -> str:
    title = _line(listing.title, TITLE_LENGTH * 2)
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def _geo_country(meta: Mapping[str, str]) -> str | None:
    known = country(meta.get("geolocation_country_short", "").strip())
    return known.code if known else None


def _located(places: tuple[Place, ...], meta: Mapping[str, str]) -> tuple[Place, ...]:
    """Give a single city the point that the old site had looked up, if we know none."""
    code = _geo_country(meta)
    if len(places) != 1 or places[0].lat is not None or not places[0].city or code is None:
        return places
    try:
        lat, lon = float(meta["geolocation_lat"]), float(meta["geolocation_long"])
    except (KeyError, ValueError):
        return places
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return places
    return (Place(code, places[0].city, lat, lon, area=places[0].area),)


def _end(
    meta: Mapping[str, str], zone: ZoneInfo, notes: list[str]
) -> tuple[ImportedDeadline, datetime | None]:
    """Return the deadline, and when the old site took the listing down.

    ``_application_deadline`` is the employer's day, ``_job_expires`` the site's; with one
    of them it is both.
    """
    expires = read_deadline(meta.get("_job_expires", ""), zone)
    stated = read_deadline(
        meta.get("_application_deadline", "").strip() or meta.get("_job_deadline", ""), zone
    )
    for each in (expires, stated):
        if each.text and each.kind == NOT_STATED:
            notes.append(f"The deadline was not understood: {each.text}")
        elif each.at and not re.match(r"\d{4}-", each.text):
            notes.append(f"The deadline was read day first: {each.text}")
    deadline = stated if stated.text else expires
    ends = [each.at for each in (expires, stated) if each.at is not None]
    return deadline, min(ends, default=None)


_STATUSES = {
    "publish": "published",
    "future": "scheduled",
    "pending": "pending",
    "pending_payment": "pending",
    "draft": "draft",
    "preview": "draft",
    "private": "draft",
    "expired": "expired",
    "trash": "draft",
}


def _status(listing: WxrListing, zone: ZoneInfo, notes: list[str]) -> tuple[str, datetime | None]:
    posted_at = _moment(listing.posted_gmt, listing.posted_local, listing.utc_offset, zone)
    status = _STATUSES.get(listing.status)
    if status is None:
        notes.append(f"Unknown status: {_line(listing.status, 40)}")
        status = "draft"
    if listing.status == "pending_payment":
        notes.append("It waited for payment on the former site.")
    if listing.status == "private":
        notes.append("It was private on the former site.")
    if listing.has_password:
        notes.append("It was protected by a password on the former site.")
        status = "draft"
    if status in ("published", "expired", "scheduled"):
        return status, posted_at
    wanted = read_day(listing.meta.get("_job_schedule_listing", ""))
    return status, end_of_day(wanted, zone) if wanted else None


def _skip(listing: WxrListing) -> str:
    if listing.status != "trash":
        return ""
    former = _line(listing.meta.get("_wp_trash_meta_status", ""), 40)
    return f"in the trash (was {former})" if former else "in the trash"


def _source(site: WxrSite, listing: WxrListing) -> str:
    if site.base_url:
        return site.base_url[:NAME_LENGTH]
    host = urlsplit(whole_url(listing.guid)).hostname
    return f"https://{host}" if host else "wxr"


def _source_id(listing: WxrListing, title: str) -> str:
    stated = listing.post_id or listing.guid
    if stated and len(stated) <= NAME_LENGTH:
        return stated
    about = stated or f"{title}\n{listing.post_name}\n{listing.posted_local}"
    return hashlib.sha256(about.encode(errors="replace")).hexdigest()[:32]


def _organisation(name: str, meta: Mapping[str, str], site: WxrSite) -> ImportedOrganisation:
    return ImportedOrganisation(
        name=name,
        website=whole_url(meta.get("_company_website", "")),
        tagline=_line(meta.get("_company_tagline", ""), 300),
        logo_url=_logo(meta, site),
    )


def _logo(meta: Mapping[str, str], site: WxrSite) -> str:
    # Since WP Job Manager 1.24 the logo is the post's picture; before, an id or an address.
    for value in (meta.get("_thumbnail_id", ""), meta.get("_company_logo", "")):
        text = value.strip()
        if text.isascii() and text.isdigit():
            if url := site.attachments.get(int(text)):
                return url
        elif url := whole_url(text):
            return url
    return ""


def _old_addresses(listing: WxrListing) -> tuple[str, ...]:
    """Return every path and query under which the listing could be reached."""
    slugs = [
        listing.post_name,
        *(value for key, value in listing.all_meta if key == "_wp_old_slug"),
    ]
    paths = [address.former(f"/job/{slug}") for slug in slugs if slug.strip("/")]
    for url in (listing.link, listing.guid):
        # An expired listing's link is its number, but its guid may still be the old page.
        path = urlsplit(whole_url(url)).path
        if path.strip("/"):
            paths.append(address.former(path))
    if listing.post_id:
        paths.append(f"?p={listing.post_id}")
    return tuple(dict.fromkeys(paths))


def _poster_email(author: WxrAuthor | None, apply_email: str) -> str:
    # Author 0 is a guest: the application address is the only one to claim it by.
    return author.email if author and author.email else apply_email


def _raw(listing: WxrListing) -> dict[str, object]:
    """Return the item as JSON can hold it; the password and dropped keys never are."""
    return {
        "post_id": listing.post_id,
        "title": listing.title,
        "link": listing.link,
        "guid": listing.guid,
        "creator": listing.creator,
        "status": listing.status,
        "post_name": listing.post_name,
        "content": listing.content,
        "excerpt": listing.excerpt,
        "post_date": listing.posted_local,
        "post_date_gmt": listing.posted_gmt,
        "post_modified": listing.modified_local,
        "post_modified_gmt": listing.modified_gmt,
        "terms": [[term.taxonomy, term.slug, term.name] for term in listing.terms],
        "meta": [list(pair) for pair in listing.all_meta],
    }


#: Arrays in arrays beyond this are no data of a listing.
_PHP_DEPTH = 20


def _php(data: bytes, at: int, depth: int) -> tuple[object, int]:
    kind = data[at : at + 2]
    if depth > _PHP_DEPTH:
        raise ValueError("too deep")
    if kind == b"N;":
        return None, at + 2
    if kind in (b"b:", b"i:", b"d:"):
        end = data.index(b";", at)
        number = data[at + 2 : end]
        if kind == b"d:":
            return float(number), end + 1
        return (number == b"1" if kind == b"b:" else int(number)), end + 1
    if kind == b"s:":
        colon = data.index(b":", at + 2)
        start = colon + 2
        end = start + int(data[at + 2 : colon])
        if data[colon + 1 : start] != b'"' or data[end : end + 2] != b'";':
            raise ValueError("a string does not end where it says")
        return data[start:end].decode(), end + 2
    if kind == b"a:":
        return _php_array(data, at, depth)
    raise ValueError("not a scalar or an array")


def _php_array(data: bytes, at: int, depth: int) -> tuple[object, int]:
    colon = data.index(b":", at + 2)
    count, position = int(data[at + 2 : colon]), colon + 2
    if data[colon + 1 : position] != b"{" or count > len(data):
        raise ValueError("an array without its brace")
    items: dict[str, object] = {}
    for _ in range(count):
        key, position = _php(data, position, depth + 1)
        value, position = _php(data, position, depth + 1)
        items[str(key)] = value
    if data[position : position + 1] != b"}":
        raise ValueError("an array that does not end")
    keys = list(items)
    if keys == [str(number) for number in range(len(keys))]:
        return list(items.values()), position + 1
    return items, position + 1
