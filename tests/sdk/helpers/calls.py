"""Valid arguments of every public method, and invalid ones for each of its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from tests.sdk.helpers.invalid_arguments import (
    DOC_CASES,
    FUNCTION,
    FUNCTION_CASES,
    HALF,
    ID,
    MISSING,
    NO_KEY,
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


def _listing() -> Cases:
    return {
        **_page(),
        "metadata_filter": objects("metadata_filter"),
        "sort_by": choices("created_at", "updated_at"),
        "order": choices("asc", "desc"),
    }


def _optional_objects(path: str) -> list[Bad]:
    return objects(path, "Mapping[str, object] | None")


def _instructions() -> list[Bad]:
    return [
        *(Bad(value, "type", "Sequence[str] | None") for value in (3, b"a", True, {"a": 1}, [3])),
        Bad(HALF, "value", UTF_8, "instructions"),
        Bad(["a", HALF], "value", UTF_8, "instructions[1]"),
        # beartype checks one item of a list, picked at random; our own checks find the others.
        Bad(["a"] * 40 + [3], "type", ""),
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
        *(Bad(value, "type", "AgentDefaultSettings") for value in (3, "a", b"a", [1], True)),
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
        Bad({"preset": 3}, "type", "", "default_settings.preset"),
        Bad({"temprature": 1}, "value", "'temperature'", "default_settings.temprature"),
    ]


def _tool_choice() -> list[Bad]:
    named = {"type": "function", "function": {"name": "add"}}
    return [
        *(Bad(value, "type", "'none', 'auto'") for value in ("any", "", 3, b"auto", [named], True)),
        Bad({"type": "function"}, "value", MISSING, "tool_choice.function"),
        Bad({**named, "function": {}}, "value", MISSING, "tool_choice.function.name"),
        Bad(
            {**named, "function": {"name": 3}},
            "type",
            "expected a string",
            "tool_choice.function.name",
        ),
        Bad({**named, "type": "webhook"}, "value", "'function'", "tool_choice.type"),
        Bad({**named, "x": 1}, "value", NO_KEY, "tool_choice.x"),
    ]


def _run() -> Cases:
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
            *tools(),
            Bad([lambda: 0], "value", "has no name: use a function", "tools[0]"),
            Bad([add, draw], "value", "points: it cannot be passed by name", "tools[1]"),
            Bad([store], "value", "store: file: complex has no JSON Schema", "tools[0]"),
            Bad([misspelt], "value", "'Integer' is not defined", "tools[0]"),
            Bad([add, add], "value", "another function is named 'add'", "tools[1]"),
        ],
        "max_turns": [*integers("max_turns", 1, None, "int"), Bad(None, "type", "int")],
        "tool_choice": _tool_choice(),
        "approve": [Bad(value, "type", "Callable[") for value in (3, True, "yes", [add])],
        "settings": [Bad({}, "type", "unexpected keyword argument 'settings'", "settings")],
    }


def _parse() -> Cases:
    cases = {**_run()}
    return {
        "session_id": cases.pop("session_id"),
        "messages": messages(),
        "output": [
            Bad(complex, "value", "complex has no JSON Schema", "output"),
            Bad(3, "value", "3 has no JSON Schema", "output"),
        ],
        "tools": cases.pop("tools"),
        "repairs": [*integers("repairs", 0, None, "int"), Bad(None, "type", "int")],
        **cases,
    }


def _logit_bias() -> list[Bad]:
    hint = "Mapping[str, int | None] | None"
    return [
        *(Bad(value, "type", hint) for value in (3, "a", b"a", [1], True, {1: 1}, {"a": 1.5})),
        Bad({"a": True}, "type", "expected an int", "logit_bias.a"),
        Bad({"a": 1, "b": "1"}, "type", ""),
        Bad({HALF: 1}, "value", UTF_8, "logit_bias"),
    ]


def _response_format() -> list[Bad]:
    return [
        *(Bad(value, "type", "ChatSettingsResponseFormat") for value in (3, "text", b"a", [1])),
        Bad({"type": "xml"}, "value", "'text', 'json_object', 'regex'", "response_format.type"),
        Bad({"type": 3}, "type", "", "response_format.type"),
        Bad({"type": "regex", "pattern": 3}, "type", "a string", "response_format.pattern"),
        Bad({"type": "json_object", "schema": [1]}, "type", "expected", "response_format.schema"),
        Bad({"type": "text", "patern": "a"}, "value", "'pattern'", "response_format.patern"),
    ]


def _stop() -> list[Bad]:
    hint = "str | list[str] | None"
    return [
        *(Bad(value, "type", hint) for value in (3, b"a", True, ("a",), {"a"}, [3])),
        Bad([], "value", "1 to 4 items; got 0", "stop"),
        Bad(["a"] * 5, "value", "1 to 4 items; got 5", "stop"),
        Bad(HALF, "value", UTF_8, "stop"),
        Bad(["a", HALF], "value", UTF_8, "stop[1]"),
    ]


def _functions() -> list[Bad]:
    return [
        *(Bad(value, "type", "Sequence[") for value in (None, 3, "a", b"a", True, [3])),
        *(case.at("functions[0]")._replace(argument=[case.argument]) for case in FUNCTION_CASES),
    ]


def _doc() -> list[Bad]:
    wrong: list[object] = [None, 3, "a", b"a", [], True, {3: 4}]
    return [
        *(Bad(value, "type", "CreateDoc") for value in wrong),
        *DOC_CASES,
    ]


def _tool() -> list[Bad]:
    tool = {"type": "function", "function": FUNCTION}
    wrong: list[object] = [None, 3, "add", b"add", [tool], True, {3: 4}]
    return [
        *(Bad(value, "type", "CreateToolRequest") for value in wrong),
        Bad({"function": FUNCTION}, "value", MISSING, "type"),
        Bad({"type": "function"}, "value", MISSING, "function"),
        Bad({**tool, "type": "functon"}, "value", "'function'", "type"),
        Bad({**tool, "function": "add"}, "type", "expected", "function"),
        Bad({**tool, "id": ID}, "value", NO_KEY, "id"),
        *(
            case.at("function")._replace(argument={"type": "function", "function": case.argument})
            for case in FUNCTION_CASES
        ),
    ]


def _function() -> list[Bad]:
    """Return arguments that neither replace a tool's function nor change a part of it."""
    whole = {"overwrite": True}
    wrong: list[object] = [None, 3, "a", b"a", [], {3: 4}]
    return [
        *(Bad(value, "type", "PartialFunctionDef") for value in wrong),
        *(case.at("function")._replace(further=whole) for case in FUNCTION_CASES),
        *(case.at("function") for case in FUNCTION_CASES if case.message != MISSING),
    ]


def _owner(path: str) -> list[Bad]:
    """Return invalid ids of a doc's owner, where the other owner is not given."""
    no_owner = {"agent_id": None, "user_id": None}
    return [case._replace(further=no_owner) for case in ids(path)]


def _types() -> list[Bad]:
    return [
        *(Bad(value, "type", "Sequence[str]") for value in (3, True, {"a": "b"}, {"a"}, [3])),
        Bad(["a"] * 40 + [3], "type", ""),
        Bad(HALF, "value", UTF_8, "types[0]"),
        Bad(["a", HALF], "value", UTF_8, "types[1]"),
    ]


def _timeout() -> list[Bad]:
    return [
        *(Bad(value, "value", "more than 0 s", "timeout") for value in (0, -1, -0.5, math.nan)),
        Bad(True, "type", "expected a number", "timeout"),
        *(Bad(value, "type", "float | None") for value in ("1", b"1", [1], 1j)),
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
    "sessions.delete": {"session_id": ID},
    "sessions.update": {"session_id": ID, "situation": "A quiet library"},
    "sessions.chat": {"session_id": ID, "messages": [USER]},
    "sessions.stream": {"session_id": ID, "messages": [USER]},
    "sessions.run": {"session_id": ID, "messages": [USER]},
    "sessions.iterate_run": {"session_id": ID, "messages": [USER]},
    "sessions.stream_run": {"session_id": ID, "messages": [USER]},
    "sessions.parse": {"session_id": ID, "messages": [USER], "output": int},
    "sessions.suggestions": {"session_id": ID},
    "sessions.history": {"session_id": ID},
    "sessions.delete_history": {"session_id": ID},
    "agents.get": {"id": ID},
    "agents.create": {"name": "Ada"},
    "agents.list": {},
    "agents.delete": {"agent_id": ID},
    "agents.update": {"agent_id": ID, "name": "Ada", "about": "A tutor"},
    "users.get": {"id": ID},
    "users.create": {},
    "users.list": {},
    "users.delete": {"user_id": ID},
    "users.update": {"user_id": ID, "name": "Grace", "about": "Likes short answers"},
    "docs.list": {"user_id": ID},
    "docs.create": {"agent_id": ID, "doc": {"title": "Manual", "content": "Press the button."}},
    "docs.delete": {"doc_id": ID, "user_id": ID},
    "tools.get": {"agent_id": ID},
    "tools.list": {"agent_id": ID},
    "tools.create": {"agent_id": ID, "tool": {"type": "function", "function": FUNCTION}},
    "tools.delete": {"agent_id": ID, "tool_id": ID},
    "tools.update": {"agent_id": ID, "tool_id": ID, "function": {"description": "Adds."}},
    "memories.list": {"agent_id": ID, "query": "breakfast"},
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
        "metadata": [*objects("metadata"), Bad(None, "type", "Mapping[str, object]")],
        "render_templates": [*flags("bool"), Bad(None, "type", "bool")],
        "token_budget": integers("token_budget", None, None),
        "context_overflow": texts("context_overflow"),
    },
    "sessions.list": _listing(),
    "sessions.delete": {"session_id": ids("session_id")},
    "sessions.update": {
        "session_id": ids("session_id"),
        "situation": [*texts("situation"), required_when_overwriting("situation")],
        "metadata": _optional_objects("metadata"),
        "overwrite": [*flags("bool"), Bad(None, "type", "bool")],
        "render_templates": flags(),
        "token_budget": integers("token_budget", None, None),
        "context_overflow": texts("context_overflow"),
    },
    "sessions.chat": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": _tool_choice(),
        "frequency_penalty": numbers("frequency_penalty", -1, 1),
        "length_penalty": numbers("length_penalty", 0, 2),
        "logit_bias": _logit_bias(),
        "max_tokens": integers("max_tokens", 1, 16384),
        "presence_penalty": numbers("presence_penalty", -1, 1),
        "repetition_penalty": numbers("repetition_penalty", 0, 2),
        "response_format": _response_format(),
        "seed": integers("seed", -1, 9999),
        "stop": _stop(),
        "stream": flags(),
        "temperature": numbers("temperature", 0, 2),
        "top_p": numbers("top_p", 0, 1),
        "recall": flags(),
        "remember": flags(),
        "min_p": numbers("min_p", 0, 1, below=True),
        "preset": choices("fun", "prose"),
        "record": flags(),
    },
    "sessions.stream": {
        "session_id": ids("session_id"),
        "messages": messages(),
        "tools": tools(),
        "tool_choice": _tool_choice(),
        "settings": [Bad({}, "type", "unexpected keyword argument 'settings'", "settings")],
    },
    "sessions.run": _run(),
    "sessions.iterate_run": _run(),
    "sessions.stream_run": _run(),
    "sessions.parse": _parse(),
    "sessions.suggestions": {"session_id": ids("session_id"), **_page()},
    "sessions.history": {"session_id": ids("session_id"), **_page()},
    "sessions.delete_history": {"session_id": ids("session_id")},
    "agents.get": {"id": ids("id")},
    "agents.create": {
        "name": [*texts("name", "str"), Bad(None, "type", "str")],
        "about": texts("about"),
        "instructions": _instructions(),
        "tools": [*tools(), Bad(None, "type", "Sequence[")],
        "functions": _functions(),
        "default_settings": _default_settings(),
        "model": texts("model"),
        "docs": docs(),
        "metadata": [*objects("metadata"), Bad(None, "type", "Mapping[str, object]")],
    },
    "agents.list": _listing(),
    "agents.delete": {"agent_id": ids("agent_id")},
    "agents.update": {
        "agent_id": ids("agent_id"),
        "name": [*texts("name"), required_when_overwriting("name")],
        "about": [*texts("about"), required_when_overwriting("about")],
        "instructions": _instructions(),
        "default_settings": _default_settings(),
        "model": texts("model"),
        "metadata": _optional_objects("metadata"),
        "overwrite": [*flags("bool"), Bad(None, "type", "bool")],
    },
    "users.get": {"id": ids("id")},
    "users.create": {
        "name": texts("name"),
        "about": texts("about"),
        "docs": docs(),
        "metadata": [*objects("metadata"), Bad(None, "type", "Mapping[str, object]")],
    },
    "users.list": _listing(),
    "users.delete": {"user_id": ids("user_id")},
    "users.update": {
        "user_id": ids("user_id"),
        "name": [*texts("name"), required_when_overwriting("name")],
        "about": [*texts("about"), required_when_overwriting("about")],
        "metadata": _optional_objects("metadata"),
        "overwrite": [*flags("bool"), Bad(None, "type", "bool")],
    },
    "docs.list": {"agent_id": _owner("agent_id"), "user_id": _owner("user_id"), **_listing()},
    "docs.create": {
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
        "doc": _doc(),
    },
    "docs.delete": {
        "doc_id": ids("doc_id"),
        "agent_id": _owner("agent_id"),
        "user_id": _owner("user_id"),
    },
    "tools.get": {"agent_id": ids("agent_id"), **_page()},
    "tools.list": {"agent_id": ids("agent_id"), **_page()},
    "tools.create": {"agent_id": ids("agent_id"), "tool": _tool()},
    "tools.delete": {"agent_id": ids("agent_id"), "tool_id": ids("tool_id")},
    "tools.update": {
        "agent_id": ids("agent_id"),
        "tool_id": ids("tool_id"),
        "function": _function(),
        "overwrite": [*flags("bool"), Bad(None, "type", "bool")],
    },
    "memories.list": {
        "agent_id": ids("agent_id"),
        "query": texts("query"),
        "types": _types(),
        "user_id": ids("user_id"),
        **_page(),
    },
    "memories.delete": {"agent_id": ids("agent_id"), "memory_id": ids("memory_id")},
    "jobs.get": {"job_id": ids("job_id")},
    "jobs.wait": {"job_id": ids("job_id"), "timeout": _timeout()},
}
BAD: Mapping[str, Cases] = {**_BAD, **{walk: _walked(_BAD[page]) for walk, page in WALKS.items()}}
"""Invalid arguments of each method, by its parameters."""
