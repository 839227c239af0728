"""Annotations can be evaluated: of every public class, function and method."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
import typing
from collections.abc import Iterator
from copy import copy, deepcopy
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import julep
from julep._lazy import import_names
from julep.managers.session import SessionsManager
from julep.managers.user import AsyncUsersManager, UsersManager
from julep_api.models import User
from tests.sdk.helpers.programs import run_program
from tests.sdk.test_public_names import PINNED

PROJECT = ("julep", "julep_api", "julep_server")


def public_things() -> Iterator[tuple[str, object]]:
    """Yield every public class and function, with the classes that it derives from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JULEP_API_KEY", "what julep.env shows")
        for name in PINNED:
            module = importlib.import_module(name)
            for public in module.__all__:
                value = getattr(module, public)
                kinds = value.__mro__ if isinstance(value, type) else (value,)
                for kind in kinds:
                    if is_ours(kind):
                        yield f"{kind.__module__}.{kind.__qualname__}", kind


def is_ours(value: object) -> bool:
    module: str = getattr(value, "__module__", None) or ""
    return isinstance(value, (type, FunctionType)) and module.partition(".")[0] in PROJECT


def methods_of(kind: type) -> Iterator[tuple[str, object]]:
    """Yield a class's own public methods and getters, by name."""
    for name, member in vars(kind).items():
        # Libraries write these two, in namespaces of their own.
        if name == "__attrs_init__" or (name == "__new__" and hasattr(kind, "_fields")):
            continue
        if name.startswith("_") and not name.startswith("__"):
            continue
        function: object = member
        if isinstance(member, (classmethod, staticmethod)):
            function = member.__func__  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType] # of any kind
        elif isinstance(member, property):
            function = member.fget
        elif isinstance(member, functools.cached_property):
            function = member.func
        if isinstance(function, FunctionType):
            yield name, function


CLASSES = {name: value for name, value in public_things() if isinstance(value, type)}
FUNCTIONS = {name: value for name, value in public_things() if isinstance(value, FunctionType)} | {
    f"{owner}.{name}": method
    for owner, kind in CLASSES.items()
    for name, method in methods_of(kind)
}


def test_there_is_something_to_evaluate() -> None:
    assert len(CLASSES) > 200
    assert len(FUNCTIONS) > 500


@pytest.mark.parametrize("name", CLASSES)
def test_annotations_of_a_class(name: str) -> None:
    kind = CLASSES[name]
    typing.get_type_hints(kind, include_extras=True)
    if not typing.is_typeddict(kind):  # no program has a signature of dict's
        inspect.signature(kind, eval_str=True)
    if attrs.has(kind):
        attrs.resolve_types(kind)
        assert not any(isinstance(field.type, str) for field in attrs.fields(kind))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_annotations_of_a_function(name: str) -> None:
    function: typing.Any = FUNCTIONS[name]
    hints = typing.get_type_hints(function, include_extras=True)
    assert not any(isinstance(hint, str) for hint in hints.values())
    for overload in typing.get_overloads(function):
        typing.get_type_hints(overload, include_extras=True)
        inspect.signature(overload, eval_str=True)
    found = inspect.signature(function, eval_str=True)
    seen = [found.return_annotation, *(each.annotation for each in found.parameters.values())]
    if name != "julep_server.local.LocalServer.__init__":  # it shows the types as they are written
        assert not any(isinstance(annotation, str) for annotation in seen)


@pytest.mark.parametrize(
    "name", sorted({function.__module__ for function in FUNCTIONS.values()} & {*sys.modules})
)
def test_names_are_what_type_checkers_see(name: str) -> None:
    module = importlib.import_module(name)
    for function in FUNCTIONS.values():
        if function.__module__ == name:
            typing.get_type_hints(function)
    for source, seen, bound in imported_for_type_checkers(module):
        if bound in vars(module):
            expected = getattr(importlib.import_module(source), seen)
            # An alias may be written as a text. A type variable of typing_extensions is not needed
            # where types are not checked.
            if not isinstance(expected, str) and bound != "TypeVar":
                assert vars(module)[bound] == expected


def imported_for_type_checkers(module: ModuleType) -> Iterator[tuple[str, str, str]]:
    """Yield the module, the name and the alias of each import under ``if TYPE_CHECKING``."""
    assert module.__file__ is not None
    for node in ast.parse(Path(module.__file__).read_text()).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for each in node.body:
                if isinstance(each, ast.ImportFrom) and each.module and not each.level:
                    for alias in each.names:
                        yield each.module, alias.name, alias.asname or alias.name


def test_create_and_update_show_the_resource_that_they_return() -> None:
    for manager in (UsersManager, AsyncUsersManager):
        for method in (manager.create, manager.update):
            shown = inspect.signature(method)
            assert shown.return_annotation == "User"
            assert shown.parameters["about"].annotation == "str | None"
            read = inspect.signature(method, eval_str=True)
            assert read.return_annotation is User
            assert read.parameters["about"].annotation == str | None
            assert typing.get_type_hints(method)["return"] is User
    assert list(inspect.signature(UsersManager.update).parameters) == [
        *("self", "user_id", "name", "about", "metadata", "overwrite")
    ]


def test_the_chat_has_the_parameters_of_its_settings() -> None:
    shown = inspect.signature(SessionsManager.chat, eval_str=True)
    assert list(shown.parameters)[:3] == ["self", "session_id", "messages"]
    assert shown.return_annotation == julep.types.ChatResponse | julep.ChatStream
    assert inspect.unwrap(SessionsManager.chat).__code__.co_name == "_chat"


READ = """
import inspect, sys, typing
from julep.managers.user import UsersManager
method, names = UsersManager.create, vars(sys.modules["julep.managers.user"])
assert "DocInput" not in names
{read}
assert names["DocInput"] is sys.modules["julep.managers.types"].DocInput
"""


@pytest.mark.parametrize(
    "read",
    [
        "typing.get_type_hints(method)",
        "inspect.signature(method)",
        "method.__annotations__['docs']",
        "method.__annotations__.get('docs')",
        "list(method.__annotations__)",
        "list(method.__annotations__.values())",
        "{**method.__annotations__}",
        "dict(method.__annotations__)",
        "typing.get_type_hints(UsersManager(None).create)",
    ],
)
def test_names_are_imported_when_annotations_are_read(read: str) -> None:
    assert run_program(READ.format(read=read)).stderr == ""


def test_annotations_are_copied_as_a_plain_dict() -> None:
    annotations = UsersManager.get.__annotations__
    for copied in (copy(annotations), deepcopy(annotations)):
        assert type(copied) is dict
        assert copied == {"id": "str | UUID", "return": "User"}


@given(name=st.from_regex(r"[A-Z][a-z]{12}", fullmatch=True))
def test_a_name_that_is_nowhere_stays_unknown(name: str) -> None:
    namespace: dict[str, object] = {}
    import_names([f"list[{name}]", 3, None], namespace)
    assert namespace == {}
    with pytest.raises(NameError, match=name):
        typing.get_type_hints(SimpleNamespace(__annotations__={"x": name}), namespace)
