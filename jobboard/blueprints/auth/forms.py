"""The forms of accounts; their field names are those that programs and browsers know."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from jobboard.web.forms import BoardForm, email_address

_LONGEST_NAME = 120

_ADDRESS_WANTED = _l("Write your e-mail address.")
_PASSWORD_WANTED = _l("Write your password.")
_NEW_PASSWORD_WANTED = _l("Choose a password of at least 8 characters.")


class RegisterForm(BoardForm):
    """A new account."""

    name = StringField(
        _l("Your name"),
        description=_l("Shown to you and your colleagues, never to the public."),
        validators=[Length(max=_LONGEST_NAME)],
    )
    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_ADDRESS_WANTED), email_address],
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 8 characters; a few words in a row are best. Spaces are fine."),
        validators=[InputRequired(_NEW_PASSWORD_WANTED)],
    )
    accept_terms = BooleanField(
        _l("I accept the terms of use"),
        validators=[InputRequired(_l("Accept the terms of use to register."))],
    )


class SignInForm(BoardForm):
    """Address and password."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(_ADDRESS_WANTED)])
    password = PasswordField(_l("Password"), validators=[InputRequired(_PASSWORD_WANTED)])
    remember = BooleanField(
        _l("Keep me signed in on this device"),
        description=_l("For 60 days. Leave it empty on a computer that others use."),
    )
    next = HiddenField()


class LostPasswordForm(BoardForm):
    """Where to send the link."""

    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_ADDRESS_WANTED), email_address],
    )


class NewPasswordForm(BoardForm):
    """A new password, by a mailed link."""

    password = PasswordField(
        _l("New password"),
        description=_l("At least 8 characters; a few words in a row are best. Spaces are fine."),
        validators=[InputRequired(_NEW_PASSWORD_WANTED)],
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password, by somebody who knows the present one."""

    current_password = PasswordField(
        _l("Present password"), validators=[InputRequired(_l("Write your present password."))]
    )


class NameForm(BoardForm):
    """What the board calls a person."""

    name = StringField(_l("Your name"), validators=[Length(max=_LONGEST_NAME)])
