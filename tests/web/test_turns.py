"""Pages are made one after the other; nobody else waits, and nobody waits long."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask

from jobboard.change_watch import ChangeWatch
from jobboard.web.turns import Turns

#: Long enough for whatever must happen on a busy machine.
PATIENCE = 20.0


def _start_response(*_: object) -> Callable[[bytes], object]:
    return lambda _part: None


class Slow:
    """An application whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self, environ: dict[str, Any], _start: Callable[..., Any]) -> Iterable[bytes]:
        self.entered.release()
        if not self.go.wait(PATIENCE):
            raise TimeoutError
        if environ.get("breaks"):
            raise ValueError("broken")
        return [environ["REQUEST_METHOD"].encode()]


class Asking(threading.Thread):
    """A request in a thread of its own."""

    def __init__(self, app: Turns, method: str = "GET", **environ: Any) -> None:
        super().__init__(daemon=True)
        self._app = app
        self._environ = {"REQUEST_METHOD": method, "PATH_INFO": "/jobs/", **environ}
        self.body = b""
        self.start()

    def run(self) -> None:
        self.body = b"".join(self._app(self._environ, _start_response))


def entered(slow: Slow, *, within: float = PATIENCE) -> bool:
    return slow.entered.acquire(timeout=within)


def ended(*asked: Asking) -> list[bytes]:
    for one in asked:
        one.join(PATIENCE)
        assert not one.is_alive()
    return [one.body for one in asked]


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_pages_are_made_at_once(at_once: int) -> None:
    slow = Slow()
    app = Turns(slow, at_once, longest_wait=PATIENCE)
    asked = [Asking(app, method) for method in ("GET", "HEAD", "GET", "HEAD")]
    for _ in range(at_once):
        assert entered(slow)
    assert not entered(slow, within=0.05)
    slow.go.set()
    assert sorted(ended(*asked)) == [b"GET", b"GET", b"HEAD", b"HEAD"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/board.css"])
def test_probes_and_files_wait_for_no_page(path: str) -> None:
    slow = Slow()
    app = Turns(slow, 1, longest_wait=PATIENCE)
    page = Asking(app)
    assert entered(slow)
    other = Asking(app, PATH_INFO=path)
    assert entered(slow)
    slow.go.set()
    ended(page, other)


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "DELETE"])
def test_what_is_no_page_waits_for_none(method: str) -> None:
    slow = Slow()
    app = Turns(slow, 1, longest_wait=PATIENCE)
    page = Asking(app)
    assert entered(slow)
    other = Asking(app, method)
    assert entered(slow)
    slow.go.set()
    assert ended(page, other) == [b"GET", method.encode()]


def test_nobody_waits_for_ever_behind_a_page_that_takes_long() -> None:
    slow = Slow()
    app = Turns(slow, 1, longest_wait=0.01)
    asked = [Asking(app) for _ in range(3)]
    for _ in asked:
        assert entered(slow)
    slow.go.set()
    assert ended(*asked) == [b"GET"] * 3
    # Those without a turn gave none back: still one at a time.
    slow.go.clear()
    first = Asking(app)
    assert entered(slow)
    assert not app._gate.acquire(blocking=False)
    slow.go.set()
    ended(first)


def test_a_page_that_breaks_gives_its_turn_back() -> None:
    slow = Slow()
    slow.go.set()
    app = Turns(slow, 1, longest_wait=PATIENCE)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            app({"REQUEST_METHOD": "GET", "breaks": True}, _start_response)
    assert list(app({"REQUEST_METHOD": "GET"}, _start_response)) == [b"GET"]


def test_the_board_makes_its_pages_in_turn_behind_what_is_kept(app: Flask) -> None:
    assert isinstance(app.extensions["page_cache"].inner, Turns)


def test_a_page_asks_for_the_number_of_changes_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    number = ChangeWatch.number

    def note(watch: ChangeWatch) -> int:
        asked.append(number(watch))
        return asked[-1]

    client = app.test_client()
    # Past what is kept, which asks for itself.
    past = {"Authorization": "Bearer somebody"}
    assert client.get("/jobs/", headers=past).status_code == 200
    monkeypatch.setattr(ChangeWatch, "number", note)
    for count in (1, 2):
        assert client.get("/jobs/", headers=past).status_code == 200
        assert len(asked) == count
