"""Users: the people that agents talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, List
from uuid import UUID

from julep._arguments.encode import (
    NO_METADATA,
    REPRESENTATION,
    checked_id,
    drop_none,
    encode_filter,
    omit_empty_filter,
)
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy
from julep.managers.base import BaseManager
from julep.managers.utils import rewrap_in_class
from julep_api.api import users
from julep_api.models import User

if TYPE_CHECKING:
    from julep.managers.types import DocDict, Order, SortBy, UserCreateArgs, UserUpdateArgs
    from julep_api.models import (
        CreateDoc,
        ListUsersResponse,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__, {"julep.managers.types": ("UserCreateArgs", "UserUpdateArgs")}
    )

__all__ = [
    "AsyncUsersManager",
    "BaseUsersManager",
    "UserCreateArgs",
    "UserUpdateArgs",
    "UsersManager",
]


class BaseUsersManager(BaseManager):
    """What both colours of the users manager do."""

    def _get(self, id: str | UUID) -> User | Awaitable[User]:
        return self._send(users.get_user.call, checked_id(id))

    def _create(
        self,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        body = drop_none(name=name, about=about, docs=docs or None, metadata=metadata)
        return self._send(users.create_user.call, body, prefer=REPRESENTATION)

    def _list_items(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> ListUsersResponse | Awaitable[ListUsersResponse]:
        return self._send(
            users.list_users.call,
            limit=limit,
            offset=offset,
            metadata_filter=omit_empty_filter(metadata_filter),
            sort_by=sort_by,
            order=order,
        )

    def _iterate(
        self,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[User]:
        matching = omit_empty_filter(metadata_filter)
        page = partial(
            users.list_users.call, metadata_filter=matching, sort_by=sort_by, order=order
        )
        return PageWalk(self.api_client, page, limit, page_size)

    def _delete(self, user_id: str | UUID) -> Awaitable[None] | None:
        return self._discard(users.delete_user.call, user_id)

    def _update(
        self,
        user_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        body = drop_none(name=name, about=about, metadata=metadata)
        if overwrite:
            return self._send(users.update_user.call, user_id, body, prefer=REPRESENTATION)
        return self._send(users.patch_user.call, user_id, body, prefer=REPRESENTATION)


class UsersManager(BaseUsersManager):
    """Users, blocking.

    Example:
        >>> user = client.users.create(name="Grace", about="likes short answers")
        >>> client.users.get(user.id).name
        'Grace'
    """

    @beartype
    def get(self, id: str | UUID) -> User:
        """Get a user.

        Args:
            id: The user's id, a UUID of version 4.

        Returns:
            The user.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID (a TypeError).
            InvalidIdError: When it is not a UUID of version 4 (a ValueError).
            NotFoundError: When there is no such user (a KeyError).
            NetworkError: When no answer comes.

        Example:
            >>> client.users.get(user.id).about
            'likes short answers'
        """
        return value(self._get(id))

    @beartype
    @rewrap_in_class(User)
    def create(
        self,
        *,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create a user.

        Args:
            name: What agents call the user; the server's default is "User".
            about: What agents know of the user from the start.
            docs: Documents about the user, as models or dicts.
            metadata: Anything to keep with the user; lists can be filtered by it.

        Returns:
            The user, whole.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a document's key is unknown or missing.

        Example:
            >>> client.users.create(name="Grace", metadata={"plan": "pro"}).id
            '0b0f3c58-3f0e-4a57-8f8a-6f5e0c9d1b2a'
        """
        return value(self._create(name, about, docs, metadata))

    @beartype
    def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[User]:
        """List a page of users, newest first.

        Args:
            limit: The most users to give, 1 to 1000; the server's default is 100.
            offset: How many to pass over, 0 or more.
            metadata_filter: Keys and values that a user's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The users of this page.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.

        Example:
            >>> [user.name for user in client.users.list(metadata_filter={"plan": "pro"})]
            ['Grace']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return value(found).items

    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[User]:
        """Walk through all users, newest first, a page at a time.

        Nothing is asked for before the walk begins. What others create or delete meanwhile makes
        none come twice and none be left out.

        Args:
            limit: The most users in total, 0 or more; None for all.
            page_size: The users that a request asks for, 1 to 1000; 100 when not given.
            metadata_filter: Keys and values that a user's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            An iterator of users.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When a number is out of bounds.

        Example:
            >>> for user in client.users.iterate(metadata_filter={"plan": "pro"}):
            ...     print(user.name)
            Grace
        """
        matching = encode_filter(metadata_filter)
        return ItemIterator(self._iterate(limit, page_size, matching, sort_by=sort_by, order=order))

    @beartype
    def delete(self, user_id: str | UUID) -> None:
        """Delete a user, and all documents about the user. A second time does nothing.

        Args:
            user_id: The user's id.

        Raises:
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When there never was such a user.

        Example:
            >>> client.users.delete(user.id)
        """
        return value(self._delete(user_id))

    @beartype
    @rewrap_in_class(User)
    def update(
        self,
        *,
        user_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change a user.

        Args:
            user_id: The user's id.
            name: What agents call the user; needed when overwriting.
            about: What agents know of the user; needed when overwriting.
            metadata: What to keep with the user. It is merged into what is there (RFC 7396: a
                null removes a key), or replaces it when overwriting.
            overwrite: Whether everything that is not given is reset, instead of left as it is.

        Returns:
            The user as they are now, whole.

        Raises:
            ArgumentTypeError: When an argument has a wrong type (beartype's violation, too).
            InvalidArgumentError: When overwriting without a name and an about.
            NotFoundError: When there is no such user.

        Example:
            >>> client.users.update(user_id=user.id, about="likes long answers").name
            'Grace'
        """
        return value(self._update(user_id, name, about, metadata, overwrite))


class AsyncUsersManager(BaseUsersManager):
    """Users, awaited.

    Example:
        >>> user = await client.users.create(name="Grace", about="likes short answers")
        >>> (await client.users.get(user.id)).name
        'Grace'
    """

    @beartype
    async def get(self, id: str | UUID) -> User:
        """Get a user.

        Arguments, result and errors are those of `UsersManager.get`.

        Example:
            >>> (await client.users.get(user.id)).about
            'likes short answers'
        """
        return await awaited(self._get(id))

    @beartype
    @rewrap_in_class(User)
    async def create(
        self,
        *,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[DocDict | CreateDoc] = (),
        metadata: Mapping[str, object] = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create a user.

        Arguments, result and errors are those of `UsersManager.create`.

        Example:
            >>> (await client.users.create(name="Grace", metadata={"plan": "pro"})).id
            '0b0f3c58-3f0e-4a57-8f8a-6f5e0c9d1b2a'
        """
        return await awaited(self._create(name, about, docs, metadata))

    @beartype
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[User]:
        """List a page of users, newest first.

        Arguments, result and errors are those of `UsersManager.list`.

        Example:
            >>> [user.name for user in await client.users.list(metadata_filter={"plan": "pro"})]
            ['Grace']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return (await awaited(found)).items

    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[User]:
        """Walk through all users, newest first, a page at a time.

        Arguments, result and errors are those of `UsersManager.iterate`.

        Example:
            >>> async for user in client.users.iterate(metadata_filter={"plan": "pro"}):
            ...     print(user.name)
            Grace
        """
        matching = encode_filter(metadata_filter)
        return AsyncItemIterator(
            self._iterate(limit, page_size, matching, sort_by=sort_by, order=order)
        )

    @beartype
    async def delete(self, user_id: str | UUID) -> None:
        """Delete a user, and all documents about the user. A second time does nothing.

        Arguments, result and errors are those of `UsersManager.delete`.

        Example:
            >>> await client.users.delete(user.id)
        """
        return await awaited(self._delete(user_id))

    @beartype
    @rewrap_in_class(User)
    async def update(
        self,
        *,
        user_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool = False,
    ) -> ResourceUpdatedResponse:
        """Change a user.

        Arguments, result and errors are those of `UsersManager.update`.

        Example:
            >>> (await client.users.update(user_id=user.id, about="likes long answers")).name
            'Grace'
        """
        return await awaited(self._update(user_id, name, about, metadata, overwrite))
