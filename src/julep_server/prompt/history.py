"""The part of a session's history that belongs in a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from julep_server.store.messages import Message
from julep_server.store.sessions import Session


def unsummarised(session: Session, history: Sequence[Message]) -> Sequence[Message]:
    """Return the messages that the session's summary does not cover."""
    if active_summary(session) is not None:
        for index, message in enumerate(history):
            if message.id == session.summarised_id:
                return history[index + 1 :]
    return history


def active_summary(session: Session) -> str | None:
    """Return the summary that replaces the oldest history; None unless the session is adaptive."""
    return session.summary if session.context_overflow == "adaptive" else None
