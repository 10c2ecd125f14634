"""Which listings are live: asked of the clock once, not of every listing at every search.

The rule is publish_at ≤ now < ends_at, to the microsecond. Comparing both instants of each listing
that matches costs more than everything else a search does. So each state of the index is asked once
what is not live now and what begins or ends next; until the last of these moments the few that are
not live are named one by one, and all others are known to be.
"""

from tantivy import FieldType, Occur, Order, Query

from jobboard.search.index import Snapshot, Timetable

#: Listings named one by one at most; with more, both instants are compared after all.
_MOST_NAMED = 400
#: Ends ahead that are read at once.
_AHEAD = 2_000
_FOREVER = 1 << 62


def by_comparing(snapshot: Snapshot, now: int) -> list[tuple[Occur, Query]]:
    """Return the clauses that let through what is live, by comparing both instants of each."""
    return [
        (Occur.Must, _scoreless(_range(snapshot, "publish_at", most=now))),
        (Occur.Must, _scoreless(_range(snapshot, "ends_at", least=now + 1))),
    ]


def not_live(snapshot: Snapshot, now: int) -> list[int] | None:
    """Return the ids of what is not live at an instant, in microseconds.

    None when they are too many, or not known yet; then both instants must be compared.
    """
    remembered = snapshot.remembered
    remembered.questions += 1
    table = remembered.timetable
    if table is None or not table.begins <= now <= table.ends:
        if remembered.questions == 1:
            # In a flood of changes each state is asked once, and the table would never be used.
            return None
        table = remembered.timetable = _made(snapshot, now)
    if table.ends < table.begins:
        return None
    named = [*table.gone, *(one for moment, one in table.coming if moment > now)]
    for moment, one in table.going:
        if moment > now:
            break
        named.append(one)
    return named if len(named) <= _MOST_NAMED else None


def _made(snapshot: Snapshot, now: int) -> Timetable:
    """Read a timetable; one that is right for no time when too much is not live."""
    over = _read(snapshot, _range(snapshot, "ends_at", most=now), "ends_at", _MOST_NAMED)
    coming = _read(
        snapshot, _range(snapshot, "publish_at", least=now + 1), "publish_at", _MOST_NAMED
    )
    if over is None or coming is None:
        return Timetable(now, now - 1, (), (), ())
    ahead = _range(snapshot, "ends_at", least=now + 1)
    hits = snapshot.searcher.search(
        ahead, _AHEAD, count=False, order_by_field="ends_at", order=Order.Asc
    ).hits
    ids = snapshot.searcher.fast_field_values("id", [address for _, address in hits])
    going = tuple((int(hit[0]), int(one or 0)) for hit, one in zip(hits, ids, strict=True))
    ends = going[-1][0] - 1 if len(going) == _AHEAD else _FOREVER
    gone = tuple(one for _, one in over)
    return Timetable(now, ends, gone, tuple(coming), going)


def _read(snapshot: Snapshot, query: Query, name: str, most: int) -> list[tuple[int, int]] | None:
    """Return instant and id of what matches, or None when it is more than ``most``."""
    hits = snapshot.searcher.search(query, most + 1, count=False).hits
    if len(hits) > most:
        return None
    addresses = [address for _, address in hits]
    moments = snapshot.searcher.fast_field_values(name, addresses)
    ids = snapshot.searcher.fast_field_values("id", addresses)
    return [(int(at or 0), int(one or 0)) for at, one in zip(moments, ids, strict=True)]


def _range(
    snapshot: Snapshot, name: str, *, least: int | None = None, most: int | None = None
) -> Query:
    return Query.range_query(snapshot.schema, name, FieldType.Unsigned, least, most)


def _scoreless(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
