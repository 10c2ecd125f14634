"""The form a listing is written with: by a guest, in the dashboard, for a revision.

The names of the fields are promised to programs that post to it. What was typed stays in the
fields whatever happens; ``content`` gives the typed words as the listing's columns.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
    ValidationError,
)
from wtforms.fields import DateField
from wtforms.validators import Length, NumberRange, Optional

from jobboard import content as contents
from jobboard.domain import places, submission
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import end_of_day
from jobboard.domain.place import Place
from jobboard.domain.places import ANYWHERE
from jobboard.domain.taxonomy import (
    LABELS,
    LISTING_LANGUAGES,
    NOT_STATED,
    ApplyMethod,
    Clearance,
    ContractTerm,
    DeadlineKind,
    Education,
    Eligibility,
    GradeSystem,
    GrossNet,
    Hours,
    JobFunction,
    LanguageLevel,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Region,
    Seniority,
    Topic,
    VisaSponsorship,
)
from jobboard.markup.text import clean_block, clean_line
from jobboard.models.listing import Listing
from jobboard.models.revision import Revision
from jobboard.models.user import User
from jobboard.tables import gazetteer, site_texts, zones
from jobboard.web import filters
from jobboard.web.forms import BoardForm, email_address, options, web_address, with_scheme
from jobboard.web.listing_choices import (
    CURRENCIES,
    CURRENCIES_WRITTEN,
    DESIRABLE,
    ZONES,
    ZONES_WRITTEN,
    countries,
    is_language,
    languages,
)
from jobboard.web.listing_fields import (
    END_OF_DAY,
    AmountField,
    RowsField,
    all_chosen,
    check_amount,
    chosen,
    countries_meant,
    is_answered,
    iso_day,
    known_countries,
    line_of,
    minor_units,
    select,
    sensible_day,
    several,
    whole_number,
)
from jobboard.web.listing_stored import LONGEST_SUMMARY, listing_values, stored_content, version_of
from jobboard.words import N_

_MOST_PLACES = 10
_MOST_LANGUAGES = 8
_MOST_TOPICS = 3
_LONGEST_COUNTRIES = 2_000
#: Bytes of a form that is read at all; far more than any text that can be handed in.
LONGEST_REQUEST = 4 * 1024 * 1024
#: Longer than any text that can be handed in; the form refuses it, a draft keeps this much.
_LONGEST_STORED = 60_000
#: Which form field shows the fault that the rules find under a column's name.
FIELD_OF_COLUMN = {"organisation_name": "organisation", "job_function": "function"}
_COUNTRIES_HINT = _l("Names of countries, with commas between: Mali, Niger, Burkina Faso.")
#: The parts of "More that helps seekers", in page order: heading and fields.
MORE = (
    (
        _l("Pay"),
        ("pay_kind", "pay_min", "pay_max", "pay_currency", "pay_period", "pay_gross_net"),
    ),
    (_l("Languages"), ("language_code", "language_level", "language_need")),
    (
        _l("Who may apply"),
        (
            "eligibility",
            "visa_sponsorship",
            "eligible_nationalities",
            "education_min",
            "experience_years_min",
            "security_clearance",
        ),
    ),
    (
        _l("Contract and level"),
        (
            "hours",
            "contract_term",
            "duration_months",
            "start_date",
            "seniority",
            "function",
            "grade_system",
            "grade",
        ),
    ),
    (_l("Topics and regions"), ("topics", "focus_regions", "focus_countries")),
    (_l("About the organisation"), ("organisation_kind", "organisation_website")),
    (
        _l("Summary, language, publication"),
        ("summary", "language", "reference", "apply_instructions", "publish_on"),
    ),
)


class ListingForm(BoardForm):
    """Everything a listing can say; only the first screen must be answered."""

    known_places: Mapping[tuple[str, str], Place] = MappingProxyType({})

    submission_key = HiddenField()
    version = HiddenField()

    title = StringField(
        _l("Job title"),
        description=_l("The title alone: no organisation, place, pay or date."),
        validators=[Length(max=300)],
    )
    organisation = StringField(_l("Organisation"), validators=[Length(max=200)])
    opportunity_type = select(OpportunityType, _l("Kind of opportunity"), empty=_l("Choose"))
    mode = select(Mode, _l("Where the work is done"), empty=_l("Choose"))
    place = RowsField(_l("Place"), description=_l("City; several if the work is in several."))
    country = RowsField(_l("Country"))
    description = TextAreaField(
        _l("Description"),
        description=_l("Duties, requirements, conditions. Markdown works: ## heading, - list."),
    )
    apply_method = select(ApplyMethod, _l("How to apply"), empty=_l("Choose"))
    apply_url = URLField(
        _l("Page to apply on"), filters=[with_scheme], validators=[Optional(), web_address]
    )
    apply_email = EmailField(
        _l("E-mail address for applications"),
        description=_l("Shown to people who ask how to apply, never to robots."),
        validators=[Optional(), email_address],
    )
    deadline_kind = SelectField(
        _l("Deadline"),
        choices=options((value, _l(text)) for value, text in LABELS[DeadlineKind].items()),
        default=DeadlineKind.DATE.value,
    )
    deadline_date = DateField(_l("Last day to apply"), validators=[Optional(), sensible_day])
    deadline_time = TimeField(_l("Time"), validators=[Optional()], default=END_OF_DAY)
    deadline_zone = SelectField(_l("Time zone"), choices=ZONES, widget=ZONES_WRITTEN)
    email = EmailField(_l("Your e-mail address"), validators=[Optional(), email_address])
    accept_terms = BooleanField(_l("I accept the terms of use"))

    # More that helps seekers
    organisation_kind = select(OrganisationKind, _l("Kind of organisation"))
    organisation_website = URLField(
        _l("Its website"), filters=[with_scheme], validators=[Optional(), web_address]
    )
    language = SelectField(
        _l("Language of this text"),
        choices=options((code, code) for code in LISTING_LANGUAGES),
        default="en",
        validate_choice=False,
    )
    #: An imported listing may hold HTML; what a person writes here is Markdown.
    description_format = HiddenField(default="markdown")
    summary = StringField(
        _l("Summary"),
        description=_l("One sentence for the list; made from the text if empty."),
        validators=[Length(max=300)],
    )
    topics = several(Topic, _l("Topics"), hint=_l("Up to three."))
    focus_regions = several(Region, _l("Regions the work is about"))
    focus_countries = StringField(
        _l("Countries the work is about"),
        description=_COUNTRIES_HINT,
        validators=[Length(max=_LONGEST_COUNTRIES), known_countries],
    )
    function = select(JobFunction, _l("Function"))
    seniority = select(Seniority, _l("Seniority"))
    experience_years_min = IntegerField(
        _l("Years of experience, at least"), validators=[Optional(), NumberRange(0, 20)]
    )
    hours = several(Hours, _l("Hours"))
    contract_term = select(ContractTerm, _l("Contract"))
    duration_months = IntegerField(
        _l("Duration in months"), validators=[Optional(), NumberRange(1, 120)]
    )
    start_date = DateField(_l("Start"), validators=[Optional(), sensible_day])
    grade_system = select(GradeSystem, _l("Grade system"))
    grade = StringField(_l("Grade"), validators=[Length(max=12)], description=_l("Such as P-3."))
    education_min = select(Education, _l("Education, at least"))
    language_code = RowsField(_l("Language"))
    language_level = RowsField(_l("Level"))
    language_need = RowsField(_l("How binding"))
    eligibility = select(Eligibility, _l("Who may apply"))
    eligible_nationalities = StringField(
        _l("Citizens of"),
        description=_COUNTRIES_HINT,
        validators=[Length(max=_LONGEST_COUNTRIES), known_countries],
    )
    visa_sponsorship = select(VisaSponsorship, _l("Visa support"))
    security_clearance = select(Clearance, _l("Security clearance"))
    pay_kind = select(PayKind, _l("Pay"))
    pay_min = AmountField(_l("From"))
    pay_max = AmountField(_l("To"))
    pay_currency = SelectField(
        _l("Currency"),
        choices=CURRENCIES,
        default="",
        widget=CURRENCIES_WRITTEN,
    )
    pay_period = select(PayPeriod, _l("Per"), empty=_l("Choose"))
    pay_gross_net = select(GrossNet, _l("Before or after tax"))
    reference = StringField(_l("Your own reference"), validators=[Length(max=80)])
    apply_instructions = TextAreaField(
        _l("Instructions for applicants"), validators=[Length(max=10_000)]
    )
    publish_on = DateField(
        _l("Publish on"),
        description=_l(
            "The day begins in the deadline's time zone. Empty: as soon as it is approved."
        ),
        validators=[Optional(), sensible_day],
    )

    def validate_topics(self, field: SelectMultipleField) -> None:
        """At most three topics, so that a topic keeps its meaning."""
        if len(field.data or ()) > _MOST_TOPICS:
            raise ValidationError(_l("Choose up to three topics."))

    def validate_pay_min(self, field: AmountField) -> None:
        """An amount must be a number."""
        check_amount(field)

    def validate_pay_max(self, field: AmountField) -> None:
        """An amount must be a number."""
        check_amount(field)

    def validate_country(self, field: RowsField) -> None:
        """Countries come from the list."""
        for code in field.data:
            if code and code != ANYWHERE and gazetteer.country(code) is None:
                raise ValidationError(_l("Choose a country from the list."))

    def validate_language_level(self, field: RowsField) -> None:
        """Levels come from the list."""
        if any(level and level not in list(LanguageLevel) for level in field.data):
            raise ValidationError(_l("Choose a level from the list."))

    def validate_language(self, field: SelectField) -> None:
        """A language has a code."""
        if not is_language(field.data or "en"):
            raise ValidationError(_l("Choose one of the list."))

    def validate_language_code(self, field: RowsField) -> None:
        """Languages have codes."""
        if any(code and not is_language(code) for code in field.data):
            raise ValidationError(_l("Choose a language from the list."))

    def content(self) -> dict[str, Any]:
        """Return what was typed as the columns of ``models.listing.CONTENT``.

        Call it after ``validate``; a field that failed gives an empty value.
        """
        currency = "" if self.pay_currency.errors else self.pay_currency.data or ""
        return {
            "title": clean_line(self.title.data or "")[:300],
            "organisation_name": clean_line(self.organisation.data or "")[:200],
            "organisation_kind": OrganisationKind(chosen(self.organisation_kind)),
            "organisation_website": line_of(self.organisation_website),
            "language": self._language(),
            "description": clean_block(self.description.data or "")[:_LONGEST_STORED],
            "description_format": "html" if self.description_format.data == "html" else "markdown",
            "summary": clean_line(self.summary.data or "")[:LONGEST_SUMMARY],
            "opportunity_type": OpportunityType(chosen(self.opportunity_type)),
            "mode": Mode(chosen(self.mode)),
            "places": self._places(),
            "remote_countries": self._remote_countries(),
            "topics": all_chosen(self.topics),
            "focus_regions": all_chosen(self.focus_regions),
            "focus_countries": countries_meant(self.focus_countries.data),
            "job_function": JobFunction(chosen(self.function)),
            "seniority": Seniority(chosen(self.seniority)),
            "experience_years_min": whole_number(self.experience_years_min),
            "hours": all_chosen(self.hours),
            "contract_term": ContractTerm(chosen(self.contract_term)),
            "duration_months": whole_number(self.duration_months),
            "start_date": iso_day(self.start_date),
            "grade_system": GradeSystem(chosen(self.grade_system)),
            "grade": clean_line(self.grade.data or "")[:12],
            "education_min": Education(chosen(self.education_min)),
            "languages": self._languages(),
            "eligibility": Eligibility(chosen(self.eligibility)),
            "eligible_nationalities": countries_meant(self.eligible_nationalities.data),
            "visa_sponsorship": VisaSponsorship(chosen(self.visa_sponsorship)),
            "security_clearance": Clearance(chosen(self.security_clearance)),
            "pay_kind": PayKind(chosen(self.pay_kind)),
            "pay_min": minor_units(self.pay_min, currency),
            "pay_max": minor_units(self.pay_max, currency),
            "pay_currency": currency,
            "pay_period": PayPeriod(self.pay_period.data)
            if self.pay_period.data and not self.pay_period.errors
            else None,
            "pay_gross_net": GrossNet(chosen(self.pay_gross_net)),
            "reference": clean_line(self.reference.data or "")[:80],
            "apply_method": ApplyMethod(chosen(self.apply_method)),
            "apply_url": line_of(self.apply_url),
            "apply_email": line_of(self.apply_email),
            "apply_instructions": clean_block(self.apply_instructions.data or "")[:10_000],
            "deadline_kind": self._deadline_kind(),
            "apply_by": self.apply_by(),
            "deadline_zone": self.zone(),
        }

    def faults(self, now: datetime) -> dict[str, str]:
        """Return what the rules of submission say of the typed content, by form field."""
        found = submission.faults_of(self.content(), now, publish_from=self.publish_from())
        return {FIELD_OF_COLUMN.get(name, name): sentence for name, sentence in found.items()}

    def zone(self) -> str:
        """Return the deadline's IANA zone."""
        name = self.deadline_zone.data or "UTC"
        return name if zones.is_zone(name) else "UTC"

    def apply_by(self) -> datetime | None:
        """Return the deadline's instant, UTC, or None when there is no date."""
        day = self.deadline_date.data
        is_date = self._deadline_kind() is DeadlineKind.DATE
        if not is_date or self.deadline_date.errors or not isinstance(day, date):
            return None
        at = self.deadline_time.data or END_OF_DAY
        return end_of_day(datetime.combine(day, time(), tzinfo=UTC), self.zone(), at)

    def publish_from(self) -> datetime | None:
        """Return the start of the day on which to publish, in the deadline's zone."""
        day = self.publish_on.data
        if self.publish_on.errors or not isinstance(day, date):
            return None
        return datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone())).astimezone(UTC)

    def rows_of_places(self) -> list[tuple[str, str]]:
        """Return ``(place, country)`` as typed, with an empty row at the end to type into."""
        length = max(len(self.place.data or ()), len(self.country.data or ()))
        rows = [(self.place.row(number), self.country.row(number)) for number in range(length)]
        typed = [row for row in rows if any(row)]
        return [*typed, ("", "")][:_MOST_PLACES]

    def rows_of_languages(self) -> list[tuple[str, str, str]]:
        """Return ``(language, level, need)`` as typed, with an empty row to type into."""
        rows = [
            (
                self.language_code.row(number),
                self.language_level.row(number),
                self.language_need.row(number),
            )
            for number in range(len(self.language_code.data or ()))
        ]
        return [*(row for row in rows if row[0]), ("", "", "")][:_MOST_LANGUAGES]

    def is_open(self, names: Iterable[str]) -> bool:
        """Tell whether a folded part must stand open: something in it is typed or wrong."""
        return any(self[name].errors or is_answered(self[name]) for name in names)

    def start(self) -> None:
        """Prepare an empty form."""
        self.submission_key.data = fresh_key()
        zone = str(current_app.config["SITE_ZONE"])
        self.deadline_zone.data = zone if zone in zones.zones() else "UTC"

    def terms_faults(self, user: User | None) -> dict[str, str]:
        """Return the fault of terms that are not accepted yet."""
        if self.accept_terms.data or not needs_terms(user):
            return {}
        return {"accept_terms": N_("Accept the terms of use to post.")}

    def choices(self) -> dict[str, Any]:
        """Return the lists that the rows of places and languages choose from."""
        levels = [(value, _l(text)) for value, text in LABELS[LanguageLevel].items()]
        return {
            "countries": [
                ("", gettext("Country")),
                (ANYWHERE, gettext("Anywhere (remote work)")),
                *countries(),
            ],
            "languages": [("", gettext("Choose")), *languages(all_of_them=True)],
            "levels": [("", gettext("Level not stated")), *levels],
            "needs": [("", gettext("Required")), (DESIRABLE, gettext("An asset"))],
            "text_languages": languages(self.language.data or ""),
            "more": MORE,
        }

    def know(self, listing: Listing, revision: Revision | None = None) -> None:
        """Remember where the stored places lie, so that those left as they are stay there."""
        places_stored = stored_content(listing, revision)["places"] or ()
        self.known_places = {(each.city, each.country or ""): each for each in places_stored}

    def fill(self, listing: Listing, revision: Revision | None = None) -> None:
        """Show a stored listing's content in the fields, or the changed text that waits."""
        self.know(listing, revision)
        self.version.data = version_of(listing, revision)
        self.submission_key.data = listing.submission_key or ""
        shown = listing
        if revision is not None:
            # Columns that the waiting text does not name are the live ones.
            shown = Listing()
            contents.write(
                shown, contents.read(listing) | contents.from_json(dict(revision.content))
            )
        for name, value in listing_values(shown).items():
            self[name].process_data(value)
        if listing.publish_from is not None:
            local = listing.publish_from.astimezone(filters.zone_of(self.zone()))
            self.publish_on.process_data(local.date())

    def _deadline_kind(self) -> DeadlineKind:
        try:
            return DeadlineKind(self.deadline_kind.data)
        except ValueError:
            return DeadlineKind.DATE

    def _places(self) -> tuple[Place, ...]:
        found: list[Place] = []
        is_remote = self.mode.data == Mode.REMOTE
        for city, code in self.rows_of_places():
            country = code if code and code != ANYWHERE and gazetteer.country(code) else None
            if is_remote and not city:
                continue
            known = self.known_places.get((city, code))
            for place in (known,) if known is not None else _located(city, country):
                if place not in found:
                    found.append(place)
        return tuple(found[:_MOST_PLACES])

    def _remote_countries(self) -> tuple[str, ...]:
        if self.mode.data != Mode.REMOTE:
            return ()
        codes = [code for code in self.country.data or () if code]
        if ANYWHERE in codes:
            return (ANYWHERE,)
        known = [code.upper() for code in codes if gazetteer.country(code)]
        return tuple(dict.fromkeys(known))

    def _languages(self) -> tuple[LanguageNeed, ...]:
        return tuple(
            LanguageNeed(
                code=code.lower(),
                level=level if level in set(LanguageLevel) else NOT_STATED,
                is_required=need != DESIRABLE,
            )
            for code, level, need in self.rows_of_languages()
            if is_language(code)
        )

    def _language(self) -> str:
        code = self.language.data or "en"
        return code if is_language(code) else "en"


def needs_terms(user: User | None) -> bool:
    """Tell whether a person must accept the present terms of use with this form."""
    return user is None or user.terms_version != site_texts.version("terms")


def kept_fields() -> list[tuple[str, str]]:
    """Return everything the form was sent with, for a page between writing and sending."""
    own = ("action", "csrf_token")
    return [(name, value) for name, value in request.form.items(multi=True) if name not in own]


def take_long_texts() -> None:
    """Raise what this request may carry, so that a text too long is told about, not thrown away."""
    request.max_content_length = request.max_form_memory_size = LONGEST_REQUEST


def changed_meanwhile() -> str:
    """Return what is said when somebody else saved since the page was opened."""
    return gettext(
        "This listing was changed elsewhere meanwhile. Nothing is lost: your text stands in the "
        "form, the saved one beside it. Saving again puts yours in its place."
    )


def stale() -> str:
    """Return what is said when a form's cookie has gone."""
    return gettext("This page was open for a long time. Your text is below: send it again.")


def fresh_key() -> str:
    """Return a new form's key: the same form sent twice makes one listing."""
    return secrets.token_urlsafe(24)


def _located(city: str, country: str | None) -> Sequence[Place]:
    """Return the place of a typed city, with its coordinates when the gazetteer knows it."""
    if not city:
        return (Place(country=country),) if country else ()
    known = gazetteer.cities_named(city, country)
    if country and known:
        best = known[0]
        return (
            Place(
                country=country,
                city=city,
                lat=best.lat,
                lon=best.lon,
                geoname_id=best.geoname_id,
                area=best.area,
            ),
        )
    if country:
        # "Springfield, IL" in the box of the city.
        read = places.parse_places(city, country)
        is_one = len(read) == 1 and read[0].country == country and read[0].geoname_id
        return read if is_one else (Place(country=country, city=city),)
    return places.parse_places(city) or (Place(city=city),)
