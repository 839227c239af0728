"""Recall: the chunks of documents and the memories nearest to a chat's new messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from julep_server.json_text import JSON
from julep_server.prompt.prompt_input import Recalled, RecalledDoc
from julep_server.prompt.sections import without_blank_lines
from julep_server.search.index import INDEX, SearchHit
from julep_server.search.query import SearchQuery
from julep_server.settings import Settings
from julep_server.store import memories
from julep_server.store.agents import Agent
from julep_server.store.users import User


def recall(
    connection: Connection,
    settings: Settings,
    agent: Agent,
    user: User | None,
    query: SearchQuery,
    *,
    explain: bool,
) -> Recalled:
    """Search what belongs to this agent and this user, and nothing else.

    Args:
        connection: A transaction.
        settings: How much to recall, and how near it must be.
        agent: The session's agent.
        user: The session's user, if it has one.
        query: The text of the chat's new messages.
        explain: Whether to return also what matches and is left out.
    """
    owners = [agent.id] if user is None else [agent.id, user.id]
    limit, distance = settings.recall_items, settings.recall_distance
    doc_hits = INDEX.search(connection, owners, query, limit, distance, with_left_out=explain)
    docs = [
        RecalledDoc(hit.source_id, hit.scope != agent.id, hit.title, without_blank_lines(hit.text))
        for hit in _results(doc_hits)
    ]
    memory_hits: Sequence[SearchHit] = ()
    if user is not None:
        memory_hits = memories.matching(
            connection, agent.id, user.id, query, limit, distance, with_left_out=explain
        )
    found = memories.of_hits(connection, _results(memory_hits))
    return Recalled(docs, found, doc_hits, memory_hits)


def _results(hits: Sequence[SearchHit]) -> list[SearchHit]:
    return [hit for hit in hits if hit.match.left_out is None]


def query_text(messages: JSON) -> str:
    """Return the text of a request's messages, without their images."""
    texts: list[str] = []
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        parts = content if isinstance(content, list) else [{"text": content}]
        texts += [str(part["text"]) for part in parts if isinstance(part, dict) and "text" in part]
    return "\n".join(texts)
