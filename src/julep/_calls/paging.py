"""Walking a list of the server page by page, while others may change it.

`PageWalk` decides what is asked for next and what is new in an answer; `ItemIterator` and `AsyncItemIterator` are
mirror images over it, and ask only when they are iterated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from julep._arguments.encode import encoded
from julep.managers.base import awaited, value
from julep_api.encoding import integer
from julep_api.errors import EncodeError

if TYPE_CHECKING:
    from julep._calls.driver import Driver
    from julep._calls.flow import Flow
    from julep_api.client import Call

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_PAGE_SIZE: Final = 1000
"""The most items that the contract lets one page have."""

DEFAULT_PAGE_SIZE: Final = 100


class Page(Protocol[T_co]):
    """The answer to a list operation."""

    @property
    def items(self) -> Sequence[T_co]:
        """What the page holds."""
        ...


class ListOperation(Protocol[T_co]):
    """An operation of the contract that gives a page; all else that it takes is bound to it."""

    def __call__(self, *, limit: int, offset: int) -> Call[Page[T_co]]:
        """Make the call for a page."""
        ...


class PageWalk(Generic[T]):
    """The state of one walk through a list.

    Pages are found by how many items precede them, and others may add or delete items between two
    pages. Each page therefore begins with the last item of the one before. An item that comes
    twice was pushed back by new ones, and is passed over. A page of which none is known may come
    after some that moved up when others were deleted: the walk goes back to where it knows one.

    Args:
        api_client: What the pages are asked for with.
        page: Makes the call for a page.
        limit: The most items in total, 0 or more; None for all.
        page_size: How many items a page has, 1 to 1000.
        key: What tells an item from every other; its id when not given.

    Raises:
        ArgumentTypeError: When a number is not an int.
        InvalidArgumentError: When a number is out of bounds.
    """

    def __init__(
        self,
        api_client: Driver,
        page: ListOperation[T],
        limit: int | None,
        page_size: int | None,
        key: Callable[[T], Hashable] = attrgetter("id"),
    ) -> None:
        if limit is not None:
            encoded(_encode_limit, limit)
        self.api_client = api_client
        self._page = page
        self._left = limit
        self._page_size = (
            DEFAULT_PAGE_SIZE if page_size is None else encoded(_encode_page_size, page_size)
        )
        self._key = key
        self._seen: set[Hashable] = set()
        self._offset = 0
        self.over = limit == 0
        # Made now and asked for later: a bad argument is refused where it was given.
        self._next = self._ask()

    def more(self) -> Flow[Any, list[T]]:
        """Get the next new items; none of them only when the walk is over."""
        fresh: list[T] = []
        while not fresh and not self.over:
            asked = self._asked()
            items = (yield from self.api_client.ask(self._next)).items
            if self._offset > 0 and not self._knows_one_of(items):
                self._offset = max(0, self._offset - self._page_size)
            else:
                fresh = self._new_of(items)
                self._offset += max(0, len(items) - 1)
                self.over = len(items) < asked or self._left == 0
            if not self.over:
                self._next = self._ask()
        return fresh

    def _asked(self) -> int:
        """Tell how many items to ask for: no more than are wanted, and the one that is known."""
        wanted = self._page_size
        if self._left is not None:
            # The contract has no page of 0; where 0 are wanted, this one is never asked for.
            wanted = min(wanted, self._left or 1)
        return min(MAX_PAGE_SIZE, wanted + 1) if self._seen else wanted

    def _ask(self) -> Call[Page[T]]:
        return encoded(self._page, limit=self._asked(), offset=self._offset)

    def _knows_one_of(self, items: Sequence[T]) -> bool:
        return any(self._key(item) in self._seen for item in items)

    def _new_of(self, items: Sequence[T]) -> list[T]:
        """Give the items that did not come before, and remember them."""
        fresh: list[T] = []
        for item in items:
            key = self._key(item)
            if key not in self._seen and len(fresh) != self._left:
                self._seen.add(key)
                fresh.append(item)
        if self._left is not None:
            self._left -= len(fresh)
        return fresh


class Source(Protocol[T_co]):
    """What gives items step by step."""

    api_client: Driver
    over: bool

    def more(self) -> Flow[Any, Sequence[T_co]]:
        """Get some items; none of them only when all is over."""
        ...


class ItemIterator(Generic[T]):
    """The items of a list, page after page, in a blocking client."""

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._ready: deque[T] = deque()

    def __iter__(self) -> ItemIterator[T]:
        return self

    def __next__(self) -> T:
        if not self._ready and not self._source.over:
            self._ready.extend(value(self._source.api_client.run(self._source.more())))
        if not self._ready:
            raise StopIteration
        return self._ready.popleft()


class AsyncItemIterator(Generic[T]):
    """The items of a list, page after page, in an async client."""

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._ready: deque[T] = deque()

    def __aiter__(self) -> AsyncItemIterator[T]:
        return self

    async def __anext__(self) -> T:
        if not self._ready and not self._source.over:
            self._ready.extend(await awaited(self._source.api_client.run(self._source.more())))
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()


def _encode_limit(limit: int) -> object:
    try:
        return integer(0)(limit)
    except EncodeError as error:
        raise error.under("limit") from None


def _encode_page_size(page_size: int) -> int:
    try:
        integer(1, MAX_PAGE_SIZE)(page_size)
    except EncodeError as error:
        raise error.under("page_size") from None
    return page_size
