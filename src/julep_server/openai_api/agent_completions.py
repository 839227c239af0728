"""An agent's answer in OpenAI's own format, whole or streamed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from julep_server.json_text import JSON, JSONObject, dumps, loads, objects_in
from julep_server.openai_api.transcript import call_id
from julep_server.streaming.event_stream import KEEP_ALIVE
from julep_server.streaming.runs import Run


@dataclass(frozen=True, slots=True)
class AgentCompletion:
    """Encodes a run of a chat as a chat completion of OpenAI's.

    Attributes:
        run: The run.
        model: The model's name in the request.
        with_usage: Whether a stream ends with the numbers of tokens.
    """

    run: Run
    model: str
    with_usage: bool = False
    _created: int = field(default_factory=lambda: int(time.time()), init=False)

    def whole(self) -> JSONObject:
        """Return the completion of a run that has succeeded."""
        result = self.run.result
        calls = self._calls()
        message: JSONObject = {"role": "assistant", "content": self._text()}
        if calls:
            plain = [{key: call[key] for key in ("id", "type", "function")} for call in calls]
            message = {**message, "tool_calls": list[JSON](plain)}
        choice: JSONObject = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": result["finish_reason"],
        }
        return {**self._head("chat.completion"), "choices": [choice], "usage": result["usage"]}

    async def events(self) -> AsyncIterator[bytes]:
        """Yield the completion as a stream of events while the run goes on."""
        yield self._chunk({"role": "assistant", "content": ""})
        run = self.run
        async for event in run.follow(0, KEEP_ALIVE):
            if event is None:
                yield b": keep-alive\n\n"
            elif text := _text_of(event[1]):
                yield self._chunk({"content": text})
        if run.failure is not None:
            yield _event(run.failure.to_json())
            return
        # Calls are never streamed in parts.
        if calls := self._calls():
            yield self._chunk({"tool_calls": list[JSON](calls)})
        yield self._chunk({}, run.result["finish_reason"])
        if self.with_usage:
            head = self._head("chat.completion.chunk")
            yield _event({**head, "choices": [], "usage": run.result["usage"]})
        yield b"data: [DONE]\n\n"

    def _head(self, kind: str) -> JSONObject:
        identifier = f"chatcmpl-{self.run.id}"
        return {"id": identifier, "object": kind, "created": self._created, "model": self.model}

    def _chunk(self, delta: JSONObject, reason: JSON = None) -> bytes:
        choice: JSONObject = {"index": 0, "delta": delta, "finish_reason": reason}
        return _event({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _messages(self) -> list[JSONObject]:
        replies = self.run.result["response"]
        return objects_in(replies[0]) if isinstance(replies, list) else []

    def _text(self) -> JSON:
        """Return the answer's text; None for calls without a text."""
        texts = [item["content"] for item in self._messages() if item["role"] == "assistant"]
        return texts[0] if texts else None

    def _calls(self) -> list[JSONObject]:
        found: list[JSONObject] = []
        for message in self._messages():
            if message["role"] == "function_call":
                function = loads(str(message["content"]))
                identifier = call_id(str(message["id"]))
                found.append(
                    {
                        "index": len(found),
                        "id": identifier,
                        "type": "function",
                        "function": function,
                    }
                )
        return found


def _text_of(data: str) -> JSON:
    """Return the text of an event of a chat; calls have none, and follow at the end."""
    chunk = loads(data)
    delta = chunk.get("delta") if isinstance(chunk, dict) else None
    if not isinstance(delta, dict) or delta.get("role", "assistant") != "assistant":
        return None
    return delta.get("content")


def _event(data: JSONObject) -> bytes:
    return f"data: {dumps(data)}\n\n".encode()
