"""What a person wrote about a listing: put on it, taken off it, compared.

The form, a revision, a copy, an import and the demo all pass through here, so a text is cleaned,
summarised and given its address in one way only.
"""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from jobboard.db import db, next_change
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.place import Place
from jobboard.domain.slug import slug
from jobboard.markup.markdown import clean_html, summary, to_html
from jobboard.markup.text import fold
from jobboard.models.listing import CONTENT, Listing
from jobboard.models.organisation import Organisation

_SUMMARY = 300
_WITHOUT_ORDER = frozenset({"topics", "focus_regions", "hours"})


def write(listing: Listing, content: Mapping[str, Any]) -> None:
    """Put what was written on a listing and derive its HTML, summary and address from it.

    Args:
        listing: the listing; need not be in a session yet.
        content: values for columns named in ``CONTENT``; columns left out stay as they are.

    Raises:
        KeyError: a name that is no column of the content.
    """
    for name, value in content.items():
        if name not in CONTENT:
            raise KeyError(name)
        setattr(listing, name, value)
    is_html = listing.description_format == "html"
    source = listing.description or ""
    for name, value in derived(
        listing.title or "",
        clean_html(source) if is_html else to_html(source),
        content.get("summary") or "",
    ).items():
        setattr(listing, name, value)


def derived(title: str, description_html: str, stated_summary: str = "") -> dict[str, str]:
    """Return the columns that follow from what was written.

    Args:
        title: the listing's title.
        description_html: its description as clean HTML.
        stated_summary: the poster's own summary; empty to make one.
    """
    return {
        "description_html": description_html,
        "summary": (stated_summary or summary(description_html, _SUMMARY))[:_SUMMARY],
        "slug_front": slug(title),
    }


def read(listing: Listing) -> dict[str, Any]:
    """Return what was written on a listing, as ``write`` takes it."""
    return {name: getattr(listing, name) for name in CONTENT}


def to_json(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content as plain JSON values, for a revision."""
    return {name: _plain(value) for name, value in content.items()}


def from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content that ``to_json`` wrote down."""
    content: dict[str, Any] = {}
    for name, value in kept.items():
        if name not in CONTENT:
            continue
        content[name] = _typed(name, value)
    return content


def changed(listing: Listing, content: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the columns that ``content`` would change."""
    return tuple(
        name
        for name in CONTENT
        if name in content
        and not is_same(name, _plain(content[name]), _plain(getattr(listing, name)))
        and not (name == "summary" and not content[name])
    )


def is_same(name: str, one: Any, other: Any) -> bool:
    """Tell whether two values of a column say the same.

    The form gives boxes back in its own order, whatever order an import or the demo stored.
    """
    if name in _WITHOUT_ORDER:
        return sorted(one or ()) == sorted(other or ())
    return bool(one == other)


def link_organisation(listing: Listing) -> None:
    """Tie a listing to the organisation of its name, if the board knows one."""
    listing.organisation_id = _known_organisation(listing)


def settle_organisation(listing: Listing, now: datetime) -> None:
    """Tie a listing to the organisation of its name, made from its words when it is new.

    Called when a listing goes public, so that a name nobody approved gets no page.
    """
    if not listing.organisation_name.strip():
        listing.organisation_id = None
        return
    known = _known_organisation(listing)
    if known is None:
        # Whoever makes organisations holds the change number until the commit. So nobody else makes
        # one of this name, or takes its address, from here on; somebody may have a moment ago.
        next_change(db.session)
        known = _known_organisation(listing) or _new_organisation(listing, now)
    listing.organisation_id = known


def _known_organisation(listing: Listing) -> int | None:
    key = fold(listing.organisation_name)
    return db.session.scalar(select(Organisation.id).where(Organisation.name_key == key))


def _new_organisation(listing: Listing, now: datetime) -> int:
    name = listing.organisation_name
    fresh = Organisation(
        slug=_free_slug(slug(name, "organisation")),
        name=name,
        name_key=fold(name),
        kind=listing.organisation_kind,
        website=listing.organisation_website,
        country=next((place.country for place in listing.places or () if place.country), None),
        created_at=now,
        updated_at=now,
    )
    db.session.add(fresh)
    db.session.flush()
    return fresh.id


def _free_slug(wanted: str) -> str:
    """Return the slug itself, or with the next number behind it when another body has it."""
    taken = set(
        db.session.scalars(
            select(Organisation.slug).where(Organisation.slug.startswith(wanted, autoescape=True))
        )
    )
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _typed(name: str, value: Any) -> Any:
    if name == "places":
        return tuple(Place(**place) for place in value)
    if name == "languages":
        return tuple(LanguageNeed(**need) for need in value)
    if name == "apply_by" and value:
        return datetime.fromisoformat(value)
    if isinstance(value, list):
        return tuple(value)
    column = Listing.__table__.c[name]
    vocabulary = getattr(column.type, "enum_class", None)
    return vocabulary(value) if vocabulary is not None and value is not None else value
