"""Renders the templates of a prompt: those of the situation, and of messages that callers wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from julep_server.json_text import JSON, JSONObject
from julep_server.prompt.prompt_input import PromptInput
from julep_server.prompt.templates import Template, TemplateRenderer
from julep_server.store.messages import Message

_Next: TypeAlias = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a prompt is built of, with its templates rendered.

    Attributes:
        source: The session, whose situation is rendered, with its agent and user.
        history: The session's history.
        new: The messages of the chat's request.
    """

    source: PromptInput
    history: Sequence[Message]
    new: Sequence[Message] = ()


async def rendered(
    renderer: TemplateRenderer,
    source: PromptInput,
    history: Sequence[Message],
    new: Sequence[Message] = (),
) -> Rendered:
    """Render the templates of a prompt, if the session renders templates.

    The user's and the model's messages are data: braces in them must not break, or steer, the
    prompt.

    Args:
        renderer: Renders the templates, which share its limits.
        source: The session with its agent and user.
        history: The session's history, oldest first.
        new: The messages of the chat's request.

    Raises:
        ApiError: 422 when a template can't be rendered; it names the path.
    """
    session = source.session
    if not session.render_templates:
        return Rendered(source, history, new)
    templates = [Template("situation", session.situation or "")]
    for message in history:
        templates += _templates_of(message, "history")
    for index, message in enumerate(new):
        templates += _templates_of(message, f"messages[{index}].content")
    texts = iter(await renderer.render(templates, template_variables(source)))
    situation = next(texts)
    return Rendered(
        replace(source, session=replace(session, situation=situation)),
        [_with_texts(message, texts.__next__) for message in history],
        [_with_texts(message, texts.__next__) for message in new],
    )


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


def _templates_of(message: Message, path: str) -> list[Template]:
    """Return the templates of a system or assistant message that a caller wrote."""
    content = message.content
    if not has_templates(message):
        return []
    if isinstance(content, str):
        return [Template(path, content)]
    return [
        Template(f"{path}[{index}].text", text)
        for index, part in enumerate(content if isinstance(content, list) else [])
        if (text := _text(part)) is not None
    ]


def _with_texts(message: Message, next_text: _Next) -> Message:
    """Replace the templates of a message by their texts."""
    content = message.content
    if not has_templates(message):
        return message
    if isinstance(content, str):
        return replace(message, content=next_text())
    parts: list[JSON] = [
        {**part, "text": next_text()}
        if isinstance(part, dict) and _text(part) is not None
        else part
        for part in (content if isinstance(content, list) else [])
    ]
    return replace(message, content=parts)


def has_templates(message: Message) -> bool:
    """Check whether a message may be a template: those of users and models never are."""
    return not message.generated and message.role in ("system", "assistant")


def _text(part: JSON) -> str | None:
    text = part.get("text") if isinstance(part, dict) else None
    return text if isinstance(text, str) else None


def _person(identifier: str, name: str, about: str, metadata: JSONObject) -> dict[str, object]:
    return {"id": identifier, "name": name, "about": about, "metadata": metadata}
