"""The bodies of responses that a client of httpx reads."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, Any, Self

from anyio import CancelScope

from julep._http.background import Background, finish_in_thread
from julep._http.content_encoding import BodyCollector, ContentDecodingError
from julep._http.exchange import FINISH_SECONDS
from julep._http.httpx_adapter import HttpxAdapter, check_time, unreadable
from julep._http.messages import Response, UnreadableResponse
from julep._http.open_responses import owner_of
from julep._http.own_task import in_own_task
from julep.errors import NetworkError

if TYPE_CHECKING:
    import httpx

    from julep._http.async_lease import AsyncDeadlines, AsyncLease
    from julep._http.deadlines import Deadlines
    from julep._http.leases import Leases
    from julep._http.open_responses import OpenResponses, Owner, SyncOpenResponses
    from julep._http.sync_lease import SyncLease


class HttpxExchange:
    """A request in flight, as the owner of its response."""

    def __init__(self) -> None:
        self.response: httpx.Response | None = None

    def shut_down(self) -> None:
        """End a read that waits in another thread, unless others share its connection (HTTP/2)."""
        response = self.response
        if response is None or not response.http_version.startswith("HTTP/1"):
            return
        stream: Any = response.extensions.get("network_stream")
        if stream is not None:
            with suppress(OSError):
                stream.get_extra_info("socket").shutdown(SHUT_RDWR)


class HttpxBody:
    """The body of a response that is still open.

    It is read and closed in other threads: Ctrl-C within the library could leave its locks held.
    While a thread reads, the response is that thread's own, and is not among the open ones.
    """

    def __init__(
        self,
        response: httpx.Response,
        adapter: HttpxAdapter,
        deadlines: Deadlines,
        leases: Leases[HttpxExchange],
        lease: SyncLease[HttpxExchange],
        responses: SyncOpenResponses[httpx.Response],
    ) -> None:
        self._adapter = adapter
        self._deadlines = deadlines
        self._leases = leases
        self._lease = lease
        self._responses = responses
        self._chunks = response.iter_bytes()
        self._is_over = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        lease, deadlines = self._lease, self._deadlines
        lease.check_open(deadlines)
        if lease.place is None:
            raise StopIteration
        check_time(deadlines.request)
        deadlines.start_total()
        read = partial(self._read, owner_of(lease))
        try:
            piece = Background(read).result(lease, deadlines)
        except BaseException as error:
            self.close()
            # The library's error may result from the cut, or from a time that is over.
            if isinstance(error, NetworkError):
                lease.check_open(deadlines)
                check_time(deadlines.request)
            raise
        if piece is None:
            self.close()
            # A connection that was cut ends, and for some bodies that is the regular end.
            lease.check_open(deadlines)
            check_time(deadlines.request)
            raise StopIteration
        return piece

    def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        self._deadlines.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                for _ in self:
                    pass
        finally:
            self.close()

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        self.abandon()
        if self._responses.without_owner():
            finish_in_thread(self._responses.close_left)

    def abandon(self) -> None:
        """End the connection; a later request closes the response, which waits for locks."""
        self._leases.remove(self._lease)
        exchange = self._lease.connection
        if not self._is_over and exchange is not None:
            exchange.shut_down()  # another thread may read

    def _read(self, owner: Owner) -> bytes | None:
        """Read the next piece; None is the end. A read that nothing waits for closes the response.

        Raises:
            NetworkError: When the body is lost.
        """
        response = self._responses.take(owner)
        if response is None:
            return None
        piece, request = None, self._deadlines.request
        try:
            with self._adapter.secrets_hidden(request):
                piece = next(self._chunks, None)
        except Exception as error:  # noqa: BLE001  # whatever a library raises
            raise self._adapter.network_error(request, error) from None
        finally:
            if piece is None:
                self._is_over = True
                response.close()
            else:
                self._responses.add(owner, response)
        return piece


class AsyncHttpxBody:
    """The body of a response that is still open."""

    def __init__(
        self,
        response: httpx.Response,
        adapter: HttpxAdapter,
        deadlines: AsyncDeadlines,
        leases: Leases[HttpxExchange],
        lease: AsyncLease[HttpxExchange],
        responses: OpenResponses[httpx.Response],
    ) -> None:
        self._response = response
        self._responses = responses
        self._adapter = adapter
        self._deadlines = deadlines
        self._leases = leases
        self._lease = lease
        # aiter_bytes reads through aiter_raw, and drops it half-read when a body is not gzip.
        self._raw = raw = response.aiter_raw()
        vars(response)["aiter_raw"] = lambda: raw
        self._chunks = response.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        request = self._deadlines.request
        self._lease.check_open(self._deadlines)
        check_time(request)
        with self._deadlines:
            self._deadlines.start_total()
            try:
                piece = await in_own_task(self._next)
            except Exception as error:  # noqa: BLE001  # whatever a library raises
                raise self._adapter.network_error(request, error) from None
            if piece is None:
                await self.aclose()
                raise StopAsyncIteration
            return piece
        self._lease.check_open(self._deadlines)
        raise self._deadlines.timeout_error()

    async def _next(self) -> bytes | None:
        """Return the next piece; None is the end."""
        with self._adapter.secrets_hidden(self._deadlines.request):
            return await anext(self._chunks, None)

    async def read(self) -> Response | UnreadableResponse:
        """Read the body whole, in the request's own task, and return the response.

        Raises:
            NetworkError: When the rest is lost.
        """
        response, collector = self._response, BodyCollector()
        try:
            with self._adapter.secrets_hidden(self._deadlines.request):
                async for piece in self._chunks:
                    collector.add(piece)
            return Response(response.status_code, response.headers, collector.body())
        except (ContentDecodingError, self._adapter.decoding_error) as error:
            return unreadable(response, error)
        except Exception as error:  # noqa: BLE001  # whatever a library raises
            raise self._adapter.network_error(self._deadlines.request, error) from None
        finally:
            await self._close()

    async def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        self._deadlines.shorten(FINISH_SECONDS)
        try:
            with suppress(NetworkError):
                async for _ in self:
                    pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        await in_own_task(self._close)

    async def _close(self) -> None:
        self._leases.remove(self._lease)
        with CancelScope(shield=True):
            await self._response.aclose()
            # httpx reads through nested async generators. trio warns of those that the garbage
            # collector finds suspended; reading on from a closed response ends them all.
            for suspended in (self._chunks, self._raw):
                with suppress(*self._adapter.errors):
                    async for _ in suspended:
                        pass
        self._responses.take(owner_of(self._lease))

    def abandon(self) -> None:
        """Leave the response to the next request: closing it takes the event loop."""
