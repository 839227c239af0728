"""Documents of agents and of users: the same, but for whose they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed
from julep_server.json_text import JSON, JSONObject
from julep_server.resources.values import metadata_of
from julep_server.store import docs
from julep_server.store.agents import agents
from julep_server.store.docs import Doc, NewDoc
from julep_server.store.paging import page_of
from julep_server.store.resources import Record
from julep_server.store.times import timestamp
from julep_server.store.tombstones import when_buried
from julep_server.store.users import users


@dataclass(frozen=True, slots=True)
class Documents:
    """The handlers of one kind of owner's documents.

    Attributes:
        owner_field: ``agent_id`` or ``user_id``: the path's parameter, and the document's field.
        owner: Gives the owner, or raises a 404.
    """

    owner_field: str
    owner: Callable[[Connection, str, str], Record]

    async def create(self, call: Call) -> Response:
        """Add a document."""
        new = NewDoc(str(call.body["title"]), call.body["content"], metadata_of(call.body))
        sources: list[str] = []

        def make(connection: Connection) -> tuple[Doc, JSONObject]:
            (doc,) = docs.add(connection, call.tenant, self._owner_id(connection, call), [new])
            sources[:] = [doc.id]
            return doc, self.represent(doc)

        answer = await created(call, make)
        await call.services.embedding.complete(sources)
        return answer

    async def list_all(self, call: Call) -> Response:
        """One page of the documents."""
        page = page_of(call.arguments)

        def read(connection: Connection) -> list[JSON]:
            owner_id = self._owner_id(connection, call)
            return [self.represent(doc) for doc in docs.page(connection, owner_id, page)]

        return await listed(call, read)

    async def delete(self, call: Call) -> Response:
        """Delete a document."""

        def remove(connection: Connection, tenant: str, identifier: str) -> int:
            owner_id = call.id(self.owner_field)
            # Also where the owner is gone, and its documents with it.
            gone = when_buried(connection, tenant, "doc", identifier, owner_id)
            if gone is not None:
                return gone
            return docs.remove(connection, tenant, self._owner_id(connection, call), identifier)

        return await deleted(call, call.id("doc_id"), remove)

    def represent(self, doc: Doc) -> JSONObject:
        """A document as the API shows it, with its content as it was created."""
        return {
            "id": doc.id,
            self.owner_field: doc.owner_id,
            "title": doc.title,
            "content": doc.content,
            "metadata": doc.metadata,
            "created_at": timestamp(doc.created_at),
        }

    def _owner_id(self, connection: Connection, call: Call) -> str:
        return self.owner(connection, call.tenant, call.id(self.owner_field)).id


_AGENTS = Documents("agent_id", agents.get)
_USERS = Documents("user_id", users.get)

HANDLERS: dict[str, Handler] = {
    "CreateAgentDoc": _AGENTS.create,
    "GetAgentDocs": _AGENTS.list_all,
    "DeleteAgentDoc": _AGENTS.delete,
    "CreateUserDoc": _USERS.create,
    "GetUserDocs": _USERS.list_all,
    "DeleteUserDoc": _USERS.delete,
}
