"""Sentences for the commonest mistakes, at the end of the messages about them."""

from __future__ import annotations

import typing
from collections import abc
from collections.abc import Mapping, Sequence
from types import GeneratorType
from typing import Final
from uuid import UUID

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
}


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
    is_list = any(typing.get_origin(member) in (list, abc.Sequence) for member in members)
    if is_list:
        return _list_advice(value)
    if callable(value) and name in ("tools", "tool", "functions"):
        return ": sessions.run takes functions, describes them to the model and calls them"
    if isinstance(value, type):
        is_format = name == "response_format"
        return ": sessions.parse reads the answer as a type" if is_format else ""
    kind = type(value)
    if isinstance(value, Model):
        has_message = hasattr(kind, "message") and name == "messages"
        return " (did you mean its .message?)" if has_message else ""
    if hasattr(kind, "__dataclass_fields__"):
        return ": dataclasses.asdict makes a dict of it"
    if hasattr(kind, "model_dump"):
        return ": its model_dump() is a dict"
    if isinstance(value, str):
        return _text_advice(name)
    return ""


def role_advice(error: EncodeError) -> str:
    """Return which role is meant by one of another API's, in the error of a message's role."""
    if not error.path.endswith(".role"):
        return ""
    role = error.problem.partition("; got '")[2].partition("'")[0]
    return f": {_ROLES[role]}" if role in _ROLES else ""


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
        method: The method's name, such as ``Chat.chat()``.
        name: The argument's name.
    """
    sentence = _ARGUMENTS.get(f"{method.rpartition('.')[2].removesuffix('()')}.{name}")
    return f": {sentence}" if sentence else ""


def _id_advice(path: str, value: object) -> str:
    owner = path.removesuffix("_id") if path.endswith("_id") else type(value).__name__.lower()
    if isinstance(value, Mapping):
        return f" (did you mean {owner}['id']?)" if "id" in value else ""
    try:
        found: object = getattr(value, "id", None)
    except Exception:  # noqa: BLE001  # a property may raise anything
        return ""
    return f" (did you mean {owner}.id?)" if isinstance(found, (str, UUID)) else ""


def _list_advice(value: object) -> str:
    if isinstance(value, GeneratorType):
        return ": list(...) makes a list of it"
    if isinstance(value, (set, frozenset)):
        return ": a set has no order"
    if isinstance(value, (Mapping, Model)) or callable(value):
        return ": put it into a list"
    return ""


def _text_advice(name: str) -> str:
    if name == "metadata_filter":
        return ': a filter is a dict of keys and values, such as {"plan": "pro"}'
    if name in ("docs", "doc"):
        return ': a doc is a dict with a title and a content: {"title": ..., "content": ...}'
    if name == "messages":
        return ': a message is a dict with a role and a content: {"role": "user", "content": ...}'
    return ""
