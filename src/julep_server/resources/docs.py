"""Documents of agents and of users, which differ only in the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, Handler, created, deleted, found, listed, updated
from julep_server.errors import invalid_field
from julep_server.json_text import JSON, JSONObject
from julep_server.representations import doc_json, doc_match_json
from julep_server.resources.body_fields import merged_metadata, metadata_of
from julep_server.search.index import INDEX
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
        new = _new(call.body)
        doc_ids: list[str] = []

        def write(connection: Connection) -> tuple[Doc, JSONObject]:
            (doc,) = docs.add(connection, call.tenant, self._owner_id(connection, call), [new])
            doc_ids[:] = [doc.id]
            return doc, doc_json(doc, self.owner_field)

        response = await created(call, write)
        await call.services.embedding_worker.embed_sources(doc_ids)
        return response

    async def get(self, call: Call) -> Response:
        """Return a document."""
        return await found(
            call, lambda connection: doc_json(self._get(connection, call), self.owner_field)
        )

    async def list_all(self, call: Call) -> Response:
        """Return one page of the documents."""
        page = page_of(call.arguments)

        def read(connection: Connection) -> Iterable[JSON]:
            owner_id = self._owner_id(connection, call)
            found = docs.page(connection, owner_id, page)
            return (doc_json(doc, self.owner_field) for doc in found)

        owner_id = call.id(self.owner_field)
        return await listed(call, read, lambda connection: docs.count(connection, owner_id, page))

    async def replace(self, call: Call) -> Response:
        """Replace a document: fields that the body omits are reset."""
        return await self._change(call, lambda _: _new(call.body))

    async def patch(self, call: Call) -> Response:
        """Change the fields that the body names."""

        def changes(doc: Doc) -> NewDoc:
            metadata = merged_metadata(doc.metadata, call.body, call.max_metadata_keys)
            return NewDoc(
                str(call.body.get("title", doc.title)),
                call.body.get("content", doc.content),
                doc.metadata if metadata is None else metadata,
            )

        return await self._change(call, changes)

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

    async def _change(self, call: Call, changes: Callable[[Doc], NewDoc]) -> Response:
        def write(connection: Connection) -> tuple[Doc, JSONObject]:
            doc = self._get(connection, call)
            changed = docs.change(connection, doc, changes(doc))
            return changed, doc_json(changed, self.owner_field)

        response = await updated(call, write)
        await call.services.embedding_worker.embed_sources([call.id("doc_id")])
        return response

    def _get(self, connection: Connection, call: Call) -> Doc:
        return docs.get(connection, self._owner_id(connection, call), call.id("doc_id"))

    def _owner_id(self, connection: Connection, call: Call) -> str:
        return self.get_owner(connection, call.tenant, call.id(self.owner_field)).id


async def search(call: Call) -> Response:
    """Return the parts of an agent's and a user's documents that match a query."""
    ids = {
        field: str(value).lower()
        for field in ("agent_id", "user_id")
        if (value := call.arguments.get(field)) is not None
    }
    if not ids:
        raise invalid_field("agent_id", "this or user_id is required")
    query = await call.services.embedding_worker.embed_query(str(call.arguments["query"]))

    def read(connection: Connection) -> list[JSON]:
        for field, store in (("agent_id", agents), ("user_id", users)):
            if field in ids:
                store.get(connection, call.tenant, ids[field])
        hits = INDEX.search(connection, [*ids.values()], query, page_of(call.arguments).limit)
        return [doc_match_json(hit, ids.get("agent_id")) for hit in hits]

    return await listed(call, read)


def _new(body: JSONObject) -> NewDoc:
    return NewDoc(str(body["title"]), body["content"], metadata_of(body))


_AGENT_DOCS = DocHandlers("agent_id", agents.get)
_USER_DOCS = DocHandlers("user_id", users.get)

HANDLERS: dict[str, Handler] = {
    "CreateAgentDoc": _AGENT_DOCS.create,
    "GetAgentDoc": _AGENT_DOCS.get,
    "GetAgentDocs": _AGENT_DOCS.list_all,
    "UpdateAgentDoc": _AGENT_DOCS.replace,
    "PatchAgentDoc": _AGENT_DOCS.patch,
    "DeleteAgentDoc": _AGENT_DOCS.delete,
    "CreateUserDoc": _USER_DOCS.create,
    "GetUserDoc": _USER_DOCS.get,
    "GetUserDocs": _USER_DOCS.list_all,
    "UpdateUserDoc": _USER_DOCS.replace,
    "PatchUserDoc": _USER_DOCS.patch,
    "DeleteUserDoc": _USER_DOCS.delete,
    "SearchDocs": search,
}
