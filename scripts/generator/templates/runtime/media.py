"""Bodies and responses of several content types: which one a value is sent as, and which one came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from json import loads
from typing import Any, Generic, NamedTuple, TypeVar

from .bodies import is_kind
from .client import BodyReader, Content
from .decoding import Reader
from .encoding import Encoder
from .errors import DecodeError, EncodeError, shown
from .types import JSON, UNSET, Unset
from .unions import model_of, refusal, unknown_keys

__all__ = ["Answers", "Body", "Kind", "body", "response"]

T_co = TypeVar("T_co", covariant=True)


class Kind(NamedTuple):
    """One content type of a request body.

    Attributes:
        type: The content type; it may have a ``*``.
        check: The encoder of JSON, or what checks a value before; None if only ``encode`` does.
        encode: Builds the content of a value; None for JSON, which a driver encodes.
    """

    type: str
    check: Encoder | None = None
    encode: Callable[[object], Content] | None = None


class Body(NamedTuple):
    """What is sent: JSON, or content of another type."""

    json: JSON | Unset = UNSET
    content: Content | None = None


def body(*kinds: Kind, required: bool) -> Callable[[object, str | None], Body]:
    """Build the encoder of a body of several content types, of which the first is preferred.

    A model is sent as the first type that has its class, all else as the first type that takes it; a
    mapping as the one that knows most of its keys. The second argument names the type to send.
    """

    def encode(value: object, content_type: str | None) -> Body:
        if value is UNSET and not required:
            return Body()
        if content_type is not None:
            return _as(content_type, value)
        problems: list[EncodeError] = []
        ranks: list[tuple[int, Kind]] = []
        for kind in kinds:
            try:
                ranks.append((_rank(kind, value), kind))
            except EncodeError as error:
                problems.append(error)
        for _, kind in sorted(ranks, key=lambda one: one[0]):
            try:
                return _sent(kind, value)
            except EncodeError as error:
                problems.append(error)
        raise refusal(problems, value)

    def _as(content_type: str, value: object) -> Body:
        for kind in kinds:
            if is_kind(content_type, kind.type):
                json, content = _sent(kind, value)
                # The boundary of a form is a part of its type.
                if content is None or content.type.startswith("multipart/"):
                    return Body(json, content)
                own = content.type if kind.type == content_type else content_type
                return Body(json, Content(own, content.data))
        raise _unknown("content_type", [kind.type for kind in kinds], content_type)

    return encode


def _sent(kind: Kind, value: object) -> Body:
    if kind.encode is not None:
        return Body(content=kind.encode(value))
    return Body() if kind.check is None else Body(kind.check(value))


def _rank(kind: Kind, value: object) -> int:
    """Return how badly a value fits a content type; the least is sent."""
    if kind.check is None:
        return 0
    model = model_of(kind.check)
    if model is not None and isinstance(value, model):
        return -1
    kind.check(value)
    return unknown_keys(model, value)


def _unknown(name: str, known: Sequence[str], given: object) -> EncodeError:
    words = ", ".join(map(repr, known))
    return EncodeError(name, f"expected one of {words}; got {shown(given)}", "value")


def response(readers: Mapping[str, Reader[T_co]]) -> BodyReader[T_co]:
    """Build the reader of a response of several content types: it reads the one that came.

    Args:
        readers: The reader of each documented type, the preferred first. A response without a type is
            read as that one.
    """
    first = next(iter(readers))

    def read(data: bytes, kind: str) -> T_co:
        found = _documented(kind or first, list(readers))
        if found is None:
            raise DecodeError("", f"expected the content type {' or '.join(readers)}; got {kind}")
        reader = readers[found]
        if isinstance(reader, BodyReader):
            result: T_co = reader.read(data, kind)
            return result
        return reader(_json(data))

    return BodyReader(read)


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _parameters(kind: str) -> list[str]:
    return sorted(one.strip().lower() for one in kind.split(";")[1:] if "charset=" not in one.lower())


def _documented(kind: str, known: Sequence[str]) -> str | None:
    """Return the documented type that a response has: the same, a range, or one of its family."""
    plain, whole = _plain(kind), _parameters(kind)
    for one in sorted(known, key=lambda one: _parameters(one) != whole):
        if _plain(one) == plain:
            return one
    for one in known:
        if "*" in one and is_kind(plain, _plain(one)):
            return one
    family = _family(plain)
    return next((one for one in known if family and _family(_plain(one)) == family), None)


def _family(plain: str) -> str:
    if plain in ("application/json", "text/json") or plain.endswith("+json"):
        return "json"
    return "text" if plain.startswith("text/") else ""


def _json(data: bytes) -> JSON:
    try:
        value: JSON = loads(data)
    except (ValueError, RecursionError) as error:
        text = data.decode(errors="replace")
        raise DecodeError("", f"expected JSON, got {shown(text)} ({error})") from None
    return value


class Answers(Generic[T_co]):
    """The readers of an operation's responses, of which some have several content types."""

    __slots__ = ("_accept", "_answers", "_by_type")

    def __init__(
        self,
        accept: str,
        answers: Mapping[int, Reader[T_co]],
        by_type: Mapping[str, Mapping[int, Reader[Any]]],
    ) -> None:
        self._accept = accept
        self._answers = answers
        self._by_type = by_type

    def of(self, accept: str | None) -> Mapping[int, Reader[T_co]]:
        """Return the readers by status: of all types, or of the one that is requested.

        Raises:
            EncodeError: If that is not one of the documented types.
        """
        if accept is None:
            return self._answers
        found = self._by_type.get(accept)
        if found is None:
            raise _unknown("accept", list(self._by_type), accept)
        return found

    def header(self, accept: str | None) -> tuple[tuple[str, str], ...]:
        """Return the header that requests the types."""
        return (("Accept", accept or self._accept),)
