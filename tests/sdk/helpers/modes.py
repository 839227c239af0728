"""Clients of every mode behind one interface, so that a test for all of them is written once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, Self, TypeAlias, cast

from julep import AsyncClient, ChatStream, Client, RawResponse
from julep._calls.driver import SyncDriver
from julep._calls.paging import ItemIterator
from julep._calls.stream_events import StreamIterator
from julep.managers.base import BaseManager
from julep.streams import RunStream

Mode: TypeAlias = Literal["sync", "asyncio", "trio"]

_WRAPPED = (
    BaseManager,
    SyncDriver,
    ChatStream,
    Client,
    ItemIterator,
    RunStream,
    StreamIterator,
)

# These return an iterator, a stream or a client, which is awaited in no mode.
_AT_ONCE = ("events", "iterate", "stream", "with_options")


def make_client(mode: Mode, base_url: str, **settings: Any) -> AsyncClient:
    """Create a client; its methods are awaited in every mode."""
    if mode == "sync":
        return cast("AsyncClient", _Awaitable(Client(base_url=base_url, **settings)))
    return AsyncClient(base_url=base_url, **settings)


def unwrapped(client: AsyncClient) -> AsyncClient:
    """Return the client itself, for functions that call its methods without awaiting them."""
    return getattr(client, "_wrapped", client)


class _Awaitable:
    """A sync object with the interface of its async counterpart.

    A call blocks the event loop, so the server that responds to it must run in another thread.
    """

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._wrapped, "close" if name == "aclose" else name)
        if name.startswith(_AT_ONCE):
            return _call_at_once(attribute)
        return _call_when_awaited(attribute) if inspect.ismethod(attribute) else _wrap(attribute)

    async def __aenter__(self) -> Self:
        assert self._wrapped.__enter__() is self._wrapped
        return self

    async def __aexit__(self, *error: object) -> object:
        return self._wrapped.__exit__(*error)

    def __aiter__(self) -> Self:
        assert iter(self._wrapped) is self._wrapped
        return self

    async def __anext__(self) -> Any:
        try:
            return next(self._wrapped)
        except StopIteration:
            raise StopAsyncIteration from None

    def __repr__(self) -> str:
        return repr(self._wrapped)


def _call_when_awaited(method: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return _wrap(method(*args, **kwargs))

    return call


def _call_at_once(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return _wrap(method(*args, **kwargs))

    return call


def _wrap(value: Any) -> Any:
    if isinstance(value, RawResponse):
        raw = cast("Any", value)
        return raw._replace(parsed=_wrap(raw.parsed))
    return _Awaitable(value) if isinstance(value, _WRAPPED) else value
