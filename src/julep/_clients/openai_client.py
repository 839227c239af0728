"""Clients of the openai package for the server's OpenAI-compatible endpoints.

The package is an optional dependency, imported on first use. Its HTTP client and its errors are its
own, and are not shared with other calls.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

from julep._arguments.cached import cached
from julep._calls.api_key import KeyTask
from julep._http.per_loop import PerLoop
from julep.errors import ConfigurationError

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI
    from openai.resources import AsyncCompletions, Completions
    from openai.resources.chat import AsyncCompletions as AsyncChatCompletions
    from openai.resources.chat import Completions as ChatCompletions

    from julep._http.connections import Connections
    from julep._settings.config import Config

# The package requires a key, and would default to the environment's, which is meant for OpenAI.
_NO_KEY: Final = "no-key"


class _Request(Protocol):
    """A request of the package's HTTP library."""

    @property
    def headers(self) -> MutableMapping[str, str]:
        """The mutable headers."""
        ...


class OpenAIClient:
    """The package's sync client, created on first use."""

    def __init__(self, config: Config, connections: Connections[Any]) -> None:
        self._config = config
        self._transport = connections.config
        self._check_open = connections.check_open

    @property
    def client(self) -> OpenAI:
        """The client.

        Raises:
            ConfigurationError: When the package is not installed, or this client is closed.
        """
        self._check_open()
        return self._client

    def close(self) -> None:
        """Close the connections; closing again has no effect."""
        if "_client" in vars(self):
            self._client.close()

    @cached
    def _client(self) -> OpenAI:
        _check_installed()
        from openai import DefaultHttpxClient, OpenAI

        from julep._http.httpx_transport import client_options

        hook = _request_hook(self._config)
        options = client_options(self._transport)
        connections = DefaultHttpxClient(event_hooks={"request": [hook]}, **options)
        client = OpenAI(**_settings(self._config), http_client=connections)
        _replace_headers(client, self._config)
        _accept_unknown_parameters(client.chat.completions, self._check_open)
        _accept_unknown_parameters(client.completions, self._check_open)
        return client


class AsyncOpenAIClient:
    """The package's async client, created on first use, for every event loop."""

    def __init__(self, config: Config, connections: Connections[Any]) -> None:
        self._config = config
        self._transport = connections.config
        self._check_open = connections.check_open
        self._client: AsyncOpenAI | None = None
        self._per_loop = PerLoop(self._loop_client, _aclose)

    @property
    def client(self) -> AsyncOpenAI:
        """The client.

        Raises:
            ConfigurationError: When the package is not installed, or this client is closed.
        """
        self._check_open()
        if self._client is None:
            client = self._build_client()
            _accept_unknown_parameters(client.chat.completions, self._check_open)
            _accept_unknown_parameters(client.completions, self._check_open)
            self._client = client
        return self._client

    async def aclose(self) -> None:
        """Close the connections of the running event loop; closing again has no effect."""
        await self._per_loop.aclose()

    def _build_client(self) -> AsyncOpenAI:
        """Build a client that hands each request to the client of the running event loop."""
        _check_installed()
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        outer = self

        class PerLoopClient(AsyncOpenAI):
            async def request(self, *args: Any, **kwargs: Any) -> Any:
                outer._check_open()
                client = await outer._per_loop.get()
                return await client.request(*args, **kwargs)

        # It sends nothing. Without it the package makes its own, which a stray task would close.
        unused = DefaultAsyncHttpxClient()
        return PerLoopClient(**_settings(self._config), http_client=unused)

    def _loop_client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        from julep._http.httpx_transport import client_options

        hook = _async_request_hook(self._config)
        options = client_options(self._transport)
        connections = DefaultAsyncHttpxClient(event_hooks={"request": [hook]}, **options)
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
            'chat and completions need the openai package: pip install "julep[openai]"'
        ) from error


def _settings(config: Config) -> dict[str, Any]:
    return {
        "api_key": _NO_KEY,
        "base_url": _openai_url(config.base_url),
        "timeout": config.timeout.total or config.timeout.read,
        "max_retries": config.retry.max_retries,
    }


def _openai_url(base_url: str) -> str:
    """Return the URL of the OpenAI-compatible API: beside the server's own, else at the root."""
    from urllib.parse import urlsplit

    parts = urlsplit(base_url)
    prefix = parts.path.removesuffix("/api") if parts.path.endswith("/api") else ""
    return f"{parts.scheme}://{parts.netloc}{prefix}/v1"


def _replace_headers(client: OpenAI | AsyncOpenAI, config: Config) -> None:
    """Replace the package's default headers, which include the environment's, by those of ours."""
    headers = {name.title(): value for name, value in config.headers.items() if name != "accept"}
    vars(client)["_custom_headers"] = headers


def _remove_openai_headers(request: _Request) -> None:
    """Remove the headers that are meant for OpenAI alone."""
    for name in ("openai-organization", "openai-project"):
        request.headers.pop(name, None)
    if request.headers.get("authorization") == f"Bearer {_NO_KEY}":
        del request.headers["authorization"]


def _request_hook(config: Config) -> Callable[[_Request], None]:
    """Return the function that sets the headers of each request before it is sent."""
    task = None if config.key_function is None else KeyTask(config.key_function)

    def change(request: _Request) -> None:
        _remove_openai_headers(request)
        if task is not None and (key := task.key()):
            request.headers["authorization"] = f"Bearer {key}"

    return change


def _async_request_hook(config: Config) -> Callable[[_Request], Awaitable[None]]:
    """Return the async function that sets the headers of each request before it is sent."""
    task = None if config.key_function is None else KeyTask(config.key_function)

    async def change(request: _Request) -> None:
        _remove_openai_headers(request)
        if task is not None and (key := await task.akey()):
            request.headers["authorization"] = f"Bearer {key}"

    return change


def _accept_unknown_parameters(
    resource: Completions | AsyncCompletions | ChatCompletions | AsyncChatCompletions,
    check_open: Callable[[], None],
) -> None:
    """Let `create` accept parameters that the package does not know: they go into the body.

    ``model`` becomes optional: by default, the server uses its own.
    """
    import inspect

    from openai import NOT_GIVEN

    # By name, since the package's many overloads do not matter here.
    create: Callable[..., object] = getattr(resource, "create")  # noqa: B009
    known = inspect.signature(create).parameters.keys()

    @functools.wraps(create)
    def create_with_unknown(*args: object, **kwargs: Any) -> object:
        check_open()
        unknown = {name: kwargs.pop(name) for name in kwargs.keys() - known}
        if unknown:
            kwargs["extra_body"] = {**(kwargs.get("extra_body") or {}), **unknown}
        kwargs.setdefault("model", NOT_GIVEN)
        return create(*args, **kwargs)

    vars(resource)["create"] = create_with_unknown
