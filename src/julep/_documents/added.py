"""The result of adding files as documents."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import attrs

FileStatus: TypeAlias = Literal["created", "replaced", "unchanged", "skipped", "removed", "failed"]


class AddedFile(NamedTuple):
    """What was done with a file.

    Attributes:
        source: The folder's name and the file's path in it, with slashes: ``handbook/hours.md``.
        status: Whether its document was created, replaced, left unchanged or removed, or the file
            was skipped or failed.
        doc_id: The document's id; None if the file has none.
        reason: Why the file was skipped or failed; None for others.
        jobs: The ids of the jobs that index its document, on servers that do so in jobs.

    Example:
        >>> added = client.docs.add("handbook", agent_id=agent.id)
        >>> [(file.source, file.status) for file in added.files]
        [('handbook/hours.md', 'created'), ('handbook/prices.txt', 'created')]
    """

    source: str
    status: FileStatus
    doc_id: str | None = None
    reason: str | None = None
    jobs: tuple[str, ...] = ()


@attrs.frozen
class AddedDocs:
    """What was done with the files of a folder.

    Attributes:
        files: The files in order, and then the documents that were removed.

    Example:
        >>> client.docs.add("handbook", agent_id=agent.id).created == []
        False
        >>> client.docs.add("handbook", agent_id=agent.id).created == []
        True
    """

    files: list[AddedFile]

    @property
    def created(self) -> list[AddedFile]:
        """The files whose documents are new.

        Example:
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> len(added.created)
            2
        """
        return self._with("created")

    @property
    def replaced(self) -> list[AddedFile]:
        """The files whose documents have a new content.

        Example:
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> import pathlib
            >>> path = pathlib.Path("handbook/hours.md")
            >>> text = path.write_text("We open at ten.")
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> [file.source for file in added.replaced]
            ['handbook/hours.md']
        """
        return self._with("replaced")

    @property
    def unchanged(self) -> list[AddedFile]:
        """The files whose documents stay, because the files did not change.

        Example:
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> len(client.docs.add("handbook", agent_id=agent.id).unchanged)
            2
        """
        return self._with("unchanged")

    @property
    def skipped(self) -> list[AddedFile]:
        """The files of text, Markdown and HTML that have none.

        Example:
            >>> import pathlib
            >>> size = pathlib.Path("handbook/empty.md").write_text("")
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> [(file.source, file.reason) for file in added.skipped]
            [('handbook/empty.md', 'it has no text')]
        """
        return self._with("skipped")

    @property
    def removed(self) -> list[AddedFile]:
        """The documents without a file, which were deleted.

        Example:
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> import pathlib
            >>> pathlib.Path("handbook/hours.md").unlink()
            >>> added = client.docs.add("handbook", agent_id=agent.id, prune=True)
            >>> [file.source for file in added.removed]
            ['handbook/hours.md']
        """
        return self._with("removed")

    @property
    def failed(self) -> list[AddedFile]:
        """The files that could not be read, or whose text the server refused.

        Example:
            >>> import pathlib
            >>> size = pathlib.Path("handbook/scan.pdf").write_bytes(b"")
            >>> added = client.docs.add("handbook", agent_id=agent.id)
            >>> [file.source for file in added.failed]
            ['handbook/scan.pdf']
        """
        return self._with("failed")

    def _with(self, status: FileStatus) -> list[AddedFile]:
        return [file for file in self.files if file.status == status]
