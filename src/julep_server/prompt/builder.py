"""Builds a prompt: the system message, the history that has room, and the new messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from julep_server.json_text import JSONObject
from julep_server.prompt.endpoint_messages import to_endpoint
from julep_server.prompt.history import active_summary, unsummarised
from julep_server.prompt.prompt_input import PromptInput
from julep_server.prompt.sections import Section, background_sections
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from julep_server.text.tokens import count_message_tokens


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages to send to a model.

    Attributes:
        omitted_id: The newest message of the history that was omitted for lack of room; None when
            none was.
        sections: The sections of the system message.
        summarised: The messages of the history that the summary covers.
        omitted: The messages of the history that were omitted for lack of room.
        kept: The rest of the history.
        new: The messages of the chat's request, rendered.
    """

    messages: Sequence[JSONObject]
    omitted_id: str | None
    sections: Sequence[Section]
    summarised: Sequence[Message]
    omitted: Sequence[Message]
    kept: Sequence[Message]
    new: Sequence[Message]


def build_prompt(source: PromptInput, history: Sequence[Message], new: Sequence[Message]) -> Prompt:
    """Build the prompt, with a single system message: many models accept only one, at the start.

    Templates are rendered before.

    Args:
        source: The session with its agent and user.
        history: The session's history, oldest first.
        new: The messages of the chat's request.
    """
    session = source.session
    situation = session.situation or ""
    if active_summary(session) is not None:
        # A summary replaces no message that has room, as after the budget was raised.
        unabridged = replace(source, session=replace(session, summary=None))
        sections = _sections(unabridged, situation)
        if len(_within_budget(session, _system(sections), history, new)) == len(history):
            return _prompt(sections, kept=history, new=new)
    sections = _sections(source, situation)
    rest = unsummarised(session, history)
    kept = _within_budget(session, _system(sections), rest, new)
    return _prompt(
        sections,
        summarised=history[: len(history) - len(rest)],
        omitted=rest[: len(rest) - len(kept)],
        kept=kept,
        new=new,
    )


def _prompt(
    sections: Sequence[Section],
    *,
    summarised: Sequence[Message] = (),
    omitted: Sequence[Message] = (),
    kept: Sequence[Message],
    new: Sequence[Message],
) -> Prompt:
    return Prompt(
        [*_system(sections), *to_endpoint([*kept, *new])],
        omitted[-1].id if omitted else None,
        sections,
        summarised=summarised,
        omitted=omitted,
        kept=kept,
        new=new,
    )


def _sections(source: PromptInput, situation: str) -> list[Section]:
    """Return the sections of the system message that have a text."""
    sections = [Section("situation", situation), *background_sections(source)]
    return [section for section in sections if section.text]


def _system(sections: Sequence[Section]) -> list[JSONObject]:
    """Return the system message, if there is something to say."""
    text = "\n\n".join(section.text for section in sections)
    return [{"role": "system", "content": text}] if text else []


def _within_budget(
    session: Session,
    system: Sequence[JSONObject],
    history: Sequence[Message],
    new: Sequence[Message],
) -> Sequence[Message]:
    """Omit the oldest history that exceeds the session's token budget."""
    budget = session.token_budget
    if budget is None:
        return history
    room = budget - sum(count_message_tokens(message) for message in [*system, *to_endpoint(new)])
    first = len(history)
    while first and (room := room - _size(history[first - 1])) >= 0:
        first -= 1
    # A function's result makes no sense without its call.
    while first < len(history) and first and history[first].role == "function":
        first += 1
    return history[first:]


def _size(message: Message) -> int:
    return count_message_tokens({"content": message.content})
