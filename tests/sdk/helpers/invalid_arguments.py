"""Invalid arguments by the kind of parameter, with the error that each raises."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID, uuid1, uuid3, uuid5

import attrs
import msgspec

from julep_api.models import (
    ChatResponse,
    FunctionDef,
    InputChatMlMessage,
    InputChatMlMessageRole,
)

Error: TypeAlias = Literal["type", "value", "id"]

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"


class Bad(NamedTuple):
    """An argument that is invalid."""

    argument: object
    error: Error
    message: str
    """A part of the message, which names what is expected."""
    path: str | None = None
    """The path in the message; None for the parameter's name."""
    further: Mapping[str, object] = {}
    """Other arguments without which it would be valid."""

    def at(self, prefix: str) -> Bad:
        """Return the same inside a container: the path gets a prefix."""
        return self._replace(path=prefix if self.path is None else f"{prefix}.{self.path}")


HALF = "\ud800"
"""Half of a surrogate pair, which UTF-8 cannot express."""

UTF_8 = "text that UTF-8 can express"
ABSENT: Final = object()
"""In the place of an argument that is not given: another one is the invalid one."""
MISSING = "it is missing"


def ids(path: str) -> list[Bad]:
    """Return invalid ids."""
    v4 = "expected a UUID v4"
    space = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    wrong: list[object] = [
        "",
        "x",
        ID[:-1],
        ID + "0",
        f" {ID}",
        f"{ID}\n",
        "../agents",
        HALF,
        str(space),
        space,
        uuid1(),
        uuid3(space, "x"),
        uuid5(space, "x"),
        UUID(int=0),
        # Version 4 with a variant that RFC 9562 does not describe.
        "4d5f2b8e-7c1a-4c39-1a55-0f6b8e1d2c3a",
    ]
    types = "expected a UUID v4, as a str or a uuid.UUID; got "
    return [
        *(Bad(value, "id", v4, path) for value in wrong),
        *(Bad(value, "type", types, path) for value in (3, True, 1.5, ID.encode(), [ID])),
        *(Bad(value, "type", ": one id at a time", path) for value in ([ID], {ID}, (ID,))),
        Bad({"id": ID}, "type", '(did you mean its "id"?)', path),
    ]


def numbers(path: str, low: float, high: float, *, below: bool = False) -> list[Bad]:
    """Return invalid numbers of a range; ``below`` excludes the upper bound."""
    message = "expected a finite number >= "
    outside = [low - 0.001, low - 1, high + 1, high if below else high + 0.001]
    return [
        *(Bad(value, "value", message, path) for value in outside),
        *(Bad(value, "value", message, path) for value in (math.nan, math.inf, -math.inf)),
        Bad(True, "type", "expected a number", path),
        *(Bad(value, "type", "expected a number; got ", path) for value in ("1", b"1", [1], 1j)),
    ]


def integers(path: str, low: int | None, high: int | None) -> list[Bad]:
    """Return invalid integers of a range."""
    outside = [*([] if low is None else [low - 1]), *([] if high is None else [high + 1])]
    return [
        *(Bad(value, "value", "expected an int >= ", path) for value in outside),
        *(Bad(value, "type", "expected an int; got ", path) for value in (True, False)),
        *(Bad(value, "type", "expected an int; got ", path) for value in ("1", b"1", 1.0, [1])),
    ]


def texts(path: str) -> list[Bad]:
    """Return invalid strings."""
    return [
        Bad(f"a{HALF}b", "value", UTF_8, path),
        *(
            Bad(value, "type", "expected a str; got ", path)
            for value in (3, True, b"text", {"a": "b"}, 1.5)
        ),
    ]


def flags() -> list[Bad]:
    """Return invalid booleans."""
    wrong: list[object] = [0, 1, "true", b"", []]
    return [Bad(value, "type", "expected True or False; got ") for value in wrong]


def choices(*known: str) -> list[Bad]:
    """Return invalid values of an enumeration of strings."""
    expected = f"expected one of {', '.join(map(repr, known))}; got "
    types: list[object] = [3, known[0].encode(), [known[0]], True]
    return [
        *(Bad(value, "value", expected) for value in (known[0].upper(), "")),
        Bad(f"{known[0]} ", "value", f"(did you mean {known[0]!r}?)"),
        *(Bad(value, "type", expected) for value in types),
    ]


def objects(path: str) -> list[Bad]:
    """Return invalid JSON objects."""
    deep: list[object] = []
    deep.append(deep)
    return [
        *(
            Bad(value, "type", "expected a dict; got ", path)
            for value in (3, "{}", b"{}", [("a", 1)], {1}, True)
        ),
        Bad({(1, 2): "a"}, "type", "expected a str as the key; got (1, 2)", path),
        Bad({"a": {b"b": 1}}, "type", "expected a str as the key; got b'b'", f"{path}.a"),
        Bad({"a": [{math.nan: 1}]}, "type", "expected a str as the key; got nan", f"{path}.a[0]"),
        Bad({"a": b"\xff"}, "type", "expected a JSON value", f"{path}.a"),
        Bad({"a": [0, object()]}, "type", "expected a JSON value", f"{path}.a[1]"),
        Bad({"a": {"b": math.nan}}, "value", "expected a finite number", f"{path}.a.b"),
        Bad({"a": math.inf}, "value", "expected a finite number", f"{path}.a"),
        Bad({"a": HALF}, "value", UTF_8, f"{path}.a"),
        Bad({HALF: "a"}, "value", UTF_8, path),
        Bad({"a": deep}, "value", "expected less nesting", f"{path}.a{'[0]' * 200}"),
    ]


def required_when_overwriting(path: str, **further: object) -> Bad:
    """Return the absence of a field that an overwriting update requires."""
    return Bad(None, "value", MISSING, path, {"overwrite": True, **further})


PART_CASES = [
    Bad([3], "type", "expected a dict, ChatMlTextContentPart", "content[0]"),
    Bad([{"type": "text"}], "value", MISSING, "content[0].text"),
    Bad([{"type": "text", "text": 3}], "type", "expected a str; got 3", "content[0].text"),
    Bad([{"type": "text", "txt": "a"}], "value", "mean 'text'?", "content[0].txt"),
    Bad([{"type": "sound", "text": "a"}], "value", "'text', 'image_url'", "content[0].type"),
    Bad([{"text": "a"}], "value", MISSING, "content[0].type"),
    Bad(
        [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}],
        "value",
        MISSING,
        "content[1].image_url.url",
    ),
    Bad(
        [{"type": "image_url", "image_url": {"url": "https://a.b/c", "detail": "best"}}],
        "value",
        "'low', 'high', 'auto'",
        "content[0].image_url.detail",
    ),
]

USER = {"role": "user", "content": "Hello!"}

MESSAGE = InputChatMlMessage(InputChatMlMessageRole.USER, "Hello!")
RESPONSE = ChatResponse.from_dict(
    {
        "id": ID,
        "finish_reason": "stop",
        "response": [],
        "usage": {"completion_tokens": 0, "prompt_tokens": 0, "total_tokens": 0},
        "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
    }
)


@dataclasses.dataclass
class Message:
    """A message of a program's own class."""

    role: str
    content: str


class Pydantic:
    """A model of pydantic, as far as it is recognized."""

    def model_dump(self) -> object:
        """Return a dict."""
        return USER


class Struct(msgspec.Struct):
    """A message of a user's own class of msgspec."""

    role: str


class Named(NamedTuple):
    """A message that is a named tuple."""

    role: str


def misspelt_message() -> InputChatMlMessage:
    """Return a message with a key that its class does not have, and that looks like one of its."""
    return InputChatMlMessage(role="user", content="a", nmae="b")


@attrs.define
class Attrs:
    """A message of a user's own class of attrs."""

    role: str = "user"
    content: str = "a"


MESSAGE_CASES = [
    Bad({"role": "usr", "content": "a"}, "value", "did you mean 'user'?", "role"),
    Bad({"role": "USER", "content": "a"}, "value", "'user', 'assistant'", "role"),
    Bad({"role": "", "content": "a"}, "value", "'user', 'assistant'", "role"),
    Bad({"role": None, "content": "a"}, "type", "", "role"),
    Bad({"role": 3, "content": "a"}, "type", "", "role"),
    Bad({"content": "a"}, "value", MISSING, "role"),
    Bad({"role": "user"}, "value", MISSING, "content"),
    Bad({}, "value", MISSING, "role"),
    Bad({"rol": "user", "content": "a"}, "value", "did you mean 'role'?", "rol"),
    Bad({"role": "user", "text": "a"}, "value", "not known are: 'text'", "content"),
    Bad({"role": "tool", "content": "a"}, "value", 'has the role "function"', "role"),
    Bad({"role": "developer", "content": "a"}, "value", 'the role "system" here', "role"),
    Bad({**USER, "tool_calls": [1]}, "value", "expected a message without calls", "tool_calls"),
    Bad({**USER, "function_call": {"a": 1}}, "value", "sessions.run", "function_call"),
    Bad({"role": "user", 3: 4}, "type", "expected str keys; got 3"),
    Bad({**USER, "name": 3}, "type", "expected a str; got 3", "name"),
    Bad({**USER, "continue": 1}, "type", "expected True or False", "continue"),
    Bad({"role": "user", "content": None}, "type", "expected a str or a list; got ", "content"),
    Bad({"role": "user", "content": 3}, "type", "expected a str or a list; got ", "content"),
    Bad({"role": "user", "content": b"a"}, "type", "expected a str or a list; got ", "content"),
    Bad({"role": "user", "content": HALF}, "value", UTF_8, "content"),
    *(case._replace(argument={"role": "user", "content": case.argument}) for case in PART_CASES),
]


def messages() -> list[Bad]:
    """Return invalid lists of messages."""
    expected = "expected a list of messages (dicts or InputChatMlMessage), or a str"
    return [
        Bad([], "value", "expected a list of at least 1 item; got 0", "messages"),
        Bad((), "value", "expected a list of at least 1 item; got 0", "messages"),
        *(Bad(value, "type", f"{expected}; got ") for value in (None, 3, b"a", True)),
        Bad(USER, "type", f"{USER}: put it into a list"),
        Bad({1}, "type", "got {1}: a set has no order"),
        Bad((each for each in [USER]), "type", ": list(...) makes a list of it"),
        Bad(map(dict, [USER]), "type", "got <map object>: list(...) makes a list of it"),
        Bad(Message("user", "a"), "type", "asdict makes a dict of it, to be put into a list"),
        Bad(MESSAGE, "type", ": put it into a list"),
        Bad(RESPONSE, "type", "(did you mean a list of its .message?)"),
        *(
            Bad([USER, value], "type", "expected a dict or InputChatMlMessage; got ", "messages[1]")
            for value in (None, 3, b"a", [USER], True)
        ),
        Bad(["Hello!"], "type", "a message is a dict with a role and a content", "messages[0]"),
        Bad([Message("user", "a")], "type", "dataclasses.asdict makes a dict", "messages[0]"),
        Bad([Pydantic()], "type", "its model_dump() is a dict", "messages[0]"),
        Bad([Attrs()], "type", "attrs.asdict makes a dict of it", "messages[0]"),
        Bad([Struct("user")], "type", "msgspec.to_builtins makes a dict of it", "messages[0]"),
        Bad([Named("user")], "type", "its _asdict() is a dict", "messages[0]"),
        Bad([RESPONSE], "type", "(did you mean its .message?)", "messages[0]"),
        Bad([misspelt_message()], "value", "did you mean 'name'?", "messages[0].nmae"),
        *(
            case.at("messages[3]")._replace(argument=[USER, USER, USER, case.argument])
            for case in MESSAGE_CASES
        ),
        Bad([USER] * 40 + [3], "type", "got 3", "messages[40]"),
    ]


FUNCTION = {"name": "add", "parameters": {"type": "object"}}

FUNCTION_CASES = [
    Bad({"parameters": {}}, "value", MISSING, "name"),
    Bad({"name": "add"}, "value", MISSING, "parameters"),
    Bad({**FUNCTION, "name": 3}, "type", "expected a str; got 3", "name"),
    Bad({**FUNCTION, "name": HALF}, "value", UTF_8, "name"),
    Bad({**FUNCTION, "parameters": []}, "type", "expected", "parameters"),
    Bad({**FUNCTION, "parameters": {b"1": 2}}, "type", "expected a str as the key", "parameters"),
    Bad({**FUNCTION, "parameters": {"a": math.nan}}, "value", "finite", "parameters.a"),
    Bad({**FUNCTION, "description": 3}, "type", "expected a str; got 3", "description"),
    Bad({**FUNCTION, "descripton": "a"}, "value", "did you mean 'description'?", "descripton"),
]


def tools(*, functions: bool = False) -> list[Bad]:
    """Return invalid lists of tools; ``functions`` is for where Python functions are tools."""
    tool = {"type": "function", "function": FUNCTION}
    kinds = "functions, dicts or Tool" if functions else "dicts or Tool"
    return [
        *(
            Bad(value, "type", f"expected a list of tools ({kinds}); got ")
            for value in (3, "add", b"add", tool, True, "")
        ),
        Bad([3], "type", "a dict or Tool; got 3", "tools[0]"),
        *(
            [Bad([tool, repr], "type", "got the function repr: sessions.run takes", "tools[1]")]
            if not functions
            else []
        ),
        Bad([{"function": FUNCTION}], "value", MISSING, "tools[0].type"),
        Bad([FUNCTION], "value", ": a tool is a dict around a function", "tools[0].type"),
        Bad([{"type": "function", **FUNCTION}], "value", ": a tool is a dict", "tools[0].function"),
        Bad([FunctionDef("add", {})], "type", ": a tool is a dict around", "tools[0]"),
        Bad([{"type": "function"}], "value", MISSING, "tools[0].function"),
        Bad([{**tool, "type": "functon"}], "value", "'function'", "tools[0].type"),
        Bad([{"typ": "function", "function": FUNCTION}], "value", "mean 'type'?", "tools[0].typ"),
        Bad([tool, {**tool, "function": "add"}], "type", "expected", "tools[1].function"),
        *(
            case.at("tools[1].function")._replace(
                argument=[tool, {"type": "function", "function": case.argument}]
            )
            for case in FUNCTION_CASES
        ),
    ]


DOC = {"title": "Manual", "content": "Press the button."}

DOC_CASES = [
    Bad({"title": "a"}, "value", MISSING, "content"),
    Bad({"content": "a"}, "value", MISSING, "title"),
    Bad({**DOC, "title": 3}, "type", "expected a str; got 3", "title"),
    Bad({"titel": "a", "content": "b"}, "value", "did you mean 'title'?", "titel"),
    Bad({**DOC, "content": []}, "value", "at least 1 item", "content"),
    Bad({**DOC, "content": ["a", 3]}, "type", "expected a str; got 3", "content[1]"),
    Bad({**DOC, "content": b"a"}, "type", "expected", "content"),
    Bad({**DOC, "metadata": {b"1": 2}}, "type", "expected a str as the key", "metadata"),
    Bad({**DOC, "metadata": {"a": math.nan}}, "value", "finite", "metadata.a"),
]


def docs() -> list[Bad]:
    """Return invalid lists of documents."""
    return [
        *(
            Bad(value, "type", "expected a list of docs (dicts or CreateDoc); got ")
            for value in (3, "a", b"a", DOC, True, "")
        ),
        Bad([DOC, "a"], "type", "got 'a': a doc is a dict with a title and a content", "docs[1]"),
        Bad([3], "type", "expected a dict or CreateDoc; got 3", "docs[0]"),
        *(case.at("docs[1]")._replace(argument=[DOC, case.argument]) for case in DOC_CASES),
    ]
