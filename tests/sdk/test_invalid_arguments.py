"""Invalid arguments raise an error before a request: for every parameter of every public method."""

from __future__ import annotations

import re
import socket
from collections import deque
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

import pytest
from beartype.roar import BeartypeCallHintParamViolation

from julep import UNSET
from julep.errors import ArgumentTypeError, InvalidArgumentError, InvalidIdError, NetworkError
from julep.managers.base import BaseManager
from julep.managers.types import ChatSettingsArgs
from tests.sdk.helpers.calls import BAD, GOOD
from tests.sdk.helpers.invalid_arguments import ABSENT, Bad, Error
from tests.sdk.helpers.methods import (
    MANAGERS,
    METHODS,
    SIDES,
    Caller,
    Side,
    parameters,
    public_methods,
)

ERRORS: Mapping[Error, type[Exception]] = {
    "type": ArgumentTypeError,
    "value": InvalidArgumentError,
    "id": InvalidIdError,
}

ALL_BAD = [
    pytest.param(method, parameter, bad, id=f"{method}({parameter})-{number}")
    for method, cases in BAD.items()
    for parameter, those in cases.items()
    for number, bad in enumerate(those)
]


def public_class(side: Side, method: str) -> type[BaseManager]:
    managers = MANAGERS[method.partition(".")[0]]
    return managers.sync if side == "sync" else managers.asynchronous


def public_name(side: Side, method: str) -> str:
    """Return a method's name in messages: its own, and that of its object's class."""
    return f"{public_class(side, method).__name__}.{method.partition('.')[2]}"


each_side = pytest.mark.parametrize("side", SIDES)


class Door:
    """A listening socket that detects connections."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/api"

    def was_knocked_at(self) -> bool:
        """Return whether there was a connection since the last call."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


@pytest.fixture(scope="module")
def caller(door: Door) -> Iterator[Caller]:
    caller = Caller(door.url)
    yield caller
    caller.close()


@pytest.fixture(scope="module")
def nowhere() -> Iterator[Caller]:
    """Return a caller whose requests are refused: what it sends ends in a NetworkError."""
    closed = Door()
    closed.close()
    caller = Caller(closed.url)
    yield caller
    caller.close()


@each_side
@pytest.mark.parametrize(("method", "parameter", "bad"), ALL_BAD)
def test_an_invalid_argument_raises_before_a_request(
    side: Side, method: str, parameter: str, bad: Bad, caller: Caller, door: Door
) -> None:
    argument = {} if bad.argument is ABSENT else {parameter: bad.argument}
    given = {**GOOD[method], **bad.further, **argument}
    with pytest.raises(ERRORS[bad.error]) as raised:
        caller.public(side, method, given)
    assert not door.was_knocked_at()
    assert type(raised.value) is ERRORS[bad.error]
    message = str(raised.value)
    path = bad.path or parameter
    assert message.startswith(f"{path}: ")
    assert vars(raised.value)["path"] == path
    assert bad.message in message
    for foreign in ("violates type hint", "beartype", "julep_api.", "<class ", " at 0x"):
        assert foreign not in message
    if bad.error == "type":
        assert isinstance(raised.value, BeartypeCallHintParamViolation)
        assert isinstance(raised.value, TypeError)


@each_side
@pytest.mark.parametrize("method", list(GOOD))
def test_a_valid_call_sends_a_request(side: Side, method: str, nowhere: Caller) -> None:
    """The counterpart of the test above: valid arguments lead to a request."""
    with pytest.raises(NetworkError):
        nowhere.public(side, method, GOOD[method])


OPTIONAL = [
    (method, parameter.name)
    for resource, name in METHODS
    for method in [f"{resource}.{name}"]
    for parameter in parameters(public_methods(MANAGERS[resource].sync)[name])
    if parameter.default is not parameter.empty and parameter.name not in GOOD[method]
]


@each_side
@pytest.mark.parametrize("nothing", [None, UNSET])
@pytest.mark.parametrize(("method", "parameter"), OPTIONAL)
def test_none_and_unset_are_no_argument(
    side: Side, nothing: object, method: str, parameter: str, nowhere: Caller
) -> None:
    with pytest.raises(NetworkError):
        nowhere.public(side, method, {**GOOD[method], parameter: nothing})


@each_side
@pytest.mark.parametrize(
    "method", ["sessions.run", "sessions.iterate_run", "sessions.stream_run", "sessions.parse"]
)
@pytest.mark.parametrize("setting", ChatSettingsArgs.__annotations__)
def test_none_and_unset_are_no_setting_of_a_run(
    side: Side, method: str, setting: str, nowhere: Caller
) -> None:
    for nothing in (None, UNSET):
        with pytest.raises(NetworkError):
            nowhere.public(side, method, {**GOOD[method], setting: nothing})


def in_other_forms(argument: object) -> object:
    """Return an argument with other mappings and sequences in the place of dicts and lists."""
    if isinstance(argument, dict):
        mapping = cast("dict[object, object]", argument)
        return MappingProxyType({key: in_other_forms(each) for key, each in mapping.items()})
    if isinstance(argument, list):
        return deque(in_other_forms(each) for each in cast("list[object]", argument))
    return argument


@each_side
@pytest.mark.parametrize("method", list(GOOD))
def test_any_mapping_and_any_sequence_is_accepted(side: Side, method: str, nowhere: Caller) -> None:
    given = {name: in_other_forms(argument) for name, argument in GOOD[method].items()}
    with pytest.raises(NetworkError):
        nowhere.public(side, method, given)


def test_the_listener_detects_a_connection(door: Door) -> None:
    host, port = door.url.removeprefix("http://").removesuffix("/api").split(":")
    with socket.create_connection((host, int(port))):
        assert door.was_knocked_at()
    assert not door.was_knocked_at()


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_every_public_parameter_has_cases(resource: str, method: str) -> None:
    for kind in (MANAGERS[resource].sync, MANAGERS[resource].asynchronous):
        names = [parameter.name for parameter in parameters(public_methods(kind)[method])]
        assert list(BAD[f"{resource}.{method}"]) == names
        assert all(BAD[f"{resource}.{method}"].values())


def test_every_public_method_has_cases() -> None:
    assert {f"{resource}.{method}" for resource, method in METHODS} == set(BAD) == set(GOOD)


@each_side
@pytest.mark.parametrize("method", list(GOOD))
def test_an_unknown_parameter_raises(side: Side, method: str, caller: Caller, door: Door) -> None:
    unknown = f"{public_name(side, method)}() got an unexpected keyword argument 'nmae'"
    with pytest.raises(ArgumentTypeError) as raised:
        caller.public(side, method, {**GOOD[method], "nmae": "Ada"})
    meant = "(did you mean 'name'?)" if "name" in BAD[method] and "name" not in GOOD[method] else ""
    assert str(raised.value) == f"nmae: {unknown} {meant}".rstrip()
    assert raised.value.path == "nmae"
    assert not door.was_knocked_at()


@each_side
@pytest.mark.parametrize(
    ("method", "missing"),
    [
        (method, parameter.name)
        for method, given in GOOD.items()
        for resource, name in [method.split(".")]
        for parameter in parameters(public_methods(MANAGERS[resource].sync)[name])
        if parameter.default is parameter.empty and parameter.name in given
    ],
)
def test_a_missing_argument_is_named(
    side: Side, method: str, missing: str, caller: Caller, door: Door
) -> None:
    given = {name: value for name, value in GOOD[method].items() if name != missing}
    function = re.escape(public_name(side, method))
    words = rf"^{missing}: {function}\(\) missing 1 required .* argument: '{missing}'$"
    with pytest.raises(ArgumentTypeError, match=words) as raised:
        caller.public(side, method, given)
    assert raised.value.path == missing
    assert not door.was_knocked_at()
