"""Valid arguments of every public method, and invalid ones for each of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias, get_args

from julep.managers.types import Preset
from julep_api.models import FunctionDef, Tool, ToolType
from tests.sdk.helpers.invalid_arguments import (
    ABSENT,
    DOC,
    DOC_CASES,
    FUNCTION,
    FUNCTION_CASES,
    HALF,
    ID,
    MISSING,
    USER,
    UTF_8,
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


def _tags() -> list[Bad]:
    return [
        *(Bad(value, "type", "expected a list of str; got ") for value in (3, "a", b"a", True)),
        Bad(["a", 3], "type", "expected a str; got 3", "tags[1]"),
        Bad(["a", "a"], "value", "every item once", "tags"),
        Bad(["a", HALF], "value", UTF_8, "tags[1]"),
    ]


def _instructions() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, b"a", True, {"a": 1}, {"a"})
        ),
        Bad([3], "type", "expected a str; got 3", "instructions[0]"),
        Bad(HALF, "value", UTF_8, "instructions"),
        Bad(["a", HALF], "value", UTF_8, "instructions[1]"),
        Bad(["a"] * 40 + [3], "type", "expected a str; got 3", "instructions[40]"),
    ]


def _default_settings() -> list[Bad]:
    ranges: Mapping[str, tuple[float, float]] = {
        "frequency_penalty": (-2, 2),
        "length_penalty": (0, 2),
        "presence_penalty": (-1, 1),
        "repetition_penalty": (0, 2),
        "temperature": (0, 3),
        "top_p": (0, 1),
        "min_p": (0, 1),
    }
    return [
        *(
            Bad(value, "type", "expected a dict or AgentDefaultSettings; got ")
            for value in (3, "a", b"a", [1], True)
        ),
        *(
            case.at("default_settings")._replace(
                argument={name: case.argument},
                message="expected a ",
                path=f"default_settings.{name}",
            )
            for name, (low, high) in ranges.items()
            for case in numbers(name, low, high, below=name == "min_p")
        ),
        Bad({"preset": "silly"}, "value", "'fun'", "default_settings.preset"),
        Bad({"preset": 3}, "type", "expected one of 'prob", "default_settings.preset"),
        Bad({"temprature": 1}, "value", "'temperature'", "default_settings.temprature"),
    ]


def _tool_choice() -> list[Bad]:
    named = {"type": "function", "function": {"name": "add"}}
    expected = "expected one of 'none', 'auto', or a dict or NamedToolChoice"
    return [
        *(Bad(value, "value", f"{expected}; got ") for value in ("any", "", "required")),
        *(Bad(value, "type", f"{expected}; got ") for value in (3, b"auto", [named], True)),
        Bad({"type": "function"}, "value", MISSING, "tool_choice.function"),
        Bad({**named, "function": {}}, "value", MISSING, "tool_choice.function.name"),
        Bad(
            {**named, "function": {"name": 3}},
            "type",
            "expected a str; got 3",
            "tool_choice.function.name",
        ),
        Bad({**named, "type": "webhook"}, "value", "'function'", "tool_choice.type"),
        Bad(
            {"Type": "function", "function": {"name": "add"}},
            "value",
            "mean 'type'?",
            "tool_choice.Type",
        ),
    ]


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
        "tool_choice": _tool_choice(),
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


def _logit_bias() -> list[Bad]:
    return [
        *(Bad(value, "type", "expected a dict; got ") for value in (3, "a", b"a", [1], True)),
        Bad({"a": 1.5}, "type", "expected an int; got 1.5", "logit_bias.a"),
        Bad({"a": True}, "type", "expected an int; got True", "logit_bias.a"),
        Bad({"a": 1, "b": "1"}, "type", "expected an int; got '1'", "logit_bias.b"),
        Bad({50256: 1, 7: "1"}, "type", "expected an int; got '1'", "logit_bias.7"),
        Bad({(1, 2): 1}, "type", "expected a str as the key; got (1, 2)", "logit_bias"),
        Bad({HALF: 1}, "value", UTF_8, "logit_bias"),
    ]


def _response_format() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a dict or ChatSettingsResponseFormat; got ")
            for value in (3, "text", b"a", [1])
        ),
        Bad({"type": "xml"}, "value", "'text', 'json_object', 'regex'", "response_format.type"),
        Bad({"type": 3}, "type", "expected one of 'text'", "response_format.type"),
        Bad({"type": "regex", "pattern": 3}, "type", "a str; got 3", "response_format.pattern"),
        Bad({"type": "json_object", "schema": [1]}, "type", "expected", "response_format.schema"),
        Bad({"type": "text", "patern": "a"}, "value", "'pattern'", "response_format.patern"),
    ]


def _stop() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, b"a", True, {"a"}, {"a": "b"})
        ),
        Bad(["a", 3], "type", "expected a str; got 3", "stop[1]"),
        Bad([], "value", "1 to 4 items; got 0", "stop"),
        Bad(["a"] * 5, "value", "1 to 4 items; got 5", "stop"),
        Bad(HALF, "value", UTF_8, "stop"),
        Bad(["a", HALF], "value", UTF_8, "stop[1]"),
    ]


def _chat_settings(**stream: list[Bad]) -> Cases:
    return {
        "frequency_penalty": numbers("frequency_penalty", -1, 1),
        "length_penalty": numbers("length_penalty", 0, 2),
        "logit_bias": _logit_bias(),
        "max_tokens": integers("max_tokens", 1, 16384),
        "presence_penalty": numbers("presence_penalty", -1, 1),
        "repetition_penalty": numbers("repetition_penalty", 0, 2),
        "response_format": _response_format(),
        "seed": integers("seed", -1, 9999),
        "stop": _stop(),
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


TOOL: Final = Tool(ID, ToolType.FUNCTION, FunctionDef("add", {}))


def _functions() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of functions (dicts or FunctionDef); got ")
            for value in (3, "a", b"a", True, FUNCTION)
        ),
        Bad([3], "type", "expected a dict or FunctionDef; got 3", "functions[0]"),
        Bad([repr], "type", "sessions.run takes functions", "functions[0]"),
        Bad([TOOL], "type", "(did you mean its .function?)", "functions[0]"),
        *(case.at("functions[0]")._replace(argument=[case.argument]) for case in FUNCTION_CASES),
    ]


def _doc() -> list[Bad]:
    wrong: list[object] = [None, 3, "a", b"a", [], True]
    return [
        *(Bad(value, "type", "expected a dict or CreateDoc; got ") for value in wrong),
        Bad([DOC], "type", ": one doc at a time"),
        Bad({3: 4}, "type", "expected str keys; got 3"),
        *(case.at("doc") for case in DOC_CASES),
    ]


def _tool() -> list[Bad]:
    tool = {"type": "function", "function": FUNCTION}
    wrong: list[object] = [None, 3, "add", b"add", [tool], True]
    return [
        *(Bad(value, "type", "expected a dict or Tool; got ") for value in wrong),
        Bad({3: 4}, "type", "expected str keys; got 3"),
        Bad(repr, "type", "got the function repr: sessions.run takes functions"),
        Bad([tool], "type", ": one tool at a time"),
        Bad(FUNCTION, "value", ": a tool is a dict around a function", "tool.type"),
        Bad(TOOL.function, "type", ": a tool is a dict around a function"),
        Bad({"function": FUNCTION}, "value", MISSING, "tool.type"),
        Bad({"type": "function"}, "value", MISSING, "tool.function"),
        Bad({**tool, "type": "functon"}, "value", "'function'", "tool.type"),
        Bad({**tool, "function": "add"}, "type", "expected a dict", "tool.function"),
        *(
            case.at("tool.function")._replace(argument={**tool, "function": case.argument})
            for case in FUNCTION_CASES
        ),
    ]


def _function() -> list[Bad]:
    """Return arguments that neither replace a tool's function nor change a part of it."""
    whole = {"overwrite": True}
    wrong: list[object] = [None, 3, "a", b"a", []]
    return [
        *(Bad(value, "type", "expected a dict or FunctionDef; got ") for value in wrong),
        Bad({3: 4}, "type", "expected str keys; got 3"),
        Bad(TOOL, "type", "(did you mean its .function?)"),
        *(case.at("function")._replace(further=whole) for case in FUNCTION_CASES),
        *(case.at("function") for case in FUNCTION_CASES if case.message != MISSING),
    ]


def _owner(path: str) -> list[Bad]:
    """Return invalid ids of a doc's owner, where the other owner is not given."""
    no_owner = {"agent_id": None, "user_id": None}
    return [case._replace(further=no_owner) for case in ids(path)]


def _content() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, b"a", True, {"a"}, {"a": "b"})
        ),
        Bad([], "value", "at least 1 item", "content"),
        Bad(["a", 3], "type", "expected a str; got 3", "content[1]"),
        Bad(HALF, "value", UTF_8, "content"),
    ]


def _types() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, True, {"a": "b"}, {"a"})
        ),
        Bad(["a"] * 40 + [3], "type", "expected a str; got 3", "types[40]"),
        Bad(HALF, "value", UTF_8, "types[0]"),
        Bad(["a", HALF], "value", UTF_8, "types[1]"),
    ]


def _memory() -> list[Bad]:
    return [
        *texts("content"),
        Bad("", "value", "1 to 2000 characters", "content"),
        Bad("a" * 2001, "value", "1 to 2000 characters", "content"),
    ]


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


def _timeout() -> list[Bad]:
    return [
        *(Bad(value, "value", "more than 0 s", "timeout") for value in (0, -1, -0.5, math.nan)),
        Bad(True, "type", "expected a number", "timeout"),
        *(Bad(value, "type", "expected a number; got ") for value in ("1", b"1", [1], 1j)),
    ]


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
        "tags": _tags(),
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
        "tags": _tags(),
    },
    "sessions.chat": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": _tool_choice(),
        **_chat_settings(stream=flags()),
    },
    "sessions.stream": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": _tool_choice(),
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
        "tool_choice": _tool_choice(),
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
        "instructions": _instructions(),
        "tools": tools(),
        "functions": _functions(),
        "default_settings": _default_settings(),
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
        "instructions": _instructions(),
        "default_settings": _default_settings(),
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
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
    },
    "docs.list": {"agent_id": _owner("agent_id"), "user_id": _owner("user_id"), **_listing()},
    "docs.count": {
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
        "metadata_filter": objects("metadata_filter"),
    },
    "docs.create": {
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
        "doc": _doc(),
    },
    "docs.add": {
        "path": [
            *(Bad(value, "type", "expected a ") for value in (None, 3, b"a", True)),
            Bad("/nowhere/at/all", "value", "expected a folder or a file; there is no ", "path"),
        ],
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
        "prune": flags(),
        "dry_run": flags(),
        "on_file": [Bad(3, "type", "expected ")],
    },
    "docs.update": {
        "doc_id": ids("doc_id"),
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
        "title": [*texts("title"), required_when_overwriting("title")],
        "content": [*_content(), required_when_overwriting("content")],
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
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
    },
    "tools.get": {"agent_id": ids("agent_id"), **_page()},
    "tools.list": {"agent_id": ids("agent_id"), **_page()},
    "tools.count": {"agent_id": ids("agent_id")},
    "tools.create": {"agent_id": ids("agent_id"), "tool": _tool()},
    "tools.delete": {"agent_id": ids("agent_id"), "tool_id": ids("tool_id")},
    "tools.update": {
        "agent_id": ids("agent_id"),
        "tool_id": ids("tool_id"),
        "function": _function(),
        "overwrite": flags(),
    },
    "memories.create": {
        "agent_id": ids("agent_id"),
        "user_id": ids("user_id"),
        "content": [*_memory(), Bad(None, "type", "expected a str; got None")],
        **_memory_fields(),
    },
    "memories.update": {
        "agent_id": ids("agent_id"),
        "memory_id": ids("memory_id"),
        "content": [*_memory(), required_when_overwriting("content")],
        **_memory_fields(),
        "overwrite": flags(),
    },
    "memories.list": {
        "agent_id": ids("agent_id"),
        "query": texts("query"),
        "types": _types(),
        "user_id": ids("user_id"),
        **_page(),
    },
    "memories.count": {
        "agent_id": ids("agent_id"),
        "types": _types(),
        "user_id": ids("user_id"),
    },
    "memories.delete": {"agent_id": ids("agent_id"), "memory_id": ids("memory_id")},
    "jobs.get": {"job_id": ids("job_id")},
    "jobs.wait": {"job_id": ids("job_id"), "timeout": _timeout()},
}
BAD: Mapping[str, Cases] = {**_BAD, **{walk: _walked(_BAD[page]) for walk, page in WALKS.items()}}
"""Invalid arguments of each method, by its parameters."""
