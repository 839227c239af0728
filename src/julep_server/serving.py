"""Runs the application in uvicorn, with a graceful shutdown."""

from __future__ import annotations

import asyncio
import socket
from importlib.util import find_spec
from typing import Literal

import uvicorn

from julep_server.app import App
from julep_server.settings import Settings

_SHUTDOWN_TIMEOUT = 5
"""Seconds for open responses when the server stops."""


class Server(uvicorn.Server):
    """uvicorn's server, which also ends running completions before it waits for connections."""

    def __init__(self, app: App) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_protocol(app.settings),
                h11_max_incomplete_event_size=app.settings.max_header_bytes,
                log_config=None,
                access_log=False,
                ws="none",
                lifespan="on",
                server_header=False,
                timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; see uvicorn."""
        self._app.runs.stop()
        await super().shutdown(sockets)


def _protocol(settings: Settings) -> type[asyncio.Protocol] | Literal["h11"]:
    """Return the protocol with limits; without httptools, as on PyPy, h11 has a part of them."""
    if find_spec("httptools") is None:
        return "h11"
    from julep_server.http.limited_protocol import limited_protocol

    return limited_protocol(settings)


def bind(host: str, port: int) -> socket.socket:
    """Bind a socket; port 0 takes a free one.

    Raises:
        OSError: The address can't be bound.
        OverflowError: The port is out of range.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(2048)
    except BaseException:
        bound.close()
        raise
    return bound
