"""Concurrent calls with a limit.

`gather` makes calls in threads, `agather` in an anyio task group. They are mirror images over one
`_GatherState`, which keeps the results and decides when to stop. The requests of the calls are
paced by the rate limits that the server states: see `julep._calls.pacing`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from julep._calls.flow import current_pacer
from julep._calls.pacing import Pacer
from julep.errors import ConfigurationError, InvalidArgumentError
from julep_api.errors import shown

if TYPE_CHECKING:
    from typing_extensions import TypeIs

T = TypeVar("T")
C = TypeVar("C")

OnError: TypeAlias = Literal["raise", "collect"]
Progress: TypeAlias = bool | Callable[[int, int | None], object]


def gather(
    calls: Iterable[Callable[[], T]], limit: int, on_error: OnError, progress: Progress
) -> list[T | Exception]:
    """Make calls in threads, at most ``limit`` at a time; return their results in order."""
    from queue import SimpleQueue

    _check(calls, limit, on_error, progress)
    done = SimpleQueue[Callable[[], None]]()

    def make(number: int, call: Callable[[], T]) -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  # raised with the results
            done.put(partial(gathering.fail, number, error))
        else:
            done.put(partial(gathering.succeed, number, result))

    # The pool gets no more calls than it has threads, so leaving it waits for running calls only.
    with (
        _gathering(calls, on_error, progress) as gathering,
        _threads(limit) as start,
    ):
        running = 0
        for number, call in _numbered(calls):
            start(partial(make, number, call))
            running += 1
            while running == limit or (running and not done.empty()):
                done.get()()
                running -= 1
            if gathering.failure is not None:
                break
        while running and gathering.failure is None:
            done.get()()
            running -= 1
    return gathering.results()


@contextmanager
def _threads(limit: int) -> Generator[Callable[[Callable[[], None]], object]]:
    """Provide a function that calls others in threads or, when the interpreter ends, here."""
    try:
        from concurrent.futures import ThreadPoolExecutor
    except RuntimeError:  # the interpreter is ending, and loads it no more
        yield lambda function: function()
        return
    pool = ThreadPoolExecutor(limit, "julep-gather")

    def start(function: Callable[[], None]) -> None:
        try:
            pool.submit(copy_context().run, function)
        except RuntimeError:  # the interpreter is ending, and starts no thread
            function()

    try:
        yield start
    except Exception:
        pool.shutdown()
        raise
    except BaseException:
        # Ctrl-C need not wait for the calls that run.
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    else:
        pool.shutdown()


async def agather(
    calls: Iterable[Callable[[], Awaitable[T]]], limit: int, on_error: OnError, progress: Progress
) -> list[T | Exception]:
    """Make calls in tasks, at most ``limit`` at a time; return their results in order."""
    from anyio import Semaphore, create_task_group

    _check(calls, limit, on_error, progress)
    slots = Semaphore(limit)

    async def make(number: int, call: Callable[[], Awaitable[T]]) -> None:
        try:
            result = await call()
        except Exception as error:  # noqa: BLE001  # raised with the results
            gathering.fail(number, error)
        else:
            gathering.succeed(number, result)
        if gathering.failure is None:
            slots.release()
        else:
            group.cancel_scope.cancel()

    with _gathering(calls, on_error, progress) as gathering:
        async with create_task_group() as group:
            try:
                for number, call in _numbered(calls):
                    await slots.acquire()
                    group.start_soon(make, number, call)
            except Exception as error:  # noqa: BLE001  # raised below: the group would wrap it
                gathering.stop(error)
                group.cancel_scope.cancel()
    return gathering.results()


class _GatherState(Generic[T]):
    """The results so far.

    Attributes:
        failure: The first error that is not collected; it stops all calls.
    """

    def __init__(self, *, collects: bool, report: Callable[[int], object]) -> None:
        self.failure: BaseException | None = None
        self._collects = collects
        self._report = report
        self._results: dict[int, T | Exception] = {}

    def succeed(self, number: int, result: T) -> None:
        """Keep the result of a call."""
        self._keep(number, result)

    def fail(self, number: int, error: BaseException) -> None:
        """Collect the error of a call, or stop with it."""
        if self._collects and isinstance(error, Exception):
            self._keep(number, error)
        else:
            self.stop(error)

    def stop(self, error: BaseException) -> None:
        """Stop all calls with an error, unless there is one already."""
        if self.failure is None:
            self.failure = error

    def results(self) -> list[T | Exception]:
        """Return the results in the order of the calls, or raise the error that stopped them."""
        if self.failure is not None:
            raise self.failure
        return [self._results[number] for number in range(len(self._results))]

    def _keep(self, number: int, outcome: T | Exception) -> None:
        self._results[number] = outcome
        try:
            self._report(len(self._results))
        except Exception as error:  # noqa: BLE001  # raised with the results
            self.stop(error)


@contextmanager
def _gathering(
    calls: Iterable[Callable[[], Any]], on_error: OnError, progress: Progress
) -> Generator[_GatherState[Any]]:
    """Provide the state of some calls, whose requests are paced, and report their progress."""
    outer = current_pacer.set(current_pacer.get() or Pacer())
    try:
        yield from _reporting(calls, on_error, progress)
    finally:
        current_pacer.reset(outer)


def _reporting(
    calls: Iterable[Callable[[], Any]], on_error: OnError, progress: Progress
) -> Generator[_GatherState[Any]]:
    """Provide the state of some calls, which reports the number of finished ones."""
    total = len(calls) if isinstance(calls, Sized) else None
    collects = on_error == "collect"
    if not progress:
        yield _GatherState(collects=collects, report=bool)
    elif _is_function(progress):
        yield _GatherState(collects=collects, report=lambda done: progress(done, total))
    else:
        bar = _progress_bar(total)
        try:
            yield _GatherState(collects=collects, report=lambda _: bar.update())
        finally:
            bar.close()


def _progress_bar(total: int | None) -> Any:
    try:
        return import_module("tqdm.auto").tqdm(total=total)
    except ImportError:
        raise ConfigurationError(
            "progress=True needs the tqdm package: pip install 'julep[progress]'"
        ) from None


def _numbered(calls: Iterable[C]) -> Iterator[tuple[int, C]]:
    for number, call in enumerate(calls):
        if not callable(call):
            raise _wrong(f"calls[{number}]", "a function without arguments", call)
        yield number, call


def _check(calls: object, limit: object, on_error: object, progress: object) -> None:
    if not isinstance(calls, Iterable):
        raise _wrong("calls", "an iterable of functions without arguments", calls)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 1000:
        raise _wrong("limit", "an int >= 1 and <= 1000", limit)
    if on_error not in ("raise", "collect"):
        raise _wrong("on_error", "one of 'raise', 'collect'", on_error)
    if not isinstance(progress, bool) and not callable(progress):
        raise _wrong("progress", "True, False, or a function of two numbers", progress)


def _is_function(progress: Progress) -> TypeIs[Callable[[int, int | None], object]]:
    return not isinstance(progress, bool)


def _wrong(path: str, expected: str, got: object) -> InvalidArgumentError:
    return InvalidArgumentError(f"{path}: expected {expected}; got {shown(got)}", path=path)
