"""How long commands say how far they have come: in one moving line on a terminal, else not."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Progress = Callable[[int, int], None]

#: Back to the line's beginning, and clear it.
_AGAIN = "\r\x1b[K"


@contextmanager
def moving(label: str) -> Iterator[Progress]:
    """Give a function that is told how many of how many are done."""
    is_terminal = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        if is_terminal:
            share = 100 * done // total if total else 100
            click.echo(f"{_AGAIN}{label} {done:,} of {total:,} ({share} %)", err=True, nl=False)

    yield tell
    if is_terminal:
        click.echo(_AGAIN, err=True, nl=False)
