"""The enum `JobStatusState`."""

from __future__ import annotations

from ..types import OpenEnum


class JobStatusState(OpenEnum):
    """How far the job has come. It stays as it is once `succeeded`, `aborted` or `failed`."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    FAILED = "failed"
    UNKNOWN = "unknown"
