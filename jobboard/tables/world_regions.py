"""Regions of the world by the names that people use for them: ``world_regions.txt`` read once."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from jobboard.markup.text import fold


@dataclass(frozen=True, slots=True)
class WorldRegion:
    """A region: the UN's (M49), an institution's, or one of usage such as the Sahel."""

    name: str
    aliases: tuple[str, ...]
    countries: frozenset[str]


def named(text: str) -> WorldRegion | None:
    """Return the region so named, in some of the board's languages, or None.

    "The MENA region" is MENA.
    """
    name = _plain(text)
    return _by_name().get(name) or _by_name().get(name.removesuffix(" region"))


def beginning_with(text: str) -> list[WorldRegion]:
    """Return the regions of which a name begins so; two letters at least.

    The one that is called just so comes first, then those whose English name begins so: for
    "europe" Europe, then the European Union, then Eastern Europe, which is Europe de l'Est.
    """
    start = _plain(text)
    if len(start) < 2:
        return []
    meant = named(text)
    found = {region.name for name, region in _by_name().items() if name.startswith(start)}
    return sorted(
        (region for region in _regions() if region.name in found or region is meant),
        key=lambda region: (region is not meant, not _plain(region.name).startswith(start)),
    )


def regions() -> tuple[WorldRegion, ...]:
    """Return all regions in the file's order."""
    return _regions()


@lru_cache(maxsize=1)
def _regions() -> tuple[WorldRegion, ...]:
    found: dict[str, WorldRegion] = {}
    text = (files("jobboard.tables") / "world_regions.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        names, _, content = line.partition(":")
        name, *aliases = (one.strip() for one in names.split("="))
        countries: set[str] = set()
        for part in content.split(","):
            inner = found.get(part.strip())
            countries.update(inner.countries if inner else part.split())
        found[name] = WorldRegion(name, tuple(aliases), frozenset(countries))
    return tuple(found.values())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, WorldRegion]:
    found: dict[str, WorldRegion] = {}
    for region in _regions():
        for name in (region.name, *region.aliases):
            found.setdefault(_plain(name), region)
    return found


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("-", " ").split()).removeprefix("the ")
