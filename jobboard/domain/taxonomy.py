"""The closed vocabularies of a listing: the values stored and their names on the page.

Every vocabulary has ``not_stated``: silence is recorded as silence, never as a guess.
"""

from enum import StrEnum

from jobboard.words import N_

NOT_STATED = "not_stated"


class OpportunityType(StrEnum):
    """What kind of opportunity a listing offers."""

    STAFF = "staff"
    CONSULTANCY = "consultancy"
    FELLOWSHIP = "fellowship"
    INTERNSHIP = "internship"
    GRADUATE_PROGRAMME = "graduate_programme"
    PHD = "phd"
    POSTDOC = "postdoc"
    VOLUNTEER = "volunteer"
    SECONDMENT = "secondment"
    ROSTER = "roster"
    CALL = "call"
    NOT_STATED = NOT_STATED


class Mode(StrEnum):
    """Where the work is done from."""

    ONSITE = "onsite"
    HYBRID = "hybrid"
    REMOTE = "remote"
    NOT_STATED = NOT_STATED


class DeadlineKind(StrEnum):
    """What ends the time to apply."""

    DATE = "date"
    ROLLING = "rolling"
    UNTIL_FILLED = "until_filled"
    #: Only imported listings; a person must say.
    NOT_STATED = NOT_STATED


class ApplyMethod(StrEnum):
    """How to apply."""

    URL = "url"
    EMAIL = "email"
    NOT_STATED = NOT_STATED


class Topic(StrEnum):
    """The site's sections a listing belongs to."""

    GEOPOLITICS = "geopolitics"
    SECURITY_DEFENCE = "security_defence"
    DIPLOMACY = "diplomacy"
    ECONOMY_SANCTIONS = "economy_sanctions"
    ENERGY = "energy"
    HUMAN_RIGHTS_MIGRATION = "human_rights_migration"
    RISK_ADVISORY = "risk_advisory"
    COMMENTARY_EDITORIAL = "commentary_editorial"


class Region(StrEnum):
    """The site's regions; a country may lie in two."""

    EUROPE = "europe"
    MIDDLE_EAST_AFRICA = "middle_east_africa"
    EURASIA = "eurasia"
    ASIA_PACIFIC = "asia_pacific"
    AMERICAS = "americas"


class Hours(StrEnum):
    """Working hours."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class ContractTerm(StrEnum):
    """How long the contract binds."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    TEMPORARY = "temporary"
    ASSIGNMENT = "assignment"
    NOT_STATED = NOT_STATED


class JobFunction(StrEnum):
    """What the person does all day."""

    RESEARCH_ANALYSIS = "research_analysis"
    POLICY_ADVOCACY = "policy_advocacy"
    PROGRAMME_MANAGEMENT = "programme_management"
    COMMUNICATIONS_EDITORIAL = "communications_editorial"
    RISK_INTELLIGENCE_ANALYSIS = "risk_intelligence_analysis"
    DIPLOMACY_PROTOCOL = "diplomacy_protocol"
    TEACHING = "teaching"
    MONITORING_EVALUATION = "monitoring_evaluation"
    DATA_GIS = "data_gis"
    FUNDRAISING = "fundraising"
    OPERATIONS_HR_FINANCE = "operations_hr_finance"
    TRANSLATION = "translation"
    LEGAL = "legal"
    SECURITY_FIELD = "security_field"
    OTHER = "other"
    NOT_STATED = NOT_STATED


class Seniority(StrEnum):
    """How far along a career the work stands."""

    STUDENT = "student"
    ENTRY = "entry"
    MID = "mid"
    SENIOR = "senior"
    LEAD = "lead"
    EXECUTIVE = "executive"
    NOT_STATED = NOT_STATED


class Eligibility(StrEnum):
    """Who may apply."""

    OPEN_TO_ALL = "open_to_all"
    RIGHT_TO_WORK_NEEDED = "right_to_work_needed"
    NATIONALS_ONLY = "nationals_only"
    CITIZENS_OF = "citizens_of"
    LOCAL_RECRUITMENT = "local_recruitment"
    OTHER = "other"
    NOT_STATED = NOT_STATED


class VisaSponsorship(StrEnum):
    """Whether the organisation sponsors a permit."""

    YES = "yes"
    NO = "no"
    NOT_STATED = NOT_STATED


class Clearance(StrEnum):
    """Security clearance."""

    NONE = "none"
    OBTAINABLE = "obtainable"
    REQUIRED = "required"
    NOT_STATED = NOT_STATED


class Education(StrEnum):
    """The least education asked."""

    NONE = "none"
    SECONDARY = "secondary"
    ENROLLED = "enrolled"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"
    NOT_STATED = NOT_STATED


class PayKind(StrEnum):
    """What is paid."""

    SALARY = "salary"
    FEE = "fee"
    STIPEND = "stipend"
    LIVING_ALLOWANCE = "living_allowance"
    SCHOLARSHIP = "scholarship"
    EXPENSES_ONLY = "expenses_only"
    UNPAID = "unpaid"
    NOT_DISCLOSED = "not_disclosed"
    NOT_STATED = NOT_STATED


#: Kinds that put money into the person's hand; expenses alone do not.
PAID_KINDS = frozenset(
    {
        PayKind.SALARY,
        PayKind.FEE,
        PayKind.STIPEND,
        PayKind.LIVING_ALLOWANCE,
        PayKind.SCHOLARSHIP,
    }
)


class PayPeriod(StrEnum):
    """What one amount of pay covers."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    TOTAL = "total"


class GrossNet(StrEnum):
    """Whether pay is stated before or after tax."""

    GROSS = "gross"
    NET = "net"
    NOT_STATED = NOT_STATED


class OrganisationKind(StrEnum):
    """What kind of body an organisation is."""

    THINK_TANK = "think_tank"
    NGO = "ngo"
    IGO = "igo"
    UNIVERSITY = "university"
    GOVERNMENT = "government"
    MILITARY = "military"
    MEDIA = "media"
    FOUNDATION = "foundation"
    CONSULTANCY = "consultancy"
    PRIVATE = "private"
    OTHER = "other"
    NOT_STATED = NOT_STATED


class LanguageLevel(StrEnum):
    """Levels of the Common European Framework (CEFR), and native."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"
    C1 = "C1"
    C2 = "C2"
    NATIVE = "native"
    NOT_STATED = NOT_STATED


class GradeSystem(StrEnum):
    """Whose ladder of grades is meant."""

    UN = "un"
    EU = "eu"
    NATO = "nato"
    OSCE = "osce"
    WORLD_BANK = "world_bank"
    OTHER = "other"
    NOT_STATED = NOT_STATED


_SHARED = {NOT_STATED: N_("Not stated"), "other": N_("Other")}

#: What people read for each value; one table for form, facet, chip, facts and mail.
LABELS: dict[type[StrEnum], dict[str, str]] = {
    OpportunityType: {
        "staff": N_("Staff"),
        "consultancy": N_("Consultancy"),
        "fellowship": N_("Fellowship"),
        "internship": N_("Internship"),
        "graduate_programme": N_("Graduate programme"),
        "phd": N_("Doctoral"),
        "postdoc": N_("Postdoc"),
        "volunteer": N_("Volunteer"),
        "secondment": N_("Secondment"),
        "roster": N_("Roster"),
        "call": N_("Call"),
    },
    Mode: {"onsite": N_("On site"), "hybrid": N_("Hybrid"), "remote": N_("Remote")},
    DeadlineKind: {
        "date": N_("On a date"),
        "rolling": N_("Rolling: applications are read as they come"),
        "until_filled": N_("Open until filled"),
    },
    ApplyMethod: {"url": N_("On a web page"), "email": N_("By e-mail")},
    Topic: {
        "geopolitics": N_("Geopolitics"),
        "security_defence": N_("Security and defence"),
        "diplomacy": N_("Diplomacy"),
        "economy_sanctions": N_("Economy and sanctions"),
        "energy": N_("Energy"),
        "human_rights_migration": N_("Human rights and migration"),
        "risk_advisory": N_("Risk advisory"),
        "commentary_editorial": N_("Commentary and editorial"),
    },
    Region: {
        "europe": N_("Europe"),
        "middle_east_africa": N_("Middle East & Africa"),
        "eurasia": N_("Eurasia"),
        "asia_pacific": N_("Asia-Pacific"),
        "americas": N_("Americas"),
    },
    Hours: {"full_time": N_("Full-time"), "part_time": N_("Part-time")},
    ContractTerm: {
        "permanent": N_("Permanent"),
        "fixed_term": N_("Fixed term"),
        "temporary": N_("Temporary"),
        "assignment": N_("Single assignment"),
    },
    JobFunction: {
        "research_analysis": N_("Research and analysis"),
        "policy_advocacy": N_("Policy and advocacy"),
        "programme_management": N_("Programme management"),
        "communications_editorial": N_("Communications and editorial"),
        "risk_intelligence_analysis": N_("Risk and intelligence analysis"),
        "diplomacy_protocol": N_("Diplomacy and protocol"),
        "teaching": N_("Teaching"),
        "monitoring_evaluation": N_("Monitoring and evaluation"),
        "data_gis": N_("Data and GIS"),
        "fundraising": N_("Fundraising"),
        "operations_hr_finance": N_("Operations, HR and finance"),
        "translation": N_("Translation"),
        "legal": N_("Legal"),
        "security_field": N_("Security and field work"),
    },
    Seniority: {
        "student": N_("Student"),
        "entry": N_("Entry level"),
        "mid": N_("Mid-career"),
        "senior": N_("Senior"),
        "lead": N_("Lead or manager"),
        "executive": N_("Executive"),
    },
    Eligibility: {
        "open_to_all": N_("Any nationality"),
        "right_to_work_needed": N_("Right to work needed"),
        "nationals_only": N_("Nationals of the country only"),
        "citizens_of": N_("Citizens of listed countries"),
        "local_recruitment": N_("Local recruitment"),
    },
    VisaSponsorship: {"yes": N_("Visa support"), "no": N_("No visa support")},
    Clearance: {
        "none": N_("No clearance needed"),
        "obtainable": N_("Must be able to obtain clearance"),
        "required": N_("Clearance required"),
    },
    Education: {
        "none": N_("None asked"),
        "secondary": N_("Secondary school"),
        "enrolled": N_("Enrolled at a university"),
        "bachelor": N_("Bachelor's degree"),
        "master": N_("Master's degree"),
        "doctorate": N_("Doctorate"),
    },
    PayKind: {
        "salary": N_("Salary"),
        "fee": N_("Fee"),
        "stipend": N_("Stipend"),
        "living_allowance": N_("Living allowance"),
        "scholarship": N_("Scholarship"),
        "expenses_only": N_("Expenses only"),
        "unpaid": N_("Unpaid"),
        "not_disclosed": N_("Paid, amount not disclosed"),
    },
    PayPeriod: {
        "hour": N_("an hour"),
        "day": N_("a day"),
        "week": N_("a week"),
        "month": N_("a month"),
        "year": N_("a year"),
        "total": N_("in total"),
    },
    GrossNet: {"gross": N_("before tax"), "net": N_("after tax")},
    OrganisationKind: {
        "think_tank": N_("Think tank"),
        "ngo": N_("NGO"),
        "igo": N_("Intergovernmental"),
        "university": N_("University"),
        "government": N_("Government"),
        "military": N_("Military or defence"),
        "media": N_("Media"),
        "foundation": N_("Foundation"),
        "consultancy": N_("Risk advisory or consultancy"),
        "private": N_("Private company"),
    },
    LanguageLevel: {
        "A1": "A1",
        "A2": "A2",
        "B1": "B1",
        "B2": "B2",
        "C1": "C1",
        "C2": "C2",
        "native": N_("native"),
    },
    GradeSystem: {
        "un": N_("United Nations"),
        "eu": N_("European Union"),
        "nato": N_("NATO"),
        "osce": N_("OSCE"),
        "world_bank": N_("World Bank"),
    },
}

#: Languages a listing may be written in or ask for; others are stored by their code all the same.
LISTING_LANGUAGES = (
    "en",
    "tr",
    "fr",
    "ar",
    "ru",
    "de",
    "es",
    "uk",
    "fa",
    "zh",
    "it",
    "pt",
    "el",
)
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ckb", "ps"})


def label(value: StrEnum) -> str:
    """Return the English name of a value, marked for the catalogues."""
    return LABELS[type(value)].get(value.value) or _SHARED[value.value]


def choices(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    """Return ``(value, label)`` pairs in order of definition, for forms and facets."""
    return [(member.value, label(member)) for member in vocabulary]


def direction(language: str) -> str:
    """Return ``rtl`` or ``ltr`` for a BCP 47 tag."""
    return "rtl" if language.split("-", maxsplit=1)[0].lower() in RIGHT_TO_LEFT else "ltr"
