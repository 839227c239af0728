"""What a fault is: a way to misbehave, the call that meets it, and what has to come of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import julep
from julep import AsyncClient
from tests.sdk.faults.helpers.steps import done, event, events
from tests.sdk.helpers.resources import HELLO
from tests.sdk.transport.helpers.scripted_server import (
    REPLY_ID,
    SESSION,
    USAGE,
    Step,
    respond,
    respond_created,
    respond_json,
    respond_stream,
)

LONG_TIMEOUT: Final = 30.0
"""Seconds: a limit that no call of these tests comes near."""

STEP_TIMEOUTS: Final = julep.Timeout(connect=0.1, read=0.1, write=0.1, pool=0.1, total=None)
"""Each step may take a moment; what was too slow is tried again."""

TOTAL_TIMEOUT: Final = 0.15
"""Seconds for the whole call: when they are over it is not tried again."""

TimeoutOption: TypeAlias = "float | julep.Timeout"


class Call(NamedTuple):
    """A call."""

    method: str
    path: str
    run: Callable[[AsyncClient], Awaitable[object]]
    expected: object
    """What it gives when all is well."""
    response: Step
    """The answer to it when all is well."""


async def _get(client: AsyncClient) -> object:
    return (await client.sessions.get(SESSION["id"])).id


async def _delete(client: AsyncClient) -> object:
    await client.sessions.delete(SESSION["id"])
    return None


async def _create(client: AsyncClient) -> object:
    return (await client.users.create(name="Grace", about="")).id


async def _chat(client: AsyncClient) -> object:
    return (await client.sessions.chat(SESSION["id"], HELLO)).text


async def _long_chat(client: AsyncClient) -> object:
    content = "x" * 12_000_000
    reply = await client.sessions.chat(SESSION["id"], [{"role": "user", "content": content}])
    return reply.text


async def _stream(client: AsyncClient) -> object:
    async with await client.sessions.chat(SESSION["id"], HELLO, stream=True) as pieces:
        return "".join([piece.text async for piece in pieces])


MESSAGE = {
    "id": "9b7c1f0e-2a4d-4a6b-8c3d-1e5f7a9b0c2d",
    "created_at": "2024-05-01T10:00:00Z",
    "role": "assistant",
    "content": "Grüße",
}
REPLY: dict[str, object] = {
    "id": REPLY_ID,
    "response": [[MESSAGE]],
    "finish_reason": "stop",
    "usage": USAGE,
    "doc_ids": {"agent_doc_ids": [], "user_doc_ids": []},
}
EVENTS = [
    *events("Grü", "ße"),
    event(3, {"delta": {}, "finish_reason": "stop", "usage": USAGE}),
    done(4),
]

GET = Call("GET", f"/sessions/{SESSION['id']}", _get, SESSION["id"], respond_json(SESSION))
DELETE = Call("DELETE", f"/sessions/{SESSION['id']}", _delete, None, respond(204))
CREATE = Call("POST", "/users", _create, SESSION["id"], respond_created())
CHAT = Call("POST", f"/sessions/{SESSION['id']}/chat", _chat, "Grüße", respond_json(REPLY))
LONG_CHAT = CHAT._replace(run=_long_chat)
STREAM = CHAT._replace(run=_stream, response=respond_stream(*EVENTS))


class Succeeds(NamedTuple):
    """The call gives what it gives when all is well."""


class Fails(NamedTuple):
    """The call fails with an error of ours."""

    kind: type[julep.JulepError] | tuple[type[julep.JulepError], ...]
    attempts: int | None = 1
    """How many are made of the two that are allowed; None where either is right."""
    status: int | None = None
    message: str = ""
    """Words in the message."""
    path: str = ""
    """The path in the message, where it is another than the call's."""
    phase: str | None = None
    """Of a timeout: the step that took too long."""
    partial: str | None = None
    """Of a stream: the text that had arrived."""
    retry_after: float | None = None
    may_succeed: bool = False
    """Whether the right result is just as well: a library that reads HTTP may be lenient or not."""


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, and what has to come of it.

    Attributes:
        step: What is done with a request.
        outcome: What comes of a call whose every attempt meets the fault.
        ask: The call.
        greets: Whether the step is done before the request is read.
        limits: How long the call may take.
        ends: Whether the next call waits until the step is over.
        passes: Whether the call succeeds when only its first attempt meets the fault.
    """

    step: Step
    outcome: Succeeds | Fails
    call: Call = GET
    before_request: bool = False
    timeout: TimeoutOption = LONG_TIMEOUT
    waits_for_step: bool = False

    @property
    def recovers(self) -> bool:
        return (
            isinstance(self.outcome, Fails)
            and self.outcome.attempts == 2
            and not self.outcome.may_succeed
        )


def network_error(step: Step, **more: object) -> Fault:
    """A fault that loses an attempt."""
    return Fault(step, Fails(julep.NetworkError, 2), **more)  # type: ignore[arg-type]  # named above


def lenient(step: Step) -> Fault:
    """A fault that is overlooked, or loses an attempt: some readers of HTTP are stricter."""
    return Fault(step, Fails(julep.NetworkError, 2, may_succeed=True))


def timeouts(name: str, step: Step, phase: str = "read", **more: object) -> dict[str, Fault]:
    """A step that takes too long, with a limit for each step, and with one for the whole call."""
    of_step = Fails(julep.RequestTimeoutError, 2, phase=phase)
    of_call = Fails(julep.RequestTimeoutError, 1, phase="total")
    return {
        name: Fault(step, of_step, timeout=STEP_TIMEOUTS, **more),  # type: ignore[arg-type]  # named above
        f"{name}, all of it": Fault(step, of_call, timeout=TOTAL_TIMEOUT, **more),  # type: ignore[arg-type]  # too
    }
