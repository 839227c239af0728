"""A simple rule for counting tokens, for models that don't report their own counts.

A token is up to eight characters of a word with the space before them; each Chinese, Japanese or
Korean character is a token. For English, that is close to common tokenizers; it overestimates long
words.
"""

from __future__ import annotations

import re

from julep_server.json_text import JSON, dumps

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SHORT = 100_000
"""Characters up to which a list of the tokens takes little memory; counting is faster."""

_TOKEN = re.compile(rf"\s*(?:[{_WIDE}]|[^\s{_WIDE}]{{1,8}})|\s+")


def split_tokens(text: str) -> list[str]:
    """Split a text into its tokens, which joined are the text again.

    Example:
        >>> split_tokens("Hello there, everybody!")
        ['Hello', ' there,', ' everybod', 'y!']
    """
    return _TOKEN.findall(text)


def count_tokens(content: JSON) -> int:
    """Count the tokens of a message's content: a text, or the texts among its parts."""
    if isinstance(content, str):
        if len(content) <= _SHORT:
            return len(_TOKEN.findall(content))
        return sum(1 for _ in _TOKEN.finditer(content))
    if isinstance(content, list):
        return sum(count_tokens(part.get("text")) for part in content if isinstance(part, dict))
    return 0


def count_message_tokens(message: JSON) -> int:
    """Count the tokens of a prompt's message, its function calls included."""
    if not isinstance(message, dict):
        return 0
    calls = message.get("tool_calls")
    return count_tokens(message.get("content")) + (count_tokens(dumps(calls)) if calls else 0)
