import subprocess
import sys

import pytest

from jobboard.search import parallel

#: Forks while threads wait for work; the child has none of them.
_FORKING = """
import os
from jobboard.search import parallel
print(parallel.start(int, "1").result(), flush=True)
if os.fork() == 0:
    print(parallel.start(int, "2").result(10), flush=True)
    os._exit(0)
os.wait()
"""


def test_a_fault_is_told_to_whoever_wants_the_answer() -> None:
    begun = parallel.start(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        begun.result()


def test_a_child_has_threads_of_its_own() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _FORKING], check=True, capture_output=True, text=True, timeout=30
    )
    assert told.stdout.split() == ["1", "2"]
