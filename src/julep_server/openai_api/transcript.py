"""The messages of OpenAI's chat completions, as those of this API."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from julep_server.errors import ApiError, invalid_field
from julep_server.json_text import JSON, JSONObject, MalformedJSONError, canonical, dumps, loads
from julep_server.store.messages import Message, text_of

_INSTRUCTIONS = frozenset({"system", "developer"})
_ANSWERS = frozenset({"assistant", "function_call"})
_PARTS: Mapping[str, tuple[str, type]] = {"text": ("text", str), "image_url": ("image_url", dict)}


@dataclass(frozen=True, slots=True)
class Transcript:
    """A request's messages.

    Attributes:
        situation: The text of the instructions that come first.
        messages: What follows them, as messages of a chat.
    """

    situation: str
    messages: Sequence[JSONObject]


def call_id(message_id: str) -> str:
    """Return the id of a call for clients, from which a later request's results are matched.

    Args:
        message_id: The id of the message that requests the call.
    """
    return f"call_{hashlib.sha256(message_id.encode()).hexdigest()[:24]}"


def parse_transcript(given: JSON, history: Sequence[Message] = ()) -> Transcript:
    """Parse the messages of a request.

    Args:
        given: The request's ``messages``.
        history: The session's history, whose calls the request may have results of.

    Raises:
        ApiError: 422 when a message is not one of OpenAI's, or has unknown parts.
    """
    if not isinstance(given, list) or not given:
        raise invalid_field("messages", "must be a list of at least one message")
    calls = {
        call_id(message.id): _parse_call(message.content)[0]
        for message in history
        if message.role == "function_call"
    }
    situation: list[str] = []
    messages: list[JSONObject] = []
    results: list[tuple[str, JSONObject]] = []
    for index, message in enumerate(given):
        path = f"messages[{index}]"
        if not isinstance(message, dict):
            raise invalid_field(path, "must be an object")
        role = message.get("role")
        if role == "tool":
            results.append(_result(message, calls, path))
            continue
        messages += _in_order(results, calls)
        results = []
        match role:
            case "system" | "developer" if not messages:
                situation.append(_text(message.get("content"), f"{path}.content"))
            case "system" | "developer" | "user" | "function":
                messages.append(_plain(message, path))
            case "assistant":
                messages += _answer(message, calls, path)
            case _:
                roles = "system, developer, user, assistant or tool"
                raise invalid_field(f"{path}.role", f"must be {roles}; got {dumps(role)[:60]}")
    messages += _in_order(results, calls)
    return Transcript("\n\n".join(filter(None, situation)), messages)


def unrecorded(messages: Sequence[JSONObject], history: Sequence[Message]) -> Sequence[JSONObject]:
    """Return the messages that a session's history does not have.

    Clients send the whole conversation with each request, or its end, or the new messages alone.
    What follows the last answer that the history has is new; without such an answer, everything is.
    """
    known = {_key(message.role, message.content) for message in history if message.role in _ANSWERS}
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        role = str(message["role"])
        if role in _ANSWERS and _key(role, message["content"]) in known:
            return messages[index + 1 :]
    return messages


def latest(messages: Sequence[JSONObject]) -> list[JSON]:
    """Return what follows the last answer."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index]["role"] in _ANSWERS:
            return list(messages[index + 1 :])
    return list(messages)


def _key(role: str, content: JSON) -> tuple[str, str]:
    if role == "function_call":
        name, arguments = _parse_call(content)
        return role, f"{name} {arguments}"
    return role, text_of(content).strip()


def _parse_call(content: JSON) -> tuple[str, str]:
    """Return a call's name and its arguments, spaced and ordered in one way."""
    try:
        call = loads(text_of(content))
    except MalformedJSONError:
        call = None
    if not isinstance(call, dict):
        return "", text_of(content)
    arguments = call.get("arguments")
    try:
        arguments = loads(arguments) if isinstance(arguments, str) else arguments
    except MalformedJSONError:
        return str(call.get("name")), str(arguments)
    return str(call.get("name")), canonical(arguments)


def _answer(message: JSONObject, calls: dict[str, str], path: str) -> list[JSONObject]:
    """Return an answer's text and its calls, and add the calls' names by their ids."""
    found: list[JSONObject] = []
    content = message.get("content")
    if content is not None and content != "":
        found.append(_plain({**message, "content": _text(content, f"{path}.content")}, path))
    given = message.get("tool_calls")
    for index, call in enumerate(given if isinstance(given, list) else []):
        function = call.get("function") if isinstance(call, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if (
            not isinstance(call, dict)
            or not isinstance(function, dict)
            or not isinstance(name, str)
        ):
            raise invalid_field(f"{path}.tool_calls[{index}]", "must be a call of a function")
        arguments = function.get("arguments")
        called = {"name": name, "arguments": arguments if isinstance(arguments, str) else "{}"}
        found.append({"role": "function_call", "content": dumps(called)})
        calls[str(call.get("id"))] = name
    return found


def _result(message: JSONObject, calls: Mapping[str, str], path: str) -> tuple[str, JSONObject]:
    identifier = message.get("tool_call_id")
    if not isinstance(identifier, str) or identifier not in calls:
        raise invalid_field(f"{path}.tool_call_id", "must be the id of a call in the conversation")
    content = _text(message.get("content"), f"{path}.content")
    return identifier, {"role": "function", "name": calls[identifier], "content": content}


def _in_order(
    results: Sequence[tuple[str, JSONObject]], calls: Mapping[str, str]
) -> list[JSONObject]:
    """Return results in the order of their calls, by which results of one name are told apart."""
    order = {identifier: position for position, identifier in enumerate(calls)}
    return [result for _, result in sorted(results, key=lambda result: order[result[0]])]


def _plain(message: JSONObject, path: str) -> JSONObject:
    role, name = str(message["role"]), message.get("name")
    content = message.get("content")
    parts = [*content] if isinstance(content, list) else []
    if not isinstance(content, (str, list)) or not (content or isinstance(content, str)):
        raise invalid_field(f"{path}.content", "must be a text or a list of parts")
    for index, part in enumerate(parts):
        _check_part(part, f"{path}.content[{index}]")
    plain: JSONObject = {
        "role": "system" if role in _INSTRUCTIONS else role,
        "content": content if isinstance(content, str) else parts,
    }
    return {**plain, "name": name} if isinstance(name, str) else plain


def _check_part(part: JSON, path: str) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or not isinstance(kind, str) or kind not in _PARTS:
        raise _unsupported_part(path, kind)
    field, wanted = _PARTS[kind]
    if not isinstance(part.get(field), wanted):
        raise invalid_field(f"{path}.{field}", f"is required in a part of type {kind}")


def _unsupported_part(path: str, kind: JSON) -> ApiError:
    return invalid_field(path, f"must be a part of type text or image_url; got {dumps(kind)[:60]}")


def _text(content: JSON, path: str) -> str:
    """Return a content's text, which may be in parts; an answer's refusal counts as text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise invalid_field(path, "must be a text or a list of parts")
    texts: list[str] = []
    for index, part in enumerate(content):
        text = (part.get("text") or part.get("refusal")) if isinstance(part, dict) else None
        if not isinstance(text, str):
            raise invalid_field(f"{path}[{index}]", "must be a part with a text")
        texts.append(text)
    return "".join(texts)
