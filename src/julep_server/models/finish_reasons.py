"""Why an answer ended, in the contract's terms: a table of the terms of many endpoints."""

from __future__ import annotations

from julep_server.json_text import JSON
from julep_server.models.endpoint_json import repaired

FAILED = "error"
"""Stands for all reasons that mean that the endpoint failed."""

_MAX_LENGTH = 100
_TERMS = {
    "stop": "stop end end_turn eos eos_token stop_sequence stop_token stop_str complete completed"
    " finish finished done normal success true",
    "length": "length max_tokens max_length max_new_tokens max_output_tokens max_completion_tokens"
    " model_length token_limit token_limit_reached incomplete model_context_window_exceeded"
    " context_length_exceeded",
    "content_filter": "content_filter content_filtered contentfilter refusal safety sensitive"
    " recitation blocklist prohibited_content spii guardrail_intervened guardrails image_safety"
    " moderation",
    "tool_calls": "tool_calls tool_call tool_use",
    "function_call": "function_call",
    FAILED: "error failed failure network_error internal_error server_error abort aborted cancelled"
    " canceled timeout insufficient_system_resource malformed_function_call unexpected_tool_call"
    " malformed_response error_limit error_toxic",
}
_KNOWN = {term: reason for reason, terms in _TERMS.items() for term in terms.split()}


def finish_reason(value: JSON) -> str | None:
    """Return the reason that an endpoint states; None if it states none.

    Reasons that are not in the table are returned as they are.

    Example:
        >>> finish_reason("MAX_TOKENS"), finish_reason("end_turn"), finish_reason("")
        ('length', 'stop', None)
    """
    if isinstance(value, dict):
        value = value.get("type") or value.get("reason")
    if value is None or value is False or isinstance(value, (dict, list)):
        return None
    text = repaired(str(value)).strip()
    term = text.lower().replace("-", "_").removeprefix("finish_reason_")
    if term in ("", "null", "none", "finish_reason_unspecified", "unspecified", "unknown"):
        return None
    return _KNOWN.get(term, text[:_MAX_LENGTH])
