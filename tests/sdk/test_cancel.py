"""Cancelling the answers that a model is writing."""

from __future__ import annotations

from uuid import UUID

import pytest

from julep import ApiError, AsyncClient
from tests.sdk.helpers.resources import HELLO, UNKNOWN_ID, assert_not_found, new_session
from tests.server.helpers.endpoint import Endpoint

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_stream_is_cancelled(
    model_client: AsyncClient, endpoint: Endpoint, by_id: bool
) -> None:
    endpoint.delay_before = lambda position: 30.0 if position == 2 else 0.0
    session = (await new_session(model_client)).id
    sessions = model_client.sessions
    async with sessions.stream(session, HELLO) as stream:
        chunk = await anext(stream)
        assert await sessions.cancel(session, UNKNOWN_ID) == []
        found = await (
            sessions.cancel(UUID(session), chunk.id) if by_id else sessions.cancel(session)
        )
        assert found == [chunk.id]
        with pytest.raises(ApiError, match="the answer was cancelled") as caught:
            await anext(stream)
    assert caught.value.code == "chat_cancelled"
    assert caught.value.partial is not None
    assert caught.value.partial.text == chunk.text
    assert await sessions.history(session) == []


async def test_nothing_is_running(client: AsyncClient) -> None:
    session = (await new_session(client)).id
    reply = await client.sessions.chat(session, HELLO)
    assert await client.sessions.cancel(session, reply.id) == []
    assert len(await client.sessions.history(session)) == 2
    await assert_not_found(client.sessions.cancel(UNKNOWN_ID), "session", UNKNOWN_ID)
