"""Turning the answer to a create or an update into the resource itself."""

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

if TYPE_CHECKING:
    from julep_api.model import Field
    from julep_api.models import ResourceCreatedResponse, ResourceUpdatedResponse
    from julep_api.types import JSON, JSONObject

__all__ = ["rewrap_in_class"]

P = ParamSpec("P")


class Resource(Protocol):
    """What every generated model is able to do."""

    __fields__: ClassVar[tuple[Field, ...]]

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read it from JSON."""
        ...


M = TypeVar("M", bound=Resource)

Answer: TypeAlias = "ResourceCreatedResponse | ResourceUpdatedResponse"


class rewrap_in_class(Generic[M]):  # noqa: N801  # a decorator, by the name that people know
    """Make a create or an update give the resource instead of the bare answer, in either colour.

    What it gives is true: the server's own representation, which every create and update asks for
    (``Prefer: return=representation``, RFC 7240). A server that answers with the id alone tells
    nothing of the rest; the object then holds the id, the time and what was given, and all else
    is ``UNSET``.

    Example:
        >>> @rewrap_in_class(Session)
        ... def create(self, *, agent_id: str) -> ResourceCreatedResponse:
        ...     return value(self._create(agent_id))
    """

    def __init__(self, resource: type[M]) -> None:
        self._resource = resource

    @overload
    def __call__(
        self, method: Callable[P, Coroutine[Any, Any, Answer]]
    ) -> Callable[P, Coroutine[Any, Any, M]]: ...
    @overload
    def __call__(self, method: Callable[P, Answer]) -> Callable[P, M]: ...
    def __call__(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a method."""
        if inspect.iscoroutinefunction(method):

            @functools.wraps(method)
            async def rewrapped_async(*args: Any, **kwargs: Any) -> M:
                return self._whole(await method(*args, **kwargs), kwargs)

            return self._announced(rewrapped_async, method)

        @functools.wraps(method)
        def rewrapped(*args: Any, **kwargs: Any) -> M:
            return self._whole(method(*args, **kwargs), kwargs)

        return self._announced(rewrapped, method)

    def _announced(
        self, rewrapped: Callable[..., Any], method: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Let the method's signature say what it gives now."""
        name = self._resource.__name__
        signature = inspect.signature(method).replace(return_annotation=name)
        rewrapped.__annotations__ = {**method.__annotations__, "return": name}
        vars(rewrapped)["__signature__"] = signature
        return rewrapped

    def _whole(self, answer: Answer, arguments: Mapping[str, object]) -> M:
        told = answer.to_dict()
        if not told.get("jobs"):
            # No jobs were started: there is nothing to tell that getting the resource would not.
            told.pop("jobs", None)
        if not _is_whole(self._resource, answer):
            told = {**_known(self._resource, answer, arguments), **told}
        return self._resource.from_dict(told, partial=True)


def _is_whole(resource: type[Resource], answer: Answer) -> bool:
    """Tell whether an answer has the resource's own fields, beside the id and the time."""
    return any(field.json_name in answer for field in resource.__fields__)


def _known(resource: type[Resource], answer: Answer, arguments: Mapping[str, object]) -> JSONObject:
    """Give the arguments that are fields of the resource now, with no guess among them.

    An update that does not overwrite merges objects into what is stored, so an object that was
    given (metadata, say) need not be what the resource has now.
    """
    from julep_api.models import ResourceUpdatedResponse

    merges = isinstance(answer, ResourceUpdatedResponse) and not arguments.get("overwrite")
    known = {
        field.json_name: field.encode(arguments[field.json_name])
        for field in resource.__fields__
        if arguments.get(field.json_name) is not None
    }
    return {n: v for n, v in known.items() if not (merges and isinstance(v, dict))}
