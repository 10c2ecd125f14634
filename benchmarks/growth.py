"""Growth: the same mix of distinct searches over ten thousand to a million live listings.

The indexes are made without a database, once, and kept in ``BOARD_BENCH``. Every search counts its
hits and all facets. The milliseconds are the processor's, at one connection.

    python -m benchmarks.growth [--size 10000 --size 1000000]
"""

import argparse
import gc
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from tempfile import gettempdir

from jobboard.domain.criteria import Criteria
from jobboard.domain.taxonomy import (
    Education,
    Eligibility,
    JobFunction,
    Mode,
    OpportunityType,
    OrganisationKind,
    Seniority,
    Topic,
)
from jobboard.search import engine
from jobboard.search.document import SearchDocument, point
from jobboard.search.index import Broken, SearchIndex, Snapshot
from jobboard.tables import gazetteer

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SIZES = (10_000, 100_000, 1_000_000)
#: What must hold: growth from the smallest to the largest, milliseconds at each size.
MOST_GROWTH = 3.0
MOST_MILLISECONDS = {100_000: 15.0, 1_000_000: 40.0}
_EDITION = 4
_SEARCHES = 600

_ROLES = ("Analyst", "Fellow", "Officer", "Adviser", "Director", "Intern", "Manager", "Economist")
_FIELDS = ("Maritime", "Climate", "Sanctions", "Sahel", "Rights", "Nuclear", "Cyber", "Energy")
_SYLLABLES = ("ba", "co", "di", "fu", "ga", "he", "ji", "ko", "lu", "me", "ni", "po", "ra", "su")
#: Some 20,000 made-up words, the frequent ones first; in a text of 60 the first are in a third.
_WORDS = tuple(
    f"{a}{b}{c}{d}"
    for d in ("", "ta", "vo", "zi", "xe", "wu", "ny", "qa")
    for a in _SYLLABLES
    for b in _SYLLABLES
    for c in _SYLLABLES
)
_CITIES = ("Istanbul", "Brussels", "Geneva", "Paris", "London", "Nairobi", "Amman", "Vienna")


@dataclass(frozen=True)
class Growth:
    """What was measured at one size, in milliseconds of the processor."""

    size: int
    p50: float
    p99: float
    slowest: tuple[str, float]
    reload: float
    megabytes: float


def documents(size: int) -> Iterator[SearchDocument]:
    """Make so many live listings, the same at every run."""
    chance = random.Random(size)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(_WORDS))))
    cities = [gazetteer.cities_named(name)[0] for name in _CITIES]
    for number in range(1, size + 1):
        began = NOW - timedelta(seconds=chance.randrange(1, 60 * 86_400))
        city = cities[min(int(chance.expovariate(0.4)), len(cities) - 1)]
        ends = NOW + timedelta(seconds=chance.randrange(3600, 60 * 86_400))
        house = int(chance.expovariate(0.01))
        yield SearchDocument(
            id=number,
            title=f"{chance.choice(_ROLES)}, {chance.choice(_FIELDS)} {chance.choice(_WORDS)}",
            publish_at=began,
            first_published_at=began,
            ends_at=ends,
            deadline_at=ends if number % 3 else None,
            organisation=f"Institute {house}",
            place=f"{city.name} {gazetteer.country_name(city.country)}",
            text=" ".join(chance.choices(_WORDS, cum_weights=weights, k=60)),
            yearly_pay=chance.choice((0, 0, chance.randrange(20_000, 120_000))),
            organisation_id=house + 1,
            facets={
                "organisation_slug": (f"institute-{house}",),
                "country": (city.country,),
                "region": gazetteer.regions_by_country()[city.country],
                "type": (chance.choice(list(OpportunityType)),),
                "mode": (chance.choice(list(Mode)),),
                "topic": tuple(chance.sample(list(Topic), 2)),
                "seniority": (chance.choice(list(Seniority)),),
                "eligible": (chance.choice(list(Eligibility)),),
                "org_kind": (chance.choice(list(OrganisationKind)),),
                "function": (chance.choice(list(JobFunction)),),
                "education": (chance.choice(list(Education)),),
                "needs": (chance.choice(("en", "en+fr", "-")),),
                "pay": ("paid",) if number % 2 else (),
                "open": () if number % 3 else ("open",),
                "point": (point(city.lat, city.lon),),
            },
        )


def searches(count: int) -> list[Criteria]:
    """Make distinct searches: rare and frequent words, phrases, filters, slips, places."""
    chance = random.Random(1)
    found = []
    for number in range(count):
        rare = _WORDS[chance.randrange(300, 6_000)]
        frequent = _WORDS[number % 40]
        pairs = (
            [("q", rare)],
            [("q", f"{rare} {frequent}")],
            [("q", f"{frequent} {chance.choice(_ROLES)}")],
            [("q", f'"{chance.choice(_ROLES)} {chance.choice(_FIELDS)}" {frequent}')],
            [("q", rare), ("type", chance.choice(list(OpportunityType))), ("mode", "remote")],
            [("q", frequent), ("country", "FR"), ("seniority", "mid"), ("paid", "1")],
            [("q", f"{rare[:-1]}{rare[-1]}x {frequent}")],
            [("q", rare), ("sort", "newest"), ("deadline", "7")],
            [("near", chance.choice(_CITIES)), ("q", rare), ("sort", "deadline")],
            [("q", f"{frequent} {_WORDS[(number * 7) % 400]} {rare}"), ("where", "Paris")],
        )[number % 10]
        found.append(Criteria.parse(pairs).criteria)
    return found


def opened(size: int) -> tuple[Snapshot, float]:
    """Return an index of so many listings, made where it is missing, and the time to open it."""
    place = Path(os.environ.get("BOARD_BENCH") or Path(gettempdir()) / "board-bench")
    index = SearchIndex(place / f"growth{_EDITION}-{size}")
    try:
        index.reload()
    except Broken:
        index.rebuild(documents(size), 1)
    started = time.perf_counter()
    snapshot = SearchIndex(index.folder).reload()
    return snapshot, time.perf_counter() - started


def measure(size: int, count: int = _SEARCHES) -> Growth:
    """Measure the mix at one size."""
    snapshot, reload = opened(size)
    asked = searches(count)
    for one in (Criteria(), Criteria(), *asked[:20]):
        engine.answer(snapshot, one, NOW)
    gc.collect()
    gc.freeze()
    taken = []
    for one in asked[20:]:
        started = time.thread_time()
        engine.answer(snapshot, one, NOW)
        taken.append(((time.thread_time() - started) * 1000, str(one.query_pairs())))
    taken.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Growth(
        size,
        taken[len(taken) // 2][0],
        taken[int(len(taken) * 0.99)][0],
        (taken[-1][1], taken[-1][0]),
        reload,
        memory,
    )


def run(sizes: tuple[int, ...] = SIZES) -> bool:
    """Print the figures; return whether all targets hold."""
    found = [measure(size) for size in sorted(sizes)]
    holds = True
    for one in found:
        limit = MOST_MILLISECONDS.get(one.size)
        holds = holds and (limit is None or one.p99 <= limit)
        print(
            f"{one.size:>9,} listings: p50 {one.p50:6.2f} ms  p99 {one.p99:6.2f} ms"
            f"{f' (at most {limit})' if limit else ''}  opened in {one.reload * 1000:.0f} ms"
            f"  memory {one.megabytes:.0f} MB  slowest {one.slowest[1]:.1f} ms {one.slowest[0]}"
        )
    growth = found[-1].p99 / found[0].p99
    print(f"p99 grows {growth:.2f} × from {found[0].size:,} to {found[-1].size:,}")
    return holds and growth <= MOST_GROWTH


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append")
    given = parser.parse_args()
    sys.exit(0 if run(tuple(given.size or SIZES)) else 1)


if __name__ == "__main__":
    main()
