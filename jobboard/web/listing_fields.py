"""The kinds of fields that the form of a listing is made of, and what is read from each of them."""

import re
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields import DateField
from wtforms.widgets import TextInput

from jobboard.domain.taxonomy import (
    LABELS,
    NOT_STATED,
    choices,
)
from jobboard.markup.text import clean_line
from jobboard.tables import currencies, gazetteer
from jobboard.web import filters
from jobboard.web.forms import options

#: The wall-clock end of a day when no time is given.
END_OF_DAY = time(23, 59)
_PLACE_LENGTH = 100
_LARGEST_AMOUNT = Decimal(10) ** 12
#: Years that a form takes: a day beyond is a slip of the finger, and no instant everywhere.
_YEARS = range(2000, 2201)
#: What stands between the names of a list: commas of several scripts, and their like.
_BETWEEN = re.compile(r"[,;،、\n]")


class RowsField(Field):
    """One column of repeated rows: every value sent under the same name, in order."""

    widget = TextInput()
    data: list[str]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep all rows as typed, without what cannot be seen."""
        self.data = [clean_line(str(value))[:_PLACE_LENGTH] for value in valuelist][:20]

    def process_data(self, value: Any) -> None:
        """Take the stored rows."""
        self.data = list(value or ())

    def row(self, number: int) -> str:
        """Return one row's words, empty beyond the last."""
        return self.data[number] if number < len(self.data) else ""


class AmountField(StringField):
    """An amount of money as people write it: 48000, 48,000, 48 000.50."""

    def amount(self) -> Decimal | None:
        """Return the number, or None when nothing was typed.

        Raises:
            ValueError: it is no amount.
        """
        typed = (self.data or "").strip().replace("\u00a0", "").replace(" ", "").replace("'", "")
        if not typed:
            return None
        # The last separator with one or two digits behind it is the decimal one.
        head, point, tail = typed.replace(",", ".").rpartition(".")
        number = (
            head.replace(".", "") + "." + tail
            if point and len(tail) in (1, 2)
            else (typed.replace(",", "").replace(".", ""))
        )
        try:
            value = Decimal(number)
        except InvalidOperation:
            raise ValueError from None
        if not number.replace(".", "", 1).isdigit() or value > _LARGEST_AMOUNT:
            raise ValueError
        return value


def select(
    vocabulary: type[StrEnum], label: Any, *, empty: Any = None, hint: Any = ""
) -> SelectField:
    """Return a select of a vocabulary; ``empty`` names the value "not stated"."""
    named = [(value, _l(text)) for value, text in choices(vocabulary) if value != NOT_STATED]
    blank = NOT_STATED if NOT_STATED in list(vocabulary) else ""
    return SelectField(
        label,
        choices=options([(blank, empty if empty is not None else _l("Not stated")), *named]),
        default=blank,
        description=hint,
        validate_choice=True,
    )


def several(vocabulary: type[StrEnum], label: Any, *, hint: Any = "") -> SelectMultipleField:
    """Return a list of checkboxes of a vocabulary."""
    named = [(value, _l(text)) for value, text in LABELS[vocabulary].items()]
    return SelectMultipleField(label, choices=options(named), description=hint)


def sensible_day(_form: Form, field: Field) -> None:
    """Refuse days that are slips of the finger; in some zone they would be no instant at all.

    Raises:
        ValidationError: the year is out of reach.
    """
    if isinstance(field.data, date) and field.data.year not in _YEARS:
        raise ValidationError(_l("Write the day as a date, such as 2027-05-31."))


def known_countries(_form: Form, field: Field) -> None:
    """Refuse names that are no country's, in any language of the gazetteer, nor its code.

    Raises:
        ValidationError: it says the first such name.
    """
    unknown = [name for name in _parts(field.data) if _country_meant(name) is None]
    if unknown:
        raise ValidationError(
            gettext("No country is known as “%(name)s”.", name=unknown[0][:_PLACE_LENGTH])
        )


def check_amount(field: AmountField) -> None:
    """Refuse what is no amount of money.

    Raises:
        ValidationError: the field holds something else.
    """
    try:
        field.amount()
    except ValueError:
        raise ValidationError(_l("Write the amount as a number, such as 48,000.")) from None


def minor_units(field: AmountField, currency: str) -> int | None:
    """Return an amount in minor units of a currency (cents while none is chosen), None if empty."""
    if field.errors:
        return None
    amount = field.amount()
    if amount is None:
        return None
    return int(amount.scaleb(currencies.digits(currency) if currency else 2))


def major_units(minor: int | None, currency: str) -> str:
    """Return minor units of a currency as people write the amount; empty for None."""
    if minor is None:
        return ""
    amount = Decimal(minor).scaleb(-(currencies.digits(currency) if currency else 2))
    return f"{amount:f}".rstrip("0").rstrip(".") if amount % 1 else f"{amount:.0f}"


def _parts(written: str | None) -> list[str]:
    return [part for part in map(clean_line, _BETWEEN.split(written or "")) if part]


def _country_meant(name: str) -> str | None:
    country = gazetteer.country(name)
    return country.code if country is not None else gazetteer.country_named(name)


def countries_meant(written: str | None) -> tuple[str, ...]:
    """Return the codes of countries written by name, commas between; unknown ones are left out."""
    meant = map(_country_meant, _parts(written))
    return tuple(dict.fromkeys(code for code in meant if code))


def countries_written(codes: Iterable[str] | None) -> str:
    """Return codes of countries as names with commas between."""
    return ", ".join(map(filters.country_name, codes or ()))


def is_answered(field: Field) -> bool:
    """Tell whether a field holds something other than it begins with."""
    if isinstance(field, RowsField):
        return any(field.data or ())
    if field.name == "language":
        return field.data not in (None, "", "en")
    return field.data not in (None, "", NOT_STATED, [], ())


def iso_day(field: DateField) -> str:
    """Return a day as ISO 8601; empty where there is none, or it is refused."""
    return field.data.isoformat() if field.data and not field.errors else ""


def chosen(field: SelectField) -> str:
    """Return the word chosen, "not stated" where none is or it is refused."""
    return NOT_STATED if field.errors or not field.data else str(field.data)


def all_chosen(field: SelectMultipleField) -> tuple[str, ...]:
    """Return the words chosen, none where they are refused."""
    values: Iterable[str] = () if field.errors else field.data or ()
    return tuple(values)


def whole_number(field: IntegerField) -> int | None:
    """Return a number, None where there is none, or it is refused."""
    return None if field.errors else field.data


def line_of(field: StringField) -> str:
    """Return a line of text, empty where it is refused."""
    return "" if field.errors else clean_line(field.data or "")
