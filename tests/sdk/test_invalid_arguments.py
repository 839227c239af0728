"""Invalid arguments raise an error before a request: for every parameter of every public method."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping

import pytest

from julep.errors import ArgumentTypeError, InvalidArgumentError, InvalidIdError, NetworkError
from tests.sdk.helpers.calls import BAD, GOOD
from tests.sdk.helpers.invalid_arguments import Bad, Error
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


@each_side
@pytest.mark.parametrize(("method", "parameter", "bad"), ALL_BAD)
def test_an_invalid_argument_raises_before_a_request(
    side: Side, method: str, parameter: str, bad: Bad, caller: Caller, door: Door
) -> None:
    given = {**GOOD[method], **bad.further, parameter: bad.argument}
    with pytest.raises(ERRORS[bad.error]) as raised:
        caller.public(side, method, given)
    assert not door.was_knocked_at()
    assert type(raised.value) is ERRORS[bad.error]
    message = str(raised.value)
    assert bad.message in message
    if bad.path is not None:
        assert message.startswith(f"{bad.path}: ")
        assert vars(raised.value)["path"] == bad.path
    else:
        assert parameter in message


@each_side
@pytest.mark.parametrize("method", list(GOOD))
def test_a_valid_call_sends_a_request(side: Side, method: str) -> None:
    """The counterpart of the test above: valid arguments lead to a request."""
    closed = Door()
    closed.close()
    caller = Caller(closed.url)
    with pytest.raises(NetworkError):
        caller.public(side, method, GOOD[method])
    caller.close()


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
    with pytest.raises(TypeError, match="unexpected keyword argument 'nmae'"):
        caller.public(side, method, {**GOOD[method], "nmae": "Ada"})
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
    with pytest.raises(TypeError, match=f"missing 1 required .* argument: '{missing}'"):
        caller.public(side, method, given)
    assert not door.was_knocked_at()
