"""What a type checker sees of answers that are read as Python types. Nothing here is run."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Literal, NamedTuple, TypedDict, assert_type

from julep import AsyncClient, Client, ParsedResponse
from julep.types import ChatResponse


@dataclasses.dataclass
class Recipe:
    """A dataclass."""

    name: str
    minutes: int = 20


class Point(NamedTuple):
    """A tuple with names."""

    x: int
    y: int


class Movie(TypedDict):
    """A dict with known keys."""

    title: str


class Mood(Enum):
    """An enum."""

    GOOD = "good"
    BAD = "bad"


def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def outputs(client: Client, id: str) -> None:
    found = client.sessions.parse(id, "A recipe, please.", Recipe)
    assert_type(found, ParsedResponse[Recipe])
    assert_type(found.parsed.minutes, int)
    assert_type(found.response, ChatResponse)
    assert_type(found.text, str)
    parse = client.sessions.parse
    assert_type(parse(id, "A list.", list[int]).parsed, list[int])
    assert_type(parse(id, "Recipes.", list[Recipe]).parsed[0].name, str)
    assert_type(parse(id, "Where?", Point).parsed.x, int)
    assert_type(parse(id, "Which?", Movie).parsed["title"], str)
    assert_type(parse(id, "How?", output=Mood).parsed, Mood)
    assert_type(parse(id, "How many?", int, repairs=None, temperature=0.5).parsed, int)
    assert_type(parse(id, "2 + 2?", int, [add], max_turns=3, tool_choice="auto").parsed, int)
    # What is no class is a ``type[T]`` to some type checkers only.
    answer: ParsedResponse[object] = parse(id, "Yes or no?", Literal["yes", "no"])
    answer = parse(id, "A number, if any.", int | None)
    assert_type(answer.response, ChatResponse)


async def async_outputs(client: AsyncClient, id: str) -> None:
    found = await client.sessions.parse(id, "A recipe, please.", Recipe)
    assert_type(found, ParsedResponse[Recipe])
    assert_type(found.parsed.minutes, int)
    parse = client.sessions.parse
    assert_type((await parse(id, "A list.", list[int])).parsed, list[int])
    assert_type((await parse(id, "Where?", Point)).parsed.x, int)
    assert_type((await parse(id, "Which?", Movie)).parsed["title"], str)
    assert_type((await parse(id, "How?", output=Mood)).parsed, Mood)
    assert_type((await parse(id, "2 + 2?", int, [add], repairs=2)).parsed, int)
    answer: ParsedResponse[object] = await parse(id, "Yes?", Literal["yes", "no"])
    assert_type(answer.response, ChatResponse)
