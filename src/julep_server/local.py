"""A server in this process, for scripts and tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from julep_server.app import App
from julep_server.json_text import JSON
from julep_server.serving import Server, bind
from julep_server.settings import (
    DEFAULT_HOST,
    DEFAULT_RECALL_DISTANCE,
    DEFAULT_RECALL_ITEMS,
    OFFLINE_MODEL,
    Settings,
)

_STARTS_WITHIN = 30.0


class LocalServer:
    """A server on a free port of this machine, in a thread, for as long as a ``with`` block lasts.

    Args:
        database: SQLAlchemy URL; by default a database in memory, of this server alone.
        api_keys: Accepted keys, each a tenant of its own; none opens the server to everyone.
        model_url: Base URL of an OpenAI-compatible endpoint; None for the offline model.
        model_key: Key for that endpoint.
        model: Name of the model to use there.
        model_timeout: Seconds that the endpoint may be silent.
        embedding_url: Base URL of an OpenAI-compatible endpoint whose ``/embeddings`` is used to
            recall by meaning; None for the offline embedder where it is installed.
        embedding_key: Key for that endpoint.
        embedding_model: Name of the model to use there; ``none`` recalls by words alone.
        max_body_bytes: Longest request body.
        chat_defaults: Chat settings below an agent's and a preset's.
        recall_items: The most chunks of documents, and the most memories, that a chat recalls.
        recall_distance: How far what is recalled may be behind the best, from 0 to 1.
        suggestions: Whether the model is asked, after each recorded turn, how it may go on.
        host: Address to serve on.
        port: Port to serve on; 0 takes a free one.

    Raises:
        ValueError: The configuration contradicts itself.
        OSError: The address can't be bound.

    Example:
        >>> with LocalServer() as server:
        ...     server.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(
        self,
        *,
        database: str = "sqlite://",
        api_keys: Sequence[str] = (),
        model_url: str | None = None,
        model_key: str | None = None,
        model: str = OFFLINE_MODEL,
        model_timeout: float = 120.0,
        embedding_url: str | None = None,
        embedding_key: str | None = None,
        embedding_model: str | None = None,
        max_body_bytes: int = 16 * 1024 * 1024,
        chat_defaults: Mapping[str, JSON] | None = None,
        recall_items: int = DEFAULT_RECALL_ITEMS,
        recall_distance: float = DEFAULT_RECALL_DISTANCE,
        suggestions: bool = False,
        host: str = DEFAULT_HOST,
        port: int = 0,
    ) -> None:
        self._settings = Settings(
            database=database,
            api_keys=tuple(api_keys),
            model_url=model_url,
            model_key=model_key,
            model=model,
            model_timeout=model_timeout,
            embedding_url=embedding_url,
            embedding_key=embedding_key,
            embedding_model=embedding_model,
            max_body_bytes=max_body_bytes,
            chat_defaults=dict(chat_defaults or {}),
            recall_items=recall_items,
            recall_distance=recall_distance,
            suggestions=suggestions,
        )
        self._address = (host, port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        state = "stopped" if self._server is None else f"at {self.url}"
        return f"<LocalServer {state}>"

    @property
    def root(self) -> str:
        """The server's root, where ``/healthz`` and ``/v1`` are.

        Raises:
            RuntimeError: The server is not running.
        """
        if self._server is None:
            raise RuntimeError("the server is not running: use it in a with block")
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def url(self) -> str:
        """The API's base URL."""
        return f"{self.root}/api"

    def start(self) -> Self:
        """Start serving; returns when the server answers.

        Raises:
            RuntimeError: It is running already, or it failed to start.
        """
        if self._server is not None:
            raise RuntimeError("the server is running already")
        bound = bind(*self._address)
        try:
            app = App(self._settings)
        except BaseException:
            bound.close()
            raise
        server = Server(app)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name="julep-server", daemon=True
        )
        thread.start()
        limit = time.monotonic() + _STARTS_WITHIN
        while not server.started:
            if not thread.is_alive() or time.monotonic() > limit:
                server.should_exit = True
                thread.join()
                bound.close()
                app.close()
                raise RuntimeError("the server failed to start; its log says why")
            time.sleep(0.001)
        self._address = (self._address[0], bound.getsockname()[1])
        self._server, self._thread = server, thread
        return self

    def stop(self) -> None:
        """Stop serving; returns when every thread and socket is gone. May be called again."""
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
