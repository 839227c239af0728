"""Representations: stored records as JSON, as the API documents them."""

from __future__ import annotations

from julep_server.json_text import JSONObject
from julep_server.search.index import Match, SearchHit
from julep_server.store.agents import Agent
from julep_server.store.docs import Doc
from julep_server.store.jobs import Job
from julep_server.store.memories import Memory
from julep_server.store.messages import Message, Suggestion
from julep_server.store.sessions import Session
from julep_server.store.times import timestamp
from julep_server.store.tools import Tool
from julep_server.store.users import User


def agent_json(agent: Agent) -> JSONObject:
    """Return an agent's representation."""
    return {
        "id": agent.id,
        "name": agent.name,
        "about": agent.about,
        "model": agent.model,
        "instructions": [*agent.instructions],
        "default_settings": agent.default_settings,
        "metadata": agent.metadata,
        "created_at": timestamp(agent.created_at),
        "updated_at": timestamp(agent.updated_at),
    }


def user_json(user: User) -> JSONObject:
    """Return a user's representation."""
    return {
        "id": user.id,
        "name": user.name,
        "about": user.about,
        "metadata": user.metadata,
        "created_at": timestamp(user.created_at),
        "updated_at": timestamp(user.updated_at),
    }


def session_json(session: Session) -> JSONObject:
    """Return a session's representation, without the fields that it lacks."""
    fields: JSONObject = {
        "id": session.id,
        "agent_id": session.agent_id,
        "user_id": session.user_id,
        "situation": session.situation,
        "summary": session.summary,
        "metadata": session.metadata,
        "render_templates": session.render_templates,
        "token_budget": session.token_budget,
        "context_overflow": session.context_overflow,
        "tags": [*session.tags],
        "created_at": timestamp(session.created_at),
        "updated_at": timestamp(session.updated_at),
    }
    return {name: value for name, value in fields.items() if value is not None}


def message_json(message: Message) -> JSONObject:
    """Return a message's representation."""
    fields: JSONObject = {
        "id": message.id,
        "role": message.role,
        "content": message.content,
        "created_at": timestamp(message.created_at),
    }
    if message.name is not None:
        fields["name"] = message.name
    if message.generated and message.interrupted is not None:
        fields["interrupted"] = True
    return fields


def suggestion_json(suggestion: Suggestion) -> JSONObject:
    """Return a suggestion's representation."""
    return {
        "message_id": suggestion.message_id,
        "session_id": suggestion.session_id,
        "target": suggestion.target,
        "content": suggestion.content,
        "created_at": timestamp(suggestion.created_at),
    }


def doc_json(doc: Doc, owner_field: str) -> JSONObject:
    """Return a document's representation, with its content as it was created.

    Args:
        doc: The document.
        owner_field: ``agent_id`` or ``user_id``.
    """
    return {
        "id": doc.id,
        owner_field: doc.owner_id,
        "title": doc.title,
        "content": doc.content,
        "metadata": doc.metadata,
        "created_at": timestamp(doc.created_at),
        "updated_at": timestamp(doc.updated_at),
    }


def tool_json(tool: Tool) -> JSONObject:
    """Return a tool's representation."""
    return {"id": tool.id, "type": tool.type, "function": tool.function}


def memory_json(memory: Memory) -> JSONObject:
    """Return a memory's representation."""
    fields: JSONObject = {
        "id": memory.id,
        "agent_id": memory.agent_id,
        "user_id": memory.user_id,
        "type": memory.type,
        "content": memory.content,
        "entities": list(memory.entities),
        "sentiment": memory.sentiment,
        "created_at": timestamp(memory.created_at),
        "updated_at": timestamp(memory.updated_at),
        "timestamp": timestamp(memory.happened_at),
    }
    if memory.last_accessed_at is not None:
        fields["last_accessed_at"] = timestamp(memory.last_accessed_at)
    return fields


def doc_match_json(hit: SearchHit, agent_id: str | None) -> JSONObject:
    """Return the representation of a document's chunk that a search found.

    Args:
        hit: The chunk.
        agent_id: The agent whose documents were searched; those of others are the user's.
    """
    owner_field = "agent_id" if hit.scope == agent_id else "user_id"
    return {
        "doc_id": hit.source_id,
        owner_field: hit.scope,
        "title": hit.title,
        "text": hit.text,
        **_match_json(hit.match),
    }


def memory_match_json(hit: SearchHit) -> JSONObject:
    """Return the representation of a memory that a search found."""
    return {"memory_id": hit.source_id, "text": hit.text, **_match_json(hit.match)}


def job_json(job: Job) -> JSONObject:
    """Return a job's representation."""
    fields: JSONObject = {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "has_progress": job.progress is not None,
        "progress": job.progress or 0,
        "created_at": timestamp(job.created_at),
        "updated_at": timestamp(job.updated_at),
    }
    return fields if job.reason is None else {**fields, "reason": job.reason}


def _match_json(match: Match) -> JSONObject:
    fields: JSONObject = {"score": match.score}
    for name, place in (("words", match.by_words), ("meaning", match.by_meaning)):
        if place is not None:
            fields |= {f"score_by_{name}": place.score, f"rank_by_{name}": place.rank}
    return fields if match.left_out is None else {**fields, "left_out": match.left_out}
