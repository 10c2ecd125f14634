"""The board's addresses, as paths: one place for pages, feeds, mails and structured data.

Nothing here knows a host; the base address comes from the setting ``SITE_URL``, never from a
request, so that a forged Host header has nowhere to go.
"""

from urllib.parse import quote, unquote, urlsplit


def listing(slug: str) -> str:
    """Return the path of a listing's page."""
    return f"/job/{slug}/"


def former(path: str) -> str:
    """Return the one spelling in which a former site's path is kept and looked up."""
    return f"/{unquote(path).strip('/')}/"


def organisation(slug: str) -> str:
    """Return the path of an organisation's page."""
    return f"/organisation/{slug}/"


def manage(token: str) -> str:
    """Return the path of a guest's management page."""
    return f"/post-a-job/{quote(token, safe='')}/"


def dashboard(listing_id: int | None = None, verb: str | None = None) -> str:
    """Return the path of the dashboard, or of one action on one listing."""
    if listing_id is None:
        return "/job-dashboard/"
    return f"/job-dashboard/{listing_id}/{verb or 'show'}/"


def confirm_address(token: str) -> str:
    """Return the path of the page that confirms an account's mail address."""
    return f"/account/confirm/{quote(token, safe='')}/"


def reset_password(token: str) -> str:
    """Return the path of the page that sets a new password."""
    return f"/lost-password/{quote(token, safe='')}/"


def own_path(wanted: str | None, default: str) -> str:
    """Return ``wanted`` when it is a plain path of this site, else ``default``.

    Guards ``next=`` against every known way to lead elsewhere (ASVS 3.7.2): other schemes and
    hosts, ``//host``, backslashes that browsers read as slashes, control characters they drop.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return default
    if any(ord(letter) <= ord(" ") or ord(letter) == 0x7F for letter in wanted):
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else wanted


def email_key(email: str) -> str:
    """Return a mail address in the form in which it is stored and compared."""
    return email.strip().lower()
