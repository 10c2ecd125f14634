"""Benchmarks: figures of this machine at this hour, as ratios to floors measured in the same run.

    make bench                                   all that needs no data of others
    python -m benchmarks pages cache             some of them
    python -m benchmarks search --size 100000    on a larger board
    python -m benchmarks growth judged ads       the long ones

Boards are made once and kept in the folder that BOARD_BENCH names. BOARD_DATA names a folder of
real advertisements: ``imports`` and ``judged`` use it where it is set, ``ads`` searches them.
"""

import argparse
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks import ads, growth, imports, judged, pages, report
from benchmarks.report import Line, at_least, at_most
from tests.support.postgres import Postgres

#: Those that run unless some are named.
_USUAL = ("pages", "search", "cache", "process", "imports")
_LONG = ("growth", "judged", "ads")
_MEASURED: Mapping[str, Callable[..., Iterator[Line]]] = {
    "pages": pages.uncached,
    "search": pages.searches,
    "cache": pages.cached,
}


def main() -> None:
    """Measure what the command line names and print one table."""
    given = _arguments()
    names = given.names or list(_USUAL)
    lines: list[Line] = []
    has_failed = False
    with _database(given.database) as url:
        for name in names:
            print(f"... {name}", flush=True)
            if name in _MEASURED:
                lines.extend(_MEASURED[name](given.size, given.seconds, url))
            elif name == "process":
                lines.extend(pages.processes_of(given.size))
            elif name == "imports":
                lines.extend(_imports(given.database))
            elif name == "ads":
                lines.extend(_searches_of_ads(given.seconds, url))
            elif name == "growth":
                has_failed |= not growth.run()
            else:
                has_failed |= not _judged()
    print(f"\n{time.strftime('%Y-%m-%d %H:%M')}, {given.size:,} live listings, {given.database}\n")
    print(report.table(lines))
    missed = sum(1 for line in lines if line.holds is False)
    print(f"\n{len(lines)} figures, {missed} of them below their target")
    raise SystemExit(1 if missed or has_failed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*_USUAL, *_LONG, []], metavar="name")
    parser.add_argument("--size", type=int, default=10_000, help="live listings of the board")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    return parser.parse_args()


@contextlib.contextmanager
def _database(name: str) -> Iterator[str]:
    """Give the address of a PostgreSQL of this run's own, or nothing for the embedded database."""
    if name == "sqlite":
        yield ""
        return
    server = Postgres()
    server.start()
    try:
        yield server.url(server.create())
    finally:
        server.remove()


def _imports(database: str) -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="imports-") as name:
        folder = Path(name)
        # PostgreSQL runs as another user.
        folder.chmod(0o755)
        found = imports.measure(database, folder)
    figure = f"{found.a_second:,.0f} a second, {found.again_a_second:,.0f} unchanged ones"
    yield at_least("import", figure, found.a_second, imports.LEAST_A_SECOND, "a second")
    early, most = found.megabytes
    yield at_most("  memory grows by, in MB", f"{most - early}", most - early, imports.MOST_GROWTH)
    longest = max(found.waits, default=0.0)
    yield at_most("  others wait, in ms", f"{longest:.0f} ms", longest, imports.LONGEST_WAIT)


def _searches_of_ads(seconds: float, url: str) -> Iterator[Line]:
    data = ads.folder()
    if data is None:
        print("searches of advertisements not run: BOARD_DATA names no folder with them")
        return
    yield from pages.searches_of_ads(data, seconds, url)


def _judged() -> bool:
    data = ads.folder()
    if data is None:
        print("judged queries not run: BOARD_DATA names no folder with advertisements")
        return True
    return judged.run(data)


if __name__ == "__main__":
    main()
