"""A provider that uses an OpenAI-compatible endpoint."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx

from julep_server.json_text import JSON, JSONObject, dumps
from julep_server.models import openai_completions
from julep_server.models.openai_errors import (
    RefusedError,
    interrupted,
    not_understood,
    refusal,
    transport_error,
)
from julep_server.models.provider import Completion, ForwardedResponse, Listener, ModelRequest
from julep_server.models.sse import event_data
from julep_server.models.tool_names import ToolNames

_UNKNOWN_FOR = 300.0


class OpenAIModel:
    """A provider that sends requests to an endpoint.

    Args:
        url: The endpoint's base URL, to which ``/chat/completions`` is added.
        key: Sent as a bearer token; None sends none.
        model: The model to use by default.
        timeout: Seconds that the endpoint may be silent.
    """

    def __init__(self, url: str, key: str | None, model: str, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._model = model
        # Names that the endpoint didn't know, and the time until which they are not sent again.
        self._unknown: dict[str, float] = {}
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )

    @property
    def model(self) -> str:
        """See :class:`~julep_server.models.provider.Provider`."""
        return self._model

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """See :class:`~julep_server.models.provider.Provider`."""
        body = ToolNames(request).for_endpoint(request).to_json()
        if streamed:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return {**body, "model": self._known_model(request.model)}

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`."""
        body = self.request_body(request, streamed=listener is not None)
        names = ToolNames(request)
        completion = await self._complete(names.for_endpoint(request), body, listener)
        return names.from_endpoint(completion)

    async def _complete(
        self, request: ModelRequest, body: JSONObject, listener: Listener | None
    ) -> Completion:
        response, model = await self._send_with_fallback("chat/completions", body)
        try:
            if listener is None or _is_json(response):
                completion = openai_completions.parse_completion(
                    await _json(response), request, model
                )
                if listener is not None:
                    listener.on_start(model)
                    listener.on_text(completion.text)
                return completion
            return await self._streamed(response, request, model, listener)
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        finally:
            await response.aclose()

    async def forward(self, path: str, body: JSONObject) -> ForwardedResponse:
        """See :class:`~julep_server.models.provider.Provider`."""
        response, model = await self._send_with_fallback(path, {"model": self._model, **body})
        if _is_json(response):
            try:
                return ForwardedResponse(model, "application/json", await _json(response))
            except httpx.HTTPError as error:
                raise transport_error(error) from error
            finally:
                await response.aclose()
        return ForwardedResponse(model, "text/event-stream", _passed_on(response))

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`."""
        await self._client.aclose()

    async def _send_with_fallback(self, path: str, body: JSONObject) -> tuple[httpx.Response, str]:
        """Send a request, again with the default model if the endpoint doesn't know the model.

        Returns:
            The response, and the name of the model that was sent.
        """
        wanted = self._known_model(str(body["model"]))
        try:
            return await self._send(path, {**body, "model": wanted}), wanted
        except RefusedError as error:
            if not error.unknown_model or wanted == self._model:
                raise
            self._remember_unknown(wanted)
        return await self._send(path, {**body, "model": self._model}), self._model

    def _known_model(self, wanted: str) -> str:
        """Return the model to request: the default one if the endpoint didn't know this one."""
        return self._model if self._unknown.get(wanted, 0.0) > time.monotonic() else wanted

    def _remember_unknown(self, name: str) -> None:
        now = time.monotonic()
        self._unknown = {known: until for known, until in self._unknown.items() if until > now}
        self._unknown[name] = now + _UNKNOWN_FOR

    async def _send(self, path: str, body: JSONObject) -> httpx.Response:
        request = self._client.build_request(
            "POST", f"{self._url}/{path}", content=dumps(body).encode("utf-8")
        )
        try:
            response = await self._client.send(request, stream=True)
            if response.is_success:
                return response
            try:
                await response.aread()
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        raise refusal(response, str(body["model"]))

    async def _streamed(
        self, response: httpx.Response, request: ModelRequest, model: str, listener: Listener
    ) -> Completion:
        listener.on_start(model)
        collector = openai_completions.Collector(request, model)
        async for data in event_data(response.aiter_bytes()):
            if data == "[DONE]":
                collector.done = True
                break
            text = collector.add(data)
            if text:
                listener.on_text(text)
        if not collector.done:
            raise interrupted()
        return collector.completion()


async def _json(response: httpx.Response) -> JSON:
    await response.aread()
    try:
        found: JSON = response.json()
    except ValueError as error:
        raise not_understood("no JSON") from error
    return found


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "")


async def _passed_on(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in response.aiter_bytes():
            yield part
    finally:
        await response.aclose()
