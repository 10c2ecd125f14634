"""Lets PostgreSQL's change number hold for a few milliseconds without a question, and stay exact.

Whoever is about to change what public pages show says so first and then waits for longer than any
answer holds; only after that may the change be committed. Whoever asks takes the answer for lasting
only while nobody has said so. Both go by an *advisory lock*, which others see at once, long before
the transaction ends: writers hold it together until they have committed, readers try it alone.

So when a change becomes visible, every answer from before has run out: no clock but the passing of
time in one process counts, and a process that dies leaves nothing behind. (The waiting is that of a
lease: C. Gray and D. Cheriton, "Leases", 1989.)
"""

import time
from weakref import WeakSet

from sqlalchemy import Connection, Transaction, text

#: Seconds that an answer holds, from before its question was sent; and that a writer waits. What
#: lies between them covers clocks that do not run alike.
HOLDS = 0.004
_WAITS = 0.005

# The lock's number is any that nobody else in this database uses.
_ANNOUNCE = text("SELECT pg_advisory_xact_lock_shared(7669452410827)")

#: Returns the change number and whether it holds ("true"). Two statements, and not one: the second
#: sees what was committed up to when the lock was had. They are one transaction, at whose end the
#: lock is let go.
QUESTION = (
    "SELECT set_config('board.holds', pg_try_advisory_xact_lock(7669452410827)::text, true);"
    " SELECT value, current_setting('board.holds') FROM change_counter WHERE id = 1"
)

#: Transactions and savepoints in which it was said, while they last.
_announced: "WeakSet[Transaction]" = WeakSet()


def announce(connection: Connection) -> None:
    """Say in the running transaction that it will change what public pages show.

    To be called before the change number is taken: while this waits, nobody else has to.
    """
    whole, savepoint = connection.get_transaction(), connection.get_nested_transaction()
    if whole in _announced or savepoint in _announced:
        return
    connection.execute(_ANNOUNCE)
    time.sleep(_WAITS)
    # A lock taken within a savepoint can be lost with it: what was said there counts only there.
    innermost = savepoint or connection.get_transaction()
    if innermost is not None:
        _announced.add(innermost)
