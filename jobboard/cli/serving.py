"""``jobboard serve``: web and worker as children of one process that watches over them."""

import logging
import multiprocessing
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess
from threading import Event

import click
from flask import Flask

from jobboard.cli import web, worker
from jobboard.services import demo

log = logging.getLogger(__name__)

#: Seconds that the children have to finish; the web server needs ``web.LAST_REQUESTS`` at most.
_LAST_WORK = web.LAST_REQUESTS + 3.0
#: Seconds between two starts of a part that breaks again and again.
_PAUSE = 2.0
_POLL = 0.1

Part = Callable[[Flask], None]


def serve(app: Flask, prepare: Part | None = None) -> int:
    """Run web and worker until SIGTERM or Ctrl-C; return the exit code.

    Args:
        app: the application; none of its connections may be open, for the children take it over.
        prepare: what must be done first; it runs in a process of its own for the same reason.
    """
    web.check_port(str(app.config["HOST"]), int(app.config["PORT"]))
    if prepare is not None:
        first = _Child("prepare", prepare, app)
        first.start()
        if first.ended():
            return 1
    children = {name: _Child(name, part, app) for name, part in _PARTS.items()}
    for child in children.values():
        child.start()
    # The children are started first, so that none of them inherits this handler.
    with stop_signals() as stop:
        # Until pages answer, a part that ends will do no better the next time.
        while not (is_ready := _answers(app)) and not stop.is_set():
            if not all(child.is_alive() for child in children.values()):
                break
            stop.wait(_POLL)
        if is_ready:
            announce(app)
            while not stop.wait(_POLL):
                for child in children.values():
                    child.keep_alive()
        has_failed = not stop.is_set()
        _stop(children.values())
    return 1 if has_failed else 0


def run_web(app: Flask) -> None:
    """Serve pages in this process."""
    set_up_logging()
    web.serve(app)


def run_worker(app: Flask) -> None:
    """Send mail and run the clock in this process."""
    set_up_logging()
    with stop_signals() as stop:
        worker.run(app, stop)


_PARTS: dict[str, Part] = {"web": run_web, "worker": run_worker}


@contextmanager
def stop_signals() -> Iterator[Event]:
    """Give an event that SIGTERM and SIGINT set, in place of ending the process at once."""
    stop = Event()
    former = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def set_up_logging() -> None:
    """Write what happens to the error output, one line each, without personal data."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def announce(app: Flask) -> None:
    """Say where the board is and, in the demo, who may sign in."""
    site = app.config["SITE_URL"]
    lines = ["", f"  {app.config['SITE_NAME']} Jobs is ready:  {site}/jobs/"]
    if app.config["DEMO"]:
        lines += [f"  What it mailed:          {site}/_mailbox/", ""]
        lines += [f"  Demo accounts, all with the password: {demo.PASSWORD}"]
        width = max(len(one.email) for one in demo.ACCOUNTS)
        lines += [f"    {one.email:<{width}}  {one.told}" for one in demo.ACCOUNTS]
    lines += ["", "  Ctrl-C stops it.", ""]
    click.echo("\n".join(lines))


class _Child:
    """One part in a process of its own, started again when it breaks."""

    def __init__(self, name: str, part: Part, app: Flask) -> None:
        self._name, self._part, self._app = name, part, app
        self._process: ForkProcess | None = None
        self._started_at = 0.0

    def start(self) -> None:
        self._started_at = time.monotonic()
        self._process = multiprocessing.get_context("fork").Process(
            target=_live, args=(self._part, self._app, os.getpid()), name=self._name
        )
        self._process.start()

    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def keep_alive(self) -> None:
        """Start the part again if it broke, though not at every turn."""
        if self.is_alive() or time.monotonic() < self._started_at + _PAUSE:
            return
        code = self._process.exitcode if self._process is not None else None
        log.error("%s ended (exit code %s); starting it again", self._name, code)
        self.start()

    def ended(self) -> int:
        """Wait for the end and return the exit code."""
        if self._process is None:
            return 0
        self._process.join()
        return int(self._process.exitcode or 0)

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def end(self, seconds: float) -> None:
        if self._process is not None:
            self._process.join(max(0.0, seconds))
            if self._process.is_alive():
                self._process.kill()
                self._process.join()


def _live(part: Part, app: Flask, parent: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    web.die_with(parent)
    part(app)


def _stop(children: Collection[_Child]) -> None:
    give_up_at = time.monotonic() + _LAST_WORK
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.end(give_up_at - time.monotonic())


def _answers(app: Flask) -> bool:
    host = str(app.config["HOST"])
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - is compared
    address = f"http://{host}:{app.config['PORT']}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
