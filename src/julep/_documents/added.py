"""The result of adding files as documents."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import attrs

FileStatus: TypeAlias = Literal["created", "replaced", "unchanged", "removed", "failed"]


class AddedFile(NamedTuple):
    """What was done with a file.

    Attributes:
        source: The folder's name and the file's path in it, with slashes: ``handbook/hours.md``.
        status: Whether its document was created, replaced, left unchanged or removed, or the file
            failed.
        doc_id: The document's id; None if the file has none.
        reason: Why the file failed; None for others.
    """

    source: str
    status: FileStatus
    doc_id: str | None = None
    reason: str | None = None


@attrs.frozen
class AddedDocs:
    """What was done with the files of a folder.

    Attributes:
        files: The files in order, and then the documents that were removed.
    """

    files: list[AddedFile]

    @property
    def created(self) -> list[AddedFile]:
        """The files whose documents are new."""
        return self._with("created")

    @property
    def replaced(self) -> list[AddedFile]:
        """The files whose documents have a new content."""
        return self._with("replaced")

    @property
    def unchanged(self) -> list[AddedFile]:
        """The files whose documents stay, because the files did not change."""
        return self._with("unchanged")

    @property
    def removed(self) -> list[AddedFile]:
        """The documents without a file, which were deleted."""
        return self._with("removed")

    @property
    def failed(self) -> list[AddedFile]:
        """The files that could not be read, or whose text the server refused."""
        return self._with("failed")

    def _with(self, status: FileStatus) -> list[AddedFile]:
        return [file for file in self.files if file.status == status]
