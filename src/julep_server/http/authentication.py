"""The ``Authorization`` header, and the responses to a request that may not be made."""

from __future__ import annotations

from julep_server.errors import ApiError


def key_of(authorization: str | None) -> str:
    """Return the key of an ``Authorization`` header: ``Bearer KEY``, or the key alone."""
    if not authorization:
        return ""
    text = authorization.strip()
    scheme, _, rest = text.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" and rest else text


def unauthorized(message: str, *, wrong: bool = False) -> ApiError:
    """Return a 401.

    Args:
        message: What is wrong with the key.
        wrong: Whether there was one.
    """
    challenge = 'Bearer realm="julep"' + (', error="invalid_token"' if wrong else "")
    return ApiError(401, "unauthorized", message, (), {"WWW-Authenticate": challenge})


def forbidden(message: str) -> ApiError:
    """Return a 403: the key is known, and may not do this."""
    return ApiError(403, "forbidden", message)
