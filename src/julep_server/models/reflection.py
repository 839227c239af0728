"""What is made of a conversation when it has gone on: memories, summaries, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from julep_server.json_text import JSON


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, as plain text.

    Attributes:
        speaker: ``user``, ``agent``, or the role of what else is in a conversation.
    """

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something worth remembering of a user.

    Attributes:
        kind: ``belief`` for what holds, ``episode`` for what happened.
        sentiment: From -1 (bad) to 1 (good).
        entities: Whom and what it is about, as JSON objects.
        happened_at: When it happened, in microseconds; None where nothing says so.
    """

    kind: str
    content: str
    sentiment: float = 0.0
    entities: Sequence[JSON] = ()
    happened_at: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A suggestion: what the ``user`` or the ``agent`` may say or do next."""

    target: str
    content: str


class Reflection(Protocol):
    """Reads conversations."""

    async def facts(
        self, model: str, user: str, said: Sequence[Line], known: Sequence[str], /
    ) -> list[Fact]:
        """Find what is worth remembering of a user.

        Args:
            model: The agent's model.
            user: The user's name.
            said: One turn of a conversation.
            known: What is remembered already.

        Raises:
            ApiError: The model can't answer, or its answer can't be read.
        """
        ...

    async def summary(self, model: str, before: str, said: Sequence[Line], limit: int, /) -> str:
        """Sum up a conversation.

        Args:
            model: The agent's model.
            before: The summary of what was said before; empty for none.
            said: What was said since.
            limit: The most tokens of the new summary, which holds the one before.

        Raises:
            ApiError: The model can't answer.
        """
        ...

    async def hints(self, model: str, said: Sequence[Line], /) -> list[Hint]:
        """Suggest how a conversation may go on.

        Raises:
            ApiError: The model can't answer, or its answer can't be read.
        """
        ...
