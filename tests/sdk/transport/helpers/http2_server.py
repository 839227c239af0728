"""A server of HTTP/2, over TLS, that gives every request the same answer."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


@dataclass
class Http2Server:
    """Listens on a free port; ``asked`` has the headers of each request, ``bodies`` its body."""

    tls: ssl.SSLContext
    kind: str
    pieces: list[bytes]
    requests: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: dict[int, bytes] = field(default_factory=dict[int, bytes])
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        self.tls.set_alpn_protocols(["h2"])
        self._writers: list[asyncio.StreamWriter] = []
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        listening = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        self.port = listening.sockets[0].getsockname()[1]
        started.set()
        await self._end.wait()
        listening.close()
        # Closed, one of TLS would wait for the other side's farewell, longer than the loop lives.
        for writer in self._writers:
            writer.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        try:
            while data := await reader.read(65536):
                for event in connection.receive_data(data):
                    self._meet(connection, event)
                writer.write(connection.data_to_send())
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the other side went away, or the test is over
        finally:
            writer.close()

    def _meet(self, connection: H2Connection, event: Any) -> None:
        if isinstance(event, RequestReceived):
            headers: Any = event.headers  # texts, since an encoding was given
            self.requests.append(dict(headers))
        elif isinstance(event, DataReceived):
            self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
            connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            headers = [(":status", "200"), ("content-type", self.kind), ("x-request-id", "req-2")]
            connection.send_headers(event.stream_id, headers)
            for piece in self.pieces:
                connection.send_data(event.stream_id, piece)
            connection.end_stream(event.stream_id)
