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
from julep._documents.origin import known_origin, origin_of, path_of
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
        name: The name by which its documents are found again.
        path: Its path, which is not stored.
        files: The paths of its files, by source.
        is_whole: Whether it is a folder, and not one file of it.
    """

    name: str
    path: Path
    files: dict[str, Path]
    is_whole: bool = True

    @property
    def origin(self) -> str:
        """Where it is, without its path: that would be a user's, and another on each machine."""
        return origin_of(self.path)


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

    def remove(self, doc_id: str) -> Flow[Any, None]:
        """Delete a document."""
        ...


class Adding:
    """Adds the files of a folder.

    Args:
        path: The folder, or a file.
        requests: The requests that it sends.
        name: The folder's name in documents; None for its own.
        prune: Whether documents without a file are deleted.
        dry_run: Whether nothing is changed.
        on_file: Called after each file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        requests: Requests,
        *,
        name: str | None,
        prune: bool,
        dry_run: bool,
        on_file: Callable[[AddedFile, int], object] | None,
    ) -> None:
        if not os.fspath(path):  # often a variable that is not set; a path would make it "."
            raise _refusal("path", "expected a folder or a file; got ''")
        if name is not None and not (name.strip() and _is_utf8(name)):
            raise _refusal("name", f"expected a text that is not blank; got {name!r}")
        self._path = Path(path)
        self._name = name
        self._requests = requests
        self._prune = prune
        self._dry_run = dry_run
        self._on_file = on_file
        self._done: list[AddedFile] = []

    def flow(self) -> Flow[Any, AddedDocs]:
        """Add the files."""
        read = partial(_folder, self._path, self._name, prune=self._prune)
        folder = yield from _in_thread(read)
        of_name = yield from self._requests.stored(folder.name)
        if self._name is None:
            yield from _in_thread(partial(_check_same, folder, of_name, prune=self._prune))
        stored: dict[str, Doc] = {}
        superfluous: list[Doc] = []
        for doc in of_name:
            source = str(doc.metadata.get("source")) if doc.metadata else ""
            if source not in stored and source in folder.files:
                stored[source] = doc
            elif self._prune:
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
                "origin": folder.origin,
                "sha256": loaded.digest,
            }
            if loaded.document is None:
                jobs: tuple[str, ...] = ()
                if stored and path_of(stored) is not None and not self._dry_run:
                    _, jobs = yield from self._requests.store(stored.id, _without_path(stored))
                return AddedFile(source, "unchanged", doc_id, jobs=jobs)
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
            if stored is None or not self._prune:
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


def _folder(path: Path, name: str | None, *, prune: bool) -> Folder:
    """Return a folder's files, or the file itself: those that can be read, in order."""
    if path.is_file():
        if prune:
            raise _refusal("prune", f"expected a folder; {str(path)!r} is a file")
        if path.suffix.lower() not in SUFFIXES:
            raise _refusal("path", f"expected a {_endings()} file; got {str(path)!r}")
        parent = path.resolve().parent
        name = name or parent.name
        return Folder(name, parent, {f"{name}/{path.name}": path}, is_whole=False)
    if not path.is_dir():
        raise _refusal("path", f"expected a folder or a file; there is no {str(path)!r}")
    name = name or path.resolve().name
    if not _is_utf8(name):
        raise _refusal("path", f"expected a folder with a name in UTF-8; got {str(path)!r}")
    found = {
        f"{name}/{file.relative_to(path).as_posix()}": file
        for folder, names, files in os.walk(path, onerror=_refuse_folder)
        for file in _visible(Path(folder), names, files)
    }
    return Folder(name, path.resolve(), found)


def _check_same(folder: Folder, docs: Sequence[Doc], *, prune: bool) -> None:
    """Refuse a folder that is probably another one than that of the documents of its name.

    Raises:
        InvalidArgumentError: When it is one; the argument ``name`` would decide.
    """
    paths = {path for doc in docs if (path := path_of(doc)) is not None}
    others = sorted(path for path in paths if path != str(folder.path) and os.path.isdir(path))  # noqa: PTH112 - no error for what may not be read
    if others:
        problem = f"{folder.name!r} has documents of {others[0]!r} already"
    elif prune and docs and not folder.files:
        problem = f"there are no files, so that all documents of {folder.name!r} would be deleted"
    elif folder.is_whole and docs and not _has_common(folder, docs):
        problem = (
            f"{folder.name!r} has documents already, of another place, and none with the content"
            " of a file that is here"
        )
    else:
        return
    hint = (
        f"{folder.name!r} as the name confirms that it is the same folder, another keeps it apart"
    )
    raise _refusal("name", f"{problem}; {hint}")


def _has_common(folder: Folder, docs: Sequence[Doc]) -> bool:
    """Check whether documents may be of a folder, by its place or by the content of a file."""
    if {known_origin(doc) for doc in docs} & {None, folder.origin}:
        return True
    digests = [(doc.metadata or {}).get("sha256") for doc in docs]
    texts = {digest for digest in digests if isinstance(digest, str)}
    return any(_digest(path) in texts for path in folder.files.values())


def _digest(path: Path) -> str | None:
    try:
        return sha256(_content(path)).hexdigest()
    except (UnreadableFileError, OSError):
        return None


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


def _without_path(doc: Doc) -> dict[str, object]:
    """Return a document of an earlier version with the origin in the place of the path."""
    metadata: dict[str, Any] = {**(doc.metadata or {}), "origin": known_origin(doc)}
    del metadata["folder_path"]
    return {"title": doc.title, "content": doc.content, "metadata": metadata}


def _load(path: Path, known: str) -> Loaded:
    """Read a file, and its text unless the hash is known."""
    data = _content(path)
    digest = sha256(data).hexdigest()
    return Loaded(digest, None if digest == known else read_document(path.name, data))


def _content(path: Path) -> bytes:
    found = path.stat()
    if not S_ISREG(found.st_mode):  # reading a pipe would never end
        raise UnreadableFileError("it is no regular file")
    if found.st_size > MAX_FILE_BYTES:
        raise UnreadableFileError(f"it has more than {MAX_FILE_BYTES // 1024 // 1024} MiB")
    return path.read_bytes()


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
