"""Messages to store: those of a chat's request, and the model's reply."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.json_text import JSON, dumps
from julep_server.models.provider import Completion
from julep_server.store.messages import Message
from julep_server.store.resources import new_id
from julep_server.store.times import now


def request_messages(given: JSON, history: Sequence[Message]) -> list[Message]:
    """Build messages from a request's; the role ``auto`` becomes that of the next turn.

    Args:
        given: The request's messages, validated.
        history: The history that they follow.
    """
    messages: list[Message] = []
    previous = history[-1].role if history else None
    for item in given if isinstance(given, list) else []:
        if not isinstance(item, dict):
            continue
        role = str(item["role"])
        if role == "auto":
            role = "assistant" if previous in ("user", "function") else "user"
        name = item.get("name")
        previous = role
        messages.append(
            Message(
                id=new_id(),
                role=role,
                content=item["content"],
                name=name if isinstance(name, str) else None,
                generated=False,
                created_at=now(),
            )
        )
    return messages


def reply_messages(completion: Completion) -> list[Message]:
    """Build the reply's messages: the text, and one ``function_call`` for each call."""
    texts: list[tuple[str, str]] = []
    if completion.text or not completion.tool_calls:
        texts.append(("assistant", completion.text))
    texts += [
        ("function_call", dumps({"name": call.name, "arguments": call.arguments}))
        for call in completion.tool_calls
    ]
    return [
        Message(id=new_id(), role=role, content=text, name=None, generated=True, created_at=now())
        for role, text in texts
    ]
