"""The model `ResourceCreatedResponse`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..errors import DecodeError
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class ResourceCreatedResponse(Model):
    """What was created, and when. With `Prefer: return=representation`, the new resource's own fields
    are included.

    Attributes:
        id: The resource's id, a UUID v4.
        created_at: When it was created.
        jobs: Ids of the jobs that were started and have not finished.

    Example:
        >>> from julep_api.models import ResourceCreatedResponse
        >>> data = {'id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'jobs': []}
        >>> model = ResourceCreatedResponse.from_dict(data)
        >>> ResourceCreatedResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "created_at",
            "jobs",
        )

    id: str
    """The resource's id, a UUID v4."""

    created_at: datetime.datetime
    """When it was created."""

    jobs: list[str] | None
    """Ids of the jobs that were started and have not finished."""

    def __init__(
        self,
        /,
        id: UUID | str,
        created_at: datetime.datetime | str,
        jobs: Sequence[UUID | str] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"id": id, "created_at": created_at, "jobs": jobs}, additional)

    @classmethod
    def from_dict(cls, data: JSON, *, partial: bool = False) -> Self:
        """Read a model from decoded JSON; see `Model`.

        Args:
            data: A JSON object.
            partial: Whether required properties may be missing; they are ``None`` then.

        Raises:
            DecodeError: If a required property is missing or null, or a value has a wrong type.
        """
        if type(data) is not dict:
            decoding.not_an_object(data)
        self = _new(cls)
        get = data.get
        known = 3
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("created_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("created_at", "a date-time", x) from None
            self.created_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        else:
            self.created_at = decoding.lacking(data, "created_at", "a date-time", x, partial)
            known = -1
        x = get("jobs")
        if x is None:
            self.jobs = None
            known -= 1
        else:
            try:
                self.jobs = _read_jobs(x)
            except DecodeError as error:
                raise error.under("jobs") from None
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "created_at",
        "jobs",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "created_at",
    }
)

# At the end, since models may need each other.


_read_jobs: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    ResourceCreatedResponse,
    Field("id", "id", encoding.uuid4),
    Field("created_at", "created_at", encoding.date_time),
    Field("jobs", "jobs", encoding.list_of(encoding.uuid4, unique=True), required=False),
)
