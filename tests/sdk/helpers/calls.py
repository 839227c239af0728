"""Valid arguments of every public method, and invalid ones for each of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, get_args

from julep.managers.types import Preset
from tests.sdk.helpers import invalid_values as values
from tests.sdk.helpers.invalid_arguments import (
    ABSENT,
    FUNCTION,
    ID,
    USER,
    Bad,
    choices,
    docs,
    flags,
    ids,
    integers,
    messages,
    numbers,
    objects,
    required_when_overwriting,
    texts,
    tools,
)

Cases: TypeAlias = Mapping[str, list[Bad]]


def _page() -> Cases:
    return {"limit": integers("limit", 1, None), "offset": integers("offset", 0, None)}


def _listing(owners: Cases | None = None) -> Cases:
    filters = {"metadata_filter": objects("metadata_filter"), **(owners or {})}
    return {**_page(), **filters, **_order()}


def _order() -> Cases:
    return {
        "sort_by": choices("created_at", "updated_at"),
        "order": choices("asc", "desc"),
    }


def _owners() -> Cases:
    return {"agent_id": ids("agent_id"), "user_id": ids("user_id")}


STREAM_ADVICE = {
    "run": ": sessions.stream_run streams a run",
    "iterate_run": ": sessions.stream_run streams a run",
    "stream_run": ": it streams already",
    "parse": ": sessions.stream_run streams a run",
}


_OUTPUT: Cases = {
    "output": [
        Bad(complex, "value", "complex has no JSON Schema", "output"),
        Bad(3, "value", "3 has no JSON Schema", "output"),
    ],
    "repairs": integers("repairs", 0, None),
}


def _run(name: str) -> Cases:
    def add(a: int, b: int) -> int:
        return a + b

    def draw(*points: int) -> None:
        """Take parameters without names."""

    def store(file: complex) -> None:
        """Take a type that JSON cannot express."""

    def misspelt(a: object) -> None:
        """Take a type that does not exist."""

    misspelt.__annotations__["a"] = "Integer"

    return {
        "session_id": ids("session_id"),
        # With None, the run continues from the history.
        "messages": [bad for bad in messages() if bad.argument is not None],
        "tools": [
            *tools(functions=True),
            Bad([lambda: 0], "value", "has no name: use a function", "tools[0]"),
            Bad([add, draw], "value", "points: it cannot be passed by name", "tools[1]"),
            Bad([store], "value", "store: file: complex has no JSON Schema", "tools[0]"),
            Bad([misspelt], "value", "'Integer' is not defined", "tools[0]"),
            Bad([add, add], "value", "another function is named 'add'", "tools[1]"),
        ],
        **({} if name == "iterate_run" else _OUTPUT),
        "max_turns": integers("max_turns", 1, None),
        "tool_choice": values.tool_choice(),
        "approve": [
            Bad(value, "type", "expected a function; got ") for value in (3, True, "yes", [add])
        ],
        "settings": [
            Bad({}, "type", f"{name}() got an unexpected keyword argument 'settings'", "settings"),
            *(
                Bad(ABSENT, case.error, case.message, case.path or name, {name: case.argument})
                for name, cases in _chat_settings().items()
                for case in cases
            ),
            Bad(ABSENT, "type", STREAM_ADVICE[name], "stream", {"stream": True}),
            Bad(ABSENT, "type", ": the model is the agent's", "model", {"model": "gpt-4o"}),
            Bad(ABSENT, "type", "(did you mean 'max_tokens'?)", "max_token", {"max_token": 1}),
        ],
    }


def _parse() -> Cases:
    cases = {**_run("parse")}
    return {
        "session_id": cases.pop("session_id"),
        "messages": messages(),
        "output": cases.pop("output"),
        "tools": cases.pop("tools"),
        **cases,
        "settings": [
            Bad(
                ABSENT,
                "value",
                "the response's format is that of the output",
                "response_format",
                {"response_format": {"type": "text"}},
            )
            if set(case.further) == {"response_format"}
            else case
            for case in cases["settings"]
        ],
    }


def _chat_settings(**stream: list[Bad]) -> Cases:
    return {
        "frequency_penalty": numbers("frequency_penalty", -1, 1),
        "length_penalty": numbers("length_penalty", 0, 2),
        "logit_bias": values.logit_bias(),
        "max_tokens": integers("max_tokens", 1, 16384),
        "presence_penalty": numbers("presence_penalty", -1, 1),
        "repetition_penalty": numbers("repetition_penalty", 0, 2),
        "response_format": values.response_format(),
        "seed": integers("seed", -1, 9999),
        "stop": values.stop(),
        **stream,
        "temperature": numbers("temperature", 0, 2),
        "top_p": numbers("top_p", 0, 1),
        "recall": flags(),
        "remember": flags(),
        "min_p": numbers("min_p", 0, 1, below=True),
        "preset": choices(*get_args(Preset)),
        "record": flags(),
        "explain": flags(),
    }


def _memory_fields() -> Cases:
    when = "expected a datetime with a time zone, or its RFC 3339 text; got "
    return {
        "type": choices("belief", "episode"),
        "sentiment": numbers("sentiment", -1, 1),
        "entities": [
            *(
                Bad(value, "type", "expected a list of entities (dicts); got ")
                for value in (3, "a", True)
            ),
            Bad([3], "type", "expected a dict; got 3", "entities[0]"),
            Bad([{"a": math.nan}], "value", "expected a finite number", "entities[0].a"),
        ],
        "timestamp": [
            *(Bad(value, "type", "expected a datetime or a str; got ") for value in (3, True, {1})),
            *(Bad(value, "value", when) for value in ("yesterday", "2024-02-29T12:00:00")),
        ],
    }


def _walked(page: Cases) -> Cases:
    """Return the invalid arguments of a page that are invalid for iteration too."""
    limit, page_size = integers("limit", 0, None), integers("page_size", 1, 1000)
    other = {"limit": ("limit", limit), "offset": ("page_size", page_size)}
    return dict(other.get(name, (name, cases)) for name, cases in page.items())


WALKS: Mapping[str, str] = {
    "sessions.iterate": "sessions.list",
    "sessions.iterate_suggestions": "sessions.suggestions",
    "sessions.iterate_history": "sessions.history",
    "agents.iterate": "agents.list",
    "users.iterate": "users.list",
    "docs.iterate": "docs.list",
    "tools.iterate": "tools.list",
    "memories.iterate": "memories.list",
}
"""Each method that iterates over a list, and the method that returns one page of it."""

_GOOD: Mapping[str, Mapping[str, object]] = {
    "sessions.get": {"id": ID},
    "sessions.create": {"agent_id": ID},
    "sessions.list": {},
    "sessions.count": {},
    "sessions.delete": {"session_id": ID},
    "sessions.update": {"session_id": ID, "situation": "A quiet library"},
    "sessions.chat": {"session_id": ID, "messages": [USER]},
    "sessions.stream": {"session_id": ID, "messages": [USER]},
    "sessions.run": {"session_id": ID, "messages": [USER]},
    "sessions.iterate_run": {"session_id": ID, "messages": [USER]},
    "sessions.stream_run": {"session_id": ID, "messages": [USER]},
    "sessions.parse": {"session_id": ID, "messages": [USER], "output": int},
    "sessions.cancel": {"session_id": ID},
    "sessions.render": {"session_id": ID, "messages": [USER]},
    "sessions.suggestions": {"session_id": ID},
    "sessions.history": {"session_id": ID},
    "sessions.count_history": {"session_id": ID},
    "sessions.delete_history": {"session_id": ID},
    "sessions.fork": {"session_id": ID},
    "agents.get": {"id": ID},
    "agents.create": {"name": "Ada"},
    "agents.list": {},
    "agents.count": {},
    "agents.delete": {"agent_id": ID},
    "agents.update": {"agent_id": ID, "name": "Ada", "about": "A tutor"},
    "users.get": {"id": ID},
    "users.create": {},
    "users.list": {},
    "users.count": {},
    "users.delete": {"user_id": ID},
    "users.update": {"user_id": ID, "name": "Grace", "about": "Likes short answers"},
    "docs.get": {"doc_id": ID, "user_id": ID},
    "docs.list": {"user_id": ID},
    "docs.count": {"user_id": ID},
    "docs.create": {"agent_id": ID, "doc": {"title": "Manual", "content": "Press the button."}},
    # A folder without documents.
    "docs.add": {"path": str(Path(__file__).parent), "agent_id": ID},
    "docs.update": {"doc_id": ID, "user_id": ID, "title": "a", "content": "b"},
    "docs.delete": {"doc_id": ID, "user_id": ID},
    "docs.search": {"query": "breakfast", "user_id": ID},
    "tools.get": {"agent_id": ID},
    "tools.list": {"agent_id": ID},
    "tools.count": {"agent_id": ID},
    "tools.create": {"agent_id": ID, "tool": {"type": "function", "function": FUNCTION}},
    "tools.delete": {"agent_id": ID, "tool_id": ID},
    "tools.update": {"agent_id": ID, "tool_id": ID, "function": {"description": "Adds."}},
    "memories.create": {"agent_id": ID, "user_id": ID, "content": "Grace likes porridge."},
    "memories.list": {"agent_id": ID, "query": "breakfast"},
    "memories.count": {"agent_id": ID},
    "memories.update": {"agent_id": ID, "memory_id": ID, "content": "Grace likes porridge."},
    "memories.delete": {"agent_id": ID, "memory_id": ID},
    "jobs.get": {"job_id": ID},
    "jobs.wait": {"job_id": ID},
}
GOOD: Mapping[str, Mapping[str, object]] = {
    **_GOOD,
    **{walk: _GOOD[page] for walk, page in WALKS.items()},
}
"""Valid arguments of each method."""

_BAD: Mapping[str, Cases] = {
    "sessions.get": {"id": ids("id")},
    "sessions.create": {
        "agent_id": ids("agent_id"),
        "user_id": ids("user_id"),
        "situation": texts("situation"),
        "metadata": objects("metadata"),
        "render_templates": flags(),
        "token_budget": integers("token_budget", None, None),
        "context_overflow": choices("truncate", "adaptive"),
        "tags": values.tags(),
    },
    "sessions.list": _listing(_owners()),
    "sessions.count": {"metadata_filter": objects("metadata_filter"), **_owners()},
    "sessions.delete": {"session_id": ids("session_id")},
    "sessions.update": {
        "session_id": ids("session_id"),
        "situation": [*texts("situation"), required_when_overwriting("situation")],
        "metadata": objects("metadata"),
        "overwrite": flags(),
        "render_templates": flags(),
        "token_budget": integers("token_budget", None, None),
        "context_overflow": choices("truncate", "adaptive"),
        "tags": values.tags(),
    },
    "sessions.chat": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": values.tool_choice(),
        **_chat_settings(stream=flags()),
    },
    "sessions.stream": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": values.tool_choice(),
        "settings": [Bad({}, "type", "unexpected keyword argument 'settings'", "settings")],
    },
    "sessions.run": _run("run"),
    "sessions.iterate_run": _run("iterate_run"),
    "sessions.stream_run": _run("stream_run"),
    "sessions.parse": _parse(),
    "sessions.cancel": {"session_id": ids("session_id"), "response_id": ids("response_id")},
    "sessions.render": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": values.tool_choice(),
        "stream": flags(),
        "settings": [Bad({}, "type", "unexpected keyword argument 'settings'", "settings")],
    },
    "sessions.suggestions": {"session_id": ids("session_id"), **_page()},
    "sessions.history": {"session_id": ids("session_id"), **_page()},
    "sessions.count_history": {"session_id": ids("session_id")},
    "sessions.delete_history": {"session_id": ids("session_id")},
    "sessions.fork": {"session_id": ids("session_id"), "message_id": ids("message_id")},
    "agents.get": {"id": ids("id")},
    "agents.create": {
        "name": [*texts("name"), Bad(None, "type", "expected a str; got None")],
        "about": texts("about"),
        "instructions": values.instructions(),
        "tools": tools(),
        "functions": values.functions(),
        "default_settings": values.default_settings(),
        "model": texts("model"),
        "docs": docs(),
        "metadata": objects("metadata"),
    },
    "agents.list": _listing(),
    "agents.count": {"metadata_filter": objects("metadata_filter")},
    "agents.delete": {"agent_id": ids("agent_id")},
    "agents.update": {
        "agent_id": ids("agent_id"),
        "name": [*texts("name"), required_when_overwriting("name")],
        "about": texts("about"),
        "instructions": values.instructions(),
        "default_settings": values.default_settings(),
        "model": texts("model"),
        "metadata": objects("metadata"),
        "overwrite": flags(),
    },
    "users.get": {"id": ids("id")},
    "users.create": {
        "name": texts("name"),
        "about": texts("about"),
        "docs": docs(),
        "metadata": objects("metadata"),
    },
    "users.list": _listing(),
    "users.count": {"metadata_filter": objects("metadata_filter")},
    "users.delete": {"user_id": ids("user_id")},
    "users.update": {
        "user_id": ids("user_id"),
        "name": [*texts("name"), required_when_overwriting("name")],
        "about": texts("about"),
        "metadata": objects("metadata"),
        "overwrite": flags(),
    },
    "docs.get": {
        "doc_id": ids("doc_id"),
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
    },
    "docs.list": {
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
        **_listing(),
    },
    "docs.count": {
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
        "metadata_filter": objects("metadata_filter"),
    },
    "docs.create": {
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
        "doc": values.doc(),
    },
    "docs.add": {
        "path": [
            *(
                Bad(value, "type", "expected a str or a pathlib.Path; got ")
                for value in (None, 3, b"a", True)
            ),
            Bad("/nowhere/at/all", "value", "expected a folder or a file; there is no ", "path"),
        ],
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
        "name": [
            *(Bad(value, "type", "expected a ") for value in (3, b"a", ["a"])),
            Bad(" ", "value", "expected a text that is not blank; got ' '"),
        ],
        "prune": flags(),
        "dry_run": flags(),
        "on_file": [Bad(3, "type", "expected ")],
    },
    "docs.update": {
        "doc_id": ids("doc_id"),
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
        "title": [*texts("title"), required_when_overwriting("title")],
        "content": [*values.content(), required_when_overwriting("content")],
        "metadata": objects("metadata"),
        "overwrite": flags(),
    },
    "docs.search": {
        "query": [*texts("query"), Bad(None, "type", "expected a str; got None")],
        "agent_id": ids("agent_id"),
        "user_id": ids("user_id"),
        "limit": integers("limit", 1, 1000),
    },
    "docs.delete": {
        "doc_id": ids("doc_id"),
        "agent_id": values.owner("agent_id"),
        "user_id": values.owner("user_id"),
    },
    "tools.get": {"agent_id": ids("agent_id"), **_page()},
    "tools.list": {"agent_id": ids("agent_id"), **_page()},
    "tools.count": {"agent_id": ids("agent_id")},
    "tools.create": {"agent_id": ids("agent_id"), "tool": values.tool()},
    "tools.delete": {"agent_id": ids("agent_id"), "tool_id": ids("tool_id")},
    "tools.update": {
        "agent_id": ids("agent_id"),
        "tool_id": ids("tool_id"),
        "function": values.function(),
        "overwrite": flags(),
    },
    "memories.create": {
        "agent_id": ids("agent_id"),
        "user_id": ids("user_id"),
        "content": [*values.memory(), Bad(None, "type", "expected a str; got None")],
        **_memory_fields(),
    },
    "memories.update": {
        "agent_id": ids("agent_id"),
        "memory_id": ids("memory_id"),
        "content": [*values.memory(), required_when_overwriting("content")],
        **_memory_fields(),
        "overwrite": flags(),
    },
    "memories.list": {
        "agent_id": ids("agent_id"),
        "query": texts("query"),
        "types": values.types(),
        "user_id": ids("user_id"),
        **_page(),
    },
    "memories.count": {
        "agent_id": ids("agent_id"),
        "types": values.types(),
        "user_id": ids("user_id"),
    },
    "memories.delete": {"agent_id": ids("agent_id"), "memory_id": ids("memory_id")},
    "jobs.get": {"job_id": ids("job_id")},
    "jobs.wait": {"job_id": ids("job_id"), "timeout": values.timeout()},
}
BAD: Mapping[str, Cases] = {**_BAD, **{walk: _walked(_BAD[page]) for walk, page in WALKS.items()}}
"""Invalid arguments of each method, by its parameters."""
