"""A folder's files beside the documents that were made of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar

from julep._calls.flow import RunTasks
from julep._documents.added import AddedDocs, AddedFile, FileStatus
from julep._documents.readers import (
    SUFFIXES,
    Document,
    EmptyFileError,
    UnreadableFileError,
    read_document,
)
from julep.errors import ApiError, InvalidArgumentError

if TYPE_CHECKING:
    from julep._calls.flow import Flow
    from julep_api.models import Doc

T = TypeVar("T")

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
# Responses that refuse one file; the others would come for each.
_REFUSING: Final = frozenset({400, 409, 413, 422})


class Folder(NamedTuple):
    """A folder.

    Attributes:
        name: Its name, by which its documents are found again.
        path: Its path, by which they differ from those of another folder of this name.
        files: The paths of its files, by source.
    """

    name: str
    path: str
    files: dict[str, Path]


class Loaded(NamedTuple):
    """A file's content: of an unchanged one, the hash alone."""

    digest: str
    document: Document | None


class Stored(NamedTuple):
    """The id of a document, and the jobs that index it."""

    doc_id: str
    jobs: tuple[str, ...] = ()


class Requests(Protocol):
    """The requests of a manager, as flows."""

    def stored(self, folder: str) -> Flow[Any, Sequence[Doc]]:
        """Request the documents of a folder."""
        ...

    def store(self, doc_id: str | None, doc: dict[str, object]) -> Flow[Any, Stored]:
        """Create a document, or replace one."""
        ...

    def label(self, doc_id: str, metadata: dict[str, str]) -> Flow[Any, None]:
        """Merge into the metadata of a document."""
        ...

    def remove(self, doc_id: str) -> Flow[Any, None]:
        """Delete a document."""
        ...


class Adding:
    """Adds the files of a folder.

    Args:
        path: The folder, or a file.
        requests: The requests that it sends.
        prune: Whether documents without a file are deleted.
        dry_run: Whether nothing is changed.
        on_file: Called after each file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        requests: Requests,
        *,
        prune: bool,
        dry_run: bool,
        on_file: Callable[[AddedFile, int], object] | None,
    ) -> None:
        if not os.fspath(path):  # often a variable that is not set; a path would make it "."
            raise _refusal("path", "expected a folder or a file; got ''")
        self._path = Path(path)
        self._requests = requests
        self._prune = prune
        self._dry_run = dry_run
        self._on_file = on_file
        self._done: list[AddedFile] = []

    def flow(self) -> Flow[Any, AddedDocs]:
        """Add the files."""
        folder = yield from _in_thread(partial(_folder, self._path, prune=self._prune))
        stored: dict[str, Doc] = {}
        superfluous: list[Doc] = []
        of_name = yield from self._requests.stored(folder.name)
        for doc in (yield from _in_thread(partial(_own, folder, of_name))):
            source = str(doc.metadata.get("source")) if doc.metadata else ""
            if source not in stored and source in folder.files:
                stored[source] = doc
            elif self._prune and _may_remove(folder, doc):
                superfluous.append(doc)
        total = len(folder.files) + len(superfluous)
        for source, path in folder.files.items():
            self._note((yield from self._add(folder, source, path, stored.get(source))), total)
        for doc in superfluous:
            if not self._dry_run:
                yield from self._requests.remove(doc.id)
            source = str((doc.metadata or {}).get("source"))
            self._note(AddedFile(source, "removed", doc.id), total)
        return AddedDocs(self._done)

    def _add(
        self, folder: Folder, source: str, path: Path, stored: Doc | None
    ) -> Flow[Any, AddedFile]:
        """Add a file, unless its document has the same content."""
        doc_id = None if stored is None else stored.id
        known = str(stored.metadata.get("sha256")) if stored and stored.metadata else ""
        try:
            if not _is_utf8(source):
                raise UnreadableFileError("its name is no UTF-8")
            loaded = yield from _in_thread(partial(_load, path, known))
            metadata = {
                "source": source,
                "folder": folder.name,
                "folder_path": folder.path,
                "sha256": loaded.digest,
            }
            if loaded.document is None:
                # One of a folder that is not here belongs to this one from now on.
                if stored and _path_of(stored) != folder.path and not self._dry_run:
                    yield from self._requests.label(stored.id, metadata)
                return AddedFile(source, "unchanged", doc_id)
            doc: dict[str, object] = {
                "title": loaded.document.title,
                "content": loaded.document.parts,
                "metadata": metadata,
            }
            status: FileStatus = "created" if stored is None else "replaced"
            if self._dry_run:
                return AddedFile(source, status, doc_id)
            new_id, jobs = yield from self._requests.store(doc_id, doc)
        except EmptyFileError as error:
            if stored is None or not (self._prune and _may_remove(folder, stored)):
                text = f"{error}; its document stays" if doc_id else str(error)
                return AddedFile(source, "skipped", doc_id, text)
            if not self._dry_run:
                yield from self._requests.remove(stored.id)
            return AddedFile(source, "removed", doc_id)
        except (UnreadableFileError, OSError) as error:
            return AddedFile(source, "failed", doc_id, _sentence(error))
        except ApiError as error:
            if error.status_code not in _REFUSING:
                raise
            return AddedFile(source, "failed", doc_id, error.message)
        return AddedFile(source, status, new_id, jobs=jobs)

    def _note(self, file: AddedFile, total: int) -> None:
        self._done.append(file)
        if self._on_file is not None:
            self._on_file(file, total)


def _is_utf8(name: str) -> bool:
    """Whether a name can be sent: those of files may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sentence(error: Exception) -> str:
    return f"it cannot be read: {error.strerror}" if isinstance(error, OSError) else str(error)


def _folder(path: Path, *, prune: bool) -> Folder:
    """Return a folder's files, or the file itself: those that can be read, in order."""
    if path.is_file():
        if prune:
            raise _refusal("prune", f"expected a folder; {str(path)!r} is a file")
        if path.suffix.lower() not in SUFFIXES:
            raise _refusal("path", f"expected a {_endings()} file; got {str(path)!r}")
        parent = path.resolve().parent
        return Folder(parent.name, _printable(parent), {f"{parent.name}/{path.name}": path})
    if not path.is_dir():
        raise _refusal("path", f"expected a folder or a file; there is no {str(path)!r}")
    name = path.resolve().name
    if not _is_utf8(name):
        raise _refusal("path", f"expected a folder with a name in UTF-8; got {str(path)!r}")
    found = {
        f"{name}/{file.relative_to(path).as_posix()}": file
        for folder, names, files in os.walk(path, onerror=_refuse_folder)
        for file in _visible(Path(folder), names, files)
    }
    return Folder(name, _printable(path), found)


def _printable(path: Path) -> str:
    """Return a path that can be sent: its names may be any bytes."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


def _own(folder: Folder, docs: Sequence[Doc]) -> list[Doc]:
    """Return the documents of a folder among those of its name, its own before adopted ones.

    Others are of a folder that this machine has, too. Where there is none, it was moved, or the
    documents were made on another machine, or by an earlier version.
    """
    paths = {path for doc in docs if (path := _path_of(doc)) not in {None, folder.path}}
    others = {path for path in paths if path is not None and os.path.isdir(path)}  # noqa: PTH112 - no error for what may not be read
    own = [doc for doc in docs if _path_of(doc) not in others]
    return sorted(own, key=lambda doc: _path_of(doc) != folder.path)


def _may_remove(folder: Folder, doc: Doc) -> bool:
    """Check whether a document is of a folder alone.

    One of a path that is not on this machine may be of another folder on another machine: this one
    has it when a file of the same source is imported, and not because there is none.
    """
    return _path_of(doc) in {None, folder.path}


def _path_of(doc: Doc) -> str | None:
    """Return the path of the folder that a document was made of, if that is known."""
    path = doc.metadata.get("folder_path") if doc.metadata else None
    return path if isinstance(path, str) else None


def _visible(folder: Path, names: list[str], files: list[str]) -> list[Path]:
    """Return the files of a folder; the walk goes on in order, and not in hidden folders."""
    names[:] = sorted(name for name in names if not name.startswith("."))
    return [
        folder / file
        for file in sorted(files)
        if not file.startswith(".") and Path(file).suffix.lower() in SUFFIXES
    ]


def _refuse_folder(error: OSError) -> None:
    """Refuse a folder that cannot be read: its documents would seem to be superfluous."""
    raise _refusal("path", f"{error.filename!r} cannot be read: {error.strerror}")


def _endings() -> str:
    return ", ".join(sorted(SUFFIXES))


def _refusal(name: str, problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"{name}: {problem}", path=name)


def _load(path: Path, known: str) -> Loaded:
    """Read a file, and its text unless the hash is known."""
    found = path.stat()
    if not S_ISREG(found.st_mode):  # reading a pipe would never end
        raise UnreadableFileError("it is no regular file")
    if found.st_size > MAX_FILE_BYTES:
        raise UnreadableFileError(f"it has more than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    data = path.read_bytes()
    digest = sha256(data).hexdigest()
    return Loaded(digest, None if digest == known else read_document(path.name, data))


class _Work(Generic[T]):
    """A function that runs in a thread of the async client; its error is its result."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def run(self) -> T | Exception:
        try:
            return self._work()
        except Exception as error:  # noqa: BLE001 - raised by the flow
            return error

    async def arun(self) -> T | Exception:
        from anyio import to_thread

        return await to_thread.run_sync(self.run)


def _in_thread(work: Callable[[], T]) -> Generator[Any, Any, T]:
    """Run work that waits for a disk."""
    results: list[T | Exception] = yield RunTasks([_Work(work)])
    (found,) = results
    if isinstance(found, Exception):
        raise found
    return found
