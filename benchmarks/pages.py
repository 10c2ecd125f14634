"""Pages and searches: made anew at each request, and kept by the page cache, against the floors.

Everything runs on the same server, one process, one after the other within one run: machines and
hours differ by half, ratios do not.
"""

import random
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import create_engine, text

from benchmarks import boards, servers
from benchmarks.report import Line, at_least, at_most, only

Floors = Mapping[str, float]

#: Goes past the page cache, which keeps nothing for requests that bear a name.
PAST_THE_CACHE = {"Authorization": "Bearer benchmark"}
#: WP Job Manager's requests a second at 16 connections, its Jobs page and its search for words,
#: by listings, on a machine that gave 900 for the page of 20 cards: taken as shares of that floor.
_PEER_CARDS = 900
_PEER_PAGE = 90
_PEER_SEARCH = {10_000: 9.5, 100_000: 0.8}
_QUERIES = 4_000
_TIMED = 600


def floors(seconds: float) -> dict[str, float]:
    """Return the floors of this machine at this hour, in requests a second."""
    found = {}
    for name in ("bare", "cards"):
        with servers.floor(name) as server:
            found[name] = servers.per_second(server, ["/"], seconds=seconds)
    with servers.nginx(b"x" * 70_000) as static:
        if static is not None:
            found["nginx"] = servers.per_second(static, ["/"], seconds=seconds)
    return found


def uncached(size: int, seconds: float, floor: Floors, url: str = "") -> Iterator[Line]:
    """Measure the Jobs page and listings' pages, made anew each time."""
    place = boards.made(size, url)
    with servers.board(boards.environment(place, url)) as server:
        for name, paths in (("Jobs page", ["/jobs/"]), ("listing's page", _listings(place, url))):
            found = servers.per_second(server, paths, seconds=seconds, headers=PAST_THE_CACHE)
            title = f"{name} uncached, {size:,} live"
            yield at_least(title, _rate(found), found / floor["cards"], 0.5, "20 cards")
            peer = floor["cards"] * _PEER_PAGE / _PEER_CARDS
            yield at_least("  against WP Job Manager's", _rate(found), found / peer, 10, "peer")


def searches(size: int, seconds: float, floor: Floors, url: str = "") -> Iterator[Line]:
    """Measure distinct searches with words, filters, all facets and count."""
    place = boards.made(size, url)
    paths = queries(size)
    with servers.board(boards.environment(place, url)) as server:
        found = servers.per_second(server, paths, seconds=seconds)
        title = f"distinct searches, {size:,} live"
        yield at_least(title, _rate(found), found / floor["cards"], 1.0, "20 cards")
        if size in _PEER_SEARCH:
            peer = floor["cards"] * _PEER_SEARCH[size] / _PEER_CARDS
            yield at_least("  against WP Job Manager's", _rate(found), found / peer, 100, "peer")
        fresh = queries(size, seed=2)[:_TIMED]
        times = servers.milliseconds(server, fresh)
        limit = 40 if size >= 1_000_000 else 15
        p99 = servers.share(times, 0.99)
        figure = f"p50 {servers.share(times, 0.5):.1f}, p99 {p99:.1f} ms"
        yield at_most("  one connection, p99 in ms", figure, p99, limit)


def cached(size: int, seconds: float, floor: Floors, url: str = "") -> Iterator[Line]:
    """Measure pages that the cache holds."""
    place = boards.made(size, url)
    with servers.board(boards.environment(place, url)) as server:
        br = {"Accept-Encoding": "gzip, deflate, br"}
        tag = {**br, "If-None-Match": servers.etag(server, "/jobs/", br)}
        many = ["/jobs/", *_listings(place, url)[:100]]
        for name, paths, headers in (
            ("whole, 70 kB", ["/jobs/"], {}),
            ("brotli", ["/jobs/"], br),
            ("304", ["/jobs/"], tag),
            ("101 pages, brotli", many, br),
        ):
            found = servers.per_second(server, paths, seconds=seconds, headers=headers)
            title = f"cached, {name}"
            yield at_least(title, _rate(found), found / floor["bare"], 3, "bare Flask")
            if "nginx" in floor and name != "304":
                yield at_least(f"  {name}", _rate(found), found / floor["nginx"], 0.4, "nginx")


def processes_of(size: int) -> Iterator[Line]:
    """Measure what a web process takes: memory, and time to the first answer."""
    place = boards.made(size)
    most = {10_000: 150, 100_000: 250}.get(size, 700)
    started = time.perf_counter()
    with servers.board(boards.environment(place)) as server:
        connection_ready = time.perf_counter()
        servers.milliseconds(server, ["/jobs/"])
        ready = time.perf_counter() - started
        figure = f"{ready:.2f} s (server {connection_ready - started:.2f})"
        yield at_most(f"start to first answer, {size:,} live", figure, ready, 2.5)
        servers.milliseconds(server, queries(size)[:300])
        own, whole = server.megabytes()
        figure = f"{own:.0f} MB ({whole:.0f} with the files it reads)"
        yield at_most(f"memory of a web process, {size:,} live", figure, own, most)


def told(floor: Floors) -> Iterator[Line]:
    """Return the floors as lines."""
    words = {
        "bare": "floor: bare Flask, constant body",
        "cards": "floor: Flask and Jinja2, 20 cards of dicts",
        "nginx": "floor: nginx, static file",
    }
    for name, found in floor.items():
        yield only(words[name], _rate(found))


def queries(size: int, seed: int = 1) -> list[str]:
    """Return addresses of searches of which no two are the same."""
    chance = random.Random(seed * 7_919 + size)
    found: dict[str, None] = {}
    while len(found) < _QUERIES:
        role = chance.choice(("analyst", "security", "policy", "officer", "economist", "fellow"))
        word = boards.WORDS[min(int(chance.expovariate(0.01)), len(boards.WORDS) - 1)]
        filtered = chance.choice(
            (
                *("country=TR", "country=FR&country=DE", "type=staff", "mode=remote", "paid=1"),
                *("topic=security", "seniority=senior", "region=europe", "hours=full_time"),
            )
        )
        found[f"/jobs/?q={role}+{word}&{filtered}"] = None
    return list(found)


def _listings(place: Path, url: str) -> list[str]:
    engine = create_engine(url or f"sqlite:///{place / 'board.sqlite'}")
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT slug_front, id FROM listing ORDER BY id LIMIT 2000")
        ).all()
    engine.dispose()
    return [f"/job/{front}-{number}/" for front, number in rows]


def _rate(found: float) -> str:
    return f"{found:,.0f} a second"
