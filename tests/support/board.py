"""The board as real processes: web and worker, to be stopped, killed and started again."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support import processes
from tests.support.databases import SETTINGS

_COMMAND = Path(sys.executable).with_name("jobboard")
#: What a process needs of the environment; all else would make a test depend on who runs it.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")


class LiveBoard:
    """One board on a free port with its own database and instance folder.

    Starts as the demo does (mail is kept and shown at /_mailbox/) unless `settings` says
    otherwise; `start("web")` and `start("worker")` may be repeated after `kill` or `stop`.
    """

    def __init__(self, database_url: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self.env = {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **SETTINGS,
            "DEMO": "1",
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "DATABASE_URL": database_url,
            "INSTANCE_DIR": str(folder / "instance"),
            **settings,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *parts: str, arguments: Sequence[str] = ()) -> None:
        """Start ``web``, ``worker`` (both unless named) or ``serve``; wait until pages answer."""
        for part in parts or ("web", "worker"):
            if part in self._running:
                raise RuntimeError(f"{part} runs already")
            self._running[part] = processes.launch(
                [_COMMAND, part, *arguments], log=self.log(part), env=self.env
            )
        for part in {"web", "serve"} & set(self._running):
            processes.wait_until(
                self._is_ready,
                "the board answers",
                process=self._running[part],
                log=self.log(part),
                seconds=30,
            )

    def stop(self, *parts: str) -> None:
        """End the named parts, or all, as an operator does."""
        for part in parts or tuple(self._running):
            processes.stop(self._running.pop(part))

    def kill(self, *parts: str) -> None:
        """`kill -9` the named parts, or all."""
        for part in parts or tuple(self._running):
            processes.kill(self._running.pop(part))

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run one command of the board's command line to its end."""
        return subprocess.run(
            [str(_COMMAND), *arguments],
            env=self.env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def pid(self, part: str) -> int:
        return self._running[part].pid

    def log(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
