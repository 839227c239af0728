"""Why a job ended, or will be tried again: in words that give nothing away."""

from __future__ import annotations

from julep_server.errors import ApiError

ATTEMPTS = 5
"""How many times a job is tried."""

FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each later pause is four times as long."""

LONGEST_PAUSE = 600.0
"""Seconds that an endpoint may ask to be left alone."""

# A refusal of these kinds may pass; others would be refused the same way again.
_PASSING = frozenset({408, 409, 429})
# The endpoint's own words stay in the server: they may quote a key, or what others said.
_REASONS = {
    "model_timeout": "the model's endpoint took too long",
    "model_interrupted": "the model's endpoint broke off its answer",
    "model_answer_unreadable": "the model's answer could not be read",
    "model_refused": "the model's endpoint refused the request",
    "unknown_model": "the model's endpoint doesn't know the model",
    "rate_limited": "the model's endpoint is asked too often",
    "model_unavailable": "the model's endpoint failed or can't be reached",
}


class AbortedError(Exception):
    """The job has become pointless; the message says why."""


def reason_of(error: BaseException) -> str:
    """Say what went wrong."""
    code = error.code if isinstance(error, ApiError) else ""
    return _REASONS.get(code, "something went wrong in the server")


def may_pass(error: BaseException) -> bool:
    """Whether another attempt could end otherwise."""
    if not isinstance(error, ApiError):
        return True
    return error.status >= 500 or error.status in _PASSING


def pause_after(attempt: int, error: BaseException) -> float:
    """Seconds to wait after an attempt, the first being 1; an endpoint's own wish is heeded."""
    pause = FIRST_PAUSE * 4.0 ** (attempt - 1)
    wished = error.headers.get("Retry-After", "") if isinstance(error, ApiError) else ""
    if wished.isascii() and wished.isdigit():
        pause = max(pause, float(wished[:9]))
    return min(pause, LONGEST_PAUSE)
