"""Settings: honest defaults, and a refusal in words where a start would be wrong."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

import config

SOUND: Mapping[str, str] = {
    "SITE_URL": "https://jobs.example.org",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
}


def refused(**changes: str) -> str:
    with pytest.raises(config.SettingsRefused) as refusal:
        config.load({**SOUND, **changes})
    return str(refusal.value)


def test_two_settings_are_enough() -> None:
    settings = config.load(SOUND)
    chosen = ("DEMO", "PORT", "HOST", "SITE_NAME", "SITE_ZONE", "RATE_LIMITS", "REVIEW_HOURS")
    assert [settings[name] for name in chosen] == [
        False,
        8000,
        "127.0.0.1",
        "Geopolist",
        "Europe/Istanbul",
        True,
        24,
    ]
    assert str(settings["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite:////")
    assert settings["MAIL_DEFAULT_SENDER"] == "jobs@jobs.example.org"


def test_every_fault_is_told_at_once() -> None:
    told = refused(SITE_URL="", SECRET_KEY="", PORT="http", SITE_ZONE="Mars/Olympus", DEMO="maybe")
    named = [line.split()[0] for line in told.splitlines()]
    assert sorted(named) == ["DEMO", "PORT", "SECRET_KEY", "SITE_URL", "SITE_ZONE"]


@pytest.mark.parametrize(
    "secret", ["short", "a" * 40, "please-change-this-secret-key-now", "x" * 31, "dev" * 20]
)
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    assert refused(SECRET_KEY=secret).startswith("SECRET_KEY")


def test_a_random_secret_may_hold_a_word_of_examples() -> None:
    secret = "k7DevQ2mZx9TgVb4NcR8sLw1YhJ5uPf3AeKo6SiXyBd0GtMr"
    assert config.load({**SOUND, "SECRET_KEY": secret})["SECRET_KEY"] == secret


@pytest.mark.parametrize("address", ["jobs.example.org", "ftp://jobs.example.org", "https://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    assert refused(SITE_URL=address).startswith("SITE_URL")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٨٠"),
        ("LISTING_LIFE_DAYS", "0"),
        ("LISTING_LIFE_DAYS", "366"),
        ("REVIEW_HOURS", "0"),
        ("RATE_LIMITS", "perhaps"),
        ("SITE_LINKS", "Home"),
        ("SITE_LINKS", "Home=javascript:alert(1)"),
    ],
)
def test_values_that_make_no_sense_are_refused(name: str, value: str) -> None:
    assert refused(**{name: value}).startswith(name)


def test_the_main_sites_menu() -> None:
    links = config.load({**SOUND, "SITE_LINKS": "Home=https://example.org/, Map=/map/,"})
    assert links["SITE_LINKS"] == (("Home", "https://example.org/"), ("Map", "/map/"))


def test_cookies_are_bound_to_https_where_there_is_https() -> None:
    safe, plain = config.load(SOUND), config.load({**SOUND, "SITE_URL": "http://127.0.0.1:8000"})
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE")
    assert [safe[name] for name in names] == ["__Host-board", True, True]
    assert [plain[name] for name in names] == ["board", False, False]


@pytest.mark.parametrize("prefix", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_addresses_of_every_form(prefix: str) -> None:
    settings = config.load({**SOUND, "DATABASE_URL": f"{prefix}://u:p@db.example/board"})
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@db.example/board"


def test_the_demo_needs_nothing_and_keeps_its_secret(tmp_path: Path) -> None:
    demo = {"DEMO": "1", "INSTANCE_DIR": str(tmp_path / "instance"), "PORT": "8123"}
    first, second = config.load(demo), config.load(demo)
    assert first["SITE_URL"] == "http://127.0.0.1:8123"
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(str(first["SECRET_KEY"])) >= 32
    kept = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_board_for_real_people_has_no_secret_of_its_own(tmp_path: Path) -> None:
    config.load({"DEMO": "1", "INSTANCE_DIR": str(tmp_path)})
    assert "SECRET_KEY" in refused(SECRET_KEY="", INSTANCE_DIR=str(tmp_path))


def test_port_of_the_mail_server_follows_whether_one_signs_in() -> None:
    assert config.load(SOUND)["MAIL_PORT"] == 25
    assert config.load({**SOUND, "MAIL_USERNAME": "board"})["MAIL_PORT"] == 587
