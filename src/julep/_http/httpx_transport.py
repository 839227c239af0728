"""The transports over a client of httpx: the user's own, or one for a proxy or HTTP/2.

The one module that imports httpx. A user's own client may also be of httpx2, its successor with the
same interface; "httpx" below means either. Retries and redirects are not decided here.
"""

from __future__ import annotations

import sys
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import httpx
from anyio import CancelScope

from julep._http.async_lease import AsyncDeadlines, AsyncLease
from julep._http.async_lease import wait_for_turn as wait_for_async_turn
from julep._http.background import Background, finish_in_thread
from julep._http.content_encoding import BodyCollector, ContentDecodingError
from julep._http.deadlines import Deadlines
from julep._http.httpx_adapter import HttpxAdapter, is_of_a_hook, unreadable
from julep._http.httpx_bodies import AsyncHttpxBody, HttpxBody, HttpxExchange
from julep._http.leases import Leases
from julep._http.messages import Response, StreamingResponse
from julep._http.open_responses import OpenResponses, SyncOpenResponses, owner_of
from julep._http.open_streams import OpenStreams
from julep._http.own_task import in_own_task
from julep._http.per_loop import PerLoop
from julep._http.pool import reset_in_child
from julep._http.sync_lease import SyncLease, wait_for_turn
from julep._http.tls import shared_tls
from julep.errors import ConfigurationError, NetworkError
from julep_net.proxies import is_proxy_url

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request
    from julep._http.open_responses import Owner
    from julep._http.transport_config import TransportConfig

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_A_PROXY: Final = "expected a URL such as 'http://127.0.0.1:3128'"


class HttpxTransport:
    """Sends requests by a client of httpx, from one thread or from many."""

    def __init__(self, config: TransportConfig) -> None:
        # The settings have checked its methods, not its class, which may be of httpx2.
        own_client = cast("httpx.Client | None", config.http_client)
        self._config = config
        self._owns_client = own_client is None
        self._client = own_client or _build_client(httpx.Client, config)
        self._inherited: list[httpx.Client] = []
        self._adapter = HttpxAdapter(self._client, config)
        self._leases = _new_leases(config)
        self._responses = SyncOpenResponses[httpx.Response]()
        reset_in_child(self)

    def send(self, request: Request) -> Outcome[HttpxBody]:
        """Send a request and return its outcome."""
        deadlines, leases = Deadlines(request), self._leases
        lease: SyncLease[HttpxExchange] = SyncLease()
        lease.connection = HttpxExchange()
        is_open = False
        try:
            wait_for_turn(leases, lease, deadlines)
            deadlines.start_total()
            prepared = self._adapter.to_httpx(self._client, request)
            send = partial(self._send, prepared, request, owner_of(lease), self._responses)
            outcome = Background(send).result(lease, deadlines)
            if isinstance(outcome, StreamingResponse):
                response = lease.connection.response = outcome.body
                body = HttpxBody(response, self._adapter, deadlines, leases, lease, self._responses)
                is_open = True
                return StreamingResponse(outcome.status, outcome.headers, body)
            return outcome
        except NetworkError as error:
            if lease.is_cut:
                return deadlines.closed_error()
            error.__context__ = None  # the library's error, and the frames it refers to
            return error.with_traceback(None)
        finally:
            if not is_open:
                leases.remove(lease)

    def close(self) -> None:
        """Close every connection, unless they belong to the user's own client."""
        for lease in self._leases.close():
            lease.cut()
        if self._responses.without_owner():
            finish_in_thread(self._responses.close_left)
        if self._owns_client:
            self._client.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        self._leases = _new_leases(self._config)
        self._responses = SyncOpenResponses[httpx.Response]()
        if self._owns_client:
            # Kept, not closed: closing may wait for a lock that a thread of the parent held.
            self._inherited.append(self._client)
            self._client = _build_client(httpx.Client, self._config)

    def _send(
        self,
        prepared: httpx.Request,
        request: Request,
        owner: Owner,
        responses: SyncOpenResponses[httpx.Response],
    ) -> Outcome[httpx.Response]:
        """Send a request, and read the response's body unless it is the stream requested."""
        responses.close_left()
        with self._adapter.secrets_hidden(request):
            return self._exchange(prepared, request, owner, responses)

    def _exchange(
        self,
        prepared: httpx.Request,
        request: Request,
        owner: Owner,
        responses: SyncOpenResponses[httpx.Response],
    ) -> Outcome[httpx.Response]:
        try:
            response = self._client.send(prepared, stream=True, follow_redirects=False)
        except Exception as error:  # whatever a library raises
            if is_of_a_hook(error):
                raise
            return self._adapter.network_error(request, error)
        if request.accepts_stream(response.status_code, response.headers):
            responses.add(owner, response)
            return StreamingResponse(response.status_code, response.headers, response)
        collector = BodyCollector()
        try:
            for piece in response.iter_bytes():
                collector.add(piece)
            return Response(response.status_code, response.headers, collector.body())
        except (ContentDecodingError, self._adapter.decoding_error) as error:
            return unreadable(response, error)
        except Exception as error:  # noqa: BLE001  # whatever a library raises
            return self._adapter.network_error(request, error)
        finally:
            response.close()


def _new_leases(config: TransportConfig) -> Leases[HttpxExchange]:
    """Build the leases of one client; a user's own client has limits of its own."""
    return Leases(sys.maxsize if config.http_client is not None else config.max_connections)


class AsyncHttpxTransport:
    """Sends requests by clients of httpx, on any event loop.

    Connections belong to the loop that opened them, so each loop has its own client of httpx, which
    is closed when the loop ends. A user's own client serves all loops, and is not closed.
    """

    def __init__(self, config: TransportConfig) -> None:
        if config.http_client is None:
            # httpx imports httpcore when its first client is built, for a third of a second, and
            # TLS takes its time, too: neither is done on the event loop, by the first request.
            import_module("httpcore")
            client_options(config)
        self._clients = PerLoop(
            lambda: _LoopClient(config), _LoopClient.aclose, _LoopClient.abandon
        )

    async def send(self, request: Request) -> Outcome[AsyncHttpxBody]:
        """Send a request and return its outcome."""
        own = await self._clients.get()
        deadlines, leases = AsyncDeadlines(request), own.leases
        lease: AsyncLease[HttpxExchange] = AsyncLease(deadlines)
        is_open = False
        try:
            with deadlines:
                await wait_for_async_turn(leases, lease, deadlines)
                deadlines.start_total()
                outcome = await in_own_task(partial(self._exchange, own, request, lease, deadlines))
                is_open = isinstance(outcome, StreamingResponse)
                return outcome
            raise deadlines.timeout_error()
        except NetworkError as error:
            if lease.is_cut:
                return deadlines.closed_error()
            error.__context__ = None  # the library's error, and the frames it refers to
            return error.with_traceback(None)
        finally:
            if not is_open:
                leases.remove(lease)

    @staticmethod
    async def _exchange(
        own: _LoopClient,
        request: Request,
        lease: AsyncLease[HttpxExchange],
        deadlines: AsyncDeadlines,
    ) -> Outcome[AsyncHttpxBody]:
        """Send a request, and read the response's body unless it is the stream requested."""
        response = await own.send(request, owner_of(lease))
        body = AsyncHttpxBody(response, own.adapter, deadlines, own.leases, lease, own.responses)
        if request.accepts_stream(response.status_code, response.headers):
            return StreamingResponse(response.status_code, response.headers, body)
        return await body.read()

    async def aclose(self) -> None:
        """Close this loop's connections, unless they belong to the user's own client."""
        await self._clients.aclose()


class _LoopClient:
    """The client of httpx for one event loop, and the requests in flight there."""

    def __init__(self, config: TransportConfig) -> None:
        # The settings have checked its methods, not its class, which may be of httpx2.
        own_client = cast("httpx.AsyncClient | None", config.http_client)
        self._owns_client = own_client is None
        self._client = own_client or _build_client(httpx.AsyncClient, config)
        self.adapter = HttpxAdapter(self._client, config)
        self.leases = _new_leases(config)
        self.responses = OpenResponses[httpx.Response]()
        self._streams = OpenStreams()

    async def send(self, request: Request, owner: Owner) -> httpx.Response:
        """Send a request, and return its response, whose body is not read.

        Raises:
            NetworkError: When no response arrives.
        """
        await self._close_left()  # in the task of the request
        prepared = self.adapter.to_httpx(self._client, request)
        if self._owns_client:
            prepared.extensions["trace"] = self._streams.trace
        if request.content is not None:
            prepared.stream = self.adapter.async_content(request.content)
        try:
            with self.adapter.secrets_hidden(request):
                response = await self._client.send(prepared, stream=True, follow_redirects=False)
            self.responses.add(owner, response)
            return response
        except Exception as error:  # whatever a library raises
            if is_of_a_hook(error):
                raise
            raise self.adapter.network_error(request, error) from None

    async def aclose(self) -> None:
        """End the requests in flight; close the client, unless it is the user's own."""
        for lease in self.leases.close():
            lease.cut()
        await self._close_left()
        if self._owns_client:
            await self._client.aclose()

    def abandon(self) -> None:
        """Close what can be closed when the event loop is closed: the sockets of its connections.

        Requests that were in flight never end; nothing can wake them any more.
        """
        self.leases.close()
        self._streams.close()

    async def _close_left(self) -> None:
        """Close the responses that nothing will read any more."""
        for owner in self.responses.without_owner():
            response = self.responses.take(owner)
            if response is not None:
                with CancelScope(shield=True):
                    await response.aclose()


class HandOver(httpx.BaseTransport):
    """Sends the requests of another library's client by a user's own client."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return self._client.send(request, stream=True, follow_redirects=False)


class AsyncHandOver(httpx.AsyncBaseTransport):
    """Sends the requests of another library's client by a user's own client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        return await self._client.send(request, stream=True, follow_redirects=False)


def client_options(config: TransportConfig) -> dict[str, Any]:
    """Return the options by which a client of httpx sends requests as these settings say.

    Raises:
        ConfigurationError: When a setting cannot work.
    """
    own_client = config.http_client
    if isinstance(own_client, httpx.Client):
        return {"transport": HandOver(own_client)}
    if isinstance(own_client, httpx.AsyncClient):
        return {"transport": AsyncHandOver(own_client)}
    if own_client is not None:
        raise ConfigurationError(
            f"http_client: expected a client of httpx here, got a {type(own_client).__module__} one"
        )
    if config.http2 and find_spec("h2") is None:
        raise ConfigurationError("http2 needs the h2 package: pip install 'julep[http2]'")
    tls = config.tls or (shared_tls(http2=True) if config.http2 else shared_tls())
    found = None if config.proxy else config.environment_proxy()
    if found is not None and not is_proxy_url(found.url):
        raise ConfigurationError(f"{found.variable}: {_A_PROXY}")
    proxy = config.proxy or (found.url if found else None)
    options = {"verify": tls, "http2": config.http2, "proxy": proxy, "trust_env": False}
    # As by our own sockets, nothing that a server sends is sent with other requests.
    return {**options, "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=()))}


def _build_client(kind: type[C], config: TransportConfig) -> C:
    """Build a client of httpx.

    Raises:
        ConfigurationError: When a setting, or a proxy of the environment, cannot work.
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    try:
        return kind(limits=limits, **client_options(config))
    except ImportError:
        raise ConfigurationError(
            "a SOCKS proxy needs the socksio package: pip install 'httpx[socks]'"
        ) from None
    except (ValueError, httpx.InvalidURL):  # their messages may hold a password
        found = config.environment_proxy()
        where = "proxy" if config.proxy or found is None else found.variable
        raise ConfigurationError(f"{where}: {_A_PROXY}") from None
