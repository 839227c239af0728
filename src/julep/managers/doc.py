"""Docs: documents of an agent, or about a user."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from julep._arguments.encode import drop_none, encoded
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers._doc_owner import (
    create_call,
    delete_call,
    get_call,
    owner_of,
    patch_call,
    replace_call,
)
from julep.managers.doc_files import AsyncDocFiles, BaseDocFiles, DocFiles
from julep.managers.doc_lists import AsyncDocLists, BaseDocLists, DocLists
from julep.managers.doc_search import AsyncDocSearch, BaseDocSearch, DocSearch
from julep.managers.utils import rewrap_in_class
from julep_api.models import Doc

if TYPE_CHECKING:
    from julep.managers.types import DocCreateArgs, DocInput
    from julep_api.models import (
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


class BaseDocsManager(BaseDocLists, BaseDocSearch, BaseDocFiles):
    """What the sync and the async docs manager share. A doc has one owner: an agent or a user.

    Example:
        >>> from julep.managers.doc import BaseDocsManager
        >>> isinstance(client.docs, BaseDocsManager)
        True
    """

    def _get(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Doc | Awaitable[Doc]:
        """Implement `DocsManager.get`."""
        return self._send(get_call, owner_of(agent_id, user_id), doc_id)

    def _create(
        self,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        *,
        doc: DocInput,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `DocsManager.create`."""
        from julep_api.models import CreateDoc

        owner = owner_of(agent_id, user_id)
        # Encoded here, so that the path of an error begins with the argument's name.
        return self._send(create_call, owner, encoded(CreateDoc.encode, doc, "doc"))

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
        body = drop_none(title=title, content=content, metadata=metadata)
        operation = replace_call if overwrite else patch_call
        return self._send(operation, owner_of(agent_id, user_id), doc_id, body)

    def _delete(
        self,
        doc_id: str | UUID,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
    ) -> Awaitable[None] | None:
        """Implement `DocsManager.delete`."""
        return self._discard(delete_call, owner_of(agent_id, user_id), doc_id)


class DocsManager(DocLists, DocSearch, DocFiles, BaseDocsManager):
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
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidArgumentError: When there is not exactly one owner.
            InvalidIdError: When an id is not a UUID of version 4.
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
            agent_id: The id of the agent that gets the doc; either this or ``user_id``.
            user_id: The id of the user that the doc is about.
            doc: The document, as a model or a dict: a title, a content (a text, or a list of one or
                more that are searched separately), and optionally metadata.

        Returns:
            The created doc.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When there is not exactly one owner, or a key is misspelt or
                missing.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> doc = {"title": "Opening hours", "content": "We open at nine."}
            >>> client.docs.create(user_id=user.id, doc=doc).user_id == user.id
            True
        """
        return value(self._create(agent_id, user_id, doc=doc))

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
            InvalidIdError: When an id is not a UUID of version 4.
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
            ArgumentTypeError: When an id is neither a str nor a UUID.
            InvalidArgumentError: When there is not exactly one owner.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When the owner never had such a doc.

        Example:
            >>> client.docs.delete(doc.id, agent_id=agent.id)
        """
        return value(self._delete(doc_id, agent_id, user_id))


class AsyncDocsManager(AsyncDocLists, AsyncDocSearch, AsyncDocFiles, BaseDocsManager):
    """Create and manage docs, by async methods.

    Example:
        >>> doc = {"title": "Opening hours", "content": "We open at nine."}
        >>> (await client.docs.create(agent_id=agent.id, doc=doc)).title
        'Opening hours'
    """

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


resolvable(__name__)
