"""Listings of the tests: what a poster writes, and a listing in any state."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from jobboard import content as contents
from jobboard.domain.listing import PUBLIC, CloseReason, Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ApplyMethod,
    DeadlineKind,
    Mode,
    OpportunityType,
    OrganisationKind,
)
from jobboard.models.listing import CONTENT, Listing
from jobboard.models.user import User
from tests.support.people import NOW

DESCRIPTION = (
    "The Centre's Black Sea programme studies how the war and energy transit remake the region. "
    "We seek an analyst to lead its work on maritime security and to brief governments.\n\n"
    "## What you will do\n\n- Lead two research projects a year from design to publication\n"
    "- Brief ministries and delegations in Istanbul and Brussels\n- Mentor two junior analysts\n\n"
    "## What you bring\n\n- A record of published work on the region\n- English, some Turkish"
)


def written(**columns: Any) -> dict[str, Any]:
    """What a poster writes: complete, valid at `NOW`, 30 days open; columns change it."""
    return {
        "title": "Senior Analyst, Black Sea Security",
        "organisation_name": "Centre for Grand Strategy",
        "organisation_kind": OrganisationKind.THINK_TANK,
        "organisation_website": "https://grand.example/",
        "language": "en",
        "description": DESCRIPTION,
        "opportunity_type": OpportunityType.STAFF,
        "mode": Mode.HYBRID,
        "places": (Place("TR", "Istanbul", 41.01, 28.95),),
        "apply_method": ApplyMethod.URL,
        "apply_url": "https://grand.example/jobs/1",
        "deadline_kind": DeadlineKind.DATE,
        "apply_by": NOW + timedelta(days=30),
        "deadline_zone": "Europe/Istanbul",
        **columns,
    }


def listing(
    session: Session | scoped_session[Any],
    status: Status = Status.PUBLISHED,
    *,
    poster: User | None = None,
    now: datetime = NOW,
    **columns: Any,
) -> Listing:
    """Add a listing that stands in `status` at `now`; public and ended ones have an organisation.

    `columns` are of the content (`title=`) or of where it stands (`ends_at=`, `poster_email=`).
    A published one went live ten days ago and ends in 30; an expired or closed one ended yesterday.
    """
    content = {name: columns.pop(name) for name in tuple(columns) if name in CONTENT}
    row = Listing(
        poster=poster,
        poster_email=poster.email if poster else "guest@think.example",
        status=status,
        created_at=now - timedelta(days=11),
        updated_at=now - timedelta(days=10),
        **_times(status, now),
    )
    contents.write(row, written(**{"apply_by": now + timedelta(days=30), **content}))
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    if status in PUBLIC or status in (Status.CLOSED, Status.EXPIRED):
        contents.settle_organisation(row, now)
    session.commit()
    return row


def _times(status: Status, now: datetime) -> dict[str, Any]:
    began, end = now - timedelta(days=10), now + timedelta(days=30)
    handed_in = {"submitted_at": began} if status is not Status.DRAFT else {}
    if status is Status.SCHEDULED:
        later = now + timedelta(days=2)
        return {**handed_in, "publish_at": later, "publish_from": later, "ends_at": end}
    public = {"publish_at": began, "first_published_at": began}
    if status is Status.PUBLISHED:
        return {**handed_in, **public, "ends_at": end}
    if status is Status.EXPIRED:
        return {**handed_in, **public, "ends_at": now - timedelta(days=1)}
    if status is Status.CLOSED:
        closed = {"close_reason": CloseReason.FILLED, "closed_at": now - timedelta(days=1)}
        return {**handed_in, **public, **closed, "ends_at": end}
    if status is Status.REMOVED:
        return {**handed_in, **public, "ends_at": end}
    return handed_in
