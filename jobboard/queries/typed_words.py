"""What the boxes of private lists find: a part of a text, in whatever case it was typed."""

from typing import Any

from sqlalchemy import ColumnElement, or_

from jobboard.domain.slug import slug
from jobboard.models.listing import Listing


def contains(words: str, *columns: Any) -> ColumnElement[bool]:
    """Match the words anywhere in any of the columns, literally: per cent and underscore too.

    The database lowers both sides. SQLite knows the case of ASCII letters alone, so words lowered
    here would miss "Österreich" where it is written just so.
    """
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def contains_in_listing(words: str, *columns: Any) -> ColumnElement[bool]:
    """Match as ``contains``, and listings by their titles as their addresses spell them.

    Without accents and in lower case, that is: "arastirma" finds "Araştırma".
    """
    found = contains(words, Listing.title, Listing.organisation_name, *columns)
    plain = slug(words, "")
    return or_(found, Listing.slug_front.contains(plain, autoescape=True)) if plain else found
