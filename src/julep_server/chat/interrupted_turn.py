"""A turn whose answer was broken off, because the server stopped while it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from julep_server.store import kept_responses
from julep_server.store import messages as message_store
from julep_server.store.kept_responses import IdempotencyKey
from julep_server.store.messages import Message
from julep_server.store.resources import new_id
from julep_server.store.sessions import sessions
from julep_server.store.times import now


def store_interrupted(
    connection: Connection,
    tenant: str,
    session_id: str,
    key: IdempotencyKey | None,
    new: Sequence[Message],
    text: str,
) -> None:
    """Store a turn with what there was of its answer, marked as such.

    Args:
        connection: A transaction that writes.
        tenant: The tenant of the session.
        session_id: The session; nothing is stored in one that was deleted meanwhile.
        key: The request's key, if it has one: nothing is stored if another process has performed
            the request meanwhile, and a repetition replaces what is stored.
        new: The request's messages.
        text: What was written of the answer.
    """
    if key is not None and kept_responses.find(connection, key) is not None:
        return
    if sessions.find(connection, tenant, session_id) is None:
        return
    digest = None if key is None else key.digest
    answer = Message(
        id=new_id(),
        role="assistant",
        content=text,
        name=None,
        generated=True,
        created_at=now(),
        interrupted=digest or "",
    )
    if digest is not None:
        message_store.delete_interrupted(connection, session_id, digest)
    messages = [*(replace(message, interrupted=digest) for message in new), answer]
    message_store.append(connection, session_id, messages)
