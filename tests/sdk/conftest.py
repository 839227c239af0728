"""Fixtures of the SDK's tests.

A test of all modes of a client is written once: an ``async def`` that takes ``client``. It runs
three times, over a real socket against the real server::

    pytestmark = pytest.mark.anyio

    async def test_a_user_is_found_again(client: AsyncClient) -> None:
        user = await client.users.create(name="Grace")
        assert await client.users.get(user.id) == user

A test that creates clients itself takes ``mode`` and calls `tests.sdk.helpers.modes.make_client`;
one of fewer modes says so: ``@pytest.mark.parametrize("mode", ["asyncio", "trio"])``.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from julep import AsyncClient
from julep_server import LocalServer
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.stub import Stub
from tests.server.helpers.endpoint import Endpoint, EndpointServer


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture(params=["sync", "asyncio", "trio"])
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture
def anyio_backend(mode: Mode) -> str:
    """The event loop that anyio's plugin runs a test on; tests of sync clients run on asyncio."""
    return "trio" if mode == "trio" else "asyncio"


@pytest.fixture
async def client(mode: Mode, server: LocalServer) -> AsyncIterator[AsyncClient]:
    async with make_client(mode, server.url) as client:
        yield client


@pytest.fixture(scope="session")
def endpoint_server() -> Iterator[EndpointServer]:
    with EndpointServer() as running:
        yield running


@pytest.fixture(scope="session")
def model_server(endpoint_server: EndpointServer) -> Iterator[LocalServer]:
    with LocalServer(model_url=endpoint_server.lasting_url, model="small") as running:
        yield running


@pytest.fixture
def endpoint(endpoint_server: EndpointServer) -> Iterator[Endpoint]:
    """The language model behind `model_client`'s server, which records its requests."""
    endpoint = endpoint_server.new()
    endpoint.knows_all = True
    yield endpoint
    endpoint.release()


@pytest.fixture
async def model_client(
    mode: Mode, model_server: LocalServer, endpoint: Endpoint
) -> AsyncIterator[AsyncClient]:
    async with make_client(mode, model_server.url) as client:
        yield client


@pytest.fixture(scope="session")
def running_stub() -> Iterator[Stub]:
    with Stub() as running:
        yield running


@pytest.fixture
def stub(running_stub: Stub) -> Stub:
    """A server that sends the response that a test sets, and records its requests."""
    running_stub.reset()
    return running_stub


@pytest.fixture
async def stub_client(mode: Mode, stub: Stub) -> AsyncIterator[AsyncClient]:
    async with make_client(mode, stub.url) as client:
        yield client


@pytest.fixture
def full_backlog_url() -> Iterator[str]:
    """The URL of a port whose queue of connections is full, so that connecting never ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        queued = [socket.socket() for _ in range(4)]
        for other in queued:
            other.setblocking(False)
            other.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        for other in queued:
            other.close()
