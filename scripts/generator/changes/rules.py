"""The rules: how much each kind of change matters, in requests and in responses.

A change breaks if code that was written for the old contract, by the names and types of this SDK or
by HTTP, stops working or stops passing its type checker. It is a warning if such code works, but
may do something else than was meant. Where something occurs in requests and in responses, the more
severe of the two levels counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

Level: TypeAlias = str

BREAKING, WARNING, DEPRECATION, ADDITIVE, PROSE = (
    "breaking",
    "warning",
    "deprecation",
    "additive",
    "prose",
)
LEVELS: Final = (BREAKING, WARNING, DEPRECATION, ADDITIVE, PROSE)
"""All levels, the most severe first."""

MARKS: Final = {BREAKING: "x", WARNING: "!", DEPRECATION: "~", ADDITIVE: "+", PROSE: "."}
STEPS: Final = {
    BREAKING: "major",
    WARNING: "minor",
    DEPRECATION: "minor",
    ADDITIVE: "minor",
    PROSE: "patch",
}
"""The step of a semantic version that a level calls for."""

FRAGMENTS: Final = {
    BREAKING: "breaking",
    WARNING: "changed",
    DEPRECATION: "changed",
    ADDITIVE: "added",
}
"""The kind of changelog fragment for a level; prose needs none."""


class Rule(NamedTuple):
    """The level of one kind of change.

    Attributes:
        request: Its level in requests, and where there is no direction.
        response: Its level in responses.
        reason: What happens to code that was written for the old contract; may be empty.
    """

    request: Level
    response: Level
    reason: str = ""


def _both(level: Level, reason: str = "") -> Rule:
    return Rule(level, level, reason)


_SENT = "requests that were valid are refused"
_READ = "code that reads responses meets what it does not know"
_GONE = "code that uses it stops working"
_TYPE = "the type in Python changes"

RULES: Final[dict[str, Rule]] = {
    # Operations
    "operation added": _both(ADDITIVE),
    "operation removed": _both(BREAKING, _GONE),
    "operation renamed": _both(BREAKING, "its function in julep_api has another name"),
    "operation moved": _both(BREAKING, "old clients send requests to the old path"),
    "method changed": _both(BREAKING, "old clients send requests with the old method"),
    "tags changed": _both(BREAKING, "its module in julep_api is another one"),
    # Parameters and bodies
    "required parameter added": _both(BREAKING, "requests without it are refused"),
    "optional parameter added": _both(ADDITIVE),
    "parameter removed": _both(BREAKING, _GONE),
    "parameter renamed": _both(BREAKING, _GONE),
    "encoding changed": _both(BREAKING, "values are written in another form"),
    "required body added": _both(BREAKING, "requests without it are refused"),
    "optional body added": _both(ADDITIVE),
    "body removed": _both(BREAKING, _GONE),
    "media type added": _both(ADDITIVE),
    "media type removed": _both(BREAKING, _GONE),
    # Responses
    "success added": _both(WARNING, _READ),
    "success removed": _both(BREAKING, _GONE),
    "error added": _both(ADDITIVE),
    "error removed": _both(WARNING, "code that handles it never runs"),
    "header added": _both(ADDITIVE),
    "header removed": _both(BREAKING, _GONE),
    # Schemas and properties
    "schema added": _both(ADDITIVE),
    "schema removed": _both(BREAKING, "its class is gone"),
    "schema renamed": _both(BREAKING, "its class has another name"),
    "required property added": Rule(BREAKING, ADDITIVE, "requests without it are refused"),
    "optional property added": _both(ADDITIVE),
    "property removed": _both(BREAKING, _GONE),
    "property renamed": _both(BREAKING, _GONE),
    "schema of values added": Rule(BREAKING, ADDITIVE, _SENT),
    "schema of values removed": Rule(ADDITIVE, WARNING, _READ),
    "alternative added": Rule(ADDITIVE, WARNING, _READ),
    "alternative removed": Rule(BREAKING, ADDITIVE, _SENT),
    "part added": Rule(WARNING, ADDITIVE, "a part may require more"),
    "part removed": _both(BREAKING, _GONE),
    "discriminator changed": _both(WARNING, "objects may be read as another class"),
    # Facets
    "became required": Rule(BREAKING, ADDITIVE, "requests without it are refused"),
    "became optional": Rule(ADDITIVE, BREAKING, "code that relies on it may find nothing"),
    "null allowed": Rule(ADDITIVE, BREAKING, "code that relies on a value may find null"),
    "null forbidden": Rule(BREAKING, ADDITIVE, _SENT),
    "type changed": _both(BREAKING, _TYPE),
    "type widened": Rule(ADDITIVE, BREAKING, _TYPE),
    "type narrowed": Rule(BREAKING, ADDITIVE, _SENT),
    "format changed": _both(BREAKING, _TYPE),
    "format noted": _both(WARNING, "values may be checked or written differently"),
    "enum values added": Rule(
        ADDITIVE, WARNING, "code that compares with the old values does not know it"
    ),
    "enum values removed": Rule(BREAKING, WARNING, "code that compares with it never runs"),
    "enum added": _both(BREAKING, _TYPE),
    "enum removed": _both(BREAKING, _TYPE),
    "bound tightened": Rule(BREAKING, ADDITIVE, _SENT),
    "bound loosened": Rule(ADDITIVE, WARNING, _READ),
    "bound changed": Rule(BREAKING, WARNING, _SENT),
    "default added": _both(ADDITIVE),
    "default changed": _both(WARNING, "what is left out means something else"),
    "default removed": _both(WARNING, "what is left out means something else"),
    "further properties forbidden": Rule(BREAKING, ADDITIVE, _SENT),
    "further properties allowed": Rule(ADDITIVE, WARNING, _READ),
    "became read-only": Rule(BREAKING, ADDITIVE, _SENT),
    "became writable": _both(ADDITIVE),
    "became write-only": Rule(ADDITIVE, BREAKING, _GONE),
    "became readable": _both(ADDITIVE),
    "deprecated": _both(DEPRECATION),
    "no longer deprecated": _both(ADDITIVE),
    "sunset changed": _both(DEPRECATION),
    # The whole
    "security required": _both(BREAKING, "requests without it are refused"),
    "security loosened": _both(ADDITIVE),
    "security scheme added": _both(ADDITIVE),
    "security scheme removed": _both(BREAKING, _GONE),
    "security scheme changed": _both(BREAKING, "old clients authenticate in another way"),
    "server added": _both(ADDITIVE),
    "server removed": _both(WARNING, "clients with its URL reach nothing"),
    "server changed": _both(WARNING, "clients with the old URL reach nothing"),
    "component changed": _both(PROSE),
    "contract version changed": _both(PROSE),
    "links changed": _both(PROSE),
    "keyword changed": _both(WARNING, "its meaning is unknown here"),
    "extension changed": _both(PROSE),
    "prose changed": _both(PROSE),
}


def level_of(kind: str, directions: Iterable[str]) -> Level:
    """Return the level of a kind of change, the more severe one where both directions apply."""
    rule = RULES[kind]
    both = {"requests": rule.request, "responses": rule.response}
    found = [both[each] for each in directions] or [rule.request, rule.response]
    return min(found, key=LEVELS.index)


def most_severe(levels: Iterable[Level]) -> Level | None:
    """Return the most severe of some levels; None of none."""
    return min(levels, key=LEVELS.index, default=None)
