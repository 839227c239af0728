"""Builds a prompt: the system message, the history that has room, and the new messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from julep_server.json_text import JSONObject
from julep_server.prompt.endpoint_messages import to_endpoint
from julep_server.prompt.history import (
    render_message,
    rendered_history,
    template_variables,
    unsummarised,
)
from julep_server.prompt.prompt_input import PromptInput
from julep_server.prompt.sections import Section, background_sections
from julep_server.prompt.templates import render
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from julep_server.text.tokens import count_message_tokens

_TRUNCATES = frozenset({"truncate", "adaptive"})


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

    Args:
        source: The session with its agent and user.
        history: The session's history, oldest first.
        new: The messages of the chat's request.

    Raises:
        ApiError: 422 when a template can't be rendered.
    """
    session = source.session
    situation = session.situation or ""
    if session.render_templates:
        variables = template_variables(source)
        situation = render(situation, variables, "situation")
        history = rendered_history(source, history)
        new = [
            render_message(message, variables, f"messages[{index}].content")
            for index, message in enumerate(new)
        ]
    system: list[JSONObject] = []
    sections = [Section("situation", situation), *background_sections(source)]
    sections = [section for section in sections if section.text]
    if sections:
        text = "\n\n".join(section.text for section in sections)
        system.append({"role": "system", "content": text})
    rest = unsummarised(session, history)
    kept = _within_budget(session, system, rest, new)
    omitted = rest[: len(rest) - len(kept)]
    return Prompt(
        [*system, *to_endpoint([*kept, *new])],
        omitted[-1].id if omitted else None,
        sections,
        summarised=history[: len(history) - len(rest)],
        omitted=omitted,
        kept=kept,
        new=new,
    )


def _within_budget(
    session: Session,
    system: Sequence[JSONObject],
    history: Sequence[Message],
    new: Sequence[Message],
) -> Sequence[Message]:
    """Omit the oldest history that exceeds the session's token budget."""
    budget = session.token_budget
    if budget is None or session.context_overflow not in _TRUNCATES:
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
