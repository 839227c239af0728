"""Responses of known servers and hosted providers, in the form in which each of them sends them.

Each has an answer of words, and one that calls a function, both whole and streamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.server.helpers.raw_endpoint import DONE, event

TEXT = "It is noon."
ARGUMENTS = '{"zone": "CET"}'
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def call(identifier: str, arguments: str = ARGUMENTS, **fields: Any) -> dict[str, Any]:
    function = {"name": "get_time", "arguments": arguments}
    return {"id": identifier, "type": "function", "function": function, **fields}


def begun(identifier: str, *pieces: str) -> list[dict[str, Any]]:
    """A call in pieces: its name, then its arguments."""
    first = {"tool_calls": [call(identifier, "", index=0)]}
    rest = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    return [first, *rest]


def without(described: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in described.items() if name not in names}


@dataclass(frozen=True)
class Provider:
    """How a provider writes.

    Attributes:
        message: Fields of each whole message, such as null reasoning.
        choice: Fields of each choice.
        top: Fields of each object.
        calls: A whole answer's calls.
        words: The deltas of streamed words.
        pieces: The deltas of a streamed call.
        ends: The reason of an answer with a call.
        usage: Where a stream has its usage: the chunks at its end.
        opening: What a stream begins with.
    """

    calls: list[dict[str, Any]]
    pieces: list[dict[str, Any]]
    words: list[dict[str, Any]]
    message: dict[str, Any] = field(default_factory=dict[str, Any])
    choice: dict[str, Any] = field(default_factory=dict[str, Any])
    top: dict[str, Any] = field(default_factory=dict[str, Any])
    ends: str = "tool_calls"
    usage: str = "apart"
    opening: bytes = b""

    def whole(self, *, calls: bool) -> dict[str, Any]:
        said = {"content": None, "tool_calls": self.calls} if calls else {"content": TEXT}
        choice = {
            "index": 0,
            "message": {"role": "assistant", **said, **self.message},
            "finish_reason": self.ends if calls else "stop",
            **self.choice,
        }
        return {**self._head("chat.completion"), "choices": [choice], "usage": USAGE}

    def stream(self, *, calls: bool) -> list[bytes]:
        *deltas, last = self.pieces if calls else self.words
        reason = self.ends if calls else "stop"
        chunks = [self._chunk(delta) for delta in deltas]
        with_last: dict[str, Any] = {}
        if self.usage == "with the reason":
            chunks.append(self._chunk(last, reason, usage=USAGE))
        else:
            with_last = {"x_groq": {"id": "req_1", "usage": USAGE}} if self.usage == "groq" else {}
            chunks += [self._chunk(last), self._chunk({}, reason, **with_last)]
        if self.usage == "apart":
            chunks.append({**self._head("chat.completion.chunk"), "choices": [], "usage": USAGE})
        if self.usage == "beside an empty delta":
            chunks.append(self._chunk({"role": "assistant", "content": ""}, usage=USAGE))
        return [self.opening, *map(event, chunks), DONE]

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": "m", **self.top}

    def _chunk(
        self, delta: dict[str, Any], reason: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, **self.choice}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **fields}


ROLE = {"role": "assistant", "content": ""}
PLAIN: list[dict[str, Any]] = [ROLE, {"content": "It is"}, {"content": " noon."}]
WITH_ROLES: list[dict[str, Any]] = [
    {"role": "assistant", "content": "It is"},
    {"role": "assistant", "content": " noon."},
]
SIGNED: dict[str, Any] = {"extra_content": {"google": {"thought_signature": "CiQB4/H="}}}
FILTERS = {"hate": {"filtered": False, "severity": "safe"}}

PROVIDERS: dict[str, Provider] = {
    "Anthropic": Provider(
        calls=[call("toolu_01A09q90qw90lq917835lq9")],
        pieces=begun("toolu_01A09q90qw90lq917835lq9", "", '{"zone"', ': "CET"}'),
        words=PLAIN,
        message={"refusal": None},
        usage="with the reason",
    ),
    "Mistral": Provider(
        calls=[without(call("D681PevKs", index=0), "type")],
        pieces=[ROLE, {"content": "", "tool_calls": [without(call("D681PevKs", index=0), "type")]}],
        words=PLAIN,
        message={"prefix": False},
        usage="with the reason",
    ),
    "Gemini": Provider(
        # Its ids may be empty, and its reason may be that of words.
        calls=[call("", **SIGNED)],
        pieces=[
            {"role": "assistant", "tool_calls": [call("", index=0, **SIGNED)]},
            {"role": "assistant", "content": None},
        ],
        words=WITH_ROLES,
        ends="stop",
        usage="with the reason",
    ),
    "Groq": Provider(
        calls=[call("call_d5wg")],
        pieces=[ROLE, {"tool_calls": [call("call_d5wg", index=0)]}],
        words=[{**ROLE, "reasoning": None}, *PLAIN[1:]],
        choice={"logprobs": None},
        top={"system_fingerprint": "fp_3f3b593e33", "service_tier": "on_demand"},
        usage="groq",
    ),
    "OpenRouter": Provider(
        calls=[call("call_62136354", index=0)],
        pieces=begun("call_62136354", '{"zone": ', '"CET"}'),
        words=[{**delta, "reasoning": None} for delta in WITH_ROLES],
        message={"refusal": None, "reasoning": None, "reasoning_details": []},
        choice={"logprobs": None, "native_finish_reason": None},
        top={"provider": "Some Host"},
        usage="beside an empty delta",
        opening=b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n",
    ),
    "Azure OpenAI": Provider(
        calls=[call("call_sQ8mPZ1nG2vXrB4cT6yL0aKd")],
        pieces=[ROLE, *begun("call_sQ8mPZ1nG2vXrB4cT6yL0aKd", '{"zo', 'ne": "CET"}')],
        words=[{**ROLE, "refusal": None}, *PLAIN[1:]],
        message={"refusal": None, "annotations": []},
        choice={"logprobs": None, "content_filter_results": FILTERS},
        top={"system_fingerprint": "fp_b705f0c291"},
        opening=event(
            {
                "choices": [],
                "created": 0,
                "id": "",
                "model": "",
                "object": "",
                "prompt_filter_results": [
                    {"prompt_index": 0, "content_filter_results": FILTERS},
                ],
            }
        ),
    ),
    "Ollama": Provider(
        calls=[call("call_9x1pqjf3", index=0)],
        pieces=[
            {"role": "assistant", "content": "", "tool_calls": [call("call_9x1pqjf3", index=0)]}
        ],
        words=WITH_ROLES,
        top={"system_fingerprint": "fp_ollama"},
    ),
    "vLLM": Provider(
        calls=[call("chatcmpl-tool-7bc04e2d5f6a4c1e9a3f")],
        pieces=[ROLE, *begun("chatcmpl-tool-7bc04e2d5f6a4c1e9a3f", '{"zone": "', "CET", '"}')],
        words=PLAIN,
        message={"reasoning_content": None, "function_call": None, "refusal": None, "audio": None},
        choice={"logprobs": None, "stop_reason": None, "token_ids": None},
        top={"service_tier": None, "prompt_logprobs": None, "kv_transfer_params": None},
    ),
    "llama.cpp": Provider(
        calls=[call("rZ8pQ2mWx4TnVb6Ks1LcYd3Fg5Hj7UaE")],
        pieces=[
            {"role": "assistant", "content": None},
            {"tool_calls": [call("rZ8pQ2mWx4TnVb6Ks1LcYd3Fg5Hj7UaE", "{", index=0)]},
            *(
                {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
                for piece in ('"zone":', ' "CET', '"}')
            ),
        ],
        words=[{"role": "assistant", "content": None}, *PLAIN[1:]],
        top={
            "system_fingerprint": "b6527-7f766929",
            "timings": {"prompt_n": 11, "predicted_n": 7, "predicted_per_second": 50.1},
        },
    ),
    "LM Studio": Provider(
        calls=[call("365174485")],
        pieces=[{"role": "assistant"}, *begun("365174485", '{"zone":', ' "CET"}')],
        words=WITH_ROLES,
        choice={"logprobs": None},
        top={"system_fingerprint": "m", "stats": {}},
    ),
}
