"""Servers to measure and load to measure them with: granian, nginx, wrk or a loader of our own."""

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support import processes

_ROOT = Path(__file__).parent.parent
_COMMAND = Path(sys.executable).with_name("jobboard")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "TZ", "BOARD_BENCH")
#: Connections of a full load; threads of the loader.
CONNECTIONS = 16
_THREADS = 2
#: Paths asked for once before it counts.
_WARMED = 200
_PER_SECOND = re.compile(r"Requests/sec:\s+([\d.]+)")
_MEMORY = re.compile(r"(VmRSS|RssAnon):\s+(\d+) kB")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Server:
    """A running server and where it listens."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def megabytes(self) -> tuple[float, float]:
        """Return the memory of the process that answers: its own, and with files it shares."""
        sizes = [_resident(pid) for pid in (self.pid, *_children(self.pid))]
        return max(sizes, key=lambda size: size[1])


@contextlib.contextmanager
def board(environment: Mapping[str, str]) -> Iterator[Server]:
    """Run the board's web server as an operator does."""
    with _running([_COMMAND, "web"], environment, "/healthz") as server:
        yield server


@contextlib.contextmanager
def floor(name: str) -> Iterator[Server]:
    """Run one of the floors of ``benchmarks.floors`` on the same server as the board."""
    command = [sys.executable, "-m", "benchmarks.floors", name]
    with _running(command, {"PYTHONPATH": str(_ROOT)}, "/") as server:
        yield server


@contextlib.contextmanager
def nginx(body: bytes) -> Iterator[Server | None]:
    """Run nginx with one static page, or give None where it is not installed."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "index.html").write_bytes(body)
        port = processes.free_port()
        (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
        command = [program, "-p", name, "-c", str(folder / "nginx.conf")]
        with _process(command, {}, folder, port, "/") as server:
            yield server


_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; types {{ text/html html; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; open_file_cache max=10;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


@contextlib.contextmanager
def _running(
    command: Sequence[str | Path], environment: Mapping[str, str], path: str
) -> Iterator[Server]:
    port = processes.free_port()
    told = {**environment, "PORT": str(port)}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        _process(command, told, Path(name), port, path) as server,
    ):
        yield server


@contextlib.contextmanager
def _process(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    port: int,
    path: str,
) -> Iterator[Server]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    log = folder / "log"
    process = processes.launch(command, log=log, env={**kept, **environment})
    try:
        processes.wait_until(
            lambda: answers(port, path), "it answers", process=process, log=log, seconds=60
        )
        yield Server(port, process.pid)
    finally:
        processes.stop(process)


def answers(port: int, path: str) -> bool:
    """Tell whether a server answers 200."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False


def per_second(
    server: Server,
    paths: Sequence[str],
    *,
    seconds: float,
    headers: Mapping[str, str] | None = None,
    connections: int = CONNECTIONS,
    is_warm: bool = False,
) -> float:
    """Return how many requests a second a server answers under full load.

    Args:
        server: the server.
        paths: what to ask for, one after the other, again from the beginning at the end.
        seconds: how long.
        headers: headers of each request.
        connections: how many ask at the same time.
        is_warm: whether it has been asked before and need not be warmed up.

    Raises:
        RuntimeError: some answers were errors.
    """
    told = dict(headers or {})
    wrk = shutil.which("wrk")
    if wrk is None:
        return _by_threads(server, paths, seconds, told, connections)
    with tempfile.TemporaryDirectory(prefix="bench-wrk-") as name:
        command = [wrk, f"-t{min(_THREADS, connections)}", f"-c{connections}"]
        command += [part for key, value in told.items() for part in ("-H", f"{key}: {value}")]
        address = server.url + paths[0]
        if len(paths) > 1:
            # A script costs the asking end as much as the kept page costs the board.
            script = Path(name) / "paths.lua"
            script.write_text(_lua(paths))
            command += ["-s", str(script)]
        # Whole seconds only: that is how wrk counts. What the warm-up leaves behind is waited for.
        if not is_warm:
            subprocess.run([*command, "-d1s", address], check=True, capture_output=True)
            milliseconds(server, paths[:_WARMED], headers=told)
        command += [f"-d{max(1, round(seconds))}s", address]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    bad = _BAD.search(said)
    if bad is not None:
        raise RuntimeError(f"{bad[1]} answers were errors: {paths[0]}")
    found = _PER_SECOND.search(said)
    if found is None:
        raise RuntimeError(said)
    return float(found[1])


def _lua(paths: Sequence[str]) -> str:
    listed = ",".join(f'"{path}"' for path in paths)
    # Each thread begins elsewhere, so that none asks for what another has just had made.
    return f"""
local paths = {{{listed}}}
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
local at = -1
function request()
  if at < 0 then at = number * math.floor(#paths / {_THREADS}) end
  at = at + 1
  return wrk.format("GET", paths[(at - 1) % #paths + 1])
end
"""


def milliseconds(
    server: Server, paths: Sequence[str], *, headers: Mapping[str, str] | None = None
) -> list[float]:
    """Return how long each answer took at one connection, in order of length."""
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for path in paths:
        started = time.perf_counter()
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status not in (200, 304):
            raise RuntimeError(f"{answer.status}: {path}")
    connection.close()
    return sorted(times)


def share(times: Sequence[float], part: float) -> float:
    """Return the time below which a part of sorted times lies."""
    return times[min(len(times) - 1, int(len(times) * part))]


def etag(server: Server, path: str, headers: Mapping[str, str] | None = None) -> str:
    """Return the tag of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=dict(headers or {}))
    return connection.getresponse().headers["ETag"]


def _by_threads(
    server: Server,
    paths: Sequence[str],
    seconds: float,
    headers: Mapping[str, str],
    connections: int,
) -> float:
    """Measure without wrk: slower at the asking end, so ratios come out nearer to one."""
    wire = [_request(path, headers) for path in paths]
    ends_at = time.monotonic() + seconds
    counts = [0] * connections

    def ask(number: int) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            file = line.makefile("rb")
            at = number * len(wire) // connections
            while time.monotonic() < ends_at:
                line.sendall(wire[at % len(wire)])
                _read_answer(file)
                at += 1
                counts[number] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def _request(path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _read_answer(file: object) -> None:
    status = file.readline()  # type: ignore[attr-defined]
    if status[9:12] not in (b"200", b"304"):
        raise RuntimeError(status.decode("latin-1"))
    length = 0
    while (line := file.readline()) not in (b"\r\n", b""):  # type: ignore[attr-defined]
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if status[9:12] == b"200":
        file.read(length)  # type: ignore[attr-defined]


def _resident(pid: int) -> tuple[float, float]:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0, 0.0
    found = {name: int(size) for name, size in _MEMORY.findall(status)}
    return found.get("RssAnon", 0) / 1024, found.get("VmRSS", 0) / 1024


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(one) for one in found.read_text().split()] if found.exists() else []
    return own + [other for one in own for other in _children(one)]
