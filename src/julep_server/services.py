"""The long-lived parts of a running server that request handlers use."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.cancellations import Cancellations
from julep_server.db.engine import Database
from julep_server.idempotency import IdempotencyClaims
from julep_server.jobs.worker import Worker
from julep_server.models.model_access import choose_model
from julep_server.models.provider import Provider
from julep_server.monitoring.monitor import Monitor
from julep_server.prompt.templates import TemplateRenderer
from julep_server.relay import Relay
from julep_server.search.embedding_state import EmbeddingState
from julep_server.search.embedding_worker import EmbeddingWorker
from julep_server.settings import Settings
from julep_server.streaming.runs import Runs
from julep_server.tenancy.access import Access


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the server that request handlers use; built once per server.

    Attributes:
        claims: The running requests with an idempotency key.
    """

    settings: Settings
    database: Database
    provider: Provider
    runs: Runs
    worker: Worker
    embedding_worker: EmbeddingWorker
    relay: Relay
    templates: TemplateRenderer
    access: Access
    monitor: Monitor
    claims: IdempotencyClaims
    cancellations: Cancellations

    def embedding_state(self) -> EmbeddingState:
        """Return how far the embedding of texts is, and whether it fails."""
        return self.embedding_worker.state()

    def model_of(self, tenant: str, wanted: str | None = None) -> str:
        """Return the model to request for a tenant.

        Args:
            tenant: The tenant.
            wanted: The name of a model; None for the default one.

        Raises:
            ApiError: 403 for a model that the tenant may not use.
        """
        return choose_model(self.provider, self.access.models_of(tenant), wanted).name
