"""Settings that an endpoint refuses: read from its error, and left out or translated.

A refused setting is known by its name in the request's body. Two of them are translated first:
``max_tokens`` becomes ``max_completion_tokens`` before it is left out, and a JSON schema becomes
``json_object`` with the schema in the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from julep_server.json_text import JSON, JSONObject, dumps

NO_EFFECT: dict[str, float] = {
    "frequency_penalty": 0,
    "length_penalty": 1,
    "min_p": 0,
    "presence_penalty": 0,
    "repetition_penalty": 1,
}
"""Values that change nothing, and are not sent: many endpoints refuse the setting itself."""

_SCHEMA = "response_format.json_schema"
_WORD = "response_format.word"

# Of the server itself; to leave them out changes no answer.
_OWN = frozenset({"stream", "stream_options", _SCHEMA, _WORD})
# Refused by name alone: the contract has checked their values.
_BY_NAME = frozenset({"stream_options", *NO_EFFECT})
_SETTINGS = (
    *_BY_NAME,
    "logit_bias",
    "max_completion_tokens",
    "max_tokens",
    "response_format",
    "seed",
    "stop",
    "stream",
    "temperature",
    "top_p",
)
_UNSUPPORTED = re.compile(
    r"un(?:supported|recogni[sz]ed|known|expected|available|permitted)|incompatible|deprecated"
    r"|n(?:o|')t (?:be |yet |currently |a )?"
    r"(?:support|recogni[sz]e|know|allow|permit|available|accept|enabled|implement|compatible"
    r"|valid (?:param|arg|field|key|prop|opt))"
    r"|no such|extra[_ ](?:input|field|forbidden)|additional propert|forbidden"
    r"|invalid (?:param|arg|field|key|prop|opt)|only (?:the )?(?:default|\S+ is (?:allow|support))"
    r"|must be (?:omitted|unset|removed|'json_schema'|'text')|cannot be (?:used|set|specified|both)"
    r"|cannot both|instead",
    re.IGNORECASE,
)
_WRONG_SCHEMA = re.compile(r"schema for|invalid (?:json )?schema", re.IGNORECASE)
_NEEDS_WORD = re.compile(r"must (?:contain|include|mention) the word\W+json", re.IGNORECASE)
_INSTRUCTION = "Answer with one JSON object, and nothing else."


def without_effect(body: JSONObject) -> JSONObject:
    """Return a request's body without the settings whose values change nothing."""
    return {
        name: value
        for name, value in body.items()
        if name not in NO_EFFECT or value != NO_EFFECT[name]
    }


def refused_settings(body: JSONObject, stated: str) -> frozenset[str]:
    """Return the settings of a request that an endpoint's error names as not supported.

    Args:
        body: The request's body, as it was sent.
        stated: The error's text.

    Example:
        >>> stated = "Unrecognized request argument supplied: stream_options"
        >>> [*refused_settings({"stream_options": {}, "seed": 1}, stated)]
        ['stream_options']
    """
    unsupported = _UNSUPPORTED.search(stated) is not None
    named = [
        (match.start(), name)
        for name in _SETTINGS
        if name in body
        and (unsupported or name in _BY_NAME)
        and (match := _mention(name).search(stated))
    ]
    if len(named) > 1 and re.search(r"\bboth\b", stated, re.IGNORECASE):
        # Two that exclude each other: one of them may stay.
        named = [max(named)]
    found = {name for _, name in named}
    wanted = body.get("response_format")
    if unsupported and ("json_schema" in stated or "json_object" in stated):
        found.add("response_format")
    if wanted is not None and ("response_format" in found or _NEEDS_WORD.search(stated)):
        found.discard("response_format")
        if (token := _refused_format(wanted, stated)) is not None:
            found.add(token)
    return frozenset(found)


def adapted(body: JSONObject, refused: AbstractSet[str]) -> tuple[JSONObject, list[str]]:
    """Return a request's body as an endpoint takes it, and the settings that it then ignores."""
    if not refused:
        return body, []
    changed = {name: value for name, value in body.items() if name not in refused}
    if "max_tokens" in refused and "max_tokens" in body and "max_completion_tokens" not in refused:
        changed["max_completion_tokens"] = body["max_tokens"]
    if "response_format" in body and refused & {_SCHEMA, _WORD, "response_format"}:
        changed = _with_instruction(changed, body, refused)
    ignored = [name for name in sorted(refused - _OWN) if name in body]
    if "max_completion_tokens" in changed:
        ignored = [name for name in ignored if name != "max_tokens"]
    return changed, ignored


def _mention(name: str) -> re.Pattern[str]:
    """Return the pattern of a setting's name; a word of everyday language must be marked as one."""
    if "_" in name:
        return re.compile(
            rf"(?<![a-z0-9_]){name.replace('_', '[_ -]?')}(?![a-z0-9_])", re.IGNORECASE
        )
    return re.compile(
        rf"[\"'`\[(.]{name}[\"'`\])]|\"{name}:|\b(?:supplied|param(?:eter)?s?|arguments?|fields?"
        rf"|propert(?:y|ies)|keys?|options?|inputs?)[:.]? {name}\b"
        rf"|\b{name} (?:is|are|has|does)\b|\b{name}: |-> {name}\b|: {name}(?=[\"'.,]|\Z)",
        re.IGNORECASE,
    )


def _refused_format(wanted: JSON, stated: str) -> str | None:
    """Return what to do about a refused format; None for a wrong schema, and for a ``regex``."""
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in ("json_schema", "json_object") or _WRONG_SCHEMA.search(stated):
        return None
    if _NEEDS_WORD.search(stated):
        return _WORD
    return _SCHEMA if kind == "json_schema" else "response_format"


def _with_instruction(
    changed: JSONObject, body: JSONObject, refused: AbstractSet[str]
) -> JSONObject:
    wanted = body["response_format"]
    described = wanted.get("json_schema") if isinstance(wanted, dict) else None
    schema = described.get("schema") if isinstance(described, dict) else None
    text = _INSTRUCTION
    if schema is not None and _WORD not in refused:
        text += f" It must match this JSON schema: {dumps(schema)}"
    if schema is not None and _SCHEMA in refused and "response_format" not in refused:
        changed = {**changed, "response_format": {"type": "json_object"}}
    messages = changed["messages"]
    rest = list(messages) if isinstance(messages, list) else []
    first = rest[0] if rest else None
    if isinstance(first, dict) and first.get("role") == "system":
        content = first.get("content")
        if isinstance(content, str):
            rest[0] = {**first, "content": f"{content}\n\n{text}"}
            return {**changed, "messages": rest}
    return {**changed, "messages": [{"role": "system", "content": text}, *rest]}
