"""The index follows the database: at the next search, in every process, whatever happens to it."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import scoped_session

from jobboard.db import change_number, db, next_change, reading
from jobboard.domain.criteria import Criteria
from jobboard.domain.listing import Status
from jobboard.domain.taxonomy import OrganisationKind
from jobboard.models.change import ChangeCounter
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.queries import health
from jobboard.search import engine, upkeep
from jobboard.search.document import SearchDocument
from jobboard.search.index import SearchIndex
from tests.support import naive, searching
from tests.support.databases import close, ground_floors
from tests.support.documents import document
from tests.support.listings import listing
from tests.support.people import NOW

Session = scoped_session[Any]


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same chance at each run


def found(q: str = "", **values: Any) -> set[int]:
    return set(engine.search(Criteria(q=q, **values), NOW, limit=500).ids)


@pytest.fixture
def other(session: Session, database_url: str, tmp_path: Path) -> Iterator[Any]:
    """The same board once more, as another process has it: its own connections and readers."""
    app = ground_floors({"DATABASE_URL": database_url}, tmp_path)
    yield app
    close(app)


def test_every_commit_is_found_by_the_next_search(session: Session) -> None:
    row = listing(session, title="Analyst of energy")
    assert found("energy") == {row.id}
    row.title = "Analyst of water"
    row.description_html = row.summary = ""
    session.commit()
    assert (found("water"), found('"of energy"')) == ({row.id}, set())
    row.status = Status.EXPIRED
    session.commit()
    assert found() == set()


def test_what_is_not_committed_is_not_found(session: Session) -> None:
    row = listing(session)
    assert found() == {row.id}
    row.title = "Cartographer"
    session.flush()
    assert found("cartographer") == set()
    session.rollback()
    assert found("cartographer") == set()


def test_another_process_sees_it_at_its_next_search(session: Session, other: Any) -> None:
    first = listing(session).id
    session.rollback()
    with other.app_context():
        assert found() == {first}
    second = listing(session, title="Cartographer").id
    assert found() == {first, second}
    session.rollback()
    with other.app_context():
        assert found("cartographer") == {second}


def test_a_renamed_organisation_is_found_under_its_new_name_and_kind(session: Session) -> None:
    row = listing(session, organisation_name="Bosporus Forum", title="Driver")
    assert found("bosporus") == {row.id}
    version = row.version
    organisation = session.get(Organisation, row.organisation_id)
    assert organisation is not None
    organisation.name, organisation.kind = "Marmara Forum", OrganisationKind.UNIVERSITY
    session.commit()
    assert (found("marmara"), found("bosporus")) == ({row.id}, set())
    assert found(org_kind=(OrganisationKind.UNIVERSITY,)) == {row.id}
    session.refresh(row)
    assert row.version == version


def test_whatever_public_pages_show_moves_the_change_number(session: Session) -> None:
    row = listing(session)
    numbers = [change_number(session)]
    organisation = session.get(Organisation, row.organisation_id)
    assert organisation is not None
    organisation.verified_at = NOW
    session.commit()
    numbers.append(change_number(session))
    fresh = Organisation(slug="x", name="X", name_key="x", created_at=NOW, updated_at=NOW)
    session.add(fresh)
    session.commit()
    numbers.append(change_number(session))
    session.delete(fresh)
    session.commit()
    numbers.append(change_number(session))
    session.add(organisation)
    session.commit()
    assert numbers == sorted(set(numbers))
    assert change_number(session) == numbers[-1]


def test_what_the_public_does_not_see_yet_moves_no_number(session: Session) -> None:
    listing(session)
    before = change_number(session)
    draft = listing(session, Status.DRAFT, title="Cartographer")
    for status in (Status.DRAFT, Status.PENDING, Status.CHANGES_REQUESTED, Status.PENDING):
        session.refresh(draft)
        draft.title, draft.status = f"Cartographer, {status}", status
        session.commit()
    other_draft = listing(session, Status.DRAFT)
    session.refresh(other_draft)
    session.delete(other_draft)
    session.commit()
    assert change_number(session) == before

    draft.publish_at, draft.ends_at = NOW, NOW + timedelta(days=3)
    draft.status = Status.PUBLISHED
    session.commit()
    assert change_number(session) == before + 1
    assert found("cartographer") == {draft.id}
    # Changed without having been read: what it was before is not known here.
    session.expire(draft)
    draft.title = "Chart maker"
    session.commit()
    assert change_number(session) == before + 2
    session.expire(draft)
    draft.status = Status.DRAFT
    session.commit()
    assert change_number(session) == before + 3
    assert found("chart") == set()


def test_a_statement_over_many_rows_takes_a_number_itself(session: Session) -> None:
    ids = {listing(session, title="Analyst").id for _ in range(3)}
    assert found() == ids
    number = next_change(session)
    session.execute(
        update(Listing).values(ends_at=NOW - timedelta(seconds=1), change_number=number)
    )
    session.commit()
    assert found() == set()


def test_many_changes_at_once_are_all_found(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_BATCH", 7)
    searching.fill(session, chance(1), 10)
    engine.search(Criteria(), NOW)
    searching.fill_more(session, chance(2), 60)
    rows = naive.answer(naive.look(session), Criteria(), NOW)[0]
    assert found() == set(rows)


def test_a_lost_or_damaged_index_is_built_again(session: Session, tmp_path: Path) -> None:
    row = listing(session)
    assert found() == {row.id}
    folder = tmp_path / "instance" / "index"
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.name != "writer.lock":
            path.write_bytes(b"damaged")
    ids = {row.id, listing(session).id}
    session.rollback()
    again = ground_floors({"DATABASE_URL": str(db.engine.url.render_as_string(False))}, tmp_path)
    with again.app_context():
        assert found() == ids
    close(again)


def test_a_backup_put_back_is_found_as_it_is(session: Session) -> None:
    row = listing(session)
    for number in range(3):
        row.title = f"Analyst {number}"
        session.commit()
    assert found() == {row.id}
    # The database now says less than the index has seen.
    session.execute(delete(Listing))
    session.execute(update(ChangeCounter).values(value=1))
    session.commit()
    assert found() == set()


def test_a_reader_that_began_earlier_does_not_take_the_index_for_another_boards(
    session: Session, tmp_path: Path
) -> None:
    listing(session)
    found()
    session.rollback()
    pointer = next((tmp_path / "instance" / "index").glob("current-*"))
    before = pointer.read_text()
    with reading(), db.engine.connect() as connection:
        number = change_number(connection)
        row = listing(session, title="Cartographer")
        assert row.id in found("cartographer")
        session.rollback()
        snapshot = upkeep._catch_up(upkeep._index(), connection)
    assert snapshot.change_number > number
    assert pointer.read_text() == before


def test_reindex_tells_its_progress_and_serves_meanwhile(session: Session) -> None:
    searching.fill(session, chance(4), 300)
    before = found()
    told: list[tuple[int, int]] = []
    seen: list[set[int]] = []

    def progress(done: int, count: int) -> None:
        told.append((done, count))

    stop = threading.Event()
    snapshot = upkeep.current()

    def serve() -> None:
        while not stop.is_set():
            seen.append(set(engine.answer(snapshot, Criteria(), NOW, limit=500).ids))

    server = threading.Thread(target=serve)
    server.start()
    count = upkeep.reindex(progress)
    stop.set()
    server.join()
    assert told[-1] == (count, count)
    assert seen
    assert all(one == before for one in seen)
    assert found() == before


def test_a_rebuild_leaves_the_index_to_whoever_is_writing_it(tmp_path: Path) -> None:
    """The new index waits for the writer's commit before it takes the place of the old one."""
    index, builder = SearchIndex(tmp_path), SearchIndex(tmp_path)
    index.rebuild([document(1)], 1)
    rebuilt = threading.Thread(target=builder.rebuild, args=([document(1), document(2)], 2))

    def changed() -> Iterator[SearchDocument]:
        rebuilt.start()
        # Whoever takes no account of the writer is done by then.
        rebuilt.join(1)
        yield document(3)

    with index.lock(1) as is_mine:
        assert is_mine
        index.write(changed(), [], 2)
        assert rebuilt.is_alive()
    rebuilt.join()
    assert engine.answer(index.reload(), Criteria(), NOW).ids == (2, 1)


def test_a_full_disk_stops_no_search(session: Session) -> None:
    row = listing(session, title="Analyst of energy")
    before = found()
    row.title = "Analyst of water"
    session.commit()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with upkeep.noting() as search:
            assert found() == before
        assert search.was_behind
        assert not health.search_index().is_well
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert found("water") == {row.id}
    assert health.search_index().is_well


def test_two_never_build_at_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    searching.fill(session, chance(3), 20)
    before = found()
    monkeypatch.setattr(upkeep, "_FIRST_PATIENCE", 0.05)
    with upkeep._index().rebuild_lock(1) as is_mine:
        assert is_mine
        with pytest.raises(upkeep.BeingBuilt):
            upkeep.reindex()
    assert found() == before
    assert upkeep.reindex() >= len(before)


def test_whoever_waited_for_another_build_does_not_build_again(
    session: Session, other: Any
) -> None:
    searching.fill(session, chance(4), 20)
    before = found()
    folder = upkeep._index().folder
    for app_context in (None, other):
        session.execute(update(ChangeCounter).values(value=1))
        session.commit()
        if app_context is None:
            assert found() == before
            built = sorted(folder.iterdir())
        else:
            with other.app_context():
                assert found() == before
    assert sorted(folder.iterdir()) == built


@pytest.mark.parametrize("was_open", [False, True])
def test_what_a_killed_writer_left_unfinished_stops_nobody(tmp_path: Path, was_open: bool) -> None:
    """It had written the list of what it took out, but not committed: the next one needs that name.

    The engine names these lists by how many steps there were, and so would use the name again.
    """
    index = SearchIndex(tmp_path)
    index.rebuild([document(number) for number in range(1, 50)], 1)
    if was_open:
        index.reload()
    (folder,) = (one for one in tmp_path.iterdir() if one.is_dir())
    meta = json.loads((folder / "meta.json").read_text())
    segments = [one["segment_id"].replace("-", "") for one in meta["segments"]]
    left = [f"{one}.{meta['opstamp'] + step}.del" for one in segments for step in range(1, 100)]
    for name in left:
        (folder / name).write_bytes(b"half")
    managed = folder / ".managed.json"
    managed.write_text(json.dumps([*json.loads(managed.read_text()), *left]))
    snapshot = index.write([document(1, "Clerk")], [2], 2)
    assert engine.answer(snapshot, Criteria(), NOW).total == 48
    assert engine.answer(snapshot, Criteria(q="clerk"), NOW).ids == (1,)


def test_a_writer_killed_in_the_middle_leaves_an_index_that_goes_on(
    session: Session, database_url: str, tmp_path: Path
) -> None:
    searching.fill(session, chance(5), 200)
    engine.search(Criteria(), NOW)
    session.rollback()
    luck = chance(6)
    for seed in range(3):
        writer = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.searching"),
                *(database_url, str(tmp_path), str(seed), "100000"),
            ],
            cwd=Path(__file__).parents[2],
            stderr=subprocess.DEVNULL,
        )
        number = change_number(session)
        give_up_at = time.monotonic() + 30
        while change_number(session) < number + 3:
            session.rollback()
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
        time.sleep(luck.random() / 20)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        session.rollback()
        asked = [naive.criteria(luck) for _ in range(5)]
        assert searching.differences(session, asked, NOW) == []
        session.rollback()
