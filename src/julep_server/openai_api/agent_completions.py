"""An agent's answer in OpenAI's own format, whole or streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from julep_server.chat.chunks import kept_events
from julep_server.http.openai_error_format import openai_error_json
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
        async for events in run.follow(0, KEEP_ALIVE):
            texts = [_text_of(data) for _, data in events]
            chunks = b"".join(self._chunk({"content": text}) for text in texts if text)
            if chunks or not events:
                yield chunks or b": keep-alive\n\n"
        if run.failure is not None:
            yield _event(openai_error_json(run.failure, in_stream=True))
            return
        for piece in self._closing():
            yield piece

    def stored(self, kept: JSON) -> JSON:
        """Return what is stored for repetitions: the whole completion, or a stream's pieces.

        Args:
            kept: What the chat stores: its response, or its stream.
        """
        if not isinstance(kept, list):
            return self.whole()
        texts = [_text_of(data) for data in kept_events(kept)]
        pieces = [
            self._chunk({"role": "assistant", "content": ""}),
            *(self._chunk({"content": text}) for text in texts if text),
            *self._closing(),
        ]
        return [piece.decode("latin-1") for piece in pieces]

    def _closing(self) -> list[bytes]:
        """Return what follows the text of a stream; calls are never streamed in parts."""
        result, calls = self.run.result, self._calls()
        pieces = [self._chunk({"tool_calls": list[JSON](calls)})] if calls else []
        pieces.append(self._chunk({}, result["finish_reason"]))
        if self.with_usage:
            head = self._head("chat.completion.chunk")
            pieces.append(_event({**head, "choices": [], "usage": result["usage"]}))
        return [*pieces, b"data: [DONE]\n\n"]

    def _head(self, kind: str) -> JSONObject:
        identifier = f"chatcmpl-{self.run.id}"
        return {
            "id": identifier,
            "object": kind,
            "created": self.run.began_at // 1_000_000,
            "model": self.model,
        }

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
