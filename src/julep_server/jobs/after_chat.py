"""The jobs that a turn of a chat starts, and their payloads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from julep_server.jobs.kinds import MEMORIES, SUGGESTIONS, SUMMARY
from julep_server.json_text import JSON, JSONObject
from julep_server.models.reflection import Line
from julep_server.prompt.prompt_input import PromptInput
from julep_server.settings import Settings
from julep_server.store.jobs import NewJob
from julep_server.store.messages import Message, text_of

_MAX_LINE_LENGTH = 8000
_SPEAKERS = {"user": "user", "assistant": "agent"}


@dataclass(frozen=True, slots=True)
class CompletedTurn:
    """A turn with the model's reply.

    Attributes:
        record: Whether the turn is added to the history.
        remember: Whether memories may be formed of it.
        omitted_id: The newest message of the history that the prompt omitted, if it omitted any.
    """

    source: PromptInput
    new: Sequence[Message]
    reply: Sequence[Message]
    record: bool
    remember: bool
    omitted_id: str | None


def jobs_after(turn: CompletedTurn, settings: Settings) -> list[NewJob]:
    """Return the jobs that a turn starts."""
    session, user = turn.source.session, turn.source.user
    said: list[JSON] = [
        {"speaker": line.speaker, "text": line.text} for line in lines([*turn.new, *turn.reply])
    ]
    started: list[NewJob] = []
    if (
        turn.remember
        and user is not None
        and any(line.speaker == "user" for line in lines(turn.new))
    ):
        # The job carries the turn, which may not be part of the history.
        payload: JSONObject = {
            "user_id": user.id,
            "said": said,
            "said_at": turn.new[-1].created_at,
        }
        started.append(NewJob(MEMORIES, session.id, payload))
    if turn.record and settings.suggestions:
        started.append(NewJob(SUGGESTIONS, session.id, {"message_id": turn.reply[-1].id}))
    if session.context_overflow == "adaptive" and turn.omitted_id is not None:
        started.append(NewJob(SUMMARY, session.id, {"message_id": turn.omitted_id}))
    return started


def lines(messages: Iterable[Message]) -> list[Line]:
    """Return the texts of the user and the agent; very long ones are cut."""
    said = ((message.role, text_line(message)) for message in messages)
    return [
        Line(_SPEAKERS[role], text[:_MAX_LINE_LENGTH])
        for role, text in said
        if text and role in _SPEAKERS
    ]


def text_line(message: Message) -> str:
    """Return a message's text; some databases can't store NUL."""
    return text_of(message.content).replace("\0", " ").strip()
