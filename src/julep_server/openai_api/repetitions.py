"""Requests of OpenAI's API that are repeated with the same ``Idempotency-Key``.

The response of the first one is stored, and returned again. A stored stream is a list of its
pieces, whose bytes are a text in Latin-1: pieces of a model's endpoint may be of any bytes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from functools import partial

from starlette.responses import Response, StreamingResponse

from julep_server.errors import answer_too_long, invalid_field, unavailable
from julep_server.http.responses import REPLAYED_HEADER, json_response
from julep_server.idempotency import IdempotencyClaim
from julep_server.json_text import JSON
from julep_server.openai_api.metering import StreamMeter, failure_event
from julep_server.services import Services
from julep_server.store.kept_responses import DuplicateRequestError, KeptResponse
from julep_server.store.resources import new_id
from julep_server.streaming.event_stream import KEEP_ALIVE
from julep_server.streaming.runs import Run
from julep_server.tenancy.chats import ChatSlot

EVENT_STREAM = "text/event-stream"

_MAX_KEY_LENGTH = 255
# Some endpoints send no [DONE]; in a text, the quotes would be escaped.
_END = re.compile(r'\[DONE\]|"finish_reason"\s*:\s*"')
_OVERLAP = 64


def checked_key(key: str) -> str:
    """Return the header's value.

    Raises:
        ApiError: 422 for an empty one, and for one that is too long.
    """
    if not 1 <= len(key) <= _MAX_KEY_LENGTH:
        raise invalid_field("Idempotency-Key", f"must have 1 to {_MAX_KEY_LENGTH} characters")
    return key


async def keep_whole(
    services: Services, claim: IdempotencyClaim | None, body: JSON, headers: dict[str, str]
) -> Response:
    """Return a response, and store it for repetitions if its request has a key."""
    if claim is not None:
        await services.database.write(lambda connection: claim.keep(connection, 200, headers, body))
    return json_response(200, body, headers)


def keep_stream(
    services: Services,
    tenant: str,
    claim: IdempotencyClaim,
    slot: ChatSlot,
    pieces: AsyncIterator[bytes],
    headers: dict[str, str],
) -> Run:
    """Start a run that reads a stream to its end, and stores it if it is complete.

    It goes on when the client that started it disconnects, so that a repetition gets the rest. So
    the run, and not a response, takes the tenant's place of a chat, and counts the tokens.
    """
    limit, meter = services.settings.max_answer_bytes, StreamMeter()
    run = Run(new_id(), tenant, "")
    run.headers = headers

    async def work() -> None:
        last, length, is_complete = "", 0, False
        try:
            async for piece in meter.counted(pieces):
                text = piece.decode("latin-1")
                last, length = last[-_OVERLAP:] + text, length + len(text)
                is_complete = is_complete or _END.search(last) is not None
                if length > limit:
                    raise answer_too_long(limit)
                run.publish(text)
        finally:
            services.access.record_tokens(tenant, meter.tokens)
        if not is_complete:
            raise unavailable("model_interrupted", "the model's endpoint broke off its response")
        run.cancellable = False
        keep = partial(claim.keep, status=200, headers=headers, body=list[JSON](run.events))
        try:
            await services.database.write(keep)
        except DuplicateRequestError:
            # Its words are sent already; repetitions get those of the other process.
            return

    services.runs.start(run, work, slot.hold(claim.hold(run, streamed=True)))
    return run


async def pieces_of(run: Run) -> AsyncIterator[bytes]:
    """Yield the pieces of a stream that :func:`keep_stream` reads."""
    async for events in run.follow(0, KEEP_ALIVE):
        yield "".join([text for _, text in events]).encode("latin-1") or b": keep-alive\n\n"
    if run.failure is not None:
        yield failure_event(run.failure)


def replayed(kept: KeptResponse) -> Response:
    """Return the stored response."""
    headers = {**kept.headers, REPLAYED_HEADER: "true"}
    if not isinstance(kept.body, list):
        return json_response(kept.status, kept.body, headers)
    return StreamingResponse(_each(kept.body), kept.status, headers, media_type=EVENT_STREAM)


async def _each(pieces: Sequence[JSON]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield str(piece).encode("latin-1")
