"""Recordings of real traffic in readable files, which later runs replay without a network."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import httpx
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from julep._redaction import Secrets, redact_url, secrets_of
from julep.testing._host import Mount, running_host

Exchange: TypeAlias = dict[str, Any]

# All other headers stay out of the file: they may identify people, accounts or machines.
_KEPT_HEADERS: Final = ("content-type", "retry-after", "julep-version")
_NOT_FORWARDED: Final = ("host", "connection", "content-length", "accept-encoding")
_SECRET_PARAMETERS: Final = ("access_token", "api_key", "api-key", "apikey", "key", "token")
_SECRET_VARIABLES: Final = ("_KEY", "_PASSWORD", "_SECRET", "_TOKEN")
_NOT_RECORDED: Final = 404
_VERSION: Final = 1


class SecretInRecordingError(Exception):
    """A recording would have contained a key, so that no file was written.

    Example:
        >>> from julep.testing import ScriptedServer, SecretInRecordingError, recorded
        >>> key = "a-long-key-of-mine"
        >>> try:
        ...     with ScriptedServer() as server, recorded("agents.json", server.url) as recording:
        ...         with julep.Client(key, recording.url) as client:
        ...             agent = client.agents.create(name=key)
        ... except SecretInRecordingError as error:
        ...     print(str(error).partition(" contains")[0])
        requests[0].request.body.json.name
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


class UnrecordedRequestError(Exception):
    """A program made a request that its recording does not have.

    Example:
        >>> from contextlib import suppress
        >>> from julep.testing import ScriptedServer, UnrecordedRequestError, recorded
        >>> with ScriptedServer() as server, recorded("agents.json", server.url) as recording:
        ...     with julep.Client(base_url=recording.url) as client:
        ...         agents = client.agents.list()
        >>> try:
        ...     with recorded("agents.json", recording.url) as replayed, suppress(julep.ApiError):
        ...         with julep.Client(base_url=replayed.url) as client:
        ...             client.agents.count()
        ... except UnrecordedRequestError as error:
        ...     print(str(error).partition(";")[0])
        agents.json does not have GET /agents?limit=1&with_total=true
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


class Recording:
    """Traffic that is being recorded, or replayed.

    Attributes:
        url: The base URL to use in place of the real one.
        is_replayed: Whether the responses come from the file.

    Args:
        path: The file; if it exists, it is replayed.
        upstream: The base URL of the real server.

    Example:
        >>> from julep.testing import ScriptedServer, recorded
        >>> with ScriptedServer() as server, recorded("agents.json", server.url) as recording:
        ...     with julep.Client(base_url=recording.url) as client:
        ...         agents = client.agents.list()
        >>> recording.is_replayed, recording
        (False, <Recording of 1 requests, recorded to agents.json>)
    """

    def __init__(self, path: Path, upstream: str) -> None:
        self.url = ""
        self.is_replayed: bool = path.exists()
        self._path = path
        self._upstream = upstream.rstrip("/")
        self._lock = threading.Lock()
        self._secrets = [
            value for name, value in os.environ.items() if name.endswith(_SECRET_VARIABLES)
        ]
        self._client: httpx.AsyncClient | None = None
        self._missing: list[str] = []
        self._exchanges: list[Exchange] = _read(path) if self.is_replayed else []
        self._left = list(self._exchanges)

    def __repr__(self) -> str:
        state = "replayed from" if self.is_replayed else "recorded to"
        return f"<Recording of {len(self._exchanges)} requests, {state} {self._path}>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request, from the file or from the real server."""
        request = Request(scope, receive)
        body = await request.body()
        query = f"?{request.url.query}" if request.url.query else ""
        path = f"{scope['path']}{query}"
        asked: Exchange = {
            "method": request.method,
            "path": redact_url(path),
            "body": _readable(body),
        }
        respond = self._replay(asked) if self.is_replayed else None
        if respond is None:
            respond = await self._forward(request, path, body, asked)
        await respond(scope, receive, send)

    def _replay(self, asked: Exchange) -> Response:
        with self._lock:
            for exchange in self._left:
                if exchange["request"] == asked:
                    self._left.remove(exchange)
                    return _response(exchange["response"])
            self._missing.append(f"{asked['method']} {asked['path']}")
        message = f"{self._path.name} has no such request left"
        return Response(
            json.dumps({"error": {"code": "not_recorded", "message": message}}),
            _NOT_RECORDED,
            media_type="application/json",
        )

    async def _forward(self, request: Request, path: str, body: bytes, asked: Exchange) -> Response:
        headers = {
            name: value for name, value in request.headers.items() if name not in _NOT_FORWARDED
        }
        parameters = request.query_params.multi_items()
        with self._lock:
            self._secrets += secrets_of(headers)
            self._secrets += [value for name, value in parameters if name in _SECRET_PARAMETERS]
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=120)
        upstream = self._client.build_request(
            request.method, f"{self._upstream}{path}", headers=headers, content=body
        )
        response = await self._client.send(upstream, stream=True)
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        exchange: Exchange = {
            "request": asked,
            "response": {"status": response.status_code, "headers": kept},
        }
        with self._lock:
            self._exchanges.append(exchange)

        async def pieces() -> AsyncIterator[bytes]:
            received = bytearray()
            try:
                async for piece in response.aiter_bytes():
                    received += piece
                    yield piece
            finally:
                await response.aclose()
                exchange["response"]["body"] = _readable(bytes(received))

        return StreamingResponse(pieces(), response.status_code, kept)

    def save(self) -> None:
        """Write the file.

        Raises:
            SecretInRecordingError: When it would contain a key.

        Example:
            >>> from pathlib import Path
            >>> from julep.testing import ScriptedServer, recorded
            >>> with ScriptedServer() as server, recorded("agents.json", server.url) as recording:
            ...     recording.save()  # as the end of the block does
            ...     Path("agents.json").exists()
            True
        """
        if self.is_replayed:
            return
        secrets = Secrets(self._secrets)
        for number, exchange in enumerate(self._exchanges):
            for place, text in _texts(exchange, f"requests[{number}]"):
                if secrets.hide(text) != text:
                    raise SecretInRecordingError(
                        f"{place} contains a key or another secret of this run: {self._path.name}"
                        " was not written"
                    )
        content = {"version": _VERSION, "requests": self._exchanges}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        written = json.dumps(content, indent=2, ensure_ascii=False)
        self._path.write_text(f"{written}\n", encoding="utf-8")

    def check(self) -> None:
        """Check that the file had every request.

        Raises:
            UnrecordedRequestError: When it lacked one.

        Example:
            >>> from julep.testing import ScriptedServer, recorded
            >>> with ScriptedServer() as server, recorded("agents.json", server.url) as recording:
            ...     recording.check()  # as the end of the block does
        """
        if self._missing:
            raise UnrecordedRequestError(
                f"{self._path.name} does not have {', '.join(self._missing)}; delete the file to"
                " record it again"
            )

    async def close(self) -> None:
        """Close the connections to the real server.

        Example:
            >>> from pathlib import Path
            >>> from julep.testing import Recording
            >>> await Recording(Path("agents.json"), "http://localhost:8080/api").close()
        """
        if self._client is not None:
            await self._client.aclose()


@contextmanager
def recorded(path: str | os.PathLike[str], upstream: str) -> Iterator[Recording]:
    """Record the traffic with a server in a file, or replay it if the file exists.

    It suits each HTTP server: Julep's, or the endpoint of a model. The file is JSON to read and to
    commit: method, path, body, status and response, without headers that could hold a key.

    Args:
        path: The file. Delete it to record again.
        upstream: The base URL of the real server, which is used only while recording.

    Returns:
        The recording, whose `url` takes the place of the real one.

    Raises:
        SecretInRecordingError: At the end of the block, when a body contains a key that the
            program sent or that the environment has. No file is written.
        UnrecordedRequestError: At the end of the block, when a request was not in the file.
        ValueError: When the file is not a recording.

    Example:
        >>> from julep.testing import ScriptedServer, recorded
        >>> for _ in range(2):
        ...     with ScriptedServer() as server, recorded("ada.json", server.url) as recording:
        ...         with julep.Client(base_url=recording.url) as client:
        ...             print(client.agents.create(name="Ada").name, recording.is_replayed)
        Ada False
        Ada True
    """
    recording = Recording(Path(path), upstream)
    host = running_host()
    mount = Mount(recording)
    recording.url = host.mount(mount)
    try:
        yield recording
    finally:
        host.unmount(recording.url)
        host.run(mount.until_idle(2.0))
        host.run(recording.close())
    recording.save()
    recording.check()


def _read(path: Path) -> list[Exchange]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not a recording: {error}") from None
    if not isinstance(content, dict) or cast("Exchange", content).get("version") != _VERSION:
        raise ValueError(f"{path} is not a recording of this version of julep")
    return cast("list[Exchange]", content["requests"])


def _readable(body: bytes) -> object:
    """Return a body as JSON if it is JSON, as lines if it is other text, and else as hex digits."""
    try:
        text = body.decode()
    except ValueError:
        return {"hex": body.hex()}
    try:
        return {"json": json.loads(text)}
    except ValueError:
        return {"lines": text.split("\n")}


def _response(recorded_response: Exchange) -> Response:
    body: Exchange = recorded_response.get("body", {"lines": [""]})
    if "json" in body:
        content = json.dumps(body["json"], ensure_ascii=False).encode()
    else:
        content = bytes.fromhex(body["hex"]) if "hex" in body else "\n".join(body["lines"]).encode()
    return Response(content, recorded_response["status"], recorded_response["headers"])


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a value, with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            yield f"{place}.{key}", key
            yield from _texts(item, f"{place}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[object]", value)):
            yield from _texts(item, f"{place}[{number}]")
