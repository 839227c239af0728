"""A forward proxy: it forwards requests as they are, and opens tunnels for CONNECT."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.sdk.transport.helpers.server_thread import ServerThread


@dataclass
class Proxy(ServerThread):
    """Records the requests that it forwards.

    Args:
        credentials: The user and the password that it requires, as user:password, if any.
        refuses_tunnels: Whether it responds to CONNECT with 403.
    """

    credentials: str = ""
    refuses_tunnels: bool = False
    requests: list[str] = field(default_factory=list[str])
    """The request line of each request."""

    @property
    def url(self) -> str:
        user = f"{self.credentials}@" if self.credentials else ""
        return f"http://{user}127.0.0.1:{self.port}"

    async def handle(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        link = _Link(reader, writer)
        try:
            while await self._forward(link):
                pass
        finally:
            await link.close()

    async def _forward(self, link: _Link) -> bool:
        """Forward a request; responses are copied back meanwhile."""
        head = await link.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        self.requests.append(first)
        headers = {name.lower(): value for name, _, value in (li.partition(": ") for li in lines)}
        method, where, _ = first.split(" ")
        expected = f"Basic {base64.b64encode(self.credentials.encode()).decode()}"
        if self.credentials and headers.get("proxy-authorization") != expected:
            link.writer.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
            )
            return True
        if method == "CONNECT":
            if self.refuses_tunnels:
                link.writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
                return False
            host, _, port = where.rpartition(":")
            upstream = await link.connect(host, int(port))
            link.writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            await _copy(link.reader, upstream)
            return False
        body = await link.reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(where)
        target = where.partition(parts.netloc)[2] or "/"
        kept = [line for line in lines if not line.lower().startswith("proxy-")]
        lines = [f"{method} {target} HTTP/1.1", *kept, "", ""]
        upstream = await link.connect(parts.hostname or "", parts.port or 80)
        upstream.write("\r\n".join(lines).encode("latin-1") + body)
        return True


class _Link:
    """A client's connection, and the one to the server that its requests are forwarded on."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._server: asyncio.StreamWriter | None = None
        self._back: asyncio.Task[None] | None = None

    async def connect(self, host: str, port: int) -> asyncio.StreamWriter:
        """Open the connection to the server, unless it is open."""
        if self._server is None:
            # Names that DNS does not know stand for this machine here.
            address = "127.0.0.1" if host.endswith(".test") else host
            reader, self._server = await asyncio.open_connection(address, port)
            self._back = asyncio.create_task(self._copy_back(reader))
        return self._server

    async def _copy_back(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            await _copy(reader, self.writer)
        self.writer.close()  # the server has closed its side

    async def close(self) -> None:
        """Close both first and wait afterwards, since waiting may be cancelled."""
        if self._server is not None:
            self._server.close()
        self.writer.close()
        if self._back is not None:
            self._back.cancel()
            await asyncio.gather(self._back, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
