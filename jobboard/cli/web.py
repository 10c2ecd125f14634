"""The web server: granian (WSGI) around the application that this process has loaded.

Where processes fork, the server's own processes take the loaded application over: they start at
once and share its memory. Elsewhere they load ``wsgi:app`` themselves.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

#: Threads of one process; SQLAlchemy's pool (15 connections) is not the narrow place, for a page's
#: second connection asks one short question and waits for nobody.
THREADS = 8
#: Requests that one process takes in; others wait in the listening socket's queue.
MOST_AT_ONCE = 128
#: Seconds that requests in hand have to finish after SIGTERM.
LAST_REQUESTS = 12

#: Objects that are new between two rounds of the collector, such rounds between two that look at
#: older ones too, and such between two that look at all. Few at a time, so that no page waits long:
#: each thousand takes up to a millisecond. All of them seldom, for that takes twenty.
_ROUND = 700
_ROUNDS = 4
_GREAT_ROUNDS = 200

#: Seconds to wait for a server that is just going away.
_PORT_PATIENCE = 3.0
_POLL = 0.05
#: From <linux/prctl.h>.
_PR_SET_PDEATHSIG = 1
#: From <malloc.h>.
_M_ARENA_MAX = -8


def serve(app: Flask) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand finish.

    Raises:
        click.ClickException: somebody else listens on the port.
    """
    host, port = str(app.config["HOST"]), int(app.config["PORT"])
    check_port(host, port)
    _share_arenas()
    _settle()
    main_process = os.getpid()

    def take_over(_target: str) -> Any:
        die_with(main_process)
        return app

    loader: Callable[..., Any] | None = None
    if multiprocessing.get_start_method() == "fork":
        loader = take_over
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # Browsers speak HTTP/2 over TLS alone, and that ends at the proxy.
        http=HTTPModes.http1,
        workers=max(1, int(app.config["WEB_WORKERS"])),
        blocking_threads=THREADS,
        backpressure=MOST_AT_ONCE,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUESTS,
    ).serve(target_loader=loader)


def _settle() -> None:
    """Leave what is loaded by now out of the collector's rounds: it stays.

    Going through all tables and templates again and again was a sixth of a page, and a pause of
    40 ms now and then. Pages leave no circles, so rounds find little.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ROUND, _ROUNDS, _GREAT_ROUNDS)


def check_port(host: str, port: int) -> None:
    """Make sure that nobody listens there: the server itself would share the port silently.

    Raises:
        click.ClickException: the port is not free, or the address is none of this machine's.
    """
    give_up_at = time.monotonic() + _PORT_PATIENCE
    while True:
        try:
            _listen(host, port)
        except OSError as fault:
            if time.monotonic() < give_up_at:
                time.sleep(_POLL)
                continue
            raise click.ClickException(
                f"Cannot listen on {host}:{port}: {fault.strerror}. "
                "PORT (and HOST) choose another, such as PORT=8001."
            ) from None
        else:
            return


def die_with(parent: int) -> None:
    """Let the kernel end this process when its parent is killed (Linux; elsewhere nothing).

    A killed server would else leave processes behind that go on answering on its port.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It was killed before we asked.
        os.kill(os.getpid(), signal.SIGKILL)


def _share_arenas() -> None:
    """Keep memory together: each thread's own arena would hold on to what it once needed (glibc).

    Python's threads take turns anyway; measured, a busy process stays 30 MB smaller.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 2)


def _listen(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
