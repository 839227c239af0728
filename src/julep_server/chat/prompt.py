"""Builds what a model gets: what it is told, what was recalled, the history, the new messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from julep_server.chat.conversation import to_endpoint
from julep_server.chat.recall import NOTHING, Recalled, one_section
from julep_server.chat.templates import render
from julep_server.json_text import JSON, JSONObject
from julep_server.models.tokens import count_message
from julep_server.store.agents import Agent
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from julep_server.store.users import User

_TRUNCATES = frozenset({"truncate", "adaptive"})


@dataclass(frozen=True, slots=True)
class Scene:
    """Whom and what a chat is about."""

    session: Session
    agent: Agent
    user: User | None
    recalled: Recalled = NOTHING


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model gets.

    Attributes:
        left_id: The newest message of the history that had no room; None where all had.
    """

    messages: Sequence[JSONObject]
    left_id: str | None


def build_prompt(scene: Scene, history: Sequence[Message], new: Sequence[Message]) -> Prompt:
    """Build the prompt.

    What the model is told comes as one system message: many models accept only one, at the start.

    Args:
        scene: Whom and what the chat is about.
        history: The session's history, oldest first.
        new: The messages that came with the chat.

    Raises:
        ApiError: 422 when a template can't be rendered.
    """
    session = scene.session
    situation = session.situation or ""
    if session.render_templates:
        variables = _variables(scene)
        situation = render(situation, variables, "situation")
        history = rendered_history(scene, history)
        new = [
            _rendered(message, variables, f"messages[{index}].content")
            for index, message in enumerate(new)
        ]
    system: list[JSONObject] = []
    if told := "\n\n".join(filter(None, [situation, *_background(scene)])):
        system.append({"role": "system", "content": told})
    history = unsummarised(session, history)
    kept = _within_budget(session, system, history, new)
    left = history[: len(history) - len(kept)]
    return Prompt([*system, *to_endpoint([*kept, *new])], left[-1].id if left else None)


def rendered_history(scene: Scene, history: Sequence[Message]) -> Sequence[Message]:
    """The history as a model sees it: with its templates rendered, where the session has them.

    Raises:
        ApiError: 422 when a template can't be rendered.
    """
    if not scene.session.render_templates:
        return history
    variables = _variables(scene)
    return [_rendered(message, variables, "history") for message in history]


def unsummarised(session: Session, history: Sequence[Message]) -> Sequence[Message]:
    """The part of the history that a session's summary doesn't stand for."""
    if _summary(session) is not None:
        for index, message in enumerate(history):
            if message.id == session.summarised_id:
                return history[index + 1 :]
    return history


def _summary(session: Session) -> str | None:
    """The summary that takes the place of the oldest history, where that is wanted."""
    return session.summary if session.context_overflow == "adaptive" else None


def _background(scene: Scene) -> list[str]:
    agent, user = scene.agent, scene.user
    sections = [_about("agent", agent.name, agent.about)]
    if user is not None:
        sections.append(_about("user", user.name, user.about))
    if agent.instructions:
        sections.append("\n".join(["Instructions:", *(f"- {text}" for text in agent.instructions)]))
    # Each a section of its own: a small model loses its place in a long one.
    sections += [f"From the document {doc.title}: {doc.text}" for doc in scene.recalled.docs]
    if user is not None:
        sections += [
            f"Remembered of the user {user.name}: {one_section(memory.content)}"
            for memory in scene.recalled.memories
        ]
    if summary := _summary(scene.session):
        sections.append(f"Summary of what was said before: {one_section(summary)}")
    return sections


def _about(kind: str, name: str, about: str) -> str:
    return f"About the {kind} {name}: {about}" if about else f"The {kind}'s name is {name}."


def _variables(scene: Scene) -> dict[str, object]:
    session, agent, user = scene.session, scene.agent, scene.user
    return {
        "session": {
            "id": session.id,
            "situation": session.situation or "",
            "metadata": session.metadata,
        },
        "agent": _person(agent.id, agent.name, agent.about, agent.metadata),
        "user": {} if user is None else _person(user.id, user.name, user.about, user.metadata),
    }


def _person(identifier: str, name: str, about: str, metadata: JSONObject) -> dict[str, object]:
    return {"id": identifier, "name": name, "about": about, "metadata": metadata}


def _rendered(message: Message, variables: dict[str, object], path: str) -> Message:
    """Render a system or assistant message that a caller wrote.

    A user's words and a model's are data: braces in them must not break, or steer, what follows.
    """
    if message.generated or message.role not in ("system", "assistant"):
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


def _within_budget(
    session: Session,
    system: Sequence[JSONObject],
    history: Sequence[Message],
    new: Sequence[Message],
) -> Sequence[Message]:
    """Leave out the oldest history that doesn't fit the session's token budget."""
    budget = session.token_budget
    if budget is None or session.context_overflow not in _TRUNCATES:
        return history
    left = budget - sum(count_message(message) for message in [*system, *to_endpoint(new)])
    kept = len(history)
    while kept and (left := left - _size(history[kept - 1])) >= 0:
        kept -= 1
    # A function's result makes no sense without its call.
    while kept < len(history) and kept and history[kept].role == "function":
        kept += 1
    return history[kept:]


def _size(message: Message) -> int:
    return count_message({"content": message.content})
