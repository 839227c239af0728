"""A server of HTTP/2 that sends the same response to every request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from tests.sdk.transport.helpers.server_thread import ServerThread


@dataclass
class Http2Server(ServerThread):
    """Responds to every request alike, over TLS.

    Args:
        content_type: The response's.
        pieces: The response's body, a frame each.
        status: The response's; None sends none, which HTTP/2 forbids.

    Attributes:
        requests: The headers of each request.
        bodies: The body of each request, by the stream's id.
    """

    content_type: str
    pieces: list[bytes]
    status: str | None = "200"
    requests: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def __enter__(self) -> Self:
        assert self.tls is not None
        self.tls.set_alpn_protocols(["h2"])
        return super().__enter__()

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        configuration = H2Configuration(
            client_side=False,
            header_encoding="utf-8",
            validate_outbound_headers=self.status is not None,
        )
        connection = H2Connection(configuration)
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                self._handle_event(connection, event)
            writer.write(connection.data_to_send())
            await writer.drain()

    def _handle_event(self, connection: H2Connection, event: Any) -> None:
        if isinstance(event, RequestReceived):
            headers: Any = event.headers  # texts, since an encoding was given
            self.requests.append(dict(headers))
        elif isinstance(event, DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            headers = [("content-type", self.content_type), ("x-request-id", "req-2")]
            if self.status is not None:
                headers.insert(0, (":status", self.status))
            connection.send_headers(event.stream_id, headers)
            for piece in self.pieces:
                connection.send_data(event.stream_id, piece)
            connection.end_stream(event.stream_id)
