"""The model `JobStatus`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, Literal, Self
from uuid import UUID

from .. import decoding, encoding
from ..attributes import define
from ..model import Field, Model
from ..types import JSON


@define(eq=False, repr=False, init=False, getstate_setstate=False)
class JobStatus(Model):
    """The state of a job.

    Attributes:
        id: The job's id, a UUID v4.
        name: The type of the job.
        state: The state of the job. `succeeded`, `aborted` and `failed` are final. One of
            "pending", "in_progress", "retrying", "succeeded", "aborted", "failed", "unknown".
        created_at: When it was created.
        has_progress: Whether this job reports its `progress`. The server's default: False.
        progress: The finished part, in percent. At least 0 and at most 100. The server's default:
            0.
        updated_at: When it was last changed.
        reason: The reason of this state, if there is one.

    Example:
        >>> from julep_api.models import JobStatus
        >>> data = {'id': 'c1d5e8f2-3a69-4b07-9f8c-4e2b7a6d0c19',
        ...         'name': 'index_doc',
        ...         'state': 'in_progress',
        ...         'has_progress': True,
        ...         'progress': 40,
        ...         'created_at': '2026-11-02T09:30:00.125000Z',
        ...         'updated_at': '2026-11-02T10:15:42.500000Z'}
        >>> model = JobStatus.from_dict(data)
        >>> JobStatus.from_dict(model.to_dict()) == model
        True
    """

    if not TYPE_CHECKING:
        __slots__ = (
            "id",
            "name",
            "state",
            "created_at",
            "has_progress",
            "progress",
            "updated_at",
            "reason",
        )

    id: str
    """The job's id, a UUID v4."""

    name: str
    """The type of the job."""

    state: JobStatusState
    """The state of the job. `succeeded`, `aborted` and `failed` are final. One of "pending",
    "in_progress", "retrying", "succeeded", "aborted", "failed", "unknown"."""

    created_at: datetime.datetime
    """When it was created."""

    has_progress: bool
    """Whether this job reports its `progress`. The server's default: False."""

    progress: float
    """The finished part, in percent. At least 0 and at most 100. The server's default: 0."""

    updated_at: datetime.datetime
    """When it was last changed."""

    reason: str | None
    """The reason of this state, if there is one."""

    def __init__(
        self,
        /,
        id: UUID | str,
        name: str,
        state: JobStatusState
        | Literal[
            "pending", "in_progress", "retrying", "succeeded", "aborted", "failed", "unknown"
        ],
        created_at: datetime.datetime | str,
        has_progress: bool | None = None,
        progress: float | None = None,
        updated_at: datetime.datetime | str | None = None,
        reason: str | None = None,
        **additional: object,
    ) -> None:
        self._fill(
            {
                "id": id,
                "name": name,
                "state": state,
                "created_at": created_at,
                "has_progress": has_progress,
                "progress": progress,
                "updated_at": updated_at,
                "reason": reason,
            },
            additional,
        )

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
        known = 8
        x: JSON
        x = get("id")
        if type(x) is str:
            self.id = x
        else:
            self.id = decoding.lacking(data, "id", "a string", x, partial)
            known = -1
        x = get("name")
        if type(x) is str:
            self.name = x
        else:
            self.name = decoding.lacking(data, "name", "a string", x, partial)
            known = -1
        x = get("state")
        if type(x) is str:
            self.state = _job_status_state.get(x) or JobStatusState(x)
        else:
            self.state = decoding.lacking(data, "state", "a string", x, partial)
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
        # No optional property is there: so are most chunks of a stream.
        if len(data) == 4 and known > 0:
            self.has_progress = None  # type: ignore[assignment]  # a server older than the contract
            self.progress = None  # type: ignore[assignment]  # a server older than the contract
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            self.reason = None
            self._extra = None
            return self
        x = get("has_progress")
        if type(x) is bool:
            self.has_progress = x
        elif x is None:
            self.has_progress = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("has_progress", "true or false", x)
        x = get("progress")
        if type(x) is float or type(x) is int:
            self.progress = x
        elif x is None:
            self.progress = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("progress", "a number", x)
        x = get("updated_at")
        if type(x) is str:
            try:
                when = _fromisoformat(x)
            except ValueError:
                raise decoding.mismatch("updated_at", "a date-time", x) from None
            self.updated_at = (
                when if when.tzinfo is not None else when.replace(tzinfo=datetime.timezone.utc)
            )
        elif x is None:
            self.updated_at = None  # type: ignore[assignment]  # a server older than the contract
            known -= 1
        else:
            raise decoding.mismatch("updated_at", "a date-time", x)
        x = get("reason")
        if type(x) is str:
            self.reason = x
        elif x is None:
            self.reason = None
            known -= 1
        else:
            raise decoding.mismatch("reason", "a string", x)
        self._extra = None if len(data) == known else decoding.extra(data, _KEYS, _REQUIRED)
        return self


_new: Final = object.__new__
_fromisoformat: Final = datetime.datetime.fromisoformat
_KEYS: Final = frozenset(
    {
        "id",
        "name",
        "state",
        "created_at",
        "has_progress",
        "progress",
        "updated_at",
        "reason",
    }
)
_REQUIRED: Final[frozenset[str]] = frozenset(
    {
        "id",
        "name",
        "state",
        "created_at",
    }
)

# At the end, since models may need each other.
from .job_status_state import JobStatusState

_job_status_state: Final = decoding.members(JobStatusState)


encoding.declare(
    JobStatus,
    Field("id", "id", encoding.uuid4),
    Field("name", "name", encoding.string()),
    Field(
        "state",
        "state",
        encoding.choice(
            "pending", "in_progress", "retrying", "succeeded", "aborted", "failed", "unknown"
        ),
    ),
    Field("created_at", "created_at", encoding.date_time),
    Field("has_progress", "has_progress", encoding.boolean, required=False),
    Field("progress", "progress", encoding.number(minimum=0, maximum=100), required=False),
    Field("updated_at", "updated_at", encoding.date_time, required=False),
    Field("reason", "reason", encoding.string(), required=False),
)
