"""Get a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import encoding, parameters
from ...client import Call
from ...models.job_status import JobStatus

if TYPE_CHECKING:
    from uuid import UUID


_ANSWERS: Final = {
    200: JobStatus.from_dict,
}
_job_id: Final = parameters.path("job_id", encoding.uuid4)


def call(
    job_id: UUID | str,
) -> Call[JobStatus]:
    """Get a job.

    ``GET /jobs/{job_id}``

    Returns the state of a job.

    Args:
        job_id: The job's id, a UUID v4.

    Returns:
        The call, for a driver to send. Arguments that were not given are not in it.

    Raises:
        EncodeError: If an argument is not what the contract describes.
    """
    return Call(
        "GetJobStatus",
        "GET",
        f"/jobs/{_job_id(job_id)}",
        _ANSWERS,
    )
