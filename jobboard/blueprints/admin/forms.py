"""What administrators set."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, SelectField
from wtforms.validators import InputRequired

from jobboard.models.organisation import Role
from jobboard.web.forms import BoardForm, email_address


class RightsForm(BoardForm):
    """The flags of an account."""

    is_trusted = BooleanField(
        _l("Trusted"),
        description=_l("Listings and changed texts of this person go live without a moderator."),
    )
    is_moderator = BooleanField(
        _l("Moderator"), description=_l("Sees the queue and every listing, and decides.")
    )
    is_administrator = BooleanField(
        _l("Administrator"),
        description=_l("May do all that moderators may, and everything on these pages."),
    )


class MemberForm(BoardForm):
    """Somebody who is to act for an organisation."""

    email = EmailField(
        _l("E-mail address of the account"),
        validators=[InputRequired(_l("Write the e-mail address of an account.")), email_address],
    )
    role = SelectField(
        _l("Role"),
        choices=lambda: [
            (Role.EDITOR.value, gettext("Editor: writes and looks after listings")),
            (Role.OWNER.value, gettext("Owner: the same, and answers for the organisation")),
        ],
        default=Role.EDITOR.value,
    )
