"""A server whose model is scripted, in memory, for one test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Final, Self

from starlette.types import Message

from julep.testing._delays import skipped_delays
from julep.testing._faults import Faults
from julep.testing._host import Mount, running_host
from julep_server.app import App
from julep_server.json_text import JSON
from julep_server.models.provider import ModelRequest
from julep_server.models.scripted import SCRIPTED_FAILURE, ScriptedModel, Step
from julep_server.settings import NO_EMBEDDINGS, Settings

_CLOSING_SECONDS: Final = 2.0


class ScriptedServer:
    """A server whose model answers by a script, for as long as a ``with`` block lasts.

    It is the real server, over a real socket, with an empty database in memory. Calls of all
    clients skip their delays meanwhile.

    Args:
        *steps: The first steps of the script: answers, or functions that return them.
        api_keys: Accepted keys, each a tenant of its own; none accepts everyone.
        chat_defaults: Chat settings below an agent's and a preset's.

    Raises:
        ValueError: When the settings are invalid.

    Example:
        >>> from julep.testing import ScriptedServer
        >>> with ScriptedServer("Two.") as server:
        ...     with julep.Client(base_url=server.url) as client:
        ...         agent = client.agents.create(name="Ada")
        ...         session = client.sessions.create(agent_id=agent.id)
        ...         print(client.sessions.chat(session.id, "1 + 1?").text)
        Two.
    """

    def __init__(
        self,
        *steps: Step,
        api_keys: Sequence[str] = (),
        chat_defaults: Mapping[str, JSON] | None = None,
    ) -> None:
        self._model = ScriptedModel(*steps)
        self._settings = Settings(
            model=self._model,
            api_keys=api_keys,
            chat_defaults=chat_defaults,
            embedding_model=NO_EMBEDDINGS,  # loading one takes longer than most tests
        )
        self._mount: Mount | None = None
        self._root = ""
        self._delays: list[float] = []
        self._closing = ExitStack()

    def __repr__(self) -> str:
        return f"<ScriptedServer {f'at {self._root}' if self._mount else 'stopped'}>"

    @property
    def root(self) -> str:
        """The server's root, below which ``/healthz`` and ``/v1`` are.

        Raises:
            RuntimeError: When the server is not running.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer() as server:
            ...     server.root
            'http://127.0.0.1:46267/20'
        """
        self._running()
        return self._root

    @property
    def url(self) -> str:
        """The base URL for clients.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer() as server:
            ...     server.url
            'http://127.0.0.1:46267/21/api'
        """
        return f"{self.root}/api"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients without a URL use this server.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer() as server:
            ...     server.environment
            {'JULEP_API_URL': 'http://127.0.0.1:46267/22/api'}
        """
        return {"JULEP_API_URL": self.url}

    @property
    def model(self) -> ScriptedModel:
        """The model.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer("Two.").model
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        return self._model

    @property
    def asked(self) -> list[ModelRequest]:
        """The requests that the model received, the oldest first.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer("Two.") as server, julep.Client(base_url=server.url) as client:
            ...     session = client.sessions.create(agent_id=client.agents.create(name="Ada").id)
            ...     reply = client.sessions.chat(session.id, "1 + 1?")
            ...     print(server.asked[0].messages[-1]["content"])
            1 + 1?
        """
        return self._model.asked

    @property
    def delays(self) -> list[float]:
        """The delays that calls skipped, in seconds: before retries, and between looks at jobs.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer() as server, julep.Client(base_url=server.url) as client:
            ...     with server.faults(drop=1, times=2):
            ...         agents = client.agents.list()
            ...     len(server.delays)
            2
        """
        return self._delays

    def then(self, step: Step) -> Self:
        """Add a step to the script, and return the server; see ``ScriptedModel.then``.

        Args:
            step: An answer, its text, or a function of the request that returns either.

        Returns:
            The server, so that steps can be chained.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer().then(lambda request: request.messages[-1]["content"]).model
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        self._model.then(step)
        return self

    def says(self, text: str, *, delay: float = 0.0, pause: float = 0.0) -> Self:
        """Add an answer of words, and return the server.

        Args:
            text: The words.
            delay: Seconds before the answer, 0 or more.
            pause: Seconds between the words of a stream, 0 or more.

        Returns:
            The server, so that steps can be chained.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer().says("Two.").says("Three.").model
            <ScriptedModel 'scripted': 2 steps left, 0 requests>
        """
        self._model.says(text, delay=delay, pause=pause)
        return self

    def calls(self, function: str, /, **arguments: JSON) -> Self:
        """Add an answer that calls a function with these arguments, and return the server.

        Args:
            function: The function's name.
            arguments: The arguments of the call, JSON.

        Returns:
            The server, so that steps can be chained.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer().calls("temperature", city="Lisbon").says("It is warm.").model
            <ScriptedModel 'scripted': 2 steps left, 0 requests>
        """
        self._model.calls(function, **arguments)
        return self

    def fails(
        self, status: int, message: str = SCRIPTED_FAILURE, *, retry_after: int | None = None
    ) -> Self:
        """Add a failure, as of a model's endpoint with this status, and return the server.

        Args:
            status: The HTTP status, 400 to 599.
            message: The message of the failure.
            retry_after: The ``Retry-After`` of the failure, in seconds.

        Returns:
            The server, so that steps can be chained.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer().fails(503).fails(429, retry_after=7).says("Two.").model
            <ScriptedModel 'scripted': 3 steps left, 0 requests>
        """
        self._model.fails(status, message, retry_after=retry_after)
        return self

    def breaks_off(self, text: str = "", *, after: int = 0) -> Self:
        """Add an answer that is cut after some words, and return the server.

        Args:
            text: The words of the whole answer.
            after: The number of words after which it is cut, 0 or more.

        Returns:
            The server, so that steps can be chained.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> ScriptedServer().breaks_off("One two three", after=2).model
            <ScriptedModel 'scripted': 1 steps left, 0 requests>
        """
        self._model.breaks_off(text, after=after)
        return self

    @contextmanager
    def faults(
        self,
        *,
        drop: float = 0.0,
        lose: float = 0.0,
        cut: float = 0.0,
        delay: float = 0.0,
        times: int | None = None,
        seed: int = 0,
    ) -> Iterator[Faults]:
        """Let connections fail while a ``with`` block lasts; see `Faults` for the arguments.

        Args:
            drop: The share of requests, from 0 to 1, whose connection is lost before anything is
                done.
            lose: The share of requests that take effect, and whose response is lost.
            cut: The share of responses that end in the middle.
            delay: Seconds before each request is read.
            times: The number of faults, after which there are none; None for no limit.
            seed: The start of the random numbers.

        Returns:
            A context manager, whose value counts the faults.

        Example:
            >>> from julep.testing import ScriptedServer
            >>> with ScriptedServer() as server, julep.Client(base_url=server.url) as client:
            ...     with server.faults(lose=1, times=1) as faults:
            ...         agent = client.agents.create(name="Ada")
            ...     print(faults.count, client.agents.count())
            1 1
        """
        mount = self._running()
        before = mount.faults
        mount.faults = Faults(drop=drop, lose=lose, cut=cut, delay=delay, times=times, seed=seed)
        try:
            yield mount.faults
        finally:
            mount.faults = before

    def _running(self) -> Mount:
        if self._mount is None:
            raise RuntimeError("the server is not running: use it in a with block")
        return self._mount

    def __enter__(self) -> Self:
        if self._mount is not None:
            raise RuntimeError("the server is running already")
        host = running_host()
        app = App(self._settings)
        mount = Mount(app)
        lifespan = _Lifespan(app, mount)
        host.run(lifespan.start())
        self._root = host.mount(mount)
        self._mount = mount
        closing = ExitStack()
        closing.callback(lambda: host.run(lifespan.stop()))
        closing.callback(host.unmount, self._root)
        self._delays = closing.enter_context(skipped_delays())
        self._closing = closing
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._mount = None
        self._closing.close()


class _Lifespan:
    """The events by which an application starts and stops, as ASGI defines them."""

    def __init__(self, app: App, mount: Mount) -> None:
        self._app = app
        self._mount = mount
        self._received = asyncio.Queue[Message]()
        self._sent = asyncio.Queue[Message]()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the application; return when it accepts requests."""
        run = self._app({"type": "lifespan"}, self._received.get, self._sent.put)
        self._tasks.append(asyncio.create_task(run))
        self._received.put_nowait({"type": "lifespan.startup"})
        await self._sent.get()

    async def stop(self) -> None:
        """End what is running, and close the application."""
        self._app.runs.stop()
        await self._mount.until_idle(_CLOSING_SECONDS)
        self._received.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.gather(*self._tasks)
