"""Turning the response to a create or an update into the resource itself."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    overload,
)

from julep._arguments.signatures import copy_parameters
from julep._lazy import lazy, resolvable

if TYPE_CHECKING:
    from julep_api.model import Field
    from julep_api.models import ResourceCreatedResponse, ResourceUpdatedResponse
    from julep_api.types import JSON, JSONObject
else:
    _, __getattr__, __dir__ = lazy(__name__, {}, older="julep.managers._names_of_0_3")

__all__ = ["rewrap_in_class"]

P = ParamSpec("P")


class Resource(Protocol):
    """A generated model, as far as it is used here."""

    __properties__: ClassVar[tuple[Field, ...]]

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Build the model from JSON."""
        ...


M = TypeVar("M", bound=Resource)

Response: TypeAlias = "ResourceCreatedResponse | ResourceUpdatedResponse"


class rewrap_in_class(Generic[M]):  # noqa: N801  # a decorator, by its published name
    """Let a create or an update, sync or async, return the resource instead of the response.

    The resource is the server's own representation, which every create and update requests
    (``Prefer: return=representation``, RFC 7240). When a server responds with the id alone, the
    resource has the id, the time and the arguments, and all other fields are ``None``.

    Args:
        resource: The resource's model.

    Example:
        >>> from julep.managers.utils import rewrap_in_class
        >>> from julep.types import ResourceCreatedResponse, Session
        >>> @rewrap_in_class(Session)
        ... def create(**arguments: object) -> ResourceCreatedResponse:
        ...     return ResourceCreatedResponse(id=session.id, created_at="2026-01-31T09:00:00Z")
        >>> create(agent_id=agent.id, situation="A quiet library").situation
        'A quiet library'
    """

    def __init__(self, resource: type[M]) -> None:
        self._resource = resource

    @overload
    def __call__(
        self, method: Callable[P, Coroutine[Any, Any, Response]]
    ) -> Callable[P, Coroutine[Any, Any, M]]: ...
    @overload
    def __call__(self, method: Callable[P, Response]) -> Callable[P, M]: ...
    def __call__(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a method."""
        rewrapped: Callable[..., Any]
        if inspect.iscoroutinefunction(method):

            @functools.wraps(method)
            async def rewrapped_async(*args: Any, **kwargs: Any) -> M:
                return self._resource_of(await method(*args, **kwargs), kwargs)

            rewrapped = rewrapped_async
        else:

            @functools.wraps(method)
            def rewrapped_sync(*args: Any, **kwargs: Any) -> M:
                return self._resource_of(method(*args, **kwargs), kwargs)

            rewrapped = rewrapped_sync
        copy_parameters(method, rewrapped, self._resource.__name__)
        return rewrapped

    def _resource_of(self, response: Response, arguments: Mapping[str, object]) -> M:
        """Return the resource that a response has, or else the response and the arguments."""
        fields = response.to_dict()
        if not fields.get("jobs"):
            # No job was started: the resource is the same as a get returns.
            fields.pop("jobs", None)
        if not _is_complete(self._resource, response):
            fields = {**_fields_of(self._resource, response, arguments), **fields}
        return self._resource.from_dict(fields, partial=True)


def _is_complete(resource: type[Resource], response: Response) -> bool:
    """Check whether a response has the resource's own fields, besides the id and the time."""
    sent = response.additional_properties
    return any(field.json_name in sent for field in resource.__properties__)


def _fields_of(
    resource: type[Resource], response: Response, arguments: Mapping[str, object]
) -> JSONObject:
    """Return the fields of a resource whose values follow from the arguments.

    Those of objects, such as metadata, do not follow when an update merges them into the stored
    ones, as it does without ``overwrite``.
    """
    from julep_api.models import ResourceUpdatedResponse

    merges = isinstance(response, ResourceUpdatedResponse) and not arguments.get("overwrite")
    fields = {
        field.json_name: field.encode(arguments[field.json_name])
        for field in resource.__properties__
        if arguments.get(field.json_name) is not None
    }
    if merges:
        return {name: value for name, value in fields.items() if not isinstance(value, dict)}
    return fields


resolvable(__name__)
