"""The surface that the SDK promises, as data: classes, methods, parameters and results.

A parameter is written as in Python, with its default; ``**Name`` stands for the keywords of a
TypedDict, which are explicit keyword-only parameters in the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Method(NamedTuple):
    """A method: its parameters, its result, whether it is a coroutine function."""

    parameters: str
    returns: str
    is_async: bool = False


class Promised(NamedTuple):
    """A class: its base class and its methods."""

    base: str
    methods: Mapping[str, Method]


_CHAT = (
    "session_id, messages, tools=None, tool_choice=None, frequency_penalty=None, "
    "length_penalty=None, logit_bias=None, max_tokens=None, presence_penalty=None, "
    "repetition_penalty=None, response_format=None, seed=None, stop=None, stream=None, "
    "temperature=None, top_p=None, recall=None, remember=None"
)
_PAGE = "limit=None, offset=None"

_PUBLIC = {
    "get": Method("id", "Session"),
    "create": Method("**SessionCreateArgs", "Session"),
    "list": Method(f"{_PAGE}, metadata_filter={{}}", "List[Session]"),
    "delete": Method("session_id", "None"),
    "update": Method("**SessionUpdateArgs", "Session"),
    "chat": Method(_CHAT, "ChatResponse"),
    "suggestions": Method(f"session_id, {_PAGE}", "List[Suggestion]"),
    "history": Method(f"session_id, {_PAGE}", "List[ChatMlMessage]"),
    "delete_history": Method("session_id", "None"),
}

SURFACE: Mapping[str, Promised] = {
    "BaseSessionsManager": Promised(
        "BaseManager",
        {
            "_get": Method("id", "Session"),
            "_create": Method(
                "agent_id, user_id=None, situation=None, metadata={}, render_templates=False",
                "ResourceCreatedResponse",
            ),
            "_list_items": Method(f"{_PAGE}, metadata_filter='{{}}'", "ListSessionsResponse"),
            "_delete": Method("session_id", "None"),
            "_update": Method(
                "session_id, situation=None, metadata=None, overwrite=False",
                "ResourceUpdatedResponse",
            ),
            "_chat": Method(_CHAT, "ChatResponse"),
            "_suggestions": Method(f"session_id, {_PAGE}", "GetSuggestionsResponse"),
            "_history": Method(f"session_id, {_PAGE}", "GetHistoryResponse"),
            "_delete_history": Method("session_id", "None"),
        },
    ),
    "SessionsManager": Promised("BaseSessionsManager", _PUBLIC),
    "AsyncSessionsManager": Promised(
        "BaseSessionsManager",
        {name: method._replace(is_async=True) for name, method in _PUBLIC.items()},
    ),
}

TYPED_DICTS: Mapping[str, tuple[str, ...]] = {
    "SessionCreateArgs": ("agent_id", "user_id", "situation"),
    "SessionUpdateArgs": ("session_id", "situation", "overwrite"),
}
"""The minimal keys of each TypedDict."""
