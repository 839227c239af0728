"""Jobs: what the server does after it has answered."""

from __future__ import annotations

from collections.abc import Awaitable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from julep._arguments.encode import encoded
from julep._arguments.typecheck import beartype
from julep._calls.flow import Flow, Sleep
from julep._calls.results import awaited, value
from julep.errors import InvalidArgumentError, JobFailedError, RequestTimeoutError
from julep.managers.base import BaseManager
from julep_api.api import jobs

if TYPE_CHECKING:
    from julep_api.models import JobStatus

__all__ = ["AsyncJobsManager", "BaseJobsManager", "JobsManager"]

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds: each pause between two looks is half as long again as the one before, up to this."""

_FAILED: Final = ("failed", "aborted")


class BaseJobsManager(BaseManager):
    """What both colours of the jobs manager do."""

    def _get(self, job_id: str | UUID) -> JobStatus | Awaitable[JobStatus]:
        return self._send(jobs.get_job_status.call, job_id)

    def _wait(
        self, job_id: str | UUID, *, timeout: float | None = None
    ) -> JobStatus | Awaitable[JobStatus]:
        _refuse_flag(timeout)
        if timeout is not None and not timeout > 0:
            raise InvalidArgumentError(
                f"timeout: expected more than 0 seconds, or None; got {timeout!r}", path="timeout"
            )
        return self.api_client.run(self._until_done(job_id, timeout))

    def _until_done(self, job_id: str | UUID, timeout: float | None) -> Flow[Any, JobStatus]:
        """Look again and again, with growing pauses, until the job's state is a last one."""
        call = encoded(jobs.get_job_status.call, job_id)
        started, pause = monotonic(), FIRST_PAUSE
        while True:
            job = yield from self.api_client.flow_of(call)
            if job.state == "succeeded":
                return job
            if job.state in _FAILED:
                raise JobFailedError(f"job {job.id} {job.state}: {job.reason or 'no reason'}", job)
            left = None if timeout is None else started + timeout - monotonic()
            if left is not None and left <= 0:
                raise RequestTimeoutError(f"job {job.id} is {job.state} still after {timeout} s")
            yield Sleep(pause if left is None else min(pause, left))
            pause = min(LONGEST_PAUSE, pause * 1.5)


class JobsManager(BaseJobsManager):
    """Jobs, blocking.

    Example:
        >>> reply = client.sessions.chat(session.id, messages)
        >>> [client.jobs.wait(job_id).state for job_id in reply.jobs or []]
        [<JobStatusState.SUCCEEDED: 'succeeded'>]
    """

    @beartype
    def get(self, job_id: str | UUID) -> JobStatus:
        """Get how far a job has come.

        Args:
            job_id: The job's id, as in the ``jobs`` of an answer.

        Returns:
            The job.

        Raises:
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When there is no such job.

        Example:
            >>> client.jobs.get(job_id).state
            <JobStatusState.IN_PROGRESS: 'in_progress'>
        """
        return value(self._get(job_id))

    @beartype
    def wait(self, job_id: str | UUID, *, timeout: float | None = None) -> JobStatus:
        """Wait until a job has succeeded, looking again and again with growing pauses.

        Args:
            job_id: The job's id, as in the ``jobs`` of an answer.
            timeout: The most seconds to wait, more than 0; None for as long as it takes.

        Returns:
            The job, succeeded.

        Raises:
            JobFailedError: When it failed, or was aborted; its `job` says why.
            RequestTimeoutError: When it was not done within the timeout (a TimeoutError).
            NotFoundError: When there is no such job.

        Example:
            >>> client.jobs.wait(job_id, timeout=30).state
            <JobStatusState.SUCCEEDED: 'succeeded'>
        """
        return value(self._wait(job_id, timeout=timeout))


class AsyncJobsManager(BaseJobsManager):
    """Jobs, awaited.

    Example:
        >>> reply = await client.sessions.chat(session.id, messages)
        >>> [(await client.jobs.wait(job_id)).state for job_id in reply.jobs or []]
        [<JobStatusState.SUCCEEDED: 'succeeded'>]
    """

    @beartype
    async def get(self, job_id: str | UUID) -> JobStatus:
        """Get how far a job has come.

        Arguments, result and errors are those of `JobsManager.get`.

        Example:
            >>> (await client.jobs.get(job_id)).state
            <JobStatusState.IN_PROGRESS: 'in_progress'>
        """
        return await awaited(self._get(job_id))

    @beartype
    async def wait(
        self,
        job_id: str | UUID,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # the blocking side's word
    ) -> JobStatus:
        """Wait until a job has succeeded, looking again and again with growing pauses.

        Arguments, result and errors are those of `JobsManager.wait`.

        Example:
            >>> (await client.jobs.wait(job_id, timeout=30)).state
            <JobStatusState.SUCCEEDED: 'succeeded'>
        """
        return await awaited(self._wait(job_id, timeout=timeout))


def _refuse_flag(timeout: object) -> None:
    """Refuse True and False, which Python counts among the numbers."""
    if isinstance(timeout, bool):
        from julep.errors import ArgumentTypeError

        raise ArgumentTypeError(
            f"timeout: expected a number of seconds, or None; got {timeout!r}", path="timeout"
        )
