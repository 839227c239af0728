"""The model `ResourceDeletedResponse`."""

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
class ResourceDeletedResponse(Model):
    """What was deleted, and when.

    Attributes:
        id: The resource's id, a UUID v4.
        deleted_at: When it was deleted.
        jobs: Ids of the jobs that were started and have not finished.

    Example:
        >>> from julep_api.models import ResourceDeletedResponse
        >>> data = {'id': '0c9e4d2a-7b36-4f8e-a1d5-92c3b6e7f410',
        ...         'deleted_at': '2026-11-02T10:15:42.500000Z',
        ...         'jobs': []}
        >>> model = ResourceDeletedResponse.from_dict(data)
        >>> ResourceDeletedResponse.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "deleted_at",
            "jobs",
        )

    id: str
    """The resource's id, a UUID v4."""

    deleted_at: datetime.datetime
    """When it was deleted."""

    jobs: list[str] | None
    """Ids of the jobs that were started and have not finished."""

    def __init__(
        self,
        /,
        id: UUID | str,
        deleted_at: datetime.datetime | str,
        jobs: Sequence[UUID | str] | None = None,
        **additional: object,
    ) -> None:
        self._fill({"id": id, "deleted_at": deleted_at, "jobs": jobs}, additional)

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
        x = get("deleted_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("deleted_at", "a date-time", x) from None
            self.deleted_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        else:
            self.deleted_at = decoding.lacking(data, "deleted_at", "a date-time", x, partial)
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
        "deleted_at",
        "jobs",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "deleted_at",
    }
)

# At the end, since models may need each other.


_read_jobs: Final[decoding.Reader[list[str]]] = decoding.list_of(decoding.string)


encoding.declare(
    ResourceDeletedResponse,
    Field("id", "id", encoding.uuid4),
    Field("deleted_at", "deleted_at", encoding.date_time),
    Field("jobs", "jobs", encoding.list_of(encoding.uuid4, unique=True), required=False),
)
