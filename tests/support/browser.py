"""The browser for journeys: whatever Chromium or Chrome this machine has."""

import os
import shutil
from pathlib import Path

#: It asks nobody but this machine: no updates, no accounts, no look-ups.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Return the browser's path: `BOARD_BROWSER`, one on the path, or Playwright's own."""
    named = os.environ.get("BOARD_BROWSER")
    if named:
        return named
    installed = next(filter(None, map(shutil.which, _NAMES)), None)
    return installed or _of_playwright()


def _of_playwright() -> str | None:
    # A look into the folder, as asking Playwright means starting it for every test run.
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named else [Path.home() / ".cache" / "ms-playwright"]
    found = [
        path
        for folder in folders
        for path in sorted(folder.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    ]
    return str(found[0]) if found else None
