"""Reads calls of functions from an endpoint's answer, whole or in pieces."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from julep_server.json_text import JSON, JSONObject, MalformedJSONError, dumps
from julep_server.models.endpoint_json import read_json, repaired
from julep_server.models.long_texts import MARK
from julep_server.models.openai_errors import not_understood
from julep_server.models.provider import ToolCall

_ARGUMENTS = frozenset({"arguments", "parameters"})
_BESIDE = frozenset(
    {"name", "description", "strict", "type", "id", "index", "thought_signature", "extra_content"}
)
_MARKS = re.compile(r'\\.|["{}\[\]]|\\\Z', re.DOTALL)


class _Structure:
    """Follows the brackets of a JSON text that comes in pieces, to know when it is whole."""

    def __init__(self) -> None:
        self.whole = False
        self._depth = 0
        self._in_text = False
        self._escape = False

    def add(self, piece: str) -> None:
        if self._escape:
            piece, self._escape = piece[1:], not piece
        for mark in _MARKS.finditer(piece):
            character = mark[0]
            if character.startswith("\\"):
                self._escape = self._in_text and len(character) == 1
            elif character == '"':
                self._in_text = not self._in_text
            elif not self._in_text:
                self._depth += 1 if character in "{[" else -1
                self.whole = self._depth == 0


@dataclass(slots=True, eq=False)
class _Call:
    index: int | None
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])
    structure: _Structure = field(default_factory=_Structure)

    def arguments(self) -> str:
        """Return the arguments' JSON text, also if each piece repeated those before."""
        text = "".join(self.pieces)
        last = self.pieces[-1] if self.pieces else ""
        if len(self.pieces) > 1 and self.pieces[0] and not _is_json(text) and _is_json(last):
            pairs = zip(self.pieces, self.pieces[1:], strict=False)
            if all(after.startswith(before) for before, after in pairs):
                text = last
        return text if text.strip() else "{}"


@dataclass(frozen=True, slots=True)
class _Piece:
    index: int | None
    id: str
    name: str
    arguments: str


class ToolCallReader:
    """Assembles calls from pieces, which endpoints mark in different ways.

    A new id begins a call, and so does a name after arguments that are whole JSON. A piece without
    an index belongs to the call of its id, or else to the latest.

    Args:
        known: The names of the request's functions, as the endpoint knows them.

    Attributes:
        length: Characters that were read.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._calls: list[_Call] = []
        self.length = 0

    def add(self, value: JSON, *, replace: bool = False) -> None:
        """Add the pieces of an event.

        Args:
            value: A list of pieces, or one; None and an empty list add nothing.
            replace: Whether they are whole calls, which replace those before.

        Raises:
            ApiError: 503 for what is no call.
        """
        items = value if isinstance(value, list) else [value]
        pieces = [_piece(item) for item in items if item is not None]
        if replace and pieces:
            self._calls.clear()
        touched: list[_Call] = []
        for position, piece in enumerate(pieces):
            call = self._call_of(piece, touched, position, len(pieces))
            touched.append(call)
            self.length += len(piece.arguments) + len(piece.name)
            self._extend(call, piece)

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the calls.

        Raises:
            ApiError: 503 for a call without a name.
        """
        calls = self._calls
        indexes = [call.index for call in calls]
        if None not in indexes and len(set(indexes)) == len(calls):
            calls = sorted(calls, key=lambda call: call.index or 0)
        if not all(call.name.strip() for call in calls):
            raise not_understood("a call of a function without a name")
        return tuple(
            ToolCall(repaired(call.name.strip()), repaired(call.arguments())) for call in calls
        )

    def _call_of(self, piece: _Piece, touched: Sequence[_Call], position: int, count: int) -> _Call:
        found = self._candidate(piece, position, count)
        # Two named pieces of an event are never the same call.
        if found is None or (piece.name and found in touched) or not self._belongs(found, piece):
            found = _Call(piece.index, piece.id)
            self._calls.append(found)
        return found

    def _candidate(self, piece: _Piece, position: int, count: int) -> _Call | None:
        """Return the call that a piece names, by its id, its index or its position."""
        newest_first = self._calls[::-1]
        if piece.id:
            for call in newest_first:
                if call.id == piece.id and (
                    piece.index is None or call.index is None or call.index == piece.index
                ):
                    return call
        if piece.index is not None:
            same_index = (call for call in newest_first if call.index == piece.index)
            return next(same_index, None)
        if piece.id and piece.name:
            return None
        if not piece.name and 1 < count <= len(self._calls):
            return self._calls[position - count]
        return newest_first[0] if newest_first else None

    def _belongs(self, call: _Call, piece: _Piece) -> bool:
        """Check whether a piece continues a call, rather than begins another one."""
        if not piece.name:
            # Some endpoints write a new id in every piece.
            return True
        if piece.id and call.id and piece.id != call.id:
            return False
        if call.structure.whole:
            # Only the repetition of the call, or of its name.
            same = piece.name == call.name
            return same and piece.arguments.strip() in ("", "".join(call.pieces).strip())
        if not call.name or piece.name == call.name:
            return True
        return not call.pieces and self._joined_name(call, piece) is not None

    def _joined_name(self, call: _Call, piece: _Piece) -> str | None:
        """Return the name of a call whose name came in pieces, which only some endpoints do."""
        joined = call.name + piece.name
        if any(name.startswith(joined) for name in self._known):
            return joined
        cumulative = piece.name.startswith(call.name) and call.name not in self._known
        return piece.name if cumulative else None

    def _extend(self, call: _Call, piece: _Piece) -> None:
        if not call.id:
            call.id = piece.id
        if piece.name and piece.name != call.name:
            joined = self._joined_name(call, piece) if call.name else None
            call.name = joined or piece.name
        repeats = call.structure.whole and piece.arguments == "".join(call.pieces)
        if piece.arguments and not repeats:
            call.pieces.append(piece.arguments)
            call.structure.add(piece.arguments)


def _piece(item: JSON) -> _Piece:
    if not isinstance(item, dict):
        raise not_understood("a call of a function that is no object")
    given = item.get("function")
    function: JSONObject = given if isinstance(given, dict) else item
    name = function.get("name")
    if isinstance(given, dict) and _ARGUMENTS.isdisjoint(given):
        # Something of an unknown name may be the arguments.
        for key, value in given.items():
            if value and key not in _BESIDE:
                raise not_understood(f"a call with the unknown field {key[:40]!r}")
    identifier = item.get("id")
    return _Piece(
        _index(item.get("index")),
        str(identifier) if isinstance(identifier, (str, int)) else "",
        name if isinstance(name, str) else "",
        _arguments(function.get("arguments", function.get("parameters"))),
    )


def _index(value: JSON) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return int(value) if isinstance(value, (int, float)) and abs(value) < 10**9 else None


def _arguments(value: JSON) -> str:
    try:
        text = value if isinstance(value, str) else "" if value is None else dumps(value)
    except ValueError as error:
        raise not_understood("arguments that are no JSON") from error
    if MARK in text:
        raise not_understood("arguments that are too long")
    return text


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except MalformedJSONError:
        return False
    return True
