"""Reflection on a conversation: memories, summaries, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from julep_server.json_text import JSON
from julep_server.models.model_access import ChosenModel


@dataclass(frozen=True, slots=True)
class Line:
    """The plain text of a message.

    Attributes:
        speaker: ``user`` or ``agent``.
    """

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about a user that is worth remembering.

    Attributes:
        kind: ``belief`` for what is true, ``episode`` for what happened.
        sentiment: From -1 (bad) to 1 (good).
        entities: The persons and things that it is about, as JSON objects.
        happened_at: When it happened, in microseconds; None if unknown.
    """

    kind: str
    content: str
    sentiment: float = 0.0
    entities: Sequence[JSON] = ()
    happened_at: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A suggestion of what the ``user`` or the ``agent`` may say or do next."""

    target: str
    content: str


class Reflection(Protocol):
    """Extracts facts, summaries and suggestions from conversations."""

    async def facts(
        self, model: ChosenModel, user: str, lines: Sequence[Line], known: Sequence[str], /
    ) -> list[Fact]:
        """Extract facts about a user that are worth remembering.

        Args:
            model: The model to request.
            user: The user's name.
            lines: One turn of a conversation.
            known: Facts that are remembered already.

        Raises:
            ApiError: The request to the model failed, or its answer can't be parsed.
        """
        ...

    async def summary(
        self, model: ChosenModel, before: str, lines: Sequence[Line], limit: int, /
    ) -> str:
        """Summarise a conversation.

        Args:
            model: The model to request.
            before: The summary of the conversation before; empty for none.
            lines: The messages since.
            limit: The maximum number of tokens of the new summary, which includes the one before.

        Raises:
            ApiError: The request to the model failed.
        """
        ...

    async def hints(self, model: ChosenModel, lines: Sequence[Line], /) -> list[Hint]:
        """Suggest how a conversation may continue.

        Raises:
            ApiError: The request to the model failed, or its answer can't be parsed.
        """
        ...
