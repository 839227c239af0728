"""Which models a tenant may use: for chats, ``/v1`` and the jobs after a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from julep_server.errors import ApiError
from julep_server.models.provider import Provider


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model to request.

    Attributes:
        name: Its name.
        allowed: The models that may answer in its place; None for all.
    """

    name: str
    allowed: Sequence[str] | None = None


def choose_model(
    provider: Provider, allowed: Sequence[str] | None, wanted: str | None = None
) -> ChosenModel:
    """Choose the model to request for a tenant.

    Args:
        provider: The source of models.
        allowed: The only models that the tenant may use; None for all.
        wanted: The name of a model; None for the default one.

    Raises:
        ApiError: 403 for a model that the tenant may not use.
    """
    name = provider.model if wanted is None else wanted
    if allowed is None or name in allowed:
        return ChosenModel(name, allowed)
    if wanted in provider.models:
        raise ApiError(403, "model_not_allowed", f"the model {wanted} may not be used")
    if not allowed:
        raise ApiError(403, "model_not_allowed", "no model may be used")
    default = provider.model
    return ChosenModel(default if default in allowed else allowed[0], allowed)
