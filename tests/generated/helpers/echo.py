"""A server that responds with what it was told to, and keeps what it received."""

from __future__ import annotations

import http.client
import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Received(NamedTuple):
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Echo:
    """Sends the calls of a generated package over a socket, as a driver does.

    Attributes:
        received: The last request.
        answer: What the server responds with: its content type and its body.
    """

    def __init__(self) -> None:
        self.received = Received("", "", {}, b"")
        self.answer: tuple[str, bytes] = ("application/json", b"{}")
        self.port = 0

    def send(self, call: Any, status: int = 200) -> Any:
        """Send a call, and read the response by the call's own reader of a status."""
        target = call.path + (f"?{urlencode(call.query)}" if call.query else "")
        headers, body = dict(call.headers), None
        if call.content is not None:
            headers["Content-Type"], body = call.content
        elif call.body.__class__.__name__ != "Unset":
            headers["Content-Type"], body = "application/json", json.dumps(call.body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(call.method, target, body, headers)
        response = connection.getresponse()
        data, kind = response.read(), response.headers.get("content-type", "")
        connection.close()
        reader = call.answers[status]
        if reader.__class__.__name__ == "BodyReader":
            return reader.read(data, kind)
        return reader(json.loads(data) if data else None)


@contextmanager
def running() -> Generator[Echo]:
    """Run a server."""
    echo = Echo()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            echo.received = Received(self.command, self.path, headers, self.rfile.read(size))
            kind, data = echo.answer
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = respond  # noqa: N815  # http.server's names

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    echo.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield echo
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
