"""The site's own texts: about, privacy, terms, contact; each with the version that people accept.

A text is ``texts/<name>.md``: its title, its version (the day it came into force), then Markdown.
In the place of ``{site_name}`` and the other names of ``PLACES`` the page puts the settings.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

NAMES = ("about", "privacy", "terms", "contact")
PLACES = (
    "site_name",
    "site_email",
    "legal_line",
    "review_hours",
    "session_cookie",
    "remember_cookie",
    "known_cookie",
)


@dataclass(frozen=True)
class SiteText:
    """One text.

    Attributes:
        title: the page's heading.
        version: the ISO date on which this wording came into force.
        markdown: the text itself.
    """

    title: str
    version: str
    markdown: str


@lru_cache(maxsize=len(NAMES))
def text(name: str) -> SiteText:
    """Return one of the texts by its name.

    Raises:
        KeyError: there is no such text.
    """
    if name not in NAMES:
        raise KeyError(name)
    source = (files("jobboard.tables") / "texts" / f"{name}.md").read_text(encoding="utf-8")
    title, version, markdown = source.split("\n", 2)
    return SiteText(
        title.removeprefix("# ").strip(),
        version.removeprefix("Version ").strip(),
        markdown.strip(),
    )


def version(name: str) -> str:
    """Return the version of a text, to be kept with whoever accepts it."""
    return text(name).version
