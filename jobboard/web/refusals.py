"""What a broken rule says to the person."""

from flask_babel import gettext

from jobboard.db import db
from jobboard.domain.errors import FieldsBroken, RuleBroken


def said(refusal: RuleBroken) -> str:
    """Return the refusal's sentence in the reader's language and undo what was half done.

    Whatever the page shows next is read anew, as it is stored.
    """
    db.session.rollback()
    values = {
        name: gettext(value) if isinstance(value, str) else value
        for name, value in refusal.values.items()
    }
    return gettext(refusal.sentence) % values if values else gettext(refusal.sentence)


def said_of_fields(refusal: FieldsBroken) -> dict[str, str]:
    """Return field → sentence in the reader's language and undo what was half done."""
    db.session.rollback()
    return {field: gettext(sentence) for field, sentence in refusal.errors.items()}
