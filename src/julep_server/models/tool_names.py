"""Names of tools for endpoints, which accept letters, digits, ``_`` and ``-``, at most 64."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from julep_server.json_text import JSON, JSONObject, objects_in
from julep_server.models.provider import Completion, ModelRequest

_ACCEPTED = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REFUSED = re.compile(r"[^A-Za-z0-9_-]+")
_MAX_LENGTH = 64


class ToolNames:
    """The names of a request's tools, and the names that stand for them at an endpoint.

    Args:
        request: The request; names of calls in its messages count, too.
    """

    def __init__(self, request: ModelRequest) -> None:
        names = [*dict.fromkeys(_names(request))]
        # A name that endpoints accept stands for itself, whatever other names become.
        taken = {name for name in names if _ACCEPTED.fullmatch(name)}
        self._sent: dict[str, str] = {}
        for name in names:
            if name not in taken:
                self._sent[name] = _accepted(name, {*taken, *self._sent.values()})
        self._known = {sent: name for name, sent in self._sent.items()}

    def for_endpoint(self, request: ModelRequest) -> ModelRequest:
        """Return the request with the names that the endpoint accepts."""
        if not self._sent:
            return request
        return replace(
            request,
            messages=[self._message(message) for message in request.messages],
            tools=[self._renamed(tool) for tool in request.tools],
            tool_choice=self._renamed_in(request.tool_choice),
        )

    def from_endpoint(self, completion: Completion) -> Completion:
        """Return a completion with the tools' own names."""
        if not self._sent:
            return completion
        calls = tuple(
            replace(call, name=self._known.get(call.name, call.name))
            for call in completion.tool_calls
        )
        return replace(completion, tool_calls=calls)

    def _message(self, message: JSONObject) -> JSONObject:
        if "tool_calls" not in message:
            return message
        return {
            **message,
            "tool_calls": [self._renamed(call) for call in objects_in(message["tool_calls"])],
        }

    def _renamed_in(self, choice: JSON) -> JSON:
        return self._renamed(choice) if isinstance(choice, dict) else choice

    def _renamed(self, described: JSONObject) -> JSONObject:
        """Return a tool, a call or a choice with the name for the endpoint."""
        function = described.get("function")
        if not isinstance(function, dict):
            return described
        name = str(function.get("name"))
        return {**described, "function": {**function, "name": self._sent.get(name, name)}}


def _names(request: ModelRequest) -> Iterable[str]:
    for message in request.messages:
        yield from map(_name, objects_in(message.get("tool_calls")))
    yield from map(_name, request.tools)


def _name(described: Mapping[str, JSON]) -> str:
    function = described.get("function")
    return str(function.get("name")) if isinstance(function, dict) else ""


def _accepted(name: str, taken: set[str]) -> str:
    """Return a name for an endpoint: as similar as possible, and always the same if it is free."""
    found = _REFUSED.sub("_", name)[:_MAX_LENGTH]
    if found in taken or not found.strip("_"):
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        found = f"{found[: _MAX_LENGTH - 9]}_{digest}"
    return found
