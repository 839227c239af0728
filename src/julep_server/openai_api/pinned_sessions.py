"""Sessions that requests of OpenAI's API name: by the field ``user``, by a header, or by both."""

from __future__ import annotations

import hashlib
import uuid

from sqlalchemy import Connection

from julep_server.errors import invalid_field
from julep_server.json_text import JSON
from julep_server.openai_api.agent_models import is_id
from julep_server.store.agents import Agent
from julep_server.store.resources import new_id
from julep_server.store.sessions import Session, sessions
from julep_server.store.times import now
from julep_server.store.users import User, users

SESSION_HEADER = "X-Julep-Session"

_MAX_LENGTH = 512


def session_of_transcript(agent: Agent) -> Session:
    """Return a session that is not stored, for a request that names none."""
    moment = now()
    return Session(
        id=new_id(),
        agent_id=agent.id,
        user_id=None,
        situation=None,
        summary=None,
        summarised_id=None,
        metadata={},
        render_templates=False,
        token_budget=None,
        context_overflow=None,
        tags=[],
        created_at=moment,
        updated_at=moment,
    )


class SessionName:
    """What a request names its session by.

    Args:
        user: The body's ``user``: the id of a user, or a text of the caller's own.
        session: The header: the id of a session, or a text of the caller's own.

    Raises:
        ApiError: 422 when the user is not a text, or one of the two is too long.
    """

    def __init__(self, user: JSON, session: str | None) -> None:
        if user is not None and not isinstance(user, str):
            raise invalid_field("user", "must be a text")
        self._user = (user or "").strip()
        self._session = (session or "").strip()
        for name, given in (("user", self._user), (SESSION_HEADER, self._session)):
            if len(given) > _MAX_LENGTH or "\0" in given:
                message = f"must be a text of at most {_MAX_LENGTH} characters, without NUL"
                raise invalid_field(name, message)

    def __bool__(self) -> bool:
        """Whether the request names a session at all."""
        return bool(self._user or self._session)

    def find(self, connection: Connection, tenant: str, agent: Agent) -> Session | None:
        """Return the session, if it is stored.

        Raises:
            ApiError: 404 when the header's id is of no session of the tenant, 422 when that session
                is of another agent or user.
        """
        if not is_id(self._session):
            session_id = _derived_id("session", tenant, agent.id, self._user, self._session)
            return sessions.find(connection, tenant, session_id)
        session = sessions.get(connection, tenant, self._session.lower())
        if session.agent_id != agent.id:
            raise invalid_field(SESSION_HEADER, f"session {session.id} is of another agent")
        if self._user and session.user_id not in self._user_ids(tenant):
            raise invalid_field("user", f"session {session.id} is of another user")
        return session

    def find_or_create(self, connection: Connection, tenant: str, agent: Agent) -> Session:
        """Return the session; it is created, with its user, when it is new.

        Args:
            connection: A transaction that writes.
            tenant: The caller's tenant.
            agent: The agent of the session.
        """
        found = self.find(connection, tenant, agent)
        if found is not None:
            return found
        user = self._find_or_create_user(connection, tenant) if self._user else None
        values: dict[str, object] = {
            "agent_id": agent.id,
            "user_id": None if user is None else user.id,
            "situation": None,
            "summary": None,
            "summarised_id": None,
            "render_templates": False,
            "token_budget": None,
            "context_overflow": None,
            "tags": [],
        }
        metadata: dict[str, JSON] = {"openai_user": self._user, "openai_session": self._session}
        named: dict[str, JSON] = {name: value for name, value in metadata.items() if value}
        identifier = _derived_id("session", tenant, agent.id, self._user, self._session)
        return sessions.insert(connection, tenant, values, named, identifier)

    def _find_or_create_user(self, connection: Connection, tenant: str) -> User:
        for identifier in self._user_ids(tenant):
            if (found := users.find(connection, tenant, identifier)) is not None:
                return found
        values = {"name": self._user, "about": ""}
        identifier = _derived_id("user", tenant, self._user)
        return users.insert(connection, tenant, values, {"openai_user": self._user}, identifier)

    def _user_ids(self, tenant: str) -> list[str]:
        own = [self._user.lower()] if is_id(self._user) else []
        return [*own, _derived_id("user", tenant, self._user)]


def _derived_id(*parts: str) -> str:
    """Return an id that is always the same for these texts, so that no table has to hold them."""
    lengths = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hashlib.sha256(b"julep openai\0" + lengths.encode("utf-8", "surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
