"""Tokens of mailed links and of signed-in browsers: 256 bits, stored only as a hash."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode


def fresh() -> str:
    """Return a new random token of 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def derived(secret: str, purpose: str, nonce: str) -> str:
    """Return the token of a link, made from the server's secret and the link's nonce.

    HMAC-SHA-256, so that the worker can write the address into a mail long after the link was
    made, while the database alone gives no token away.
    """
    digest = hmac.new(secret.encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hashed(token: str) -> str:
    """Return the SHA-256 of a token in hex: what the database keeps and looks up.

    Any text is a token that may be asked for; one with lone surrogates just matches nothing.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
