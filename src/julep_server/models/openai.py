"""A provider that uses an OpenAI-compatible endpoint."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

import httpx

from julep_server.errors import ApiError, unavailable
from julep_server.json_text import JSON, JSONObject, MalformedJSONError, loads
from julep_server.models.answer_reader import AnswerReader
from julep_server.models.endpoint_body import body_pieces, read_body
from julep_server.models.endpoint_events import MAX_EVENT_BYTES, Event, EventParser
from julep_server.models.endpoint_sender import EndpointSender
from julep_server.models.openai_errors import (
    RefusedError,
    not_understood,
    reported,
    transport_error,
)
from julep_server.models.provider import Completion, ForwardedResponse, Listener, ModelRequest
from julep_server.models.refused_settings import adapted, refused_settings, without_effect
from julep_server.models.tool_names import ToolNames

AFTER_END = 5.0
"""Seconds to wait for the usage, and for the stream's end, after the answer is complete."""

_UNKNOWN_FOR = 300.0
_MAX_REMEMBERED = 256
_NAMES_A_SETTING = frozenset({400, 422})
_log = logging.getLogger("julep_server")


class OpenAIModel:
    """A provider that sends requests to an endpoint.

    Args:
        url: The endpoint's base URL, to which ``/chat/completions`` is added.
        key: Sent as a bearer token; None sends none.
        model: The model to use by default.
        timeout: Seconds that the endpoint may be silent.
    """

    def __init__(self, url: str, key: str | None, model: str, timeout: float) -> None:
        self._model = model
        self._key = key
        # Names that the endpoint didn't know, and the time until which they are not sent again.
        self._unknown: dict[str, float] = {}
        # The settings that the endpoint has refused, by model.
        self._refused: dict[str, frozenset[str]] = {}
        self._sender = EndpointSender(url, key, timeout)

    @property
    def model(self) -> str:
        """See :class:`~julep_server.models.provider.Provider`."""
        return self._model

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """See :class:`~julep_server.models.provider.Provider`."""
        model = self._known_model(request.model)
        body = _body(ToolNames(request).for_endpoint(request), streamed=streamed)
        return adapted({**body, "model": model}, self._refused.get(model, frozenset()))[0]

    @property
    def models(self) -> Sequence[str]:
        """See :class:`~julep_server.models.provider.Provider`."""
        return (self.model,)

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`."""
        names = ToolNames(request)
        completion = await self._complete(names.for_endpoint(request), listener)
        return names.from_endpoint(completion)

    async def forward(
        self,
        path: str,
        body: JSONObject,
        allowed: Sequence[str] | None = None,  # noqa: ARG002 - it has one model
    ) -> ForwardedResponse:
        """See :class:`~julep_server.models.provider.Provider`."""
        response, model = await self._send_with_fallback(path, {"model": self._model, **body})
        kind = response.headers.get("content-type", "")
        if "html" in kind:
            await response.aclose()
            raise not_understood("a page of HTML")
        if "json" in kind:
            try:
                content = await _json(response)
            except httpx.HTTPError as error:
                raise transport_error(error) from error
            finally:
                await response.aclose()
            # In a success, as OpenRouter sends it; it may quote the key.
            if isinstance(content, dict) and content.get("error") and not content.get("choices"):
                raise reported(content, model, self._key)
            return ForwardedResponse(model, "application/json", content)
        return ForwardedResponse(model, "text/event-stream", _passed_on(response))

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`."""
        await self._sender.close()

    async def _complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """Complete a prompt, again without what the endpoint refuses: a model, or settings."""
        body = _body(request, streamed=listener is not None)
        model = self._known_model(request.model)
        refused = self._refused.get(model, frozenset())
        publisher = _Publisher(listener)
        while True:
            sent, ignored = adapted({**body, "model": model}, refused)
            try:
                completion = await self._attempt(sent, ignored, request, publisher)
            except RefusedError as error:
                if publisher.begun:
                    raise
                if error.unknown_model and model != self._model:
                    self._remember_unknown(model)
                    model = self._model
                    refused = self._refused.get(model, frozenset())
                    continue
                named = refused_settings(sent, error.stated) - refused
                if not named or error.status not in _NAMES_A_SETTING:
                    raise
                _log.warning("the model %.200r is asked without: %s", model, ", ".join(named))
                refused |= named
                continue
            self._remember_refused(model, refused)
            return completion

    async def _attempt(
        self, body: JSONObject, ignored: list[str], request: ModelRequest, publisher: _Publisher
    ) -> Completion:
        model = str(body["model"])
        response = await self._sender.send("chat/completions", body)
        reader = AnswerReader(request, model, self._key)
        publisher.start(model, ignored)
        try:
            await _read(response, reader, publisher)
        except httpx.HTTPError as error:
            raise transport_error(error) from error
        finally:
            await response.aclose()
        publisher.publish(reader.rest())
        completion = reader.completion()
        return replace(completion, ignored=tuple(ignored))

    async def _send_with_fallback(self, path: str, body: JSONObject) -> tuple[httpx.Response, str]:
        """Send a request, again with the default model if the endpoint doesn't know the model.

        Returns:
            The response, and the name of the model that was sent.
        """
        wanted = self._known_model(str(body["model"]))
        try:
            return await self._sender.send(path, {**body, "model": wanted}), wanted
        except RefusedError as error:
            if not error.unknown_model or wanted == self._model:
                raise
            self._remember_unknown(wanted)
        return await self._sender.send(path, {**body, "model": self._model}), self._model

    def _known_model(self, wanted: str) -> str:
        """Return the model to request: the default one if the endpoint didn't know this one."""
        return self._model if self._unknown.get(wanted, 0.0) > time.monotonic() else wanted

    def _remember_unknown(self, name: str) -> None:
        now = time.monotonic()
        self._unknown = {known: until for known, until in self._unknown.items() if until > now}
        self._unknown[name] = now + _UNKNOWN_FOR

    def _remember_refused(self, model: str, refused: frozenset[str]) -> None:
        if refused and self._refused.get(model) != refused:
            while len(self._refused) >= _MAX_REMEMBERED:
                del self._refused[next(iter(self._refused))]
            self._refused[model] = refused


class _Publisher:
    """Publishes words to a listener, if there is one.

    Attributes:
        begun: Whether words were published, which can't be taken back.
    """

    def __init__(self, listener: Listener | None) -> None:
        self._listener = listener
        self.begun = False

    def start(self, model: str, ignored: list[str]) -> None:
        if self._listener is not None:
            self._listener.on_start(model, ignored)

    def publish(self, text: str) -> None:
        if text and self._listener is not None:
            self.begun = True
            self._listener.on_text(text)


async def _read(response: httpx.Response, reader: AnswerReader, publisher: _Publisher) -> None:
    """Read a response until the answer is complete; nothing that follows can spoil it."""
    parser = EventParser()

    def read(events: list[Event]) -> None:
        for event in events:
            publisher.publish(reader.feed(event))

    try:
        async with aclosing(body_pieces(response)) as pieces:
            async for piece in pieces:
                read(parser.feed(piece))
                if reader.done:
                    break
            # What follows is waited for, but not for long.
            while not reader.ended:
                async with asyncio.timeout(AFTER_END if reader.done else None):
                    rest = await anext(pieces, None)
                read(parser.end() if rest is None else parser.feed(rest))
                if rest is None:
                    return
    except (httpx.HTTPError, ApiError, TimeoutError):
        if not reader.done:
            raise


def _body(request: ModelRequest, *, streamed: bool) -> JSONObject:
    """Return what a request asks for, before what the endpoint refuses is left out."""
    body = without_effect(request.to_json(streamed=streamed))
    return {**body, "stream_options": {"include_usage": True}} if streamed else body


async def _json(response: httpx.Response) -> JSON:
    try:
        return loads(await read_body(response, MAX_EVENT_BYTES))
    except MalformedJSONError as error:
        raise not_understood("no JSON") from error


async def _passed_on(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for part in body_pieces(response):
            yield part
    except httpx.HTTPError as error:
        raise unavailable("model_interrupted", "the model's endpoint broke off") from error
    finally:
        await response.aclose()
