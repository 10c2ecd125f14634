"""Deadlines as a calendar (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar

MEDIA_TYPE = "text/calendar"


@dataclass(frozen=True, slots=True)
class DeadlineEvent:
    """A deadline: an event that takes no time and blocks no calendar.

    ``uid`` never changes for a listing; ``sequence`` rises with each change, so that a
    calendar that holds the event already takes the new one. All moments are aware.
    """

    uid: str
    title: str
    at: datetime
    updated: datetime
    url: str = ""
    description: str = ""
    location: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def calendar(
    events: Sequence[DeadlineEvent],
    *,
    name: str,
    product: str = "-//job board//deadlines//EN",
) -> bytes:
    """Return the events as one ``text/calendar`` document in UTF-8.

    Written as VEVENT, not VTODO: Outlook ignores VTODO on import. Instants are UTC, which
    needs no VTIMEZONE.
    """
    whole = icalendar.Calendar()
    whole.add("prodid", product)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", name)
    for event in events:
        whole.add_component(_component(event))
    document: bytes = whole.to_ical()
    return document


def _component(event: DeadlineEvent) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.updated.astimezone(UTC))
    component.add("last-modified", event.updated.astimezone(UTC))
    # No DTEND: it would have to be later than DTSTART (3.8.2.2), and a deadline is an instant.
    component.add("dtstart", event.at.astimezone(UTC))
    component.add("summary", event.title)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("transp", "TRANSPARENT")
    if event.url:
        component.add("url", event.url)
    if event.description:
        component.add("description", event.description)
    if event.location:
        component.add("location", event.location)
    if not event.is_cancelled:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event.title)
        alarm.add("trigger", timedelta(days=-3))
        component.add_component(alarm)
    return component
