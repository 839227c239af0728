"""The managers have the promised signatures; sync and async ones, and both clients, are alike."""

from __future__ import annotations

import ast
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from inspect import Parameter
from types import MappingProxyType

import pytest

from julep import AsyncClient, Client, ParsedResponse, ToolResult, streams
from julep.managers import agent, doc, session, types, user
from julep.managers.base import BaseManager
from julep_api import models
from tests.sdk.helpers.methods import MANAGERS, METHODS, parameters, private_name, public_methods
from tests.sdk.helpers.promised_surface import SURFACE, TYPED_DICTS, Method

PROMISED = [
    pytest.param(kind, name, method, id=f"{kind}.{name}")
    for kind, promised in SURFACE.items()
    for name, method in promised.methods.items()
]

# Names in annotations that are imported for type checkers alone.
NAMES = {
    **vars(types),
    **{name: getattr(models, name) for name in models.__all__ if name not in types.__all__},
    **{name: getattr(streams, name) for name in streams.__all__},
    "ParsedResponse": ParsedResponse,
    "ToolResult": ToolResult,
    "Unpack": typing.Unpack,
}

# Methods of the sessions managers beyond the promised ones.
OURS = {
    "cancel",
    "count",
    "count_history",
    "fork",
    "iterate",
    "iterate_history",
    "iterate_run",
    "iterate_suggestions",
    "parse",
    "render",
    "run",
    "stream",
    "stream_run",
}

TWO_LAYERS = {"chat", "create", "fork", "iterate_run", "parse", "run", "stream_run", "update"}

# The method whose arguments each TypedDict has.
ARGUMENTS: Mapping[str, tuple[type[BaseManager], str]] = {
    "SessionCreateArgs": (session.SessionsManager, "create"),
    "SessionUpdateArgs": (session.SessionsManager, "update"),
    "AgentCreateArgs": (agent.AgentsManager, "create"),
    "AgentUpdateArgs": (agent.AgentsManager, "update"),
    "UserCreateArgs": (user.UsersManager, "create"),
    "UserUpdateArgs": (user.UsersManager, "update"),
    "DocCreateArgs": (doc.DocsManager, "create"),
}


@pytest.mark.parametrize("kind", SURFACE)
def test_base_classes(kind: str) -> None:
    bases = {parent.__name__ for parent in getattr(session, kind).__mro__[1:]}
    assert SURFACE[kind].base in bases


@pytest.mark.parametrize(("kind", "name", "method"), PROMISED)
def test_parameters_and_defaults(kind: str, name: str, method: Method) -> None:
    function = _method(kind, name)
    if method.parameters.startswith("**"):
        by_position = [p.name for p in parameters(function) if p.kind is not Parameter.KEYWORD_ONLY]
        # An id is taken by position or by name, as in get and delete.
        assert by_position == (["session_id"] if name == "update" else [])
        names = {found.name for found in parameters(function)}
        assert names >= set(TYPED_DICTS[method.parameters.removeprefix("**")])
        return
    promised = _parsed(method.parameters)
    found = parameters(function)
    assert [(parameter.name, parameter.default) for parameter in found[: len(promised)]] == promised
    assert all(p.kind is Parameter.POSITIONAL_OR_KEYWORD for p in found[: len(promised)])
    # Further parameters are optional and follow the promised ones.
    for added in found[len(promised) :]:
        assert added.kind is Parameter.KEYWORD_ONLY
        assert added.default is None


@pytest.mark.parametrize(("kind", "name", "method"), PROMISED)
def test_return_types(kind: str, name: str, method: Method) -> None:
    function = _method(kind, name)
    assert inspect.iscoroutinefunction(function) is method.is_async
    given = str(inspect.signature(function).return_annotation).split(" | ")
    assert method.returns in given
    if name.startswith("_"):
        assert any(part.startswith("Awaitable[") for part in given)
    else:
        assert set(given) - {method.returns} <= {"ChatStream", "AsyncChatStream"}


@pytest.mark.parametrize("kind", ["SessionsManager", "AsyncSessionsManager"])
def test_every_public_method_is_type_checked(kind: str) -> None:
    for name, function in public_methods(getattr(session, kind)).items():
        # One layer checks the arguments. Another one makes the result of create and update, or has
        # the parameters of chat, parse and runs.
        assert _layers(function) == (2 if name in TWO_LAYERS else 1), name


def test_method_names() -> None:
    for kind, promised in SURFACE.items():
        public = {name for name in promised.methods if not name.startswith("_")}
        found = set(public_methods(getattr(session, kind)))
        assert found - public == (OURS if public else set())
        assert public <= found


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_typed_dict_has_the_parameters_of_its_method(name: str) -> None:
    manager, method = ARGUMENTS[name]
    function = public_methods(manager)[method]
    hints = _hints(function)
    expected = {p.name: (hints[p.name], p.default is p.empty) for p in parameters(function)}
    found = _keys(getattr(types, name), required=True)
    assert found == expected
    assert list(found) == list(expected)
    assert getattr(inspect.getmodule(manager), name) is getattr(types, name)


@pytest.mark.parametrize("manager", [session.SessionsManager, session.AsyncSessionsManager])
def test_the_settings_of_a_chat_are_its_parameters(manager: type[BaseManager]) -> None:
    function = public_methods(manager)["chat"]
    hints = _hints(function)
    aside = ("session_id", "messages", "tools", "tool_choice", "stream")
    expected = {p.name: hints[p.name] for p in parameters(function) if p.name not in aside}
    found = {name: hint for name, (hint, _) in _keys(types.ChatSettingsArgs).items()}
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("resource", MANAGERS)
def test_sync_and_async_have_the_same_methods_in_order(resource: str) -> None:
    managers = MANAGERS[resource]
    sync, asynchronous = map(public_methods, (managers.sync, managers.asynchronous))
    assert list(sync) == list(asynchronous)
    assert issubclass(managers.sync, managers.base)
    assert issubclass(managers.asynchronous, managers.base)
    assert managers.asynchronous.__name__ == f"Async{managers.sync.__name__}"
    assert managers.base.__name__ == f"Base{managers.sync.__name__}"
    assert public_methods(managers.base) == {}


def test_both_clients_have_the_same_members_in_order_and_in_the_same_words() -> None:
    sync, asynchronous = (
        {
            name: (inspect.getdoc(member) or "").partition("Example:")[0]
            for name, member in vars(kind).items()
            if not name.startswith("_")
        }
        for kind in (Client, AsyncClient)
    )
    assert ["aclose" if name == "close" else name for name in sync] == list(asynchronous)
    # Threads run to their end, tasks are cancelled; and an async client closes one event loop's.
    differing = {name for name, text in sync.items() if asynchronous.get(name) != text}
    assert differing == {"close", "gather"}


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_sync_and_async_have_the_same_signatures(resource: str, method: str) -> None:
    managers = MANAGERS[resource]
    sync = public_methods(managers.sync)[method]
    asynchronous = public_methods(managers.asynchronous)[method]
    assert not inspect.iscoroutinefunction(sync)
    mine, other = inspect.signature(sync), inspect.signature(asynchronous)
    # Iterators and streams are returned without awaiting.
    at_once = str(other.return_annotation).startswith(
        ("AsyncIterator[", "AsyncChatStream", "AsyncRunStream")
    )
    assert inspect.iscoroutinefunction(asynchronous) is not at_once
    assert list(mine.parameters.values()) == list(other.parameters.values())
    same = re.sub(r"\bAsync(ChatStream|Iterator|RunStream)\b", r"\1", str(other.return_annotation))
    assert same == mine.return_annotation
    assert _layers(sync) == _layers(asynchronous)


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_private_methods_have_the_parameters_of_public_ones(resource: str, method: str) -> None:
    private = private_name(f"{resource}.{method}").split(".")[1]
    public = public_methods(MANAGERS[resource].sync)[method]
    base: Callable[..., object] = getattr(MANAGERS[resource].base, private)
    taken: dict[str, object] = {p.name: p.default for p in parameters(base)}
    if "metadata_filter" in taken:
        # The public method takes an object, the private one the text that is sent.
        assert taken["metadata_filter"] == "{}"
        taken["metadata_filter"] = MappingProxyType({})
    found = {p.name: p.default for p in parameters(public)}
    assert found == taken
    assert list(found) == list(taken)


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_every_method_has_a_docstring_that_names_its_parameters(resource: str, method: str) -> None:
    function = public_methods(MANAGERS[resource].sync)[method]
    text = inspect.getdoc(function) or ""
    for parameter in parameters(function):
        assert f"\n    {parameter.name}: " in text
    assert "\nRaises:" in text
    assert "\nExample:" in text
    returns = str(inspect.signature(function).return_annotation)
    assert ("\nReturns:" in text) is (returns != "None")


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_an_async_method_has_the_docstring_of_its_sync_one_with_another_example(
    resource: str, method: str
) -> None:
    managers = MANAGERS[resource]
    text, example = _documented(public_methods(managers.sync)[method])
    other, other_example = _documented(public_methods(managers.asynchronous)[method])
    assert other == text
    assert "await " not in example
    assert "async for " not in example
    calls = [line for line in other_example.splitlines() if f"client.{resource}.{method}(" in line]
    assert calls
    assert all(re.search("await client.|async for |async with ", line) for line in calls)


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_an_async_method_has_the_summary_in_its_source(resource: str, method: str) -> None:
    managers = MANAGERS[resource]
    written = inspect.unwrap(
        public_methods(managers.asynchronous)[method],
        stop=lambda function: function.__code__.co_name == method,
    )
    text = inspect.getdoc(public_methods(managers.sync)[method]) or ""
    assert (inspect.getdoc(written) or "").splitlines()[0] == text.splitlines()[0]


@pytest.mark.parametrize("manager", [session.SessionsManager, session.AsyncSessionsManager])
def test_the_overload_of_chat_without_a_stream_has_the_parameters_of_chat(
    manager: type[BaseManager],
) -> None:
    function = public_methods(manager)["chat"]
    plain, streams, either = map(inspect.signature, typing.get_overloads(function))
    changed = [
        p.replace(annotation="Literal[False] | None") if p.name == "stream" else p
        for p in inspect.signature(function).parameters.values()
    ]
    assert list(plain.parameters.values()) == changed
    for other in (streams, either):
        *named, settings = other.parameters.values()
        assert settings.kind is Parameter.VAR_KEYWORD
        assert settings.annotation == "Unpack[ChatSettingsArgs]"
        assert [p.name for p in named] == [
            "self",
            "session_id",
            "messages",
            "tools",
            "tool_choice",
            "stream",
        ]


@pytest.mark.parametrize("manager", [session.SessionsManager, session.AsyncSessionsManager])
@pytest.mark.parametrize("name", ["parse", "run", "stream_run"])
def test_the_overloads_of_runs_have_their_parameters(manager: type[BaseManager], name: str) -> None:
    function = public_methods(manager)[name]
    settings = _keys(types.ChatSettingsArgs)
    expected = {p.name: _hints(function)[p.name] for p in parameters(function)[:-1]}
    for overload in typing.get_overloads(function):
        shown = _hints(overload)
        (options,) = typing.get_args(shown["options"])
        found = {**shown, **{key: hint for key, (hint, _) in _keys(options).items()}}
        assert found.keys() > settings.keys()
        # Overloads differ in the output; without one there are no repairs.
        without = {"output"} if shown["output"] is not type(None) else {"output", "repairs"}
        assert {key: hint for key, hint in expected.items() if key not in without} == {
            key: hint for key, hint in found.items() if key in expected.keys() - without
        }


def _method(kind: str, name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(getattr(session, kind), name)
    return found


def _parsed(takes: str) -> list[tuple[str, object]]:
    """Parse parameters that are written as in Python."""
    arguments = ast.parse(f"lambda {takes}: 0", mode="eval").body
    assert isinstance(arguments, ast.Lambda)
    names = [argument.arg for argument in arguments.args.args]
    defaults = [ast.literal_eval(default) for default in arguments.args.defaults]
    return list(
        zip(names, [Parameter.empty] * (len(names) - len(defaults)) + defaults, strict=True)
    )


def _documented(function: Callable[..., object]) -> tuple[str, str]:
    """Return a method's docstring up to its example, and the example."""
    text, mark, example = (inspect.getdoc(function) or "").partition("\nExample:\n")
    assert mark
    return text, example


def _layers(function: Callable[..., object]) -> int:
    """Count the decorators around a function."""
    layers = 0
    while (inner := getattr(function, "__wrapped__", None)) is not None:
        # What is deprecated by the API has one more.
        layers += "__deprecated__" not in vars(function)
        function = inner
    return layers


def _hints(function: Callable[..., object]) -> dict[str, object]:
    return typing.get_type_hints(function, None, NAMES)


def _keys(kind: type, *, required: bool = False) -> dict[str, tuple[object, bool]]:
    """Return a TypedDict's keys, each with its type and whether it is required.

    The class's __required_keys__ is wrong where annotations are not evaluated.
    """
    hints = typing.get_type_hints(kind, None, NAMES, include_extras=True)
    optional = {k for k, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
    plain = {k: typing.get_args(h)[0] if k in optional else h for k, h in hints.items()}
    return {key: (hint, required and key not in optional) for key, hint in plain.items()}
