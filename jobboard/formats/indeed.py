"""The XML feed that aggregators of jobs read, in Indeed's dialect.

Texts stand in CDATA sections and nothing is written as an HTML entity, as the dialect asks. The
feed holds every live listing, so it is written piece by piece.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from jobboard.markup.text import xml_safe

MEDIA_TYPE = "application/xml"

#: The listing's words in the dialect's.
_TYPES = {
    "consultancy": "contract",
    "internship": "internship",
    "volunteer": "volunteer",
}
_HOURS = {"full_time": "fulltime", "part_time": "parttime"}
_REMOTE = {"remote": "Fully remote", "hybrid": "Hybrid remote"}


@dataclass(frozen=True, slots=True)
class IndeedJob:
    """One listing; texts that are not stated are empty, and optional elements then left out."""

    id: int
    title: str
    url: str
    posted_at: datetime
    company: str
    description_html: str
    city: str = ""
    state: str = ""
    country: str = ""
    #: The organisation's own number; ours stands in where it has none.
    reference: str = ""
    opportunity_type: str = ""
    hours: tuple[str, ...] = ()
    contract_term: str = ""
    mode: str = ""
    salary: str = ""
    category: str = ""
    education: str = ""
    experience: str = ""
    #: The date by which to apply, where one is set.
    expires_at: datetime | None = None


def write_jobs(
    jobs: Iterable[IndeedJob], *, publisher: str, publisher_url: str, changed_at: datetime
) -> Iterator[bytes]:
    """Write the feed in UTF-8, a job at a time.

    Args:
        jobs: every live listing.
        publisher: the board's name.
        publisher_url: its address.
        changed_at: the last change of anything in the feed.
    """
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<source>\n',
        _element("publisher", publisher),
        _element("publisherurl", publisher_url),
        _element("lastBuildDate", _iso(changed_at)),
    ]
    yield "".join(head).encode()
    for job in jobs:
        yield _job(job).encode()
    yield b"</source>\n"


def job_types(job: IndeedJob) -> tuple[str, ...]:
    """Return the dialect's words for the kind of work, hours and term."""
    words = [_HOURS[hours] for hours in job.hours if hours in _HOURS]
    if job.contract_term == "temporary":
        words.append("temporary")
    if job.opportunity_type in _TYPES:
        words.append(_TYPES[job.opportunity_type])
    return tuple(words)


def _job(job: IndeedJob) -> str:
    required = (
        ("title", job.title),
        ("date", _iso(job.posted_at)),
        ("referencenumber", str(job.id)),
        ("requisitionid", job.reference or str(job.id)),
        ("url", job.url),
        ("company", job.company),
        ("city", job.city),
        ("state", job.state),
        ("country", job.country),
        ("description", job.description_html),
    )
    optional = (
        ("salary", job.salary),
        ("jobtype", ", ".join(job_types(job))),
        ("category", job.category),
        ("education", job.education),
        ("experience", job.experience),
        ("remotetype", _REMOTE.get(job.mode, "")),
        ("expirationdate", _iso(job.expires_at) if job.expires_at is not None else ""),
    )
    elements = [_element(name, text) for name, text in required]
    elements += [_element(name, text) for name, text in optional if text]
    return f"<job>\n{''.join(elements)}</job>\n"


def _element(name: str, text: str) -> str:
    # The one thing that a CDATA section cannot hold is its own end.
    safe = xml_safe(text).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>\n"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
