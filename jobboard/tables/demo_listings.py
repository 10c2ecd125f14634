"""The demo's organisations, places and listings: those written for it, and those composed.

A record is what the files of ``demo/`` hold: names, plain words, and days and hours from the day
on which the demo is loaded. The composed ones come out the same on every machine.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import cycle
from random import Random
from typing import Any

Record = Mapping[str, Any]

WRITTEN = (
    "listings_states",
    "listings_en_1",
    "listings_en_2",
    "listings_tr",
    "listings_fr",
    "listings_ar",
)
#: Not every organisation deserves more listings than were written for it: this one is a warning.
_NOT_COMPOSED_FOR = frozenset({"passport"})

_HOW_TO_APPLY = (
    "## How to apply\n\nThrough the page named here, where the full terms of reference stand too. "
    "Every applicant hears from us, also those whom we do not invite."
)
_LEVELS = ("entry", "mid", "senior", "lead")
#: What the opportunity types pay, beside a salary; the share is of a full-time post's pay.
_PAY_KINDS: Mapping[str, tuple[str, float]] = {
    "consultancy": ("fee", 1.25),
    "roster": ("fee", 1.1),
    "fellowship": ("stipend", 0.8),
    "internship": ("stipend", 0.4),
    "phd": ("scholarship", 0.7),
    "secondment": ("living_allowance", 0.5),
}
_NO_PAY: Mapping[str, str] = {"volunteer": "expenses_only", "call": "not_stated"}
#: Of a hundred listings, those that do not say what they pay; those without a date; the part-time.
_SILENT, _DATELESS, _PART_TIME = 22, 14, 9
_LONGEST_WAIT, _LONGEST_AGE = 56, 44


def organisations() -> tuple[Record, ...]:
    """Return the organisations, by which listings name them with their ``key``."""
    return tuple(_read("organisations")["organisation"])


def places() -> Record:
    """Return the cities that listings name: country, degrees, time zone."""
    return _read("places")


def written() -> Iterator[Record]:
    """Give the listings that were written for the demo."""
    for name in WRITTEN:
        yield from _read(name)["listing"]


def composed(count: int) -> Iterator[Record]:
    """Give ``count`` listings made of outlines and subjects, each organisation in its turn."""
    dice = Random("the demo's listings")  # noqa: S311 - the same ones on every machine
    table = _read("outlines")
    decks = {
        body["key"]: (body, _deck(body, table, dice))
        for body in organisations()
        if body["key"] not in _NOT_COMPOSED_FOR
    }
    number = 0
    for key in cycle(tuple(decks)):
        body, deck = decks[key]
        if number == count or not any(deck for _, deck in decks.values()):
            return
        if deck:
            number += 1
            yield _composed(number, body, *deck.pop(), dice)


def _deck(body: Record, table: Record, dice: Random) -> list[tuple[Record, Record]]:
    """Return what an organisation may offer: outlines that fit its kind, each with a subject."""
    outlines = [one for one in table["outline"] if body["kind"] in one["kinds"]]
    subjects = [
        one
        for one in table["subject"]
        if set(one["topics"]) & set(body["topics"]) and set(one["regions"]) & set(body["regions"])
    ]
    dice.shuffle(outlines)
    dice.shuffle(subjects)
    return list(zip(outlines, cycle(subjects), strict=False)) if subjects else []


def _composed(
    number: int, body: Record, outline: Record, subject: Record, dice: Random
) -> dict[str, Any]:
    words = {"subject": subject["phrase"], "organisation": body["name"]}
    city = dice.choice(body["places"])
    country = _read("outlines")["country"].get(places()[city]["country"])
    mode = dice.choice(outline["modes"])
    months = outline["months"]
    record: dict[str, Any] = {
        "key": f"composed-{number}",
        "organisation": body["key"],
        "title": outline["title"].format(subject=subject["title"]),
        "opportunity_type": outline["opportunity_type"],
        "mode": mode,
        "places": [] if mode == "remote" else [city],
        "remote_countries": ["anywhere"] if mode == "remote" else [],
        "topics": [one for one in subject["topics"] if one in body["topics"]],
        "focus_regions": [one for one in subject["regions"] if one in body["regions"]],
        "focus_countries": list(subject["countries"]),
        "function": outline["function"],
        "seniority": outline["seniority"],
        "contract_term": outline["contract_term"],
        "education_min": outline["education"],
        "hours": _hours(outline, dice),
        "languages": ["en C1", *(country["languages"] if country and mode != "remote" else ())],
        "eligibility": dice.choice(("open_to_all", "open_to_all", "right_to_work_needed")),
        "pay": _pay(outline, country, dice),
        "posted_days_ago": dice.randrange(1, _LONGEST_AGE),
        "apply_method": "url",
        "apply_url": f"{body['website']}vacancies/{number:03}",
        "summary": "",
        "description": _description(outline, subject, words, months),
    }
    if outline["years"]:
        record["experience_years_min"] = outline["years"]
    if months:
        record |= {"duration_min_months": months[0], "duration_max_months": months[1]}
    if dice.randrange(100) < _DATELESS:
        record["deadline_kind"] = dice.choice(("rolling", "until_filled"))
    else:
        record["ends_in_days"] = dice.randrange(2, _LONGEST_WAIT)
        record["deadline_time"] = dice.choice(("23:59", "23:59", "17:00", "12:00"))
    return record


def _hours(outline: Record, dice: Random) -> list[str]:
    hours = "part_time" if dice.randrange(100) < _PART_TIME else "full_time"
    # A call for papers asks for no hours.
    return [] if outline["opportunity_type"] == "call" else [hours]


def _pay(outline: Record, country: Record | None, dice: Random) -> dict[str, str]:
    kind = outline["opportunity_type"]
    if kind in _NO_PAY:
        return {"kind": _NO_PAY[kind]}
    if country is None or dice.randrange(100) < _SILENT:
        return {"kind": dice.choice(("not_disclosed", "not_stated"))}
    paid_as, share = _PAY_KINDS.get(kind, ("salary", 1.0))
    level = _LEVELS.index(outline["seniority"]) if outline["seniority"] in _LEVELS else 0
    full = country["pay"][level] * share
    return {
        "kind": paid_as,
        "min": str(_round(full * 0.95)),
        "max": str(_round(full * dice.choice((1.05, 1.12, 1.2)))),
        "currency": country["currency"],
        "period": country["period"],
        "gross_net": "net" if country["net"] else "gross",
    }


def _round(amount: float) -> int:
    """Round to the two or three leading figures that people write."""
    step = 10 ** max(0, len(str(int(amount))) - 3)
    return int(round(amount / step) * step)


def _description(
    outline: Record, subject: Record, words: Mapping[str, str], months: Sequence[int]
) -> str:
    def listed(lines: Sequence[str]) -> str:
        return "\n".join(f"- {line.format(**words)}" for line in lines)

    return "\n\n".join(
        (
            f"{outline['intro'].format(**words)} {subject['about']}",
            f"## What you will do\n\n{listed(outline['duties'])}",
            f"## What you bring\n\n{listed(outline['requirements'])}",
            f"## What we offer\n\n{_offer(outline, months)}",
            _HOW_TO_APPLY,
        )
    )


def _offer(outline: Record, months: Sequence[int]) -> str:
    kind = outline["opportunity_type"]
    if kind == "call":
        return "Travel and two nights for one author of each paper, and readers who have read it."
    if kind == "volunteer":
        return "Travel and meals, good company, and a letter that says what you did."
    if not months:
        return "A permanent post, a fair notice period, and colleagues who answer."
    least, most = months
    span = f"{least} months" if least == most else f"{least} to {most} months"
    return f"A contract for {span}, a named person to turn to, and time to do the work well."


@lru_cache(maxsize=16)
def _read(name: str) -> dict[str, Any]:
    source = files("jobboard.tables") / "demo" / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
