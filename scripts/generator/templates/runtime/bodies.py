"""Bodies that are not JSON: forms, files, texts and bytes, as bytes with a content type."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from fnmatch import fnmatchcase
from typing import BinaryIO, Final, NamedTuple, TypeAlias, cast

from .checks import text as checked_text
from .checks import wrong_type
from .client import BodyReader, Content
from .encoding import Encoder
from .errors import EncodeError, ModelError, shown
from .styles import deep_pairs, leaves, scalar
from .types import JSON

__all__ = [
    "File",
    "FileTypes",
    "file",
    "form",
    "is_kind",
    "json_as",
    "multipart",
    "raw",
    "read_bytes",
    "read_file",
    "read_text",
    "text",
]


class File(NamedTuple):
    """A file in a form.

    Attributes:
        content: Its bytes, or a file that is open for reading bytes.
        name: Its name; by default that of the open file, or the field's.
        content_type: Its type; by default what its name ends with says.
    """

    content: bytes | BinaryIO
    name: str | None = None
    content_type: str | None = None

    @classmethod
    def __converted__(cls, value: object) -> File:
        """Return what a constructor takes for a file.

        Raises:
            ModelError: If it is none.
        """
        try:
            return _file_of(value)
        except EncodeError as error:
            raise ModelError("", error.problem) from None


FileTypes: TypeAlias = File | bytes | str | BinaryIO
"""What is taken for a file: a str is a text in UTF-8."""


def _file_of(value: object) -> File:
    if isinstance(value, File):
        return value
    if isinstance(value, str):
        return File(value.encode())
    if isinstance(value, (bytes, bytearray)):
        return File(bytes(value))
    if not callable(getattr(value, "read", None)):
        raise wrong_type("a File, bytes, a str or an open file", value)
    return File(cast("BinaryIO", value))


def _bytes_of(content: object) -> bytes:
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    if isinstance(content, str):
        return checked_text(content).encode()
    read: object = getattr(content, "read", None)
    if not callable(read):
        raise wrong_type("bytes, a str or an open file", content)
    found: object = read()
    if isinstance(found, str):
        return found.encode()
    if not isinstance(found, bytes):
        raise wrong_type("a file that is open for reading bytes", content)
    return found


def file(value: object) -> JSON:
    """Encode a file: it stands among the JSON of the other fields until the form is made."""
    return cast("JSON", _file_of(value))


def read_file(value: JSON) -> File:
    """Read a file from JSON, where there is a text in its place."""
    return _file_of(value)


def _fields(
    encode: Encoder, value: object, deep: Collection[str]
) -> list[tuple[str, JSON]]:
    fields = encode(value)
    if not isinstance(fields, dict):
        raise EncodeError("", f"expected the fields of a form; got {shown(value)}")
    pairs: list[tuple[str, JSON]] = []
    for name, found in fields.items():
        if name in deep:
            pairs += leaves(name, found)
        else:
            pairs += [(name, one) for one in (found if isinstance(found, list) else [found])]
    return [(name, one) for name, one in pairs if one is not None]


def _compact(value: JSON) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:  # a file, which stands among the JSON of the other fields
        raise _no_file() from None


def _no_file() -> EncodeError:
    return EncodeError("", "expected no file: only multipart/form-data can have one")


def multipart(
    encode: Encoder, kinds: Mapping[str, str] | None = None, *, deep: Collection[str] = ()
) -> Callable[[object], Content]:
    """Build the encoder of a form that may have files.

    Args:
        encode: Checks the fields.
        kinds: The content types of parts that the contract names.
        deep: The fields whose keys are in brackets, as a part each; others are JSON.
    """
    known = kinds or {}

    def body(value: object) -> Content:
        from secrets import token_hex

        boundary = token_hex(16)
        out: list[bytes] = []
        for name, one in _fields(encode, value, deep):
            field = f'Content-Disposition: form-data; name="{_quoted(name)}"'
            kind, data = known.get(name), b""
            if isinstance(cast("object", one), File):
                data, file_name, kind = _part(cast("File", one), name, kind)
                field += f'; filename="{_quoted(file_name)}"'
            elif isinstance(one, (dict, list)):
                kind, data = kind or "application/json", _compact(one).encode()
            else:
                data = scalar(one).encode()
            header = f"{field}\r\nContent-Type: {kind}" if kind else field
            out.append(f"--{boundary}\r\n{header}\r\n\r\n".encode() + data + b"\r\n")
        out.append(f"--{boundary}--\r\n".encode())
        return Content(f"multipart/form-data; boundary={boundary}", b"".join(out))

    return body


def _part(given: File, field: str, kind: str | None) -> tuple[bytes, str, str]:
    """Return a file's bytes, name and content type."""
    name = given.name
    if name is None:
        opened: object = getattr(given.content, "name", None)
        name = opened.replace("\\", "/").rpartition("/")[2] if isinstance(opened, str) else field
    kind = given.content_type or kind
    if kind is None:
        from mimetypes import guess_type

        kind = guess_type(name)[0] or "application/octet-stream"
    if not (kind.isascii() and kind.isprintable()):
        raise EncodeError(field, f"expected a content type; got {shown(kind)}")
    return _bytes_of(given.content), name, kind


def _quoted(name: str) -> str:
    """Return a name as a header of a part has it, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def form(encode: Encoder, styles: Mapping[str, str] | None = None) -> Callable[[object], Content]:
    """Build the encoder of a form without files.

    A list is sent once for each of its items, and an object as JSON, unless a style says otherwise.

    Args:
        encode: Checks the fields.
        styles: The styles of fields that the contract names.
    """
    known = styles or {}
    separators = {"comma": ",", "spaceDelimited": " ", "pipeDelimited": "|"}

    def body(value: object) -> Content:
        from urllib.parse import urlencode

        fields = encode(value)
        if not isinstance(fields, dict):
            raise EncodeError("", f"expected the fields of a form; got {shown(value)}")
        pairs: list[tuple[str, str]] = []
        for name, one in fields.items():
            style = known.get(name, "")
            if isinstance(one, list) and style in separators:
                pairs.append((name, separators[style].join(map(_form_text, one))))
            elif style == "deepObject":
                pairs += deep_pairs(name, one)
            elif isinstance(one, list):
                pairs += [(name, _form_text(each)) for each in one]
            elif isinstance(one, dict) and style == "form":
                pairs += [(key, _form_text(each)) for key, each in one.items()]
            elif one is not None:
                pairs.append((name, _form_text(one)))
        return Content("application/x-www-form-urlencoded", urlencode(pairs).encode())

    return body


def _form_text(value: JSON) -> str:
    if isinstance(cast("object", value), File):
        raise _no_file()
    return _compact(value) if isinstance(value, (dict, list)) else scalar(value)


def text(kind: str, encode: Encoder) -> Callable[[object], Content]:
    """Build the encoder of a body that is a text."""
    whole = kind if "charset" in kind else f"{kind}; charset=utf-8"
    return lambda value: Content(whole, scalar(encode(value)).encode())


def raw(kind: str) -> Callable[[object], Content]:
    """Build the encoder of a body that is sent as it is; a str is sent in UTF-8.

    Of a file, the content type is sent that it has itself, if the contract allows it.

    Args:
        kind: The content type of the contract; it may have a ``*``.
    """
    usual = "application/octet-stream" if "*" in kind else kind

    def body(value: object) -> Content:
        if not isinstance(value, File):
            return Content(usual, _bytes_of(value))
        own = value.content_type or usual
        if value.content_type and not is_kind(own, kind):
            raise EncodeError("", f"expected a file of the type {kind}; got {shown(own)}")
        return Content(own, _bytes_of(value.content))

    return body


def is_kind(given: str, kind: str) -> bool:
    """Check whether a content type is one, or within the range, that the contract has."""
    plain = given.lower() if ";" in kind else given.partition(";")[0].strip().lower()
    return given.isascii() and given.isprintable() and fnmatchcase(plain, kind.lower())


def json_as(kind: str, encode: Encoder) -> Callable[[object], Content]:
    """Build the encoder of a body that is JSON under another content type."""
    return lambda value: Content(kind, _compact(encode(value)).encode())


def _decoded(data: bytes, kind: str) -> str:
    charset = kind.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


read_text: Final[BodyReader[str]] = BodyReader(_decoded)
"""Reads a text, in the character set of its content type."""

read_bytes: Final[BodyReader[bytes]] = BodyReader(lambda data, _: data)
"""Reads a body as it is."""
