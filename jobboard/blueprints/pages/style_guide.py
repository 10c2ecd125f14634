"""The form that the style guide shows: as it opens, and as it comes back with faults.

The guide is for those who build pages; its words are not translated.
"""

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from jobboard.web.forms import options


class GuideForm(FlaskForm):
    """One field of each kind."""

    class Meta:
        """Nothing is ever sent, so nothing needs protection; and the page touches no session."""

        csrf = False

    title = StringField(
        "Job title",
        description="The title alone: no organisation, place, pay or date.",
        validators=[Length(max=20, message="Use at most 20 characters.")],
    )
    description = TextAreaField("Description", validators=[InputRequired("Write the description.")])
    kind = SelectField("Kind", choices=options([("", "Choose"), ("fellowship", "Fellowship")]))
    day = DateField("Last day to apply", validators=[Optional()])
    months = IntegerField("Duration", validators=[Optional()])
    mode = RadioField(
        "Mode",
        choices=options([("on_site", "On site"), ("hybrid", "Hybrid"), ("remote", "Remote")]),
        validators=[Optional()],
    )
    hours = SelectMultipleField(
        "Hours",
        choices=options([("full_time", "Full-time"), ("part_time", "Part-time")]),
        description="Several if so.",
    )
    accept_terms = BooleanField(
        "I accept the terms of use", validators=[InputRequired("Accept the terms.")]
    )


def opened() -> GuideForm:
    """Return the form as it opens."""
    return GuideForm(formdata=None)


def refused() -> GuideForm:
    """Return the form as it comes back: a long title, no description, an unknown choice."""
    sent = MultiDict({"wrong-title": "A title that is far too long", "wrong-hours": "night"})
    form = GuideForm(formdata=sent, prefix="wrong-")
    form.validate()
    return form
