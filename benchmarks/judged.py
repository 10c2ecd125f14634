"""Judged queries over real advertisements: is what a plain reader wants on the first page?

Where at most twenty advertisements are wanted, the share of them among the first twenty answers;
where more are, the share of wanted ones among the first ten. Beside it nDCG@10 over both grades.

    BOARD_DATA=/folder python -m benchmarks.judged
"""

import argparse
import csv
import gc
import math
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ads
from jobboard.domain.criteria import Criteria
from jobboard.search import engine
from jobboard.search.index import SearchIndex, Snapshot

#: What the mean share must reach.
LEAST_SHARE = 0.93
#: Milliseconds that no query may take.
SLOWEST = 50.0
_WANTED = 2
_FIRST_PAGE = 20
_FIRST_TEN = 10


@dataclass(frozen=True)
class Query:
    """One line of ``queries.tsv``."""

    id: str
    is_judged: bool
    kind: str
    text: str


@dataclass(frozen=True)
class Judged:
    """What came of one judged query."""

    query: Query
    share: float
    ndcg: float
    total: int
    milliseconds: float


def built(data: Path, kept: Path | None) -> tuple[Snapshot, dict[str, int]]:
    """Return an index of all advertisements and their numbers by id; kept in a folder if given."""
    folder = kept or Path(tempfile.mkdtemp(prefix="judged-"))
    index = SearchIndex(folder / "index")
    numbers_file = folder / "numbers.tsv"
    if not numbers_file.exists():
        shutil.rmtree(folder / "index", ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        names: list[str] = []

        def named() -> Iterable[ads.SearchDocument]:
            for name, document in ads.documents(data):
                names.append(name)
                yield document

        index.rebuild(named(), 1)
        numbers_file.write_text("\n".join(names), encoding="utf-8")
    lines = numbers_file.read_text(encoding="utf-8").split("\n")
    return index.reload(), {name: number for number, name in enumerate(lines, 1)}


def queries(data: Path) -> list[Query]:
    """Read ``queries.tsv``."""
    with (data / "queries.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Query(row["qid"], row["judged"] == "judged", row["kind"] or "", row["query"] or "")
            for row in rows
        ]


def judgements(data: Path) -> dict[str, dict[str, int]]:
    """Read ``qrels.tsv``: grade by advertisement by query."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with (data / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row["qid"]][row["ad_id"]] = int(row["grade"])
    return found


def ask(snapshot: Snapshot, text: str) -> tuple[list[int], int, float]:
    """Ask as the page does: ids of its first page with the partial matches, total, milliseconds.

    The milliseconds are the processor's, so that what else the machine does is not counted.
    """
    started = time.thread_time()
    criteria = Criteria.parse([("q", text)]).criteria
    hits = engine.answer(snapshot, criteria, ads.NOW, limit=_FIRST_PAGE)
    taken = (time.thread_time() - started) * 1000
    ids = [*hits.ids, *hits.partial_ids] if criteria.q else []
    return ids[:_FIRST_PAGE], hits.total, taken


def judge(
    snapshot: Snapshot, numbers: dict[str, int], query: Query, grades: dict[str, int]
) -> Judged:
    """Measure one judged query."""
    ids, total, taken = ask(snapshot, query.text)
    by_number = {numbers[name]: grade for name, grade in grades.items() if name in numbers}
    wanted = {number for number, grade in by_number.items() if grade == _WANTED}
    if not wanted:
        share = float(total == 0)
    elif len(wanted) <= _FIRST_PAGE:
        share = len(wanted.intersection(ids)) / len(wanted)
    else:
        share = len(wanted.intersection(ids[:_FIRST_TEN])) / _FIRST_TEN
    return Judged(query, share, _ndcg(ids, by_number) if wanted else share, total, taken)


def _ndcg(ids: list[int], grades: dict[int, int]) -> float:
    def gain(values: Iterable[int]) -> float:
        return sum((2**value - 1) / math.log2(place + 2) for place, value in enumerate(values))

    best = gain(sorted(grades.values(), reverse=True)[:_FIRST_TEN])
    return gain(grades.get(one, 0) for one in ids[:_FIRST_TEN]) / best if best else 0.0


def run(data: Path, kept: Path | None = None, *, is_long: bool = False) -> bool:
    """Print the measures; return whether all hold."""
    snapshot, numbers = built(data, kept)
    grades = judgements(data)
    asked = queries(data)
    # What a process reads once is not a query's time.
    for text in ("", "", *(query.text for query in asked[:_FIRST_TEN])):
        ask(snapshot, text)
    gc.collect()
    gc.freeze()
    results = [
        judge(snapshot, numbers, query, grades.get(query.id, {}))
        for query in asked
        if query.is_judged
    ]
    others = [(query, *ask(snapshot, query.text)[1:]) for query in asked if not query.is_judged]
    if is_long:
        for one in results:
            print(
                f"{one.query.id:5} {one.share:5.2f} {one.ndcg:5.2f} {one.total:6} "
                f"{one.milliseconds:6.1f} ms  {one.query.kind}: {one.query.text}"
            )
        for query, total, taken in others:
            print(f"{query.id:5} {total:18} {taken:6.1f} ms  {query.kind}: {query.text[:80]}")
    _print_by_kind(results)
    share = sum(one.share for one in results) / len(results)
    ndcg = sum(one.ndcg for one in results) / len(results)
    slowest = max([one.milliseconds for one in results] + [taken for _, _, taken in others])
    print(f"mean share {share:.4f} (at least {LEAST_SHARE})  nDCG@10 {ndcg:.4f}")
    print(f"{len(results)} judged, {len(others)} others; the slowest took {slowest:.1f} ms")
    return share >= LEAST_SHARE and slowest <= SLOWEST


def _print_by_kind(results: list[Judged]) -> None:
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for one in results:
        by_kind[one.query.kind].append(one)
    for kind, some in sorted(by_kind.items()):
        share = sum(one.share for one in some) / len(some)
        ndcg = sum(one.ndcg for one in some) / len(some)
        print(f"{kind:36} {len(some):4} {share:7.3f} {ndcg:7.3f}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, help="folder that keeps the index between runs")
    parser.add_argument("--each", action="store_true", help="one line for each query")
    given = parser.parse_args()
    data = ads.folder()
    if data is None:
        raise SystemExit("BOARD_DATA names no folder with advertisements")
    raise SystemExit(0 if run(data, given.kept, is_long=given.each) else 1)


if __name__ == "__main__":
    main()
