from __future__ import annotations

from collections.abc import Iterator

import pytest

from julep_server import LocalServer
from tests.server.endpoint import Endpoint
from tests.server.support import Api


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def api(server: LocalServer) -> Iterator[Api]:
    with Api(server.url) as client:
        yield client


@pytest.fixture
def session_id(api: Api) -> str:
    return str(api.make("sessions", situation="Be brief.")["id"])


@pytest.fixture(scope="session")
def running_endpoint() -> Iterator[Endpoint]:
    with Endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running_endpoint: Endpoint) -> Endpoint:
    running_endpoint.reset()
    return running_endpoint


@pytest.fixture(scope="session")
def model_server(running_endpoint: Endpoint) -> Iterator[LocalServer]:
    with LocalServer(
        model_url=running_endpoint.url, model_key="endpoint-key", model="small", model_timeout=0.5
    ) as running:
        yield running


@pytest.fixture
def model_api(endpoint: Endpoint, model_server: LocalServer) -> Iterator[Api]:
    with Api(model_server.url) as client:
        yield client
