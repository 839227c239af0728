"""The handler of each kind of job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from julep_server.jobs.context import JobContext
from julep_server.jobs.kinds import MEMORIES, SUGGESTIONS, SUMMARY
from julep_server.jobs.memories import form_memories
from julep_server.jobs.suggestions import make_suggestions
from julep_server.jobs.summaries import summarise_history
from julep_server.jobs.worker import Perform, Report, Store
from julep_server.store.jobs import Job

_Handler: TypeAlias = Callable[[JobContext, Job, Report], Awaitable[Store]]
_HANDLERS: Mapping[str, _Handler] = {
    MEMORIES: form_memories,
    SUGGESTIONS: make_suggestions,
    SUMMARY: summarise_history,
}


def job_performer(context: JobContext) -> Perform:
    """Return the function that performs a worker's jobs."""

    async def perform(job: Job, report: Report) -> Store:
        return await _HANDLERS[job.name](context, job, report)

    return perform
