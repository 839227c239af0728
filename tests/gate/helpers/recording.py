"""Handlers of the server that record which keys of a request are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp

from julep_server import app as server_app
from julep_server.call import Call, Handler
from julep_server.contract.operations import Operation as ServerOperation
from julep_server.json_text import JSON
from tests.gate.helpers.document import Document


class RecordingDict(dict[str, Any]):
    """An object that records which of its keys are read, by their paths.

    Whatever reads it as a whole, such as a copy or its encoding as JSON, reads all of its keys.
    """

    def __init__(
        self, value: Mapping[str, Any], reads: set[str], prefix: str, at: str = ""
    ) -> None:
        self._reads, self._prefix, self._at = reads, prefix, at
        super().__init__({name: self._wrapped(name, inner) for name, inner in value.items()})

    def _wrapped(self, name: str, value: Any) -> Any:
        return wrapped(value, self._reads, self._prefix, self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def _read(self, name: object) -> None:
        self._reads.add(f"{self._prefix} {self._path(str(name))}")

    def _read_all(self) -> None:
        for name in super().keys():  # noqa: SIM118  # not those of this class
            self._read(name)

    def __getitem__(self, name: str) -> Any:
        self._read(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._read(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a value, and record that it was read."""
        self._read(name)
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        self._read_all()
        return super().__iter__()

    def keys(self) -> Any:
        """Return all keys, and record that they were read."""
        self._read_all()
        return super().keys()

    def items(self) -> Any:
        """Return all pairs, and record that they were read."""
        self._read_all()
        return super().items()

    def values(self) -> Any:
        """Return all values, and record that they were read."""
        self._read_all()
        return super().values()

    def __or__(self, other: Mapping[str, Any]) -> RecordingDict:  # type: ignore[override]  # any mapping
        """Return a copy with other values, which goes on recording: copying reads nothing yet."""
        plain: dict[str, Any] = dict(super().items())
        return RecordingDict({**plain, **other}, self._reads, self._prefix, self._at)


def wrapped(value: JSON, reads: set[str], prefix: str, at: str = "") -> Any:
    """Return JSON whose objects record what is read of them."""
    if isinstance(value, dict):
        return RecordingDict(value, reads, prefix, at)
    if isinstance(value, list):
        return [wrapped(item, reads, prefix, f"{at}[]") for item in value]
    return value


class _HeaderName(bytes):
    """A header's name in a request, which records that it was looked up."""

    reads: set[str]
    documented: str

    def __eq__(self, other: object) -> bool:
        found = bytes.__eq__(self, other) if isinstance(other, bytes) else False
        if found:
            self.reads.add(f"header {self.documented}")
        return found

    __hash__ = bytes.__hash__


class Recorder:
    """Takes the place of the server's handlers, and records what they read.

    Args:
        reads: Where it is recorded, by operation.
        document: The contract.
    """

    def __init__(self, reads: dict[str, set[str]], document: Document) -> None:
        self._reads = reads
        self._document = document

    def handler(self, name: str, plain: Handler) -> Handler:
        """Return a handler that records what another one reads of the arguments and the body."""
        reads = self._reads[name]

        async def recorded(call: Call) -> ASGIApp:
            locations = {
                one.name: one.location for one in self._document.operations[name].parameters
            }
            arguments: Any = _Arguments(call.arguments, reads, locations)
            return await plain(
                replace(call, arguments=arguments, body=wrapped(call.body, reads, "body"))
            )

        return recorded

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Let every server that starts have these handlers, and record its headers."""
        handlers = server_app.HANDLERS
        recorded = {
            name: self.handler(name, plain)
            for name, plain in handlers.items()
            # With others the server does not start; they are reported as they are.
            if name in self._document.operations
        }
        patch.setattr(server_app, "HANDLERS", recorded)
        validated = ServerOperation.arguments

        def arguments(operation: ServerOperation, path: Any, query: Any, headers: Headers) -> Any:
            # The validation of parameters looks all of them up, which does not count. Afterwards
            # the same list of headers records what else is looked up.
            found = validated(operation, path, query, headers)
            names = {
                one.name.lower().encode(): one.name
                for one in self._document.operations[operation.id].parameters
                if one.location == "header"
            }
            raw: list[tuple[bytes, bytes]] = vars(headers)["_list"]  # which the request shares
            raw[:] = [
                (self._name(name, names[name], operation.id) if name in names else name, value)
                for name, value in raw
            ]
            return found

        patch.setattr(ServerOperation, "arguments", arguments)

    def _name(self, name: bytes, documented: str, operation: str) -> _HeaderName:
        recording = _HeaderName(name)
        recording.reads, recording.documented = self._reads[operation], documented
        return recording


class _Arguments(dict[str, Any]):
    """The parameters of a request, which record what is read of them."""

    def __init__(self, value: Mapping[str, Any], reads: set[str], at: Mapping[str, str]) -> None:
        super().__init__(value)
        self._reads, self._locations = reads, at

    def __getitem__(self, name: str) -> Any:
        self._reads.add(f"{self._locations.get(name, 'query')} {name}")
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter, and record that it was read."""
        self._reads.add(f"{self._locations.get(name, 'query')} {name}")
        return super().get(name, default)
