"""Real programs started by tests: on a free port, gone when the test run is gone."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
_POLL_SECONDS = 0.02


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    uid: int | None = None,
    on_parent_death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, its output going to `log`."""
    user = os.geteuid() if uid is None else uid
    with log.open("ab") as output:
        return subprocess.Popen(
            [
                sys.executable,
                "-I",
                str(_LAUNCHER),
                str(int(on_parent_death)),
                str(user),
                *map(str, command),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd="/",
            start_new_session=True,
        )


def wait_until(
    is_so: Callable[[], bool],
    what: str,
    *,
    seconds: float = 20,
    process: subprocess.Popen[bytes] | None = None,
    log: Path | None = None,
) -> None:
    """Wait for a condition; fail with the program's log if it ends or the time runs out."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        has_ended = process is not None and process.poll() is not None
        if has_ended or time.monotonic() > give_up_at:
            told = log.read_text(errors="replace")[-4000:] if log and log.exists() else ""
            fault = "the program ended" if has_ended else f"not within {seconds} s"
            raise AssertionError(f"{what}: {fault}\n{told}")
        time.sleep(_POLL_SECONDS)


def is_listening(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes], *, seconds: float = 15) -> int:
    """Ask a program to end, and kill its whole group if it does not. Returns its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(process)
    return process.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """`kill -9` a program and everything it started, as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
