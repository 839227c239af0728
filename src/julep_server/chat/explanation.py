"""Explains a chat: the parts of its prompt, what was found for it, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.prompt.builder import Prompt
from julep_server.prompt.prompt_input import PromptInput
from julep_server.representations import doc_match_json, memory_match_json
from julep_server.store.messages import Message, text_of
from julep_server.text.tokens import count_tokens


def explanation_json(
    source: PromptInput, prompt: Prompt, tools: Sequence[JSONObject]
) -> JSONObject:
    """Return the explanation of a prompt.

    Args:
        source: What the prompt was built of, with everything that was found for it.
        prompt: The prompt.
        tools: The tools that the model is offered.
    """
    parts = [
        *(_part(section.kind, section.text, section.source_id) for section in prompt.sections),
        *_messages("history", prompt.summarised, "summary"),
        *_messages("history", prompt.omitted, "token_budget"),
        *_messages("history", prompt.kept),
        *_messages("message", prompt.new),
    ]
    if tools:
        parts.append(_part("tools", dumps(list(tools))))
    recalled = source.recalled
    tokens = [int(str(part["tokens"])) for part in parts if "left_out" not in part]
    return {
        "tokens": sum(tokens),
        "parts": list[JSON](parts),
        "docs": [doc_match_json(hit, source.agent.id) for hit in recalled.doc_hits],
        "memories": [memory_match_json(hit) for hit in recalled.memory_hits],
    }


def _messages(
    kind: str, messages: Iterable[Message], left_out: str | None = None
) -> list[JSONObject]:
    """Return the parts of messages; those of a request have no id yet."""
    reason: JSONObject = {} if left_out is None else {"left_out": left_out}
    return [
        {
            **_part(kind, text_of(message.content), message.id if kind == "history" else None),
            "role": message.role,
            **reason,
        }
        for message in messages
    ]


def _part(kind: str, text: str, source_id: str | None = None) -> JSONObject:
    source: JSONObject = {} if source_id is None else {"source_id": source_id}
    return {"kind": kind, "text": text, "tokens": count_tokens(text), **source}
