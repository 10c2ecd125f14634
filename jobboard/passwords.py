"""Passwords: which ones are taken, how they are kept, how they are compared.

Argon2id (RFC 9106) with 32 MiB, three passes and one lane: about 60 ms on a small server, and a
hundred simultaneous sign-ins still fit into its memory. Nothing is cut off: the last character of
a long password counts. There are no rules of composition (NIST SP 800-63B, 3.1.1.2; ASVS 6.2).
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jobboard.words import N_

SHORTEST = 8
LONGEST = 1000

#: 10,000 common passwords of eight characters or more, most frequent first; from the frequency
#: lists of zxcvbn (MIT licence, docs/licences/zxcvbn-MIT.txt).
_COMMON = Path(__file__).parent / "tables" / "common_passwords.txt"

_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)

_NO_WORD = re.compile(r"[\W_]+")
#: A known word with fewer characters than this around it is still the known word.
_LEAST_BESIDE = 4
_SHORTEST_PART = 4


def fault_of(password: str, *, email: str, site_name: str) -> str | None:
    """Return what is wrong with a new password, as a sentence that says what to do, or None.

    Args:
        password: as typed; case, spaces and the trailing blank count.
        email: the person's own address, which must not be the password.
        site_name: the board's name, which everybody would guess first.
    """
    if len(password) < SHORTEST:
        return N_("Use at least 8 characters. A few words in a row are easy to keep in mind.")
    if len(password) > LONGEST:
        return N_("Use at most 1,000 characters.")
    if _is_common(password):
        return N_("Many people use this password, so it is guessed first. Choose another one.")
    local, _, host = email.partition("@")
    if _is_hardly_more_than(password, (email, local, host)):
        return N_("This is too close to your e-mail address. Choose another one.")
    if _is_hardly_more_than(password, (site_name, *site_name.split())):
        return N_("This is too close to this site's name. Choose another one.")
    return None


def hashed(password: str) -> str:
    """Return what the database keeps of a password; takes about 60 ms on purpose."""
    return _hasher.hash(_bytes(password))


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one.

    Args:
        password: as typed.
        kept: what ``hashed`` gave, or None where there is no account: the answer is then no, after
            the same time, so that the clock does not tell who has an account (ASVS 6.3.8).
    """
    try:
        _hasher.verify(kept if kept is not None else _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_renewal(kept: str) -> bool:
    """Tell whether a kept hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash(b"nobody's password")


def _bytes(password: str) -> bytes:
    # The same letters typed on two systems may come composed or not.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split("\n"))


def _is_common(password: str) -> bool:
    word = password.strip().casefold()
    return word in _common() or len(set(word)) == 1


def _is_hardly_more_than(password: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a known word with at most a few characters around it is all there is."""
    word = _NO_WORD.sub("", password.casefold())
    known = {_NO_WORD.sub("", part.casefold()) for part in parts}
    return any(
        len(word.replace(part, "")) < _LEAST_BESIDE
        for part in known
        if len(part) >= _SHORTEST_PART and part in word
    )
