"""Lets the engine work on two things at once: it leaves Python's lock alone while it counts."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

Result = TypeVar("Result")

_MOST_THREADS = 4

_pool: ThreadPoolExecutor | None = None
_making = Lock()


def start(call: Callable[..., Result], *arguments: Any) -> "Future[Result]":
    """Begin a call of the engine in another thread and return what its answer can be had from."""
    global _pool  # noqa: PLW0603 - one for the process
    with _making:
        if _pool is None:
            _pool = ThreadPoolExecutor(
                min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="search"
            )
        return _pool.submit(call, *arguments)


def _forget() -> None:
    """Forget the threads, which a child does not inherit, and the lock, which one may have held."""
    global _pool, _making
    _pool, _making = None, Lock()


os.register_at_fork(after_in_child=_forget)
