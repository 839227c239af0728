"""The enum `JobStatusState`."""

from __future__ import annotations

from ..types import OpenEnum


class JobStatusState(OpenEnum):
    """The state of the job. `succeeded`, `aborted` and `failed` are final.

    Example:
        >>> from julep_api.models import JobStatusState
        >>> JobStatusState("pending")
        <JobStatusState.PENDING: 'pending'>
    """

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    FAILED = "failed"
    UNKNOWN = "unknown"
