"""What a type checker sees of answers as Python types. Nothing here is run.

A class is the type of its answers. To type checkers of today a Literal or a union is no class, so
that its answer is an object, unless a variable says more.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypedDict, TypeVar, assert_type

import attrs
import pydantic

from julep import AsyncClient, Client, ParsedResponse
from julep.managers.types import Approve, ParseArgs, RunArgs
from julep.streams import AnswerRejected, AsyncRunStream, RunEvent, RunStream
from julep.types import ChatResponse

ID = "4d5f2b8e-7c1a-4c39-9a55-0f6b8e1d2c3a"
Output = TypeVar("Output")


@dataclasses.dataclass
class City:
    name: str


@attrs.define
class Place:
    name: str


class Point(NamedTuple):
    x: int


class Size(TypedDict):
    width: int


class Color(enum.Enum):
    RED = "red"


class Street(pydantic.BaseModel):
    name: str


def look(city: str) -> str:
    return city


def approve(name: str, arguments: Mapping[str, object]) -> bool:
    return bool(name or arguments)


def parsed(client: Client) -> None:
    assert_type(client.sessions.parse(ID, "Hi", City), ParsedResponse[City])
    assert_type(client.sessions.parse(ID, "Hi", output=Place), ParsedResponse[Place])
    assert_type(client.sessions.parse(ID, "Hi", Point).parsed, Point)
    assert_type(client.sessions.parse(ID, "Hi", Size).parsed, Size)
    assert_type(client.sessions.parse(ID, "Hi", Color).parsed, Color)
    assert_type(client.sessions.parse(ID, "Hi", Street).parsed, Street)
    assert_type(client.sessions.parse(ID, "Hi", int).parsed, int)
    assert_type(client.sessions.parse(ID, "Hi", list[int]).parsed, list[int])
    assert_type(client.sessions.parse(ID, "Hi", dict[str, City]).parsed, dict[str, City])
    found = client.sessions.parse(ID, "Hi", City, [look], repairs=2, approve=approve, seed=1)
    assert_type(found.response, ChatResponse)
    assert_type(found.text, str)
    choice: ParsedResponse[object] = client.sessions.parse(ID, "Hi", Literal["yes", "no"])
    assert_type(choice.parsed, object)


def runs(client: Client, options: RunArgs, more: ParseArgs, decide: Approve) -> None:
    assert_type(client.sessions.run(ID, "Hi", [look]), ChatResponse)
    assert_type(client.sessions.run(ID, "Hi", output=None, **options), ChatResponse)
    assert_type(client.sessions.run(ID, "Hi", [look], output=City), ParsedResponse[City])
    assert_type(client.sessions.run(ID, tools=[look], output=list[City], **more).parsed, list[City])
    with client.sessions.stream_run(ID, "Hi", [look], approve=decide, max_turns=3) as run:
        assert_type(run, RunStream)
        assert_type(run.get_final_response(), ChatResponse)
    with client.sessions.stream_run(ID, "Hi", output=Street, repairs=0) as stream:
        assert_type(stream, RunStream[ParsedResponse[Street]])
        assert_type(next(stream), RunEvent)
        assert_type(stream.get_final_response().parsed, Street)
    client.sessions.iterate_run(ID, "Hi", [look], approve=decide, tool_choice="auto")


async def async_parsed(client: AsyncClient) -> None:
    assert_type(await client.sessions.parse(ID, "Hi", City), ParsedResponse[City])
    assert_type((await client.sessions.parse(ID, "Hi", list[int])).parsed, list[int])
    assert_type((await client.sessions.parse(ID, "Hi", output=Street)).parsed, Street)
    choice: ParsedResponse[object] = await client.sessions.parse(ID, "Hi", Literal["yes", "no"])
    assert_type(choice.parsed, object)


async def async_runs(client: AsyncClient, options: RunArgs, more: ParseArgs) -> None:
    assert_type(await client.sessions.run(ID, "Hi", [look], **options), ChatResponse)
    assert_type(await client.sessions.run(ID, "Hi", output=City, **more), ParsedResponse[City])
    async with client.sessions.stream_run(ID, "Hi", [look], **options) as run:
        assert_type(run, AsyncRunStream)
        assert_type(await run.get_final_response(), ChatResponse)
    async with client.sessions.stream_run(ID, "Hi", output=list[int]) as stream:
        assert_type(stream, AsyncRunStream[ParsedResponse[list[int]]])
        assert_type((await stream.get_final_response()).parsed, list[int])


def generic(client: Client, kind: type[Output], show: Callable[[Output], None]) -> Output:
    found = client.sessions.parse(ID, "Hi", kind)
    show(found.parsed)
    return client.sessions.run(ID, "Hi", [look], output=kind).parsed


def rejected(event: RunEvent) -> str:
    if isinstance(event, AnswerRejected):
        assert_type(event.response, ChatResponse)
        return event.problem
    return ""
