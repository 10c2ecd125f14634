"""What every reader of outside listings needs: addresses, dates, ways to apply, files."""

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import zstandard

from jobboard.formats.imported import ImportedApply, ImportedDeadline
from jobboard.markup.text import clean_block, clean_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Addresses longer than this are refused everywhere on the board.
URL_LENGTH = 2_000

#: A day named as a deadline lasts until this minute of it.
END_OF_DAY = time(23, 59)

#: Years of listings; others are slips or placeholders ("9999-12-31"), and in some zone no moment.
YEARS = range(1900, 2201)

#: What reading a damaged file raises, of all kinds of compression.
DAMAGE = (EOFError, OSError, zstandard.ZstdError, gzip.BadGzipFile)


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file for reading bytes, unpacked by its name (``.gz``, ``.zst``) as it is read.

    Damage shows while reading, as one of ``DAMAGE``; a missing file as ``OSError`` at once.
    """
    with path.open("rb") as file:
        if path.suffix == ".gz":
            with gzip.open(file) as unpacked:
                yield io.BufferedReader(unpacked)
        elif path.suffix == ".zst":
            yield io.BufferedReader(_Zst(file))
        else:
            yield file


class _Zst(io.RawIOBase):
    """The bytes in a zstandard file; the library's own reader takes a cut file for a whole one."""

    #: So little at a time that even a bomb unpacks to no more than some megabytes at once.
    _PACKED = 1024

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer as far as what is unpacked goes; 0 at the end."""
        while not self._ready:
            if not self._packed:
                self._packed = self._file.read(self._PACKED)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("it ends in the middle")
                return 0
            self._unpack()
        room = memoryview(buffer).cast("B")
        size = min(len(room), len(self._ready))
        room[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _unpack(self) -> None:
        frame = self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
        self._ready = memoryview(frame.decompress(self._packed))
        self._packed = b""
        if frame.eof:
            # A file may hold several frames, one after another.
            self._packed, self._frame = frame.unused_data, None


def read_day(written: str) -> date | None:
    """Read a day as sources write it: ISO (a time may follow), or day first with / or dots.

    ``05/20/2016`` can only be meant month first and is read so. None when nothing fits, or when
    the year is none of ``YEARS``.
    """
    text = written.strip()
    try:
        if found := _ISO_DAY.match(text):
            return _sensible(date(*map(int, found.groups())))
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, found.groups())
            if month > 12 >= day:
                day, month = month, day
            return _sensible(date(year, month, day))
    except ValueError:
        pass
    return None


def read_instant(written: str, zone: ZoneInfo) -> datetime | None:
    """Read a day or a moment as UTC; what names no offset is meant in ``zone``.

    A day alone means its first minute.
    """
    text = written.strip()
    if not text or text.startswith("0000"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        day = read_day(text)
        if day is None:
            return None
        moment = datetime.combine(day, time())
    if moment.year not in YEARS:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _sensible(day: date) -> date | None:
    return day if day.year in YEARS else None


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return 23:59 of the day in the zone, as UTC."""
    return datetime.combine(day, END_OF_DAY, zone).astimezone(UTC)


def read_deadline(written: str, zone: ZoneInfo) -> ImportedDeadline:
    """Read a deadline's day as its last minute in the zone; other words are kept as text."""
    text = clean_line(written)[:200]
    if not text or text.startswith("0000"):
        return ImportedDeadline()
    day = read_day(text)
    if day is not None:
        return ImportedDeadline("date", end_of_day(day, zone), zone.key, text)
    if _ROLLING.search(text):
        return ImportedDeadline("rolling", text=text)
    if _UNTIL_FILLED.search(text):
        return ImportedDeadline("until_filled", text=text)
    return ImportedDeadline(text=text)


def read_apply(written: str) -> ImportedApply:
    """Read how to apply: an address of a page, a mail address, or words that may hold one."""
    text = clean_block(written)[:10_000].strip()
    if not text:
        return ImportedApply()
    if _PROSE_AS_URL.match(text):
        # WordPress turns "See the notice" into http://See%20the%20notice.
        return ImportedApply(instructions=clean_line(unquote(text.split("//", 1)[1])))
    if url := whole_url(text):
        return ImportedApply("url", url=url)
    address = text.removeprefix("mailto:").split("?")[0].strip().strip("<>")
    if is_email(address):
        return ImportedApply("email", email=address)
    urls = {url for found in _URL_IN_TEXT.findall(text) if (url := whole_url(found.rstrip(".,;)")))}
    if len(urls) == 1:
        return ImportedApply("url", url=urls.pop(), instructions=text)
    emails = {found for found in _EMAIL_IN_TEXT.findall(text) if is_email(found)}
    if len(emails) == 1 and not urls:
        return ImportedApply("email", email=emails.pop(), instructions=text)
    return ImportedApply(instructions=text)


def whole_url(written: str) -> str:
    """Return the text as an http(s) address, ``https://`` added where it lacks a scheme.

    An empty string when it is none, too long, or cannot be parsed.
    """
    text = written.strip()
    if not text or len(text) > URL_LENGTH or _WHITESPACE.search(text):
        return ""
    if not _SCHEME.match(text):
        if not _BARE_HOST.match(text):
            return ""
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host or parts.username:
        return ""
    return text


def is_email(text: str) -> bool:
    """Say whether the text looks like one mail address; whether it works only mail can tell."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_ROLLING = re.compile(r"\b(?:rolling|continuous|ongoing|open[- ]ended|any ?time)\b", re.IGNORECASE)
_UNTIL_FILLED = re.compile(r"\buntil (?:it is |the (?:position|post) is )?filled\b", re.IGNORECASE)
_PROSE_AS_URL = re.compile(r"https?://[^/?#]*%20", re.IGNORECASE)
_WHITESPACE = re.compile(r"[\s<>\"]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BARE_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?:[/?#]\S*)?$"
)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@(?:[\w-]+\.)+[\w-]{2,}")
# From the front of a run of letters only, and 64 of them (RFC 5321, 4.5.3.1.1): linear in the text.
_EMAIL_IN_TEXT = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[\w-]+\.)+[A-Za-z]{2,}")
_URL_IN_TEXT = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
