"""What the model sees: the request of a chat without making it, and explanations of answers."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from julep import AsyncClient
from julep.managers.types import ToolInput
from julep.types import Explanation, PromptPart, RenderedChat
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, assert_not_found, new_agent
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio


async def session_with_docs(client: AsyncClient) -> str:
    agent = await client.agents.create(
        name="Ada", docs=[{"title": "Hello", "content": ["Hello, hello, world."]}]
    )
    return (await client.sessions.create(agent_id=agent.id, situation="A quiet library")).id


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.5, "tool_choice": "auto", "stop": "a"}])
@pytest.mark.parametrize("stream", [None, True])
async def test_render_is_what_the_model_gets_then(
    model_client: AsyncClient, endpoint: Endpoint, settings: dict[str, Any], stream: bool | None
) -> None:
    session = await session_with_docs(model_client)
    tools: list[ToolInput] = [
        {"type": "function", "function": {"name": "add up", "parameters": {}}}
    ]
    rendered = await model_client.sessions.render(
        UUID(session), "Hello, world", tools, stream=stream, **settings
    )
    assert endpoint.requests == []
    assert isinstance(rendered, RenderedChat)
    if stream:
        async with model_client.sessions.stream(
            session, "Hello, world", tools, **settings
        ) as chunks:
            assert [chunk async for chunk in chunks]
    else:
        await model_client.sessions.chat(session, "Hello, world", tools, **settings)
    text = json.dumps(rendered.request, ensure_ascii=False, separators=(",", ":"))
    assert endpoint.contents == [text.encode()]


async def test_render_explains_the_request(client: AsyncClient) -> None:
    session = await session_with_docs(client)
    explanation = (await client.sessions.render(session, HELLO)).explanation
    assert isinstance(explanation, Explanation)
    assert all(isinstance(part, PromptPart) for part in explanation.parts)
    assert [part.kind for part in explanation.parts] == [
        "situation",
        "agent",
        "document",
        "message",
    ]
    assert explanation.tokens == sum(part.tokens for part in explanation.parts)
    (match,) = explanation.docs
    assert (match.title, match.text, match.left_out) == ("Hello", "Hello, hello, world.", None)
    assert match.rank_by_words is None  # a greeting is no word to search for
    assert explanation.memories == []
    assert await client.sessions.history(session) == []


async def test_an_answer_has_an_explanation_on_request(client: AsyncClient) -> None:
    session = await session_with_docs(client)
    sessions = client.sessions
    assert (await sessions.chat(session, HELLO, record=False)).explanation is None
    expected = (await sessions.render(session, HELLO)).explanation
    assert (await sessions.chat(session, HELLO, record=False, explain=True)).explanation == expected
    async with sessions.stream(session, HELLO, record=False, explain=True) as stream:
        assert [chunk async for chunk in stream][-1].explanation == expected
        assert (await stream.get_final_response()).explanation == expected
    ran = await sessions.run(session, HELLO, explain=True)
    assert ran.explanation is not None
    assert [part.kind for part in ran.explanation.parts][-1] == "message"


async def test_render_of_an_unknown_session_is_not_found(client: AsyncClient) -> None:
    await new_agent(client)
    await assert_not_found(client.sessions.render(UNKNOWN_ID, HELLO), "session", UNKNOWN_ID)
