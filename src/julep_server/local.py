"""A server in this process, for scripts and tests."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from julep_server.app import App
from julep_server.options import takes_settings, with_settings_documented
from julep_server.serving import Server, bind
from julep_server.settings import Settings

_START_TIMEOUT = 30.0


class LocalServer:
    """A server on a free port of this machine, in a thread, for as long as a ``with`` block lasts.

    Args:
        settings: Keyword arguments, which docs/server/configuration.md lists; so does ``help()``.

    Raises:
        ValueError: The settings contradict each other.
        OSError: The address can't be bound.

    Example:
        >>> from julep_server import LocalServer
        >>> with LocalServer() as server:
        ...     server.url.startswith("http://127.0.0.1:")
        True
    """

    @takes_settings(Settings)
    def __init__(self, settings: Settings) -> None:
        if settings.workers > 1:
            raise ValueError("several workers are of the command, julep serve --workers")
        self._settings = settings
        self._address = (settings.host, settings.port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        state = "stopped" if self._server is None else f"at {self.url}"
        return f"<LocalServer {state}>"

    @property
    def root(self) -> str:
        """The server's root, below which ``/healthz`` and ``/v1`` are.

        Raises:
            RuntimeError: The server is not running.

        Example:
            >>> from julep_server import LocalServer
            >>> with LocalServer() as server:
            ...     server.root
            'http://127.0.0.1:43903'
        """
        if self._server is None:
            raise RuntimeError("the server is not running: use it in a with block")
        host, port = self._address
        scheme = self._settings.scheme
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    @property
    def url(self) -> str:
        """The API's base URL.

        Example:
            >>> from julep_server import LocalServer
            >>> with LocalServer() as server:
            ...     server.url
            'http://127.0.0.1:43009/api'
        """
        return f"{self.root}{self._settings.root_path}/api"

    def start(self) -> Self:
        """Start serving, and return when the server accepts requests.

        Returns:
            The server itself.

        Raises:
            RuntimeError: The server is running already, or failed to start.
            OSError: The address can't be bound.

        Example:
            >>> from julep_server import LocalServer
            >>> server = LocalServer().start()
            >>> server.stop()
        """
        if self._server is not None:
            raise RuntimeError("the server is running already")
        bound = bind(*self._address)
        try:
            app = App(self._settings)
            server = Server(app, self._settings)
        except BaseException:
            bound.close()
            raise
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name="julep-server", daemon=True
        )
        thread.start()
        limit = time.monotonic() + _START_TIMEOUT
        while not server.started:
            if not thread.is_alive() or time.monotonic() > limit:
                server.should_exit = True
                thread.join()
                bound.close()
                app.close()
                raise RuntimeError("the server failed to start; see its log")
            time.sleep(0.001)
        self._address = (self._address[0], bound.getsockname()[1])
        self._server, self._thread = server, thread
        return self

    def stop(self) -> None:
        """Stop serving, and return when all threads and sockets are closed. May be called again.

        Example:
            >>> from julep_server import LocalServer
            >>> server = LocalServer().start()
            >>> server.stop()
            >>> server
            <LocalServer stopped>
        """
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.should_exit = True
        thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


LocalServer.__doc__ = with_settings_documented(LocalServer.__doc__)
