"""Converts stored messages to the format of OpenAI-compatible endpoints."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, dumps, loads
from julep_server.store.messages import Message, text_of

_NOT_IN_NAMES = re.compile(r"[\s<|\\/>]+")
_NO_RESULT = "(no result was given)"


def to_endpoint(messages: Iterable[Message]) -> list[JSONObject]:
    """Convert messages for an endpoint, which needs function calls paired with their results.

    Consecutive calls become one message with several calls. Each result is paired with the earliest
    open call of its name. A call without a result gets a placeholder, because endpoints refuse open
    calls, and a result without a call becomes a user message.
    """
    converted: list[JSONObject] = []
    open_calls: list[tuple[str, str]] = []
    seen: Counter[str] = Counter()
    for message in messages:
        if message.role == "function_call":
            name, arguments = _parse_call(message)
            content = text_of(message.content)
            call_id = _call_id(content, seen[content])
            seen[content] += 1
            function: JSONObject = {"name": name, "arguments": arguments}
            call: JSONObject = {"id": call_id, "type": "function", "function": function}
            _add_call(converted, call)
            open_calls.append((call_id, name))
        elif message.role == "function":
            converted.append(_result(message, open_calls))
        else:
            _close(converted, open_calls)
            converted.append(_plain_message(message.role, message.content, message.name))
    _close(converted, open_calls)
    return converted


def _call_id(content: str, number: int) -> str:
    """Return the id of a call for endpoints, some of which require 9 letters and digits.

    Args:
        content: The call, from which the id is made: the same prompt has the same bytes.
        number: The number of equal calls before it.
    """
    text = f"{number}\0{content}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:9]


def _add_call(converted: list[JSONObject], call: JSONObject) -> None:
    last = converted[-1] if converted else {}
    calls = last.get("tool_calls")
    if isinstance(calls, list):
        calls.append(call)
    else:
        converted.append({"role": "assistant", "content": None, "tool_calls": [call]})


def _result(message: Message, open_calls: list[tuple[str, str]]) -> JSONObject:
    if not open_calls:
        title = f"Result of {message.name}" if message.name else "Result of a function"
        return {"role": "user", "content": f"{title}: {text_of(message.content)}"}
    same_name = [call for call in open_calls if call[1] == message.name]
    call = (same_name or open_calls)[0]
    open_calls.remove(call)
    return {"role": "tool", "tool_call_id": call[0], "content": text_of(message.content)}


def _close(converted: list[JSONObject], open_calls: list[tuple[str, str]]) -> None:
    for call_id, _ in open_calls:
        converted.append({"role": "tool", "tool_call_id": call_id, "content": _NO_RESULT})
    open_calls.clear()


def _parse_call(message: Message) -> tuple[str, str]:
    """Return the name and the arguments of a call; text that is not JSON counts as arguments."""
    text = text_of(message.content)
    try:
        call = loads(text)
    except MalformedJSONError:
        call = None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return message.name or "function", text
    arguments = call.get("arguments", "{}")
    return str(call["name"]), arguments if isinstance(arguments, str) else dumps(arguments)


def _plain_message(role: str, content: JSON, name: str | None) -> JSONObject:
    message: JSONObject = {"role": role, "content": content}
    if name and (cleaned := _NOT_IN_NAMES.sub("_", name).strip("_")[:64]):
        message["name"] = cleaned
    return message
