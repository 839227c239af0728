"""The fast check of exact types accepts nothing that the judge rejects, and all usual values."""

from __future__ import annotations

import datetime as dt
import types
import uuid
from collections import UserDict
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from julep._arguments.exact_types import matcher, matches
from julep._arguments.judge import check_argument
from julep._arguments.typecheck import Checks
from julep_api.errors import EncodeError
from julep_api.models import (
    ChatSettingsResponseFormat,
    CreateDoc,
    FunctionDef,
    InputChatMlMessage,
    InputChatMlMessageRole,
)
from tests.sdk.helpers.calls import BAD, GOOD
from tests.sdk.helpers.methods import MANAGERS, METHODS, public_methods


def checks_of(resource: str, method: str, kind: str = "sync") -> Checks:
    function: Any = public_methods(getattr(MANAGERS[resource], kind))[method]
    # The decorator's own wrapper is the outermost.
    return Checks(function.__wrapped__)


def is_accepted(value: object, hint: object) -> bool:
    try:
        check_argument("x", value, hint)
    except EncodeError:
        return False
    return True


HINTS: dict[str, object] = {
    repr(hint): hint
    for resource, method in METHODS
    for hint in checks_of(resource, method).hints.values()
}


class Word(StrEnum):
    HELLO = "hello"


class Text(str):
    __slots__ = ()


class Number(int):
    pass


def models() -> list[object]:
    return [
        InputChatMlMessage(role=InputChatMlMessageRole.USER, content="Hi."),
        CreateDoc(title="a", content="b"),
        FunctionDef(name="a", parameters={}),
        ChatSettingsResponseFormat(),
    ]


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.uuids(),
    st.datetimes(),
    st.sampled_from(["created_at", "asc", "none", "auto", "code", "prose", "user"]),
    st.sampled_from([Word.HELLO, Text("created_at"), Number(3), dt.UTC, len, object(), int]),
    st.sampled_from(models()),
)
keys = st.one_of(st.text(max_size=3), st.integers(), st.none(), st.just(Text("a")))


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    dicts = st.dictionaries(st.text(max_size=3), inner, max_size=3)
    return st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        dicts,
        st.dictionaries(keys, inner, max_size=3),
        dicts.map(UserDict),
        dicts.map(types.MappingProxyType),
        st.lists(dicts, max_size=2),
    )


values = st.recursive(scalars, containers, max_leaves=8)


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
@settings(max_examples=150, deadline=None)
@given(values)
@example({1: "a"})
@example([{"role": "user", 3: 4}])
@example([{3: 4, "role": "user"}])
@example((Text("a"), "b"))
@example(True)
def test_a_match_is_accepted_by_the_judge(hint: Any, value: object) -> None:
    if matches(value, matcher(hint)):
        assert is_accepted(value, hint)


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
def test_invalid_arguments_do_not_match(hint: Any) -> None:
    for cases in BAD.values():
        for bad in (bad for those in cases.values() for bad in those):
            fit = matches(bad.argument, matcher(hint))
            assert not fit or is_accepted(bad.argument, hint)


@pytest.mark.parametrize("kind", ["sync", "asynchronous"])
@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_every_parameter_has_a_matcher(resource: str, method: str, kind: str) -> None:
    checks = checks_of(resource, method, kind)
    no_positions, needed, by_name = checks.matchers[0]
    assert no_positions == []
    # Anything is an output, until its schema is built.
    has_output = method in ("parse", "run", "stream_run")
    anything = ["self", "output"] if has_output else ["self"]
    assert [name for name, matcher in by_name.items() if matcher is None] == anything
    assert checks.hints.keys() == by_name.keys() - {"self"}
    kinds = list(by_name.values())
    for count, (by_position, left, names) in enumerate(checks.matchers):
        assert by_position == [(n, kinds[n]) for n in range(count) if kinds[n] is not None]
        assert list(names) == list(by_name)[count:]
        assert left == needed.intersection(names)


@pytest.mark.parametrize("method", GOOD)
def test_usual_calls_match(method: str) -> None:
    resource, name = method.split(".")
    given: Mapping[str, object] = GOOD[method]
    assert checks_of(resource, name).matches((object(),), given)


def test_calls_that_cannot_be_made_do_not_match() -> None:
    get = checks_of("sessions", "get")
    known = str(uuid.uuid4())
    assert get.matches((object(), known), {})
    assert not get.matches((object(), known, known), {})
    assert not get.matches((object(),), {"nmae": known})
    assert not get.matches((object(), known), {"id": known})
    assert not get.matches((object(),), {})
    assert not get.matches((object(), Text(known)), {})
