"""Faults: a faulty step of a server, the call that meets it, and the expected outcome."""

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
"""Seconds: a timeout that does not expire in these tests."""

_SHORT: Final = 0.1
_LONG: Final = julep.Timeout(LONG_TIMEOUT, LONG_TIMEOUT, LONG_TIMEOUT, LONG_TIMEOUT)


def only(phase: str) -> julep.Timeout:
    """Return timeouts of which one phase's is short; an attempt that exceeds it is retried."""
    return _LONG._replace(**{phase: _SHORT})


TOTAL_TIMEOUT: Final = 0.15
"""Seconds for the whole call; a call that exceeds them is not retried."""

TimeoutOption: TypeAlias = "float | julep.Timeout"


class Call(NamedTuple):
    """A call of the client."""

    method: str
    path: str
    run: Callable[[AsyncClient], Awaitable[object]]
    expected: object
    """Its result without a fault."""
    response: Step
    """The response to it without a fault."""


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
    """The call returns its result as without a fault."""


class Fails(NamedTuple):
    """The call fails with an error of ours."""

    kind: type[julep.JulepError] | tuple[type[julep.JulepError], ...]
    attempts: int | None = 1
    """The number of attempts, of two that are allowed; None where either is correct."""
    status: int | None = None
    message: str = ""
    """A part of the error's message."""
    path: str = ""
    """The path in the message, where it is not the call's."""
    phase: str | None = None
    """Of a timeout: the phase that took too long."""
    partial: str | None = None
    """Of a stream: the text that had been received."""
    retry_after: float | None = None
    may_succeed: bool = False
    """Whether the call may succeed as well, since parsers of HTTP differ in leniency."""


@dataclass(frozen=True)
class Fault:
    """A faulty step and the expected outcome.

    Attributes:
        step: The step, by which the server handles a request.
        outcome: The outcome of a call whose every attempt meets the fault.
        call: The call.
        before_request: Whether the step runs before the request is read.
        timeout: The call's timeout.
        waits_for_step: Whether the next call waits until the step is over.
        recovers: Whether the call succeeds when only its first attempt meets the fault.
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
    """Return a fault that makes an attempt fail with a network error."""
    return Fault(step, Fails(julep.NetworkError, 2), **more)  # type: ignore[arg-type]  # named above


def lenient(step: Step) -> Fault:
    """Return a fault that some parsers of HTTP ignore; with others the attempt fails."""
    return Fault(step, Fails(julep.NetworkError, 2, may_succeed=True))


def timeouts(name: str, step: Step, phase: str = "read", **more: object) -> dict[str, Fault]:
    """Return a fault of a phase that takes too long, with its timeout and with the total one."""
    of_phase = Fails(julep.RequestTimeoutError, 2, phase=phase)
    of_call = Fails(julep.RequestTimeoutError, 1, phase="total")
    return {
        name: Fault(step, of_phase, timeout=only(phase), **more),  # type: ignore[arg-type]  # named above
        f"{name}, by the total timeout": Fault(step, of_call, timeout=TOTAL_TIMEOUT, **more),  # type: ignore[arg-type]  # too
    }
