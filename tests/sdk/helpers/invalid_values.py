"""Invalid values of arguments that are models, dicts or lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from julep_api.models import AgentDefaultSettings, FunctionDef, Tool, ToolType
from tests.sdk.helpers.invalid_arguments import (
    DOC,
    DOC_CASES,
    FUNCTION,
    FUNCTION_CASES,
    HALF,
    ID,
    MISSING,
    UTF_8,
    Bad,
    ids,
    numbers,
    texts,
)

TOOL: Final = Tool(ID, ToolType.FUNCTION, FunctionDef("add", {}))


def default_settings() -> list[Bad]:
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
        Bad(
            AgentDefaultSettings(temprature=1),
            "value",
            "did you mean 'temperature'?",
            "default_settings.temprature",
        ),
    ]


def instructions() -> list[Bad]:
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


def tags() -> list[Bad]:
    return [
        *(Bad(value, "type", "expected a list of str; got ") for value in (3, "a", b"a", True)),
        Bad(["a", 3], "type", "expected a str; got 3", "tags[1]"),
        Bad(["a", "a"], "value", "every item once", "tags"),
        Bad(["a", HALF], "value", UTF_8, "tags[1]"),
    ]


def tool_choice() -> list[Bad]:
    named = {"type": "function", "function": {"name": "add"}}
    expected = "expected one of 'none', 'auto', or a dict or NamedToolChoice"
    return [
        *(Bad(value, "value", f"{expected}; got ") for value in ("any", "")),
        *(Bad(value, "type", f"{expected}; got ") for value in (3, b"auto", [named], True)),
        Bad("required", "value", """got 'required': a tool is chosen by {"type": "function", """),
        Bad(int, "type", 'got the class int: a tool is chosen by {"type": "function", '),
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


def logit_bias() -> list[Bad]:
    return [
        *(Bad(value, "type", "expected a dict; got ") for value in (3, "a", b"a", [1], True)),
        Bad({"a": 1.5}, "type", "expected an int; got 1.5", "logit_bias.a"),
        Bad({"a": True}, "type", "expected an int; got True", "logit_bias.a"),
        Bad({"a": 1, "b": "1"}, "type", "expected an int; got '1'", "logit_bias.b"),
        Bad({50256: 1, 7: "1"}, "type", "expected an int; got '1'", "logit_bias.7"),
        Bad({(1, 2): 1}, "type", "expected a str as the key; got (1, 2)", "logit_bias"),
        Bad({HALF: 1}, "value", UTF_8, "logit_bias"),
    ]


def response_format() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a dict or ChatSettingsResponseFormat; got ")
            for value in (3, b"a", [1])
        ),
        Bad("text", "type", """got 'text': a format is a dict, such as {"type": """),
        Bad({"type": "json_schema"}, "value", "sessions.parse reads", "response_format.type"),
        Bad({"type": "xml"}, "value", "'text', 'json_object', 'regex'", "response_format.type"),
        Bad({"type": 3}, "type", "expected one of 'text'", "response_format.type"),
        Bad({"type": "regex", "pattern": 3}, "type", "a str; got 3", "response_format.pattern"),
        Bad({"type": "json_object", "schema": [1]}, "type", "expected", "response_format.schema"),
        Bad({"type": "text", "patern": "a"}, "value", "'pattern'", "response_format.patern"),
    ]


def stop() -> list[Bad]:
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


def content() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, b"a", True, {"a"}, {"a": "b"})
        ),
        Bad([], "value", "at least 1 item", "content"),
        Bad(["a", 3], "type", "expected a str; got 3", "content[1]"),
        Bad(HALF, "value", UTF_8, "content"),
    ]


def doc() -> list[Bad]:
    wrong: list[object] = [None, 3, "a", b"a", [], True]
    return [
        *(Bad(value, "type", "expected a dict or CreateDoc; got ") for value in wrong),
        Bad([DOC], "type", ": one doc at a time"),
        Bad({3: 4}, "type", "expected str keys; got 3"),
        *(case.at("doc") for case in DOC_CASES),
    ]


def function() -> list[Bad]:
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


def functions() -> list[Bad]:
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


def memory() -> list[Bad]:
    return [
        *texts("content"),
        Bad("", "value", "1 to 2000 characters", "content"),
        Bad("a" * 2001, "value", "1 to 2000 characters", "content"),
    ]


def owner(path: str) -> list[Bad]:
    """Return invalid ids of a doc's owner, where the other owner is not given."""
    no_owner = {"agent_id": None, "user_id": None}
    return [case._replace(further=no_owner) for case in ids(path)]


def tool() -> list[Bad]:
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


def types() -> list[Bad]:
    return [
        *(
            Bad(value, "type", "expected a list of str or a str; got ")
            for value in (3, True, {"a": "b"}, {"a"})
        ),
        Bad(["a"] * 40 + [3], "type", "expected a str; got 3", "types[40]"),
        Bad(HALF, "value", UTF_8, "types[0]"),
        Bad(["a", HALF], "value", UTF_8, "types[1]"),
    ]


def timeout() -> list[Bad]:
    return [
        *(Bad(value, "value", "more than 0 s", "timeout") for value in (0, -1, -0.5, math.nan)),
        Bad(True, "type", "expected a number", "timeout"),
        *(Bad(value, "type", "expected a number; got ") for value in ("1", b"1", [1], 1j)),
    ]
