"""Pages and searches: made anew at each request, and kept by the page cache, against the floors.

Everything runs on the same server, one process; against the peer, whose processes filled its
machine, as many as there are processors. Machines and hours differ by half, and minutes by a
quarter, so a page and its floor take turns, and the middle one of their ratios counts.
"""

import contextlib
import os
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import Row, create_engine, text

from benchmarks import ads, boards, servers
from benchmarks.report import Line, at_least, at_most, only
from benchmarks.servers import Server

#: Goes past the page cache, which keeps nothing for requests that bear a name.
PAST_THE_CACHE = {"Authorization": "Bearer benchmark"}
#: WP Job Manager's requests a second at 16 connections, its Jobs page and its search for words,
#: by listings, on a machine that gave 900 for the page of 20 cards: taken as shares of that floor.
_PEER_CARDS = 900
_PEER_PAGE = 90
_PEER_SEARCH = {10_000: 9.5, 100_000: 0.8}
_QUERIES = 4_000
_FILTERS = (
    *("country=TR", "country=FR&country=DE", "type=staff", "mode=remote", "paid=1"),
    *("topic=security_defence", "seniority=senior", "region=europe", "hours=full_time"),
)
#: A word of a title that tells something.
_WORD = re.compile(r"[^\W\d_]{4,}")
_TIMED = 600
#: Listings whose pages are asked for again and again.
_OFTEN = 100
#: Turns that a page and its floor take.
_TURNS = 5
_PROCESSORS = os.cpu_count() or 1
_CARDS = "floor: Flask and Jinja2, 20 cards of dicts"


@dataclass(frozen=True)
class _Measured:
    """How fast something is, and how its floors are in turn with it: requests a second."""

    rate: float
    floors: Sequence[float]
    ratios: Sequence[float]


def uncached(size: int, seconds: float, url: str = "") -> Iterator[Line]:
    """Measure the Jobs page and listings' pages, made anew each time.

    A listing's page in two ways: of listings that this process has shown before, and of others.
    """
    place = boards.made(size, url)
    every = _listings(place, url)
    with _board(place, url) as server, servers.floor("cards") as floor:
        for name, paths in (("Jobs page", ["/jobs/"]), ("listing's page", every[:_OFTEN])):
            servers.milliseconds(server, paths, headers=PAST_THE_CACHE)
            found = _in_turns(server, paths, [floor], seconds, PAST_THE_CACHE)
            yield only(_CARDS, _rate(found.floors[0]))
            title = f"{name} uncached, {size:,} live"
            yield at_least(title, _rate(found.rate), found.ratios[0], 0.5, "20 cards")
        times = servers.milliseconds(server, every[_OFTEN:][:_TIMED], headers=PAST_THE_CACHE)
        figure = f"p50 {servers.share(times, 0.5):.1f}, p99 {servers.share(times, 0.99):.1f} ms"
        yield only("  seen for the first time, one connection", figure)
    with _board(place, url, processes=_PROCESSORS) as server, servers.floor("cards") as floor:
        for name, paths in (("Jobs page", ["/jobs/"]), ("listing's page", every[:_OFTEN])):
            servers.milliseconds(server, paths * _PROCESSORS, headers=PAST_THE_CACHE)
            found = _in_turns(server, paths, [floor], seconds, PAST_THE_CACHE)
            title = f"{name} uncached, {_PROCESSORS} processes, against WP Job Manager's"
            peer = found.ratios[0] * _PEER_CARDS / _PEER_PAGE
            yield at_least(title, _rate(found.rate), peer, 10, "peer")


def searches(size: int, seconds: float, url: str = "") -> Iterator[Line]:
    """Measure distinct searches with words, filters, all facets and count."""
    place = boards.made(size, url)
    yield from _searches(place, url, size, queries(size), queries(size, seed=2), seconds)


def searches_of_ads(data: Path, seconds: float, url: str = "") -> Iterator[Line]:
    """Measure distinct searches of real advertisements: two words of a title, and a filter."""
    place = boards.imported(ads.files(data), url)
    titles = _titles(place, url)
    first, second = (queries_of(titles, seed) for seed in (1, 2))
    yield from _searches(place, url, len(titles), first, second, seconds)


def _searches(
    place: Path,
    url: str,
    size: int,
    asked: Sequence[str],
    fresh: Sequence[str],
    seconds: float,
) -> Iterator[Line]:
    with _board(place, url) as server, servers.floor("cards") as floor:
        found = _in_turns(server, asked, [floor], seconds, {})
        yield only(_CARDS, _rate(found.floors[0]))
        title = f"distinct searches, {size:,} live"
        yield at_least(title, _rate(found.rate), found.ratios[0], 1.0, "20 cards")
        if size in _PEER_SEARCH:
            peer = found.ratios[0] * _PEER_CARDS / _PEER_SEARCH[size]
            yield at_least("  against WP Job Manager's", _rate(found.rate), peer, 100, "peer")
        times = servers.milliseconds(server, fresh[:_TIMED])
        limit = 40 if size >= 1_000_000 else 15
        p99 = servers.share(times, 0.99)
        figure = f"p50 {servers.share(times, 0.5):.1f}, p99 {p99:.1f} ms"
        yield at_most("  one connection, p99 in ms", figure, p99, limit)


def cached(size: int, seconds: float, url: str = "") -> Iterator[Line]:
    """Measure pages that the cache holds."""
    place = boards.made(size, url)
    with contextlib.ExitStack() as running:
        server = running.enter_context(_board(place, url))
        bare = running.enter_context(servers.floor("bare"))
        static = running.enter_context(servers.nginx(b"x" * 70_000))
        floors = [bare] if static is None else [bare, static]
        br = {"Accept-Encoding": "gzip, deflate, br"}
        tag = {**br, "If-None-Match": servers.etag(server, "/jobs/", br)}
        many = ["/jobs/", *_listings(place, url)[:_OFTEN]]
        for name, paths, headers in (
            ("whole, 70 kB", ["/jobs/"], {}),
            ("brotli", ["/jobs/"], br),
            ("304", ["/jobs/"], tag),
            ("101 pages, brotli", many, br),
        ):
            found = _in_turns(server, paths, floors, seconds, headers)
            yield only("floor: bare Flask, constant body", _rate(found.floors[0]))
            title, rate = f"cached, {name}", _rate(found.rate)
            yield at_least(title, rate, found.ratios[0], 3, "bare Flask")
            if static is not None and name != "304":
                yield at_least("  against a file", rate, found.ratios[1], 0.4, "nginx")


def processes_of(size: int) -> Iterator[Line]:
    """Measure what a web process takes: memory, and time to the first answer."""
    place = boards.made(size)
    most = {10_000: 150, 100_000: 250}.get(size, 700)
    started = time.perf_counter()
    with _board(place) as server:
        connection_ready = time.perf_counter()
        servers.milliseconds(server, ["/jobs/"])
        ready = time.perf_counter() - started
        figure = f"{ready:.2f} s (server {connection_ready - started:.2f})"
        yield at_most(f"start to first answer, {size:,} live", figure, ready, 2.5)
        servers.milliseconds(server, queries(size)[:300])
        own, whole = server.megabytes()
        figure = f"{own:.0f} MB ({whole:.0f} with the files it reads)"
        yield at_most(f"memory of a web process, {size:,} live", figure, own, most)


def queries(size: int, seed: int = 1) -> list[str]:
    """Return addresses of searches of which no two are the same."""
    chance = random.Random(seed * 7_919 + size)
    found: dict[str, None] = {}
    while len(found) < _QUERIES:
        role = chance.choice(("analyst", "security", "policy", "officer", "economist", "fellow"))
        word = boards.WORDS[min(int(chance.expovariate(0.01)), len(boards.WORDS) - 1)]
        found[f"/jobs/?q={role}+{word}&{chance.choice(_FILTERS)}"] = None
    return list(found)


def queries_of(titles: Sequence[str], seed: int) -> list[str]:
    """Return addresses of distinct searches for two words of a title, narrowed by a filter."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < _QUERIES:
        words = _WORD.findall(chance.choice(titles).lower())
        if len(words) > 1:
            both = "+".join(map(quote_plus, chance.sample(words, 2)))
            found[f"/jobs/?q={both}&{chance.choice(_FILTERS)}"] = None
    return list(found)


def _board(
    place: Path, url: str = "", *, processes: int = 1
) -> contextlib.AbstractContextManager[Server]:
    return servers.board(boards.environment(place, url, WEB_WORKERS=str(processes)))


def _in_turns(
    server: Server,
    paths: Sequence[str],
    floors: Sequence[Server],
    seconds: float,
    headers: Mapping[str, str],
) -> _Measured:
    """Measure a server and its floors in turn; of many paths each turn asks for others."""
    rates: list[float] = []
    others: list[list[float]] = [[] for _ in floors]
    asked = len(paths) // _TURNS or len(paths)
    for turn in range(_TURNS):
        for floor, found in zip(floors, others, strict=True):
            found.append(servers.per_second(floor, ["/"], seconds=seconds / 2, is_warm=turn > 0))
        part = paths[turn * asked :][:asked] if len(paths) >= _TURNS else paths
        rates.append(
            servers.per_second(server, part, seconds=seconds / 2, headers=headers, is_warm=turn > 0)
        )
    ratios = [
        median(rate / one for rate, one in zip(rates, found, strict=True)) for found in others
    ]
    return _Measured(median(rates), [median(found) for found in others], ratios)


def _listings(place: Path, url: str) -> list[str]:
    rows = _read(place, url, "SELECT slug_front, id FROM listing ORDER BY id LIMIT 2000")
    return [f"/job/{front}-{number}/" for front, number in rows]


def _titles(place: Path, url: str) -> list[str]:
    rows = _read(place, url, "SELECT title FROM listing WHERE status = 'published' ORDER BY id")
    return [title for (title,) in rows]


def _read(place: Path, url: str, statement: str) -> Sequence[Row[Any]]:
    engine = create_engine(url or f"sqlite:///{place / 'board.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(text(statement)).all()
    engine.dispose()
    return rows


def _rate(found: float) -> str:
    return f"{found:,.0f} a second"
