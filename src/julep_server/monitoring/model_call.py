"""What is known of one request to a model when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Settings of a chat that OpenTelemetry's conventions have, all of them numbers.
_SETTINGS = ("frequency_penalty", "max_tokens", "presence_penalty", "seed", "temperature", "top_p")


@dataclass(slots=True)
class ModelCall:
    """One request to a model.

    Attributes:
        provider: ``openai`` for an endpoint of that format, ``julep`` for a model in the process.
        model: The model that is requested.
        of: What it is part of, by names of OpenTelemetry's conventions, such as ``agent.id``.
        settings: Numbers among the request's settings.
        answered_by: The model that answered.
        finish_reason: Why the answer ended; empty when there was none.
        error: The code of the error; empty when there was none.
    """

    provider: str
    model: str
    of: Mapping[str, str] = field(default_factory=dict[str, str])
    settings: Mapping[str, float] = field(default_factory=dict[str, float])
    answered_by: str = ""
    finish_reason: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""

    def answered(self, model: str, finish_reason: str, tokens: tuple[int, int]) -> None:
        """Note the answer: its model, why it ended, and the tokens read and written."""
        self.answered_by, self.finish_reason = model, finish_reason
        self.prompt_tokens, self.completion_tokens = tokens


def numbers_in(settings: Mapping[str, object]) -> dict[str, float]:
    """Return the settings that a :class:`ModelCall` has."""
    found: dict[str, float] = {}
    for name in _SETTINGS:
        value = settings.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = value
    return found
