"""The cost of calls in memory, blocks and function calls, which do not depend on the machine.

Each bound is a little above the count; see docs/decisions/0020 before raising one.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable, Generator, Iterator
from statistics import median
from typing import Any

import pytest

import julep
from julep._calls.sse import EventDecoder
from julep.managers.session import SessionsManager
from julep_api.models import ChatResponse, ChatResponseChunk, ListSessionsResponse, Session

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
ITEMS = 1000
MESSAGES: Any = [{"role": "user", "content": "Where is my order?"}] * 10


def session(number: int) -> dict[str, Any]:
    return {
        "id": f"4d5f2b8e-7c1a-4c39-9a55-{number:012}",
        "agent_id": ID,
        "user_id": ID,
        "situation": "You are talking to a customer about an order that arrived late.",
        "summary": "The customer asked about a late order.",
        "metadata": {"plan": "pro", "region": "eu-west-1"},
        "render_templates": False,
        "created_at": "2026-05-31T12:34:56.789012Z",
        "updated_at": "2026-06-01T08:00:00.000001Z",
    }


LIST = json.dumps({"items": [session(number) for number in range(ITEMS)]})


def as_dicts() -> object:
    return json.loads(LIST)


def as_models() -> object:
    return ListSessionsResponse.from_dict(json.loads(LIST))


@pytest.fixture(autouse=True)
def no_garbage() -> Iterator[None]:
    """Collect garbage of other tests before counting, and none meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def memory_of(make: Callable[[], object]) -> float:
    """Return the bytes that a function's result holds."""

    def count() -> int:
        tracemalloc.start()
        try:
            kept = make()
            size = tracemalloc.get_traced_memory()[0]
            del kept
        finally:
            tracemalloc.stop()
        return size

    return middle_of(make, count)


def blocks_of(make: Callable[[], object]) -> float:
    """Return the blocks of memory that a function's result holds."""

    def count() -> int:
        before = sys.getallocatedblocks()
        kept = make()
        after = sys.getallocatedblocks()
        del kept
        return after - before

    return middle_of(make, count)


def middle_of(make: Callable[[], object], count: Callable[[], int]) -> float:
    """Return the middle one of some counts: threads of other tests hold memory as well."""
    make()  # objects that are made once do not count
    return median(count() for _ in range(5))


def calls_of(run: Callable[[], object]) -> int:
    """Count the calls of Python functions while a function runs for the second time."""
    run()
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count - 1  # the function itself


def test_a_list_of_models_is_smaller_than_the_dicts_it_was_read_from() -> None:
    assert memory_of(as_models) < 0.75 * memory_of(as_dicts)


def test_a_model_takes_fewer_blocks_than_its_dict() -> None:
    # 10 for a model: itself, 3 texts, 2 times, and metadata with its keys and 2 values.
    assert blocks_of(as_models) < 10.5 * ITEMS
    assert blocks_of(as_dicts) > 12.5 * ITEMS


def test_reading_a_model_calls_no_function_for_its_fields() -> None:
    assert calls_of(lambda: Session.from_dict(session(1))) <= 1 + 1  # its dict, and the reader


def test_reading_a_list_calls_one_function_for_an_item() -> None:
    def page(count: int) -> Callable[[], object]:
        items: Any = [session(1)] * count
        return lambda: ListSessionsResponse.from_dict({"items": items})

    assert calls_of(page(110)) - calls_of(page(10)) == 100


def test_the_cost_of_an_item_does_not_depend_on_their_number() -> None:
    def page(count: int) -> Callable[[], object]:
        text = json.dumps({"items": [session(number) for number in range(count)]})
        return lambda: ListSessionsResponse.from_dict(json.loads(text))

    assert calls_of(page(20_001)) - calls_of(page(1)) == 20_000
    assert 9.9 < blocks_of(page(10_000)) / blocks_of(page(1000)) < 10.1


def test_reading_plain_events_calls_one_function_for_an_event() -> None:
    def stream(count: int) -> Callable[[], object]:
        return lambda: EventDecoder().feed(b"data: {}\n\n" * count)

    assert calls_of(stream(110)) - calls_of(stream(10)) == 100


def test_reading_a_chunk_calls_a_function_for_each_object() -> None:
    chunk: Any = {"id": ID, "delta": {"role": "assistant", "content": "a"}, "finish_reason": None}
    assert calls_of(lambda: ChatResponseChunk.from_dict(dict(chunk))) <= 3


class Stub:
    """A driver that returns a given response."""

    is_async = False

    def __init__(self, response: object) -> None:
        self._answer = response

    def send(self, call: object) -> object:
        del call
        return self._answer

    def flow_of(self, call: object, on_response: object) -> Generator[None, None, object]:
        del call, on_response
        yield from ()
        return self._answer

    def run(self, flow: Generator[None, None, object]) -> object:
        try:
            next(flow)
        except StopIteration as end:
            return end.value
        raise AssertionError("the flow has no steps")


def manager(response: object) -> SessionsManager:
    driver: Any = Stub(response)
    return SessionsManager(driver)


PAGE = ListSessionsResponse(items=[Session(ID, ID)])
REPLY = ChatResponse.from_dict({}, partial=True)


@pytest.mark.parametrize(
    ("run", "bound"),
    [
        (lambda: manager(PAGE.items[0]).get(ID), 25),
        # A limit may need several requests, also because a server has ended a page early.
        (lambda: manager(PAGE).list(limit=10), 30),
        (lambda: manager(REPLY).chat(ID, MESSAGES, max_tokens=100), 155),
    ],
    ids=["get", "list", "chat of 10 messages"],
)
def test_a_call_with_plain_arguments_calls_few_functions(
    run: Callable[[], object], bound: int
) -> None:
    assert calls_of(run) <= bound


@pytest.mark.parametrize("make", [julep.Client, julep.AsyncClient])
def test_a_further_client_is_small(make: Callable[[], object]) -> None:
    assert memory_of(make) < 10_000
