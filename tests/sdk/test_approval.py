"""Calls that need an approval, and runs that continue from the history."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from julep import AsyncClient, InvalidArgumentError, NotApprovedError, ToolResult
from julep.managers.types import InputChatMlMessageDict, ToolDict
from tests.sdk.helpers.modes import Mode
from tests.sdk.helpers.resources import new_session
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio

SAID: list[InputChatMlMessageDict] = [{"role": "user", "content": "Book two nights."}]
BOOK: ToolDict = {"type": "function", "function": {"name": "book", "parameters": {}}}


def calls(*arguments: Mapping[str, object], name: str = "book") -> dict[str, Any]:
    """Return a model's response that calls a function."""
    functions = [{"name": name, "arguments": json.dumps(each)} for each in arguments]
    return {
        "content": None,
        "tool_calls": [
            {"id": f"c{n}", "type": "function", "function": each}
            for n, each in enumerate(functions)
        ],
    }


def sent_results(endpoint: Endpoint) -> list[str]:
    messages = endpoint.requests[-1]["messages"]
    return [message["content"] for message in messages if message["role"] == "tool"]


class Desk:
    """What is booked."""

    def __init__(self) -> None:
        self.booked: list[str] = []

    def book(self, city: str) -> str:
        """Book a night."""
        self.booked.append(city)
        return "booked"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("decision", [True, False, "it costs too much", ""])
async def test_a_call_is_made_only_when_it_is_approved(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk, decision: bool | str
) -> None:
    decided: list[tuple[str, object]] = []

    def approve(name: str, arguments: Mapping[str, object]) -> bool | str:
        decided.append((name, dict(arguments)))
        assert desk.booked == []
        return decision

    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}), {"content": "Well."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [desk.book], approve=approve)
    steps = [step async for step in walk]
    assert decided == [("book", {"city": "Bergen"})]
    assert desk.booked == (["Bergen"] if decision is True else [])
    (result,) = [step for step in steps if isinstance(step, ToolResult)]
    assert sent_results(endpoint) == [result.content]
    if decision is True:
        assert (result.content, result.error) == ("booked", None)
    else:
        assert isinstance(result.error, NotApprovedError)
        reason = f": {decision}" if decision else ""
        assert result.content == json.dumps({"error": f"the call of book was not approved{reason}"})


async def test_each_call_is_decided_before_any_is_made(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    def approve(_: str, arguments: Mapping[str, object]) -> bool:
        assert desk.booked == []
        return arguments["city"] == "Oslo"

    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}, {"city": "Oslo"}), {"content": "Well."}]
    await model_client.sessions.run(session.id, SAID, [desk.book], approve=approve)
    assert desk.booked == ["Oslo"]
    first, second = sent_results(endpoint)
    assert "was not approved" in first
    assert second == "booked"


async def test_a_call_that_cannot_be_made_needs_no_decision(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls({"town": "Bergen"}), calls({}, name="cook"), {"content": "Well."}]
    await model_client.sessions.run(
        session.id, SAID, [desk.book], approve=lambda _name, _arguments: pytest.fail("called")
    )
    assert ["error" in json.loads(each) for each in sent_results(endpoint)] == [True, True]


class Approver:
    async def __call__(self, name: str, arguments: Mapping[str, object]) -> bool:
        await anyio.lowlevel.checkpoint()
        return arguments["city"] == "Oslo"


async def async_approve(name: str, arguments: Mapping[str, object]) -> bool:
    return await Approver()(name, arguments)


@functools.wraps(async_approve)
def wrapped_approve(*args: Any) -> Any:
    return async_approve(*args)


@pytest.mark.parametrize("approve", [async_approve, wrapped_approve, Approver()])
@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_an_async_decision(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk, approve: Callable[..., Any]
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}, {"city": "Oslo"}), {"content": "Well."}]
    await model_client.sessions.run(session.id, SAID, [desk.book], approve=approve)
    assert desk.booked == ["Oslo"]


@pytest.mark.parametrize("mode", ["sync"])
async def test_an_async_function_that_decides_requires_an_async_client(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    session = await new_session(model_client)
    with pytest.raises(InvalidArgumentError, match=r"^approve: an async function requires"):
        await model_client.sessions.run(session.id, SAID, [desk.book], approve=async_approve)
    assert endpoint.requests == []


async def test_an_error_of_the_decision_ends_the_run_before_the_call(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    def approve(_name: str, _arguments: object) -> bool:
        raise PermissionError("nobody is there")

    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}), {"content": "Booked."}]
    with pytest.raises(PermissionError, match="nobody is there"):
        await model_client.sessions.run(session.id, SAID, [desk.book], approve=approve)
    assert desk.booked == []
    # A person decides later.
    reply = await model_client.sessions.run(session.id, tools=[desk.book])
    assert (reply.text, desk.booked) == ("Booked.", ["Bergen"])


async def test_a_decision_of_another_type_is_an_error(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    def forgetful(_name: str, _arguments: object) -> None:
        """Decide nothing."""

    approve: Any = forgetful
    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"})]
    with pytest.raises(TypeError, match=r"^approve: expected True, False or the reason"):
        await model_client.sessions.run(session.id, SAID, [desk.book], approve=approve)
    assert desk.booked == []


async def test_a_run_continues_from_the_history(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}, {"city": "Oslo"}), {"content": "Booked."}]
    walk = model_client.sessions.iterate_run(session.id, SAID, [desk.book])
    await anext(aiter(walk))  # the model's calls, after which the program ends
    assert desk.booked == []
    reply = await model_client.sessions.run(session.id, tools=[desk.book])
    assert (reply.text, sorted(desk.booked)) == ("Booked.", ["Bergen", "Oslo"])
    roles = [message.role.value for message in await model_client.sessions.history(session.id)]
    called = ["function_call", "function_call", "function", "function"]
    assert roles == ["user", *called, "assistant"]


async def test_a_call_that_has_a_result_is_not_made_again(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    session = await new_session(model_client)
    history: list[InputChatMlMessageDict] = [
        *SAID,
        {"role": "function_call", "content": '{"name": "book", "arguments": {"city": "Bergen"}}'},
        {"role": "function_call", "content": '{"name": "book", "arguments": {"city": "Oslo"}}'},
        {"role": "function", "name": "book", "content": "booked"},
    ]
    endpoint.script = [calls({"city": "Voss"}), {"content": "Booked."}]
    await model_client.sessions.chat(session.id, history, [BOOK])
    reply = await model_client.sessions.run(session.id, tools=[desk.book])
    assert reply.text == "Booked."
    assert sorted(desk.booked) == ["Oslo", "Voss"]


@pytest.mark.parametrize("said", [[], SAID])
async def test_a_history_without_open_calls_needs_messages(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk, said: Any
) -> None:
    session = await new_session(model_client)
    if said:
        await model_client.sessions.chat(session.id, said)
    sent = len(endpoint.requests)
    with pytest.raises(InvalidArgumentError, match=r"^messages: expected messages, as the history"):
        await model_client.sessions.run(session.id, tools=[desk.book])
    assert len(endpoint.requests) == sent


async def test_an_open_call_needs_its_function(
    model_client: AsyncClient, endpoint: Endpoint, desk: Desk
) -> None:
    session = await new_session(model_client)
    endpoint.script = [calls({}, name="other")]
    other: ToolDict = {"type": "function", "function": {"name": "other", "parameters": {}}}
    await model_client.sessions.chat(session.id, SAID, [other])
    with pytest.raises(InvalidArgumentError, match=r"^tools: the history has a call of other"):
        await model_client.sessions.run(session.id, tools=[desk.book, other])
    assert desk.booked == []


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_cancelled_run_continues(
    model_client: AsyncClient, endpoint: Endpoint, mode: Mode
) -> None:
    started: list[str] = []

    async def book(city: str) -> str:
        started.append(city)
        if len(started) == 1:
            scope.cancel()
            await anyio.sleep_forever()
        return "booked"

    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}), {"content": "Booked."}]
    with anyio.CancelScope() as scope:
        await model_client.sessions.run(session.id, SAID, [book])
    assert scope.cancelled_caught
    assert (await model_client.sessions.run(session.id, tools=[book])).text == "Booked."
    assert started == ["Bergen", "Bergen"]


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
async def test_a_wrapped_async_function_is_awaited(
    model_client: AsyncClient, endpoint: Endpoint
) -> None:
    async def book(city: str) -> str:
        await anyio.lowlevel.checkpoint()
        return f"booked {city}"

    @functools.wraps(book)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return book(*args, **kwargs)

    session = await new_session(model_client)
    endpoint.script = [calls({"city": "Bergen"}), {"content": "Booked."}]
    await model_client.sessions.run(session.id, SAID, [wrapped])
    assert sent_results(endpoint) == ["booked Bergen"]
