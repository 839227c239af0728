from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from julep_server import LocalServer
from tests.server.helpers.api import Api
from tests.server.helpers.endpoint import Endpoint, EndpointServer

if TYPE_CHECKING:
    from tests.server.helpers.postgres import Cluster


@pytest.fixture(scope="session", autouse=True)
def postgres() -> Iterator[Cluster | None]:
    """A server of PostgreSQL, if the tests run with it; otherwise None.

    A LocalServer without a database in its arguments then has a new one there, until it stops.
    """
    if os.environ.get("JULEP_TEST_DATABASE", "sqlite") != "postgresql":
        yield None
        return
    from tests.server.helpers.postgres import Cluster

    own = dict[LocalServer, str]()
    with Cluster() as cluster, pytest.MonkeyPatch.context() as patch:
        plain, plain_stop = LocalServer.__init__, LocalServer.stop

        @wraps(plain)
        def on_postgres(self: LocalServer, database: str = "", **arguments: Any) -> None:
            if not database:
                own[self] = database = cluster.new_database()
            plain(self, database=database, **arguments)

        @wraps(plain_stop)
        def stop(self: LocalServer) -> None:
            plain_stop(self)
            if (url := own.pop(self, None)) is not None:
                cluster.drop_database(url)

        patch.setattr(LocalServer, "__init__", on_postgres)
        patch.setattr(LocalServer, "stop", stop)
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster | None) -> Callable[[], str] | None:
    """Creates PostgreSQL databases, if the tests run with PostgreSQL; otherwise None."""
    return None if postgres is None else postgres.new_database


@pytest.fixture(scope="session", autouse=True)
def no_housekeeping() -> Iterator[None]:
    """Servers of several tests delete nothing that is old, which other tests would see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("julep_server.housekeeping.INTERVAL", 3600.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def late_headers() -> Iterator[None]:
    """An error of a streamed chat is its status, however long a busy machine takes to find it."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("streaming.event_stream", "openai_api.agent_chat"):
            patch.setattr(f"julep_server.{module}.HEADERS_AFTER", 60.0)
        yield


@pytest.fixture
def database_url(postgres: Cluster | None, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database that outlives a server."""
    if postgres is None:
        yield f"sqlite:///{tmp_path / 'x.db'}"
        return
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


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
def endpoint_server() -> Iterator[EndpointServer]:
    with EndpointServer() as running:
        yield running


@pytest.fixture
def endpoint(endpoint_server: EndpointServer) -> Iterator[Endpoint]:
    endpoint = endpoint_server.new()
    yield endpoint
    endpoint.release()


@pytest.fixture(scope="session")
def model_server(endpoint_server: EndpointServer) -> Iterator[LocalServer]:
    with LocalServer(
        model_url=endpoint_server.lasting_url,
        model_key="endpoint-key",
        model="small",
    ) as running:
        yield running


@pytest.fixture
def model_api(endpoint: Endpoint, model_server: LocalServer) -> Iterator[Api]:
    with Api(model_server.url) as client:
        yield client


@pytest.fixture
def job_api(endpoint: Endpoint) -> Iterator[Api]:
    """A server of the test's own, for tests that count the requests of jobs, or script them."""
    with (
        LocalServer(model_url=endpoint.url, model="small") as running,
        Api(running.url) as client,
    ):
        yield client
