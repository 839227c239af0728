"""URLs of endpoints: a base URL with a path, which may have a query and may be complete already."""

from __future__ import annotations

from urllib.parse import SplitResult, urljoin, urlsplit

_PATHS = ("/chat/completions", "/completions", "/embeddings", "/models")
_PORTS = {"http": 80, "https": 443}


def endpoint_url(base: str, path: str) -> str:
    """Add a path to an endpoint's base URL.

    Args:
        base: The URL as configured: with a query, which stays behind the path, or with a trailing
            ``/chat/completions``, which the path replaces.
        path: Such as ``chat/completions``.

    Example:
        >>> endpoint_url("https://x.test/deployments/m?api-version=1", "chat/completions")
        'https://x.test/deployments/m/chat/completions?api-version=1'
    """
    parts = urlsplit(base.strip())
    folder = parts.path.rstrip("/")
    for known in _PATHS:
        if folder.endswith(known):
            folder = folder.removesuffix(known)
            break
    return parts._replace(path=f"{folder}/{path}", fragment="").geturl()


def redirect_target(url: str, location: str) -> str | None:
    """Return where a redirect leads; None for another host, which must not receive the request.

    Args:
        url: The URL that redirects.
        location: The response's ``Location``, absolute or relative.
    """
    before, target = urlsplit(url), urljoin(url, location)
    try:
        after = urlsplit(target)
        same = (before.hostname, _port(before)) == (after.hostname, _port(after))
    except ValueError:
        return None
    upgrade = (before.scheme, after.scheme) == ("http", "https")
    if before.hostname == after.hostname and upgrade and before.port is after.port is None:
        return target
    return target if same and before.scheme == after.scheme else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
