"""The base of all managers.

A manager's ``Base…`` class has all of its logic, in a private method for each public one. A private
method returns a result or, in an async client, an awaitable of it. The public method of the sync
class returns `value` of that, the one of the async class awaits `awaited` of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from julep._arguments.encode import encoded, under
from julep._calls.paging import MAX_PAGE_SIZE, NEXT_OFFSET_HEADER, PageWalk, is_cut
from julep._lazy import lazy, resolvable
from julep_api.client import Call
from julep_api.decoding import mismatch
from julep_api.encoding import integer

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.protocols import Driver
    from julep._http.messages import Response
    from julep_api.types import JSON
else:
    _, __getattr__, _ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class BaseManager:
    """A manager of one kind of resource.

    Attributes:
        api_client: The low-level client that this manager's calls go through. It may also be an
            object with methods that are named like the contract's operations, such as
            ``get_agent``: a double for tests, for example.
    """

    def __init__(self, api_client: Driver) -> None:
        self.api_client: Driver = api_client

    if not TYPE_CHECKING:

        def __setattr__(self, name, value):
            # Looked up in the class, since a mock itself has every attribute.
            if name == "api_client" and not hasattr(value.__class__, "send"):
                from julep._calls.named_operations import OperationsDriver

                value = OperationsDriver(value)
            super().__setattr__(name, value)

    def _send(
        self, operation: Callable[P, Call[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T | Awaitable[T]:
        """Call an operation of the contract."""
        return self.api_client.send(encoded(operation, *args, **kwargs))

    def _list_all(
        self,
        page: Callable[..., Call[R]],
        limit: int | None,
        offset: int | None,
        key: Callable[[Any], Hashable] = attrgetter("id"),
    ) -> R | Awaitable[R]:
        """Call a list operation as often as the limit requires.

        Args:
            page: The operation, with its arguments other than the limit and the offset.
            limit: The most items to return, 1 or more; None for all.
            offset: How many items to skip.
            key: Returns what identifies an item.

        Returns:
            The last response, with the items of all of them.
        """
        if isinstance(limit, int) and 0 < limit <= MAX_PAGE_SIZE:
            call = encoded(page, limit=limit, offset=offset)
            return self.api_client.run(self._one_page(call, page, limit, offset or 0, key))
        if limit is not None:
            encoded(_encode_limit, limit)
        whole: Flow[Any, Any] = self._walk(page, limit, offset, key).whole()
        return self.api_client.run(whole)

    def _one_page(
        self,
        call: Call[R],
        page: Callable[..., Call[R]],
        limit: int,
        offset: int,
        key: Callable[[Any], Hashable],
    ) -> Flow[Any, R]:
        """Call a list operation once, and again only if the server ends the page early."""
        received: list[Response] = []
        response = yield from self.api_client.flow_of(call, received.append)
        found: Any = response
        count = len(found.items)
        # Empty when a program's own object makes the calls, as in tests.
        header = received[0].headers.get(NEXT_OFFSET_HEADER) if received else None
        if 0 < count < limit and is_cut(header, offset, count):
            walk = self._walk(page, limit, offset, key)
            first = walk.begin_with(found.items)
            found.items = first + (yield from walk.rest())
        return response

    def _walk(
        self,
        page: Callable[..., Call[R]],
        limit: int | None,
        offset: int | None,
        key: Callable[[Any], Hashable],
    ) -> PageWalk[Any]:
        """Return the walk through the longest pages of a list operation.

        Its items have no type here: R is the response that has them.
        """
        pages: Any = page
        return PageWalk(self.api_client, pages, limit, MAX_PAGE_SIZE, key, offset)

    def _total(self, page: Callable[..., Call[R]]) -> int | Awaitable[int]:
        """Call a list operation for the number of its items, of which it requests one."""
        return self.api_client.send(read_by(encoded(page, limit=1, with_total=True), _read_total))

    def _discard(
        self, operation: Callable[P, Call[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[None] | None:
        """Call an operation whose response has nothing to return."""
        return self.api_client.send(read_by(encoded(operation, *args, **kwargs), _nothing))


def read_by(call: Call[R], read: Callable[[JSON], T]) -> Call[T]:
    """Return a call with another reader of its response."""
    # Not by _replace, whose result would have the type of the old reader.
    readers = dict.fromkeys(call.answers, read)
    return Call(
        call.operation,
        call.method,
        call.path,
        readers,
        call.query,
        call.headers,
        call.body,
        call.content,
    )


_encode_limit: Final = under("limit", integer(1))


def _read_total(body: JSON) -> int:
    """Read the number of items from a list's response."""
    total = body.get("total") if isinstance(body, dict) else None
    if not isinstance(total, int):
        raise mismatch("total", "an integer", total)
    return total


def _nothing(body: JSON) -> None:
    """Ignore a response's body."""


resolvable(__name__)
