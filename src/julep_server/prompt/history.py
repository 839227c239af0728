"""The part of a session's history that belongs in a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from julep_server.prompt.rendering import has_templates
from julep_server.store.messages import Message
from julep_server.store.sessions import Session
from julep_server.text.tokens import count_tokens


def unsummarised(session: Session, history: Sequence[Message]) -> Sequence[Message]:
    """Return the messages that the session's summary does not cover."""
    if active_summary(session) is not None:
        for index, message in enumerate(history):
            if message.id == session.summarised_id:
                return history[index + 1 :]
    return history


def newest_within(session: Session, newest_first: Iterable[Message]) -> list[Message]:
    """Return the newest messages up to the first that can't be in the session's prompt.

    That one is needed too: it is the newest that is left out. Messages that are rendered count as
    empty, since their length is not known.

    Args:
        session: A session with a token budget.
        newest_first: Its history, of which no more is read than is needed.

    Returns:
        The messages, oldest first.
    """
    room = session.token_budget or 0
    found: list[Message] = []
    for message in newest_first:
        found.append(message)
        if not (session.render_templates and has_templates(message)):
            room -= count_tokens(message.content)
        if room < 0:
            break
    return found[::-1]


def active_summary(session: Session) -> str | None:
    """Return the summary that replaces the oldest history; None unless the session is adaptive."""
    return session.summary if session.context_overflow == "adaptive" else None
