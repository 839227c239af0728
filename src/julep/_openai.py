"""The openai package's clients, pointed at the server's OpenAI-compatible endpoints.

The package comes with an extra, so only its first use imports it. It brings an HTTP library and
errors of its own; neither is shared with the rest.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, MutableMapping
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from julep._http.per_loop import PerLoop
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI
    from openai.resources import AsyncCompletions, Completions
    from openai.resources.chat import AsyncCompletions as AsyncChatCompletions
    from openai.resources.chat import Completions as ChatCompletions

    from julep._http.connections import Connections
    from julep._settings.config import Config

# The package insists on a key, and would take the environment's, which is meant for OpenAI.
_NO_KEY: Final = "no-key"


class _Request(Protocol):
    """A request of whichever HTTP library the package uses."""

    @property
    def headers(self) -> MutableMapping[str, str]:
        """Its headers."""
        ...


class OpenAIClient:
    """The package's blocking client, made when it is first used."""

    def __init__(self, config: Config, connections: Connections[Any]) -> None:
        self._config = config
        self._check_open = connections.check_open
        self._client: OpenAI | None = None
        self._making = Lock()

    @property
    def client(self) -> OpenAI:
        """The client.

        Raises:
            ConfigurationError: When the package is not installed, or the client was closed.
        """
        self._check_open()
        with self._making:
            if self._client is None:
                _check_installed()
                from openai import DefaultHttpxClient, OpenAI

                connections = DefaultHttpxClient(event_hooks={"request": [_clean]})
                client = OpenAI(**_settings(self._config), http_client=connections)
                _replace_headers(client, self._config)
                _take_more(client.chat.completions, self._check_open)
                _take_more(client.completions, self._check_open)
                self._client = client
        return self._client

    def close(self) -> None:
        """Close its connections; a second time does nothing."""
        if self._client is not None:
            self._client.close()


class AsyncOpenAIClient:
    """The package's async client, made when it is first used, for every event loop."""

    def __init__(self, config: Config, connections: Connections[Any]) -> None:
        self._config = config
        self._check_open = connections.check_open
        self._client: AsyncOpenAI | None = None
        self._of_loops = PerLoop(self._for_one_loop, _aclose)

    @property
    def client(self) -> AsyncOpenAI:
        """The client.

        Raises:
            ConfigurationError: When the package is not installed, or the client was closed.
        """
        self._check_open()
        if self._client is None:
            client = self._for_every_loop()
            _take_more(client.chat.completions, self._check_open)
            _take_more(client.completions, self._check_open)
            self._client = client
        return self._client

    async def aclose(self) -> None:
        """Close this loop's connections; a second time does nothing."""
        await self._of_loops.aclose()

    def _for_every_loop(self) -> AsyncOpenAI:
        """Make a client that sends nothing itself: each request goes by its loop's own client."""
        _check_installed()
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        outer = self

        class OfEveryLoop(AsyncOpenAI):
            async def request(self, *args: Any, **kwargs: Any) -> Any:
                outer._check_open()
                client = await outer._of_loops.get()
                return await client.request(*args, **kwargs)

        # Given although it stays unused: the package's own would be closed by a stray task.
        unused = DefaultAsyncHttpxClient()
        return OfEveryLoop(**_settings(self._config), http_client=unused)

    def _for_one_loop(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        connections = DefaultAsyncHttpxClient(event_hooks={"request": [_aclean]})
        client = AsyncOpenAI(**_settings(self._config), http_client=connections)
        _replace_headers(client, self._config)
        return client


async def _aclose(client: AsyncOpenAI) -> None:
    await client.close()


def _check_installed() -> None:
    try:
        import_module("openai")
    except ImportError as error:
        raise ConfigurationError(
            "chat and completions need the openai package: pip install 'julep[openai]'"
        ) from error


def _settings(config: Config) -> dict[str, Any]:
    return {
        "api_key": _NO_KEY,
        "base_url": _root(config.base_url),
        "timeout": config.timeout.total or config.timeout.read,
        "max_retries": config.retry.max_retries,
    }


def _root(base_url: str) -> str:
    """Give where the server has OpenAI's API: beside its own, or else at the host's root."""
    from urllib.parse import urlsplit

    parts = urlsplit(base_url)
    prefix = parts.path.removesuffix("/api") if parts.path.endswith("/api") else ""
    return f"{parts.scheme}://{parts.netloc}{prefix}/v1"


def _replace_headers(client: OpenAI | AsyncOpenAI, config: Config) -> None:
    """Replace the standing headers, which the environment too may have given, by our client's."""
    given = {name.title(): value for name, value in config.headers.items() if name != "accept"}
    vars(client)["_custom_headers"] = given


def _clean(request: _Request) -> None:
    """Take from a request what is for OpenAI alone."""
    for name in ("openai-organization", "openai-project"):
        request.headers.pop(name, None)
    if request.headers.get("authorization") == f"Bearer {_NO_KEY}":
        del request.headers["authorization"]


async def _aclean(request: _Request) -> None:
    _clean(request)


def _take_more(
    resource: Completions | AsyncCompletions | ChatCompletions | AsyncChatCompletions,
    check_open: Callable[[], None],
) -> None:
    """Let `create` take parameters that the package does not know: they go into the body.

    Without a model, the server's own answers.
    """
    import inspect

    from openai import NOT_GIVEN

    # By name, since the package's overloads are many and say nothing here.
    create: Callable[..., object] = getattr(resource, "create")  # noqa: B009
    known = inspect.signature(create).parameters.keys()

    @functools.wraps(create)
    def create_with_more(*args: object, **kwargs: Any) -> object:
        check_open()
        more = {name: kwargs.pop(name) for name in kwargs.keys() - known}
        if more:
            kwargs["extra_body"] = {**(kwargs.get("extra_body") or {}), **more}
        kwargs.setdefault("model", NOT_GIVEN)
        return create(*args, **kwargs)

    vars(resource)["create"] = create_with_more
