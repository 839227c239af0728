"""Search in docs: a part of the docs managers."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.errors import InvalidArgumentError
from julep.managers.base import BaseManager
from julep_api.api import docs

if TYPE_CHECKING:
    from julep_api.models import DocMatch, SearchDocsResponse

__all__ = ["AsyncDocSearch", "BaseDocSearch", "DocSearch"]


class BaseDocSearch(BaseManager):
    """What the sync and the async search share.

    Example:
        >>> from julep.managers.doc_search import BaseDocSearch
        >>> isinstance(client.docs, BaseDocSearch)
        True
    """

    def _search(
        self,
        query: str,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
    ) -> SearchDocsResponse | Awaitable[SearchDocsResponse]:
        """Implement `DocsManager.search`, and return the whole response."""
        if agent_id is None and user_id is None:
            raise InvalidArgumentError(
                "agent_id: expected this, user_id or both; got neither", path="agent_id"
            )
        return self._send(
            docs.search_docs.call, query=query, agent_id=agent_id, user_id=user_id, limit=limit
        )


class DocSearch(BaseDocSearch):
    """The search of the sync docs manager.

    Example:
        >>> [match.title for match in client.docs.search("When do you open?", agent.id)]
        ['Opening hours']
    """

    @beartype
    def search(
        self,
        query: str,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
    ) -> List[DocMatch]:
        """Search the docs of an agent, of a user or of both, as a chat of the two does.

        Args:
            query: The text to search for, such as a question.
            agent_id: The id of the agent whose docs are searched; this, ``user_id`` or both.
            user_id: The id of the user whose docs are searched.
            limit: The most matches to return, 1 to 1000; 100 by default.

        Returns:
            The parts of docs that match, the nearest first, each with its ranks by words and by
            meaning.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is no owner, or the limit is out of bounds.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> [match.text for match in client.docs.search("When do you open?", agent.id)]
            ['We open at nine.']
        """
        return value(self._search(query, agent_id, user_id, limit)).items


class AsyncDocSearch(BaseDocSearch):
    """The search of the async docs manager.

    Example:
        >>> [match.title for match in await client.docs.search("When do you open?", agent.id)]
        ['Opening hours']
    """

    @mirrors(DocSearch.search)
    @beartype
    async def search(
        self,
        query: str,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        limit: int | None = None,
    ) -> List[DocMatch]:
        """Search the docs of an agent, of a user or of both, as a chat of the two does.

        Example:
            >>> [match.text for match in await client.docs.search("When do you open?", agent.id)]
            ['We open at nine.']
        """
        return (await awaited(self._search(query, agent_id, user_id, limit))).items


resolvable(__name__)
