"""Settings: read from the environment and ``.env``, checked, with honest defaults.

The operator's list of them, with their meaning, stands in README.md; ``tests/house`` compares.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent

_MEGABYTE = 1024 * 1024
_SHORTEST_SECRET = 32
#: Words of examples, the longer ones first.
_KNOWN_SECRETS = (
    "your-secret-key",
    "please-change",
    "change-me",
    "changeme",
    "secret",
    "dev",
)
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


class SettingsRefused(Exception):
    """The settings do not allow a start; each line says which one and what to do."""


def load(environ: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the application's configuration from the environment, which wins over ``.env``.

    Raises:
        SettingsRefused: a setting is missing or makes no sense.
    """
    env = _environment() if environ is None else dict(environ)
    faults: list[str] = []
    is_demo = _switch(env, "DEMO", False, faults)
    instance = Path(env.get("INSTANCE_DIR") or ROOT / "instance").resolve()
    port = _number(env, "PORT", 8000, faults)
    site_url = (env.get("SITE_URL") or (f"http://127.0.0.1:{port}" if is_demo else "")).rstrip("/")
    is_https = site_url.startswith("https://")

    if not site_url:
        faults.append("SITE_URL is not set: the board's address, such as https://jobs.example.org")
    elif urlsplit(site_url).scheme not in ("http", "https") or not urlsplit(site_url).netloc:
        faults.append("SITE_URL must be an address that begins with https:// (or http://)")
    settings: dict[str, object] = {
        "DEMO": is_demo,
        "INSTANCE_DIR": str(instance),
        "SECRET_KEY": _secret(env, is_demo, instance, faults),
        "SITE_URL": site_url,
        "SITE_NAME": env.get("SITE_NAME") or "Geopolist",
        "SITE_ZONE": _zone(env, faults),
        "SITE_LINKS": _links(env, faults),
        "SITE_EMAIL": env.get("SITE_EMAIL") or ("contact@demo.example" if is_demo else ""),
        "SITE_LEGAL_LINE": env.get("SITE_LEGAL_LINE", ""),
        "SQLALCHEMY_DATABASE_URI": _database(env, instance),
        "SQLALCHEMY_ENGINE_OPTIONS": _engine(env),
        "REDIS_URL": env.get("REDIS_URL", ""),
        "HOST": env.get("HOST") or "127.0.0.1",
        "PORT": port,
        "WEB_WORKERS": _number(env, "WEB_WORKERS", 1, faults),
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0, faults),
        "RATE_LIMITS": _switch(env, "RATE_LIMITS", True, faults),
        "METRICS_TOKEN": env.get("METRICS_TOKEN", ""),
        "LISTING_LIFE_DAYS": _number(env, "LISTING_LIFE_DAYS", 60, faults, least=1, most=365),
        "REVIEW_HOURS": _number(env, "REVIEW_HOURS", 24, faults, least=1),
        **_mail(env, faults),
        # Flask's own
        "MAX_CONTENT_LENGTH": _MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": _MEGABYTE,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_NAME": "__Host-board" if is_https else "board",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": "__Host-remember" if is_https else "remember",
        "REMEMBER_COOKIE_SECURE": is_https,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "KNOWN_COOKIE_NAME": "__Host-known" if is_https else "known",
        # A form left open overnight must still be accepted: the token lives as long as its cookie.
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_TIMEZONE": "UTC",
    }
    if faults:
        raise SettingsRefused("\n".join(faults))
    return settings


def _environment() -> dict[str, str]:
    kept = {key: value or "" for key, value in dotenv_values(ROOT / ".env").items()}
    return {**kept, **os.environ}


def _switch(env: Mapping[str, str], name: str, default: bool, faults: list[str]) -> bool:
    value = env.get(name, "").strip().lower()
    if name not in env or value == "":
        return default
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    faults.append(f"{name} must be on or off, not {value!r}")
    return default


def _number(
    env: Mapping[str, str],
    name: str,
    default: int,
    faults: list[str],
    *,
    least: int = 0,
    most: int = 65535,
) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if value.isascii() and value.isdigit() and least <= int(value) <= most:
        return int(value)
    faults.append(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return default


def _zone(env: Mapping[str, str], faults: list[str]) -> str:
    zone = env.get("SITE_ZONE") or "Europe/Istanbul"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(f"SITE_ZONE is no known time zone: {zone!r}; write it like Europe/Istanbul")
    return zone


def _links(env: Mapping[str, str], faults: list[str]) -> tuple[tuple[str, str], ...]:
    links = []
    for part in filter(None, (part.strip() for part in env.get("SITE_LINKS", "").split(","))):
        name, _, address = part.partition("=")
        if not address.startswith(("https://", "http://", "/")):
            faults.append(
                f"SITE_LINKS must read name=address,name=address; this does not: {part!r}"
            )
            continue
        links.append((name.strip(), address.strip()))
    return tuple(links)


def _secret(env: Mapping[str, str], is_demo: bool, instance: Path, faults: list[str]) -> str:
    secret = env.get("SECRET_KEY", "")
    if not secret and is_demo:
        return _kept_secret(instance / "secret_key")
    if len(secret.encode()) < _SHORTEST_SECRET:
        faults.append("SECRET_KEY must be a random text of at least 32 bytes")
    elif _is_example(secret):
        faults.append("SECRET_KEY looks like an example; make one with: openssl rand -base64 48")
    return secret


def _is_example(secret: str) -> bool:
    """Tell whether hardly anything is left beside the words of examples.

    A random text may well hold one of these words: one in five hundred spells "dev".
    """
    rest = secret.lower()
    for known in _KNOWN_SECRETS:
        rest = rest.replace(known, "")
    return len(rest.encode()) < _SHORTEST_SECRET or len(set(secret)) == 1


def _kept_secret(path: Path) -> str:
    """Return the demo's own secret, made once, so that a restart keeps forms and sign-ins."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            secret = secrets.token_urlsafe(48)
            file.write(secret)
        return secret


def _database(env: Mapping[str, str], instance: Path) -> str:
    address = env.get("DATABASE_URL", "")
    if not address:
        return f"sqlite:///{instance / 'board.sqlite'}"
    # Hosting services hand out the driver-less form.
    for prefix in ("postgres://", "postgresql://"):
        if address.startswith(prefix):
            return "postgresql+psycopg://" + address.removeprefix(prefix)
    return address


def _engine(env: Mapping[str, str]) -> dict[str, object]:
    # What a statement carries is people's: a trace in the log shows the statement alone.
    if not env.get("DATABASE_URL", "").startswith("postgres"):
        return {"pool_timeout": 10, "hide_parameters": True}
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_timeout": 5,
        "connect_args": {"connect_timeout": 5},
    }


def _mail(env: Mapping[str, str], faults: list[str]) -> dict[str, object]:
    host = urlsplit(env.get("SITE_URL", "")).hostname or "localhost"
    return {
        "MAIL_SERVER": env.get("MAIL_SERVER", ""),
        "MAIL_PORT": _number(env, "MAIL_PORT", 587 if env.get("MAIL_USERNAME") else 25, faults),
        "MAIL_USE_TLS": _switch(env, "MAIL_USE_TLS", False, faults),
        "MAIL_USERNAME": env.get("MAIL_USERNAME") or None,
        "MAIL_PASSWORD": env.get("MAIL_PASSWORD") or None,
        "MAIL_DEFAULT_SENDER": env.get("MAIL_DEFAULT_SENDER") or f"jobs@{host}",
    }
