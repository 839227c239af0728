"""Documents of agents and of users, which differ only in the owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, listed
from julep_server.json_text import JSON, JSONObject
from julep_server.representations import doc_json
from julep_server.resources.body_fields import metadata_of
from julep_server.store import docs
from julep_server.store.agents import agents
from julep_server.store.docs import Doc, NewDoc
from julep_server.store.paging import page_of
from julep_server.store.resources import Record
from julep_server.store.tombstones import find_deletion
from julep_server.store.users import users


@dataclass(frozen=True, slots=True)
class DocHandlers:
    """The handlers of one kind of owner's documents.

    Attributes:
        owner_field: ``agent_id`` or ``user_id``: the path's parameter, and the document's field.
        get_owner: Returns the owner, or raises a 404.
    """

    owner_field: str
    get_owner: Callable[[Connection, str, str], Record]

    async def create(self, call: Call) -> Response:
        """Add a document."""
        new = NewDoc(str(call.body["title"]), call.body["content"], metadata_of(call.body))
        doc_ids: list[str] = []

        def write(connection: Connection) -> tuple[Doc, JSONObject]:
            (doc,) = docs.add(connection, call.tenant, self._owner_id(connection, call), [new])
            doc_ids[:] = [doc.id]
            return doc, doc_json(doc, self.owner_field)

        response = await created(call, write)
        await call.services.embedding_worker.embed_sources(doc_ids)
        return response

    async def list_all(self, call: Call) -> Response:
        """Return one page of the documents."""
        page = page_of(call.arguments)

        def read(connection: Connection) -> list[JSON]:
            owner_id = self._owner_id(connection, call)
            return [
                doc_json(doc, self.owner_field) for doc in docs.page(connection, owner_id, page)
            ]

        return await listed(call, read)

    async def delete(self, call: Call) -> Response:
        """Delete a document."""

        def remove(connection: Connection, tenant: str, identifier: str) -> int:
            owner_id = call.id(self.owner_field)
            # Looked up first, for a document that was deleted together with its owner.
            deleted_at = find_deletion(connection, tenant, "doc", identifier, owner_id)
            if deleted_at is not None:
                return deleted_at
            return docs.remove(connection, tenant, self._owner_id(connection, call), identifier)

        return await deleted(call, call.id("doc_id"), remove)

    def _owner_id(self, connection: Connection, call: Call) -> str:
        return self.get_owner(connection, call.tenant, call.id(self.owner_field)).id


_AGENT_DOCS = DocHandlers("agent_id", agents.get)
_USER_DOCS = DocHandlers("user_id", users.get)

HANDLERS: dict[str, Handler] = {
    "CreateAgentDoc": _AGENT_DOCS.create,
    "GetAgentDocs": _AGENT_DOCS.list_all,
    "DeleteAgentDoc": _AGENT_DOCS.delete,
    "CreateUserDoc": _USER_DOCS.create,
    "GetUserDocs": _USER_DOCS.list_all,
    "DeleteUserDoc": _USER_DOCS.delete,
}
