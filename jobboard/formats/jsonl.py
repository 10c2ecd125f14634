"""Listings as JSON Lines: one object a line, plain or packed with gzip or zstandard.

Fields: ``id set source_id title organisation location country remote description
description_format posted deadline employment_type salary apply category language raw``;
all may be missing but the title.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from jobboard.domain.place import Place
from jobboard.domain.places import Whereabouts, whereabouts
from jobboard.formats.employment import category_words, read_employment
from jobboard.formats.imported import (
    NOT_STATED,
    BrokenFile,
    BrokenRecord,
    ImportedListing,
    ImportedOrganisation,
)
from jobboard.formats.outside import (
    DAMAGE,
    URL_LENGTH,
    opened,
    read_apply,
    read_deadline,
    read_instant,
    whole_url,
)
from jobboard.formats.pay_text import read_pay
from jobboard.markup.markdown import clean_html, text_to_html
from jobboard.markup.text import clean_block, clean_line, repair_mojibake
from jobboard.tables.gazetteer import country_named

#: A line longer than this is no record (and would fill the memory).
LINE_BYTES = 8_000_000

TITLE_LENGTH = 300
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 100_000


def read(path: Path) -> Iterator[Mapping[str, object] | BrokenRecord]:
    """Yield each line's object, or what is wrong with the line; blank lines are passed over.

    Memory stays flat. Raises ``BrokenFile`` where the file ends in the middle (a cut
    archive); what came before has been yielded by then. Raises ``OSError`` when the file
    cannot be opened.
    """
    number = 0
    with opened(path) as file:
        while True:
            try:
                line = file.readline(LINE_BYTES + 1)
            except DAMAGE as damage:
                raise BrokenFile(f"the file is damaged: {damage}", f"after line {number}") from None
            if not line:
                return
            number += 1
            if len(line) > LINE_BYTES:
                raise BrokenFile("a line is longer than 8 MB", f"line {number}")
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield _record(line, number)


def count(path: Path) -> int:
    """Return how many lines with something on them ``read`` will come to; 0 if it cannot tell."""
    try:
        with opened(path) as file:
            return sum(1 for line in file if line.strip())
    except DAMAGE:
        return 0


def to_imported(
    record: Mapping[str, object], zone: ZoneInfo, source: str = "jsonl"
) -> ImportedListing:
    """Return the listing that a record describes.

    Never raises: what cannot be understood stays as text, and a record that cannot be
    stored says why in ``refusal``.

    Args:
        record: the object of a line.
        zone: where days without a zone are meant.
        source: whose the record is when it names no ``set``.
    """
    text = _Texts(record)
    notes: list[str] = []
    source_id = text.line("source_id", URL_LENGTH)
    title = text.line("title", TITLE_LENGTH * 4)
    if len(title) > TITLE_LENGTH:
        title = title[: TITLE_LENGTH - 1].rstrip() + "…"
        notes.append("The title was cut to 300 characters.")
    country = country_named(text.line("country", 100))
    location = text.line("location", 500)
    where = whereabouts(location, country)
    remote = record.get("remote")
    is_remote = remote is True or (remote is not False and where.says_remote)
    places, remote_countries = _where(where, is_remote=is_remote)
    employment_text = text.line("employment_type", 300)
    employment = read_employment([employment_text], title)
    category = text.line("category", 300)
    topics, function = category_words(tuple(filter(None, map(str.strip, category.split(";")))))
    deadline = read_deadline(text.raw("deadline"), zone)
    if deadline.text and deadline.kind == NOT_STATED:
        notes.append(f"The deadline was not understood: {deadline.text}")
    posted_at = read_instant(text.raw("posted"), zone)
    name = text.line("organisation", NAME_LENGTH)
    apply = read_apply(text.raw("apply"))
    return ImportedListing(
        source=text.line("set", NAME_LENGTH) or source,
        source_id=_own_id(text),
        source_url=whole_url(source_id),
        title=title,
        organisation=ImportedOrganisation(name) if name else None,
        description=_description(text),
        description_format="markdown" if _is_markdown(text) else "html",
        language=text.line("language", 12),
        places=places,
        location_text=location,
        mode=_mode(where, is_remote=is_remote),
        remote_countries=remote_countries,
        opportunity_type=employment.opportunity_type,
        hours=employment.hours,
        contract_term=employment.contract_term,
        employment_text=employment_text,
        categories=(category,) if category else (),
        topics=topics,
        function=function,
        pay=read_pay(text.raw("salary"), country=country),
        apply=apply,
        deadline=deadline,
        posted_at=posted_at,
        publish_at=posted_at,
        ends_at=deadline.at,
        status="published",
        raw=dict(record),
        notes=tuple(notes),
        refusal="" if title else "no title",
    )


class _Texts:
    """A record's fields as text, whatever type a careless writer gave them."""

    def __init__(self, record: Mapping[str, object]) -> None:
        self._record = record

    def raw(self, name: str) -> str:
        value = self._record.get(name)
        if isinstance(value, str):
            return repair_mojibake(value)
        if isinstance(value, list):
            return "; ".join(str(each) for each in value if isinstance(each, str | int | float))
        return str(value) if isinstance(value, int | float) and value is not True else ""

    def line(self, name: str, limit: int) -> str:
        written = self.raw(name)[: limit * 4]
        if "&" in written and _ENTITY.search(written):
            # "AT&amp;T": a line out of a page; what it says is text and escaped when shown.
            written = html.unescape(written)
        return clean_line(written)[:limit].strip()


_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|amp|lt|gt|quot|apos|nbsp);")


def _record(line: bytes, number: int) -> Mapping[str, object] | BrokenRecord:
    try:
        # NaN, which careless writers give for "nothing", is no JSON and no text either.
        value = json.loads(line.decode(), parse_constant=lambda _name: None)
    except UnicodeDecodeError:
        return BrokenRecord(number, "not UTF-8", line[:80].decode("latin-1"))
    except (ValueError, RecursionError) as error:
        return BrokenRecord(number, f"not JSON: {error}", line[:80].decode())
    if not isinstance(value, dict):
        return BrokenRecord(number, "not a JSON object", line[:80].decode())
    return value


def _where(where: Whereabouts, *, is_remote: bool) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    if not is_remote:
        return where.places, ()
    # "Remote, Germany" says from where one may work, not where one must sit.
    countries = tuple(dict.fromkeys(place.country for place in where.places if place.country))
    return tuple(place for place in where.places if place.city), countries


def _mode(where: Whereabouts, *, is_remote: bool) -> str:
    if where.says_hybrid:
        return "hybrid"
    return "remote" if is_remote else NOT_STATED


def _is_markdown(text: _Texts) -> bool:
    return text.raw("description_format") == "markdown"


def _description(text: _Texts) -> str:
    written = text.raw("description")[:DESCRIPTION_LENGTH]
    if not written.strip():
        return ""
    if _is_markdown(text):
        return clean_block(written)
    if text.raw("description_format") == "html":
        return clean_html(clean_block(written))
    return text_to_html(written)


def _own_id(text: _Texts) -> str:
    """Return the name by which a later import finds the record again."""
    # ``id`` is unique over all sets where ``source_id`` may repeat within one.
    stated = text.line("id", URL_LENGTH) or text.line("source_id", URL_LENGTH)
    if stated and len(stated) <= NAME_LENGTH:
        return stated
    # Without one, what the record is about must do.
    about = [stated] if stated else [text.raw(name) for name in _ABOUT]
    return hashlib.sha256("\n".join(about).encode(errors="replace")).hexdigest()[:32]


_ABOUT = ("title", "organisation", "location", "apply")
