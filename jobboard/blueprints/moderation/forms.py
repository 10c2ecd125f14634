"""The words that go with a decision."""

from urllib.parse import urlsplit

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from jobboard.domain.listing import Verb
from jobboard.domain.slug import id_of
from jobboard.services.moderation import REASON_LABELS
from jobboard.web.forms import BoardForm

LONGEST_NOTE = 5000
_LONGEST_ADDRESS = 500

#: Decisions that name a reason of the set.
WITH_REASON = frozenset({Verb.REFUSE, Verb.REMOVE})


class DecisionForm(BoardForm):
    """Reason and words to the poster; each decision shows what it needs of it."""

    version = HiddenField()
    reason = SelectField(
        _l("Reason"),
        choices=lambda: [("", gettext("Choose")), *_reasons()],
        default="",
    )
    original = StringField(
        _l("The listing that stays"),
        description=_l("Its number or its address; the poster is told if it is live."),
        validators=[Length(max=_LONGEST_ADDRESS)],
    )
    note = TextAreaField(
        _l("Words to the poster"),
        description=_l("Mailed to the poster and kept in the history, without your name."),
        validators=[Length(max=LONGEST_NOTE)],
    )

    def words(self) -> str:
        """Return the note without white space around it."""
        return (self.note.data or "").strip()

    def original_id(self) -> int | None:
        """Return the number in what was typed: alone, or at the end of an address of ours."""
        try:
            parts = urlsplit((self.original.data or "").strip().removeprefix("#"))
        except ValueError:
            return None
        if parts.netloc not in ("", request.host):
            return None
        return id_of(parts.path.rstrip("/").rpartition("/")[2])

    def version_read(self) -> int | None:
        """Return the version that the page showed."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None

    def set_apart(self, verb: Verb) -> None:
        """Give the fields ids of their own: a page holds one such form for each decision."""
        for field in self:
            field.id = f"{verb.value.replace('_', '-')}-{field.name}"


def _reasons() -> list[tuple[str, str]]:
    return [(value, gettext(text)) for value, text in REASON_LABELS.items()]
