"""The settings of a server: the only definition, which LocalServer and the command are built from.

``docs/server/configuration.md`` describes each setting too; a test compares it with this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from julep_server.json_text import JSON

OFFLINE_MODEL = "offline"
NO_EMBEDDINGS = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """The documentation of a setting, in the setting's annotation.

    Attributes:
        text: The description of the setting.
        in_command: Whether ``julep serve`` has an option for it.
        command_text: The description of the command's option, if it differs.
    """

    text: str
    in_command: bool = True
    command_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one server; :class:`Option` describes each.

    Raises:
        ValueError: The settings contradict each other.
    """

    host: Annotated[str, Option("Address to serve on.")] = "127.0.0.1"
    port: Annotated[int, Option("Port to serve on; 0 takes a free one.")] = 0
    database: Annotated[
        str,
        Option(
            "SQLAlchemy URL; by default a database in memory, of this server alone.",
            command_text="SQLAlchemy URL, or the path of a SQLite file. By default a file in the"
            " user's data directory.",
        ),
    ] = "sqlite://"
    api_keys: Annotated[
        Sequence[str],
        Option(
            "Accepted keys, each a tenant of its own; none opens the server to everyone.",
            command_text="A key that is accepted, each one a tenant of its own; may be given"
            " several times. JULEP_SERVER_API_KEY holds one, or several with commas between."
            " Without any, everyone who reaches the port may use the server.",
        ),
    ] = field(default=(), repr=False)
    model_url: Annotated[
        str | None,
        Option(
            "Base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1."
            " Without it the offline model answers."
        ),
    ] = None
    model_key: Annotated[str | None, Option("Key for that endpoint.")] = field(
        default=None, repr=False
    )
    model: Annotated[str, Option("Name of the model to use there.")] = OFFLINE_MODEL
    model_timeout: Annotated[
        float, Option("Seconds that the endpoint may be silent.", in_command=False)
    ] = 120.0
    embedding_url: Annotated[
        str | None,
        Option(
            "Base URL of an OpenAI-compatible endpoint whose embeddings are used to recall by"
            " meaning. Without it the offline embedder is used where it is installed."
        ),
    ] = None
    embedding_key: Annotated[str | None, Option("Key for that endpoint.")] = field(
        default=None, repr=False
    )
    embedding_model: Annotated[
        str | None, Option('Name of the model to use there; "none" recalls by words alone.')
    ] = None
    max_body_bytes: Annotated[
        int, Option("Maximum length of a request's body.", in_command=False)
    ] = 16 * 1024 * 1024
    chat_defaults: Annotated[
        Mapping[str, JSON] | None,
        Option("Chat settings below an agent's and a preset's.", in_command=False),
    ] = None
    recall_items: Annotated[
        int,
        Option(
            "Maximum number of document chunks, and of memories, that a chat recalls.",
            in_command=False,
        ),
    ] = 5
    recall_distance: Annotated[
        float,
        Option(
            "How far a recalled text may rank behind the best, from 0 (it must match as well) to 1"
            " (one word in common is enough).",
            in_command=False,
        ),
    ] = 0.6
    suggestions: Annotated[
        bool,
        Option("Ask the model, after each recorded turn, how the conversation may go on."),
    ] = False

    def __post_init__(self) -> None:
        # Copied, because the caller may change the originals.
        object.__setattr__(self, "api_keys", tuple(self.api_keys))
        object.__setattr__(self, "chat_defaults", dict(self.chat_defaults or {}))
        if any(not key.strip() for key in self.api_keys):
            raise ValueError("an API key must not be empty")
        self._check_model()
        self._check_embedding()
        if self.model_url is None and self.suggestions:
            raise ValueError("suggestions need the URL of an endpoint whose model makes them")
        if self.model_timeout <= 0 or self.max_body_bytes <= 0:
            raise ValueError("timeouts and limits must be greater than zero")
        if self.recall_items < 0:
            raise ValueError(f"recall_items must not be negative; got {self.recall_items}")
        if not 0 <= self.recall_distance <= 1:
            raise ValueError(f"recall_distance must be from 0 to 1; got {self.recall_distance}")

    def _check_model(self) -> None:
        if self.model_url is None and self.model != OFFLINE_MODEL:
            raise ValueError("a model's name needs the URL of the endpoint that serves it")
        if self.model_url is not None and self.model == OFFLINE_MODEL:
            raise ValueError("a model URL needs the name of a model to use there")
        _check_url("a model", self.model_url)

    def _check_embedding(self) -> None:
        url, model = self.embedding_url, self.embedding_model
        if url is None and model not in (None, NO_EMBEDDINGS):
            raise ValueError("an embedding model needs the URL of the endpoint that serves it")
        if url is not None and model in (None, "", NO_EMBEDDINGS):
            raise ValueError("an embedding URL needs the name of a model to use there")
        _check_url("an embedding", url)


def _check_url(name: str, url: str | None) -> None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise ValueError(f"{name} URL must begin with http:// or https://")
