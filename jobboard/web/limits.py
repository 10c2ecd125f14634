"""Throttles: how often one visitor, or one name, may try something.

Counted in Valkey or Redis where one is set, else in this process's memory. Unknown names count
like known ones, so that a refusal tells nothing about who has an account.
"""

import hmac
import ipaddress
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, request
from flask_babel import ngettext
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import HTTPException

from jobboard.web import errors

log = logging.getLogger(__name__)

#: Tries allowed, by what is tried. Signing in counts three ways: one visitor at one name, one
#: visitor at many names, and one name from everywhere; a browser that its owner signed in with
#: before counts by itself (``web.known_browsers``), so that no attacker locks the owner out.
RULES: dict[str, tuple[RateLimitItem, ...]] = {
    "sign_in": (parse("10/5 minutes"), parse("50/hour")),
    "sign_in_visitor": (parse("60/5 minutes"), parse("300/hour")),
    "sign_in_name": (parse("100/hour"),),
    "register": (parse("10/hour"),),
    "lost_password": (parse("10/hour"),),
    "mail_to_address": (parse("5/hour"),),
    "post": (parse("20/10 minutes"), parse("100/day")),
    # Each is a mail to an address that anybody may type.
    "post_from_address": (parse("20/hour"), parse("60/day")),
    "show_apply": (parse("60/10 minutes"),),
    "token": (parse("60/10 minutes"),),
    "api": (parse("3000/5 minutes"),),
}

#: Longer than anything that an answer may hide behind takes: a hash, two rows, a commit.
_EVEN_SECONDS = 0.35
_KEY_SHOWN = 12


@dataclass(frozen=True)
class Allowance:
    """How often something may still be tried; times are seconds."""

    limit: int
    window: int
    remaining: int
    resets_in: int

    def headers(self) -> dict[str, str]:
        """Return the fields that tell a program (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.resets_in),
            "RateLimit-Policy": f"{self.limit};w={self.window}",
        }


class TooManyTries(HTTPException):
    """The answer 429 with its page; a form may catch it to show itself again with what was typed.

    Attributes:
        headers: ``Retry-After`` and what is left, for any answer that tells of it.
        minutes: how long to wait, in whole minutes.
    """

    code = 429

    def __init__(self, allowance: Allowance) -> None:
        self.headers = {"Retry-After": str(allowance.resets_in), **allowance.headers()}
        self.minutes = -(-allowance.resets_in // 60)
        response = errors.answer(429)
        response.headers.update(self.headers)
        super().__init__(response=response)

    def sentence(self) -> str:
        """Return what to tell the person."""
        return ngettext(
            "Too many tries. Wait %(num)s minute and try again.",
            "Too many tries. Wait %(num)s minutes and try again.",
            self.minutes,
        )


def install(app: Flask) -> None:
    """Give the application its counter of tries."""
    redis = str(app.config["REDIS_URL"])
    storage = cast(Storage, storage_from_string(redis)) if redis else MemoryStorage()
    app.extensions["limits"] = MovingWindowRateLimiter(storage)


def visitor() -> str:
    """Return the visitor's network: the address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def check(rule: str, *names: str) -> Allowance | None:
    """Count one try and answer 429 with Retry-After when there were too many.

    Args:
        rule: a key of RULES.
        names: what is counted: the visitor, an address; only a keyed hash of it is stored.

    Returns:
        What is left, by the tightest limit of the rule; None where nothing is counted.

    Raises:
        TooManyTries: it was one too many.
    """
    if not current_app.config["RATE_LIMITS"]:
        return None
    limiter: MovingWindowRateLimiter = current_app.extensions["limits"]
    key = keyed(*names)
    left: list[Allowance] = []
    for item in RULES[rule]:
        try:
            is_allowed = limiter.hit(item, rule, key)
            window = limiter.get_window_stats(item, rule, key)
        except Exception:
            # A counter that is away must not shut everybody out.
            log.exception("throttle counter not available")
            return None
        resets_in = max(1, round(window.reset_time - time.time()))
        left.append(Allowance(item.amount, item.get_expiry(), window.remaining, resets_in))
        if not is_allowed:
            log.warning("throttled: %s %s", rule, key[:_KEY_SHOWN])
            raise TooManyTries(left[-1])
    return min(left, key=lambda one: one.remaining)


def keyed(*names: str) -> str:
    """Return a keyed hash of names: the same each time, and no way back without the secret."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\x1f".join(names).encode("utf-8", "replace"), "sha256").hexdigest()


@contextmanager
def evened() -> Iterator[None]:
    """Make a block take the same time whatever it finds, so that its length tells nothing.

    For answers that must not reveal whether an address is known (ASVS 6.3.8), where one way writes
    rows and the other does not. The block ends its transaction, so nobody waits for this one.
    """
    ends_at = time.monotonic() + _EVEN_SECONDS
    try:
        yield
    finally:
        time.sleep(max(0.0, ends_at - time.monotonic()))
