"""Docs: documents of an agent, or about a user."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import (
    NO_METADATA,
    REPRESENTATION,
    drop_none,
    encode_filter,
    encoded,
    omit_empty_filter,
)
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.errors import InvalidArgumentError
from julep.managers.base import read_by
from julep.managers.doc_search import AsyncDocSearch, BaseDocSearch, DocSearch
from julep.managers.utils import rewrap_in_class
from julep_api.api import docs
from julep_api.models import Doc

if TYPE_CHECKING:
    from julep.managers.types import DocCreateArgs, DocInput, Order, SortBy
    from julep_api.client import Call
    from julep_api.models import (
        GetAgentDocsResponse,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__,
        {"julep.managers.types": ("DocCreateArgs",)},
        older="julep.managers._names_of_0_3",
    )

__all__ = ["AsyncDocsManager", "BaseDocsManager", "DocCreateArgs", "DocsManager"]


class BaseDocsManager(BaseDocSearch):
    """What the sync and the async docs manager share. A doc has one owner: an agent or a user."""

    def _get(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Doc | Awaitable[Doc]:
        """Implement `DocsManager.get`."""
        owner, is_user = _owner(agent_id, user_id)
        if is_user:
            return self._send(docs.get_user_doc.call, owner, doc_id)
        return self._send(docs.get_agent_doc.call, owner, doc_id)

    def _create(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        doc: DocInput,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `DocsManager.create`."""
        from julep_api.models import CreateDoc

        owner, is_user = _owner(agent_id, user_id)
        # Encoded here, so that the path of an error begins with the argument's name.
        body = encoded(CreateDoc.encode, doc, "doc")
        if is_user:
            return self._send(docs.create_user_doc.call, owner, body, prefer=REPRESENTATION)
        return self._send(docs.create_agent_doc.call, owner, body, prefer=REPRESENTATION)

    def _list_items(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> GetAgentDocsResponse | Awaitable[GetAgentDocsResponse]:
        """Implement `DocsManager.list`, and return the whole response."""
        owner, is_user = _owner(agent_id, user_id)
        operation = docs.get_user_docs.call if is_user else docs.get_agent_docs.call
        matching = omit_empty_filter(metadata_filter)
        from julep_api.models import GetAgentDocsResponse

        def page(*, limit: int | None, offset: int | None) -> Call[GetAgentDocsResponse]:
            call = operation(
                owner,
                limit=limit,
                offset=offset,
                metadata_filter=matching,
                sort_by=sort_by,
                order=order,
            )
            # The lists of both owners have the same fields, and are of one class here.
            return read_by(call, GetAgentDocsResponse.from_dict)

        return self._list_all(page, limit, offset)

    def _list(
        self,
        agent_id: str | UUID | None,
        user_id: str | UUID | None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
    ) -> GetAgentDocsResponse | Awaitable[GetAgentDocsResponse]:
        """Return a page of docs; `_list_items` under its name in julep 0.3."""
        return self._list_items(agent_id, user_id, limit, offset, encode_filter(metadata_filter))

    def _iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[Doc]:
        """Implement `DocsManager.iterate`."""
        owner, is_user = _owner(agent_id, user_id)
        operation = docs.get_user_docs.call if is_user else docs.get_agent_docs.call
        matching = omit_empty_filter(metadata_filter)
        page = partial(operation, owner, metadata_filter=matching, sort_by=sort_by, order=order)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: str = "{}",
    ) -> int | Awaitable[int]:
        """Implement `DocsManager.count`."""
        owner, is_user = _owner(agent_id, user_id)
        operation = docs.get_user_docs.call if is_user else docs.get_agent_docs.call
        matching = omit_empty_filter(metadata_filter)
        return self._total(partial(operation, owner, metadata_filter=matching))

    def _update(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        title: str | None = None,
        content: str | Sequence[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `DocsManager.update`."""
        owner, is_user = _owner(agent_id, user_id)
        body = drop_none(title=title, content=content, metadata=metadata)
        prefer = REPRESENTATION
        if is_user and overwrite:
            return self._send(docs.update_user_doc.call, owner, doc_id, body, prefer=prefer)
        if is_user:
            return self._send(docs.patch_user_doc.call, owner, doc_id, body, prefer=prefer)
        if overwrite:
            return self._send(docs.update_agent_doc.call, owner, doc_id, body, prefer=prefer)
        return self._send(docs.patch_agent_doc.call, owner, doc_id, body, prefer=prefer)

    def _delete(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Awaitable[None] | None:
        """Implement `DocsManager.delete`."""
        owner, is_user = _owner(agent_id, user_id)
        if is_user:
            return self._discard(docs.delete_user_doc.call, owner, doc_id)
        return self._discard(docs.delete_agent_doc.call, owner, doc_id)


class DocsManager(DocSearch, BaseDocsManager):
    """Create and manage docs.

    Example:
        >>> doc = {"title": "Opening hours", "content": "We open at nine."}
        >>> client.docs.create(agent_id=agent.id, doc=doc).title
        'Opening hours'
    """

    @beartype
    def get(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Doc:
        """Get a doc.

        Args:
            doc_id: The doc's id.
            agent_id: The id of the agent that has the doc; either this or ``user_id``.
            user_id: The id of the user that the doc is about.

        Returns:
            The doc, with its content as it was created.

        Raises:
            InvalidArgumentError: When there is not exactly one owner, or an id is not a UUID of
                version 4.
            NotFoundError: When the owner has no such doc.

        Example:
            >>> client.docs.get(doc.id, agent_id=agent.id).title
            'Opening hours'
        """
        return value(self._get(doc_id, agent_id, user_id))

    @beartype
    @rewrap_in_class(Doc)
    def create(
        self,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        doc: DocInput,
    ) -> ResourceCreatedResponse:
        """Create a doc of an agent or of a user.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            doc: The document, as a model or a dict: a title, a content (one text, or several that
                are searched separately), and optionally metadata.

        Returns:
            The created doc.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a key is misspelt or
                missing.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> doc = {"title": "Opening hours", "content": "We open at nine."}
            >>> client.docs.create(user_id=user.id, doc=doc).user_id == user.id
            True
        """
        return value(self._create(agent_id, user_id, doc=doc))

    @beartype
    def list(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Doc]:
        """List up to ``limit`` docs of an agent or of a user, newest first.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            limit: The most docs to return, 1 or more; None for all.
            offset: How many docs to skip, 0 or more.
            metadata_filter: Keys and values that a doc's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a number is out of bounds.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> [doc.title for doc in client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(
            agent_id, user_id, limit, offset, matching, sort_by=sort_by, order=order
        )
        return value(found).items

    @beartype
    def iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[Doc]:
        """Iterate over all docs of an agent or of a user, newest first, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting docs
        meanwhile makes it neither skip nor repeat any.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            limit: The most docs in total, 0 or more; None for all.
            page_size: The docs per request, 1 to 1000; 100 by default.
            metadata_filter: Keys and values that a doc's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            An iterator of docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a number is out of bounds.
            NotFoundError: During the iteration, when there is no such agent, or no such user.

        Example:
            >>> for doc in client.docs.iterate(agent_id=agent.id):
            ...     print(doc.title)
            Opening hours
        """
        matching = encode_filter(metadata_filter)
        walk = self._iterate(
            agent_id, user_id, limit, page_size, matching, sort_by=sort_by, order=order
        )
        return ItemIterator(walk)

    @beartype
    def count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
    ) -> int:
        """Count the docs of an agent or of a user.

        Args:
            agent_id: The id of the agent that has the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            metadata_filter: Keys and values that a doc's metadata must have.

        Returns:
            The number of docs.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> client.docs.count(agent_id=agent.id)
            3
        """
        return value(self._count(agent_id, user_id, encode_filter(metadata_filter)))

    @beartype
    @rewrap_in_class(Doc)
    def update(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        title: str | None = None,
        content: str | Sequence[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a doc. Searches find its new text at once.

        Args:
            doc_id: The doc's id.
            agent_id: The id of the agent that has the doc; either this or ``user_id``.
            user_id: The id of the user that the doc is about.
            title: The title; required when overwriting.
            content: One text, or several that are searched separately; required when overwriting.
            metadata: JSON to merge into the stored metadata (RFC 7396: a null removes a key), or to
                replace it when overwriting.
            overwrite: Whether arguments that are None reset their fields, instead of keeping them.

        Returns:
            The updated doc.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a field is missing when
                overwriting.
            NotFoundError: When the owner has no such doc.

        Example:
            >>> client.docs.update(doc.id, agent_id=agent.id, title="Hours").title
            'Hours'
        """
        result = self._update(
            doc_id,
            agent_id,
            user_id,
            title=title,
            content=content,
            metadata=metadata,
            overwrite=overwrite,
        )
        return value(result)

    @beartype
    def delete(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> None:
        """Delete a doc.

        Deleting it again has no effect.

        Args:
            doc_id: The doc's id.
            agent_id: The id of the agent that has the doc; either this or ``user_id``.
            user_id: The id of the user that the doc is about.

        Raises:
            InvalidArgumentError: When there is not exactly one owner, or an id is not a UUID of
                version 4.
            NotFoundError: When the owner never had such a doc.

        Example:
            >>> client.docs.delete(doc.id, agent_id=agent.id)
        """
        return value(self._delete(doc_id, agent_id, user_id))


class AsyncDocsManager(AsyncDocSearch, BaseDocsManager):
    """Create and manage docs, by async methods."""

    @mirrors(DocsManager.get)
    @beartype
    async def get(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Doc:
        """Get a doc.

        Example:
            >>> (await client.docs.get(doc.id, agent_id=agent.id)).title
            'Opening hours'
        """
        return await awaited(self._get(doc_id, agent_id, user_id))

    @mirrors(DocsManager.create)
    @beartype
    @rewrap_in_class(Doc)
    async def create(
        self,
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        doc: DocInput,
    ) -> ResourceCreatedResponse:
        """Create a doc of an agent or of a user.

        Example:
            >>> doc = {"title": "Opening hours", "content": "We open at nine."}
            >>> (await client.docs.create(user_id=user.id, doc=doc)).user_id == user.id
            True
        """
        return await awaited(self._create(agent_id, user_id, doc=doc))

    @mirrors(DocsManager.list)
    @beartype
    async def list(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[Doc]:
        """List up to ``limit`` docs of an agent or of a user, newest first.

        Example:
            >>> [doc.title for doc in await client.docs.list(agent_id=agent.id)]
            ['Opening hours']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(
            agent_id, user_id, limit, offset, matching, sort_by=sort_by, order=order
        )
        return (await awaited(found)).items

    @mirrors(DocsManager.iterate)
    @beartype
    def iterate(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[Doc]:
        """Iterate over all docs of an agent or of a user, newest first, a page at a time.

        Example:
            >>> async for doc in client.docs.iterate(agent_id=agent.id):
            ...     print(doc.title)
            Opening hours
        """
        matching = encode_filter(metadata_filter)
        walk = self._iterate(
            agent_id, user_id, limit, page_size, matching, sort_by=sort_by, order=order
        )
        return AsyncItemIterator(walk)

    @mirrors(DocsManager.count)
    @beartype
    async def count(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
    ) -> int:
        """Count the docs of an agent or of a user.

        Example:
            >>> await client.docs.count(agent_id=agent.id)
            3
        """
        return await awaited(self._count(agent_id, user_id, encode_filter(metadata_filter)))

    @mirrors(DocsManager.update)
    @beartype
    @rewrap_in_class(Doc)
    async def update(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        title: str | None = None,
        content: str | Sequence[str] | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a doc. Searches find its new text at once.

        Example:
            >>> (await client.docs.update(doc.id, agent_id=agent.id, title="Hours")).title
            'Hours'
        """
        result = self._update(
            doc_id,
            agent_id,
            user_id,
            title=title,
            content=content,
            metadata=metadata,
            overwrite=overwrite,
        )
        return await awaited(result)

    @mirrors(DocsManager.delete)
    @beartype
    async def delete(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> None:
        """Delete a doc.

        Example:
            >>> await client.docs.delete(doc.id, agent_id=agent.id)
        """
        return await awaited(self._delete(doc_id, agent_id, user_id))


def _owner(agent_id: str | UUID | None, user_id: str | UUID | None) -> tuple[str | UUID, bool]:
    """Return the id of a doc's owner, and whether it is a user.

    Raises:
        InvalidArgumentError: When there are none or two.
    """
    if agent_id is not None and user_id is None:
        return agent_id, False
    if user_id is not None and agent_id is None:
        return user_id, True
    found = "neither" if agent_id is None else "both"
    raise InvalidArgumentError(
        f"agent_id: expected either this or user_id; got {found}", path="agent_id"
    )


resolvable(__name__)
