"""The job that forms memories of a turn."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from julep_server.jobs.context import JobContext, session_of, user_of
from julep_server.jobs.worker import Report, Store
from julep_server.json_text import JSON, JSONObject
from julep_server.models.reflection import Line
from julep_server.store import jobs, memories
from julep_server.store.agents import Agent
from julep_server.store.jobs import Job
from julep_server.store.memories import NewMemory
from julep_server.store.users import User

_MAX_KNOWN = 20


async def form_memories(context: JobContext, job: Job, _report: Report) -> Store:
    """Form memories and embed them.

    The transaction that stores the memories also writes their ids to the job's payload: if the job
    is interrupted after that, its next attempt only has to embed them.
    """
    stored = job.payload.get("stored")
    if not isinstance(stored, list):
        stored = await _store_memories(context, job)
    missing = await context.embedding_worker.embed_sources(
        [str(identifier) for identifier in stored]
    )
    if missing is None:
        return lambda _: None
    # The memories are found by their words at once: the job has succeeded.
    reason = f"stored; their vectors follow, once the embedder works ({missing})"
    return partial(jobs.explain, job=job, reason=reason)


async def _store_memories(context: JobContext, job: Job) -> list[JSON]:
    """Extract facts from the turn by the model, store them and return their ids.

    Nothing is stored about a user, or for an agent, that was deleted meanwhile.
    """
    turn, said_at, user_id = _parse_payload(job.payload)
    user_text = "\n".join(line.text for line in turn if line.speaker == "user")
    query = await context.embedding_worker.embed_query(user_text)

    def read(connection: Connection) -> tuple[Agent, User, list[str]]:
        _, agent = session_of(connection, job)
        user = user_of(connection, job, user_id)
        near = memories.recall(connection, agent.id, user.id, query, _MAX_KNOWN, 1.0)
        return agent, user, [memory.content for memory in near]

    agent, user, known = await context.database.read(read)
    facts = await context.reflection.facts(context.model_of(job, agent), user.name, turn, known)
    new = [
        NewMemory(
            fact.kind,
            fact.content[: memories.MAX_CONTENT_LENGTH],
            fact.entities,
            fact.sentiment,
            said_at if fact.happened_at is None else fact.happened_at,
        )
        for fact in facts
    ]
    if not new:
        return []

    def write(connection: Connection) -> list[JSON]:
        session_of(connection, job)
        user_of(connection, job, user_id)
        stored: list[JSON] = [*memories.add(connection, job.tenant, agent.id, user_id, new)]
        jobs.change_payload(connection, job, {"stored": stored})
        return stored

    return await context.database.write(write)


def _parse_payload(payload: JSONObject) -> tuple[list[Line], int, str]:
    """Return the turn's lines, its time and the user's id."""
    turn, said_at = payload["said"], payload["said_at"]
    lines = [
        Line(str(line["speaker"]), str(line["text"]))
        for line in (turn if isinstance(turn, list) else [])
        if isinstance(line, dict)
    ]
    return lines, said_at if isinstance(said_at, int) else 0, str(payload["user_id"])
