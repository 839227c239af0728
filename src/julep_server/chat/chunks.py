"""The data of a streamed chat's events: chunks of the reply."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.store.messages import Message


def chunk(completion_id: str, delta: JSONObject) -> str:
    """Return the data of an event with a part of the reply; a role begins a new message."""
    return dumps({"id": completion_id, "delta": delta, "finish_reason": None})


def text_chunk(completion_id: str, text: str, *, first: bool) -> str:
    """Return the data of an event with a piece of the model's text."""
    # As `chunk` would, but without building and encoding objects: each token needs one.
    role = '"role":"assistant",' if first else ""
    return (
        f'{{"id":{dumps(completion_id)},"delta":{{{role}"content":{dumps(text)}}}'
        ',"finish_reason":null}'
    )


def kept_stream(completion_id: str, pieces: Sequence[str], closing: Sequence[str]) -> list[JSON]:
    """Return a stream as it is stored: a tenth of its events, of which each repeats the rest.

    Args:
        completion_id: The completion's id.
        pieces: The pieces of the model's text.
        closing: The data of the events that follow them.
    """
    return [{"id": completion_id, "pieces": [*pieces], "closing": [*closing]}]


def kept_events(kept: Sequence[JSON]) -> list[str]:
    """Return the data of a stored stream's events.

    Args:
        kept: What :func:`kept_stream` has returned; or the data itself, as it once was stored.
    """
    stream = kept[0]
    if not isinstance(stream, dict):
        return [str(data) for data in kept]
    pieces, closing = stream["pieces"], stream["closing"]
    texts = [str(piece) for piece in pieces] if isinstance(pieces, list) else []
    data = [
        text_chunk(str(stream["id"]), text, first=number == 0) for number, text in enumerate(texts)
    ]
    return data + ([str(event) for event in closing] if isinstance(closing, list) else [])


def message_chunk(completion_id: str, message: Message) -> str:
    """Return the data of an event with a whole message."""
    return chunk(completion_id, {"role": message.role, "content": message.content})


def last_chunk(response: JSONObject) -> str:
    """Return the data of the last event: all of the response but its messages."""
    kept = {name: value for name, value in response.items() if name != "response"}
    return dumps({"delta": {}, **kept})
