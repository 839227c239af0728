"""A client's preferences: the headers ``Prefer`` (RFC 7240, ``return`` only) and ``Accept``."""

from __future__ import annotations

from collections.abc import Sequence


def preferred_return(values: Sequence[str]) -> str | None:
    """Parse the ``return`` preference.

    Args:
        values: The request's ``Prefer`` headers, in order.

    Returns:
        ``representation`` or ``minimal``, the first one given; None when neither is preferred.

    Example:
        >>> preferred_return(["respond-async, return=representation; strict"])
        'representation'
    """
    for preference in ",".join(values).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "return":
            wanted = value.strip().strip('"').lower()
            return wanted if wanted in ("representation", "minimal") else None
    return None


def accepts_events(accept: str | None) -> bool:
    """Check whether an ``Accept`` header prefers server-sent events to JSON.

    ``*/*`` does not, because it does not request a stream explicitly.
    """
    weights = {"text/event-stream": 0.0, "application/json": 0.0}
    for item in (accept or "").split(","):
        media_type, *parameters = [part.strip().lower() for part in item.split(";")]
        if media_type in weights:
            weights[media_type] = _weight(parameters)
    return weights["text/event-stream"] > weights["application/json"]


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
