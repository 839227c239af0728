"""Forms memories of a turn."""

from __future__ import annotations

from sqlalchemy import Connection

from julep_server.jobs.kinds import Means, session_of, user_of
from julep_server.jobs.worker import Report, Store
from julep_server.json_text import JSON, JSONObject
from julep_server.models.reflection import Line
from julep_server.store import jobs, memories
from julep_server.store.agents import Agent
from julep_server.store.jobs import Job
from julep_server.store.memories import NewMemory
from julep_server.store.users import User

_KNOWN = 20


async def form(means: Means, job: Job, _report: Report) -> Store:
    """Form memories; the job is done when they can be found by their meaning, too.

    Once they are stored, in one transaction with a note of it, the job has only to finish that.
    """
    stored = job.payload.get("stored")
    if not isinstance(stored, list):
        stored = await _form(means, job)
    await means.embedding.complete([str(identifier) for identifier in stored])
    return lambda _: None


async def _form(means: Means, job: Job) -> list[JSON]:
    """Find what is worth remembering; who was deleted meanwhile isn't remembered."""
    said, said_at, user_id = _given(job.payload)
    asked = "\n".join(line.text for line in said if line.speaker == "user")
    question = await means.embedding.question(asked)

    def read(connection: Connection) -> tuple[Agent, User, list[str]]:
        _, agent = session_of(connection, job)
        user = user_of(connection, job, user_id)
        near = memories.recall(connection, agent.id, user.id, question, _KNOWN, 1.0)
        return agent, user, [memory.content for memory in near]

    agent, user, known = await means.database.read(read)
    facts = await means.reflection.facts(agent.model, user.name, said, known)
    new = [
        NewMemory(
            fact.kind,
            fact.content[: memories.LONGEST],
            fact.entities,
            fact.sentiment,
            said_at if fact.happened_at is None else fact.happened_at,
        )
        for fact in facts
    ]

    def store(connection: Connection) -> list[JSON]:
        session_of(connection, job)
        user_of(connection, job, user_id)
        added = memories.add(connection, job.tenant, agent.id, user_id, new)
        stored: list[JSON] = [*added]
        jobs.note(connection, job, {"stored": stored})
        return stored

    return await means.database.write(store)


def _given(payload: JSONObject) -> tuple[list[Line], int, str]:
    """What was said, when, and by which user."""
    said, said_at = payload["said"], payload["said_at"]
    lines = [
        Line(str(line["speaker"]), str(line["text"]))
        for line in (said if isinstance(said, list) else [])
        if isinstance(line, dict)
    ]
    return lines, said_at if isinstance(said_at, int) else 0, str(payload["user_id"])
