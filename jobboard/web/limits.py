"""Throttles: how often one visitor, or one name, may try something.

Counted in Valkey or Redis where one is set, else in this process's memory. Unknown names count
like known ones, so that a refusal tells nothing about who has an account.
"""

import hashlib
import logging

from flask import Flask, abort, current_app, make_response, render_template, request
from flask_babel import gettext
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

log = logging.getLogger(__name__)

#: Tries allowed, by what is tried.
RULES: dict[str, tuple[RateLimitItem, ...]] = {
    "sign_in": (parse("10/5 minutes"), parse("50/hour")),
    "sign_in_visitor": (parse("60/5 minutes"), parse("300/hour")),
    "register": (parse("10/hour"),),
    "lost_password": (parse("5/hour"),),
    "mail_to_address": (parse("10/hour"),),
    "post": (parse("20/10 minutes"), parse("100/day")),
    "show_apply": (parse("60/10 minutes"),),
    "token": (parse("60/10 minutes"),),
}


def install(app: Flask) -> None:
    """Give the application its counter of tries."""
    storage: Storage = (
        storage_from_string(str(app.config["REDIS_URL"]))
        if app.config["REDIS_URL"]
        else MemoryStorage()
    )
    app.extensions["limits"] = MovingWindowRateLimiter(storage)


def visitor() -> str:
    """Return the visitor's network: the address, or the /64 of an IPv6 one."""
    address = request.remote_addr or "unknown"
    return ":".join(address.split(":")[:4]) if ":" in address else address


def check(rule: str, *names: str) -> None:
    """Count one try and answer 429 with Retry-After when there were too many.

    Args:
        rule: a key of RULES.
        names: what is counted: the visitor, an address; hashed before it is stored.
    """
    if not current_app.config["RATE_LIMITS"]:
        return
    limiter: MovingWindowRateLimiter = current_app.extensions["limits"]
    key = hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest()
    for item in RULES[rule]:
        try:
            is_allowed = limiter.hit(item, rule, key)
        except Exception:
            # A counter that is away must not shut everybody out.
            log.exception("throttle counter not available")
            return
        if not is_allowed:
            log.warning("throttled: %s", rule)
            response = make_response(
                render_template(
                    "errors/error.html",
                    status=429,
                    title=gettext("Too many tries"),
                    advice=gettext("Wait a little and try again."),
                    number="",
                ),
                429,
            )
            response.headers["Retry-After"] = str(item.get_expiry())
            abort(response)
