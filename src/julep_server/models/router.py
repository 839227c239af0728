"""Several models by name, each with an endpoint of its own, and a fallback among them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from julep_server.errors import ApiError
from julep_server.json_text import JSONObject
from julep_server.model_endpoints import ModelChoice
from julep_server.models.openai import OpenAIModel
from julep_server.models.openai_errors import AccessError, RefusedError
from julep_server.models.provider import Completion, ForwardedResponse, Listener, ModelRequest

# The endpoint failed, is limited, or doesn't let the server in: another one may answer.
_FAILED = frozenset({429, 500, 502, 503, 504})
_log = logging.getLogger("julep_server")


class ModelRouter:
    """A provider that chooses an endpoint by the model's name.

    Args:
        choice: The models.
        timeout: Seconds that an endpoint may be silent.
    """

    def __init__(self, choice: ModelChoice, timeout: float) -> None:
        self._choice = choice
        self._providers: Mapping[str, OpenAIModel] = {
            name: OpenAIModel(endpoint.url, endpoint.key, endpoint.model, timeout)
            for name, endpoint in choice.endpoints.items()
        }

    @property
    def model(self) -> str:
        """See :class:`~julep_server.models.provider.Provider`."""
        return self._choice.default

    @property
    def models(self) -> Sequence[str]:
        """See :class:`~julep_server.models.provider.Provider`."""
        return tuple(self._providers)

    def request_body(self, request: ModelRequest, *, streamed: bool) -> JSONObject:
        """See :class:`~julep_server.models.provider.Provider`."""
        name = self._order(request.model, request.allowed)[0]
        sent = replace(request, model=self._choice.endpoints[name].model)
        return self._providers[name].request_body(sent, streamed=streamed)

    async def complete(self, request: ModelRequest, listener: Listener | None) -> Completion:
        """See :class:`~julep_server.models.provider.Provider`."""
        names = self._order(request.model, request.allowed)
        for position, name in enumerate(names):
            heard = None if listener is None else _Heard(listener, name)
            sent = replace(request, model=self._choice.endpoints[name].model)
            try:
                completion = await self._providers[name].complete(sent, heard)
            except ApiError as error:
                begun = heard is not None and heard.begun
                if begun or position == len(names) - 1 or not _is_failure(error):
                    raise
                _log.warning(
                    "the model %s failed, %s answers: %s", name, names[position + 1], error
                )
                continue
            return replace(completion, model=name)
        raise AssertionError("there is always a model")

    async def forward(
        self, path: str, body: JSONObject, allowed: Sequence[str] | None = None
    ) -> ForwardedResponse:
        """See :class:`~julep_server.models.provider.Provider`."""
        names = self._order(str(body.get("model", self.model)), allowed)
        for position, name in enumerate(names):
            sent: JSONObject = {**body, "model": self._choice.endpoints[name].model}
            try:
                forwarded = await self._providers[name].forward(path, sent)
            except ApiError as error:
                if position == len(names) - 1 or not _is_failure(error):
                    raise
                _log.warning(
                    "the model %s failed, %s answers: %s", name, names[position + 1], error
                )
                continue
            return replace(forwarded, model=name)
        raise AssertionError("there is always a model")

    async def close(self) -> None:
        """See :class:`~julep_server.models.provider.Provider`."""
        for provider in self._providers.values():
            await provider.close()

    def _order(self, wanted: str, allowed: Sequence[str] | None) -> list[str]:
        """Return the models to ask, one after the other: the chosen or default one first."""
        chosen = wanted if wanted in self._providers else self._choice.default
        if allowed is not None and chosen not in allowed:
            # A tenant's own list may name models that are not here any more.
            usable = [name for name in self._providers if name in allowed]
            if not usable:
                raise ApiError(403, "model_not_allowed", "no model may be used")
            chosen = usable[0]
        others = [name for name in self._choice.fallback if allowed is None or name in allowed]
        return [chosen, *(name for name in others if name != chosen)]


class _Heard:
    """Passes on what a model writes, under the model's name in this server."""

    def __init__(self, listener: Listener, name: str) -> None:
        self._listener = listener
        self._name = name
        self.begun = False

    def on_start(self, model: str, ignored: Sequence[str] = ()) -> None:  # noqa: ARG002 - the endpoint's name of it
        """See :class:`~julep_server.models.provider.Listener`."""
        self._listener.on_start(self._name, ignored)

    def on_text(self, text: str) -> None:
        """See :class:`~julep_server.models.provider.Listener`."""
        self.begun = True
        self._listener.on_text(text)


def _is_failure(error: ApiError) -> bool:
    return (
        error.status in _FAILED
        or isinstance(error, AccessError)
        or (isinstance(error, RefusedError) and error.unknown_model)
    )
