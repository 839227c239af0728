"""Every error that this package raises.

All of them derive from `JulepError`, can be pickled and copied, and never hold the API key. The
text of a request's error names the request and the response.

Example:
    >>> import julep
    >>> try:
    ...     client.sessions.get("4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a")
    ... except julep.NotFoundError as error:
    ...     print(error.status_code, error.message)
    404 session 4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a was not found
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from julep._errors.base import (
    ConfigurationError,
    InvalidArgumentError,
    InvalidIdError,
    JulepError,
)
from julep._errors.requests import (
    NetworkError,
    RequestError,
    RequestTimeoutError,
    StreamInterruptedError,
    StreamTimeoutError,
)
from julep._errors.responses import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ErrorDetail,
    InvalidResponseError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnprocessableEntityError,
)
from julep._errors.results import (
    InvalidOutputError,
    JobFailedError,
    MaxTurnsError,
    NotApprovedError,
    StreamClosedError,
)
from julep._lazy import lazy, resolvable

if TYPE_CHECKING:
    from julep._errors.argument_type import ArgumentTypeError
else:
    # It derives from an exception of beartype, which is expensive to import.
    _, __getattr__, __dir__ = lazy(
        __name__, {"julep._errors.argument_type": ("ArgumentTypeError",)}
    )

__all__ = [
    "ApiError",
    "ArgumentTypeError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ErrorDetail",
    "InvalidArgumentError",
    "InvalidIdError",
    "InvalidOutputError",
    "InvalidResponseError",
    "JobFailedError",
    "JulepError",
    "MaxTurnsError",
    "NetworkError",
    "NotApprovedError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestError",
    "RequestTimeoutError",
    "ServerError",
    "StreamClosedError",
    "StreamInterruptedError",
    "StreamTimeoutError",
    "UnprocessableEntityError",
]

# Programs, logs and pickles know the classes by this module.
for _name in __all__:
    if _name in globals():
        globals()[_name].__module__ = __name__

resolvable(__name__)
