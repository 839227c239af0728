"""A server on a real socket that sends a given response to every request."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self


class StubRequest(NamedTuple):
    """A request as it was received."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: Any


class Stub:
    """The server; it sends ``response`` with ``status``, and records ``requests``.

    A response may be a function of the request.
    """

    def __init__(self) -> None:
        self.requests: list[StubRequest] = []
        self.status = 200
        self.response: Any = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"

    def reset(self) -> None:
        self.requests.clear()
        self.status = 200
        self.response = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler_of(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = StubRequest(self.command, self.path, headers, body)
            stub.requests.append(request)
            found = stub.response(request) if callable(stub.response) else stub.response
            response = json.dumps(found).encode()
            self.send_response(stub.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(response)))
            self.end_headers()
            self.wfile.write(response)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond  # noqa: N815  # so named by http.server

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing: the stub records the requests."""

    return Handler
