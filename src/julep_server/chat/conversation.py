"""Maps this API's messages to an endpoint's, and an endpoint's answer back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, dumps, loads
from julep_server.models.provider import Completion
from julep_server.store.messages import Message, text_of
from julep_server.store.resources import new_id
from julep_server.store.times import now

_NOT_IN_NAMES = re.compile(r"[\s<|\\/>]+")
_NO_RESULT = "(no result was given)"


def new_messages(given: Sequence[JSON], before: Sequence[Message]) -> list[Message]:
    """Make messages of those that a chat was given; ``auto`` takes the turn that comes next.

    Args:
        given: The messages, validated.
        before: The history that they follow.
    """
    messages: list[Message] = []
    previous = before[-1].role if before else None
    for item in given:
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
    """Make the reply's messages: the text, and one ``function_call`` for each call."""
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


def to_endpoint(messages: Iterable[Message]) -> list[JSONObject]:
    """Write messages for an endpoint, where calls and their results belong together.

    Calls that follow each other become one message with several calls; each result goes to the
    earliest open call of its name; a call left open gets a result that says so, because endpoints
    refuse open calls; and a result of no call is told as the user's words.
    """
    written: list[JSONObject] = []
    open_calls: list[tuple[str, str]] = []
    for message in messages:
        if message.role == "function_call":
            name, arguments = _call(message)
            identifier = f"call_{message.id}"
            function: JSONObject = {"name": name, "arguments": arguments}
            call: JSONObject = {"id": identifier, "type": "function", "function": function}
            _add_call(written, call)
            open_calls.append((identifier, name))
        elif message.role == "function":
            written.append(_result(message, open_calls))
        else:
            _close(written, open_calls)
            written.append(_said(message.role, message.content, message.name))
    _close(written, open_calls)
    return written


def _add_call(written: list[JSONObject], call: JSONObject) -> None:
    last = written[-1] if written else {}
    calls = last.get("tool_calls")
    if isinstance(calls, list):
        calls.append(call)
    else:
        written.append({"role": "assistant", "content": None, "tool_calls": [call]})


def _result(message: Message, open_calls: list[tuple[str, str]]) -> JSONObject:
    if not open_calls:
        title = f"Result of {message.name}" if message.name else "Result of a function"
        return {"role": "user", "content": f"{title}: {text_of(message.content)}"}
    named = [call for call in open_calls if call[1] == message.name]
    answered = (named or open_calls)[0]
    open_calls.remove(answered)
    return {"role": "tool", "tool_call_id": answered[0], "content": text_of(message.content)}


def _close(written: list[JSONObject], open_calls: list[tuple[str, str]]) -> None:
    for identifier, _ in open_calls:
        written.append({"role": "tool", "tool_call_id": identifier, "content": _NO_RESULT})
    open_calls.clear()


def _call(message: Message) -> tuple[str, str]:
    """The name and the arguments of a call; what isn't JSON counts as the arguments."""
    text = text_of(message.content)
    try:
        call = loads(text)
    except MalformedJSONError:
        call = None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return message.name or "function", text
    arguments = call.get("arguments", "{}")
    return str(call["name"]), arguments if isinstance(arguments, str) else dumps(arguments)


def _said(role: str, content: JSON, name: str | None) -> JSONObject:
    said: JSONObject = {"role": role, "content": content}
    if name and (fitting := _NOT_IN_NAMES.sub("_", name).strip("_")[:64]):
        said["name"] = fitting
    return said
