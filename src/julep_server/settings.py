"""What a server is configured with, in one frozen place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from julep_server.json_text import JSON

OFFLINE_MODEL = "offline"
NO_EMBEDDINGS = "none"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
DEFAULT_RECALL_ITEMS = 5
DEFAULT_RECALL_DISTANCE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The configuration of one server.

    Attributes:
        database: SQLAlchemy URL; ``sqlite://`` alone is a database in memory.
        api_keys: Accepted keys, each a tenant of its own; none opens the server to everyone.
        model_url: Base URL of an OpenAI-compatible endpoint (``http://host:11434/v1``); None
            uses the offline model.
        model_key: Key sent to that endpoint as a bearer token.
        model: Model for agents that name none, and for names that the endpoint doesn't know.
        model_timeout: Seconds that the endpoint may be silent before the answer is 504.
        embedding_url: Base URL of an OpenAI-compatible endpoint whose ``/embeddings`` says what
            texts mean; None uses the offline embedder where it is installed.
        embedding_key: Key sent to that endpoint as a bearer token.
        embedding_model: Model to use there; without a URL, ``none`` for search by words alone.
        max_body_bytes: Longest request body; longer ones are answered 413.
        chat_defaults: Chat settings below an agent's and a preset's.
        recall_items: The most chunks of documents, and the most memories, that a chat recalls.
        recall_distance: How far what is recalled may be behind the best, from 0 (it must fit as
            well as the best) to 1 (whatever has a word of the question).
        suggestions: Whether the model is asked, after each recorded turn, how it may go on.
    """

    database: str = "sqlite://"
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    model_url: str | None = None
    model_key: str | None = field(default=None, repr=False)
    model: str = OFFLINE_MODEL
    model_timeout: float = 120.0
    embedding_url: str | None = None
    embedding_key: str | None = field(default=None, repr=False)
    embedding_model: str | None = None
    max_body_bytes: int = 16 * 1024 * 1024
    chat_defaults: Mapping[str, JSON] = field(default_factory=dict[str, JSON])
    recall_items: int = DEFAULT_RECALL_ITEMS
    recall_distance: float = DEFAULT_RECALL_DISTANCE
    suggestions: bool = False

    def __post_init__(self) -> None:
        if any(not key.strip() for key in self.api_keys):
            raise ValueError("an API key must not be empty")
        if self.model_url is not None and self.model == OFFLINE_MODEL:
            raise ValueError("a model URL needs the name of a model to use there")
        if self.model_url is not None and not self.model_url.startswith(("http://", "https://")):
            raise ValueError("a model URL begins with http:// or https://")
        self._check_embedding()
        if self.model_url is None and self.model != OFFLINE_MODEL:
            raise ValueError("a model's name needs the URL of the endpoint that serves it")
        if self.model_url is None and self.suggestions:
            raise ValueError("suggestions need the URL of an endpoint whose model makes them")
        if self.model_timeout <= 0 or self.max_body_bytes <= 0:
            raise ValueError("timeouts and limits must be greater than zero")
        if self.recall_items < 0 or not 0 <= self.recall_distance <= 1:
            raise ValueError("what is recalled is at least 0 items, at a distance from 0 to 1")

    def _check_embedding(self) -> None:
        url, model = self.embedding_url, self.embedding_model
        if url is None and model not in (None, NO_EMBEDDINGS):
            raise ValueError("an embedding model needs the URL of the endpoint that serves it")
        if url is not None and model in (None, "", NO_EMBEDDINGS):
            raise ValueError("an embedding URL needs the name of a model to use there")
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("an embedding URL begins with http:// or https://")
