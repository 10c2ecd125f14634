"""Which passwords are taken, and how they are compared (ASVS 6.2)."""

import importlib.util
import time

import argon2
import pytest

from jobboard import passwords


@pytest.fixture(autouse=True)
def _as_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the board does; other tests do it with the least work."""
    spec = importlib.util.find_spec("jobboard.passwords")
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    monkeypatch.setattr(passwords, "_hasher", fresh._hasher)
    passwords._nobodys.cache_clear()


def fault(password: str) -> str | None:
    return passwords.fault_of(password, email="alice.smith@think.example", site_name="Geopolist")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sevench",
        "password123",
        "PASSWORD123",
        " password123 ",
        "iloveyou1",
        "aaaaaaaaaaaa",
        "geopolist",
        "Geopolist2026"[:12],
        "geopolist!!!!!",
        "alice.smith@think.example",
        "AliceSmith1",
        "think.example",
        "x" * 3 + "y" * 998,
    ],
)
def test_refused(password: str) -> None:
    assert fault(password)


@pytest.mark.parametrize(
    "password",
    [
        "eight ch",
        "alllowerletters",
        "        9 blanks before",
        "🦉🐦🦜🦢🦚🦩🐓🦃",
        "geopolist demo",
        "парольдляработы",
        "q" * 63 + "z",
        "q" * 199 + "z",
        "q" * 999 + "z",
    ],
)
def test_taken(password: str) -> None:
    assert fault(password) is None


@pytest.mark.parametrize("length", [64, 200, 1000])
def test_the_last_character_counts(length: int) -> None:
    kept = passwords.hashed("a" * (length - 1) + "b")

    assert passwords.is_right("a" * (length - 1) + "b", kept)
    assert not passwords.is_right("a" * (length - 1) + "c", kept)


@pytest.mark.parametrize("other", ["Correct horse ", "correct horse", " correct horse "])
def test_case_and_blanks_count(other: str) -> None:
    assert not passwords.is_right(other, passwords.hashed("correct horse "))


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert passwords.is_right("cafe\u0301 noir", passwords.hashed("caf\u00e9 noir"))


def test_odd_bytes_are_just_wrong() -> None:
    kept = passwords.hashed("correct horse")

    assert not passwords.is_right("\ud800\x00", kept)
    assert not passwords.is_right("correct horse", "no hash at all")


def test_nobody_is_as_slow_as_somebody() -> None:
    kept = passwords.hashed("correct horse")
    passwords.is_right("x", None)

    def seconds(of: str | None) -> float:
        took = []
        for _ in range(5):
            start = time.perf_counter()
            assert not passwords.is_right("wrong", of)
            took.append(time.perf_counter() - start)
        return min(took)

    known, unknown = seconds(kept), seconds(None)
    assert known == pytest.approx(unknown, rel=0.5)
    assert known > 0.01


def test_old_parameters_are_renewed() -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("correct horse")

    assert passwords.needs_renewal(weak)
    assert not passwords.needs_renewal(passwords.hashed("correct horse"))


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hashed("correct horse") != passwords.hashed("correct horse")


def test_passwords_are_kept_as_decided() -> None:
    """Argon2id with 32 MiB, three passes and one lane (RFC 9106)."""
    assert passwords.hashed("correct horse").startswith("$argon2id$v=19$m=32768,t=3,p=1$")
