"""The kinds of jobs, and what they work with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.jobs.failures import AbortedError
from julep_server.models.reflection import Reflection
from julep_server.search.embedding import Embedding
from julep_server.store.agents import Agent, agents
from julep_server.store.jobs import Job
from julep_server.store.sessions import Session, sessions
from julep_server.store.users import User, users

MEMORIES = "form_memories"
SUGGESTIONS = "make_suggestions"
SUMMARY = "summarise_history"


@dataclass(frozen=True, slots=True)
class Means:
    """What jobs work with."""

    database: Database
    reflection: Reflection
    embedding: Embedding


def session_of(connection: Connection, job: Job) -> tuple[Session, Agent]:
    """The session that a job is about, and its agent.

    Raises:
        AbortedError: One of them was deleted.
    """
    session = sessions.find(connection, job.tenant, job.subject_id)
    if session is None:
        raise AbortedError("the session was deleted")
    agent = agents.find(connection, job.tenant, session.agent_id)
    if agent is None:
        raise AbortedError("the agent was deleted")
    return session, agent


def user_of(connection: Connection, job: Job, identifier: str) -> User:
    """A user.

    Raises:
        AbortedError: The user was deleted.
    """
    user = users.find(connection, job.tenant, identifier)
    if user is None:
        raise AbortedError("the user was deleted")
    return user
