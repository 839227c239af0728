"""A forward proxy: it hands requests on as they are, and makes tunnels where it is asked to."""

from __future__ import annotations

import asyncio
import base64
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


@dataclass
class Proxy:
    """Listens on a free port.

    Args:
        only_for: The name and the password that are asked for, if any.
        refuses: Whether it makes no tunnels.
    """

    only_for: str = ""
    refuses: bool = False
    requests: list[str] = field(default_factory=list[str])
    """The first line of each request that came to it."""
    port: int = 0

    @property
    def url(self) -> str:
        whom = f"{self.only_for}@" if self.only_for else ""
        return f"http://{whom}127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._tasks = set[asyncio.Task[None]]()
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
        listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = listening.sockets[0].getsockname()[1]
        started.set()
        await self._end.wait()
        listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        ends = _Ends(reader, writer)
        try:
            while await self._hand_on(ends):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one of the sides went away, or the test is over
        finally:
            self._tasks.discard(task)
            await ends.close()

    async def _hand_on(self, ends: _Ends) -> bool:
        """Hand one request on; the answers go back meanwhile."""
        head = await ends.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        self.requests.append(first)
        headers = {name.lower(): value for name, _, value in (li.partition(": ") for li in lines)}
        method, where, _ = first.split(" ")
        expected = f"Basic {base64.b64encode(self.only_for.encode()).decode()}"
        if self.only_for and headers.get("proxy-authorization") != expected:
            ends.writer.write(b"HTTP/1.1 407 Who Are You\r\ncontent-length: 0\r\n\r\n")
            return True
        if method == "CONNECT":
            if self.refuses:
                ends.writer.write(b"HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")
                return False
            host, _, port = where.rpartition(":")
            there = await ends.reach(host, int(port))
            ends.writer.write(b"HTTP/1.1 200 Go On\r\n\r\n")
            await _copy(ends.reader, there)
            return False
        body = await ends.reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(where)
        target = where.partition(parts.netloc)[2] or "/"
        kept = [line for line in lines if not line.lower().startswith("proxy-")]
        words = [f"{method} {target} HTTP/1.1", *kept, "", ""]
        there = await ends.reach(parts.hostname or "", parts.port or 80)
        there.write("\r\n".join(words).encode("latin-1") + body)
        return True


class _Ends:
    """A client's connection, and the one that its requests are handed on by."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._there: asyncio.StreamWriter | None = None
        self._back: asyncio.Task[None] | None = None

    async def reach(self, host: str, port: int) -> asyncio.StreamWriter:
        """Open the other connection, unless it is open."""
        if self._there is None:
            # Names that nobody knows are this machine's, here.
            address = "127.0.0.1" if host.endswith(".test") else host
            theirs, self._there = await asyncio.open_connection(address, port)
            self._back = asyncio.create_task(self._hand_back(theirs))
        return self._there

    async def _hand_back(self, theirs: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            await _copy(theirs, self.writer)
        self.writer.close()  # the other side has ended, and so does this one

    async def close(self) -> None:
        """Close both, and then wait: whoever waits may be cancelled."""
        if self._there is not None:
            self._there.close()
        self.writer.close()
        if self._back is not None:
            self._back.cancel()
            await asyncio.gather(self._back, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
