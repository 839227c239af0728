"""Removes what looks like a secret, or a place inside a network, from an endpoint's messages."""

from __future__ import annotations

import re

_REDACTED = "[redacted]"

_SECRETS = (
    # Also cut ones: endpoints quote the beginning and the end of a wrong key.
    re.compile(r"[\w.-]*(?:\*{3,}|•{3,}|…)[\w*•.-]*\w"),
    re.compile(
        r"\b(?:sk|pk|rk|gsk|hf|xai|fw|pplx|nvapi|r8|tgp|csk|dapi|glpat|ghp|key)[-_][\w-]{6,}",
        re.IGNORECASE,
    ),
    re.compile(r"\bAIza[\w-]{10,}|\bAKIA\w{8,}|\beyJ[\w-]+(?:\.[\w-]+)*"),
    re.compile(r"(?<=\bbearer )\S+|(?<=\bbasic )\S{8,}", re.IGNORECASE),
    re.compile(
        r"(?<![\w-])(?:x-)?(?:api[-_ ]?key|access[-_ ]?token|auth[-_ ]?token|secret|password)"
        r"['\"]?\s*[:=]\s*['\"]?[^\s'\",;}]+",
        re.IGNORECASE,
    ),
    # A long run of letters and digits, both of them: no word, and no name of a model.
    re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{24,}\b"),
)
_USER_IN_URL = re.compile(r"(?<=://)[^\s/@]+@")
_PLACES = re.compile(
    r"\b\w+://\S+|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b|\b[\w-]+(?:\.[\w-]+)*:\d{2,5}\b"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:local|internal|lan|svc|cluster|corp|intra|home)\b[\w.]*",
    re.IGNORECASE,
)


def without_secrets(text: str, key: str | None = None) -> str:
    """Replace what looks like a key in a text.

    Args:
        text: The text.
        key: The key that was sent, which is replaced wherever it is.

    Example:
        >>> without_secrets("Incorrect API key provided: sk-abcd1234efgh.")
        'Incorrect API key provided: [redacted].'
    """
    if key:
        text = text.replace(key, _REDACTED)
    text = _USER_IN_URL.sub(f"{_REDACTED}@", text)
    for pattern in _SECRETS:
        text = pattern.sub(_REDACTED, text)
    return text


def without_places(text: str) -> str:
    """Replace URLs, addresses and names of hosts inside a network."""
    return _PLACES.sub(_REDACTED, text)
