"""Deadlines as calendars read them (RFC 5545)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar

from jobboard.formats.icalendar import DeadlineEvent, calendar

AT = datetime(2027, 3, 31, 20, 59, tzinfo=UTC)

EVENT = DeadlineEvent(
    uid="listing-7@jobs.example",
    title="Deadline: Analyst, Black Sea; second",
    at=AT,
    updated=AT - timedelta(days=9),
    url="https://jobs.example/job/analyst-7/",
    description="One line\nand another",
    location="Istanbul, Türkiye",
    sequence=4,
)


def test_a_deadline_is_an_event_that_blocks_no_time_and_warns_three_days_before() -> None:
    body = calendar([EVENT], name="Jobs")
    whole = icalendar.Calendar.from_ical(body)
    assert str(whole["X-WR-CALNAME"]) == "Jobs"
    assert b"BEGIN:VTODO" not in body
    [event] = whole.walk("VEVENT")
    assert event.decoded("dtstart") == AT
    assert "DTEND" not in event
    assert str(event["UID"]) == EVENT.uid
    assert str(event["SUMMARY"]) == EVENT.title
    assert str(event["TRANSP"]) == "TRANSPARENT"
    assert str(event["STATUS"]) == "CONFIRMED"
    assert event.decoded("sequence") == 4
    [alarm] = event.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(days=-3)


def test_instants_are_written_in_utc_so_that_no_zone_is_missing() -> None:
    body = calendar([EVENT], name="Jobs")
    assert b"TZID" not in body
    assert b"DTSTART:20270331T205900Z" in body


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    body = calendar([replace(EVENT, description="ş" * 200)], name="Jobs")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.replace(b"\r\n", b"").count(b"\n") == 0


def test_a_closed_listing_cancels_its_deadline() -> None:
    whole = icalendar.Calendar.from_ical(calendar([replace(EVENT, is_cancelled=True)], name="x"))
    [event] = whole.walk("VEVENT")
    assert str(event["STATUS"]) == "CANCELLED"
    assert event.walk("VALARM") == []
