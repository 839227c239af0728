"""Sentences for the commonest mistakes, at the end of the messages about them."""

from __future__ import annotations

import re
import typing
from collections import abc
from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from julep_api.checks import is_list
from julep_api.errors import EncodeError, shown
from julep_api.model import Model

_ROLES: Final = {
    "tool": 'the result of a call has the role "function" and the function\'s name in "name"',
    "developer": 'that is the role "system" here',
    "human": 'that is the role "user" here',
    "ai": 'that is the role "assistant" here',
    "model": 'that is the role "assistant" here',
}
_CALLS: Final = (
    'a call is a message of its own here, with the role "function_call": send the messages of the '
    "response back as they are, or let sessions.run make the calls"
)
_TOOL: Final = (
    'a tool is a dict around a function: {"type": "function", "function": {"name": ..., '
    '"parameters": ...}}'
)
_PART_OF_TOOL: Final = re.compile(r"tools?(\[\d+\])?\.(type|function)")
_JSON_SCHEMA: Final = (
    'that is {"type": "json_object", "schema": ...} here; sessions.parse reads the answer as a type'
)
_CHOICE: Final = 'a tool is chosen by {"type": "function", "function": {"name": ...}}'
_DOC: Final = 'a document is one argument: doc={"title": ..., "content": ...}'
_MODEL: Final = "the model is the agent's: agents.update(agent_id=..., model=...)"
_STREAMS: Final = "it streams already"
_RUN_STREAM: Final = "sessions.stream_run streams a run"
# What runs of other libraries take, and where it belongs here.
_OF_RUNS: Final = {
    ("response_model", "output_type", "output_format", "result_type"): (
        "sessions.run, sessions.stream_run and sessions.parse take the type as output"
    ),
    ("functions",): "functions are among the tools",
    ("max_steps", "max_iterations"): "max_turns is the most requests",
}
_ARGUMENTS: Final = {
    **{
        f"{name}.model": _MODEL
        for name in ("chat", "stream", "run", "iterate_run", "stream_run", "parse")
    },
    **{
        f"{name}.{other}": sentence
        for name in ("run", "iterate_run", "stream_run", "parse")
        for others, sentence in _OF_RUNS.items()
        for other in others
    },
    "stream.stream": _STREAMS,
    "stream_run.stream": _STREAMS,
    "run.stream": _RUN_STREAM,
    "iterate_run.stream": _RUN_STREAM,
    "parse.stream": _RUN_STREAM,
    "chat.max_turns": "sessions.run has turns",
    "chat.output": "sessions.parse reads the answer as a type",
    "stream.output": "sessions.stream_run reads the answer as a type",
    "iterate_run.output": "sessions.run and sessions.stream_run read the answer as a type",
    "DocsManager.create.title": _DOC,
    "DocsManager.create.content": _DOC,
    "DocsManager.create.metadata": _DOC,
}
_OPTIONS: Final = ("api_key", "headers", "hooks", "max_retries", "query", "retry", "timeout")


def advice(path: str, value: object, members: Sequence[object]) -> str:
    """Return what to do about a wrong type, to be appended to the message; or an empty text.

    Args:
        path: The place of the value, such as ``tools[0]``.
        value: What was passed.
        members: The members of the annotation.
    """
    name = path.partition("[")[0]
    if UUID in members:
        return _id_advice(path, value)
    if any(typing.get_origin(member) in (list, abc.Sequence) for member in members):
        return _list_advice(name, value)
    if isinstance(value, str):
        return _text_advice(name)
    return _tool_advice(name, value) or _item_advice(name, value)


def contract_advice(error: EncodeError) -> str:
    """Return what is meant in another API's form that the contract forbids; or an empty text."""
    if error.path.endswith(".role"):
        role = error.problem.partition("; got '")[2].partition("'")[0]
        return f": {_ROLES[role]}" if role in _ROLES else ""
    if _PART_OF_TOOL.fullmatch(error.path) and "'parameters'" in error.problem:
        return f": {_TOOL}"
    if error.path == "tool_choice":
        return f": {_CHOICE}"
    if error.path == "response_format.type" and "'json_schema'" in error.problem:
        return f": {_JSON_SCHEMA}"
    return ""


def refuse_calls(path: str, calls: object) -> None:
    """Refuse calls of tools in another API's form, which would be lost.

    Raises:
        EncodeError: When there are any.
    """
    if calls:
        raise EncodeError(path, f"expected a message without calls; got {shown(calls)}: {_CALLS}")


def argument_advice(method: str, name: str) -> str:
    """Return where an argument belongs that a method does not have; or an empty text.

    Args:
        method: The method's name, such as ``SessionsManager.chat()``.
        name: The argument's name.
    """
    full = method.removeprefix("Async").removesuffix("()")
    short = full.rpartition(".")[2]
    sentence = _ARGUMENTS.get(f"{full}.{name}") or _ARGUMENTS.get(f"{short}.{name}")
    if sentence is None and name in _OPTIONS:
        sentence = f"it is an option of the client: client.with_options({name}=...)"
    return f": {sentence}" if sentence else ""


def _id_advice(path: str, value: object) -> str:
    if isinstance(value, Mapping):
        return ' (did you mean its "id"?)' if "id" in value else ""
    if is_list(value) or isinstance(value, abc.Set):
        return ": one id at a time"
    kind = type(value).__name__
    owner = "response" if kind.endswith("Response") else kind.lower()
    if path == "job_id" and _attribute(value, "jobs") is not None:
        return f" (did you mean one of {owner}.jobs?)"
    for name in (path, "id"):
        if isinstance(_attribute(value, name), (str, UUID)):
            return f" (did you mean {owner}.{name}?)"
    return ""


def _attribute(value: object, name: str) -> object:
    try:
        return cast("object", getattr(value, name, None))
    except Exception:  # noqa: BLE001  # a property may raise anything
        return None


def _list_advice(name: str, value: object) -> str:
    kind = type(value)
    if issubclass(kind, Iterator):
        return ": list(...) makes a list of it"
    if issubclass(kind, abc.Set) and not issubclass(kind, (KeysView, ItemsView)):
        return ": a set has no order"
    if name == "messages" and isinstance(value, Model) and hasattr(type(value), "message"):
        return " (did you mean a list of its .message?)"
    if isinstance(value, (Mapping, Model)) or (callable(value) and name != "messages"):
        return ": put it into a list"
    made = _dict_advice(value)
    return f"{made}, to be put into a list" if made else ""


def _tool_advice(name: str, value: object) -> str:
    if name not in ("tools", "tool", "functions", "function"):
        return ""
    if callable(value):
        return ": sessions.run takes functions, describes them to the model and calls them"
    if not isinstance(value, Model):
        return ""
    if name.startswith("function"):
        return " (did you mean its .function?)" if hasattr(type(value), "function") else ""
    return f": {_TOOL}" if hasattr(type(value), "parameters") else ""


def _item_advice(name: str, value: object) -> str:
    if isinstance(value, type):
        return ": sessions.parse reads the answer as a type" if name == "response_format" else ""
    if name in ("doc", "tool", "function") and is_list(value):
        return f": one {name} at a time"
    if name == "messages" and isinstance(value, Model) and hasattr(type(value), "message"):
        return " (did you mean its .message?)"
    return _dict_advice(value)


def _dict_advice(value: object) -> str:
    """Return how an object of a user's own class becomes a dict."""
    kind = type(value)
    if isinstance(value, (type, Model)):
        return ""
    if hasattr(kind, "__dataclass_fields__"):
        return ": dataclasses.asdict makes a dict of it"
    if hasattr(kind, "__attrs_attrs__"):
        return ": attrs.asdict makes a dict of it"
    if hasattr(kind, "__struct_fields__"):
        return ": msgspec.to_builtins makes a dict of it"
    if hasattr(kind, "_asdict"):
        return ": its _asdict() is a dict"
    return ": its model_dump() is a dict" if hasattr(kind, "model_dump") else ""


def _text_advice(name: str) -> str:
    if name == "metadata_filter":
        return ': a filter is a dict of keys and values, such as {"plan": "pro"}'
    if name in ("docs", "doc"):
        return ': a doc is a dict with a title and a content: {"title": ..., "content": ...}'
    if name == "response_format":
        return ': a format is a dict, such as {"type": "json_object"}'
    if name == "messages":
        return ': a message is a dict with a role and a content: {"role": "user", "content": ...}'
    return ""
