"""Jobs: work that the server does after its response."""

from __future__ import annotations

from collections.abc import Awaitable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from julep._arguments.encode import encoded
from julep._arguments.signatures import mirrors
from julep._arguments.typecheck import beartype
from julep._calls.flow import Flow, Sleep
from julep._calls.results import awaited, value
from julep._lazy import resolvable
from julep.errors import InvalidArgumentError, JobFailedError, RequestTimeoutError
from julep.managers.base import BaseManager
from julep_api.api import jobs

if TYPE_CHECKING:
    from julep_api.models import JobStatus

__all__ = ["AsyncJobsManager", "BaseJobsManager", "JobsManager"]

INITIAL_DELAY: Final = 0.1
MAX_DELAY: Final = 5.0
"""Seconds between two requests: each delay is one and a half times the one before, up to this."""

_FAILED: Final = ("failed", "aborted")


class BaseJobsManager(BaseManager):
    """What the sync and the async jobs manager share.

    Example:
        >>> from julep.managers.job import BaseJobsManager
        >>> isinstance(client.jobs, BaseJobsManager)
        True
    """

    def _get(self, job_id: str | UUID) -> JobStatus | Awaitable[JobStatus]:
        """Implement `JobsManager.get`."""
        return self._send(jobs.get_job_status.call, job_id)

    def _wait(
        self, job_id: str | UUID, *, timeout: float | None = None
    ) -> JobStatus | Awaitable[JobStatus]:
        """Implement `JobsManager.wait`."""
        _refuse_bool(timeout)
        if timeout is not None and not timeout > 0:
            raise InvalidArgumentError(
                f"timeout: expected more than 0 seconds, or None; got {timeout!r}", path="timeout"
            )
        return self.api_client.run(self._until_done(job_id, timeout))

    def _until_done(self, job_id: str | UUID, timeout: float | None) -> Flow[Any, JobStatus]:
        """Request a job until it has succeeded or failed."""
        call = encoded(jobs.get_job_status.call, job_id)
        started, delay = monotonic(), INITIAL_DELAY
        while True:
            job = yield from self.api_client.flow_of(call)
            if job.state == "succeeded":
                return job
            if job.state in _FAILED:
                raise JobFailedError(f"job {job.id} {job.state}: {job.reason or 'no reason'}", job)
            remaining = None if timeout is None else started + timeout - monotonic()
            if remaining is not None and remaining <= 0:
                problem = f"job {job.id} is still {job.state} after {timeout} s"
                raise RequestTimeoutError(problem, phase="total")
            yield Sleep(delay if remaining is None else min(delay, remaining))
            delay = min(MAX_DELAY, delay * 1.5)


class JobsManager(BaseJobsManager):
    """Read the state of jobs, and wait for them.

    Example:
        >>> reply = client.sessions.chat(session.id, messages)
        >>> [client.jobs.wait(job_id).state for job_id in reply.jobs or []]
        [<JobStatusState.SUCCEEDED: 'succeeded'>]
    """

    @beartype
    def get(self, job_id: str | UUID) -> JobStatus:
        """Get a job and its state.

        Args:
            job_id: The job's id, from the ``jobs`` of a response.

        Returns:
            The job.

        Raises:
            ArgumentTypeError: When the id is neither a str nor a UUID.
            InvalidIdError: When it is not a UUID of version 4.
            NotFoundError: When there is no such job.

        Example:
            >>> [job_id] = client.sessions.chat(session.id, messages).jobs or []
            >>> client.jobs.get(job_id).name
            'form_memories'
        """
        return value(self._get(job_id))

    @beartype
    def wait(self, job_id: str | UUID, *, timeout: float | None = None) -> JobStatus:
        """Wait until a job has succeeded.

        The job is requested repeatedly, with growing delays.

        Args:
            job_id: The job's id, from the ``jobs`` of a response.
            timeout: The most seconds to wait, more than 0; None for no limit.

        Returns:
            The job, which has succeeded.

        Raises:
            ArgumentTypeError: When an argument has a wrong type.
            InvalidArgumentError: When the timeout is 0 seconds or less.
            InvalidIdError: When the id is not a UUID of version 4.
            JobFailedError: When the job failed or was aborted; the error's `job` has the reason.
            RequestTimeoutError: When the timeout passed first (also a TimeoutError).
            NotFoundError: When there is no such job.

        Example:
            >>> [job_id] = client.sessions.chat(session.id, messages).jobs or []
            >>> client.jobs.wait(job_id, timeout=30).state
            <JobStatusState.SUCCEEDED: 'succeeded'>
        """
        return value(self._wait(job_id, timeout=timeout))


class AsyncJobsManager(BaseJobsManager):
    """Read the state of jobs, and wait for them, by async methods.

    Example:
        >>> reply = await client.sessions.chat(session.id, messages)
        >>> [(await client.jobs.wait(job_id)).state for job_id in reply.jobs or []]
        [<JobStatusState.SUCCEEDED: 'succeeded'>]
    """

    @mirrors(JobsManager.get)
    @beartype
    async def get(self, job_id: str | UUID) -> JobStatus:
        """Get a job and its state.

        Example:
            >>> [job_id] = (await client.sessions.chat(session.id, messages)).jobs or []
            >>> (await client.jobs.get(job_id)).name
            'form_memories'
        """
        return await awaited(self._get(job_id))

    @mirrors(JobsManager.wait)
    @beartype
    async def wait(
        self,
        job_id: str | UUID,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # the sync method's name
    ) -> JobStatus:
        """Wait until a job has succeeded.

        Example:
            >>> [job_id] = (await client.sessions.chat(session.id, messages)).jobs or []
            >>> (await client.jobs.wait(job_id, timeout=30)).state
            <JobStatusState.SUCCEEDED: 'succeeded'>
        """
        return await awaited(self._wait(job_id, timeout=timeout))


def _refuse_bool(timeout: object) -> None:
    """Refuse True and False, which are ints to beartype and in comparisons."""
    if isinstance(timeout, bool):
        from julep.errors import ArgumentTypeError

        raise ArgumentTypeError(
            f"timeout: expected a number of seconds, or None; got {timeout!r}", path="timeout"
        )


resolvable(__name__)
