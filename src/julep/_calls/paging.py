"""Walks through a list of the server page by page, while others may change it.

`PageWalk` decides which page is requested next and which of its items are new; `ItemIterator` and
`AsyncItemIterator` are mirror images over it, and send requests only when they are iterated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from julep._arguments.encode import encoded, under
from julep._calls.results import awaited, value
from julep_api.encoding import integer

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.protocols import Driver
    from julep._http.messages import Response
    from julep_api.client import Call

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MAX_PAGE_SIZE: Final = 1000
"""The most items of one page, by the contract."""

DEFAULT_PAGE_SIZE: Final = 100

NEXT_OFFSET_HEADER: Final = "x-julep-next-offset"
"""The header of a page that was ended early: the offset of the page that follows it."""


def is_cut(header: str | None, offset: int, count: int) -> bool:
    """Check whether a server has ended a page early, because its items are long.

    Args:
        header: The response's header of the next offset, if it has one.
        offset: The offset that was requested.
        count: How many items the page has.

    Returns:
        Whether the header has the offset behind these items. With any other value a walk would have
        no end, or leave items out.
    """
    return header == str(offset + count)


class Page(Protocol[T_co]):
    """The result of a list operation."""

    @property
    def items(self) -> Sequence[T_co]:
        """The items of the page."""
        ...


class ListOperation(Protocol[T_co]):
    """An operation of the contract that returns a page, with its other arguments bound to it."""

    def __call__(self, *, limit: int, offset: int) -> Call[Page[T_co]]:
        """Build the call for a page."""
        ...


class PageWalk(Generic[T]):
    """The state of one walk through a list.

    A page is identified by the number of items before it, and others may add or delete items
    between two requests. Each page therefore begins with the last item of the page before. An item
    that comes twice was pushed back by new ones, and is skipped. When no item of a page was seen
    before, items have moved up because others were deleted: the walk goes back to a known one.

    A server ends a page early when its items are long, and states that in a header. Such a page is
    not the last one, however short it is. A page of one item cannot begin with a known item.

    Args:
        api_client: The low-level client that requests the pages.
        page: Builds the call for a page.
        limit: The most items in total, 0 or more; None for all.
        page_size: The items of a page, 1 to 1000.
        key: Returns what identifies an item; its id by default.
        offset: How many items the walk skips before it begins.

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
        offset: int | None = None,
    ) -> None:
        if limit is not None:
            encoded(_encode_limit, limit)
        self.api_client = api_client
        self._page: Any = None
        self._page_of = page
        self._remaining = limit
        if page_size is not None:
            encoded(_encode_page_size, page_size)
        self._page_size = page_size or DEFAULT_PAGE_SIZE
        self._key = key
        self._seen: set[Hashable] = set()
        # Operations of 0.3 that a program has itself have no response to note it from.
        self._next_offset: str | None = None
        self._is_cut = self._is_single = False
        self._start = self._offset = 0 if offset is None else offset
        self.over = limit == 0
        # Built now and sent later: an invalid argument is refused where it was given.
        self._next = self._build_call()

    def more(self) -> Flow[Any, list[T]]:
        """Request the next new items; the list is empty only when the walk is over."""
        fresh: list[T] = []
        while not fresh and not self.over:
            requested = self._request_size()
            self._page = yield from self.api_client.flow_of(self._next, self._note)
            items = self._page.items
            self._is_cut = is_cut(self._next_offset, self._offset, len(items))
            is_last = len(items) < requested and not self._is_cut
            follows = self._offset > self._start and not self._is_single
            if follows and not self._knows_one_of(items):
                self._offset = max(self._start, self._offset - self._page_size)
            elif not self._seen and is_last:
                # The first page is the whole list, and nothing of it must be remembered.
                fresh, self.over = [*items], True
            else:
                fresh = self._take(items)
                self.over = is_last or self._remaining == 0
            if not self.over:
                self._next = self._build_call()
        return fresh

    def begin_with(self, items: Sequence[T]) -> list[T]:
        """Take the items of a first page that was ended early, and continue behind it."""
        self._is_cut = True
        fresh = self._take(items)
        self._next = self._build_call()
        return fresh

    def rest(self) -> Flow[Any, list[T]]:
        """Request all pages that are left; return their items."""
        found: list[T] = []
        while not self.over:
            found += yield from self.more()
        return found

    def whole(self) -> Flow[Any, Page[T]]:
        """Request all pages; return the last response, with the items of all of them."""
        found = yield from self.rest()
        response: Page[T] = self._page
        self._page.items = found
        return response

    def _note(self, response: Response) -> None:
        self._next_offset = response.headers.get(NEXT_OFFSET_HEADER)

    def _request_size(self) -> int:
        """Return how many items to request: those needed, and the known one before them."""
        size = self._page_size
        if self._remaining is not None:
            # The contract has no page of 0 items; with a limit of 0 no page is requested.
            size = min(size, self._remaining or 1)
        return min(MAX_PAGE_SIZE, size + 1) if self._seen else size

    def _build_call(self) -> Call[Page[T]]:
        return encoded(self._page_of, limit=self._request_size(), offset=self._offset)

    def _knows_one_of(self, items: Sequence[T]) -> bool:
        return any(self._key(item) in self._seen for item in items)

    def _take(self, items: Sequence[T]) -> list[T]:
        """Return the new items of a page, and move on to its last one."""
        fresh = self._new_of(items)
        self._is_single = self._is_cut and len(items) == 1
        self._offset += 1 if self._is_single else max(0, len(items) - 1)
        return fresh

    def _new_of(self, items: Sequence[T]) -> list[T]:
        """Return the items that were not seen before, and remember them."""
        fresh: list[T] = []
        for item in items:
            key = self._key(item)
            if key not in self._seen and len(fresh) != self._remaining:
                self._seen.add(key)
                fresh.append(item)
        if self._remaining is not None:
            self._remaining -= len(fresh)
        return fresh


class Source(Protocol[T_co]):
    """Yields items step by step."""

    api_client: Driver
    over: bool

    def more(self) -> Flow[Any, Sequence[T_co]]:
        """Return some items; the list is empty only when there are no more."""
        ...


class ItemIterator(Generic[T]):
    """The items of a list, page after page, in a sync client."""

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


_encode_limit = under("limit", integer(0))
_encode_page_size = under("page_size", integer(1, MAX_PAGE_SIZE))
