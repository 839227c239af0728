"""Which jobs a turn of a chat starts, and what each of them is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from julep_server.chat.prompt import Scene
from julep_server.jobs.kinds import MEMORIES, SUGGESTIONS, SUMMARY
from julep_server.json_text import JSON, JSONObject
from julep_server.models.reflection import Line
from julep_server.settings import Settings
from julep_server.store.jobs import NewJob
from julep_server.store.messages import Message, text_of

_LONGEST = 8000
_SPEAKERS = {"user": "user", "assistant": "agent"}


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn that the model has answered.

    Attributes:
        record: Whether the turn is added to the history.
        remember: Whether memories may be formed of it.
        left_id: The newest message of the history that had no room in the prompt, if there is one.
    """

    scene: Scene
    new: Sequence[Message]
    reply: Sequence[Message]
    record: bool
    remember: bool
    left_id: str | None


def jobs_after(turn: Ended, settings: Settings) -> list[NewJob]:
    """The jobs that a turn starts."""
    session, user = turn.scene.session, turn.scene.user
    said: list[JSON] = [
        {"speaker": line.speaker, "text": line.text} for line in lines([*turn.new, *turn.reply])
    ]
    started: list[NewJob] = []
    if (
        turn.remember
        and user is not None
        and any(line.speaker == "user" for line in lines(turn.new))
    ):
        # The turn goes with the job: it may not be part of the history.
        payload: JSONObject = {
            "user_id": user.id,
            "said": said,
            "said_at": turn.new[-1].created_at,
        }
        started.append(NewJob(MEMORIES, session.id, payload))
    if turn.record and settings.suggestions:
        started.append(NewJob(SUGGESTIONS, session.id, {"message_id": turn.reply[-1].id}))
    if session.context_overflow == "adaptive" and turn.left_id is not None:
        started.append(NewJob(SUMMARY, session.id, {"message_id": turn.left_id}))
    return started


def lines(messages: Iterable[Message]) -> list[Line]:
    """What the user and the agent said in words; what is very long, by its beginning."""
    return [
        Line(_SPEAKERS[message.role], text[:_LONGEST])
        for message in messages
        # NUL is no character to some databases.
        if message.role in _SPEAKERS
        and (text := text_of(message.content).replace("\0", " ").strip())
    ]
