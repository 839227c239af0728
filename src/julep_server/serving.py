"""Runs the application in uvicorn, with a graceful shutdown."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
from importlib.util import find_spec
from types import FrameType
from typing import Literal

import uvicorn

from julep_server.app import App
from julep_server.settings import Settings

_SHUTDOWN_TIMEOUT = 5
"""Seconds for open responses when running completions have ended."""

_BACKLOG = 2048
"""Connections that may wait to be taken."""

_log = logging.getLogger("julep_server")


class Server(uvicorn.Server):
    """uvicorn's server, which drains: completions that run when it stops may end.

    Args:
        app: The application.
        settings: The server's configuration.

    Raises:
        OSError: The certificate or its key can't be read.
    """

    def __init__(self, app: App, settings: Settings) -> None:
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
                backlog=_BACKLOG,
                ssl_certfile=settings.tls_cert,
                ssl_keyfile=settings.tls_key,
                proxy_headers=True,
                forwarded_allow_ips=settings.forwarded_allow_ips,
                timeout_graceful_shutdown=math.ceil(settings.drain) + _SHUTDOWN_TIMEOUT,
            )
        )
        # Here, so that a certificate that can't be used is reported before anything is served.
        self.config.load()
        self._app = app
        self._drain = settings.drain
        self._draining: asyncio.AbstractEventLoop | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, wait for what runs, and stop; see uvicorn."""
        self._app.begin_drain(self._drain)
        if self._drain and (self._app.runs.running or self.server_state.tasks):
            _log.info(
                "stopping: answers may be written for up to %g s; another signal ends them at once",
                self._drain,
            )
        self._draining = asyncio.get_running_loop()
        end = self._draining.call_later(self._drain, self._app.runs.stop)
        await super().shutdown(sockets)
        end.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second signal ends the completions that still run, a third the process."""
        loop, self._draining = self._draining, None
        if loop is not None:
            loop.call_soon_threadsafe(self._app.runs.stop)
        else:
            super().handle_exit(sig, frame)


def _protocol(settings: Settings) -> type[asyncio.Protocol] | Literal["h11"]:
    """Return the protocol with limits; without httptools, as on PyPy, h11 has a part of them."""
    if find_spec("httptools") is None:
        return "h11"
    from julep_server.http.limited_protocol import limited_protocol

    return limited_protocol(settings)


def bind(host: str, port: int) -> socket.socket:
    """Bind a socket; port 0 takes a free one.

    Connections to it are refused until :func:`listen`: a proxy takes another server, as it can't
    while the system keeps connections for one that is still starting.

    Raises:
        OSError: The address can't be bound.
        OverflowError: The port is out of range.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def listen(bound: socket.socket) -> None:
    """Let the system accept connections, which wait until the server takes them.

    Raises:
        OSError: Another process has begun to listen at the same address.
    """
    bound.listen(_BACKLOG)
