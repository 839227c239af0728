"""Documents made of files: a part of the docs managers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any
from uuid import UUID

from julep._arguments.encode import encode_filter, encoded
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.paging import MAX_PAGE_SIZE, PageWalk
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.managers._doc_owner import (
    DocOwner,
    create_call,
    delete_call,
    list_call,
    owner_of,
    replace_call,
)
from julep.managers.base import BaseManager

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep._calls.protocols import Driver
    from julep._documents.added import AddedDocs, AddedFile
    from julep._documents.folder import Stored
    from julep_api.client import Call
    from julep_api.models import Doc

__all__ = ["AsyncDocFiles", "BaseDocFiles", "DocFiles"]


class BaseDocFiles(BaseManager):
    """What the sync and the async `add` share.

    Example:
        >>> from julep.managers.doc_files import BaseDocFiles
        >>> isinstance(client.docs, BaseDocFiles)
        True
    """

    def _add(
        self,
        path: str | PathLike[str],
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        name: str | None = None,
        prune: bool | None = False,
        dry_run: bool | None = False,
        on_file: Callable[[AddedFile, int], object] | None = None,
    ) -> AddedDocs | Awaitable[AddedDocs]:
        """Implement `DocsManager.add`."""
        from julep._documents.folder import Adding

        requests = _Requests(self.api_client, owner_of(agent_id, user_id))
        requests.walk("")  # so that an invalid id is refused before a file is read
        adding = Adding(
            path,
            requests,
            name=name,
            prune=bool(prune),
            dry_run=bool(dry_run),
            on_file=on_file,
        )
        return self.api_client.run(adding.flow())


class _Requests:
    """The requests about the documents of one owner."""

    def __init__(self, api_client: Driver, owner: DocOwner) -> None:
        self._api_client = api_client
        self._owner = owner

    def walk(self, folder: str) -> PageWalk[Doc]:
        """Return the walk through the documents of a folder."""
        page: Callable[..., Call[Any]] = partial(
            list_call, self._owner, metadata_filter=encode_filter({"folder": folder})
        )
        return PageWalk(self._api_client, page, None, MAX_PAGE_SIZE)

    def stored(self, folder: str) -> Flow[Any, Sequence[Doc]]:
        """Request the documents of a folder."""
        page = yield from self.walk(folder).whole()
        return page.items

    def store(self, doc_id: str | None, doc: dict[str, object]) -> Flow[Any, Stored]:
        """Replace the document that has the id, or create one if there is no id."""
        from julep._documents.folder import Stored

        if doc_id is not None:
            replacing = encoded(replace_call, self._owner, doc_id, doc)
            replaced = yield from self._api_client.flow_of(replacing)
            return Stored(str(replaced.id), tuple(replaced.jobs or ()))
        created = yield from self._api_client.flow_of(encoded(create_call, self._owner, doc))
        return Stored(str(created.id), tuple(created.jobs or ()))

    def remove(self, doc_id: str) -> Flow[Any, None]:
        """Delete a document."""
        yield from self._api_client.flow_of(encoded(delete_call, self._owner, doc_id))


class DocFiles(BaseDocFiles):
    """The `add` of the sync docs manager.

    Example:
        >>> print(client.docs.add("handbook/hours.md", agent_id=agent.id).created[0].source)
        handbook/hours.md
    """

    @beartype
    def add(
        self,
        path: str | PathLike[str],
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        name: str | None = None,
        prune: bool | None = False,
        dry_run: bool | None = False,
        on_file: Callable[[AddedFile, int], object] | None = None,
    ) -> AddedDocs:
        """Add the files of a folder as docs: text, Markdown, HTML and PDF.

        Each file becomes a doc, in parts that begin with the headings they stand under. The doc's
        metadata has the ``folder`` (its name), the ``source`` (that name and the file's path in the
        folder) and the ``sha256`` of the file, by which a later call finds it, from any path and on
        any machine: an unchanged file is left alone, and a changed one replaces the content of its
        doc, which keeps its id. A folder whose name another one seems to have is refused: ``name``
        says which one is meant. Hidden files and files of other kinds are skipped.

        Args:
            path: The folder, or one file of it. PDF files need the extra ``julep[cli]``.
            agent_id: The id of the agent that gets the docs; either this or ``user_id``.
            user_id: The id of the user that the docs are about.
            name: The name of the folder in its docs; by default its own name. Docs of this name are
                those of this folder.
            prune: Whether to delete docs of the folder whose files are gone or empty; ``dry_run``
                shows which.
            dry_run: Whether to change nothing, and return what would be done.
            on_file: A plain function to call after each file, with what was done with it and the
                number of all files.

        Returns:
            What was done with each file: created, replaced, unchanged, removed; or skipped or
            failed, and why.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When there is no such folder or file, not exactly one owner, or
                the docs of this name seem to be those of another folder.
            InvalidIdError: When an id is not a UUID of version 4.
            NotFoundError: When there is no such agent, or no such user.

        Example:
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> [file.source for file in added.created]
            ['handbook/hours.md', 'handbook/prices.txt']
        """
        result = self._add(
            path,
            agent_id=agent_id,
            user_id=user_id,
            name=name,
            prune=prune,
            dry_run=dry_run,
            on_file=on_file,
        )
        return value(result)


class AsyncDocFiles(BaseDocFiles):
    """The `add` of the async docs manager.

    Example:
        >>> added = await client.docs.add("handbook/hours.md", agent_id=agent.id)
        >>> added.created[0].source
        'handbook/hours.md'
    """

    @mirrors(DocFiles.add)
    @beartype
    async def add(
        self,
        path: str | PathLike[str],
        *,
        agent_id: str | UUID | None = None,
        user_id: str | UUID | None = None,
        name: str | None = None,
        prune: bool | None = False,
        dry_run: bool | None = False,
        on_file: Callable[[AddedFile, int], object] | None = None,
    ) -> AddedDocs:
        """Add the files of a folder as docs: text, Markdown, HTML and PDF.

        Example:
            >>> added = await client.docs.add("handbook", agent_id=agent.id)
            >>> [file.source for file in added.created]
            ['handbook/hours.md', 'handbook/prices.txt']
        """
        result = self._add(
            path,
            agent_id=agent_id,
            user_id=user_id,
            name=name,
            prune=prune,
            dry_run=dry_run,
            on_file=on_file,
        )
        return await awaited(result)


resolvable(__name__)
