"""What tests of the SDK share.

A test that is to hold for every colour is written once: an ``async def`` that takes ``client``.
It runs three times, over a real socket against the real server::

    pytestmark = pytest.mark.anyio

    async def test_a_user_is_found_again(client: AsyncClient) -> None:
        user = await client.users.create(name="Grace")
        assert await client.users.get(user.id) == user

One that makes clients of its own takes ``colour`` and calls `tests.sdk.colours.client_of`; one
that holds for fewer colours says so: ``@pytest.mark.parametrize("colour", ["asyncio", "trio"])``.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from julep import AsyncClient
from julep_server import LocalServer
from tests.sdk.colours import Colour, client_of
from tests.sdk.stub import Stub
from tests.server.helpers.endpoint import Endpoint


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture(params=["blocking", "asyncio", "trio"])
def colour(request: pytest.FixtureRequest) -> Colour:
    colour: Colour = request.param
    return colour


@pytest.fixture
def anyio_backend(colour: Colour) -> str:
    """The event loop that anyio's plugin runs a test on; a blocking client needs any."""
    return "trio" if colour == "trio" else "asyncio"


@pytest.fixture
async def client(colour: Colour, server: LocalServer) -> AsyncIterator[AsyncClient]:
    async with client_of(colour, server.url) as client:
        yield client


@pytest.fixture(scope="session")
def running_endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


@pytest.fixture(scope="session")
def model_server(running_endpoint: Endpoint) -> Iterator[LocalServer]:
    with LocalServer(model_url=running_endpoint.url, model="small") as running:
        yield running


@pytest.fixture
def endpoint(running_endpoint: Endpoint) -> Endpoint:
    """The language model behind `model_client`'s server: it records what it is asked."""
    running_endpoint.reset()
    running_endpoint.knows_all = True
    return running_endpoint


@pytest.fixture
async def model_client(
    colour: Colour, model_server: LocalServer, endpoint: Endpoint
) -> AsyncIterator[AsyncClient]:
    async with client_of(colour, model_server.url) as client:
        yield client


@pytest.fixture(scope="session")
def running_stub() -> Iterator[Stub]:
    with Stub() as running:
        yield running


@pytest.fixture
def stub(running_stub: Stub) -> Stub:
    """A server that answers what a test tells it to, and records what it is asked."""
    running_stub.reset()
    return running_stub


@pytest.fixture
async def stub_client(colour: Colour, stub: Stub) -> AsyncIterator[AsyncClient]:
    async with client_of(colour, stub.url) as client:
        yield client


@pytest.fixture
def deaf() -> Iterator[str]:
    """The URL of a port where nobody picks up, since too many are waiting already."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for other in waiting:
            other.close()
