"""``jobboard import``: listings from a WordPress export or from JSON Lines."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from flask import current_app
from flask.cli import with_appcontext

from jobboard import clock
from jobboard.cli import progress
from jobboard.domain.listing import LONGEST_LIFE
from jobboard.formats import jsonl as json_lines
from jobboard.formats import wxr as wordpress
from jobboard.formats.imported import BrokenFile, BrokenRecord, ImportedListing
from jobboard.search import upkeep
from jobboard.services import imports
from jobboard.services.imports import Line, Outcome, Run, Terms

#: Refused records that are told by name; the report has all of them.
_TOLD = 20

#: From so many changes on, a new search index is built faster than the present one is changed.
_MANY = 20_000

ALL_LOADED, SOME_REFUSED, NOTHING_DONE = 0, 1, 2

Records = Iterator[ImportedListing | Line]
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class _Source:
    """One file of an import: how many records it seems to hold, and the records."""

    count: int
    records: Records


@dataclass
class _Tally:
    """What became of the records so far."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    refused: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Count one line."""
        self.outcomes[line.outcome] += 1
        if line.outcome is Outcome.REFUSED:
            if len(self.refused) < _TOLD:
                self.refused.append(line)
        elif line.status:
            self.statuses[line.status] += 1

    @property
    def exit_code(self) -> int:
        """The command's answer to the shell."""
        refused = self.outcomes[Outcome.REFUSED]
        if self.outcomes.total() == refused:
            return NOTHING_DONE
        return SOME_REFUSED if refused else ALL_LOADED


class _Zone(click.ParamType[ZoneInfo]):
    """A time zone by its name in the world's list of them."""

    name = "zone"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ZoneInfo:
        """Return the zone, or fail in words."""
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f"no known time zone: {value!r}; write it like Europe/Istanbul", param, ctx)


@click.group("import")
def group() -> None:
    """Load listings from elsewhere; safe to repeat, mails nobody.

    Exit code 0: all loaded, unchanged or left out by rule. 1: some records were refused, the rest
    is loaded. 2: nothing was done.
    """


def _options(command: Command) -> Command:
    """Give a command the files and options that every import has."""
    for option in (
        click.option(
            "--live-for",
            type=click.IntRange(1, LONGEST_LIFE.days),
            metavar="DAYS",
            help="Publish each and end it that many days from now; a stated deadline stays as text."
            " Drafts and records in review are not published.",
        ),
        click.option(
            "--zone",
            type=_Zone(),
            help="Where days and times without a zone are meant; SITE_ZONE unless given.",
        ),
        click.option(
            "--report",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            help="Write one JSON line a record: source, title, outcome, status, id, reason.",
        ),
        click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing."),
        click.argument(
            "files",
            nargs=-1,
            required=True,
            metavar="FILE...",
            type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
        ),
    ):
        command = option(command)
    return command


@group.command()
@_options
@with_appcontext
def wxr(
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    report: Path | None,
    zone: ZoneInfo | None,
    live_for: int | None,
) -> None:
    """Load WordPress exports with WP Job Manager's listings.

    In WordPress: Tools, Export, "All content". Plain, .gz or .zst. The addresses that the listings
    had lead to them from then on.
    """
    days = zone or _site_zone()
    # What the former site showed until today lives from now on, if it names no end.
    terms = _terms(dry_run=dry_run, live_for=live_for, lives_from_now=True)
    _run(files, lambda path: _wxr(path, days), terms, report)


@group.command()
@click.option(
    "--source",
    default="jsonl",
    show_default=True,
    metavar="NAME",
    help="Whose the records are that name no set of their own.",
)
@_options
@with_appcontext
def jsonl(
    files: tuple[Path, ...],
    *,
    source: str,
    dry_run: bool,
    report: Path | None,
    zone: ZoneInfo | None,
    live_for: int | None,
) -> None:
    """Load JSON Lines, one object a line. Plain, .gz or .zst.

    Fields: id set source_id title organisation location country remote description
    description_format posted deadline employment_type salary apply category language. All but the
    title may be missing.
    """
    days = zone or _site_zone()
    terms = _terms(dry_run=dry_run, live_for=live_for, lives_from_now=False)
    _run(files, lambda path: _jsonl(path, days, source), terms, report)


def _site_zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["SITE_ZONE"])


def _terms(*, dry_run: bool, live_for: int | None, lives_from_now: bool) -> Terms:
    return Terms(
        now=clock.now(),
        life=timedelta(days=current_app.config["LISTING_LIFE_DAYS"]),
        lives_from_now=lives_from_now,
        live_for=timedelta(days=live_for) if live_for else None,
        is_dry_run=dry_run,
    )


def _wxr(path: Path, zone: ZoneInfo) -> _Source:
    site = wordpress.read_site(path)
    listings = wordpress.read_listings(path, site)
    return _Source(
        site.listing_count, (wordpress.to_imported(each, site, zone) for each in listings)
    )


def _jsonl(path: Path, zone: ZoneInfo, source: str) -> _Source:
    def records() -> Records:
        for each in json_lines.read(path):
            if isinstance(each, BrokenRecord):
                reason = f"{each.reason}; it begins: {each.excerpt}"
                yield _broken(f"{path.name}:{each.line_number}", reason)
            else:
                yield json_lines.to_imported(each, zone, source)

    return _Source(json_lines.count(path), records())


def _run(
    files: tuple[Path, ...],
    opened: Callable[[Path], _Source],
    terms: Terms,
    report_path: Path | None,
) -> None:
    """Import file after file, tell what became of it all, and leave with the exit code."""
    tally = _Tally()
    with _report(report_path) as report:
        began = time.monotonic()
        try:
            for line in _files(files, opened, Run(terms)):
                tally.add(line)
                if report is not None:
                    report.write(_json(line))
        except imports.Unanswered as fault:
            tally.add(_broken("database", f"it does not answer, repeat to go on: {fault}"))
        finally:
            _tell(tally, terms, time.monotonic() - began)
    if not terms.is_dry_run:
        _index(sum(tally.outcomes[outcome] for outcome in _WRITTEN))
    raise SystemExit(tally.exit_code)


def _index(written: int) -> None:
    """Bring the search index up to date; else the first search afterwards would wait for it."""
    if written >= _MANY:
        with progress.moving("Indexing") as tell:
            upkeep.reindex(tell)
    elif written:
        upkeep.catch_up()


def _report(path: Path | None) -> Any:
    if path is None:
        return nullcontext()
    try:
        return path.open("w", encoding="utf-8")
    except OSError as fault:
        raise _NothingDone(f"The report cannot be written: {fault}") from None


class _NothingDone(click.ClickException):
    exit_code = NOTHING_DONE


def _files(files: tuple[Path, ...], opened: Callable[[Path], _Source], run: Run) -> Iterator[Line]:
    for number, path in enumerate(files, 1):
        label = path.name if len(files) == 1 else f"{number}/{len(files)} {path.name}"
        count = 0
        with progress.moving(label) as tell:
            for line in _file(path, opened, run, tell):
                count += 1
                yield line
        click.echo(f"{label}: {count:,} records", err=True)


def _file(
    path: Path, opened: Callable[[Path], _Source], run: Run, tell: progress.Progress
) -> Iterator[Line]:
    """Load one file; where it breaks, say so as a refused record and keep what came before."""
    done = 0
    try:
        source = opened(path)
    except BrokenFile as fault:
        yield _broken(path.name, str(fault))
        return
    except OSError as fault:
        yield _broken(path.name, f"the file cannot be read: {fault.strerror or fault}")
        return
    records = _until_broken(source.records, path)
    tell(0, source.count)
    while batch := list(islice(records, imports.BATCH)):
        yield from _batch(batch, run)
        done += len(batch)
        tell(done, max(done, source.count))
    if not done:
        yield _broken(path.name, "no listing in it")


def _until_broken(records: Records, path: Path) -> Records:
    """Give the records, and where the file breaks a line that says so."""
    try:
        yield from records
    except BrokenFile as fault:
        yield _broken(path.name, str(fault))


def _broken(source: str, reason: str) -> Line:
    return Line(source, "", Outcome.REFUSED, reason=reason)


def _batch(batch: list[ImportedListing | Line], run: Run) -> Iterator[Line]:
    lines = imports.load([each for each in batch if isinstance(each, ImportedListing)], run)
    told = iter(lines)
    yield from (each if isinstance(each, Line) else next(told) for each in batch)
    if not run.terms.is_dry_run and any(line.outcome in _WRITTEN for line in lines):
        time.sleep(imports.pause())


_WRITTEN = frozenset({Outcome.CREATED, Outcome.UPDATED})


def _json(line: Line) -> str:
    return json.dumps(asdict(line), ensure_ascii=False) + "\n"


def _tell(tally: _Tally, terms: Terms, seconds: float) -> None:
    for line in tally.refused:
        click.echo(f"refused: {' '.join(filter(None, (line.source, line.title)))}: {line.reason}")
    refused = tally.outcomes[Outcome.REFUSED]
    if refused > len(tally.refused):
        click.echo(f"and {refused - len(tally.refused):,} more; --report FILE writes all of them")
    total = tally.outcomes.total()
    records = "1 record" if total == 1 else f"{total:,} records"
    counts = ", ".join(
        f"{tally.outcomes[outcome]:,} {outcome.value}"
        for outcome in Outcome
        if tally.outcomes[outcome]
    )
    speed = f" in {seconds:.1f} s ({total / seconds:,.0f} a second)" if seconds >= 1 else ""
    beginning = "Dry run, nothing was changed: " if terms.is_dry_run else ""
    click.echo(f"{beginning}{records}: {counts or 'nothing'}{speed}")
    if tally.statuses:
        click.echo(
            "status: "
            + ", ".join(f"{number:,} {word}" for word, number in sorted(tally.statuses.items()))
        )
