"""The handlers that agents, users and sessions share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection
from starlette.responses import Response

from julep_server.call import Call, created, deleted, found, listed, updated
from julep_server.db.engine import Isolation
from julep_server.json_text import JSON, JSONObject
from julep_server.resources.body_fields import docs_of, merged_metadata, metadata_of
from julep_server.store import docs
from julep_server.store.paging import page_of
from julep_server.store.resources import Record, ResourceStore


class _WithMetadata(Record, Protocol):
    @property
    def metadata(self) -> JSONObject: ...


R = TypeVar("R", bound=_WithMetadata)


@dataclass(frozen=True, slots=True)
class ResourceHandlers(Generic[R]):
    """Handlers of one kind of resource.

    Attributes:
        id_field: The path's parameter, such as ``agent_id``.
        store: The records.
        represent: Returns a record's representation.
        values: Returns all fields of a request that creates or replaces a record.
        changes: Returns the fields that a PATCH names.
        remove: Deletes a record and what belongs to it.
        filters: The arguments that restrict a list, each named like the records' field.
    """

    id_field: str
    store: ResourceStore[R]
    represent: Callable[[R], JSONObject]
    values: Callable[[Call], dict[str, JSON]]
    changes: Callable[[Call, R], dict[str, JSON]]
    remove: Callable[[Connection, str, str], int]
    filters: Sequence[str] = ()

    async def create_with_docs(
        self, call: Call, add_parts: Callable[[Connection, str], object] | None = None
    ) -> Response:
        """Create a resource with the documents in its body.

        Args:
            call: The call.
            add_parts: Adds what else is in the body, for the new resource's id.
        """
        values, new_docs = self.values(call), docs_of(call.body)
        doc_ids: list[str] = []

        def write(connection: Connection) -> tuple[R, JSONObject]:
            record = self.store.insert(connection, call.tenant, values, metadata_of(call.body))
            added = docs.add(connection, call.tenant, record.id, new_docs)
            doc_ids[:] = [doc.id for doc in added]
            if add_parts is not None:
                add_parts(connection, record.id)
            return record, self.represent(record)

        response = await created(call, write, Isolation.LOCKS)
        await call.services.embedding_worker.embed_sources(doc_ids)
        return response

    async def get(self, call: Call) -> Response:
        """Return the resource."""
        return await found(
            call, lambda connection: self.represent(self._get(connection, call)), snapshot=False
        )

    async def list_all(self, call: Call) -> Response:
        """Return one page of the resources."""
        page = page_of(call.arguments, self.filters)
        return await listed(
            call,
            lambda connection: map(self.represent, self.store.page(connection, call.tenant, page)),
            lambda connection: self.store.count(connection, call.tenant, page),
            snapshot=page.takes_several,
        )

    async def replace(self, call: Call) -> Response:
        """Replace the resource: fields that the body omits are reset."""
        values = self.values(call)

        def write(connection: Connection) -> tuple[R, JSONObject]:
            record = self._get(connection, call, lock=True)
            metadata = metadata_of(call.body)
            changed = self.store.change(connection, call.tenant, record, values, metadata)
            return changed, self.represent(changed)

        return await updated(call, write, Isolation.LOCKS)

    async def patch(self, call: Call) -> Response:
        """Change the fields that the body names."""

        def write(connection: Connection) -> tuple[R, JSONObject]:
            record = self._get(connection, call, lock=True)
            changes = self.changes(call, record)
            metadata = merged_metadata(record.metadata, call.body, call.max_metadata_keys)
            changed = self.store.change(connection, call.tenant, record, changes, metadata)
            return changed, self.represent(changed)

        return await updated(call, write, Isolation.LOCKS)

    async def delete(self, call: Call) -> Response:
        """Delete the resource and what belongs to it."""
        return await deleted(call, call.id(self.id_field), self.remove)

    def _get(self, connection: Connection, call: Call, *, lock: bool = False) -> R:
        return self.store.get(connection, call.tenant, call.id(self.id_field), lock=lock)
