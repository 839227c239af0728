"""What the real server does is done once, wherever the answer is lost, and arrives whole."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from julep import AsyncClient
from julep_server import LocalServer
from tests.sdk.faults.helpers.checks import PATIENT
from tests.sdk.faults.helpers.lossy_proxies import Place, losing
from tests.sdk.helpers.modes import Colour, client_of
from tests.sdk.helpers.resources import HELLO, new_session
from tests.sdk.transport.helpers.scripted_server import Server

pytestmark = pytest.mark.anyio


def head_of(answer: bytes) -> int:
    return answer.index(b"\r\n\r\n") + 4


def part(share: float) -> Place:
    """So much of the body."""
    return lambda answer: head_of(answer) + int((len(answer) - head_of(answer)) * share)


PLACES: dict[str, Place | None] = {
    "before the request is handed on": None,
    "before the head": lambda answer: 0,
    "within the status line": lambda answer: 9,
    "within the headers": lambda answer: head_of(answer) // 2,
    "after the head": head_of,
    **{f"after {share:.0%} of the body": part(share) for share in (0.03, 0.2, 0.5, 0.8, 0.97)},
    "before the last byte": lambda answer: len(answer) - 1,
}
places = pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
manners = pytest.mark.parametrize("by_reset", [True, False], ids=["reset", "closed"])


class Losing:
    """A proxy to the server that loses answers once it is told to."""

    def __init__(self, server: LocalServer, place: Place | None, *, by_reset: bool) -> None:
        self.port = urlsplit(server.url).port or 0
        self.place = place
        self.by_reset = by_reset
        self.proxy = Server([losing(self.port, None, 0, by_reset=False)])

    def lose(self, times: int) -> None:
        self.proxy.received.clear()
        self.proxy.steps[:] = [losing(self.port, self.place, times, by_reset=self.by_reset)]

    def client(self, colour: Colour) -> AsyncClient:
        return client_of(colour, f"{self.proxy.url}/api", retry=PATIENT)


async def recorded(client: AsyncClient, session_id: str) -> list[tuple[str, str]]:
    """What the server has of a conversation."""
    history = await client.sessions.history(session_id)
    return [(message.role.value, str(message.content)) for message in history]


@places
@manners
async def test_a_chat_is_recorded_once(
    colour: Colour, server: LocalServer, place: Place | None, by_reset: bool
) -> None:
    losses = Losing(server, place, by_reset=by_reset)
    with losses.proxy as proxy:
        async with losses.client(colour) as client:
            session = await new_session(client)
            losses.lose(2)
            reply = await client.sessions.chat(session.id, HELLO)
            asked = len(proxy.received)
            assert await recorded(client, session.id) == [
                ("user", "Hello"),
                ("assistant", reply.text),
            ]
    assert asked == 3


@places
@manners
async def test_a_streamed_chat_is_recorded_once_and_arrives_whole(
    colour: Colour, server: LocalServer, place: Place | None, by_reset: bool
) -> None:
    losses = Losing(server, place, by_reset=by_reset)
    with losses.proxy as proxy:
        async with losses.client(colour) as client:
            session = await new_session(client)
            losses.lose(2)
            async with await client.sessions.chat(session.id, HELLO, stream=True) as stream:
                text = "".join([chunk.text async for chunk in stream])
                whole = await stream.get_final_response()
            asked = len(proxy.received)
            assert await recorded(client, session.id) == [("user", "Hello"), ("assistant", text)]
    assert whole.text == text
    # The last byte is of the framing: all had been said.
    assert asked == (1 if place is PLACES["before the last byte"] else 3)


@places
@manners
async def test_what_is_created_is_there_once(
    colour: Colour, server: LocalServer, place: Place | None, by_reset: bool
) -> None:
    losses = Losing(server, place, by_reset=by_reset)
    mark = str(uuid4())
    with losses.proxy:
        async with losses.client(colour) as client:
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
