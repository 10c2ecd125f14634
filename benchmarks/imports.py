"""Imports: records a second, memory, and how long others wait to write meanwhile.

``BOARD_DATA`` names a folder with ``ads/*.jsonl.zst``; without it, records are made up.

    BOARD_DATA=/folder python -m benchmarks.imports sqlite postgresql
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from benchmarks import ads
from jobboard.db import db
from tests.support.databases import SETTINGS, close, ground_floors, migrate
from tests.support.postgres import Postgres

#: What the import must reach: records a second, megabytes it may grow by, milliseconds of waiting.
LEAST_A_SECOND = 500
MOST_GROWTH = 60
LONGEST_WAIT = 250.0
_MADE_UP = 10_000
#: Seconds between two writes of the other one.
_PAUSE = 0.05
_WORDS = (
    *("policy", "analysis", "security", "diplomacy", "research", "programme", "regional"),
    *("government", "energy", "sanctions", "border", "trade", "climate", "election"),
    *("parliament", "mission", "field", "team", "report", "strategy", "partner"),
)


@dataclass(frozen=True)
class Figures:
    """What one import took.

    Attributes:
        database: ``sqlite`` or ``postgresql``.
        records: how many were read.
        a_second: how many a second the first time, and ``again_a_second`` unchanged ones.
        cpu_a_second: how many a second of the processor's time, whatever else ran.
        megabytes: the import's own memory after a quarter of the time, and at its most.
        waits: milliseconds that somebody else's writes took, in order.
    """

    database: str
    records: int
    a_second: float
    again_a_second: float
    cpu_a_second: float
    megabytes: tuple[int, int]
    waits: tuple[float, ...]

    @property
    def is_good(self) -> bool:
        """Whether every target is met."""
        early, most = self.megabytes
        return (
            self.a_second >= LEAST_A_SECOND
            and most - early <= MOST_GROWTH
            and self.waits[-1] <= LONGEST_WAIT
        )


def measure(database: str, folder: Path) -> Figures:
    """Import into a fresh database of the kind, twice, while another process writes."""
    files = _files(folder)
    if database == "sqlite":
        return _measure(database, f"sqlite:///{folder / 'board.sqlite'}", folder, files)
    server = Postgres()
    server.start()
    try:
        return _measure(database, server.url(server.create()), folder, files)
    finally:
        server.remove()


def table(figures: Sequence[Figures]) -> str:
    """Return the figures as lines of text."""
    columns = f"{'records':>9}{'a second':>10}{'of CPU':>8}{'again':>8}{'MB':>10}"
    lines = [f"{'':12}{columns}{'wait p50':>10}{'p99':>7}{'most':>7} ms"]
    for each in figures:
        half, most = (each.waits[int(len(each.waits) * share)] for share in (0.5, 0.99))
        lines.append(
            f"{each.database:12}{each.records:>9,}{each.a_second:>10,.0f}{each.cpu_a_second:>8,.0f}"
            f"{each.again_a_second:>8,.0f}{'{}–{}'.format(*each.megabytes):>10}"
            f"{half:>10.0f}{most:>7.0f}{each.waits[-1]:>7.0f}"
            f"  {'good' if each.is_good else 'MISSED'}"
        )
    return "\n".join(lines)


def _files(folder: Path) -> list[Path]:
    data = ads.folder()
    if data is not None:
        return ads.files(data)
    path = folder / "made.jsonl"
    chance = random.Random(7)
    with path.open("w") as file:
        for number in range(_MADE_UP):
            file.write(json.dumps(_made_up(number, chance)) + "\n")
    return [path]


def _made_up(number: int, chance: random.Random) -> dict[str, object]:
    paragraphs = (" ".join(chance.choices(_WORDS, k=70)) for _ in range(6))
    return {
        "id": f"made:{number}",
        "set": "made",
        "title": " ".join(chance.choices(_WORDS, k=4)).capitalize(),
        "organisation": f"Centre for {chance.choice(_WORDS)} {chance.randrange(900)}",
        "location": chance.choice(("Tallinn, Estonia", "Geneva", "Ankara, Turkey", "Remote")),
        "description": "".join(f"<p>{each}</p>" for each in paragraphs),
        "description_format": "html",
        "posted": "2027-01-10",
        "deadline": "2027-06-30",
        "salary": "EUR 42,000 - 50,000 per year",
        "apply": "https://centre.example/jobs",
    }


@dataclass
class _Course:
    """What was seen of one run of the command."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def _measure(database: str, url: str, folder: Path, files: Sequence[Path]) -> Figures:
    migrate(url, folder)
    app = ground_floors({"DATABASE_URL": url}, folder)
    with app.app_context():
        first = _run(url, folder, files)
        again = _run(url, folder, files)
        records = int(db.session.scalar(text("SELECT count(*) FROM import_record")) or 0)
        db.session.rollback()
    close(app)
    return Figures(
        database,
        records,
        records / first.seconds,
        records / again.seconds,
        records / first.cpu,
        (first.memory[len(first.memory) // 4], max(first.memory)),
        tuple(sorted(first.waits)),
    )


def _run(url: str, folder: Path, files: Sequence[Path]) -> _Course:
    """Run the command; meanwhile write as a poster would, and note how long each write takes."""
    said = folder / "said"
    course = _Course()
    with said.open("w") as out:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("jobboard"), "import", "jsonl", *files],
            env={
                **os.environ,
                **SETTINGS,
                "DATABASE_URL": url,
                "INSTANCE_DIR": str(folder / "board"),
            },
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None:
            began = time.perf_counter()
            db.session.execute(text("UPDATE change_counter SET value = value + 1 WHERE id = 1"))
            db.session.commit()
            course.waits.append((time.perf_counter() - began) * 1_000)
            # Once it has said its sum it makes the search index, which has a benchmark of its own.
            if not said.stat().st_size:
                course.memory.append(_megabytes(process.pid))
                course.cpu = _cpu(process.pid) or course.cpu
            time.sleep(_PAUSE)
    if process.returncode:
        raise RuntimeError(said.read_text())
    # The command's own clock, without its start.
    course.seconds = next(
        float(line.split(" in ")[1].split(" s ")[0])
        for line in said.read_text().splitlines()
        if " records: " in line
    )
    return course


def _megabytes(pid: int) -> int:
    """Return the memory that is the process's own: no files that are mapped into it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon")), 0)


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure the databases that the command line names, both unless it does."""
    for database in sys.argv[1:] or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="imports-") as folder:
            # PostgreSQL runs as another user.
            Path(folder).chmod(0o755)
            print(table([measure(database, Path(folder))]))


if __name__ == "__main__":
    main()
