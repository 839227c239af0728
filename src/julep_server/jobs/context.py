"""The parts of the server that job handlers use, and look-ups of a job's records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from julep_server.db.engine import Database
from julep_server.jobs.failures import AbortedError
from julep_server.models.model_access import ChosenModel, choose_model
from julep_server.models.provider import Provider
from julep_server.models.reflection import Reflection
from julep_server.prompt.templates import TemplateRenderer
from julep_server.search.embedding_worker import EmbeddingWorker
from julep_server.store.agents import Agent, agents
from julep_server.store.jobs import Job
from julep_server.store.sessions import Session, sessions
from julep_server.store.users import User, users


@dataclass(frozen=True, slots=True)
class JobContext:
    """The parts of the server that job handlers use; built once per server.

    Attributes:
        models_of: Returns the only models that a tenant may use; None for all.
    """

    database: Database
    provider: Provider
    reflection: Reflection
    embedding_worker: EmbeddingWorker
    templates: TemplateRenderer
    models_of: Callable[[str], Sequence[str] | None]

    def model_of(self, job: Job, agent: Agent) -> ChosenModel:
        """Choose the model to request for a job.

        Raises:
            ApiError: 403 when the tenant may not use the agent's model.
        """
        return choose_model(self.provider, self.models_of(job.tenant), agent.model)


def session_of(connection: Connection, job: Job) -> tuple[Session, Agent]:
    """Return the session that a job is about, and its agent.

    Raises:
        AbortedError: The session or the agent was deleted.
    """
    session = sessions.find(connection, job.tenant, job.subject_id)
    if session is None:
        raise AbortedError("the session was deleted")
    agent = agents.find(connection, job.tenant, session.agent_id)
    if agent is None:
        raise AbortedError("the agent was deleted")
    return session, agent


def user_of(connection: Connection, job: Job, identifier: str) -> User:
    """Return a user.

    Raises:
        AbortedError: The user was deleted.
    """
    user = users.find(connection, job.tenant, identifier)
    if user is None:
        raise AbortedError("the user was deleted")
    return user


def history_deleted() -> AbortedError:
    """Return the error for a job whose messages were deleted."""
    return AbortedError("the history was deleted")
