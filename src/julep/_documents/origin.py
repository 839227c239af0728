"""Where the folder of a document was, without its path, which would be a user's."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from julep_api.models import Doc

_SEPARATORS: Final = re.compile(r"[\\/]+")
_LENGTH: Final = 8
"""Digits of a digest: enough to tell two folders apart, too few to find their names by."""


def origin_of(path: str | Path) -> str:
    r"""Return a digest of a folder's name and its parent's, alike on all machines that have both.

    Args:
        path: The folder's absolute path, of any system.

    Example:
        >>> origin_of("/srv/grace/project/docs") == origin_of("C:\\Users\\ada\\project\\docs")
        True
        >>> origin_of("/srv/grace/project/docs") == origin_of("/srv/grace/other/docs")
        False
    """
    names = "/".join(_SEPARATORS.split(str(path))[-2:])
    return sha256(names.encode("utf-8", "backslashreplace")).hexdigest()[:_LENGTH]


def known_origin(doc: Doc) -> str | None:
    """Return the origin of a document, if that is known."""
    path = path_of(doc)
    return _metadata(doc, "origin") if path is None else origin_of(path)


def path_of(doc: Doc) -> str | None:
    """Return the path of the folder that a document was made of, which earlier versions stored."""
    return _metadata(doc, "folder_path")


def _metadata(doc: Doc, key: str) -> str | None:
    value = doc.metadata.get(key) if doc.metadata else None
    return value if isinstance(value, str) else None
