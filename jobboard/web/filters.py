"""What templates may call: labels, dates, money and other values in the words of the page."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_currency_symbol
from flask import Flask

from jobboard.domain.listing import Life, status_label
from jobboard.domain.taxonomy import NOT_STATED, PayKind, PayPeriod
from jobboard.domain.taxonomy import label as english_label
from jobboard.tables import currencies, gazetteer
from jobboard.web import wording
from jobboard.web.wording import gettext, ngettext

#: A deadline this near is said in red.
URGENT = timedelta(days=4)

#: A sign of their own for currencies that the language would write in letters.
_SIGNS = {
    code: sign
    for sign, code in currencies.SYMBOLS.items()
    if len(sign) == 1 and sign not in currencies.YOUNG
}
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def install(app: Flask) -> None:
    """Give templates these functions, each as a filter of its own name."""
    for filter_ in (
        label,
        number,
        day,
        moment,
        iso,
        country_name,
        language_name,
        life_label,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_


def language() -> str:
    """Return the code of the language that the page is written in."""
    return wording.language()


def label(value: StrEnum | None) -> str:
    """Return the name of an enumeration's value; nothing for None."""
    return gettext(english_label(value)) if value is not None else ""


def stated(value: StrEnum | None) -> str:
    """Return the name of a value, or nothing where it is not stated."""
    return "" if value is None or value == NOT_STATED else label(value)


def life_label(life: Life, now: datetime) -> str:
    """Return the word for the state of a listing at ``now``."""
    return gettext(status_label(life, now))


def number(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return number_in(value, language())


def iso(at: datetime | None) -> str:
    """Return an instant for ``<time datetime>``, in UTC; nothing for None."""
    if at is None:
        return ""
    return at.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: datetime | None, zone: str = "UTC", now: datetime | None = None) -> str:
    """Return a day in words, "4 Nov 2026"; without the year when it is that of ``now``."""
    if at is None:
        return ""
    local = at.astimezone(zone_of(zone))
    is_this_year = now is not None and now.astimezone(zone_of(zone)).year == local.year
    pattern = "d MMM" if is_this_year else "d MMM y"
    return _day(local.date(), pattern, language())


def moment(at: datetime | None, zone: str = "UTC", now: datetime | None = None) -> str:
    """Return an instant in words in a zone: "Wed 25 Nov 2026, 23:59 in Istanbul".

    The year is left out when it is that of ``now``.
    """
    if at is None:
        return ""
    tzinfo = zone_of(zone)
    is_this_year = now is not None and now.astimezone(tzinfo).year == at.astimezone(tzinfo).year
    pattern = "EEE d MMM, HH:mm" if is_this_year else "EEE d MMM y, HH:mm"
    words = _moment(at.replace(second=0, microsecond=0), pattern, tzinfo, language())
    city = zone_city(zone)
    if city == "UTC":
        return f"{words} UTC"
    return gettext("%(moment)s in %(city)s", moment=words, city=city)


@lru_cache(maxsize=600)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; UTC for a name that is none, as old imports may hold."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_city(name: str) -> str:
    """Return what people call a zone: the city in its name, or UTC."""
    if zone_of(name).key in {"UTC", "GMT", "Etc/UTC", "Etc/GMT"}:
        return "UTC"
    if "/" not in name or name.startswith("Etc/"):
        return name.removeprefix("Etc/")
    return name.rpartition("/")[2].replace("_", " ")


def left(until: datetime, now: datetime) -> tuple[str, int]:
    """Return how long it is until an instant, in the unit that says it: ``("day", 3)``."""
    rest = until - now
    if rest >= _DAY:
        return "day", rest // _DAY
    if rest >= _HOUR:
        return "hour", rest // _HOUR
    return "minute", max(1, rest // _MINUTE)


def closes_in(unit: str, count: int) -> str:
    """Return what ``left`` found as words: "Closes in 3 days"."""
    if unit == "day":
        return ngettext("Closes in %(num)s day", "Closes in %(num)s days", count)
    if unit == "hour":
        return ngettext("Closes in %(num)s hour", "Closes in %(num)s hours", count)
    return ngettext("Closes in %(num)s minute", "Closes in %(num)s minutes", count)


def time_left(until: datetime, now: datetime) -> str:
    """Return the time left in two units: "3 days, 4 hours left"."""
    rest = until - now
    days, hours = rest // _DAY, rest % _DAY // _HOUR
    minutes = rest % _HOUR // _MINUTE
    if days > 13:
        return ngettext("%(num)s day left", "%(num)s days left", days)
    said = []
    if days:
        said.append(ngettext("%(num)s day", "%(num)s days", days))
    if hours:
        said.append(ngettext("%(num)s hour", "%(num)s hours", hours))
    if minutes and not days:
        said.append(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if not said:
        return gettext("Less than a minute left")
    return gettext("%(time)s left", time=", ".join(said[:2]))


def country_name(code: str) -> str:
    """Return a country's name."""
    return gazetteer.country_name(code, language().split("_")[0])


@lru_cache(maxsize=2000)
def _language_name(code: str, locale: str) -> str:
    try:
        names = Locale.parse(locale).languages
    except (UnknownLocaleError, ValueError):
        names = Locale.parse("en").languages
    name = str(names.get(code) or names.get(code.split("-", maxsplit=1)[0]) or code)
    return name[:1].upper() + name[1:]


def language_name(code: str) -> str:
    """Return a language's name, by its ISO 639 code."""
    return _language_name(code, language())


def money(amount: int, currency: str) -> str:
    """Return minor units of a currency as "€48,000"; decimals only where there are some."""
    return _symbol(currency) + _amount(amount, currency)


def pay_range(low: int | None, high: int | None, currency: str) -> str:
    """Return a range of pay: "€48,000–58,000", "from €48,000", "up to €58,000"."""
    if low is not None and high is not None and low != high:
        return f"{money(low, currency)}–{_amount(high, currency)}"
    if low is not None and high is None:
        return gettext("from %(amount)s", amount=money(low, currency))
    if high is not None and low is None:
        return gettext("up to %(amount)s", amount=money(high, currency))
    return money(low, currency) if low is not None else ""


def pay(
    *,
    kind: PayKind,
    low: int | None,
    high: int | None,
    currency: str,
    period: PayPeriod | None,
    text: str,
) -> str:
    """Return what is paid in one line; nothing where nothing is stated."""
    if kind is PayKind.UNPAID:
        return label(kind)
    amount = pay_range(low, high, currency)
    if amount:
        return f"{amount} {label(period)}".strip()
    return text or stated(kind)


@lru_cache(maxsize=10_000)
def number_in(value: int, locale: str) -> str:
    """Return a whole number with its thousands apart, in a language."""
    sign = _thousands_sign(locale)
    if sign is None:
        return str(format_decimal(value, locale=locale))
    return f"{value:,}".replace(",", sign)


@lru_cache(maxsize=50)
def _thousands_sign(locale: str) -> str | None:
    """Return what stands between thousands, where a language does nothing else to a number."""
    large, small = 1_234_567, 1_234
    sign = str(format_decimal(large, locale=locale))[1:2]
    is_all = all(
        str(format_decimal(number, locale=locale)) == f"{number:,}".replace(",", sign)
        for number in (large, small, -small)
    )
    return sign if is_all else None


@lru_cache(maxsize=2_000)
def _day(local: date, pattern: str, locale: str) -> str:
    return str(format_date(local, pattern, locale=locale))


@lru_cache(maxsize=5_000)
def _moment(minute: datetime, pattern: str, tzinfo: ZoneInfo, locale: str) -> str:
    return str(format_datetime(minute, pattern, tzinfo=tzinfo, locale=locale))


@lru_cache(maxsize=500)
def _sign(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, locale=locale))


def _symbol(currency: str) -> str:
    if not currency:
        return ""
    symbol = _sign(currency, language())
    if symbol == currency:
        symbol = _SIGNS.get(currency, currency)
    return f"{symbol}\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else symbol


def _amount(amount: int, currency: str) -> str:
    digits = currencies.digits(currency) if currency else 2
    whole, rest = divmod(amount, 10**digits)
    if rest:
        pattern = "#,##0." + "0" * digits
        return str(format_decimal(amount / 10**digits, pattern, locale=language()))
    return number(whole)
