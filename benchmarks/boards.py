"""Boards to measure: made-up listings by the thousand, the same at every run.

A board is made once and kept, with its index, in ``BOARD_BENCH`` (a folder; the machine's temporary
one unless set). Its texts are composed of the words of the field, so that rare and frequent words,
facets and places are as uneven as real ones.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import insert, text

from jobboard.app import create_app
from jobboard.db import db
from jobboard.domain.language_need import LanguageNeed
from jobboard.domain.listing import Status
from jobboard.domain.place import Place
from jobboard.domain.taxonomy import (
    ApplyMethod,
    DeadlineKind,
    Eligibility,
    Hours,
    Mode,
    OpportunityType,
    OrganisationKind,
    PayKind,
    PayPeriod,
    Seniority,
    Topic,
)
from jobboard.models.change import ChangeCounter
from jobboard.models.listing import Listing
from jobboard.models.organisation import Organisation
from jobboard.search import upkeep

#: Written into the kept folder's name: another way of making boards makes other ones.
_EDITION = 3
#: Made boards are given up after so many days: their listings end by the calendar.
_KEPT_DAYS = 2
#: Days that imported advertisements are live.
_IMPORTED_LIFE = 60
_BATCH = 1_000
_ORGANISATIONS = 400

_ROLES = (
    *("Analyst", "Senior Analyst", "Research Fellow", "Programme Officer", "Policy Adviser"),
    *("Director", "Intern", "Project Manager", "Communications Officer", "Economist"),
    *("Political Officer", "Field Coordinator", "Data Scientist", "Editor", "Lecturer"),
)
_FIELDS = (
    *("Black Sea Security", "Maritime Security", "Climate Diplomacy", "Sanctions and Trade"),
    *("Sahel", "Human Rights", "Nuclear Policy", "Cyber Policy", "Elections", "Migration"),
    *("Energy Security", "Peacebuilding", "European Affairs", "Gulf Studies", "Arms Control"),
    *("Counterterrorism", "Development Finance", "Humanitarian Affairs", "Public Diplomacy"),
)
_CITIES = (
    *(("TR", "Istanbul"), ("TR", "Ankara"), ("BE", "Brussels"), ("CH", "Geneva")),
    *(("FR", "Paris"), ("DE", "Berlin"), ("GB", "London"), ("US", "Washington")),
    *(("US", "New York"), ("KE", "Nairobi"), ("JO", "Amman"), ("AT", "Vienna")),
    *(("NL", "The Hague"), ("SE", "Stockholm"), ("PL", "Warsaw"), ("GE", "Tbilisi")),
    *(("UA", "Kyiv"), ("SN", "Dakar"), ("AE", "Abu Dhabi"), ("SG", "Singapore")),
    *(("JP", "Tokyo"), ("IN", "New Delhi"), ("BR", "Brasilia"), ("ZA", "Pretoria")),
)
_STEMS = (
    *("polit", "secur", "govern", "diplom", "analys", "econom", "strateg", "conflict", "region"),
    *("research", "develop", "human", "energ", "maritim", "border", "sanction", "elector"),
    *("communicat", "partner", "report", "coordinat", "evaluat", "monitor", "negotiat", "advis"),
    *("ministr", "parliament", "embass", "mission", "programm", "budget", "team", "field"),
)
_ENDINGS = (
    *("", "s", "al", "ing", "ed", "ation", "ic", "ist", "ive", "ance", "er", "ment", "ity"),
    *("ism", "ary", "ous", "able", "ise", "ised", "ising"),
)
#: Some 10,000 words: the frequent ones first.
WORDS = tuple(
    f"{stem}{ending}{number}"
    for number in ("", *(f"{one:x}" for one in range(15)))
    for ending in _ENDINGS
    for stem in _STEMS
)


def folder() -> Path:
    """Return where boards are kept."""
    return Path(os.environ.get("BOARD_BENCH") or Path(tempfile.gettempdir()) / "board-bench")


#: Boards that this run has made on database servers, by name and address.
_on_servers: set[tuple[str, str]] = set()


def made(size: int, database_url: str = "") -> Path:
    """Return the instance folder of a board with so many live listings; made where it is missing.

    Args:
        size: how many.
        database_url: another database than the folder's own; made anew by each run.
    """
    return _made(str(size), database_url, lambda app: fill(app, size))


def imported(files: Sequence[Path], database_url: str = "") -> Path:
    """Return the instance folder of a board with the advertisements of some files, all live."""
    return _made("ads", database_url, lambda app: _import(app, files))


def _made(name: str, database_url: str, make: Callable[[Flask], None]) -> Path:
    place = folder() / f"v{_EDITION}-{name}{'-server' if database_url else ''}"
    done = place / "done"
    is_fresh = done.exists() and time.time() - done.stat().st_mtime < _KEPT_DAYS * 86_400
    if is_fresh and (not database_url or (name, database_url) in _on_servers):
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    make(application(place, database_url))
    done.touch()
    if database_url:
        _on_servers.add((name, database_url))
    return place


def _import(app: Flask, files: Sequence[Path]) -> None:
    with app.app_context():
        flask_migrate.upgrade()
    command = ["import", "jsonl", "--live-for", str(_IMPORTED_LIFE), *map(str, files)]
    for arguments in (command, ["reindex"]):
        result = app.test_cli_runner().invoke(args=arguments)
        if result.exit_code:
            raise RuntimeError(result.output)


def environment(place: Path, database_url: str = "", **settings: str) -> dict[str, str]:
    """Return the settings of a board to be measured."""
    return {
        "SITE_URL": "http://127.0.0.1",
        "SECRET_KEY": "0123456789abcdef" * 3,
        "RATE_LIMITS": "off",
        "INSTANCE_DIR": str(place),
        **({"DATABASE_URL": database_url} if database_url else {}),
        **settings,
    }


def application(place: Path, database_url: str = "") -> Flask:
    """Return the board of a folder as an application in this process."""
    return create_app(environment(place, database_url))


def fill(app: Flask, size: int) -> None:
    """Migrate a database, put so many live listings into it and build its index."""
    with app.app_context():
        flask_migrate.upgrade()
        now = datetime.now(UTC)
        chance = random.Random(size)
        db.session.execute(insert(Organisation), list(_organisations(now)))
        batch: list[dict[str, Any]] = []
        for row in _listings(size, now, chance):
            batch.append(row)
            if len(batch) == _BATCH:
                db.session.execute(insert(Listing), batch)
                db.session.commit()
                batch.clear()
        if batch:
            db.session.execute(insert(Listing), batch)
        db.session.execute(db.update(ChangeCounter).values(value=1))
        db.session.commit()
        analyse = "ANALYZE"
        db.session.execute(text(analyse))
        db.session.commit()
        upkeep.reindex()
        db.session.remove()
        db.engine.dispose()


def _organisations(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, _ORGANISATIONS + 1):
        name = f"{_FIELDS[number % len(_FIELDS)]} Institute {number}"
        yield {
            "id": number,
            "slug": f"institute-{number}",
            "name": name,
            "name_key": name.lower(),
            "kind": list(OrganisationKind)[number % len(OrganisationKind)],
            "created_at": now,
            "updated_at": now,
            "verified_at": now if number % 3 == 0 else None,
        }


def _listings(size: int, now: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
    weights = [1 / (rank + 4) for rank in range(len(WORDS))]
    for number in range(1, size + 1):
        body = " ".join(chance.choices(WORDS, weights, k=220))
        title = f"{chance.choice(_ROLES)}, {chance.choice(_FIELDS)}"
        published = now - timedelta(seconds=chance.randrange(1, 50 * 86_400))
        country, city = _CITIES[min(int(chance.expovariate(0.16)), len(_CITIES) - 1)]
        is_paid = chance.random() < 0.5
        yield {
            "organisation_id": min(1 + int(chance.expovariate(0.02)), _ORGANISATIONS),
            "organisation_name": "",
            "title": title,
            "slug_front": title.lower().replace(",", "").replace(" ", "-"),
            "language": "en",
            "description": body,
            "description_html": f"<p>{body[:700]}</p>\n<h2>Your work</h2><p>{body[700:]}</p>",
            "summary": body[:160],
            "opportunity_type": chance.choice(list(OpportunityType)),
            "mode": chance.choice(list(Mode)),
            "places": (Place(country, city, 0.0, 0.0),),
            "topics": tuple(str(one) for one in chance.sample(list(Topic), 2)),
            "hours": (str(chance.choice(list(Hours))),),
            "seniority": chance.choice(list(Seniority)),
            "eligibility": chance.choice(list(Eligibility)),
            "languages": (LanguageNeed("en", "c1"),),
            "pay_kind": PayKind.SALARY if is_paid else PayKind.NOT_STATED,
            "pay_min": chance.randrange(20_000, 90_000) * 100 if is_paid else None,
            "pay_currency": "EUR" if is_paid else "",
            "pay_period": PayPeriod.YEAR if is_paid else None,
            "apply_method": ApplyMethod.URL,
            "apply_url": f"https://institute.example/jobs/{number}",
            "deadline_kind": DeadlineKind.DATE,
            "deadline_zone": "Europe/Istanbul",
            "ends_at": now + timedelta(days=3, seconds=chance.randrange(0, 57 * 86_400)),
            "apply_by": None,
            "status": Status.PUBLISHED,
            "created_at": published,
            "updated_at": published,
            "submitted_at": published,
            "publish_at": published,
            "first_published_at": published,
            "change_number": 1,
        }
