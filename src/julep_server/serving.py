"""Runs the application in uvicorn, with a graceful shutdown."""

from __future__ import annotations

import socket

import uvicorn

from julep_server.app import App

_SHUTDOWN_TIMEOUT = 5
"""Seconds for open responses when the server stops."""


class Server(uvicorn.Server):
    """uvicorn's server, which also ends running completions before it waits for connections."""

    def __init__(self, app: App) -> None:
        super().__init__(
            uvicorn.Config(
                app,
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
