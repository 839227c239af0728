"""A server in a thread of its own, for tests that use real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

_TIMEOUT: Final = 60.0
"""Seconds to start and to stop: it guards against hanging, also on a busy machine."""


@dataclass
class ServerThread:
    """Listens on 127.0.0.1 while its context is open; subclasses say how to handle a connection.

    Args:
        bound: A socket to listen with, which has a port already; None takes a free port.
        tls: The context of a server that speaks TLS.

    Attributes:
        port: The port that it listens on.
        connections: The number of connections that were accepted.
    """

    bound: socket.socket | None = field(default=None, kw_only=True)
    tls: ssl.SSLContext | None = field(default=None, kw_only=True)
    port: int = field(default=0, init=False)
    connections: int = field(default=0, init=False)

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve a connection, which is the `number`-th; it is closed afterwards."""
        raise NotImplementedError

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    def __enter__(self) -> Self:
        self._tasks = set[asyncio.Task[None]]()
        self._writers: list[asyncio.StreamWriter] = []
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)))
        self._thread.start()
        assert started.wait(_TIMEOUT)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_TIMEOUT)
        assert not self._thread.is_alive()

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        bound = self.bound or socket.create_server(("127.0.0.1", 0))
        listening = await asyncio.start_server(self._accept, sock=bound, ssl=self.tls)
        self.port = listening.sockets[0].getsockname()[1]
        started.set()
        await self._end.wait()
        # Connections that were accepted just now have their tasks some turns of the loop later;
        # after close(), asyncio would leave them open.
        self._loop.remove_reader(listening.sockets[0])
        for _ in range(10):
            await asyncio.sleep(0)
        listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A closed connection of TLS waits for the peer's close_notify; the loop does not.
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.append(writer)
        self.connections += 1
        try:
            await self.handle(self.connections, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the peer went away, or the test is over
        finally:
            self._tasks.discard(task)
            # Python 3.11.2 cannot abort a transport that was closed after it had been aborted.
            if not writer.transport.is_closing():
                writer.close()
