"""One way to write a test for both colours: the blocking client behind the async one's face."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, Self, TypeAlias, cast

from julep import AsyncClient, ChatStream, Client, RawResponse
from julep._calls.driver import SyncDriver
from julep._calls.paging import ItemIterator
from julep.managers.base import BaseManager

Mode: TypeAlias = Literal["sync", "asyncio", "trio"]

_WRAPPED = (BaseManager, SyncDriver, ChatStream, Client, ItemIterator)

# What gives an iterator or a client is awaited in neither colour; what these give is, in one.
_AT_ONCE = ("iterate", "with_options")


def make_client(mode: Mode, base_url: str, **settings: Any) -> AsyncClient:
    """Make the client of a colour, to be awaited whatever its colour is."""
    if mode == "sync":
        return cast("AsyncClient", _Awaitable(Client(base_url=base_url, **settings)))
    return AsyncClient(base_url=base_url, **settings)


def unwrapped(client: AsyncClient) -> AsyncClient:
    """Undo what lets a blocking client be awaited: what it is to call itself has to block."""
    return getattr(client, "_wrapped", client)


class _Awaitable:
    """A blocking object with the names and the awaitable methods of its async twin.

    A call blocks right where it is made, so what answers it has to run in a thread of its own.
    """

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._wrapped, "close" if name == "aclose" else name)
        if name.startswith(_AT_ONCE):
            return _call_at_once(attribute)
        return _call_when_awaited(attribute) if inspect.ismethod(attribute) else _face(attribute)

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
        return _face(method(*args, **kwargs))

    return call


def _call_at_once(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return _face(method(*args, **kwargs))

    return call


def _face(value: Any) -> Any:
    if isinstance(value, RawResponse):
        raw = cast("Any", value)
        return raw._replace(parsed=_face(raw.parsed))
    return _Awaitable(value) if isinstance(value, _WRAPPED) else value
