"""WordPress exports with WP Job Manager's listings."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobboard.formats import wxr
from jobboard.formats.imported import BrokenFile, ImportedListing
from tests.support.exports import SITE, attachment, item, write
from tests.support.exports import wxr as export

ISTANBUL = ZoneInfo("Europe/Istanbul")


def read(path: Path) -> tuple[list[ImportedListing], str]:
    """The listings of a file, and why it broke, if it did."""
    site = wxr.read_site(path)
    found: list[ImportedListing] = []
    try:
        found.extend(
            wxr.to_imported(listing, site, ISTANBUL) for listing in wxr.read_listings(path, site)
        )
    except BrokenFile as fault:
        return found, str(fault)
    return found, ""


@pytest.fixture
def one(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Writes an export of items and returns its first listing."""

    def first(*items: str, before: str | None = None) -> ImportedListing:
        content = export(*items) if before is None else export(*items, before=before)
        return read(write(tmp_path / "a.xml", content))[0][0]

    return first


WHOLE = item(
    4711,
    "Senior Analyst & Editor, “Baltic” desk <b>",
    content="We seek an analyst.\n\n<ul><li>Estonian</li></ul><!-- wp:more -->[gallery ids=1]"
    "<script>x()</script> arr[0]]> end",
    excerpt="Baltic <b>desk</b>",
    terms={
        ("job_listing_type", "full-time"): "Full Time",
        ("job_listing_category", "policy"): "Policy &amp; Human Rights",
    },
    meta=[
        ("_filled", "0"),
        ("_featured", "1"),
        ("_job_location", "Tallinn, Estonia"),
        ("_remote_position", "0"),
        ("_application", "jobs@baltic.example"),
        ("_job_salary", "42000-50000"),
        ("_job_salary_currency", "EUR"),
        ("_job_salary_unit", "YEAR"),
        ("_company_name", "An older name"),
        ("_company_name", "Baltic Institute"),
        ("_company_website", "baltic.example"),
        ("_company_tagline", "Security studies"),
        ("_thumbnail_id", "4710"),
        ("_job_expires", "2026-12-31"),
        ("_application_deadline", "2026-12-15"),
        ("_wp_old_slug", "analyst"),
        ("_wp_old_slug", "%d8%aa%d8%ad"),
        ("_submitting_key", "secret"),
        ("_yoast_wpseo_title", "SEO"),
    ],
)


def test_whole_listing(tmp_path: Path) -> None:
    logo = f"{SITE}/wp-content/uploads/logo.png"
    path = write(tmp_path / "a.xml.zst", export(WHOLE, attachment(4710, logo)))
    (made,), fault = read(path)
    assert fault == ""
    assert (made.source, made.source_id, made.name) == (SITE, "4711", f"{SITE}/?p=4711")
    assert made.title == "Senior Analyst & Editor, “Baltic” desk <b>"
    assert made.description.replace("\n", "") == (
        "<p>We seek an analyst.</p><ul><li>Estonian</li></ul><p>arr[0]]&gt; end</p>"
    )
    assert (made.summary, made.language) == ("Baltic desk", "en")
    assert made.notes == ("Shortcodes were dropped: gallery",)
    assert (made.opportunity_type, made.hours) == ("staff", ("full_time",))
    assert made.topics == ("human_rights_migration",)
    assert made.function == "policy_advocacy"
    assert [(place.country, place.city) for place in made.places] == [("EE", "Tallinn")]
    assert (made.pay.minimum, made.pay.maximum) == (4_200_000, 5_000_000)
    assert (made.pay.currency, made.pay.period) == ("EUR", "year")
    assert (made.apply.method, made.apply.email) == ("email", "jobs@baltic.example")
    organisation = made.organisation
    assert organisation is not None
    assert (organisation.name, organisation.website) == (
        "Baltic Institute",
        "https://baltic.example",
    )
    assert (organisation.tagline, organisation.logo_url) == ("Security studies", logo)
    # The employer's day is the deadline, and the earlier one of the two is the end.
    assert made.deadline.at == made.ends_at == datetime(2026, 12, 15, 20, 59, tzinfo=UTC)
    assert made.posted_at == made.publish_at == datetime(2026, 10, 5, 7, 30, tzinfo=UTC)
    assert made.updated_at == datetime(2026, 10, 6, 8, 0, tzinfo=UTC)
    assert (made.status, made.is_featured) == ("published", True)
    assert (made.poster_email, made.poster_name) == ("ulla@baltic.example", "Ulla Tamm")
    assert made.old_addresses == (
        "/job/senior-analyst-4711/",
        "/job/analyst/",
        "/job/تح/",
        "?p=4711",
    )


def test_raw_keeps_all_but_secrets(one) -> None:  # type: ignore[no-untyped-def]
    raw = one(WHOLE).raw
    assert ["_company_name", "An older name"] in raw["meta"]
    assert ["_yoast_wpseo_title", "SEO"] in raw["meta"]
    assert "secret" not in str(raw)
    locked = one(item(post_password="open sesame"))
    assert "sesame" not in str(locked.raw)


def test_jobs_only_export_has_no_terms(one) -> None:  # type: ignore[no-untyped-def]
    terms = {("job_listing_type", "posting"): "Posting"}
    assert one(item(terms=terms)).hours == ("part_time",)
    assert one(item(terms=terms), before="").hours == ()
    named = {("job_listing_type", "internship"): "Internship"}
    assert one(item(terms=named), before="").opportunity_type == "internship"


def test_guest_listing_can_be_claimed_by_its_application_address(one) -> None:  # type: ignore[no-untyped-def]
    meta = [("_application", "jobs@baltic.example")]
    assert one(item(creator="", meta=meta)).poster_email == "jobs@baltic.example"
    assert one(item(creator="")).poster_email == ""


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("publish", "published"),
        ("future", "scheduled"),
        ("pending", "pending"),
        ("pending_payment", "pending"),
        ("draft", "draft"),
        ("preview", "draft"),
        ("private", "draft"),
        ("expired", "expired"),
        ("trash", "draft"),
        ("inherit", "draft"),
    ],
)
def test_statuses(one, written: str, status: str) -> None:  # type: ignore[no-untyped-def]
    made = one(item(status=written))
    assert made.status == status
    assert made.is_preview == (written == "preview")
    assert bool(made.skip) == (written == "trash")


def test_filled_listing_is_closed(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(meta=[("_filled", "1")]))
    assert (made.status, made.close_reason) == ("closed", "filled")
    assert one(item(status="draft", meta=[("_filled", "1")])).status == "draft"


def test_password_makes_a_draft(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(post_password="x"))
    assert made.status == "draft"
    assert made.notes == ("It was protected by a password on the former site.",)


def test_trash_says_what_it_was(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(status="trash", meta=[("_wp_trash_meta_status", "publish")]))
    assert made.skip == "in the trash (was publish)"


def test_drafts_without_utc_take_the_offset_of_the_items_before(tmp_path: Path) -> None:
    draft = item(
        2,
        post_date="2026-10-07 09:30:00",
        post_date_gmt="0000-00-00 00:00:00",
        status="draft",
        pubDate="",
    )
    (_, after), _ = read(write(tmp_path / "a.xml", export(item(1), draft)))
    assert after.posted_at == datetime(2026, 10, 7, 7, 30, tzinfo=UTC)
    # Without any before it, the zone asked for decides (Istanbul is three hours ahead).
    (alone,), _ = read(write(tmp_path / "a.xml", export(draft)))
    assert alone.posted_at == datetime(2026, 10, 7, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "kind", "notes"),
    [
        ("2026-12-31", "date", ()),
        ("2026-12-31 10:00:00", "date", ()),
        ("31/12/2026", "date", ("The deadline was read day first: 31/12/2026",)),
        ("", "not_stated", ()),
        ("someday", "not_stated", ("The deadline was not understood: someday",)),
    ],
)
def test_expiry(one, written: str, kind: str, notes: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    made = one(item(meta=[("_job_expires", written)]))
    end = datetime(2026, 12, 31, 20, 59, tzinfo=UTC) if kind == "date" else None
    assert (made.deadline.kind, made.ends_at, made.notes) == (kind, end, notes)


def test_addresses_of_custom_permalinks(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(1, link=f"{SITE}/vacancies/tallinn/analyst", post_name="analyst"))
    assert made.old_addresses == ("/job/analyst/", "/vacancies/tallinn/analyst/", "?p=1")


def test_answers_kept_as_a_php_array(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(meta=[("_job_location", 'a:2:{i:0;s:6:"Berlin";i:1;s:5:"Paris";}')]))
    assert [place.city for place in made.places] == ["Berlin", "Paris"]
    assert ["_job_location", 'a:2:{i:0;s:6:"Berlin";i:1;s:5:"Paris";}'] in made.raw["meta"]
    broken = one(item(meta=[("_company_name", 'a:1:{i:0;O:1:"x":0:{}}')]))
    assert broken.organisation.name == 'a:1:{i:0;O:1:"x":0:{}}'


def test_prose_that_wordpress_took_for_an_address(one) -> None:  # type: ignore[no-untyped-def]
    made = one(item(meta=[("_application", "http://See%20the%20notice")])).apply
    assert (made.method, made.url, made.instructions) == ("not_stated", "", "See the notice")


def test_point_of_an_unknown_city_comes_from_the_former_site(one) -> None:  # type: ignore[no-untyped-def]
    meta = [
        ("_job_location", "Väikeküla, Estonia"),
        ("geolocation_country_short", "EE"),
        ("geolocation_lat", "58.5"),
        ("geolocation_long", "25.5"),
    ]
    (place,) = one(item(meta=meta)).places
    assert (place.country, place.city, place.lat, place.lon) == ("EE", "Väikeküla", 58.5, 25.5)
    odd = [*meta[:2], ("geolocation_lat", "nan"), ("geolocation_long", "x")]
    assert one(item(meta=odd)).places[0].lat is None


def test_control_bytes_of_old_databases(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(export(item(title="Ana|lyst"), item(2)).replace(b"|", b"\x02"))
    found, fault = read(path)
    assert ([each.title for each in found], fault) == (["Analyst", "Senior Analyst"], "")


@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz", "a.xml.zst"])
def test_cut_file_gives_what_is_whole(tmp_path: Path, name: str) -> None:
    whole = export(*(item(number, content=f"{number**50}") for number in range(1, 400)))
    path = write(tmp_path / name, whole)
    packed = path.read_bytes()
    path.write_bytes(packed[: len(packed) // 2])
    found, fault = read(path)
    assert [each.source_id for each in found] == [str(n) for n in range(1, len(found) + 1)]
    assert 50 < len(found) < 399
    assert "breaks here" in fault or "damaged" in fault


def test_wrong_encoding_is_told_with_its_place(tmp_path: Path) -> None:
    content = export(item(1), item(2, "Ökonom"))
    path = write(tmp_path / "a.xml", content.replace("Ö".encode(), b"\xd6"))
    found, fault = read(path)
    assert [each.source_id for each in found] == ["1"]
    assert "line" in fault
    declared = content.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1", "ignore")
    assert [each.title for each in read(write(path, declared))[0]][1] == "Ökonom"


@pytest.mark.parametrize("content", [b"", b"no xml", b"<html><body>x</body></html>", b"\x00" * 99])
def test_what_is_no_export(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BrokenFile):
        wxr.read_site(write(tmp_path / "a.xml", content))


def test_entities_are_refused_at_once(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>'
    outside = '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
    for doctype in (bomb, outside):
        content = export(item(title="&l9;")).replace(b"<rss", doctype.encode() + b"<rss", 1)
        began = time.monotonic()
        with pytest.raises(BrokenFile, match="entities"):
            wxr.read_site(write(tmp_path / "a.xml", content))
        assert time.monotonic() - began < 1


def test_endless_item(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xml.zst", export(item(1), item(2, content="x" * (wxr.ITEM_BYTES + 10**6)))
    )
    found, fault = read(path)
    assert [each.source_id for each in found] == ["1"]
    assert "larger than 32 MB" in fault


def test_items_without_title_or_id(tmp_path: Path) -> None:
    nameless = item(0, "", guid="")
    untitled = item(2, "  ")
    (first, second), _ = read(write(tmp_path / "a.xml", export(nameless, untitled)))
    assert (first.refusal, second.refusal) == ("no title", "no title")
    (third,), _ = read(write(tmp_path / "a.xml", export(item(0, guid=""))))
    assert third.refusal == ""
    assert third.source_id


def test_other_kinds_of_items_are_passed_over(tmp_path: Path) -> None:
    others = [item(n, post_type=kind) for n, kind in enumerate(("post", "page", "resume"), 2)]
    path = write(tmp_path / "a.xml", export(*others, item(1)))
    assert [each.source_id for each in read(path)[0]] == ["1"]
    assert wxr.read_site(path).listing_count == 1


def test_utc_offset_of_an_item(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", export(item()))
    (listing,) = wxr.read_listings(path, wxr.read_site(path))
    assert listing.utc_offset == timedelta(hours=2)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("i:7;", 7),
        ("b:1;", True),
        ("d:1.5;", 1.5),
        ("N;", None),
        ('s:5:"Küst";', "Küst"),
        ('a:2:{i:0;s:1:"a";i:1;i:2;}', ["a", 2]),
        ('a:1:{s:1:"k";a:1:{i:5;b:0;}}', {"k": {"5": False}}),
    ],
)
def test_unserialize(written: str, value: object) -> None:
    assert wxr.unserialize(written) == value


@pytest.mark.parametrize(
    "written",
    [
        "",
        'O:8:"stdClass":0:{}',
        'C:1:"x":0:{}',
        "r:1;",
        'a:1:{i:0;O:1:"x":0:{}}',
        's:99:"short";',
        "a:999999999:{}",
        "i:7;i:8;",
        "i:x;",
        "a:1:{i:0;" * 50 + "N;" + "}" * 50,
    ],
)
def test_unserialize_refuses(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        wxr.unserialize(written)
