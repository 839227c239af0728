"""Users: the people that agents talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
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
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import AsyncItemIterator, ItemIterator, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import lazy, resolvable
from julep.managers.base import BaseManager
from julep.managers.utils import rewrap_in_class
from julep_api.api import users
from julep_api.models import User

if TYPE_CHECKING:
    from julep.managers.types import (
        DocInput,
        Order,
        SortBy,
        UserCreateArgs,
        UserUpdateArgs,
    )
    from julep_api.client import Call
    from julep_api.models import (
        ListUsersResponse,
        ResourceCreatedResponse,
        ResourceUpdatedResponse,
    )

else:
    _, __getattr__, __dir__ = lazy(
        __name__,
        {"julep.managers.types": ("UserCreateArgs", "UserUpdateArgs")},
        older="julep.managers._names_of_0_3",
    )

__all__ = [
    "AsyncUsersManager",
    "BaseUsersManager",
    "UserCreateArgs",
    "UserUpdateArgs",
    "UsersManager",
]


class BaseUsersManager(BaseManager):
    """What the sync and the async users manager share.

    Example:
        >>> from julep.managers.user import BaseUsersManager
        >>> isinstance(client.users, BaseUsersManager)
        True
    """

    def _get(self, id: str | UUID) -> User | Awaitable[User]:
        """Implement `UsersManager.get`."""
        return self._send(users.get_user.call, checked_id(id))

    def _create(
        self,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse | Awaitable[ResourceCreatedResponse]:
        """Implement `UsersManager.create`."""
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
        """Implement `UsersManager.list`, and return the whole response."""
        return self._list_all(_page(metadata_filter, sort_by, order), limit, offset)

    def _iterate(
        self,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: str = "{}",
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> PageWalk[User]:
        """Implement `UsersManager.iterate`."""
        page = _page(metadata_filter, sort_by, order)
        return PageWalk(self.api_client, page, limit, page_size)

    def _count(self, metadata_filter: str = "{}") -> int | Awaitable[int]:
        """Implement `UsersManager.count`."""
        return self._total(_page(metadata_filter))

    def _update(
        self,
        user_id: str | UUID,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse | Awaitable[ResourceUpdatedResponse]:
        """Implement `UsersManager.update`."""
        body = drop_none(name=name, about=about, metadata=metadata)
        if overwrite:
            whole = {"about": "", **body}
            return self._send(users.update_user.call, user_id, whole, prefer=REPRESENTATION)
        return self._send(users.patch_user.call, user_id, body, prefer=REPRESENTATION)

    def _delete(self, user_id: str | UUID) -> Awaitable[None] | None:
        """Implement `UsersManager.delete`."""
        return self._discard(users.delete_user.call, user_id)


class UsersManager(BaseUsersManager):
    """Create and manage users.

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
            ArgumentTypeError: When the id is neither a str nor a UUID (also a TypeError).
            InvalidIdError: When it is not a UUID of version 4 (also a ValueError).
            NotFoundError: When there is no such user (also a KeyError).
            NetworkError: When the server sends no response.

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
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create a user.

        Args:
            name: The user's name, for the model; "User" by default.
            about: A description of the user, for the model.
            docs: Documents about the user, for agents to search, as models or dicts.
            metadata: JSON to store with the user; `list` and `iterate` can filter by it.

        Returns:
            The created user.

        Raises:
            ArgumentTypeError: When an argument, or something in a dict, has a wrong type.
            InvalidArgumentError: When a key of a document is misspelt or missing.

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
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[User]:
        """List up to ``limit`` users, newest first.

        Args:
            limit: The most users to return, 1 or more; None for all.
            offset: How many users to skip, 0 or more.
            metadata_filter: Keys and values that a user's metadata must have.
            sort_by: ``created_at`` (the default) or ``updated_at``.
            order: ``asc``, oldest first, or ``desc`` (the default).

        Returns:
            The users.

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
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> Iterator[User]:
        """Iterate over all users, newest first, a page at a time.

        The first request is sent when the iteration starts. Creating and deleting users
        meanwhile makes it neither skip nor repeat any.

        Args:
            limit: The most users in total, 0 or more; None for all.
            page_size: The users per request, 1 to 1000; 100 by default.
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
    def count(self, metadata_filter: Mapping[str, object] | None = NO_METADATA) -> int:
        """Count the users.

        Args:
            metadata_filter: Keys and values that a user's metadata must have.

        Returns:
            The number of users.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.

        Example:
            >>> client.users.count({"plan": "pro"})
            1
        """
        return value(self._count(encode_filter(metadata_filter)))

    @beartype
    @rewrap_in_class(User)
    def update(
        self,
        user_id: str | UUID,
        *,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a user.

        Args:
            user_id: The user's id.
            name: The user's name; required when overwriting.
            about: A description of the user.
            metadata: JSON to merge into the stored metadata (RFC 7396: a null removes a key), or to
                replace it when overwriting.
            overwrite: Whether arguments that are None reset their fields, instead of keeping them.

        Returns:
            The updated user.

        Raises:
            ArgumentTypeError: When an argument has a wrong type (also beartype's violation).
            InvalidArgumentError: When overwriting without a name.
            InvalidIdError: When the id is not a UUID of version 4.
            NotFoundError: When there is no such user.

        Example:
            >>> client.users.update(user_id=user.id, about="likes long answers").name
            'Grace'
        """
        return value(self._update(user_id, name, about, metadata, overwrite))

    @beartype
    def delete(self, user_id: str | UUID) -> None:
        """Delete a user, and all documents about the user.

        Deleting a user again has no effect.

        Args:
            user_id: The user's id.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When no such user ever existed.

        Example:
            >>> client.users.delete(user.id)
        """
        return value(self._delete(user_id))


class AsyncUsersManager(BaseUsersManager):
    """Create and manage users, by async methods.

    Example:
        >>> user = await client.users.create(name="Grace", about="likes short answers")
        >>> (await client.users.get(user.id)).name
        'Grace'
    """

    @mirrors(UsersManager.get)
    @beartype
    async def get(self, id: str | UUID) -> User:
        """Get a user.

        Example:
            >>> (await client.users.get(user.id)).about
            'likes short answers'
        """
        return await awaited(self._get(id))

    @mirrors(UsersManager.create)
    @beartype
    @rewrap_in_class(User)
    async def create(
        self,
        *,
        name: str | None = None,
        about: str | None = None,
        docs: Sequence[DocInput] | None = (),
        metadata: Mapping[str, object] | None = NO_METADATA,
    ) -> ResourceCreatedResponse:
        """Create a user.

        Example:
            >>> (await client.users.create(name="Grace", metadata={"plan": "pro"})).id
            '0b0f3c58-3f0e-4a57-8f8a-6f5e0c9d1b2a'
        """
        return await awaited(self._create(name, about, docs, metadata))

    @mirrors(UsersManager.list)
    @beartype
    async def list(
        self,
        limit: int | None = None,
        offset: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        *,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> List[User]:
        """List up to ``limit`` users, newest first.

        Example:
            >>> [user.name for user in await client.users.list(metadata_filter={"plan": "pro"})]
            ['Grace']
        """
        matching = encode_filter(metadata_filter)
        found = self._list_items(limit, offset, matching, sort_by=sort_by, order=order)
        return (await awaited(found)).items

    @mirrors(UsersManager.iterate)
    @beartype
    def iterate(
        self,
        *,
        limit: int | None = None,
        page_size: int | None = None,
        metadata_filter: Mapping[str, object] | None = NO_METADATA,
        sort_by: SortBy | None = None,
        order: Order | None = None,
    ) -> AsyncIterator[User]:
        """Iterate over all users, newest first, a page at a time.

        Example:
            >>> async for user in client.users.iterate(metadata_filter={"plan": "pro"}):
            ...     print(user.name)
            Grace
        """
        matching = encode_filter(metadata_filter)
        return AsyncItemIterator(
            self._iterate(limit, page_size, matching, sort_by=sort_by, order=order)
        )

    @mirrors(UsersManager.count)
    @beartype
    async def count(self, metadata_filter: Mapping[str, object] | None = NO_METADATA) -> int:
        """Count the users.

        Example:
            >>> await client.users.count({"plan": "pro"})
            1
        """
        return await awaited(self._count(encode_filter(metadata_filter)))

    @mirrors(UsersManager.update)
    @beartype
    @rewrap_in_class(User)
    async def update(
        self,
        user_id: str | UUID,
        *,
        name: str | None = None,
        about: str | None = None,
        metadata: Mapping[str, object] | None = None,
        overwrite: bool | None = False,
    ) -> ResourceUpdatedResponse:
        """Update a user.

        Example:
            >>> (await client.users.update(user_id=user.id, about="likes long answers")).name
            'Grace'
        """
        return await awaited(self._update(user_id, name, about, metadata, overwrite))

    @mirrors(UsersManager.delete)
    @beartype
    async def delete(self, user_id: str | UUID) -> None:
        """Delete a user, and all documents about the user.

        Example:
            >>> await client.users.delete(user.id)
        """
        return await awaited(self._delete(user_id))


def _page(
    metadata_filter: str, sort_by: SortBy | None = None, order: Order | None = None
) -> Callable[..., Call[ListUsersResponse]]:
    """Return the operation that lists users, with all but the limit and the offset."""
    matching = omit_empty_filter(metadata_filter)
    return partial(users.list_users.call, metadata_filter=matching, sort_by=sort_by, order=order)


resolvable(__name__)
