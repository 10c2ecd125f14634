"""What every form shares: cleaned text, checks of addresses, words that say what to do.

Only declared fields are read; whatever else a request carries is ignored. What was typed stays in
the fields after a failure, passwords apart.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from flask_babel import get_translations, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, Form, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.fields.core import UnboundField
from wtforms.widgets import html_params

from jobboard.markup.text import clean_block, clean_line
from jobboard.words import N_

LONGEST_EMAIL = 254
LONGEST_ADDRESS = 2000
_HIGHEST_PORT = 65535
#: A host's name with at least one dot, then nothing or what follows a host. No colon: before the
#: first slash it may end a scheme, and "javascript:" must not become anybody's page.
_BARE_ADDRESS = re.compile(r"[^\W_](?:[\w-]*\.)+[^\W\d_]{2,}(?:[/?#]\S*)?\Z")

#: WTForms' own complaints, in words that say what to do.
_WORDS = {
    "This field is required.": N_("Fill this in."),
    "Not a valid choice.": N_("Choose one of the list."),
    "Invalid Choice: could not coerce.": N_("Choose one of the list."),
    "Not a valid integer value.": N_("Write a whole number."),
    "Not a valid date value.": N_("Write the day as a date, such as 2027-05-31."),
    "Not a valid time value.": N_("Write the time as hours and minutes, such as 17:30."),
    "Number must be at least %(min)s.": N_("Write a number of at least %(min)s."),
    "Number must be at most %(max)s.": N_("Write a number of at most %(max)s."),
    "Number must be between %(min)s and %(max)s.": N_("Write a number from %(min)s to %(max)s."),
    "Field cannot be longer than %(max)d character.": N_("Use at most %(max)d character."),
    "Field cannot be longer than %(max)d characters.": N_("Use at most %(max)d characters."),
}


class _Words:
    """Gives WTForms our sentences in the reader's language."""

    def gettext(self, string: str) -> str:
        return str(get_translations().gettext(_WORDS.get(string, string)))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        words = _WORDS.get(singular, singular), _WORDS.get(plural, plural)
        return str(get_translations().ngettext(*words, n))


class BoardForm(FlaskForm):
    """The base of all forms.

    Text is cleaned of what cannot be seen (``markup.text``) before it is checked or shown again;
    passwords are left exactly as typed.
    """

    form_errors: list[str]

    class Meta:
        """Cleans each text field and speaks the board's words."""

        def bind_field(
            self, form: Form, unbound_field: "UnboundField[Any]", options: dict[str, Any]
        ) -> Field:
            """Add the cleaning that the kind of field needs."""
            cleaning = _cleaning(unbound_field.field_class)
            if cleaning is not None:
                own = unbound_field.kwargs.get("filters", ())
                options = {**options, "filters": [*own, cleaning]}
            bound: Field = unbound_field.bind(form=form, **options)
            return bound

        def get_translations(self, _form: Form) -> _Words:
            """Return the board's words for WTForms' complaints."""
            return _Words()

    def take(self, faults: Mapping[str, str]) -> bool:
        """Show faults (field to sentence) at their fields, unless a field has complained already.

        Returns:
            True when there was none.
        """
        for name, sentence in faults.items():
            if name not in self:
                self.form_errors = [*self.form_errors, gettext(sentence)]
            elif not self[name].errors:
                self[name].errors = [gettext(sentence)]
        return not faults


class ButtonForm(BoardForm):
    """A button that asks nothing."""


def options(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    """Return ``(value, label)`` pairs as what a select chooses from."""
    return [SelectChoice(value, label) for value, label in pairs]


class LongSelect:
    """A select of hundreds of fixed options: written once, so that a page does not pay for each."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._options = Markup("").join(
            Markup('<option value="{}">{}</option>').format(value, label) for value, label in pairs
        )

    def __call__(self, field: Field, **attributes: Any) -> Markup:
        """Write the select with the field's value chosen."""
        attributes.setdefault("id", field.id)
        attributes.pop("required", None)
        chosen = Markup('value="{}">').format("" if field.data is None else field.data)
        marked = self._options.replace(chosen, chosen[:-1] + Markup(" selected>"), 1)
        head = Markup("<select {}>").format(
            Markup(html_params(name=field.name, **attributes))  # noqa: S704 - escapes its values
        )
        return head + marked + Markup("</select>")


def email_address(_form: Form, field: Field) -> None:
    """Check a mail address; whether mail arrives there only the mail can tell.

    ``email-validator`` refuses quoted names, bracketed hosts and reserved names such as
    ``localhost``, and accepts ``.example``.

    Raises:
        ValidationError: no mail can be sent to it.
    """
    typed = str(field.data or "").strip()
    try:
        if len(typed) > LONGEST_EMAIL:
            raise EmailNotValidError
        validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        raise ValidationError(_l("Write an e-mail address, such as name@example.org.")) from None


def with_scheme(typed: Any) -> Any:
    """Return an address typed without its beginning as one with https; all else as it is.

    A filter for fields: people copy "example.org/jobs" from where it is printed.
    """
    text = typed.strip() if isinstance(typed, str) else ""
    return f"https://{text}" if _BARE_ADDRESS.match(text) else typed


def web_address(_form: Form, field: Field) -> None:
    """Check the address of a web page: http or https, a real host, nothing that can mislead.

    Refuses what runs (``javascript:``, ``data:``), names before the host
    (``https://bank.example@elsewhere.example``), white space and backslashes (ASVS 1.2.2).

    Raises:
        ValidationError: it is no such address.
    """
    typed = str(field.data or "")
    if not is_web_address(typed):
        raise ValidationError(
            _l("Write the whole address of a web page, such as https://example.org/jobs.")
        )


def is_web_address(text: str) -> bool:
    """Tell whether a text is the address of a web page that can be shown as a link."""
    if len(text) > LONGEST_ADDRESS or "\\" in text:
        return False
    if any(letter.isspace() or not letter.isprintable() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return False
    has_name = "." in host.strip(".") or host.startswith("[") or ":" in host
    return has_name and (port is None or 0 < port <= _HIGHEST_PORT)


def _cleaning(kind: type[Field]) -> Any:
    if not issubclass(kind, StringField) or issubclass(kind, PasswordField):
        return None
    return _block if issubclass(kind, TextAreaField) else _line


def _line(typed: Any) -> Any:
    return clean_line(typed) if isinstance(typed, str) else typed


def _block(typed: Any) -> Any:
    return clean_block(typed) if isinstance(typed, str) else typed
