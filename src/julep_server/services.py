"""The long-lived parts of a running server that request handlers use."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.db.engine import Database
from julep_server.jobs.worker import Worker
from julep_server.models.provider import Provider
from julep_server.search.embedding_worker import EmbeddingWorker
from julep_server.settings import Settings
from julep_server.streaming.runs import Runs


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the server that request handlers use; built once per server."""

    settings: Settings
    database: Database
    provider: Provider
    runs: Runs
    worker: Worker
    embedding_worker: EmbeddingWorker
