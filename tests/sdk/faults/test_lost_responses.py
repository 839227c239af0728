"""Calls to the real server whose responses are lost: done once, with complete results."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from julep import AsyncClient
from julep_server import LocalServer
from tests.sdk.faults.helpers.checks import MANY_RETRIES
from tests.sdk.faults.helpers.lossy_proxies import CutPosition, drop_responses
from tests.sdk.helpers.modes import Mode, make_client
from tests.sdk.helpers.resources import HELLO, new_session
from tests.sdk.transport.helpers.scripted_server import Server

pytestmark = pytest.mark.anyio


def head_of(response: bytes) -> int:
    return response.index(b"\r\n\r\n") + 4


def part(share: float) -> CutPosition:
    """Return the position after a share of the body."""
    return lambda response: head_of(response) + int((len(response) - head_of(response)) * share)


PLACES: dict[str, CutPosition | None] = {
    "before the request is handed on": None,
    "before the head": lambda response: 0,
    "within the status line": lambda response: 9,
    "within the headers": lambda response: head_of(response) // 2,
    "after the head": head_of,
    **{f"after {share:.0%} of the body": part(share) for share in (0.03, 0.2, 0.5, 0.8, 0.97)},
    "before the last byte": lambda response: len(response) - 1,
}
places = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
manners = pytest.mark.parametrize("by_reset", [True, False], ids=["reset", "closed"])


class LossyLink:
    """A proxy to the server that drops responses after `lose`."""

    def __init__(self, server: LocalServer, place: CutPosition | None, *, by_reset: bool) -> None:
        self.port = urlsplit(server.url).port or 0
        self.place = place
        self.by_reset = by_reset
        self.proxy = Server([drop_responses(self.port, None, 0, by_reset=False)])

    def lose(self, times: int) -> None:
        self.proxy.received.clear()
        self.proxy.steps[:] = [drop_responses(self.port, self.place, times, by_reset=self.by_reset)]

    def client(self, mode: Mode) -> AsyncClient:
        return make_client(mode, f"{self.proxy.url}/api", retry=MANY_RETRIES)


async def recorded(client: AsyncClient, session_id: str) -> list[tuple[str, str]]:
    """Return the conversation that the server has stored."""
    history = await client.sessions.history(session_id)
    return [(message.role.value, str(message.content)) for message in history]


@places
@manners
async def test_a_chat_is_recorded_once(
    mode: Mode, server: LocalServer, place: CutPosition | None, by_reset: bool
) -> None:
    losses = LossyLink(server, place, by_reset=by_reset)
    with losses.proxy as proxy:
        async with losses.client(mode) as client:
            session = await new_session(client)
            losses.lose(2)
            reply = await client.sessions.chat(session.id, HELLO)
            attempts = len(proxy.received)
            assert await recorded(client, session.id) == [
                ("user", "Hello"),
                ("assistant", reply.text),
            ]
    assert attempts == 3


@places
@manners
async def test_a_streamed_chat_is_recorded_once_and_complete(
    mode: Mode, server: LocalServer, place: CutPosition | None, by_reset: bool
) -> None:
    losses = LossyLink(server, place, by_reset=by_reset)
    with losses.proxy as proxy:
        async with losses.client(mode) as client:
            session = await new_session(client)
            losses.lose(2)
            async with await client.sessions.chat(session.id, HELLO, stream=True) as stream:
                text = "".join([chunk.text async for chunk in stream])
                whole = await stream.get_final_response()
            attempts = len(proxy.received)
            assert await recorded(client, session.id) == [("user", "Hello"), ("assistant", text)]
    assert whole.text == text
    # The last byte belongs to the framing: all events had been received.
    assert attempts == (1 if place is PLACES["before the last byte"] else 3)


@places
@manners
async def test_a_resource_is_created_once(
    mode: Mode, server: LocalServer, place: CutPosition | None, by_reset: bool
) -> None:
    losses = LossyLink(server, place, by_reset=by_reset)
    mark = str(uuid4())
    with losses.proxy:
        async with losses.client(mode) as client:
            losses.lose(2)
            user = await client.users.create(name="Grace", about="", metadata={"mark": mark})
            losses.lose(2)
            changed = await client.users.update(user_id=user.id, about="tall")
            losses.lose(2)
            assert await client.users.list(metadata_filter={"mark": mark}) == [changed]
            losses.lose(2)
            await client.users.delete(user.id)
            assert await client.users.list(metadata_filter={"mark": mark}) == []
    assert changed.about == "tall"
