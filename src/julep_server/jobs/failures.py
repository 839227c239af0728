"""Failures of jobs: whether and when to retry, and a reason that reveals nothing private."""

from __future__ import annotations

from julep_server.errors import ApiError

MAX_ATTEMPTS = 5
"""Attempts that a job gets."""

FIRST_DELAY = 1.0
"""Seconds before the second attempt; each later delay is four times as long."""

MAX_DELAY = 600.0
"""The longest delay, in seconds, even if an endpoint requests a longer one."""

# A refusal with one of these statuses may be transient; others would be refused again.
_TRANSIENT = frozenset({408, 409, 429})
# Instead of the endpoint's message, which may quote a key or a conversation.
_REASONS = {
    "model_timeout": "the model's endpoint timed out",
    "model_interrupted": "the model's endpoint broke off its response",
    "model_answer_unreadable": "the model's answer could not be read",
    "model_empty": "the model's answer was empty",
    "model_refused": "the model's endpoint refused the request",
    "model_not_allowed": "the tenant may not use the agent's model",
    "unknown_model": "the model's endpoint doesn't know the model",
    "rate_limited": "the model's endpoint limits the rate of requests",
    "model_unavailable": "the model's endpoint failed or can't be reached",
}


class AbortedError(Exception):
    """The job can have no effect any more; the message is the reason."""


def reason_of(error: BaseException) -> str:
    """Return the reason to store for a failure."""
    code = error.code if isinstance(error, ApiError) else ""
    return _REASONS.get(code, "something went wrong in the server")


def is_transient(error: BaseException) -> bool:
    """Check whether another attempt could succeed."""
    if not isinstance(error, ApiError):
        return True
    return error.status >= 500 or error.status in _TRANSIENT


def delay_after(attempt: int, error: BaseException) -> float:
    """Return the seconds to wait after an attempt, at least an endpoint's ``Retry-After``.

    Args:
        attempt: The attempt's number, from 1.
        error: The error that ended it.
    """
    delay = FIRST_DELAY * 4.0 ** (attempt - 1)
    retry_after = error.headers.get("Retry-After", "") if isinstance(error, ApiError) else ""
    if retry_after.isascii() and retry_after.isdigit():
        delay = max(delay, float(retry_after[:9]))
    return min(delay, MAX_DELAY)
