"""The long-lived parts of a running server that request handlers use."""

from __future__ import annotations

from dataclasses import dataclass

from julep_server.db.engine import Database
from julep_server.errors import ApiError
from julep_server.jobs.worker import Worker
from julep_server.models.provider import Provider
from julep_server.monitoring.monitor import Monitor
from julep_server.prompt.templates import TemplateRenderer
from julep_server.relay import Relay
from julep_server.search.embedding_worker import EmbeddingWorker
from julep_server.settings import Settings
from julep_server.streaming.runs import Runs
from julep_server.tenancy.access import Access


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of the server that request handlers use; built once per server."""

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

    def model_of(self, tenant: str, wanted: str | None = None) -> str:
        """Return the model to request for a tenant.

        Args:
            tenant: The tenant.
            wanted: The name of a model; None for the default one.

        Raises:
            ApiError: 403 for a model that the tenant may not use.
        """
        allowed = self.access.models_of(tenant)
        name = self.provider.model if wanted is None else wanted
        if allowed is None or name in allowed:
            return name
        if wanted in self.provider.models:
            raise ApiError(403, "model_not_allowed", f"the model {wanted} may not be used")
        if not allowed:
            raise ApiError(403, "model_not_allowed", "no model may be used")
        default = self.provider.model
        return default if default in allowed else allowed[0]
