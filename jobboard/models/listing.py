"""Listings: what was written, and where it stands."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import CloseReason, Life, Status, Verb, check_move
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ApplyMethod,
    Clearance,
    ContractTerm,
    DeadlineKind,
    Education,
    Eligibility,
    GradeSystem,
    GrossNet,
    JobFunction,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Seniority,
    VisaSponsorship,
)
from jobboard.models.base import Base, UtcDateTime, WordTuple, word
from jobboard.models.organisation import Organisation
from jobboard.models.user import User


class PlaceTuple(TypeDecorator[tuple[Place, ...]]):
    """Duty stations, the first one first, as a JSON array of objects."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[dict[str, Any]]:
        """Store plain objects."""
        return [asdict(place) for place in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Place, ...]:
        """Return the places as value objects."""
        return tuple(Place(**place) for place in value or ())


class LanguageNeedTuple(TypeDecorator[tuple[LanguageNeed, ...]]):
    """Languages asked for, as a JSON array of objects."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[dict[str, Any]]:
        """Store plain objects."""
        return [asdict(need) for need in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[LanguageNeed, ...]:
        """Return the needs as value objects."""
        return tuple(LanguageNeed(**need) for need in value or ())


class Listing(Base):
    """An opportunity that an organisation publishes.

    The columns fall in three groups: whose it is, what was written (``CONTENT`` names these; a
    revision holds the same ones) and where it stands. Only ``move_to`` changes the status.
    """

    __tablename__ = "listing"
    is_shown_to_all = True
    __table_args__ = (
        CheckConstraint(
            "status NOT IN ('published', 'scheduled') "
            "OR (publish_at IS NOT NULL AND ends_at IS NOT NULL)",
            name="public_has_times",
        ),
        CheckConstraint(
            "(status = 'closed') = (close_reason IS NOT NULL)", name="closed_has_reason"
        ),
        CheckConstraint("pay_min IS NULL OR pay_max IS NULL OR pay_min <= pay_max", name="pay"),
        # Both answer alone: a row is long, and reading it for a date or an address takes its time.
        Index(
            "ix_listing_live", "status", "ends_at", "publish_at", "updated_at", "id", "slug_front"
        ),
        Index(
            "ix_listing_of_organisation",
            "organisation_id",
            "status",
            "ends_at",
            "publish_at",
            "updated_at",
        ),
        Index("ix_listing_begins", "publish_at"),
        Index("ix_listing_newest", "first_published_at", "id"),
        Index("ix_listing_queue", "status", "submitted_at"),
        Index("ix_listing_of_title", text("lower(title)"), "status"),
    )

    # Whose it is
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    poster_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    poster_email: Mapped[str] = mapped_column(String(254), default="", index=True)
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: An imported listing mails nobody until somebody claims or renews it.
    is_muted: Mapped[bool] = mapped_column(Boolean, default=False)
    terms_version: Mapped[str] = mapped_column(String(20), default="")

    # What was written
    title: Mapped[str] = mapped_column(String(300))
    slug_front: Mapped[str] = mapped_column(String(100), default="job")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    #: As the poster states them; they make the organisation's profile when it is new.
    organisation_kind: Mapped[OrganisationKind] = mapped_column(
        word(OrganisationKind), default=OrganisationKind.NOT_STATED
    )
    organisation_website: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    description: Mapped[str] = mapped_column(Text, default="")
    description_format: Mapped[str] = mapped_column(String(10), default="markdown")
    description_html: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(String(300), default="")
    opportunity_type: Mapped[OpportunityType] = mapped_column(
        word(OpportunityType), default=OpportunityType.NOT_STATED
    )
    mode: Mapped[Mode] = mapped_column(word(Mode), default=Mode.NOT_STATED)
    places: Mapped[tuple[Place, ...]] = mapped_column(PlaceTuple, default=())
    remote_countries: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    topics: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    focus_regions: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    focus_countries: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    job_function: Mapped[JobFunction] = mapped_column(
        word(JobFunction), default=JobFunction.NOT_STATED
    )
    seniority: Mapped[Seniority] = mapped_column(word(Seniority), default=Seniority.NOT_STATED)
    experience_years_min: Mapped[int | None] = mapped_column(Integer)
    hours: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    contract_term: Mapped[ContractTerm] = mapped_column(
        word(ContractTerm), default=ContractTerm.NOT_STATED
    )
    duration_months: Mapped[int | None] = mapped_column(Integer)
    start_date: Mapped[str] = mapped_column(String(10), default="")
    grade_system: Mapped[GradeSystem] = mapped_column(
        word(GradeSystem), default=GradeSystem.NOT_STATED
    )
    grade: Mapped[str] = mapped_column(String(12), default="")
    education_min: Mapped[Education] = mapped_column(word(Education), default=Education.NOT_STATED)
    languages: Mapped[tuple[LanguageNeed, ...]] = mapped_column(LanguageNeedTuple, default=())
    eligibility: Mapped[Eligibility] = mapped_column(
        word(Eligibility), default=Eligibility.NOT_STATED
    )
    eligible_nationalities: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    visa_sponsorship: Mapped[VisaSponsorship] = mapped_column(
        word(VisaSponsorship), default=VisaSponsorship.NOT_STATED
    )
    security_clearance: Mapped[Clearance] = mapped_column(
        word(Clearance), default=Clearance.NOT_STATED
    )
    pay_kind: Mapped[PayKind] = mapped_column(word(PayKind), default=PayKind.NOT_STATED)
    #: In minor units of ``pay_currency`` (ISO 4217).
    pay_min: Mapped[int | None] = mapped_column(BigInteger)
    pay_max: Mapped[int | None] = mapped_column(BigInteger)
    pay_currency: Mapped[str] = mapped_column(String(3), default="")
    pay_period: Mapped[PayPeriod | None] = mapped_column(word(PayPeriod))
    pay_gross_net: Mapped[GrossNet] = mapped_column(word(GrossNet), default=GrossNet.NOT_STATED)
    pay_text: Mapped[str] = mapped_column(String(500), default="")
    reference: Mapped[str] = mapped_column(String(80), default="")
    apply_method: Mapped[ApplyMethod] = mapped_column(
        word(ApplyMethod), default=ApplyMethod.NOT_STATED
    )
    apply_url: Mapped[str] = mapped_column(String(2000), default="")
    apply_email: Mapped[str] = mapped_column(String(254), default="")
    apply_instructions: Mapped[str] = mapped_column(Text, default="")
    deadline_kind: Mapped[DeadlineKind] = mapped_column(
        word(DeadlineKind), default=DeadlineKind.ROLLING
    )
    #: The stated instant, for the kind ``date``; ``deadline_zone`` is the poster's IANA zone.
    apply_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    deadline_text: Mapped[str] = mapped_column(String(200), default="")

    # Where it stands
    status: Mapped[Status] = mapped_column(word(Status), default=Status.DRAFT)
    close_reason: Mapped[CloseReason | None] = mapped_column(word(CloseReason))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: The later moment that a poster asked for; approval never publishes before it.
    publish_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Stamped by every change that the search index must learn of; see ``models.change``.
    change_number: Mapped[int] = mapped_column(BigInteger, default=0, index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    organisation: Mapped[Organisation | None] = relationship()
    poster: Mapped[User | None] = relationship(foreign_keys=[poster_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def life(self) -> Life:
        """The facts that the rules of ``domain.listing`` decide on."""
        return Life(
            self.status,
            self.publish_at,
            self.ends_at,
            self.close_reason,
            is_decided=self.decided_by_id is not None,
        )

    @property
    def slug(self) -> str:
        """The last part of the listing's address; the id at its end decides."""
        return f"{self.slug_front}-{self.id}"

    @property
    def notice_address(self) -> str:
        """Where mails about this listing go: the account's address, else the guest's."""
        return self.poster.email if self.poster is not None else self.poster_email

    def move_to(
        self,
        status: Status,
        verb: Verb,
        now: datetime,
        *,
        reason: CloseReason | None = None,
    ) -> None:
        """Change the status, or raise MoveRefused when the table of moves forbids it."""
        check_move(verb, self.life, now)
        self.status = status
        self.close_reason = reason
        self.closed_at = now if status is Status.CLOSED else None
        self.updated_at = now


#: The columns that a person writes; a revision, a copy and an import carry these and no others.
CONTENT = (
    "title",
    "organisation_name",
    "organisation_kind",
    "organisation_website",
    "language",
    "description",
    "description_format",
    "summary",
    "opportunity_type",
    "mode",
    "places",
    "remote_countries",
    "topics",
    "focus_regions",
    "focus_countries",
    "job_function",
    "seniority",
    "experience_years_min",
    "hours",
    "contract_term",
    "duration_months",
    "start_date",
    "grade_system",
    "grade",
    "education_min",
    "languages",
    "eligibility",
    "eligible_nationalities",
    "visa_sponsorship",
    "security_clearance",
    "pay_kind",
    "pay_min",
    "pay_max",
    "pay_currency",
    "pay_period",
    "pay_gross_net",
    "pay_text",
    "reference",
    "apply_method",
    "apply_url",
    "apply_email",
    "apply_instructions",
    "deadline_kind",
    "apply_by",
    "deadline_zone",
    "deadline_text",
)
