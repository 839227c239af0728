"""The part of a session's history that belongs in a prompt, with its templates rendered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from julep_server.json_text import JSON, JSONObject
from julep_server.prompt.prompt_input import PromptInput
from julep_server.prompt.templates import render
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from julep_server.text.tokens import count_tokens


def rendered_history(source: PromptInput, history: Sequence[Message]) -> Sequence[Message]:
    """Return the history with its templates rendered, if the session renders templates.

    Raises:
        ApiError: 422 when a template can't be rendered.
    """
    if not source.session.render_templates:
        return history
    variables = template_variables(source)
    return [render_message(message, variables, "history") for message in history]


def unsummarised(session: Session, history: Sequence[Message]) -> Sequence[Message]:
    """Return the messages that the session's summary does not cover."""
    if active_summary(session) is not None:
        for index, message in enumerate(history):
            if message.id == session.summarised_id:
                return history[index + 1 :]
    return history


def newest_within(session: Session, newest_first: Iterable[Message]) -> list[Message]:
    """Return the newest messages up to the first that can't be in the session's prompt.

    That one is needed too: it is the newest that is left out. Messages that are rendered count as
    empty, since their length is not known.

    Args:
        session: A session with a token budget.
        newest_first: Its history, of which no more is read than is needed.

    Returns:
        The messages, oldest first.
    """
    room = session.token_budget or 0
    found: list[Message] = []
    for message in newest_first:
        found.append(message)
        if not (session.render_templates and _is_template(message)):
            room -= count_tokens(message.content)
        if room < 0:
            break
    return found[::-1]


def active_summary(session: Session) -> str | None:
    """Return the summary that replaces the oldest history; None unless the session is adaptive."""
    return session.summary if session.context_overflow == "adaptive" else None


def template_variables(source: PromptInput) -> dict[str, object]:
    """Return the variables of a session's templates."""
    session, agent, user = source.session, source.agent, source.user
    return {
        "session": {
            "id": session.id,
            "situation": session.situation or "",
            "metadata": session.metadata,
        },
        "agent": _person(agent.id, agent.name, agent.about, agent.metadata),
        "user": {} if user is None else _person(user.id, user.name, user.about, user.metadata),
    }


def render_message(message: Message, variables: dict[str, object], path: str) -> Message:
    """Render a system or assistant message that a caller wrote.

    The user's and the model's messages are data: braces in them must not break, or steer, the
    prompt.

    Raises:
        ApiError: 422 when a template can't be rendered; it names the path.
    """
    if not _is_template(message):
        return message
    content = message.content
    if isinstance(content, str):
        return replace(message, content=render(content, variables, path))
    parts: list[JSON] = [
        {**part, "text": render(text, variables, f"{path}[{index}].text")}
        if isinstance(part, dict) and isinstance(text := part.get("text"), str)
        else part
        for index, part in enumerate(content if isinstance(content, list) else [])
    ]
    return replace(message, content=parts)


def _is_template(message: Message) -> bool:
    return not message.generated and message.role in ("system", "assistant")


def _person(identifier: str, name: str, about: str, metadata: JSONObject) -> dict[str, object]:
    return {"id": identifier, "name": name, "about": about, "metadata": metadata}
