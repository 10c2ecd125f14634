"""Words, order, slips, partial matches, cursors: what a search answers."""

import gc
import random
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest
from tantivy import Query

from jobboard.domain.criteria import Criteria
from jobboard.search import engine, parallel, question
from jobboard.search.cursors import BadCursor, Cursor
from jobboard.search.document import SearchDocument, point
from jobboard.search.engine import Hits
from jobboard.search.index import Remembered, Snapshot
from jobboard.search.matching import Matcher
from tests.support.documents import document, index_of
from tests.support.people import NOW

Ask = Callable[..., Hits]


def read(*pairs: tuple[str, str]) -> Criteria:
    return Criteria.parse(pairs).criteria


def ask(snapshot: Snapshot, q: str = "", *pairs: tuple[str, str]) -> Hits:
    return engine.answer(snapshot, read(("q", q), *pairs), NOW)


@pytest.fixture
def board(tmp_path: Path) -> Callable[..., Snapshot]:
    """Builds an index of titles, or of whole documents; they are numbered from 1."""

    def build(*listings: str | SearchDocument) -> Snapshot:
        documents = [
            document(number, one) if isinstance(one, str) else one
            for number, one in enumerate(listings, 1)
        ]
        return index_of(tmp_path, documents)

    return build


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("Policy Analyst", "policy analyst"),
        ("Policy Analyst", "POLICY ANALYSTS"),
        ("Chargé d'études, Türkiye", "charge etudes turkiye"),
        ("Uzman, İstanbul", "istanbul"),
        ("Uzman, İstanbul", "ISTANBUL"),
        ("Uzman, ISPARTA", "ısparta"),
        ("Counterterrorism Adviser", "counter terrorism advisor"),
        ("Counter-terrorism advisor", "counterterrorism adviser"),
        ("U.S. Foreign Policy Fellow", "US foreign policy"),
        ("US Foreign Policy Fellow", "u.s. foreign policy"),
        ("Officer, United Nations", "UN officer"),
        ("UN Officer", "united nations officer"),
        ("M&E Specialist", "monitoring and evaluation"),
        ("Monitoring and Evaluation Specialist", "m&e"),
        ("Non-proliferation Researcher", "nonproliferation"),
        ("Nonproliferation Researcher", "non-proliferation"),
        ("R&D Manager", "R&D"),
        ("PhD Position", "Ph.D. position"),
        ("Ph.D. Position", "phd"),
        ("Chargé d'énergie", "l'énergie"),
        ("Analyste, énergie", "d’énergie"),
        ("Uzman, Türkiye", "Türkiye'nin uzman"),
        ("Türkiye'nin Sesi", "türkiye’de"),
        ("Ceasefire Monitor", "cease fire monitor"),
        ("O'Brien Fellow", "o'brien"),
        ("C++ Developer", "c++"),
        ("Programme Manager", "program managers"),
        ("Économiste confirmé(e)", "économiste"),
        ("Chef de mission", "chef de mission"),
        ("محلل سياسي", "محلل"),
        ("Аналитик", "аналитик"),
        ("ＵＮＩＣＥＦ officer", "unicef"),
        ("ﬁnance oﬃcer", "finance officer"),
    ],
)
def test_a_title_is_found_as_people_write_it(
    board: Callable[..., Snapshot], title: str, q: str
) -> None:
    hits = ask(board(title, "Something else entirely"), q)
    assert (hits.ids, hits.corrections) == ((1,), ())


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ('"policy analyst"', (1,)),
        ("analyst -senior", (1, 2)),
        ('policy -"policy analyst"', (2, 3)),
        ("-analyst", ()),
        ('"', (1, 2, 3)),
        ('policy "analyst', (1, 2, 3)),
        ("policy AND analyst", ()),
    ],
)
def test_quotes_and_minus_and_nothing_else_is_special(
    board: Callable[..., Snapshot], q: str, ids: tuple[int, ...]
) -> None:
    snapshot = board("Policy Analyst", "Analyst of Policy", "Senior Analyst, Policy")
    assert tuple(sorted(ask(snapshot, q).ids)) == ids


def test_title_before_organisation_and_place_before_text(board: Callable[..., Snapshot]) -> None:
    snapshot = board(
        document(1, "Officer", text="We work on energy, trade, sanctions and more"),
        document(2, "Sanctions Officer"),
        document(3, "Officer", organisation="Sanctions Institute"),
    )
    assert ask(snapshot, "sanctions").ids == (2, 3, 1)


def test_words_side_by_side_in_a_title_come_first(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Affairs of Foreign Trade Officer", "Foreign Affairs Officer")
    assert ask(snapshot, "foreign affairs officer").ids == (2, 1)


@pytest.mark.parametrize(
    ("q", "meant", "others"),
    [
        ("hydrologist", "Senior Hydrologist, Groundwater and Rivers", "Hydrologic Technician"),
        ("program analyst", "Lead Program Analyst, Field Offices", "Programmer Analyst"),
        ("health adviser", "Public Health Advisor (Port Cities)", "Adviser, Healthy Homes"),
        ("it specialist", "IT Specialist, Systems and Networks", "Sales Specialist"),
    ],
)
def test_words_as_written_in_a_title_before_others_of_their_stem(
    board: Callable[..., Snapshot], q: str, meant: str, others: str
) -> None:
    # What comes first without that: the newer, and those with shorter texts.
    assert ask(board(meant, others, others), q).ids[0] == 1


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("organiser", "Field Organizer"),
        ("labor policy", "Labour Policy Fellow"),
        ("counsellor", "Counselor"),
        ("paediatrician", "Pediatrician"),
        ("modeling", "Head of Modelling"),
        ("haematologist", "Hematologist"),
        ("geografer", "Geographer"),
    ],
)
def test_a_word_is_found_as_others_spell_it(
    board: Callable[..., Snapshot], q: str, title: str
) -> None:
    hits = ask(board("Something else entirely", title), q)
    assert (hits.ids, hits.corrections) == ((2,), ())


@pytest.mark.parametrize(
    ("q", "title", "language"),
    [
        ("Referentin", "Referent Politik", "de"),
        ("Ingenieurin", "Ingenieur", "de"),
        ("Ärzte", "Ärztin", "de"),
        ("Kaufmann", "Kauffrau", "de"),
        ("directrice", "Directeur·rice des opérations", "fr"),
        ("développeuse", "Développeur", "fr"),
        ("infirmier", "Infirmière", "fr"),
        ("ingeniera", "INGENIERO", "es"),
        ("direttrice", "Direttore", "it"),
    ],
)
def test_the_same_work_of_women_and_men(
    board: Callable[..., Snapshot], q: str, title: str, language: str
) -> None:
    other = document(2, "Something else entirely", language="en")
    hits = ask(board(document(1, title, language=language), other), q)
    assert (hits.ids, hits.corrections) == ((1,), ())


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("Verkäufer", (2, 1)),
        ("Verkäuferinnen", (2, 1)),
        ("utvecklare", (3,)),
        ("Referentin Personal", (4,)),
        ("Softwareentwickler", (6, 5)),
        # Whoever looks for workers is not answered with every employee.
        ("Arbeiter", ()),
    ],
)
def test_kinds_of_work_are_found_in_words_written_together(
    board: Callable[..., Snapshot], q: str, ids: tuple[int, ...]
) -> None:
    snapshot = board(
        document(1, "Möbelverkäufer (m/w/d)", language="de"),
        document(2, "Verkäufer (m/w/d)", language="de"),
        document(3, "Databasutvecklare", language="sv"),
        document(4, "Personalreferent", language="de"),
        document(5, "Software-Entwickler", language="de"),
        document(6, "Softwareentwickler", language="de"),
        document(7, "Mitarbeiter", language="de"),
    )
    assert ask(snapshot, q).ids == ids


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("봉사단", (1,)),
        ("인턴", (2, 3)),
        ("UNV 봉사단", (1,)),
        ("유엔개발계획 인턴", (2,)),
        ("단청", ()),
        ("外交", (4,)),
        ("エンジニア", (5,)),
        ("東京 エンジニア", (5,)),
        ("인턴 -유엔개발계획", (3,)),
    ],
)
def test_scripts_without_spaces_are_found_by_any_part(
    board: Callable[..., Snapshot], q: str, ids: tuple[int, ...]
) -> None:
    snapshot = board(
        document(1, "★2025년 UNV 청년봉사단(14기) 모집 공고★", language="ko"),
        document(2, "[인턴십] 유엔개발계획(UNDP) 인턴 모집", language="ko"),
        document(3, "반기문재단 인턴십", language="ko"),
        document(4, "中华人民共和国外交部翻译", language="zh"),
        document(5, "東京でエンジニア募集", language="ja"),
    )
    assert tuple(sorted(ask(snapshot, q).ids)) == ids


def test_an_organisation_called_by_its_name_comes_before_scattered_words(
    board: Callable[..., Snapshot],
) -> None:
    wanted = document(1, "Guide", organisation="National Park Service, Interior", text="x " * 90)
    other = document(2, "Park Guide", organisation="National Laboratory", text="service")
    assert ask(board(wanted, other, other), "national park service").ids[0] == 1
    state = document(1, "Analyst", organisation="Department of State", text="x " * 90)
    other = document(2, "Analyst", organisation="State Fair", text="the department")
    assert ask(board(state, other, other), "State Department").ids[0] == 1


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("ombuds", "Associate Ombudsman"),
        ("rn", "Registered Nurse"),
        ("chief financial officer", "CFO"),
        ("mgr operations", "Operations Manager"),
        ("سواق", "سائق"),
        ("عمال", "عامل"),
        ("DEI", "Director of Diversity, Equity and Inclusion"),
    ],
)
def test_synonyms_of_the_field(board: Callable[..., Snapshot], q: str, title: str) -> None:
    assert ask(board("Something else entirely", title), q).ids == (2,)


def test_a_synonym_is_worth_no_more_than_the_word_because_it_is_rarer(
    board: Callable[..., Snapshot],
) -> None:
    common = [document(n, "Internship in Rome", began=NOW) for n in range(1, 31)]
    assert 31 not in ask(board(*common, "Traineeship in Rome"), "internship").ids


def test_a_city_is_found_by_its_names_in_other_languages(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board(
        document(1, "Accountant", place="Cairo Egypt"),
        document(2, "Officer, Geneva"),
        document(3, "Officer", place="Basrah Iraq"),
        document(4, "Officer", place="Durg India"),
        document(5, "Drug Inspector"),
        document(6, "Drug Officer"),
        document(7, "Teacher", place="Geneva"),
        document(8, "Engineer", place="New York City"),
        *(document(number, "Karo Chaplain") for number in range(9, 20)),
    )
    assert ask(snapshot, "Kairo accountant").ids == (1,)
    assert (ask(snapshot, "Kairo").ids, ask(snapshot, "Kairo").corrections) == ((1,), ())
    assert set(ask(snapshot, "Genève").ids) == {2, 7}
    assert ask(snapshot, "Basra").ids == (3,)
    assert ask(snapshot, "Nueva York").ids == (8,)
    # In Bengali Durg is called so; whoever writes "drug" in English means no city.
    assert set(ask(snapshot, "drug").ids) == {5, 6}


def test_initials_are_no_stem_of_another_language(board: Callable[..., Snapshot]) -> None:
    agency = "National Agency of Stars and Antennas"
    snapshot = board(
        "NAS Specialist",
        document(2, "Physicist with a rather long title and more", organisation=agency),
        document(3, "Otra cosa", language="it"),
    )
    assert ask(snapshot, "nasa").ids == (2, 1)


def test_what_every_listing_is_need_not_be_in_it(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Nurse", "Job Coach", "Sleep Coach")
    assert ask(snapshot, "jobs for nurses").ids == (1,)
    assert ask(snapshot, "nurse job").ids == (1,)
    assert ask(snapshot, "job coach").ids == (2,)


def test_two_words_that_stand_as_one_count_as_two(board: Callable[..., Snapshot]) -> None:
    loose = [*["Raisers of hopes and funds"] * 4, *["Baker"] * 40]
    assert ask(board("Senior Fundraiser", *loose), "fund raiser").ids[0] == 1


def test_two_words_are_found_where_they_are_one(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Officer, Counterintelligence", "Baker")
    assert ask(snapshot, "counter intelligence").ids == (1,)


def test_an_organisation_is_found_by_its_initials(board: Callable[..., Snapshot]) -> None:
    snapshot = board(
        document(1, "Analyst", organisation="Stockholm International Peace Research Institute"),
        document(2, "Analyst", organisation="Office of Birds, U.S. Agency for Quiet Gardens"),
        document(3, "Analyst", organisation="Department of Justice"),
        document(4, "Analyst", organisation="Department Of Health And Human Services"),
    )
    assert ask(snapshot, "DOJ").ids == (3,)
    assert ask(snapshot, "DHHS").ids == (4,)
    assert ask(snapshot, "SIPRI").ids == (1,)
    assert ask(snapshot, "usaqg analyst").ids == (2,)


def test_the_newer_of_two_equal_matches_comes_first(board: Callable[..., Snapshot]) -> None:
    snapshot = board(
        document(1, began=NOW - timedelta(days=20)), document(2, began=NOW - timedelta(days=1))
    )
    assert ask(snapshot, "analyst").ids == (2, 1)


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("humanitarion", (("humanitarion", "humanitarian"),)),
        ("cordinator", (("cordinator", "coordinator"),)),
        ("diplomcy", (("diplomcy", "diplomacy"),)),
        ("xyz", ()),
        ("huma", ()),
        ("humanitarian", ()),
        ('"humanitarion"', ()),
    ],
)
def test_slips_are_forgiven_and_said(
    board: Callable[..., Snapshot], q: str, meant: tuple[tuple[str, str], ...]
) -> None:
    snapshot = board("Humanitarian Coordinator", "Diplomacy Fellow")
    hits = ask(snapshot, q)
    assert hits.corrections == meant
    assert bool(hits.total) is (bool(meant) or q in {"humanitarian", "huma"})


@pytest.mark.parametrize("where", ["US", "us", "USA", "united states", "ABD"])
def test_a_country_in_the_box_of_places(board: Callable[..., Snapshot], where: str) -> None:
    snapshot = board(
        document(1, facets={"country": ("US",)}), document(2, facets={"country": ("TR",)})
    )
    assert ask(snapshot, "", ("where", where)).ids == (1,)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        *((where, (1,)) for where in ("kiev", "Kiev, Ukraine", "kiev ukraine", "Kyjiw")),
        *((where, (2,)) for where in ("Washington, DC", "washington, d.c.", "washington dc usa")),
        ("Washington, DC, United States", (2,)),
        ("washington", (3, 2)),
        ("washington, wa", ()),
        ("washington, uk", (3,)),
        ("Kiev, Washington", ()),
    ],
)
def test_a_city_in_the_box_of_places_is_found_however_it_is_called(
    board: Callable[..., Snapshot], where: str, ids: tuple[int, ...]
) -> None:
    snapshot = board(
        document(1, place="Kyiv Ukraine", facets={"country": ("UA",)}),
        document(
            2,
            place="Washington DC District of Columbia United States",
            facets={"country": ("US",)},
        ),
        document(3, place="Washington United Kingdom", facets={"country": ("GB",)}),
    )
    assert sorted(ask(snapshot, "", ("where", where)).ids) == sorted(ids)


def test_half_of_a_word_that_listings_write_together_is_no_slip(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board("Ceasefire Monitor", "Case Officer, Fire Safety")
    for q in ("cease fire", "monitor cease fire"):
        hits = ask(snapshot, q)
        assert (hits.ids, hits.corrections) == ((1,), ())
    assert ask(snapshot, "safty fire").corrections == (("safty", "safety"),)


def test_of_words_as_near_the_one_with_the_same_ends_is_meant(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board("Immigration Officer", *["Migration Officer"] * 9)
    assert ask(snapshot, "imigration officer").ids == (1,)


def test_a_word_that_nobody_writes_so_is_a_slip_though_its_stem_is_known(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board(*["Technical Writer"] * 12, *["Technician"] * 11)
    lawyers = board(*(document(n, "Abogado", language="es") for n in range(1, 13)))
    hits = ask(snapshot, "technican wanted")
    assert hits.corrections == (("technican", "technician"),)
    # A form that nobody used yet, and a word that is not typed to its end, are none.
    assert (ask(lawyers, "abogada").total, ask(lawyers, "abogada").corrections) == (12, ())
    assert ask(snapshot, "technic").corrections == ()


def test_a_word_that_few_listings_hold_is_a_slip_when_nothing_matches(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board("Oficer de liaison", *(f"Officer for affairs {n}" for n in range(15)))
    for _ in range(2):
        hits = ask(snapshot, "oficer affairs")
        assert (hits.total, hits.corrections) == (15, (("oficer", "officer"),))
    assert ask(snapshot, "oficer").ids == (1,)


def test_one_can_insist_on_what_was_typed(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Humanitarian Coordinator")
    asked = read(("q", "humanitarion coordinator"), ("page", "1"))
    hits = engine.answer(snapshot, asked, NOW)
    insisted = engine.insisting(asked, hits)
    assert insisted.q == '"humanitarion" coordinator'
    assert engine.answer(snapshot, insisted, NOW).total == 0


def test_the_last_word_may_be_unfinished(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Diplomacy Fellow", "Diplomatic Adviser", "Driver")
    assert set(ask(snapshot, "diplom").ids) == {1, 2}
    assert ask(snapshot, "diplom fellow").ids == ()


def test_the_closest_partial_matches_follow_outside_the_total(
    board: Callable[..., Snapshot],
) -> None:
    snapshot = board("Energy Analyst Ankara", "Energy Analyst", "Energy Driver", "Cook")
    hits = ask(snapshot, "energy analyst ankara")
    assert (hits.ids, hits.total, hits.partial_ids) == ((1,), 1, (2, 3))
    assert ask(snapshot, "zzz yyy").partial_ids == ()


def test_live_is_right_to_the_microsecond(board: Callable[..., Snapshot]) -> None:
    tick = timedelta(microseconds=1)
    snapshot = board(
        document(1, ends_at=NOW),
        document(2, ends_at=NOW + tick),
        document(3, publish_at=NOW),
        document(4, publish_at=NOW + tick),
    )
    seen = [
        [sorted(engine.answer(snapshot, Criteria(), NOW + n * tick).ids) for n in (0, 1, -1, 0)]
        for _ in range(3)
    ]
    assert seen == [[[2, 3], [3, 4], [1, 2], [2, 3]]] * 3


def test_a_state_with_more_listings_to_come_than_can_be_named(
    board: Callable[..., Snapshot],
) -> None:
    later = [document(number, publish_at=NOW + timedelta(1)) for number in range(2, 600)]
    snapshot = board(document(1), *later)
    assert [engine.answer(snapshot, Criteria(), NOW).ids for _ in range(3)] == [(1,)] * 3
    assert engine.answer(snapshot, Criteria(), NOW + timedelta(1)).total == 599


def test_around_a_city_by_the_great_circle(board: Callable[..., Snapshot]) -> None:
    ankara, konya, istanbul = (39.92, 32.854), (37.871, 32.485), (41.014, 28.95)
    snapshot = board(
        *(
            document(number, facets={"point": (point(*place),)})
            for number, place in enumerate((ankara, konya, istanbul), 1)
        )
    )
    asked = {
        radius: set(ask(snapshot, "", ("near", "Ankara"), ("radius", str(radius))).ids)
        for radius in (1, 229, 232, 349, 352)
    }
    assert asked == {1: {1}, 229: {1}, 232: {1, 2}, 349: {1, 2}, 352: {1, 2, 3}}


@pytest.mark.parametrize("sort", ["newest", "deadline", "pay", "best"])
def test_cursors_leave_nothing_out_and_repeat_nothing(
    board: Callable[..., Snapshot], sort: str
) -> None:
    chance = random.Random(3)  # noqa: S311
    snapshot = board(
        *(
            document(
                number,
                chance.choice(["Analyst", "Analyst of peace"]),
                began=NOW - timedelta(days=chance.randint(1, 9)),
                yearly_pay=chance.choice([0, 10]),
            )
            for number in range(1, 150)
        )
    )
    asked = read(("q", "analyst"), ("sort", sort))
    found: list[int] = []
    cursor: Cursor | None = None
    while True:
        hits, after = engine.reach(snapshot, asked, NOW, cursor, limit=20)
        found += hits.ids
        assert hits.total == 149
        if after is None:
            break
        cursor = Cursor.read(after, asked)
    assert tuple(found) == engine.answer(snapshot, asked, NOW, limit=200).ids


def test_a_stretch_goes_on_where_it_stopped_whatever_came_in_between(tmp_path: Path) -> None:
    old = [document(n, began=NOW - timedelta(days=10 + n)) for n in range(1, 41)]
    asked = read(("sort", "newest"))
    hits, after = engine.reach(index_of(tmp_path / "a", old), asked, NOW, None, limit=20)
    assert after is not None
    newer = [document(n, began=NOW - timedelta(days=1)) for n in range(41, 60)]
    then = index_of(tmp_path / "b", [*newer, *(one for one in old if one.id != 20)])
    rest, end = engine.reach(then, asked, NOW, Cursor.read(after, asked), limit=50)
    assert (hits.ids, rest.ids, end) == (tuple(range(1, 21)), tuple(range(21, 41)), None)


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 43, "A" * 99, "=", "\x00", "-_-_"])
def test_a_cursor_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.read(text, Criteria())


def test_a_cursor_belongs_to_its_search_but_not_to_its_page() -> None:
    asked = read(("q", "peace"), ("sort", "newest"))
    text = Cursor(1, 2, 3).write(asked)
    assert Cursor.read(text, asked.with_page(4)) == Cursor(1, 2, 3)
    for other in (read(("q", "peace")), read(("q", "war"), ("sort", "newest"))):
        with pytest.raises(BadCursor):
            Cursor.read(text, other)


@pytest.mark.parametrize("key", [0, 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize("sort", ["newest", "deadline", "pay", "best"])
def test_a_forged_place_is_only_another_place(
    board: Callable[..., Snapshot], sort: str, key: int
) -> None:
    snapshot = board("Analyst", "Analyst")
    asked = read(("q", "analyst"), ("sort", sort))
    hits, _ = engine.reach(snapshot, asked, NOW, Cursor(2**64 - 1, key, key), limit=5)
    assert hits.total == 2


_PLANES = "".join(chr(plane << 16 | 0x1F4A + plane) for plane in range(17))


@pytest.mark.parametrize(
    "q",
    [
        "peace " * 1400,
        " ".join(f"word{number}" for number in range(1500)),
        "x" * 8192,
        '"' * 99,
        '"a b c" -"',
        "title:peace AND (war OR *) ~2 ^5 [a TO b]",
        "peac* ?eace .*",
        "(a|a)*$",
        "\\",
        "- - --",
        "+-+-",
        _PLANES,
        "\u202epeace\u0000",
        "' OR 1=1 --",
        "\ud800",
    ],
)
@pytest.mark.timeout(20)
def test_odd_input_is_answered_at_once(board: Callable[..., Snapshot], q: str) -> None:
    snapshot = board(*(f"Peace talks {number}" for number in range(300)))
    ask(snapshot, q)
    best = 1.0
    for _ in range(5):
        started = time.thread_time()
        ask(snapshot, q, ("page", "1" + "0" * 30), ("sort", "password"))
        best = min(best, time.thread_time() - started)
    assert best < 0.05


def test_thousands_of_values_are_answered_at_once(board: Callable[..., Snapshot]) -> None:
    snapshot = board("Analyst")
    pairs = [("organisation", f"org-{number}") for number in range(2_000)]
    started = time.thread_time()
    assert engine.answer(snapshot, read(*pairs), NOW).total == 0
    assert time.thread_time() - started < 0.05


@pytest.mark.parametrize(
    "q",
    [
        "analyst",
        "counter terrorism",
        "counterterrorism adviser",
        "UN",
        "united nations officer",
        "m&e",
        "U.S. policy",
        "non-proliferation",
        "cairo",
        "égypte",
        "internship",
        "analystes",
        "محلل",
        "аналитика",
        '"policy analyst"',
        "policy -analyst",
        "-analyst",
        "the policy of",
        "analys",
    ],
)
def test_the_cheap_question_lets_through_what_the_ranked_one_does(
    board: Callable[..., Snapshot], q: str
) -> None:
    snapshot = board(
        document(1, "Policy Analyst", text="of the United Nations", place="Cairo Egypt"),
        document(2, "Analyste politique", language="fr", organisation="Nations Unies"),
        document(
            3, "UN Counter-Terrorism Advisor", topics="Internship", facets={"country": ("EG",)}
        ),
        document(4, "محلل سياسي", language="ar", text="analyst"),
        document(5, "Аналитик", language="ru", text="US nonproliferation policy"),
        document(6, "Monitoring and Evaluation Officer", text="counterterrorism", place="Le Caire"),
        document(7, "Officer M&E", text="The policy analysts", language="tr"),
    )
    ranked = engine.answer(snapshot, read(("q", q)), NOW)
    plain = engine.answer(snapshot, read(("q", q), ("sort", "newest")), NOW)
    assert (set(ranked.ids), ranked.total) == (set(plain.ids), plain.total)
    assert ranked.facets == plain.facets


def test_what_is_like_a_listing(board: Callable[..., Snapshot]) -> None:
    energy = "gas pipelines and energy markets of the black sea"
    listings = [
        document(1, "Energy Analyst", text=energy),
        document(2, "Senior Energy Analyst", text=energy),
        document(3, "Cook", text="soups and bread"),
        document(4, "Energy Analyst", text=energy, ends_at=NOW),
    ]
    snapshot = board(*listings)
    assert engine.like(snapshot, listings[0], NOW, 4) == (2,)


@pytest.mark.parametrize("hours_apart", [1, 20 * 24])
def test_counts_of_a_search_asked_again_are_those_of_the_later_instant(
    board: Callable[..., Snapshot], hours_apart: int
) -> None:
    """Whether listings begin and end all the time, or none does for days."""
    chance = random.Random(5)  # noqa: S311 - the same chance at each run
    snapshot = board(
        *(
            document(
                number,
                began=NOW - timedelta(hours=chance.randrange(0, 40 * 24, hours_apart)),
                deadline_at=NOW + timedelta(hours=chance.randrange(0, 40 * 24, hours_apart)),
                starts_on=(NOW + timedelta(days=chance.randrange(200))).date(),
            )
            for number in range(1, 301)
        )
    )
    asked = [read(("deadline", "7"), ("q", "analyst")), read(("q", "analyst"))]
    for one in (*reversed(asked), *asked):
        engine.answer(snapshot, one, NOW)
    for hours in (0, 1, 2, 7, 23, 24, 29, 29, 53, 100, 145, 3):
        # A bound lies in the microsecond in which a listing begins or ends, and in those beside it.
        for beside in (-1, 0, 1):
            later = NOW + timedelta(hours=hours, microseconds=beside)
            fresh = replace(snapshot, remembered=Remembered())
            for one in asked:
                expected = engine.answer(fresh, one, later).facets
                assert engine.answer(snapshot, one, later).facets == expected


@pytest.mark.parametrize("is_ahead", [True, False])
def test_the_first_hits_are_the_same_when_the_others_are_not_weighed(
    board: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch, *, is_ahead: bool
) -> None:
    monkeypatch.setattr(question, "_WORTH_AHEAD", 0 if is_ahead else 10_000)
    chance = random.Random(7)  # noqa: S311 - the same chance at each run
    places = ("Security", "Budget", "Field", "Senior")
    snapshot = board(
        *(
            document(
                number,
                f"{chance.choice(places)} {chance.choice(('Analyst', 'Officer', 'Editor'))}",
                text=" ".join(chance.choices(("security", "analyst", "field", "budget"), k=12)),
                began=NOW - timedelta(hours=number),
            )
            for number in range(1, 601)
        ),
        # A word in most titles says little: those whose texts speak of it come before.
        *(
            document(number, "Maritime Officer", text="a treaty" if number % 8 == 0 else "a boat")
            for number in range(601, 1_401)
        ),
        *(
            document(number, "Editor", text="maritime treaty " * 30)
            for number in range(1_401, 1_441)
        ),
    )
    counted: list[Query] = []
    number_of = question.Question._number_of

    def note(asked: question.Question, query: Query) -> Callable[[], int]:
        counted.append(query)
        return number_of(asked, query)

    monkeypatch.setattr(question.Question, "_number_of", note)
    searches = ("analyst", "security analyst", "field security analyst", "maritime treaty")
    asked = [("q", q) for q in searches]
    narrower = [(), (("hours", "full_time"),), (("page", "3"),)]
    found = {(one, more): ask(snapshot, one[1], *more) for one in asked for more in narrower}
    assert counted

    monkeypatch.setattr(Matcher, "ceiling", lambda *_: inf)
    fresh = replace(snapshot, remembered=Remembered())
    for (one, more), hits in found.items():
        assert told(ask(fresh, one[1], *more)) == told(hits)


def told(hits: Hits) -> tuple[Any, ...]:
    return hits.ids, hits.total, hits.facets, hits.partial_ids, hits.corrections, hits.terms


@pytest.mark.parametrize("first", ["total", "facets"])
def test_listings_are_told_before_they_are_counted(
    board: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Whoever draws the listings does not wait; both counts are right, whichever is asked first."""
    monkeypatch.setattr(question, "_WORTH_AHEAD", 0)
    monkeypatch.setattr(Matcher, "ceiling", lambda *_: 0.0)
    waited: list[str] = []

    class Counting(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:
            waited.append("waited")
            return super().result(timeout)

    def start(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        counting = Counting()
        counting.set_result(call(*arguments))
        return counting

    monkeypatch.setattr(parallel, "start", start)
    staff = {"type": ("staff",)}
    snapshot = board(
        *(document(number, "Security Analyst", facets=staff) for number in range(1, 101)),
        document(101, "Security Analyst", facets=staff, ends_at=NOW - timedelta(1)),
        *(document(number, "Editor", text="of the budget") for number in range(102, 1_002)),
    )
    for _ in range(3):  # until it is known which are not live
        _ = ask(snapshot, "editor").facets
    waited.clear()
    hits = ask(snapshot, "security analyst", ("type", "staff"))
    again = ask(snapshot, "security analyst", ("type", "staff"), ("page", "2"))
    assert (len(hits.ids), len(again.ids), waited) == (20, 20, [])
    getattr(hits, first)
    assert waited
    for one in (hits, again):
        assert one.total == 100
        assert one.facets["type"] == {"staff": 100}


@pytest.mark.parametrize("q", ["", "analyst", "security analyst", "nobody"])
def test_a_search_leaves_nothing_for_the_collector(board: Callable[..., Snapshot], q: str) -> None:
    """Whether or not anybody asked how many there are: circles would pile up between rounds."""
    staff = {"type": ("staff",)}
    snapshot = board(
        *(document(number, "Security Analyst", facets=staff) for number in range(1, 101)),
        document(101, "Analyst", facets=staff, ends_at=NOW - timedelta(1)),
    )
    for is_asked in (False, False, False, True):
        hits = ask(snapshot, q, ("type", "staff"))
        if is_asked:
            assert bool(hits.total) == bool(hits.facets)
        question_asked = weakref.ref(hits._question)
        gc.disable()
        try:
            del hits
            assert question_asked() is None
        finally:
            gc.enable()


def test_what_is_kept_of_searches_is_little_for_the_collector(
    board: Callable[..., Snapshot],
) -> None:
    """A hit kept as it is found would be gone through in each of its rounds: pauses of 10 ms."""
    snapshot = board(*(f"Security Analyst {number}" for number in range(1, 101)))
    searches = [f"analyst -nobody{number}" for number in range(40)]
    for q in searches[:10]:
        ask(snapshot, q)
    gc.collect()
    before, kept_before = len(gc.get_objects()), len(snapshot.remembered.pages)
    for q in searches[10:]:
        ask(snapshot, q)
    gc.collect()
    assert len(snapshot.remembered.pages) - kept_before == 30
    assert len(gc.get_objects()) - before < 30 * 30
    assert ask(snapshot, searches[-1]).ids == ask(snapshot, "analyst").ids


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_equal_matches_stand_on_one_page_only_whatever_is_read_at_once(
    board: Callable[..., Snapshot], is_newest_first: bool
) -> None:
    hours = [number if is_newest_first else 200 - number for number in range(1, 201)]
    snapshot = board(
        *(document(number, began=NOW - timedelta(hours=ago)) for number, ago in enumerate(hours, 1))
    )
    pages = [ask(snapshot, "analyst", ("page", str(page))).ids for page in range(1, 11)]
    found = [one for page in pages for one in page]
    assert sorted(found) == list(range(1, 201))
    assert found == list(engine.answer(snapshot, read(("q", "analyst")), NOW, limit=200).ids)
    # The index is built of the newest listings first.
    assert not is_newest_first or found == sorted(found)
