"""Headers that every answer carries, errors and files too."""

from flask import Flask, Response, request

from jobboard.web import access

# No nonce and no hash: bodies are cached and shared, so nothing inline may run at all (CSP 3).
CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ONE_YEAR = 365 * 24 * 3600

#: What scripts of other sites may read, errors too; nothing here depends on who asks.
_API = "/api/v1/"
_READABLE = (
    "ETag, Link, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, "
    "Retry-After, X-Request-ID"
)


def install(app: Flask) -> None:
    """Add the security headers to every answer (ASVS 3.4) and say what may be kept (14.3.2)."""
    is_https = str(app.config["SITE_URL"]).startswith("https://")

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if f"{request.path}/".startswith(_API):
            _open_to_scripts(response)
        if is_https:
            headers.setdefault(
                "Strict-Transport-Security", f"max-age={_ONE_YEAR}; includeSubDomains"
            )
        if "Cache-Control" not in headers:
            # Flask adds "Vary: Cookie" only after this.
            is_private = request.method not in ("GET", "HEAD") or access.knows_who_asks()
            headers["Cache-Control"] = "no-store" if is_private else "no-cache"
        return response


def _open_to_scripts(response: Response) -> None:
    """Let scripts of any site read an answer, never with a visitor's cookies (CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    else:
        response.headers["Access-Control-Expose-Headers"] = _READABLE
